//! What goes in comes out, sorted, however it is cut into segments.

use std::collections::BTreeSet;

use dearly_domain::AccountId;
use dearly_domain::usage::UsageRow;
use dearly_events::{AccountEvents, EventRow, Gatherer, Lake, Projection, Segment};
use proptest::prelude::*;

use crate::rows::{any_rows, event, read, stage, text};

fn sorted(mut rows: Vec<EventRow>) -> Vec<EventRow> {
    rows.sort_by(EventRow::order);
    rows
}

/// The rows that have an account.
fn attributed(rows: &[EventRow]) -> Vec<EventRow> {
    rows.iter().filter(|row| row.account.is_some()).cloned().collect()
}

/// The compact form written out again, without what it does not hold.
fn expand(account: &AccountEvents) -> Vec<EventRow> {
    let row = |row: UsageRow| EventRow {
        user: row.user.map(|user| account.users[user as usize].to_owned()),
        product: row.product.map(|product| account.products[product as usize].to_owned()),
        count: row.count,
        linked_at: row.linked_at,
        ..EventRow::new(Some(account.account.clone()), row.at, account.events[row.event as usize].to_owned())
    };
    account.rows.iter().map(row).collect()
}

fn core(rows: &[EventRow]) -> Vec<EventRow> {
    let core = |row: &EventRow| EventRow {
        value: None,
        message_id: None,
        recorded_at: None,
        attributes: None,
        source: None,
        attributed_by: None,
        original_at: None,
        sent_at: None,
        ..row.clone()
    };
    sorted(attributed(rows).iter().map(core).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_rows_come_out_sorted(rows in any_rows(60), cut in 1_usize..70) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let segments = stage(&lake, &rows, cut);
        prop_assert_eq!(segments.iter().map(|segment| segment.rows as usize).sum::<usize>(), rows.len());
        prop_assert_eq!(text(&read(&lake, &segments)), text(&sorted(attributed(&rows))));
        let unattributed: u64 = segments.iter().map(|segment| segment.n_unattributed).sum();
        prop_assert_eq!(unattributed as usize, rows.len() - attributed(&rows).len());

        let accounts: Vec<AccountEvents> = lake.accounts(&segments, None).map(Result::unwrap).collect();
        prop_assert!(accounts.is_sorted_by(|left, right| left.account < right.account));
        for account in &accounts {
            let users: BTreeSet<&str> = account.users.iter().collect();
            prop_assert_eq!(users.len(), account.users.len());
            for names in [&account.events, &account.products] {
                let distinct: BTreeSet<&str> = names.iter().collect();
                prop_assert_eq!(distinct.len(), names.len(), "{:?}", names);
            }
        }
        let expanded: Vec<EventRow> = accounts.iter().flat_map(expand).collect();
        prop_assert_eq!(sorted(expanded), core(&rows));
    }

    #[test]
    fn a_filter_of_accounts_is_a_filter_of_all(
        rows in any_rows(60),
        cut in 1_usize..70,
        others in prop::collection::btree_set("[a-f]", 0..4),
        picked in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let segments = stage(&lake, &rows, cut);
        let mut wanted: BTreeSet<AccountId> = others.into_iter().map(AccountId::from).collect();
        if !rows.is_empty() {
            wanted.extend(picked.iter().filter_map(|index| index.get(&rows).account.clone()));
        }
        let all = lake.accounts(&segments, None).map(Result::unwrap);
        let expected: Vec<AccountEvents> = all.filter(|account| wanted.contains(&account.account)).collect();
        let found: Vec<AccountEvents> = lake.accounts(&segments, Some(&wanted)).map(Result::unwrap).collect();
        prop_assert_eq!(&found, &expected);

        // Read ahead, the same accounts come in portions.
        let gatherer = Gatherer::new(None);
        let portions = lake.read_ahead(&segments, Some(&wanted), false).map(Result::unwrap);
        let ahead: Vec<AccountEvents> = portions.flatten().map(|runs| gatherer.gather(runs)).collect();
        prop_assert_eq!(ahead, expected);
    }

    #[test]
    fn what_was_not_known_by_an_instant_is_left_out(
        rows in any_rows(60),
        cut in 1_usize..70,
        picked in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!rows.is_empty());
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let segments = stage(&lake, &rows, cut);
        let known_at =
            |row: &EventRow| row.recorded_at.unwrap_or(row.at).max(row.linked_at.unwrap_or(row.at));
        let by = known_at(picked.get(&rows));
        let gatherer = Gatherer::new(Some(by));
        let portions = lake.read_ahead(&segments, None, true).map(Result::unwrap);
        let accounts: Vec<AccountEvents> = portions.flatten().map(|runs| gatherer.gather(runs)).collect();
        let known: Vec<EventRow> = rows.iter().filter(|row| known_at(row) <= by).cloned().collect();
        let expanded: Vec<EventRow> = accounts.iter().flat_map(expand).collect();
        prop_assert_eq!(sorted(expanded), core(&known));
    }
}

#[test]
fn accounts_are_the_same_from_one_segment_and_from_many() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    // Several row groups and batches, and more users than rows of a batch in one account.
    let rows: Vec<EventRow> = (0..200_000_u64)
        .map(|number| {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let account = if mixed % 3 == 0 { "large".to_owned() } else { format!("a{:03}", mixed % 500) };
            let at = format!("2026-{:02}-{:02}T12:00:00Z", 1 + mixed % 12, 1 + mixed % 28);
            let mut row =
                event(&account, &format!("user {}", mixed % 40_000), &at, &format!("event {}", mixed % 50));
            row.count = (number % 7) as u32;
            row
        })
        .collect();
    let one = stage(&lake, &rows, 1_000_000);
    let many = stage(&lake, &rows, 30_001);
    // Twelve months, and every piece has all of them.
    assert_eq!((one.len(), many.len()), (12, 7 * 12));
    let all = |segments: &[Segment]| {
        let accounts = lake.accounts(segments, None).map(Result::unwrap);
        sorted(accounts.flat_map(|account| expand(&account)).collect())
    };
    let expected = core(&rows);
    assert_eq!(all(&one), expected);
    assert_eq!(all(&many), expected);
    let backwards: Vec<_> = many.iter().rev().cloned().collect();
    assert_eq!(all(&backwards), expected);

    let wanted =
        BTreeSet::from([AccountId::from("a007"), AccountId::from("large"), AccountId::from("nobody")]);
    let found: Vec<AccountEvents> = lake.accounts(&many, Some(&wanted)).map(Result::unwrap).collect();
    let ids: Vec<&str> = found.iter().map(|account| account.account.as_str()).collect();
    assert_eq!(ids, ["a007", "large"]);
    let large = rows.iter().filter(|row| row.account == Some("large".into())).count();
    assert_eq!(found[1].rows.len(), large);
}

#[test]
fn a_segment_holds_one_month() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows = [
        event("a", "u", "2025-12-31T23:59:59.999999Z", "login"),
        event("a", "u", "2026-01-01T00:00:00Z", "login"),
        event("b", "u", "2026-01-31T23:59:59Z", "login"),
        EventRow { account: None, ..event("", "u", "2026-01-15T00:00:00Z", "login") },
        EventRow { account: None, ..event("", "u", "2026-02-01T00:00:00Z", "login") },
    ];
    let segments = stage(&lake, &rows, 10);
    let described: Vec<String> = segments
        .iter()
        .map(|segment| {
            let folder = segment.path.split('/').nth(1).unwrap();
            assert_eq!(folder, format!("month={}", segment.month().unwrap()));
            let account = |account: &Option<AccountId>| account.clone().map_or("none".to_owned(), |id| id.0);
            format!(
                "{folder}: {} rows, {} without account, {} to {}, {} to {}",
                segment.rows,
                segment.n_unattributed,
                segment.min_at,
                segment.max_at,
                account(&segment.min_account),
                account(&segment.max_account)
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            "month=2025-12: 1 rows, 0 without account, 2025-12-31T23:59:59.999999Z to 2025-12-31T23:59:59.999999Z, a to a",
            "month=2026-01: 3 rows, 1 without account, 2026-01-01T00:00:00Z to 2026-01-31T23:59:59Z, a to b",
            "month=2026-02: 1 rows, 1 without account, 2026-02-01T00:00:00Z to 2026-02-01T00:00:00Z, none to none",
        ]
    );
    for segment in &segments {
        assert_eq!(std::fs::metadata(folder.path().join(&segment.path)).unwrap().len(), segment.bytes);
    }
}

#[test]
fn what_is_not_asked_for_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut row = event("a", "u", "2026-01-01T00:00:00Z", "login");
    (row.value, row.message_id, row.attributes) = (Some(1.5), Some("m".to_owned()), Some("{}".to_owned()));
    (row.source, row.sent_at) = (Some("web".to_owned()), Some("2026-01-01T00:00:01Z".parse().unwrap()));
    let segments = stage(&lake, &[row.clone()], 10);
    let first = |projection| lake.scan(&segments, None, projection).next().unwrap().unwrap().1.remove(0);
    assert_eq!(first(Projection::ALL), row);
    assert_eq!(first(Projection { value: true, ..Projection::CORE }).value, Some(1.5));
    let origin = first(Projection { origin: true, ..Projection::CORE });
    assert_eq!((origin.source, origin.sent_at), (row.source.clone(), row.sent_at));
    let core = first(Projection::CORE);
    assert_eq!((core.value, core.message_id, core.attributes), (None, None, None));
    assert_eq!((core.source, core.sent_at), (None, None));
}

#[test]
fn an_empty_lake_has_no_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    assert!(lake.accounts(&[], None).next().is_none());
    assert!(lake.known_keys(&[]).unwrap().is_empty());
    assert_eq!(lake.sweep([], dearly_domain::Instant::from_micros(i64::MAX)).unwrap().files, 0);
    assert!(lake.stage().finish().unwrap().is_empty());
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is created before the first event"
    );
}
