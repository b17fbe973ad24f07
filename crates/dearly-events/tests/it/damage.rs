//! A file that is not what was written is noticed and named, and never read wrongly.

use std::fs;

use dearly_events::{Error, EventRow, Lake, Projection};
use proptest::prelude::*;

use crate::rows::{event, read, stage};

fn rows() -> Vec<EventRow> {
    let row = |number: usize| {
        let mut row =
            event(&format!("a{}", number % 7), &format!("u{}", number % 31), "2026-01-01T00:00:00Z", "login");
        row.message_id = Some(format!("m{number}"));
        row
    };
    (0..300).map(row).collect()
}

/// Changes the bytes of the one segment and reads it: either an error that names the file, or the right rows.
fn check(change: impl FnOnce(&mut Vec<u8>)) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let segments = stage(&lake, &rows(), 1_000);
    let expected = read(&lake, &segments);
    let path = folder.path().join(&segments[0].path);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();

    let keys = lake.known_keys(&segments);
    let found: Result<Vec<_>, Error> = lake.scan(&segments, None, Projection::ALL).collect();
    for error in [keys.as_ref().err(), found.as_ref().err()].into_iter().flatten() {
        assert!(matches!(error, Error::Damaged { path: named, .. } if *named == path), "{error:?}");
        assert!(error.to_string().contains("restore the data folder from a backup"), "{error}");
    }
    if let Ok(keys) = &keys {
        assert_eq!(keys.len(), 300);
    }
    let found: Vec<EventRow> = found?.into_iter().flat_map(|(_, rows)| rows).collect();
    assert_eq!(found, expected);
    keys.map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_changed_byte_is_noticed(place in any::<prop::sample::Index>(), change in 1_u8..) {
        let mut offset = 0;
        let result = check(|bytes| {
            offset = place.index(bytes.len());
            bytes[offset] ^= change;
        });
        // The mark at the front means nothing and is not read.
        prop_assert!(result.is_err() || offset < 4, "byte {}", offset);
    }
}

#[test]
fn a_file_cut_short_is_damaged() {
    for keep in [0, 3, 8, 100] {
        let error = check(|bytes| bytes.truncate(keep)).unwrap_err();
        assert!(error.to_string().contains("bytes, expected"), "{error}");
    }
    let error = check(|bytes| bytes.fill(0)).unwrap_err();
    assert!(error.to_string().contains("does not end as Parquet"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let segments = stage(&lake, &rows(), 1_000);
    let path = folder.path().join(&segments[0].path);
    fs::remove_file(&path).unwrap();
    let mut scan = lake.accounts(&segments, None);
    let error = scan.next().unwrap().unwrap_err();
    assert!(matches!(&error, Error::Missing { path: named } if *named == path), "{error:?}");
    assert!(scan.next().is_none(), "a scan ends after its first error");
    assert!(matches!(lake.known_keys(&segments), Err(Error::Missing { .. })));
}

#[test]
fn a_segment_of_another_name_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path());
    let mut segments = stage(&lake, &rows(), 1_000);
    let other = format!("events/month=2026-01/segment-{:032x}.parquet", 7);
    fs::rename(folder.path().join(&segments[0].path), folder.path().join(&other)).unwrap();
    segments[0].path = other;
    let error = lake.known_keys(&segments).unwrap_err();
    assert!(error.to_string().contains("checksum of the file's name"), "{error}");
}
