//! A later link moves earlier events, from the day of the link on; a restart loses nothing.

use std::sync::Arc;

use dearly_app::ingest::{IngestOptions, RealDisk};
use serde_json::{Value, json};

use super::{Door, track};

fn at(mut call: Value, day: &str) -> Value {
    call["timestamp"] = json!(format!("{day}T12:00:00Z"));
    call
}

#[tokio::test]
async fn a_later_link_moves_earlier_events() {
    let door = Door::open().await;
    door.batch(&[at(track("1", "u7x"), "2026-03-02"), at(track("2", "u7x"), "2026-03-03")]).await;
    assert_eq!(door.counts().await, [2, 0, 0, 0, 2]);
    assert_eq!(door.telemetry().await["n_unattributed_events"], 2);
    let link = json!({"type": "group", "userId": "u7x", "groupId": "globex", "messageId": "3"});
    door.batch(&[at(link, "2026-03-05")]).await;
    assert_eq!(door.counts().await, [2, 1, 0, 0, 0], "what was unattributed is so no more");
    assert_eq!(door.telemetry().await["n_unattributed_events"], 0);
}

#[tokio::test]
async fn a_later_link_shows_on_the_accounts_page_from_its_day_on() {
    let door = Door::open().await;
    let link =
        |user: &str, id: &str| json!({"type": "group", "userId": user, "groupId": "globex", "messageId": id});
    door.batch(&[
        at(link("known", "1"), "2026-03-01"),
        at(track("2", "known"), "2026-03-02"),
        at(track("3", "late"), "2026-03-02"),
    ])
    .await;
    door.flush().await;
    door.batch(&[at(link("late", "4"), "2026-03-05")]).await;
    door.flush().await;
    for (day, expected) in [("2026-03-04", 1), ("2026-03-05", 2), ("2026-03-06", 2)] {
        let path = format!("/api/v1/accounts/globex/usage?weeks=1&as_of={day}");
        let usage = door.app.get(&path).await.sent;
        let counts = [&usage["active_users"][0], &usage["events"][0]].map(|count| count.as_i64().unwrap());
        assert_eq!(counts, [expected, expected], "as of {day}: {usage}");
    }
}

#[tokio::test]
async fn an_anonymous_visitor_who_logs_in_was_that_user() {
    let door = Door::open().await;
    let mut visit = at(track("1", ""), "2026-03-02");
    visit["anonymousId"] = json!("a1");
    door.batch(&[visit]).await;
    door.batch(&[at(
        json!({"type": "group", "userId": "u1", "groupId": "globex", "messageId": "2"}),
        "2026-03-01",
    )])
    .await;
    assert_eq!(door.counts().await, [1, 1, 0, 0, 1]);
    door.batch(&[at(
        json!({"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "3"}),
        "2026-03-04",
    )])
    .await;
    assert_eq!(door.counts().await, [1, 2, 0, 0, 0]);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let door = Door::open().await;
    door.batch(&[track("1", "u"), track("2", "u")]).await;
    let Door { app, key } = door;
    app.ingestion.as_ref().unwrap().stop().await;
    let door = Door { app: app.open_door(Arc::new(RealDisk), IngestOptions::default()).await, key };
    door.batch(&[track("2", "u"), track("3", "u")]).await;
    assert_eq!(door.counts().await, [3, 0, 1, 0, 3]);
}
