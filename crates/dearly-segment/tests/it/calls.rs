//! What calls say.

use dearly_domain::Instant;
use dearly_segment::{Call, Endpoint};

use crate::support::{call, event, read, reason};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn a_batch_of_the_python_sdk() {
    let body = r#"{"batch": [
        {"integrations": {}, "anonymousId": null, "properties": {"plan": "pro", "value": 3.5, "product": "core"},
         "timestamp": "2024-11-22T09:59:58+00:00", "context": {"library": {"name": "analytics-python", "version": "2.4.0"}, "groupId": "acme"},
         "userId": "u1", "type": "track", "event": "Report Opened", "messageId": "m1"},
        {"traits": {"name": "Acme", "employees": 50}, "groupId": "acme", "timestamp": "2024-11-22T09:59:59.5+00:00",
         "context": {"traits": {"not": "of the account"}}, "userId": "u1", "type": "group", "messageId": "m2"}],
      "writeKey": "key", "sentAt": "2024-11-22T10:00:00.000000+00:00"}"#;
    let parsed = read(Endpoint::Batch, body).unwrap();
    assert_eq!(parsed.write_key.as_deref(), Some("key"));
    assert_eq!(parsed.rejected, []);
    let [Call::Event(event), Call::Group(group)] = parsed.calls.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((&*event.event, &*event.user, event.group.as_deref()), ("Report Opened", "u1", Some("acme")));
    assert_eq!(
        (event.product.as_deref(), event.value, event.property.as_deref()),
        (Some("core"), Some(3.5), None)
    );
    assert_eq!(event.attributes.as_deref(), Some(r#"{"plan": "pro", "value": 3.5, "product": "core"}"#));
    assert_eq!(event.stamp.message_id, "m1");
    assert_eq!(event.stamp.at, at("2026-11-22T09:59:58Z"));
    assert_eq!(event.stamp.original_at, Some(at("2024-11-22T09:59:58Z")));
    assert_eq!(event.stamp.sent_at, Some(at("2024-11-22T10:00:00Z")));
    assert_eq!(group.stamp.at, at("2026-11-22T09:59:59.5Z"));
    assert_eq!((&*group.user, &*group.group), ("u1", "acme"));
    assert_eq!(group.traits.as_deref(), Some(r#"{"name": "Acme", "employees": 50}"#));
}

#[test]
fn a_batch_of_the_rudder_node_sdk() {
    let body = r#"{"batch":[
        {"userId":"u2","anonymousId":"a2","context":{"library":{"name":"x"},"traits":{"email":"u2@acme.example"}},"_metadata":{"nodeVersion":"20"},
         "type":"identify","messageId":"m3","originalTimestamp":"2026-11-22T08:59:00.000Z","sentAt":"2026-11-22T09:00:00.000Z"}],
      "sentAt":"2020-01-01T00:00:00Z"}"#;
    let Call::Identify(own) = call(Endpoint::Batch, body) else { panic!() };
    assert_eq!((own.user.as_deref(), own.anonymous.as_deref()), (Some("u2"), Some("a2")));
    assert_eq!(own.traits.as_deref(), Some(r#"{"email":"u2@acme.example"}"#));
    assert_eq!(own.stamp.at, at("2026-11-22T09:59:00Z"), "the call's own sentAt stands above the batch's");
}

#[test]
fn the_context_of_a_batch_stands_below_each_call() {
    let body = r#"{"context":{"groupId":"acme","traits":{"a":1,"b":1}},"batch":[
        {"type":"track","event":"e","userId":"u","messageId":"1"},
        {"type":"track","event":"e","userId":"u","messageId":"2","context":{"groupId":"globex"}},
        {"type":"identify","userId":"u","messageId":"3","traits":{"c":3},"context":{"traits":{"b":2,"c":2}}}]}"#;
    let parsed = read(Endpoint::Batch, body).unwrap();
    let [Call::Event(first), Call::Event(second), Call::Identify(third)] = parsed.calls.as_slice() else {
        panic!("{parsed:?}")
    };
    assert_eq!((first.group.as_deref(), second.group.as_deref()), (Some("acme"), Some("globex")));
    assert_eq!(third.traits.as_deref(), Some(r#"{"a":1,"b":2,"c":3}"#));
    assert_eq!(third.group.as_deref(), Some("acme"));
}

#[test]
fn pages_and_screens_are_named_as_segment_names_them() {
    for (endpoint, body, name) in [
        (Endpoint::Page, r#"{"userId":"u","name":"Pricing"}"#, "Viewed Pricing Page"),
        (Endpoint::Page, r#"{"userId":"u","name":"Pricing","category":"Docs"}"#, "Viewed Docs Pricing Page"),
        (Endpoint::Page, r#"{"userId":"u","category":"Docs"}"#, "Viewed Docs Page"),
        (Endpoint::Page, r#"{"userId":"u","name":""}"#, "Loaded a Page"),
        (Endpoint::Screen, r#"{"anonymousId":"u","name":"Start"}"#, "Viewed Start Screen"),
        (Endpoint::Screen, r#"{"anonymousId":"u"}"#, "Loaded a Screen"),
        (Endpoint::Batch, r#"{"batch":[{"type":"page","userId":"u"}]}"#, "Loaded a Page"),
    ] {
        assert_eq!(event(endpoint, body).event, name, "{body}");
    }
}

#[test]
fn ids_may_be_numbers_and_the_path_says_what_a_single_call_is() {
    let own = event(
        Endpoint::Track,
        r#"{"type":"group","event":"e","userId":123456789012345678901234567890,"anonymousId":1,
        "properties":{"account_id":17,"revenue":"9","value":1e999}}"#,
    );
    assert_eq!((&*own.user, own.property.as_deref()), ("123456789012345678901234567890", Some("17")));
    assert_eq!(own.value, None, "neither a text nor what no number holds");
    assert_eq!(event(Endpoint::Track, r#"{"event":"e","userId":"","anonymousId":"a"}"#).user, "a");
    assert_eq!(
        event(Endpoint::Track, r#"{"event":"e","userId":"u","properties":{"revenue":9,"value":null}}"#).value,
        Some(9.0)
    );
    assert_eq!(event(Endpoint::Track, r#"{"event":"e","userId":"u","properties":{}}"#).attributes, None);
    let Call::Alias(alias) = call(Endpoint::Alias, r#"{"previousId":"a","userId":5}"#) else { panic!() };
    assert_eq!((&*alias.previous, &*alias.user), ("a", "5"));
}

#[test]
fn an_id_is_made_where_none_came() {
    let body = r#"{"batch":[{"type":"track","event":"e","userId":"u"},{"type":"track","event":"e","userId":"u","messageId":""}]}"#;
    let ids = |nonce| {
        let arrival = dearly_segment::Arrival { nonce, ..crate::support::arrival(Endpoint::Batch) };
        let parsed = dearly_segment::parse(body.as_bytes(), &arrival).unwrap();
        parsed.calls.iter().map(|call| call.stamp().message_id.to_string()).collect::<Vec<_>>()
    };
    let mut all = [ids(1), ids(2)].concat();
    assert!(all.iter().all(|id| id.starts_with("dearly-")), "{all:?}");
    assert_eq!(ids(1), ids(1));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 4);
}

#[test]
fn ids_are_trimmed_and_a_blank_one_is_none() {
    let own = event(Endpoint::Track, r#"{"event":"e","userId":" u\t","context":{"groupId":" acme "}}"#);
    assert_eq!((&*own.user, own.group.as_deref()), ("u", Some("acme")));
    let own =
        event(Endpoint::Track, r#"{"event":"e","userId":" ","anonymousId":"a","context":{"groupId":" "}}"#);
    assert_eq!((&*own.user, own.group.as_deref()), ("a", None));
    assert!(reason(Endpoint::Group, r#"{"userId":"u","groupId":"  "}"#).contains("no groupId"));
}

/// The property that the workbook names may be used otherwise by some events: their users may tell the account.
#[test]
fn what_names_no_account_is_no_reason_to_refuse() {
    for account in ["true", "[\"acme\"]", "{\"id\":1}", "null", "\" \""] {
        let body = format!(r#"{{"event":"e","userId":"u","properties":{{"account_id":{account}}}}}"#);
        assert_eq!(event(Endpoint::Track, &body).property, None, "{account}");
    }
    let number = event(Endpoint::Track, r#"{"event":"e","userId":"u","properties":{"account_id":7}}"#);
    assert_eq!(number.property.as_deref(), Some("7"));
}

#[test]
fn what_no_database_holds_is_replaced() {
    let own = event(
        Endpoint::Track,
        r#"{"event":"a\u0000b","userId":"u\ud83d","properties":{"x":"\u0000","y":"\ud83d\ude00"}}"#,
    );
    assert_eq!((&*own.event, &*own.user), ("a\u{fffd}b", "u\u{fffd}"));
    assert_eq!(own.attributes.as_deref(), Some(r#"{"x":"\ufffd","y":"\ud83d\ude00"}"#));
}

#[test]
fn a_call_that_cannot_be_taken_says_why() {
    for (body, said) in [
        (r#"{"type":"track","event":"e"}"#, "neither userId nor anonymousId"),
        (r#"{"type":"track","userId":"u"}"#, "the track call has no event"),
        (r#"{"type":"track","userId":"u","event":""}"#, "the track call has no event"),
        (r#"{"type":"track","userId":"u","event":{}}"#, "event is neither a text nor a number"),
        (r#"{"type":"track","userId":["u"],"event":"e"}"#, "userId is neither"),
        (r#"{"type":"track","userId":true,"event":"e"}"#, "userId is neither"),
        (r#"{"type":"track","userId":"u","event":"e","properties":[1]}"#, "properties is not an object"),
        (
            r#"{"type":"track","userId":"u","event":"e","timestamp":"soon"}"#,
            "timestamp \"soon\" is not an instant like",
        ),
        (
            r#"{"type":"track","userId":"u","event":"e","timestamp":1700000000}"#,
            "timestamp \"1700000000\" is not",
        ),
        (
            r#"{"type":"track","userId":"u","event":"e","timestamp":"2026-11-24T00:00:00Z"}"#,
            "more than a day after",
        ),
        (r#"{"type":"track","userId":"u","event":"e","timestamp":"1970-01-01T00:00:00Z"}"#, "before 2000"),
        (r#"{"type":"track","userId":"u","event":"e","sentAt":"then"}"#, "sentAt \"then\""),
        (r#"{"type":"group","userId":"u"}"#, "no groupId"),
        (r#"{"type":"group","userId":"u","groupId":"g","traits":"x"}"#, "traits is not an object"),
        (r#"{"type":"alias","userId":"u"}"#, "no previousId"),
        (r#"{"type":"alias","previousId":"u"}"#, "no userId"),
        (r#"{"type":"tracked","userId":"u"}"#, "type \"tracked\" is none of"),
        (r#"{"type":"batch","userId":"u"}"#, "type \"batch\" is none of"),
        (r#"{"userId":"u"}"#, "no type"),
        ("17", "not an object"),
        ("null", "not an object"),
    ] {
        let batch = format!("{{\"batch\":[{body}]}}");
        let reason = reason(Endpoint::Batch, &batch);
        assert!(reason.contains(said), "{body}: {reason}");
    }
}

#[test]
fn traits_may_hold_numbers_of_any_size() {
    let body = r#"{"userId":"u","traits":{"plan":"pro"},"context":{"traits":{"big":1e999,"plan":"free"}}}"#;
    let Call::Identify(own) = call(Endpoint::Identify, body) else { panic!("{body}") };
    assert_eq!(own.traits.as_deref(), Some(r#"{"big":1e999,"plan":"pro"}"#));
}
