use axum::body::Body;
use axum::http::Request;

use crate::test_app::TestApp;

#[tokio::test]
async fn every_other_address_is_the_page() {
    let app = TestApp::empty().await;
    for path in ["/", "/accounts", "/accounts/acme.com", "/data?as_of=2025-01-01", "/index.html"] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{path}"
        );
        assert!(answer.text().contains("<title>Dearly</title>"), "{path}");
    }
    let answer = app.get("/assets/gone-1234.js").await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    let answer = app.send(Request::post("/accounts").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
}

#[tokio::test]
async fn the_description_of_the_api_is_served() {
    let app = TestApp::empty().await;
    let answer = app.get("/api/openapi.json").await;
    assert_eq!((answer.status, &answer.sent["openapi"]), (200, &"3.1.0".into()));
}

#[tokio::test]
async fn the_server_says_how_it_is() {
    let app = TestApp::empty().await;
    assert_eq!(app.get("/healthz").await.sent, serde_json::json!({ "status": "alive" }));
    assert_eq!(app.get("/readyz").await.sent, serde_json::json!({ "status": "ready" }));
}
