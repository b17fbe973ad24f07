//! The log after accidents: cut anywhere, changed anywhere, opened twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dearly_events::{Damage, Ingest, IngestError, NextFlush, RealDisk};

use crate::memory_disk::MemoryDisk;
use crate::taking::{Manifest, batch, drain, open, options, take};

const FIRST: &str = "data/wal/0000000000000001.log";

/// The bytes of a file of the log with three groups, of messages 1 to 3, and where they begin.
fn log() -> (Vec<u8>, Vec<usize>) {
    let disk = MemoryDisk::default();
    let ingest = open(&disk).unwrap();
    let mut ends = Vec::new();
    for id in 1..=3 {
        ends.push(disk.bytes(Path::new(FIRST)).map_or(48, |bytes| bytes.len()));
        assert_eq!(take(&ingest, batch(0, &[id])).unwrap().added, 1);
    }
    (disk.bytes(Path::new(FIRST)).unwrap(), ends)
}

/// Opens a log of these files, takes one more message, and gives what is in the lake in the end, and the damage.
fn reopen(files: &[(&str, &[u8])]) -> (Vec<u32>, Vec<Damage>, MemoryDisk) {
    let disk = MemoryDisk::default();
    files.iter().for_each(|(path, bytes)| disk.put(Path::new(path), bytes));
    let ingest = open(&disk).unwrap();
    assert_eq!(take(&ingest, batch(1, &[9])).unwrap().added, 1);
    let found = ingest.damage();
    assert!(drain(&ingest, &disk));
    assert_eq!(ingest.damage(), found, "reading it again finds nothing new");
    drop(ingest);
    let manifest = Manifest::read(&disk).unwrap();
    assert!(manifest.messages.values().all(|&times| times == 1));
    (manifest.messages.into_keys().collect(), found, disk)
}

#[test]
fn a_log_that_ends_in_the_middle_of_a_group_loses_just_that_group() {
    let (bytes, begins) = log();
    for length in 0..=bytes.len() {
        let whole = begins.iter().skip(1).chain([&bytes.len()]).filter(|&&end| end <= length).count() as u32;
        let expected: Vec<u32> = (1..=whole).chain([9]).collect();
        let (messages, damage, _) = reopen(&[(FIRST, &bytes[..length])]);
        assert_eq!((messages, damage), (expected, vec![]), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn a_changed_byte_loses_at_most_its_group_and_is_told() {
    let (bytes, begins) = log();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x41;
        let (messages, damage, disk) = reopen(&[(FIRST, &changed)]);
        let group = begins.iter().rposition(|&begin| begin <= place);
        let expected: Vec<u32> = match group {
            // Without its header the file says nothing of itself.
            None => vec![9],
            Some(lost) => (1..=3).filter(|&id| id != lost as u32 + 1).chain([9]).collect(),
        };
        assert_eq!(messages, expected, "byte {place}");
        // The last group looks like one that was never acknowledged.
        assert_eq!(damage.len(), usize::from(group != Some(2)), "byte {place}: {damage:?}");
        for damage in damage {
            assert!(damage.to_string().contains("check the disk"), "{damage}");
            assert_eq!(disk.paths("data/wal"), [PathBuf::from("data/wal/damaged/0000000000000001.log")]);
        }
    }
}

#[test]
fn a_file_that_has_a_successor_must_end_where_that_says() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk).unwrap();
    for id in 1..=3 {
        take(&ingest, batch(0, &[id])).unwrap();
        ingest.seal();
    }
    drop(ingest);
    let paths: Vec<PathBuf> = (1..=3).map(|number| format!("data/wal/{number:016}.log").into()).collect();
    assert_eq!(disk.paths("data/wal"), paths);
    let files: Vec<Vec<u8>> = paths.iter().map(|path| disk.bytes(path).unwrap()).collect();
    let named = |files: &[(usize, Vec<u8>)]| {
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(place, bytes)| (paths[*place].to_str().unwrap(), bytes.as_slice())).collect();
        reopen(&files)
    };
    let all: Vec<(usize, Vec<u8>)> = files.iter().cloned().enumerate().collect();
    assert_eq!(named(&all).0, [1, 2, 3, 9]);

    // Cut, damaged at its end, or gone altogether.
    let mut cut = all.clone();
    cut[1].1.truncate(60);
    let (messages, damage, _) = named(&cut);
    assert_eq!((messages, damage.len()), (vec![1, 3, 9], 1));
    assert_eq!(damage[0].path, paths[1]);
    let mut changed = all.clone();
    *changed[1].1.last_mut().unwrap() ^= 1;
    let (messages, damage, _) = named(&changed);
    assert_eq!((messages, damage.len()), (vec![1, 3, 9], 1));
    let mut gone = all.clone();
    gone.remove(1);
    let (messages, damage, _) = named(&gone);
    assert_eq!((messages, damage.len()), (vec![1, 3, 9], 1));
    assert!(damage[0].to_string().contains("is missing"), "{}", damage[0]);

    // What a refused group left behind its end counts for nothing, however whole it is.
    let mut longer = all;
    let group = longer[0].1[48..].to_vec();
    longer[0].1.extend(group);
    assert_eq!(named(&longer).0, [1, 2, 3, 9]);
}

#[test]
fn damage_that_comes_between_the_log_and_the_flush_is_told_too() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk).unwrap();
    for id in 1..=3 {
        take(&ingest, batch(0, &[id])).unwrap();
    }
    ingest.seal();
    let mut bytes = disk.bytes(Path::new(FIRST)).unwrap();
    bytes[70] ^= 1;
    disk.put(Path::new(FIRST), &bytes);
    assert!(drain(&ingest, &disk));
    assert_eq!(ingest.damage().len(), 1);
    assert_eq!(Manifest::read(&disk).unwrap().messages.len(), 2);
    assert_eq!(disk.paths("data/wal"), [PathBuf::from("data/wal/damaged/0000000000000001.log")]);
}

#[test]
fn a_log_of_a_newer_version_is_not_touched() {
    let (mut bytes, _) = log();
    bytes[8] = 2;
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[..40]).to_le_bytes();
    bytes[40..48].copy_from_slice(&checksum);
    let disk = MemoryDisk::default();
    disk.put(Path::new(FIRST), &bytes);
    let error = open(&disk).err().unwrap();
    assert!(matches!(error, IngestError::Newer { version: 2, .. }), "{error}");
    assert_eq!(disk.bytes(Path::new(FIRST)).unwrap(), bytes);
}

#[test]
fn one_process_has_the_folder_and_a_second_one_is_told_which() {
    let folder = tempfile::tempdir().unwrap();
    let first = Ingest::open(folder.path(), Arc::new(RealDisk), options(), 0).unwrap();
    let error = Ingest::open(folder.path(), Arc::new(RealDisk), options(), 0).err().unwrap();
    let expected = format!("process {}", std::process::id());
    assert!(matches!(&error, IngestError::Held { holder, .. } if holder.starts_with(&expected)), "{error}");
    drop(first);
    Ingest::open(folder.path(), Arc::new(RealDisk), options(), 0).unwrap();
}

#[test]
fn on_a_real_disk_what_was_taken_is_there_after_a_restart_and_known_after_its_flush() {
    let folder = tempfile::tempdir().unwrap();
    let open = |through| Ingest::open(folder.path(), Arc::new(RealDisk), options(), through).unwrap();
    let ingest = open(0);
    assert_eq!(take(&ingest, batch(0, &[1, 2, 2])).unwrap().added, 2);
    drop(ingest);

    let ingest = open(0);
    assert_eq!(take(&ingest, batch(1, &[2, 3])).unwrap().added, 1);
    ingest.close();
    let mut messages = Vec::new();
    let mut through = 0;
    while let NextFlush::Sealed(sealed) = ingest.next_flush(Duration::from_secs(60)) {
        let add = |entry: dearly_events::SealedEntry<'_>| {
            messages.push(entry.record.message_id.to_owned());
            Ok::<(), IngestError>(())
        };
        sealed.for_each(add).unwrap();
        through = sealed.through();
        ingest.flushed(through).unwrap();
    }
    assert_eq!(messages, ["m1", "m2", "m3"]);
    drop(ingest);

    let ingest = open(through);
    assert_eq!(take(&ingest, batch(2, &[1, 2, 3, 4])).unwrap().added, 1);
}
