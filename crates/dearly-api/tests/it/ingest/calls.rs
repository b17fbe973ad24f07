//! What calls become: events, accounts, people.

use serde_json::{Value, json};

use super::{Door, track};

async fn account(door: &Door, id: &str) -> Value {
    door.flush().await;
    let answer = door.app.get(&format!("/api/v1/accounts/{id}?as_of=2030-01-01")).await;
    assert_eq!(answer.status, 200, "{}", answer.sent);
    answer.sent
}

#[tokio::test]
async fn a_group_call_makes_an_account_and_changes_what_it_says() {
    let door = Door::open().await;
    let group = |id: &str, at: &str, traits: Value| json!({"type": "group", "userId": "u1", "groupId": "umbrella", "messageId": id, "timestamp": at, "traits": traits});
    door.batch(&[group(
        "1",
        "2026-01-01T00:00:00Z",
        json!({"name": "Umbrella", "employees": 50, "plan": "pro"}),
    )])
    .await;
    let own = account(&door, "umbrella").await;
    assert_eq!(own["name"], "Umbrella", "{own}");
    door.batch(&[group("2", "2026-01-03T00:00:00Z", json!({"name": "Umbrella Corp", "plan": null}))]).await;
    door.flush().await;
    door.batch(&[group("3", "2026-01-02T00:00:00Z", json!({"name": "Umbra", "employees": 60}))]).await;
    let own = account(&door, "umbrella").await;
    assert_eq!(own["name"], "Umbrella Corp", "what was said last stands, however late the other comes");
    let attributes = &own["attributes"];
    assert_eq!((&attributes["employees"], attributes.get("plan")), (&json!(60), None), "{own}");
}

#[tokio::test]
async fn identify_makes_a_person_once_the_account_is_known() {
    let door = Door::open().await;
    let identify = json!({"type": "identify", "userId": "u9", "messageId": "1", "traits": {"firstName": "Ada", "lastName": "Byron", "email": "ada@acme.example"}});
    door.batch(&[identify]).await;
    door.flush().await;
    let people = |sent: Value| -> Vec<String> {
        let rows =
            sent.as_array().cloned().unwrap_or_else(|| sent["rows"].as_array().cloned().unwrap_or_default());
        rows.iter().filter_map(|row| Some(row["name"].as_str()?.to_owned())).collect()
    };
    let before = people(door.app.get("/api/v1/accounts/acme/people").await.sent);
    assert!(!before.contains(&"Ada Byron".to_owned()), "{before:?}");
    door.batch(&[json!({"type": "group", "userId": "u9", "groupId": "acme", "messageId": "2"})]).await;
    door.flush().await;
    let after = people(door.app.get("/api/v1/accounts/acme/people").await.sent);
    assert!(after.contains(&"Ada Byron".to_owned()), "{after:?}");
    let own = account(&door, "acme").await;
    assert_eq!(own["name"], "Acme Corporation", "a call without traits wipes nothing");
}

#[tokio::test]
async fn what_is_sent_twice_counts_once() {
    let door = Door::open().await;
    door.batch(&[track("1", "u"), track("1", "u"), track("2", "u")]).await;
    door.batch(&[track("2", "u"), track("3", "u")]).await;
    door.flush().await;
    door.batch(&[track("3", "u"), track("4", "u")]).await;
    assert_eq!(door.counts().await, [4, 0, 3, 0, 4]);
    let other = door.app.app.create_write_key("ios").await.unwrap().key;
    let other = Door { key: other, ..door };
    other.batch(&[track("4", "u")]).await;
    let telemetry = other.telemetry().await;
    assert_eq!(telemetry["sources"][0]["total"]["n_events"], 1, "by source: {telemetry}");
}

#[tokio::test]
async fn the_account_of_an_event_is_said_by_group_then_property_then_membership() {
    let door = Door::open().await;
    let mut documents = door.app.get("/api/v1/workbook").await.sent["documents"].take();
    let own = json!({"path": "telemetry.yaml", "text": "kind: organisation\nid: organisation\naccount_property: account_id\n"});
    documents
        .as_array_mut()
        .unwrap()
        .retain(|document| !document["text"].as_str().unwrap().contains("kind: organisation"));
    documents.as_array_mut().unwrap().push(own);
    let applied = door.app.post_json("/api/v1/workbook/apply", &json!({ "documents": documents })).await;
    assert_eq!(applied.status, 200, "{}", applied.sent);
    let with = |id: &str, group: Option<&str>, property: Option<&str>| {
        let mut call = track(id, "u5");
        call["context"] = json!({"groupId": group});
        call["properties"] = json!({"account_id": property});
        call
    };
    door.batch(&[
        with("1", Some("acme"), Some("globex")),
        with("2", None, Some("globex")),
        with("3", None, None),
        json!({"type": "group", "userId": "u5", "groupId": "initech", "messageId": "4", "timestamp": "2020-01-01T00:00:00Z"}),
    ]).await;
    assert_eq!(door.counts().await, [3, 1, 0, 0, 0]);
}
