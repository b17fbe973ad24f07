//! Scores kept, and the changes that make them stale.

use dearly_domain::{AccountId, Day};
use dearly_store::{AccountChange, ScoreHistory, Store};
use dearly_testing::{each_store, file, incoming, instant};

use crate::{begin, letters};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Puts one row by an import of its own; the revision after it.
async fn put(store: &Store, import: &str, noun: &str, cells: &[(&str, &str)]) -> i64 {
    let mut write = begin(store, import).await;
    let rows = vec![incoming(file(noun), cells)];
    let mode = dearly_store::Mode::Upsert;
    let outcomes = write.put(file(noun), rows, mode, instant("2026-03-01"), import).await.unwrap();
    assert!(!letters(&outcomes).contains('r'), "{outcomes:?}");
    write.commit().await.unwrap()
}

fn sorted(changes: Option<Vec<AccountChange>>) -> Vec<(String, i64, Day)> {
    let mut changes: Vec<_> =
        changes.unwrap().into_iter().map(|own| (own.account.0, own.revision, own.from)).collect();
    changes.sort();
    changes
}

#[tokio::test]
async fn changes_name_accounts_and_the_first_day_that_may_differ() {
    each_store(async |store| {
        let ticket = |account, resolved| {
            [
                ("external_id", "t1"),
                ("account", account),
                ("opened_at", "2026-02-10T08:00:00Z"),
                ("severity", "2"),
                ("resolved_at", resolved),
            ]
        };
        let zeroth = put(&store, "i0", "accounts", &[("external_id", "b"), ("name", "Birch")]).await;
        let first = put(&store, "i1", "accounts", &[("external_id", "a"), ("name", "Acme")]).await;
        let whole = |account: &str, revision| (account.to_owned(), revision, Day::MIN);
        let changes = store.view().await.unwrap().account_changes(0).await.unwrap();
        assert_eq!(sorted(changes), [whole("a", first), whole("b", zeroth)]);
        // A new ticket reads from its day on, less a day for time zones.
        let second = put(&store, "i2", "tickets", &ticket("a", "")).await;
        let changes = store.view().await.unwrap().account_changes(first).await.unwrap();
        assert_eq!(sorted(changes), [("a".to_owned(), second, day("2026-02-09"))]);
        // A changed one may change the past of both accounts that it ever named.
        let third = put(&store, "i3", "tickets", &ticket("b", "2026-02-12T00:00:00Z")).await;
        let changes = store.view().await.unwrap().account_changes(second).await.unwrap();
        assert_eq!(sorted(changes), [whole("a", third), whole("b", third)]);
        // The same again changes nothing.
        let fourth = put(&store, "i4", "tickets", &ticket("b", "2026-02-12T00:00:00Z")).await;
        assert_eq!(fourth, third);
        // Objectives find their account through their plan.
        let plan = [("external_id", "p1"), ("account", "b"), ("name", "Plan"), ("created_on", "2026-01-05")];
        let fifth = put(&store, "i5", "plans", &plan).await;
        let changes = store.view().await.unwrap().account_changes(third).await.unwrap();
        assert_eq!(sorted(changes), [("b".to_owned(), fifth, day("2026-01-04"))]);
        let objective = [("external_id", "o1"), ("plan", "p1"), ("name", "Faster")];
        let sixth = put(&store, "i6", "objectives", &objective).await;
        let changes = store.view().await.unwrap().account_changes(fifth).await.unwrap();
        assert_eq!(sorted(changes), [whole("b", sixth)]);

        let mut write = store.write("test").await.unwrap();
        write.forget_account_changes(fifth).await.unwrap();
        assert_eq!(write.commit().await.unwrap(), sixth, "forgetting changes no fact");
        let mut view = store.view().await.unwrap();
        assert_eq!(view.account_changes(third).await.unwrap(), None, "what was forgotten may be anything");
        assert_eq!(sorted(view.account_changes(fifth).await.unwrap()), [whole("b", sixth)]);
    })
    .await;
}

#[tokio::test]
async fn scores_are_kept_by_rules_and_account() {
    each_store(async |store| {
        let history = |account: &str, revision, days: &[u8]| ScoreHistory {
            account: AccountId::from(account),
            revision,
            reckoned_to: day("2026-03-05"),
            days: days.to_vec(),
        };
        let before = store.revision().await.unwrap();
        let mut write = store.write("test").await.unwrap();
        let kept = [history("a", 3, &[0, 255, 1]), history("b", 3, &[])];
        write.keep_score_histories("one", &kept).await.unwrap();
        write.keep_score_histories("one", &[history("b", 4, b"new")]).await.unwrap();
        write.keep_score_histories("two", &[history("a", 1, b"old")]).await.unwrap();
        assert_eq!(write.commit().await.unwrap(), before, "a cache is no fact");
        let both = [AccountId::from("a"), AccountId::from("b"), AccountId::from("c")];
        let mut found = store.view().await.unwrap().score_histories("one", &both).await.unwrap();
        found.sort_by(|a, b| a.account.cmp(&b.account));
        assert_eq!(found, [history("a", 3, &[0, 255, 1]), history("b", 4, b"new")]);
        let mut write = store.write("test").await.unwrap();
        write.drop_other_score_histories("one").await.unwrap();
        write.commit().await.unwrap();
        let mut view = store.view().await.unwrap();
        assert!(view.score_histories("two", &both).await.unwrap().is_empty());
        let mut reckoned = view.reckoned("one").await.unwrap();
        reckoned.sort();
        assert_eq!(
            reckoned,
            [(AccountId::from("a"), 3, day("2026-03-05")), (AccountId::from("b"), 4, day("2026-03-05"))]
        );
    })
    .await;
}

#[tokio::test]
async fn who_need_not_write_does_not_wait() {
    each_store(async |store| {
        let held = store.write("test").await.unwrap();
        assert!(store.write_if_free("cache").await.unwrap().is_none());
        held.roll_back().await.unwrap();
        assert!(store.write_if_free("cache").await.unwrap().is_some());
    })
    .await;
}
