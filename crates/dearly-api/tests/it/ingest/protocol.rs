//! The wire: paths, keys, encodings, browsers.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::{Door, gzip, raw_deflate, track, zlib};

#[tokio::test]
async fn every_path_takes_with_and_without_a_slash_and_none_redirects() {
    let door = Door::open().await;
    let mut n = 0;
    for (word, call) in [
        ("track", track("", "u")),
        ("identify", json!({"userId": "u"})),
        ("group", json!({"userId": "u", "groupId": "acme"})),
        ("page", json!({"userId": "u"})),
        ("screen", json!({"userId": "u"})),
        ("alias", json!({"userId": "u", "previousId": "v"})),
        ("batch", json!({"batch": [track("", "u")]})),
        ("import", json!({"batch": [track("", "u")]})),
        ("m", json!({"series": []})),
    ] {
        let letter = if word == "import" { "b" } else { &word[..1] };
        for path in
            [format!("/v1/{word}"), format!("/v1/{word}/"), format!("/v1/{letter}"), format!("/v1/{letter}/")]
        {
            let answer = door.send(&path, call.to_string()).await;
            assert_eq!((answer.status, &answer.sent), (200, &json!({"success": true})), "{path}");
            n += i64::from(word != "m");
        }
    }
    let [events, calls, ..] = door.counts().await;
    assert_eq!(events + calls, n);
}

#[tokio::test]
async fn what_is_no_path_or_method_is_told_in_the_same_shape() {
    let door = Door::open().await;
    let answer = door.send("/v1/tracks", track("", "u").to_string()).await;
    assert_eq!((answer.status, &answer.sent["code"]), (404, &json!("no_such_call")));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = Request::builder().method(method.clone()).uri("/v1/batch").body(Body::empty()).unwrap();
        let answer = door.app.send(request).await;
        assert_eq!((answer.status, &answer.sent["code"]), (405, &json!("method")), "{method}");
        assert_eq!(answer.header("allow"), "POST,OPTIONS");
    }
}

#[tokio::test]
async fn the_key_comes_in_head_or_body() {
    let door = Door::open().await;
    let with = |name: &'static str, value: String, body: Value| {
        Request::post("/v1/batch").header(name, value).body(Body::from(body.to_string())).unwrap()
    };
    let batch = |key: &str| json!({"batch": [track("", "u")], "writeKey": key});
    for (request, status, code) in [
        (with("authorization", door.basic(), batch("")), 200, None),
        (with("authorization", door.basic(), batch("wrong")), 200, None),
        (with("authorization", format!("Bearer {}", door.key), batch("")), 200, None),
        (with("x-none", String::new(), batch(&door.key)), 200, None),
        (with("authorization", "Basic Og==".to_owned(), batch(&door.key)), 200, None),
        (with("authorization", "Bearer wrong".to_owned(), batch(&door.key)), 401, Some("unknown_key")),
        (with("x-none", String::new(), batch("wrong")), 401, Some("unknown_key")),
        (with("x-none", String::new(), batch("")), 401, Some("no_key")),
    ] {
        let head = format!("{request:?}");
        let answer = door.app.send(request).await;
        assert_eq!((answer.status, answer.sent["code"].as_str()), (status, code), "{head}");
    }
    let single = json!({"event": "e", "userId": "u", "writeKey": door.key});
    let request = Request::post("/v1/t").body(Body::from(single.to_string())).unwrap();
    assert_eq!(door.app.send(request).await.status, 200);
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_another_of_the_same_source_is_not() {
    let door = Door::open().await;
    let other = door.app.app.create_write_key("web").await.unwrap();
    let keys = door.app.app.write_keys().await.unwrap();
    door.app.app.revoke_write_key(&keys[0].id).await.unwrap();
    assert!(door.app.app.revoke_write_key(&keys[0].id).await.is_err(), "once is enough");
    assert_eq!(door.send("/v1/track", track("1", "u").to_string()).await.status, 401);
    let other = Door { key: other.key, ..door };
    assert_eq!(other.send("/v1/track", track("1", "u").to_string()).await.status, 200);
}

#[tokio::test]
async fn bodies_are_what_their_bytes_say() {
    let door = Door::open().await;
    let body = |id: &str| json!({"batch": [track(id, "u")]}).to_string().into_bytes();
    for (bytes, encoding, kind) in [
        (body("1"), None, "text/plain"),
        (body("2"), None, "application/x-www-form-urlencoded"),
        (body("3"), Some("gzip"), "application/json"),
        (gzip(&body("4")), None, "application/x-www-form-urlencoded"),
        (gzip(&body("5")), Some("gzip"), "application/json"),
        (zlib(&body("6")), Some("deflate"), "application/json"),
        (zlib(&body("7")), None, "application/json"),
        (raw_deflate(&body("8")), Some("deflate"), "application/json"),
    ] {
        let mut request =
            Request::post("/v1/batch").header("authorization", door.basic()).header("content-type", kind);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        let answer = door.app.send(request.body(Body::from(bytes)).unwrap()).await;
        assert_eq!(answer.status, 200, "{encoding:?} {kind}: {}", answer.sent);
    }
    assert_eq!(door.counts().await[0], 8);
}

#[tokio::test]
async fn pages_of_other_sites_may_send_telemetry_and_nothing_else() {
    let door = Door::open().await;
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/t")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty())
        .unwrap();
    let answer = door.app.send(preflight).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, OPTIONS");
    assert!(answer.header("access-control-allow-headers").contains("content-type"));
    let post = |path: &str, body: String| {
        let request =
            Request::post(path).header("origin", "https://app.example").header("content-type", "text/plain");
        request.body(Body::from(body)).unwrap()
    };
    let body = json!({"event": "e", "userId": "u", "writeKey": door.key}).to_string();
    let answer = door.app.send(post("/v1/t", body)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
    let answer = door.app.send(post("/v1/t", "{".to_owned())).await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (400, "*"),
        "a page may read why"
    );
    assert_eq!(door.app.send(post("/api/v1/workbook/apply", "{}".to_owned())).await.status, 403);
}

#[tokio::test]
async fn the_browsers_settings_point_here() {
    let door = Door::open().await;
    for path in
        [format!("/v1/projects/{}/settings", door.key), format!("/v1/projects/{}/settings/", door.key)]
    {
        let answer = door.app.get(&path).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
        let own = &answer.sent["integrations"]["Segment.io"];
        assert_eq!(
            (&own["apiKey"], &own["apiHost"], &own["protocol"]),
            (&json!(door.key), &json!("localhost:7700/v1"), &json!("http"))
        );
    }
    let behind_proxy = Request::get(format!("/v1/projects/{}/settings", door.key))
        .header("x-forwarded-proto", "https, http")
        .body(Body::empty())
        .unwrap();
    assert_eq!(door.app.send(behind_proxy).await.sent["integrations"]["Segment.io"]["protocol"], "https");
    assert_eq!(door.app.get("/v1/projects/wrong/settings").await.status, 401);
}

#[tokio::test]
async fn other_names_are_refused_but_for_the_door_of_its_own() {
    use tower::ServiceExt;
    let door = Door::open().await;
    let request = || {
        let request = Request::post("/v1/track")
            .header("host", "telemetry.example")
            .header("authorization", door.basic());
        request.body(Body::from(track("1", "u").to_string())).unwrap()
    };
    let answer = door.app.send(request()).await;
    assert_eq!((answer.status, &answer.sent["code"]), (403, &json!("host")));
    let own = dearly_app::ingest::Door::default();
    own.open(door.app.ingestion.clone().unwrap());
    let router = dearly_api::ingest_router(door.app.app.clone(), own);
    assert_eq!(router.clone().oneshot(request()).await.unwrap().status(), 200);
    for path in ["/", "/api/v1/book", "/api/openapi.json", "/healthz"] {
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn while_the_door_is_closed_it_says_so() {
    let app = crate::test_app::TestApp::empty().await;
    let request = Request::post("/v1/track").body(Body::from("{}")).unwrap();
    let answer = app.send(request).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
}
