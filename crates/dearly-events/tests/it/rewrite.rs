//! Events go or change, and only the segments that hold any are written anew.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::Arc;

use dearly_domain::{AccountId, Attribution, Instant};
use dearly_events::{Error, EventKey, EventRow, Fate, Lake, Owners, Rewritten, Segment, Selection};
use proptest::prelude::*;

use crate::faults::FailingFiles;
use crate::rows::{any_rows, event, stage};

fn events(lake: &Lake, live: &[Segment]) -> Vec<(EventRow, EventKey)> {
    lake.events(live).unwrap().map(|event| event.unwrap()).collect()
}

fn publish(live: &[Segment], rewritten: &Rewritten) -> Vec<Segment> {
    let kept = live.iter().filter(|segment| !rewritten.removed.contains(segment));
    kept.chain(&rewritten.added).cloned().collect()
}

fn text(events: &[(EventRow, EventKey)]) -> Vec<String> {
    let mut texts: Vec<String> = events
        .iter()
        .map(|(row, key)| format!("{row:?} {:?} {key:?}", row.value.map(f64::to_bits)))
        .collect();
    texts.sort();
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rewriting_is_filtering_and_mapping(
        rows in any_rows(50),
        cut in 1_usize..20,
        users in prop::collection::btree_set("[a-e]", 1..3),
        owners in prop::option::of(prop::collection::btree_set("[a-e]", 0..3)),
        unattributed in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let live = stage(&lake, &rows, cut);
        let owners = owners.map(|own| Owners { accounts: own.into_iter().map(AccountId).collect(), unattributed });
        let selection = Selection { users: Some(users.clone()), accounts: owners.clone(), before: None };
        let selects = |row: &EventRow| {
            row.user.as_ref().is_some_and(|user| users.contains(user))
                && owners.as_ref().is_none_or(|own| match &row.account {
                    Some(account) => own.accounts.contains(account),
                    None => own.unattributed,
                })
        };
        // Some go, some change, some stay after all.
        let change = |row: &mut EventRow| match row.count % 3 {
            0 => Fate::Drop,
            1 => {
                row.account = Some("linked".into());
                row.linked_at = Some(row.at);
                Fate::Keep
            }
            _ => Fate::Keep,
        };
        let mut expected = events(&lake, &live);
        expected.retain_mut(|(row, _)| !selects(row) || change(row) == Fate::Keep);

        let rewritten = lake.rewrite(&live, &selection, change).unwrap();
        for segment in &rewritten.removed {
            let untouched = events(&lake, std::slice::from_ref(segment)).iter().all(|(row, _)| !selects(row));
            prop_assert!(!untouched, "{segment:?} was written anew for nothing");
        }
        let live = publish(&live, &rewritten);
        let found = events(&lake, &live);
        prop_assert_eq!(text(&found), text(&expected));
        prop_assert_eq!(live.iter().map(|segment| segment.rows as usize).sum::<usize>(), expected.len());
        for segment in &live {
            let rows = events(&lake, std::slice::from_ref(segment));
            prop_assert!(rows.is_sorted_by(|left, right| left.0.order(&right.0).is_le()));
        }
    }
}

#[test]
fn an_erasure_leaves_no_trace_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut rows: Vec<EventRow> = (1..=28)
        .map(|day| event("a", "gone@example.com", &format!("2026-01-{day:02}T00:00:00Z"), "login"))
        .collect();
    rows.extend((1..=28).map(|day| event("a", "stays", &format!("2026-02-{day:02}T00:00:00Z"), "login")));
    let live = stage(&lake, &rows, 10);
    let users = BTreeSet::from(["gone@example.com".to_owned()]);
    assert_eq!(lake.segments_of(&live, &users).unwrap().len(), 3);
    let selection = Selection { users: Some(users.clone()), ..Selection::default() };
    let erased = lake.rewrite(&live, &selection, |_| Fate::Drop).unwrap();
    assert_eq!((erased.n_dropped, erased.n_changed), (28, 0));
    let first: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(erased.touched.get(&AccountId::from("a")), Some(&first));
    lake.discard(&erased.removed).unwrap();
    let live = publish(&live, &erased);
    assert_eq!(lake.segments_of(&live, &users).unwrap(), []);
    assert_eq!(events(&lake, &live).len(), 28);
    for entry in walk(folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        let needle = b"gone@example.com";
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{}", entry.display());
    }
    // Once more there is nothing to do, and nothing is written.
    assert!(lake.rewrite(&live, &selection, |_| Fate::Drop).unwrap().is_empty());
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn old_months_go_unread_and_only_the_month_of_the_border_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let rows: Vec<EventRow> =
        (1..=6).map(|month| event("a", "u", &format!("2026-{month:02}-15T00:00:00Z"), "login")).collect();
    let border = event("a", "u", "2026-04-20T00:00:00Z", "login");
    let live = stage(&lake, &[rows, vec![border]].concat(), 100);
    // Damage in an old file does not matter: it is not opened.
    let first = live.iter().min_by_key(|segment| segment.min_at).unwrap();
    std::fs::write(folder.path().join(&first.path), "").unwrap();
    let before: Instant = "2026-04-18T00:00:00Z".parse().unwrap();
    let dropped = lake.drop_before(&live, before).unwrap();
    assert_eq!((dropped.n_dropped, dropped.removed.len(), dropped.added.len()), (4, 4, 1));
    assert!(dropped.touches_all);
    let live = publish(&live, &dropped);
    let left: Vec<String> = events(&lake, &live).iter().map(|(row, _)| row.at.to_string()).collect();
    assert_eq!(left, ["2026-04-20T00:00:00Z", "2026-05-15T00:00:00Z", "2026-06-15T00:00:00Z"]);
    assert!(lake.drop_before(&live, before).unwrap().is_empty());
}

#[test]
fn a_late_link_gives_unattributed_events_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let row = |user: &str| EventRow { account: None, ..event("", user, "2026-01-01T00:00:00Z", "login") };
    let live = stage(&lake, &[row("linked"), row("other"), event("a", "x", "2026-01-02T00:00:00Z", "e")], 10);
    let selection = Selection {
        users: Some(BTreeSet::from(["linked".to_owned()])),
        accounts: Some(Owners { accounts: BTreeSet::new(), unattributed: true }),
        before: None,
    };
    let link: Instant = "2026-02-01T00:00:00Z".parse().unwrap();
    let rewritten = lake
        .rewrite(&live, &selection, |row| {
            row.account = Some("acme".into());
            (row.attributed_by, row.linked_at) = (Some(Attribution::Membership), Some(link));
            Fate::Keep
        })
        .unwrap();
    assert_eq!(rewritten.n_changed, 1);
    let live = publish(&live, &rewritten);
    assert_eq!(live.iter().map(|segment| segment.n_unattributed).sum::<u64>(), 1);
    let acme = lake.accounts(&live, Some(&BTreeSet::from(["acme".into()]))).next().unwrap().unwrap();
    assert_eq!(
        (acme.users.iter().collect::<Vec<_>>(), acme.rows.get(0).linked_at),
        (vec!["linked"], Some(link))
    );
}

#[test]
fn a_crash_at_any_operation_leaves_what_was() {
    for succeed in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path());
        let rows: Vec<EventRow> = (1..20)
            .map(|n| event("a", &format!("u{}", n % 2), &format!("2026-{:02}-01T00:00:00Z", 1 + n % 3), "e"))
            .collect();
        let live = stage(&lake, &rows, 100);
        let expected = text(&events(&lake, &live));
        let failing = FailingFiles::new(folder.path(), succeed, ErrorKind::StorageFull);
        let selection = Selection { users: Some(BTreeSet::from(["u1".to_owned()])), ..Selection::default() };
        let result = Lake::on(Arc::new(failing.clone())).rewrite(&live, &selection, |row| {
            if row.at.micros() % 2 == 0 {
                row.account = Some("b".into());
            }
            Fate::Keep
        });
        let lake = Lake::open(folder.path());
        assert_eq!(text(&events(&lake, &live)), expected, "after {succeed} operations");
        if !failing.has_failed() {
            let rewritten = result.unwrap();
            assert_eq!((rewritten.n_changed, rewritten.removed.len()), (10, 3));
            break;
        }
        let error = result.unwrap_err();
        assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
        let paths = live.iter().map(|segment| segment.path.as_str());
        lake.sweep(paths, Instant::from_micros(i64::MAX)).unwrap();
        assert_eq!(text(&events(&lake, &live)), expected, "after {succeed} operations");
    }
}
