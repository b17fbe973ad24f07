use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;
use serde_json::json;

use crate::test_app::TestApp;

/// As part of an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn a_question_is_answered_as_of_a_day() {
    let app = TestApp::new().await;
    let sql = "select account, severity, resolved_at, opened_at > :as_of as later from tickets order by external_id";
    let answer = app.get(&format!("/api/v1/query?as_of=2025-06-24&sql={}", encoded(sql))).await;
    assert_snapshot!(answer.show(), @r#"
    200
    {
      "as_of": "2025-06-24",
      "columns": [
        {"name":"account","type":"text"},
        {"name":"severity","type":"integer"},
        {"name":"resolved_at","type":"instant"},
        {"name":"later","type":"boolean"}
      ],
      "rows": [["acme",2,null,false],["acme",3,"2025-03-03T08:00:00Z",false]],
      "truncated": false
    }
    "#);
    let posted = app.post_json("/api/v1/query", &json!({ "sql": sql, "as_of": "2025-06-24" })).await;
    assert_eq!(posted.sent, answer.sent);
    let before = app.post_json("/api/v1/query", &json!({ "sql": sql, "as_of": "2025-03-01" })).await;
    assert_eq!(before.sent["rows"], json!([["acme", 3, null, true]]));
    let usual = app.get(&format!("/api/v1/query?sql={}", encoded("select :as_of"))).await;
    assert_eq!(usual.sent["rows"], json!([["2025-06-28"]]));
    let empty = TestApp::empty().await;
    let none = empty.get(&format!("/api/v1/query?sql={}", encoded("select * from scores, events"))).await;
    assert_eq!(none.sent["rows"], json!([]));
}

#[tokio::test]
async fn rows_beyond_the_limit_are_left_out() {
    let app = TestApp::new().await;
    let ask = async |limit: u32| {
        let body = json!({ "sql": "select external_id from accounts order by 1", "limit": limit });
        app.post_json("/api/v1/query", &body).await
    };
    let two = ask(2).await.sent;
    assert_eq!((two["rows"].as_array().unwrap().len(), &two["truncated"]), (2, &json!(true)));
    let all = ask(4).await.sent;
    assert_eq!((all["rows"].as_array().unwrap().len(), &all["truncated"]), (4, &json!(false)));
    assert_eq!(ask(0).await.status, 400);
    assert_eq!(ask(100_001).await.status, 400);
    assert_eq!(app.get("/api/v1/query?limit=0&sql=select%201").await.status, 400);
    assert_eq!(app.get("/api/v1/query").await.status, 400);
}

#[tokio::test]
async fn csv_comes_where_it_is_accepted() {
    let app = TestApp::new().await;
    let sql = encoded("select external_id, industry from accounts order by 1 limit 2");
    let request = Request::get(format!("/api/v1/query?sql={sql}")).header("accept", "text/csv");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("dearly-truncated"), "false");
    assert_eq!(answer.text(), "external_id,industry\nacme,\"Banking, Insurance\"\nglobex,Retail\n");
}

#[tokio::test]
async fn a_mistake_has_a_place_and_help() {
    let app = TestApp::new().await;
    let answer = app.post_json("/api/v1/query", &json!({ "sql": "select *\nfrom tickts" })).await;
    assert_snapshot!(answer.show(), @r#"
    400
    {
      "type": "urn:problem-type:dearly:query",
      "title": "the question cannot be answered",
      "status": 400,
      "detail": "there is no table `tickts`",
      "request_id": "…",
      "place": {"line":2,"column":6},
      "help": "did you mean `tickets`?"
    }
    "#);
    for sql in [
        "drop table accounts",
        "copy accounts to '/tmp/x'",
        "set a = 1",
        "select 1; select 2",
        "",
        "explain analyze select 1",
    ] {
        let answer = app.post_json("/api/v1/query", &json!({ "sql": sql })).await;
        assert_eq!(answer.status, 400, "{sql}: {answer:?}");
    }
    let wrong = app.post_json("/api/v1/query", &json!({ "sql": "select 1", "asof": "2025-01-01" })).await;
    assert_eq!(wrong.status, 400);
}
