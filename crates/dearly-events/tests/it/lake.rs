//! Files come and go with what is live, and only those that are ours.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use dearly_domain::Instant;
use dearly_events::{Compaction, Eagerness, Error, EventKey, Lake, Segment, Swept};
use parquet::basic::Compression;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::faults::FailingFiles;
use crate::rows::{event, read, stage};

fn rows(account: &str) -> Vec<dearly_events::EventRow> {
    (1..10).map(|day| event(account, "u", &format!("2026-01-0{day}T00:00:00Z"), "login")).collect()
}

/// An instant after which nothing was ever written.
const LATER: Instant = Instant::from_micros(i64::MAX);

fn paths(segments: &[Segment]) -> impl Iterator<Item = &str> {
    segments.iter().map(|segment| segment.path.as_str())
}

/// Files in the folders of months.
fn files(data: &Path) -> usize {
    let Ok(months) = fs::read_dir(data.join("events")) else {
        return 0;
    };
    let months = months.map(|month| month.unwrap().path());
    months.filter(|month| month.is_dir()).map(|month| fs::read_dir(month).unwrap().count()).sum()
}

#[test]
fn a_crash_before_the_commit_leaves_what_the_next_sweep_removes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let live = stage(&lake, &rows("a"), 100);
    let lost = stage(&lake, &rows("b"), 5);
    fs::write(folder.path().join("events/import-1-0.partial"), "PAR1 half").unwrap();
    let month = folder.path().join("events/month=2026-01");
    fs::write(folder.path().join("events/rewrite-1-0.partial"), "PAR1 half").unwrap();
    // None of these is ours to remove.
    fs::write(month.join("notes.parquet"), "").unwrap();
    fs::write(month.join("segment-1.parquet"), "").unwrap();
    fs::write(folder.path().join("events/README"), "").unwrap();
    let bytes = lost.iter().map(|segment| segment.bytes).sum::<u64>() + 2 * 9;
    assert_eq!(lake.sweep(paths(&live), LATER).unwrap(), Swept { files: 4, bytes });
    assert_eq!(lake.sweep(paths(&live), LATER).unwrap(), Swept::default());
    assert_eq!(files(folder.path()), 3);
    assert_eq!(read(&lake, &live).len(), 9);
}

#[test]
fn a_dropped_stager_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut stager = lake.stage().with_rows_per_segment(3);
    for (number, row) in rows("a").iter().enumerate() {
        stager.push(row, EventKey(number as u128)).unwrap();
    }
    assert_eq!(files(folder.path()), 3);
    drop(stager);
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn the_same_rows_staged_again_leave_the_live_segment_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let live = stage(&lake, &rows("a"), 100);
    let again = stage(&lake, &rows("a"), 100);
    assert_ne!(live[0].path, again[0].path);
    assert_eq!(read(&lake, &again), read(&lake, &live));
    lake.discard(&again).unwrap();
    lake.discard(&again).unwrap();
    assert_eq!(read(&lake, &live).len(), 9);
    assert_eq!(files(folder.path()), 1);
}

#[test]
fn segments_do_not_depend_on_the_order_of_rows() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let forwards = [rows("a"), rows("b")].concat();
    let backwards: Vec<_> = forwards.iter().rev().cloned().collect();
    let segments = stage(&Lake::open(here.path()), &forwards, 100);
    assert_eq!(segments, stage(&Lake::open(there.path()), &backwards, 100));
}

#[test]
fn a_path_that_is_no_segments_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let live = stage(&lake, &rows("a"), 100);
    let precious = folder.path().join("precious");
    fs::write(&precious, "").unwrap();
    for path in ["precious", "events/../precious", "/etc/passwd", "events/month=2026-01/segment-.parquet", ""]
    {
        let forged = Segment { path: path.to_owned(), ..live[0].clone() };
        let both = [live[0].clone(), forged];
        assert!(matches!(lake.discard(&both), Err(Error::NotASegment { .. })), "{path}");
        assert!(matches!(lake.known_keys(&both), Err(Error::NotASegment { .. })), "{path}");
    }
    let former = Segment { path: format!("events/2026/segment-{:032x}.parquet", 7), ..live[0].clone() };
    let error = lake.known_keys(&[former]).unwrap_err();
    assert!(error.to_string().contains("has layout 1 of events, this program reads layout 2"), "{error}");
    assert!(precious.exists());
    assert_eq!(read(&lake, &live).len(), 9);
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing() {
    for succeed in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let failing = FailingFiles::new(folder.path(), succeed, ErrorKind::StorageFull);
        let mut stager = Lake::on(Arc::new(failing.clone())).stage();
        let mut occurrences = dearly_events::Occurrences::default();
        for row in rows("a") {
            stager.push(&row, occurrences.key(&row)).unwrap();
        }
        let result = stager.finish();
        if !failing.has_failed() {
            assert!(succeed >= 4 && files(folder.path()) == 1);
            break;
        }
        let error = result.unwrap_err();
        assert!(matches!(&error, Error::DiskFull { path } if path.starts_with(folder.path())), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        Lake::open(folder.path()).sweep([], LATER).unwrap();
        assert_eq!(files(folder.path()), 0);
    }
}

#[test]
fn what_may_become_live_in_a_moment_is_not_swept() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let staged = stage(&lake, &rows("a"), 3);
    let plan = Compaction::plan(&staged, Eagerness::Always).unwrap().remove(0);
    let merged = plan.run(&lake, |_| true).unwrap().unwrap();
    fs::write(folder.path().join("events/rewrite-1-0.partial"), "PAR1 half").unwrap();
    fs::write(folder.path().join("events/import-1-0.partial"), "PAR1 half").unwrap();
    // Only an import leaves what is dead at once, for whoever holds the lock.
    let hour_ago = Instant::from_micros(Instant::now().micros() - 3_600_000_000);
    assert_eq!(lake.sweep([], hour_ago).unwrap().files, 3 + 1);
    assert_eq!(read(&lake, &merged).len(), 9);
    assert_eq!(lake.sweep([], LATER).unwrap().files, 1 + 1);
}

#[test]
fn an_event_too_long_is_refused_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut stager = lake.stage();
    let mut row = event("a", "u", "2026-01-01T00:00:00Z", "login");
    stager.push(&row, EventKey(1)).unwrap();
    row.attributes = Some("x".repeat(300 << 20));
    let error = stager.push(&row, EventKey(2)).unwrap_err();
    assert!(matches!(error, Error::TooLong { .. }), "{error:?}");
    row.attributes = Some("x".repeat(10_000_000));
    stager.push(&row, EventKey(3)).unwrap();
    let segments = stager.finish().unwrap();
    let read = read(&lake, &segments);
    assert_eq!(
        read.iter().map(|row| row.attributes.as_ref().map_or(0, String::len)).collect::<Vec<_>>(),
        [0, 10_000_000]
    );
}

#[test]
fn a_file_is_compressed_sorted_and_encoded_as_it_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut events = [rows("beta"), rows("acme")].concat();
    events[3].account = None;
    for (number, row) in events.iter_mut().enumerate() {
        row.message_id = Some(format!("m{number}"));
        row.attributes = Some("{}".to_owned());
    }
    let segments = stage(&lake, &events, 100);
    assert_eq!(segments.len(), 1);
    let path = segments[0].path.as_str();
    assert!(path.starts_with("events/month=2026-01/segment-") && path.ends_with(".parquet"), "{path}");
    let file = SerializedFileReader::new(fs::File::open(lake.locate(path)).unwrap()).unwrap();
    let group = file.metadata().row_group(0);
    let column = |name: &str| {
        let own = group.columns().iter().find(|own| own.column_path().string() == name);
        own.unwrap_or_else(|| panic!("a column {name}"))
    };
    for name in ["account", "user", "event", "product", "attributed_by", "source"] {
        let own = column(name);
        assert!(matches!(own.compression(), Compression::ZSTD(_)), "{name}: {:?}", own.compression());
        assert!(own.dictionary_page_offset().is_some(), "{name} has no dictionary");
    }
    for name in ["at", "recorded_at", "count", "value", "message_id", "attributes"] {
        assert!(matches!(column(name).compression(), Compression::ZSTD(_)), "{name}");
    }
    assert_eq!(column("key").compression(), Compression::UNCOMPRESSED, "keys are noise");
    for name in ["account", "at"] {
        assert!(column(name).statistics().is_some(), "by {name} readers skip");
    }
    let sorted = group.sorting_columns().unwrap().iter();
    let sorted: Vec<&str> = sorted
        .map(|own| {
            assert!(!own.descending && own.nulls_first);
            group.column(own.column_idx as usize).column_descr().name()
        })
        .collect();
    assert_eq!(sorted, ["account", "at", "user", "event"]);
    let accounts: Vec<Option<String>> =
        lake.events(&segments).unwrap().map(|event| event.unwrap().0.account.map(|own| own.0)).collect();
    assert!(accounts.is_sorted() && accounts[0].is_none(), "{accounts:?}");
}
