//! What goes in comes out, sorted, however it is cut into segments.

use std::collections::BTreeSet;

use dearly_domain::AccountId;
use dearly_events::{AccountEvents, EventRow, Lake, Projection};
use proptest::prelude::*;

use crate::rows::{any_rows, event, read, stage, text};

fn sorted(mut rows: Vec<EventRow>) -> Vec<EventRow> {
    rows.sort_by(EventRow::order);
    rows
}

/// The compact form written out again, without what it does not hold.
fn expand(account: &AccountEvents) -> Vec<EventRow> {
    let row = |row: &dearly_events::CompactRow| EventRow {
        account: account.account.clone(),
        at: row.at,
        event: account.events[row.event as usize].clone(),
        user: row.user.map(|user| account.users[user as usize].clone()),
        product: row.product.map(|product| account.products[product as usize].clone()),
        count: row.count,
        value: None,
        message_id: None,
        recorded_at: row.recorded_at,
        attributes: None,
    };
    account.rows.iter().map(row).collect()
}

fn core(rows: &[EventRow]) -> Vec<EventRow> {
    let core = |row: &EventRow| EventRow { value: None, message_id: None, attributes: None, ..row.clone() };
    sorted(rows.iter().map(core).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_rows_come_out_sorted(rows in any_rows(60), cut in 1_usize..70) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let segments = stage(&lake, &rows, cut);
        prop_assert_eq!(segments.iter().map(|segment| segment.rows as usize).sum::<usize>(), rows.len());
        prop_assert_eq!(text(&read(&lake, &segments)), text(&sorted(rows.clone())));

        let accounts: Vec<AccountEvents> = lake.accounts(&segments, None).map(Result::unwrap).collect();
        prop_assert!(accounts.is_sorted_by(|left, right| left.account < right.account));
        for account in &accounts {
            for names in [&account.users, &account.events, &account.products] {
                prop_assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
            }
            prop_assert!(account.rows.is_sorted_by_key(|row| row.order()));
        }
        let expanded: Vec<EventRow> = accounts.iter().flat_map(expand).collect();
        prop_assert_eq!(expanded, core(&rows));
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
            wanted.extend(picked.iter().map(|index| index.get(&rows).account.clone()));
        }
        let all = lake.accounts(&segments, None).map(Result::unwrap);
        let expected: Vec<AccountEvents> = all.filter(|account| wanted.contains(&account.account)).collect();
        let found: Vec<AccountEvents> = lake.accounts(&segments, Some(&wanted)).map(Result::unwrap).collect();
        prop_assert_eq!(found, expected);
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
    assert_eq!((one.len(), many.len()), (1, 7));
    assert!(lake.accounts(&one, None).map(Result::unwrap).eq(lake.accounts(&many, None).map(Result::unwrap)));
    let backwards: Vec<_> = many.iter().rev().cloned().collect();
    assert!(
        lake.accounts(&one, None).map(Result::unwrap).eq(lake.accounts(&backwards, None).map(Result::unwrap))
    );

    let wanted =
        BTreeSet::from([AccountId::from("a007"), AccountId::from("large"), AccountId::from("nobody")]);
    let found: Vec<AccountEvents> = lake.accounts(&many, Some(&wanted)).map(Result::unwrap).collect();
    let ids: Vec<&str> = found.iter().map(|account| account.account.as_str()).collect();
    assert_eq!(ids, ["a007", "large"]);
    let large = rows.iter().filter(|row| row.account.as_str() == "large").count();
    assert_eq!(found[1].rows.len(), large);
}

#[test]
fn a_segment_holds_one_year() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows = [
        event("a", "u", "2025-12-31T23:59:59.999999Z", "login"),
        event("a", "u", "2026-01-01T00:00:00Z", "login"),
        event("b", "u", "2026-12-31T23:59:59Z", "login"),
    ];
    let segments = stage(&lake, &rows, 10);
    let described: Vec<String> = segments
        .iter()
        .map(|segment| {
            let year = segment.path.split('/').nth(1).unwrap();
            format!(
                "{year}: {} rows, {} to {}, {} to {}",
                segment.rows, segment.min_at, segment.max_at, segment.min_account, segment.max_account
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            "2025: 1 rows, 2025-12-31T23:59:59.999999Z to 2025-12-31T23:59:59.999999Z, a to a",
            "2026: 2 rows, 2026-01-01T00:00:00Z to 2026-12-31T23:59:59Z, a to b",
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
    let segments = stage(&lake, &[row.clone()], 10);
    let first = |projection| lake.scan(&segments, None, projection).next().unwrap().unwrap().1.remove(0);
    assert_eq!(first(Projection::ALL), row);
    assert_eq!(first(Projection { value: true, ..Projection::CORE }).value, Some(1.5));
    let core = first(Projection::CORE);
    assert_eq!((core.value, core.message_id, core.attributes), (None, None, None));
}

#[test]
fn an_empty_lake_has_no_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    assert!(lake.accounts(&[], None).next().is_none());
    assert!(lake.known_keys(&[]).unwrap().is_empty());
    assert_eq!(lake.sweep(&[]).unwrap().files, 0);
    assert!(lake.stage().finish().unwrap().is_empty());
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is created before the first event"
    );
}
