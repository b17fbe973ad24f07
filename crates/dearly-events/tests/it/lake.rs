//! Files come and go with what is live, and only those that are ours.

use std::fs;
use std::path::Path;

use dearly_events::{Error, EventKey, Lake, Segment, Swept};

use crate::rows::{event, read, stage};

fn rows(account: &str) -> Vec<dearly_events::EventRow> {
    (1..10).map(|day| event(account, "u", &format!("2026-01-0{day}T00:00:00Z"), "login")).collect()
}

/// Files in the folders of months.
fn files(data: &Path) -> usize {
    let months = fs::read_dir(data.join("events")).unwrap().map(|month| month.unwrap().path());
    months.filter(|month| month.is_dir()).map(|month| fs::read_dir(month).unwrap().count()).sum()
}

#[test]
fn a_crash_before_the_commit_leaves_what_the_next_sweep_removes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let live = stage(&lake, &rows("a"), 100);
    let lost = stage(&lake, &rows("b"), 5);
    let month = folder.path().join("events/month=2026-01");
    let name = live[0].path.rsplit('/').next().unwrap();
    fs::write(month.join(format!("{name}.partial")), "PAR1 half").unwrap();
    // None of these is ours to remove.
    fs::write(month.join("notes.parquet"), "").unwrap();
    fs::write(month.join("segment-1.parquet"), "").unwrap();
    fs::write(folder.path().join("events/README"), "").unwrap();
    let bytes = lost.iter().map(|segment| segment.bytes).sum::<u64>() + 9;
    assert_eq!(lake.sweep(&live).unwrap(), Swept { files: 3, bytes });
    assert_eq!(lake.sweep(&live).unwrap(), Swept::default());
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

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_leaves_nothing() {
    // The segment's name is known from another lake: there the disk is full just for this file.
    let (elsewhere, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let segment = stage(&Lake::open(elsewhere.path()), &rows("a"), 100).remove(0);
    let partial = folder.path().join(format!("{}.partial", segment.path));
    fs::create_dir_all(partial.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", &partial).unwrap();

    let mut stager = Lake::open(folder.path()).stage();
    let mut occurrences = dearly_events::Occurrences::default();
    for row in rows("a") {
        stager.push(&row, occurrences.key(&row)).unwrap();
    }
    let error = stager.finish().unwrap_err();
    assert!(matches!(&error, Error::DiskFull { path } if *path == partial), "{error:?}");
    assert!(error.to_string().contains("free some space"), "{error}");
    assert_eq!(files(folder.path()), 0);
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
