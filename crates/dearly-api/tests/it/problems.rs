use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;
use serde_json::json;

use crate::test_app::TestApp;

#[tokio::test]
async fn an_account_that_does_not_exist() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/accounts/nobody").await;
    assert_snapshot!(answer.show(), @r#"
    404
    {
      "type": "urn:problem-type:dearly:not-found",
      "title": "there is no such thing",
      "status": 404,
      "detail": "there is no account \"nobody\"; the book names its accounts by external_id",
      "request_id": "…"
    }
    "#);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-request-id"), answer.sent["request_id"].as_str().unwrap());
    for part in ["history", "explanation", "people", "usage", "tickets", "invoices", "plans", "timeline"] {
        assert_eq!(app.get(&format!("/api/v1/accounts/nobody/{part}")).await.status, 404, "{part}");
    }
    assert_eq!(app.get("/api/v1/scores?account=nobody").await.status, 404);
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_named() {
    let app = TestApp::new().await;
    for (path, detail) in [
        ("accounts?as_of=yesterday", "as_of: \"yesterday\" is not a date like 2026-11-22"),
        ("accounts?limit=0", "limit: \"0\" is not a whole number from 1 to 1000"),
        ("accounts?cursor=x", "cursor: \"x\" is not a cursor that a list has given"),
        (
            "accounts?component_colour=red",
            "component_colour: names colours of no component; add component, as in adoption",
        ),
        (
            "accounts?status=lost",
            "status: unknown variant `lost`, expected one of `customer`, `churned`, `prospect`, `all`",
        ),
        ("accounts/acme?asof=2025-01-01", "asof: unknown field `asof`, expected `as_of` or `known_by`"),
        ("telemetry?as_of=2025-01-01", "as_of: unknown field `as_of`, there are no fields"),
        ("accounts/acme/usage?weeks=999", "weeks: \"999\" is not a whole number from 1 to 260"),
        (
            "accounts/acme/explanation?since=2025-06-28",
            "since 2025-06-28 is not before 2025-06-28, the day that is explained",
        ),
        ("accounts/acme/history?from=2025-06-02&to=2025-06-01", "from 2025-06-02 is after to 2025-06-01"),
        ("scores?from=2025-01-01", "to: is missing; a span of days needs from and to"),
        (
            "scores?from=2025-01-01&to=2025-02-01&as_of=2025-01-01",
            "as_of: stands beside from and to; give one day or a span of days",
        ),
        (
            "scores?from=0001-01-01&to=9999-12-31&every=day",
            "from 0001-01-01 to 9999-12-31 is more than 11000 days",
        ),
        ("retention?from=2025-01-01", "missing field `to`"),
        (
            "retention?from=2025-01-01&to=2025-01-01",
            "from 2025-01-01 is not before to 2025-01-01; to is the day after the last",
        ),
        ("accounts?q=%00", "the address holds a zero byte (%00); nothing of a book has one"),
    ] {
        let answer = app.get(&format!("/api/v1/{path}")).await;
        assert_eq!((answer.status, answer.sent["detail"].as_str().unwrap()), (400, detail), "{path}");
    }
}

#[tokio::test]
async fn bodies_that_make_no_sense() {
    let app = TestApp::new().await;
    let path = "/api/v1/workbook/validate";
    let status = async |kind: &str, body: String| app.post(path, kind, body).await.status;
    assert_eq!(status("application/json", "{".to_owned()).await, 400);
    assert_eq!(status("application/json", json!({ "documents": 1 }).to_string()).await, 400);
    assert_eq!(status("application/json", json!({}).to_string()).await, 400);
    assert_eq!(status("text/plain", "{}".to_owned()).await, 415);
    let large = json!({ "documents": [{ "path": "a.yaml", "text": "#".repeat(3 << 20) }] });
    assert_eq!(status("application/json", large.to_string()).await, 413);
}

#[tokio::test]
async fn routes_that_do_not_exist() {
    let app = TestApp::empty().await;
    for path in ["/api", "/api/v1", "/api/v1/customers", "/api/v2/book", "/api/v1/accounts/"] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status, &answer.sent["type"]),
            (404, &json!("urn:problem-type:dearly:not-found")),
            "{path}"
        );
    }
    let answer = app.send(Request::delete("/api/v1/book").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, &answer.sent["type"]), (405, &json!("urn:problem-type:dearly:method")));
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn days_at_the_ends_of_time_are_no_failure() {
    let app = TestApp::new().await;
    for day in ["0001-01-01", "9999-12-31"] {
        for path in [
            "accounts",
            "accounts/acme",
            "accounts/acme/explanation",
            "accounts/acme/history",
            "accounts/acme/people",
            "accounts/acme/usage",
            "accounts/acme/timeline",
            "accounts/acme/tickets",
            "accounts/acme/invoices",
            "accounts/acme/plans",
            "scores",
            "sources",
            "coverage",
        ] {
            let answer = app.get(&format!("/api/v1/{path}?as_of={day}&known_by={day}")).await;
            assert!(answer.status < 500, "{path} as of {day}: {answer:?}");
        }
        let answer = app.get(&format!("/api/v1/retention?from=0001-01-01&to=9999-12-31&as_of={day}")).await;
        assert!(answer.status < 500, "{answer:?}");
    }
}

#[tokio::test]
async fn a_request_may_bring_its_id() {
    let app = TestApp::empty().await;
    for (given, kept) in [("abc-123", true), ("a b", false), ("", false)] {
        let request = Request::get("/healthz").header("x-request-id", given).body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given:?}");
    }
}

#[tokio::test]
async fn a_writer_at_work_is_waited_for_and_then_named() {
    let app = TestApp::new().await;
    let store = dearly_store::Store::open(&dearly_store::Target::folder(app.folder())).await.unwrap();
    let write = store.write("a long import").await.unwrap();
    let answer =
        app.post("/api/v1/import/tickets", "text/csv", "external_id,account,severity,opened_at\n").await;
    assert_eq!((answer.status, &answer.sent["type"]), (503, &json!("urn:problem-type:dearly:busy")));
    assert_eq!(answer.header("retry-after"), "10");
    assert!(answer.sent["detail"].as_str().unwrap().contains("a long import"), "{answer:?}");
    // Readers are not kept waiting.
    assert_eq!(app.get("/api/v1/accounts").await.status, 200);
    drop(write);
}
