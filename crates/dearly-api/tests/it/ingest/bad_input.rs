//! What nobody should send: a clear answer, and nothing else suffers.

use axum::body::Body;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Door, gzip, track, zlib};

#[tokio::test]
async fn bodies_that_are_none_are_told_why() {
    let door = Door::open().await;
    let good = json!({"batch": [track("1", "u")]}).to_string();
    let packed = gzip(good.as_bytes());
    let large = format!("{{\"batch\":[],\"x\":\"{}\"}}", "x".repeat(10 << 20));
    for (body, code, said) in [
        (Vec::new(), "invalid_body", "not JSON"),
        (b"{\"batch\":[".to_vec(), "invalid_body", "not JSON: expected a value at byte 10"),
        (b"[]".to_vec(), "invalid_body", "expected an object"),
        (b"{}".to_vec(), "invalid_body", "no list named batch"),
        (
            packed[..packed.len() / 2].to_vec(),
            "invalid_body",
            "cannot be unpacked as gzip, it is damaged or cut off",
        ),
        (packed[..packed.len() - 4].to_vec(), "invalid_body", "cannot be unpacked as gzip"),
        (packed[..3].to_vec(), "invalid_body", "cannot be unpacked as gzip"),
        (zlib(good.as_bytes())[..9].to_vec(), "invalid_body", "cannot be unpacked as deflate"),
        (gzip(b"not json"), "invalid_body", "not JSON"),
        (gzip(&vec![b' '; 600 << 10]), "too_large", "more than 512000 bytes"),
        (gzip(&vec![0; 100 << 20]), "too_large", "more than 512000 bytes"),
        (large.clone().into_bytes(), "too_large", "more than 512000 bytes"),
        (
            format!("{{\"batch\":[{}]}}", "[".repeat(100) + &"]".repeat(100)).into_bytes(),
            "invalid_body",
            "nested deeper than 64",
        ),
        ("[".repeat(400_000).into_bytes(), "invalid_body", "expected an object"),
        (b"{\"batch\":[{\"event\":\"\xff\"}]}".to_vec(), "invalid_body", "not UTF-8: byte 20"),
        (b"{\"batch\":[{\"event\":\"\0\"}]}".to_vec(), "invalid_body", "no control character"),
    ] {
        let answer = door.send("/v1/batch", body).await;
        assert_eq!((answer.status, answer.sent["code"].as_str()), (400, Some(code)), "{}", answer.sent);
        assert!(answer.sent["message"].as_str().unwrap().contains(said), "{}: {said}", answer.sent);
    }
    door.batch(&[track("1", "u")]).await;
    assert_eq!(door.counts().await, [1, 0, 0, 0, 1]);
}

#[tokio::test]
async fn a_large_body_that_does_not_say_so_is_not_kept() {
    let door = Door::open().await;
    let chunks = stream::iter((0..200).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 << 10])));
    let answer = door.send("/v1/batch", Body::from_stream(chunks)).await;
    assert_eq!((answer.status, &answer.sent["code"]), (400, &json!("too_large")));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_batch() {
    let door = Door::open().await;
    let chunks = [Ok(b"{\"batch\":[]".to_vec()), Err(std::io::Error::other("gone"))];
    let answer = door.send("/v1/batch", Body::from_stream(stream::iter(chunks))).await;
    assert_eq!((answer.status, &answer.sent["code"]), (400, &json!("invalid_body")));
}

#[tokio::test]
async fn a_call_that_cannot_be_taken_is_shown_and_the_rest_is_taken() {
    let door = Door::open().await;
    let large =
        json!({"type": "track", "event": "e", "userId": "u", "properties": {"x": "x".repeat(33_000)}});
    let nobody = json!({"type": "track", "event": "e", "messageId": "3"});
    door.batch(&[track("1", "u"), large.clone(), nobody, json!(17), track("2", "u")]).await;
    assert_eq!(door.counts().await, [2, 0, 0, 3, 2]);
    let telemetry = door.telemetry().await;
    let mut reasons: Vec<&str> = telemetry["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["reason"].as_str().unwrap())
        .collect();
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        [
            "the call has 33063 bytes, and at most 32768 are taken",
            "the call has neither userId nor anonymousId",
            "the call is not an object",
        ]
    );
    // Sent again, as clients do, it is shown once.
    door.batch(&[large]).await;
    assert_eq!(door.telemetry().await["rejected"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_only_call_of_a_request_is_refused_and_shown() {
    let door = Door::open().await;
    let answer = door.send("/v1/track", json!({"userId": "u"}).to_string()).await;
    assert_eq!((answer.status, &answer.sent["code"]), (400, &json!("rejected")));
    assert_eq!(answer.sent["message"], "the track call has no event, its name");
    let telemetry = door.telemetry().await;
    assert_eq!(telemetry["rejected"][0]["excerpt"], r#"{"userId":"u"}"#);
}

#[tokio::test]
async fn rejected_calls_are_not_kept_without_end() {
    let door = Door::open().await;
    let calls: Vec<Value> = (0..5_000).map(|number| json!({"type": "track", "event": number})).collect();
    door.batch(&calls).await;
    assert_eq!(door.counts().await, [0, 0, 0, 5_000, 0]);
    let kept = door.app.app.telemetry().await.unwrap().rejected;
    assert_eq!(kept.len(), 50);
}

#[tokio::test]
async fn strange_values_are_kept_as_they_can_be() {
    let door = Door::open().await;
    let body = r#"{"batch":[{"type":"track","event":"big\u0000","userId":99999999999999999999,"context":{"groupId":"acme"},
        "properties":{"n":123456789012345678901234567890,"value":-1e400,"text":"\u0000\ud800"}}]}"#;
    assert_eq!(door.send("/v1/batch", body).await.status, 200);
    assert_eq!(door.counts().await, [1, 0, 0, 0, 0]);
    let usage = door.app.get("/api/v1/accounts/acme/usage?weeks=260").await;
    assert_eq!(usage.status, 200, "{}", usage.sent);
}

#[tokio::test]
async fn clocks_that_are_years_off_are_corrected_or_refused() {
    let door = Door::open().await;
    let track = |id: &str, timestamp: &str, sent_at: Option<&str>| {
        let mut call = super::track(id, "u");
        call["timestamp"] = json!(timestamp);
        if let Some(sent_at) = sent_at {
            call["sentAt"] = json!(sent_at);
        }
        call
    };
    door.batch(&[
        track("1", "2024-06-01T10:00:00Z", Some("2024-06-01T10:00:05Z")),
        track("2", "2036-06-01T10:00:00Z", Some("2036-06-01T10:00:05Z")),
        track("3", "2036-06-01T10:00:00Z", None),
        track("4", "1971-06-01T10:00:00Z", None),
        track("5", "2011-06-01T10:00:00Z", None),
    ])
    .await;
    assert_eq!(door.counts().await, [3, 0, 0, 2, 3]);
    let source = &door.telemetry().await["sources"][0];
    let at = |name: &str| -> dearly_domain::Instant { source[name].as_str().unwrap().parse().unwrap() };
    let age = at("last_received_at").micros() - at("last_event_at").micros();
    assert_eq!(age, 5_000_000, "five seconds before it came, by whatever clock");
}
