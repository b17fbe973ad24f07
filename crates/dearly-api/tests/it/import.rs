use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;
use serde_json::json;

use crate::test_app::TestApp;

const TICKETS: &str = "external_id,account,severity,opened_at\n\
                       t8,acme,1,2025-06-21T08:00:00Z\n\
                       t9,nobody,2,2025-06-21T08:00:00Z\n";

#[tokio::test]
async fn rows_are_imported_and_the_others_given_back() {
    let app = TestApp::new().await;
    let answer = app.post("/api/v1/import/tickets", "text/csv", TICKETS).await;
    assert_snapshot!(answer.show(), @r#"
    200
    {
      "import": "…",
      "started_at": "…",
      "finished_at": "…",
      "source": "POST /api/v1/import/tickets",
      "mode": "upsert",
      "kept": true,
      "report": {
        "import_id": "…",
        "mode": "upsert",
        "dry_run": false,
        "files": [
          {
            "file": "tickets",
            "sources": ["tickets.csv"],
            "read": 2,
            "added": 1,
            "changed": 0,
            "unchanged": 0,
            "rejected": 1,
            "notes": ["no recorded_at: every fact counts as known from its own day"],
            "samples": [{"source":"tickets.csv","line":3,"column":"account","reason":"account \"nobody\" does not exist"}],
            "rejects": "…"
          }
        ],
        "notes": []
      }
    }
    "#);
    let import = answer.sent["import"].as_str().unwrap();

    let list = app.get("/api/v1/imports").await;
    let sources: Vec<&str> =
        list.sent.as_array().unwrap().iter().map(|row| row["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["POST /api/v1/import/tickets", "the small book"]);
    let one = app.get(&format!("/api/v1/imports/{import}")).await;
    assert_eq!((one.status, &one.sent["report"]), (200, &answer.sent["report"]));

    let rejects = app.get(&format!("/api/v1/imports/{import}/rejects/tickets")).await;
    assert_eq!(rejects.header("content-disposition"), "attachment; filename=\"tickets-rejects.csv\"");
    assert_snapshot!(rejects.text(), @r#"
    external_id,account,severity,opened_at,_line,_column,_reason
    t9,nobody,2,2025-06-21T08:00:00Z,3,account,"account ""nobody"" does not exist"
    "#);

    let tickets = app.get("/api/v1/accounts/acme/tickets").await;
    assert!(tickets.sent.as_array().unwrap().iter().any(|ticket| ticket["ticket"] == "t8"));
}

#[tokio::test]
async fn rejects_are_those_of_a_known_import_and_file() {
    let app = TestApp::new().await;
    let answer = app.post("/api/v1/import/tickets", "text/csv", TICKETS).await;
    let import = answer.sent["import"].as_str().unwrap();
    for path in [
        format!("{import}/rejects/accounts"),
        format!("{import}/rejects/tickets.csv"),
        format!("{import}/rejects/..%2F..%2Fdearly.db"),
        format!("..%2F{import}/rejects/tickets"),
        "..%2F..%2Frejects/rejects/tickets".to_owned(),
        "nothing".to_owned(),
    ] {
        assert_eq!(app.get(&format!("/api/v1/imports/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_dry_run_and_a_strict_one_keep_nothing() {
    let app = TestApp::new().await;
    let dry = app.post("/api/v1/import/tickets?dry_run=true", "text/csv", TICKETS).await;
    assert_eq!((dry.status, &dry.sent["report"]["files"][0]["added"]), (200, &json!(1)));
    let strict = app.post("/api/v1/import/tickets?strict=true", "text/csv", TICKETS).await;
    assert_eq!(strict.status, 422);
    assert_eq!(strict.sent["detail"], "1 of 2 rows cannot be taken, and strict keeps all or nothing");
    assert_eq!(strict.sent["report"]["report"]["files"][0]["rejected"], 1);
    let update = app.post("/api/v1/import/tickets?mode=update", "text/csv", TICKETS).await;
    assert_eq!((update.status, &update.sent["report"]["files"][0]["rejected"]), (200, &json!(2)));
    assert_eq!(app.get("/api/v1/accounts/acme/tickets").await.sent.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_body_without_the_columns_is_refused() {
    let app = TestApp::new().await;
    for (body, said) in [("", "is empty"), ("id,severity\n1,2\n", "has no column")] {
        let answer = app.post("/api/v1/import/tickets", "text/csv", body).await;
        assert_eq!(
            (answer.status, &answer.sent["type"]),
            (422, &json!("urn:problem-type:dearly:not-imported"))
        );
        assert!(answer.sent["detail"].as_str().unwrap().contains(said), "{answer:?}");
    }
}

#[tokio::test]
async fn lines_of_json_and_compressed_rows_are_read() {
    let app = TestApp::new().await;
    let lines = r#"{"external_id":"t8","account":"acme","severity":1,"opened_at":"2025-06-21T08:00:00Z"}"#;
    let added = |answer: &crate::test_app::Answer| {
        (answer.status, answer.sent["report"]["files"][0]["added"].clone())
    };
    let answer = app.post("/api/v1/import/tickets", "application/octet-stream", lines).await;
    assert_eq!(added(&answer), (200, json!(1)));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.replace("t8", "t9").as_bytes()).unwrap();
    let answer = app.post("/api/v1/import/tickets", "application/gzip", gzip.finish().unwrap()).await;
    assert_eq!(added(&answer), (200, json!(1)));
}

#[tokio::test]
async fn what_holds_no_rows_is_refused() {
    let app = TestApp::new().await;
    let answer = app.post("/api/v1/import/tickets", "multipart/form-data; boundary=x", TICKETS).await;
    assert_eq!((answer.status, &answer.sent["type"]), (415, &json!("urn:problem-type:dearly:media-type")));
    let answer = app.post("/api/v1/import/tockets", "text/csv", TICKETS).await;
    assert_eq!(answer.status, 404);
    assert!(answer.sent["detail"].as_str().unwrap().contains("the book has accounts, "), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let app = TestApp::empty().await;
    let request = Request::post("/api/v1/import/events").header("content-length", (65_u64 << 20).to_string());
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, &answer.sent["type"]), (413, &json!("urn:problem-type:dearly:too-large")));
    assert!(std::fs::read_dir(app.folder().join("tmp")).unwrap().next().is_none(), "nothing is left behind");
}
