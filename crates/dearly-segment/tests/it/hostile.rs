//! Bodies that nobody should send.

use dearly_segment::{DEEPEST, Endpoint, Error, LARGEST_BODY, LARGEST_CALL, LONGEST_NAME, MOST_CALLS, parse};

use crate::support::{arrival, read, reason};

#[test]
fn what_is_no_batch_is_an_error() {
    for (body, said) in [
        (&b""[..], "the body is not JSON: expected an object at byte 0"),
        (b"{", "the body is not JSON: expected a name in quotes at byte 1"),
        (b"[]", "expected an object at byte 0"),
        (b"{}", "the body has no list named batch"),
        (b"{\"batch\":{}}", "the body has no list named batch"),
        (b"{\"batch\":[]} x", "expected the end at byte 13"),
        (b"{\"batch\":[{\"type\":\"track\",", "expected a name in quotes at byte 26"),
        (b"{\"batch\":[\"\x00\"]}", "no control character within a string at byte 11"),
        (b"{\"batch\":[\"\xff\"]}", "the body is not UTF-8: byte 11 fits no character"),
        (b"\x1f\x8b", "not UTF-8"),
    ] {
        let error = parse(body, &arrival(Endpoint::Batch)).unwrap_err().to_string();
        assert!(error.contains(said), "{body:?}: {error}");
    }
}

#[test]
fn an_empty_batch_is_one() {
    let parsed = read(Endpoint::Batch, r#"{"batch":[]}"#).unwrap();
    assert_eq!((parsed.calls.len(), parsed.rejected.len()), (0, 0));
}

#[test]
fn depth_is_limited() {
    for depth in [100, 100_000] {
        let body = format!(
            "{{\"batch\":[{{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"properties\":{}1{}}}]}}",
            "{\"a\":".repeat(depth),
            "}".repeat(depth)
        );
        let error = read(Endpoint::Batch, &body);
        if body.len() <= LARGEST_BODY {
            assert!(matches!(error, Err(Error::TooDeep { .. })), "{error:?}");
            assert!(error.unwrap_err().to_string().contains(&format!("deeper than {DEEPEST} levels")));
        } else {
            assert_eq!(error, Err(Error::TooLarge));
        }
    }
}

fn track(filler: usize) -> String {
    format!(
        "{{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"properties\":{{\"x\":\"{}\"}}}}",
        "x".repeat(filler)
    )
}

#[test]
fn a_large_call_is_rejected_alone() {
    let fits = track(LARGEST_CALL - track(0).len());
    let large = track(LARGEST_CALL - track(0).len() + 1);
    let body = format!("{{\"batch\":[{large},{fits}]}}");
    let parsed = read(Endpoint::Batch, &body).unwrap();
    assert_eq!((parsed.calls.len(), parsed.rejected.len()), (1, 1));
    let rejected = &parsed.rejected[0];
    assert_eq!(rejected.reason, "the call has 32769 bytes, and at most 32768 are taken");
    assert!(rejected.excerpt.len() < 1_100 && rejected.excerpt.starts_with("{\"type\":\"track\""));
    let sent_again = read(Endpoint::Batch, &body).unwrap();
    assert_eq!(sent_again.rejected, parsed.rejected, "known again by its id");
}

#[test]
fn a_large_body_is_an_error() {
    let body = format!("{{\"batch\":[]{}}}", " ".repeat(LARGEST_BODY - 12));
    assert_eq!(body.len(), LARGEST_BODY);
    assert!(read(Endpoint::Batch, &body).is_ok());
    assert_eq!(read(Endpoint::Batch, &format!("{body} ")), Err(Error::TooLarge));
}

#[test]
fn a_batch_has_only_so_many_calls() {
    let body = |n: usize| format!("{{\"batch\":[{}]}}", vec!["0"; n].join(","));
    let most = read(Endpoint::Batch, &body(MOST_CALLS)).map(|parsed| parsed.rejected.len());
    assert_eq!(most, Ok(MOST_CALLS));
    assert_eq!(read(Endpoint::Batch, &body(MOST_CALLS + 1)), Err(Error::TooManyCalls));
}

#[test]
fn what_is_said_once_for_all_calls_does_not_swell() {
    let body = |n_calls: usize, filler: usize| {
        let calls = vec![r#"{"type":"identify","userId":"u"}"#; n_calls].join(",");
        format!("{{\"batch\":[{calls}],\"context\":{{\"traits\":{{\"a\":\"{}\"}}}}}}", "x".repeat(filler))
    };
    let few = read(Endpoint::Batch, &body(5, 300_000)).map(|parsed| parsed.calls.len());
    assert_eq!(few, Ok(5));
    assert_eq!(read(Endpoint::Batch, &body(2_000, 300_000)), Err(Error::SharedTooLarge));
    assert_eq!(read(Endpoint::Batch, &body(100, 20_000)).map(|parsed| parsed.calls.len()), Ok(100));
}

#[test]
fn whom_a_call_names_is_known_though_it_is_not_taken() {
    let filler = "x".repeat(LARGEST_CALL);
    for (call, user, anonymous) in [
        (r#"{"type":"track","userId":7}"#.to_owned(), Some("7"), None),
        (r#"{"type":"track","userId":"\u0061nn","anonymousId":"v1"}"#.to_owned(), Some("ann"), Some("v1")),
        (format!(r#"{{"type":"identify","traits":{{"a":"{filler}"}},"userId":"ann"}}"#), Some("ann"), None),
        (r#"{"type":"alias","previousId":"v1","anonymousId":"v2"}"#.to_owned(), None, Some("v1")),
        (r#"{"type":"track","userId":[1],"anonymousId":"v1"}"#.to_owned(), None, Some("v1")),
        ("[]".to_owned(), None, None),
    ] {
        let body = format!("{{\"batch\":[{call}]}}");
        let parsed = read(Endpoint::Batch, &body).unwrap();
        let [rejected] = parsed.rejected.as_slice() else { panic!("{call}") };
        let own = (rejected.user.as_deref(), rejected.anonymous.as_deref());
        assert_eq!(own, (user, anonymous), "{call:.80}");
    }
}

#[test]
fn names_and_ids_have_a_limit() {
    let long = "ä".repeat(LONGEST_NAME / 2 + 1);
    for name in ["event", "userId", "messageId"] {
        let mut fields = vec![("event", "e"), ("userId", "u"), ("messageId", "m")];
        fields.retain(|field| field.0 != name);
        fields.push((name, &long));
        let fields: Vec<String> =
            fields.iter().map(|(name, text)| format!("\"{name}\":\"{text}\"")).collect();
        let body = format!("{{{}}}", fields.join(","));
        let reason = reason(Endpoint::Track, &body);
        assert!(
            reason.starts_with(name) && reason.ends_with("has 502 bytes, and at most 500 are kept"),
            "{reason}"
        );
    }
}
