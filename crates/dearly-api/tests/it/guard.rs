use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::test_app::TestApp;

#[tokio::test]
async fn other_hosts_are_refused_everywhere() {
    let app = TestApp::empty().await;
    for path in ["/", "/healthz", "/api/v1/book", "/api/openapi.json", "/assets/x.js"] {
        let request = Request::get(path).header("host", "dearly.example:7700").body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!(
            (answer.status, &answer.sent["type"]),
            (403, &json!("urn:problem-type:dearly:host")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn other_sites_change_nothing() {
    let app = TestApp::empty().await;
    for (origin, status) in [("https://site.example", 403), ("http://localhost:7700", 422)] {
        let request =
            Request::post("/api/v1/import/accounts").header("origin", origin).body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn browsers_are_told_what_a_page_may_do() {
    let app = TestApp::empty().await;
    for path in ["/", "/api/v1/book", "/api/v1/nothing"] {
        let answer = app.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'"),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("img-src 'self' data:"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(
            answer.header("cache-control"),
            if path == "/" { "no-cache" } else { "no-store" },
            "{path}"
        );
    }
}

#[tokio::test]
async fn answers_are_compressed_where_asked_for() {
    let app = TestApp::empty().await;
    for encoding in ["br", "gzip"] {
        let request = Request::get("/api/openapi.json")
            .header("accept-encoding", encoding)
            .body(Body::empty())
            .unwrap();
        let response = app.raw(request).await;
        assert_eq!(response.headers()["content-encoding"], encoding);
    }
}
