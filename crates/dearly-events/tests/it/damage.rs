//! A file that is not what was written is noticed and named, and never read wrongly.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use dearly_events::{Error, EventRow, Lake, Projection, Segment};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

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

    // Another process, which remembers nothing of the file.
    let lake = Lake::open(folder.path());
    let whole = lake.verify(&segments[0]);
    let keys = lake.known_keys(&segments);
    let found: Result<Vec<_>, Error> = lake.scan(&segments, None, Projection::ALL).collect();
    // Whoever reads all of a file and whoever only looks find the same.
    assert_eq!(whole.is_ok(), found.is_ok() && keys.is_ok(), "{whole:?}");
    for error in [whole.as_ref().err(), keys.as_ref().err(), found.as_ref().err()].into_iter().flatten() {
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

/// A file that another version wrote, named as a segment, whose footer says this of its layout.
fn segment_of_layout(folder: &std::path::Path, layout: Option<&str>) -> Segment {
    let column: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let batch = RecordBatch::try_from_iter([("account", column)]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let layout = layout.map(|layout| KeyValue::new("dearly.layout".to_owned(), layout.to_owned()));
    layout.into_iter().for_each(|entry| writer.append_key_value_metadata(entry));
    let bytes = writer.into_inner().unwrap();
    let end = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
    let path = format!("events/month=2026-01/segment-{:032x}.parquet", xxh3_128(&bytes[end - length..end]));
    fs::create_dir_all(folder.join("events/month=2026-01")).unwrap();
    fs::write(folder.join(&path), &bytes).unwrap();
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let account = Some("a".into());
    Segment {
        path,
        rows: 1,
        min_at: at,
        max_at: at,
        n_unattributed: 0,
        min_account: account.clone(),
        max_account: account,
        bytes: bytes.len() as u64,
    }
}

#[test]
fn a_segment_of_another_version_is_refused_by_its_layout() {
    for (layout, found) in [(Some("3"), "has layout 3"), (None, "has layout without a version")] {
        let folder = tempfile::tempdir().unwrap();
        let segment = segment_of_layout(folder.path(), layout);
        let lake = Lake::open(folder.path());
        let error = lake.accounts(&[segment], None).next().unwrap().unwrap_err();
        assert!(matches!(error, Error::OtherLayout { .. }), "{error:?}");
        for words in [found, "this program reads layout 2", "the version of Dearly that wrote it"] {
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
