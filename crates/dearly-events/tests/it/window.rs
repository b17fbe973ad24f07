//! The window of deduplication: exact for as long as it says, within the memory that it is given.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use dearly_events::{Batch, BusyReason, Ingest, IngestError, IngestOptions, NextFlush, Record, RecordKind};

use crate::memory_disk::MemoryDisk;
use crate::taking::{DATA, at, batch, options, take};

const DAY: i64 = 24 * 3600;

fn open(disk: &MemoryDisk, options: IngestOptions) -> Ingest {
    let through =
        disk.bytes(Path::new("through")).map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()));
    Ingest::open(Path::new(DATA), Arc::new(disk.clone()), options, through).unwrap()
}

/// Flushes what is there to nowhere, and tidies.
fn flush(disk: &MemoryDisk, ingest: &Ingest) {
    ingest.seal();
    while let NextFlush::Sealed(sealed) = ingest.next_flush(Duration::ZERO) {
        disk.put(Path::new("through"), &sealed.through().to_le_bytes());
        ingest.flushed(sealed.through()).unwrap();
    }
    ingest.tidy().unwrap();
}

#[test]
fn a_message_is_known_for_the_window_and_not_for_much_longer() {
    let disk = MemoryDisk::default();
    let options = IngestOptions { deduplicate_for: Duration::from_secs(8 * DAY as u64), ..options() };
    let mut ingest = open(&disk, options.clone());
    for day in 0..40_u32 {
        let second = i64::from(day) * DAY;
        for hour in 0..6 {
            take(&ingest, batch(second + hour, &[day * 6 + hour as u32])).unwrap();
            flush(&disk, &ingest);
        }
        // Merged or not, before a restart and after it.
        if day % 7 == 3 {
            drop(ingest);
            ingest = open(&disk, options.clone());
        }
        let known: Vec<u32> = (day.saturating_sub(7) * 6..day * 6 + 6).collect();
        let again = take(&ingest, batch(second + 10, &known)).unwrap();
        assert_eq!(again.duplicates as usize, known.len(), "day {day}");
    }
    let stats = ingest.stats();
    assert!(stats.window_keys <= 11 * 6, "{} keys", stats.window_keys);
    assert!(stats.window_runs <= 9 + 4, "{} runs", stats.window_runs);
    assert_eq!(disk.paths("data/dedup").len() as u64, stats.window_runs * 2, "what was merged is gone");
    assert_eq!(take(&ingest, batch(40 * DAY, &[0])).unwrap().added, 1, "after the window it counts anew");
}

#[test]
fn a_message_id_belongs_to_its_source() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk, options());
    let of = |source: &str| {
        let mut batch = Batch::new(source, at(0));
        batch.push("m1", &Record::new(RecordKind::Event, at(0)));
        batch
    };
    assert_eq!(take(&ingest, of("web")).unwrap().added, 1);
    assert_eq!(take(&ingest, of("backend")).unwrap().added, 1);
    flush(&disk, &ingest);
    assert_eq!(take(&ingest, of("backend")).unwrap().duplicates, 1);
    assert_eq!(take(&ingest, of("app")).unwrap().added, 1);
}

#[test]
fn five_million_messages_stay_known_in_two_and_a_half_megabytes() {
    const MESSAGES: u32 = 5_000_000;
    let disk = MemoryDisk::default();
    let memory = 4 << 20;
    let options = IngestOptions { dedup_memory_bytes: memory, ..options() };
    let ingest = open(&disk, options.clone());
    let batch_of = |ids: &mut dyn Iterator<Item = u32>| {
        let mut batch = Batch::new("web", at(0));
        ids.for_each(|id| batch.push(&id.to_string(), &Record::new(RecordKind::Event, at(0))));
        batch
    };
    let mut most = 0;
    for first in (0..MESSAGES).step_by(10_000) {
        let accepted = take(&ingest, batch_of(&mut (first..first + 10_000))).unwrap();
        assert_eq!(accepted.added, 10_000);
        flush(&disk, &ingest);
        most = most.max(ingest.stats().window_bytes);
    }
    let stats = ingest.stats();
    assert_eq!(stats.window_keys, u64::from(MESSAGES));
    assert!(most <= memory / 8 * 5, "{most} bytes");
    let check = |ingest: &Ingest, fresh: u32| {
        let known = take(ingest, batch_of(&mut (0..MESSAGES).step_by(499))).unwrap();
        assert_eq!(known.added, 0);
        let new = take(ingest, batch_of(&mut (fresh..fresh + 10_000))).unwrap();
        assert_eq!(new.duplicates, 0);
    };
    check(&ingest, MESSAGES);
    drop(ingest);
    check(&open(&disk, options), 2 * MESSAGES);
}

#[test]
fn a_damaged_file_of_the_window_is_named() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk, options());
    take(&ingest, batch(0, &[1, 2, 3])).unwrap();
    flush(&disk, &ingest);
    drop(ingest);
    let run = disk.paths("data/dedup").into_iter().find(|path| path.extension().unwrap() == "keys").unwrap();
    let bytes = disk.bytes(&run).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        disk.put(&run, &changed);
        let through = 1;
        let result = Ingest::open(Path::new(DATA), Arc::new(disk.clone()), options(), through);
        let error = match result {
            Err(error) => error,
            // Found out when it is looked at.
            Ok(ingest) => take(&ingest, batch(1, &[1])).unwrap_err(),
        };
        assert!(matches!(&error, IngestError::Damaged { path, .. } if *path == run), "byte {place}: {error}");
    }
    // A filter is made again.
    disk.put(&run, &bytes);
    let filter = run.with_extension("filter");
    let whole = disk.bytes(&filter).unwrap();
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        disk.put(&filter, &changed);
        let ingest = open(&disk, options());
        assert_eq!(take(&ingest, batch(1, &[1, 2, 3])).unwrap().duplicates, 3, "byte {place}");
    }
}

#[test]
fn a_damaged_file_of_the_window_holds_up_neither_flushing_nor_merging() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk, options());
    for id in 1..=30 {
        take(&ingest, batch(0, &[id])).unwrap();
        ingest.seal();
        let NextFlush::Sealed(sealed) = ingest.next_flush(Duration::ZERO) else { panic!("one was sealed") };
        ingest.flushed(sealed.through()).unwrap();
        if id == 2 {
            disk.damage(Path::new("data/dedup/0000000000000001.keys"), 3);
        }
        let tidied = ingest.tidy();
        assert_eq!(tidied.is_err(), id == 4, "{tidied:?}");
    }
    assert!(ingest.stats().window_runs <= 5, "{:?}", ingest.stats());
    assert_eq!(disk.paths("data/dedup").len() as u64, ingest.stats().window_runs * 2);
    assert!(take(&ingest, batch(1, &[1])).is_err());
    assert_eq!(take(&ingest, batch(1, &[2, 30])).unwrap().duplicates, 2);
}

#[test]
fn keys_that_found_no_room_after_a_flush_go_into_the_window_later() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk, IngestOptions { largest_unflushed_bytes: 100, ..options() });
    take(&ingest, batch(0, &[1, 2, 3, 4, 5])).unwrap();
    ingest.seal();
    let NextFlush::Sealed(sealed) = ingest.next_flush(Duration::ZERO) else { panic!("one was sealed") };
    disk.set_room(Some(10));
    assert!(matches!(ingest.flushed(sealed.through()), Err(IngestError::DiskFull { .. })));
    let busy = ingest.submit(batch(1, &[6]), |_| panic!("it is refused")).unwrap_err();
    assert_eq!(busy.why, BusyReason::Unflushed);
    disk.set_room(None);
    assert!(matches!(ingest.next_flush(Duration::ZERO), NextFlush::Nothing));
    let again = take(&ingest, batch(1, &[1, 6])).unwrap();
    assert_eq!((again.added, again.duplicates), (1, 1));
    assert_eq!(disk.paths("data/dedup").len(), 2, "nothing is left of the attempt");
}

#[test]
fn too_much_at_once_is_turned_away_and_nothing_is_dropped() {
    let disk = MemoryDisk::default();
    let unflushed = IngestOptions { largest_unflushed_bytes: 2_000, ..options() };
    let ingest = open(&disk, unflushed);
    let mut taken = 0;
    let busy = loop {
        let (sender, receiver) = channel();
        match ingest.submit(batch(0, &[taken]), move |result| sender.send(result).unwrap()) {
            Ok(()) => assert_eq!(receiver.recv().unwrap().unwrap().added, 1),
            Err(busy) => break busy,
        }
        taken += 1;
    };
    assert_eq!(busy.why, BusyReason::Unflushed);
    assert!(taken > 5, "{taken}");
    flush(&disk, &ingest);
    assert_eq!(take(&ingest, batch(0, &[taken])).unwrap().added, 1);

    let limited = IngestOptions { largest_group_bytes: 300, ..options() };
    let ingest = open(&MemoryDisk::default(), limited);
    let large: Vec<u32> = (0..100).collect();
    assert!(matches!(take(&ingest, batch(0, &large)), Err(IngestError::TooLarge { limit: 300, .. })));

    // A committer that lingers lets the queue fill.
    let slow = IngestOptions { group_commit: Duration::from_secs(3600), queue_bytes: 500, ..options() };
    let ingest = open(&MemoryDisk::default(), slow);
    let (sender, receiver) = channel();
    let mut queued = 0;
    let busy = loop {
        let sender = sender.clone();
        match ingest.submit(batch(0, &[queued]), move |result| sender.send(result).unwrap()) {
            Ok(()) => queued += 1,
            Err(busy) => break busy,
        }
    };
    assert_eq!(busy.why, BusyReason::Queue);
    assert!(busy.to_string().contains("try again in 1 s"), "{busy}");
    ingest.close();
    assert_eq!(
        ingest.submit(batch(0, &[999]), |_| panic!("it is refused")).unwrap_err().why,
        BusyReason::Closing
    );
    drop(sender);
    assert_eq!(receiver.iter().filter(|result| result.as_ref().unwrap().added == 1).count(), queued as usize);
}

#[test]
fn batches_of_many_threads_are_each_answered_and_each_message_counts_once() {
    let disk = MemoryDisk::default();
    let ingest = open(&disk, IngestOptions { group_commit: Duration::from_millis(1), ..options() });
    let added: u32 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u32)
            .map(|thread| {
                let ingest = &ingest;
                scope.spawn(move || {
                    // Every message is sent by two threads.
                    let ids = |number: u32| {
                        (thread / 2 * 1_000 + number * 10)..(thread / 2 * 1_000 + number * 10 + 10)
                    };
                    (0..100)
                        .map(|number| take(ingest, batch(0, &ids(number).collect::<Vec<_>>())).unwrap().added)
                        .sum::<u32>()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(added, 4_000);
    let stats = ingest.stats();
    assert_eq!((stats.added, stats.duplicates, stats.unflushed_rows), (4_000, 4_000, 4_000));
    assert_eq!(stats.queued_bytes, 0);
    assert!(stats.groups <= 400, "{} groups", stats.groups);
}
