//! Few large segments hold what many small ones held, whatever happens on the way.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::Arc;

use dearly_domain::Instant;
use dearly_domain::usage::UsageRow;
use dearly_events::{Compaction, Eagerness, Error, EventKey, EventRow, Lake, Segment};
use proptest::prelude::*;

use crate::faults::FailingFiles;
use crate::rows::{any_rows, event, stage};

/// Merges until nothing is left to merge; the live segments.
fn compact(lake: &Lake, mut live: Vec<Segment>) -> Vec<Segment> {
    loop {
        let plans = Compaction::plan(&live, Eagerness::Always).unwrap();
        if plans.is_empty() {
            return live;
        }
        for plan in plans {
            let added = plan.run(lake, |_| true).unwrap().unwrap();
            live.retain(|segment| !plan.segments.contains(segment));
            live.extend(added);
            lake.discard(&plan.segments).unwrap();
        }
    }
}

/// Every event with its key, as text; numbers that are none are equal, too.
fn events(lake: &Lake, live: &[Segment]) -> Vec<String> {
    let events = lake.events(live).unwrap().map(|event| event.unwrap());
    let text =
        |(row, key): (EventRow, EventKey)| format!("{row:?} {:?} {key:?}", row.value.map(f64::to_bits));
    events.map(text).collect()
}

/// What the scoring reads, as text in one order.
fn compact_rows(lake: &Lake, live: &[Segment]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for account in lake.accounts(live, None).map(Result::unwrap) {
        rows.extend(account.rows.iter().map(|row| {
            let user = row.user.map(|user| &account.users[user as usize]);
            let product = row.product.map(|product| &account.products[product as usize]);
            let event = &account.events[row.event as usize];
            let UsageRow { at, count, linked_at, .. } = row;
            format!("{:?} {at} {user:?} {event:?} {product:?} {count} {linked_at:?}", account.account)
        }));
    }
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_events_remain_in_one_segment_a_month(rows in any_rows(60), cut in 1_usize..20) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let live = stage(&lake, &rows, cut);
        let (expected, keys) = (events(&lake, &live), lake.known_keys(&live).unwrap().len());
        let before = compact_rows(&lake, &live);

        let live = compact(&lake, live);
        prop_assert_eq!(events(&lake, &live), expected);
        prop_assert_eq!(lake.known_keys(&live).unwrap().len(), keys);
        let months: BTreeSet<_> = live.iter().map(|segment| segment.month().unwrap()).collect();
        prop_assert_eq!(months.len(), live.len());
        prop_assert_eq!(compact_rows(&lake, &live), before);

        // What the records keep of each segment is what a stager would have said of it.
        let whole = stage(&Lake::open(tempfile::tempdir().unwrap().path()), &rows, 100);
        let kept = |segments: &[Segment]| {
            let cells = |own: &Segment| {
                let Segment { rows, min_at, max_at, n_unattributed, .. } = *own;
                (own.month().unwrap(), rows, min_at, max_at, n_unattributed, own.min_account.clone(), own.max_account.clone())
            };
            let mut kept: Vec<_> = segments.iter().map(cells).collect();
            kept.sort();
            kept
        };
        prop_assert_eq!(kept(&live), kept(&whole));
    }
}

#[test]
fn many_row_groups_are_merged_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows: Vec<EventRow> = (0..150_000_u64)
        .map(|number| {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let at = format!("2026-01-{:02}T{:02}:00:00Z", 1 + mixed % 28, mixed % 24);
            let mut row = event(&format!("a{}", mixed % 9), &format!("u{}", mixed % 9_000), &at, "login");
            row.attributes = Some(format!("{{\"n\":{number}}}"));
            row
        })
        .collect();
    let live = stage(&lake, &rows, 20_000);
    let expected = events(&lake, &live);
    let one = compact(&lake, live);
    assert_eq!((one.len(), one[0].rows), (1, 150_000));
    assert_eq!(events(&lake, &one), expected);
    let scanned: Vec<EventRow> = lake.events(&one).unwrap().map(|event| event.unwrap().0).collect();
    assert!(scanned.is_sorted_by(|left, right| left.order(right).is_le()));
}

#[test]
fn a_merge_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows: Vec<EventRow> = (0..70_000)
        .map(|number| event(&format!("a{number}"), "u", "2026-01-01T00:00:00Z", "login"))
        .collect();
    let live = stage(&lake, &rows, 40_000);
    let plan = Compaction::plan(&live, Eagerness::Always).unwrap().remove(0);
    assert_eq!(plan.run(&lake, |_| false).unwrap(), None);
    let paths = live.iter().map(|segment| segment.path.as_str());
    assert_eq!(lake.sweep(paths, Instant::from_micros(i64::MAX)).unwrap().files, 0);
}

#[test]
fn a_crash_at_any_operation_leaves_what_was() {
    let mut n_failed = 0;
    for succeed in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let rows: Vec<EventRow> = (1..20)
            .map(|number| {
                event(&format!("a{}", number % 3), "u", &format!("2026-01-{number:02}T00:00:00Z"), "e")
            })
            .collect();
        let live = stage(&lake, &rows, 4);
        let expected = events(&lake, &live);

        let failing = FailingFiles::new(folder.path(), succeed, ErrorKind::Other);
        let plan = Compaction::plan(&live, Eagerness::Always).unwrap().remove(0);
        let result = plan.run(&Lake::on(Arc::new(failing.clone())), |_| true);
        assert_eq!(result.is_err(), failing.has_failed(), "{result:?}");

        // A process that comes after: the records still name what was, and what was begun is swept away.
        let lake = Lake::open(folder.path());
        assert_eq!(events(&lake, &live), expected, "after {succeed} operations");
        let live = match result {
            Ok(added) => added.unwrap(),
            Err(_) => live,
        };
        let paths = || live.iter().map(|segment| segment.path.as_str());
        lake.sweep(paths(), Instant::from_micros(i64::MAX)).unwrap();
        assert_eq!(lake.sweep(paths(), Instant::from_micros(i64::MAX)).unwrap().files, 0);
        assert_eq!(events(&lake, &live), expected, "after {succeed} operations");
        if !failing.has_failed() {
            assert_eq!(live.len(), 1);
            break;
        }
        n_failed += 1;
    }
    assert!(n_failed >= 5, "{n_failed} operations");
}

#[test]
fn a_damaged_segment_stops_its_merge_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows = [event("a", "u", "2026-01-01T00:00:00Z", "e"), event("b", "u", "2026-01-01T00:00:00Z", "e")];
    let live = stage(&lake, &rows, 1);
    let path = folder.path().join(&live[1].path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let plan = Compaction::plan(&live, Eagerness::Always).unwrap().remove(0);
    let error = plan.run(&lake, |_| true).unwrap_err();
    assert!(matches!(&error, Error::Damaged { path: named, .. } if *named == path), "{error}");
}
