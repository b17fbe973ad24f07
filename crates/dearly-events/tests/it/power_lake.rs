//! The power is cut at every change of the disk while the log is flushed into Parquet files, and while these are merged:
//! what was acknowledged is in the lake, once, and every file that is live can be read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dearly_events::{
    Compaction, Disk, Eagerness, Error, EventRow, Ingest, IngestError, Lake, LocalFiles, NextFlush,
    Occurrences, Segment,
};

use crate::memory_disk::{Dice, MemoryDisk};
use crate::power::Client;
use crate::taking::{DATA, batch, options, replace, take};

const LIVE: &str = "data/live";

/// Which segments are live and through which file of the log, as the records say it; one durable step changes both.
struct Records {
    through: u64,
    live: Vec<Segment>,
}

/// What is known of every segment that was ever written: the file says less, as records would say it all.
type Written = BTreeMap<String, Segment>;

impl Records {
    fn read(disk: &MemoryDisk, written: &Written) -> Records {
        let text = disk.bytes(Path::new(LIVE)).unwrap_or_else(|| b"0\n".to_vec());
        let text = String::from_utf8(text).unwrap();
        let mut lines = text.lines();
        let through = lines.next().unwrap().parse().unwrap();
        Records { through, live: lines.map(|path| written[path].clone()).collect() }
    }

    fn commit(&self, disk: &MemoryDisk) -> std::io::Result<()> {
        let mut text = format!("{}\n", self.through);
        self.live.iter().for_each(|segment| text.push_str(&format!("{}\n", segment.path)));
        replace(disk, LIVE, text.as_bytes())
    }
}

fn lake(disk: &MemoryDisk) -> Lake {
    Lake::on(Arc::new(LocalFiles::on(Arc::new(disk.clone()), DATA)))
}

fn open(disk: &MemoryDisk, written: &Written) -> Result<Ingest, IngestError> {
    // A killed process may have renamed it and not said so to the disk.
    let io = |error: std::io::Error| IngestError::Io {
        action: "syncing",
        path: DATA.into(),
        message: error.to_string(),
    };
    disk.sync_folder(Path::new(DATA)).map_err(io)?;
    let through = Records::read(disk, written).through;
    Ingest::open(Path::new(DATA), Arc::new(disk.clone()), options(), through)
}

/// Writes what is sealed into the lake and makes it live; `false` if something failed on the way.
fn flush(ingest: &Ingest, disk: &MemoryDisk, written: &mut Written) -> bool {
    loop {
        let sealed = match ingest.next_flush(Duration::ZERO) {
            NextFlush::Sealed(sealed) => sealed,
            NextFlush::Nothing | NextFlush::Closed => return true,
        };
        let lake = lake(disk);
        let (mut stager, mut occurrences) = (lake.stage(), Occurrences::default());
        let staged = sealed.for_each(|entry| {
            let name = entry.record.name.unwrap_or_default();
            let row = EventRow {
                message_id: Some(entry.record.message_id.to_owned()),
                ..EventRow::new(None, entry.received_at, name)
            };
            stager.push(&row, occurrences.key(&row)).map_err(|error| IngestError::Io {
                action: "writing",
                path: DATA.into(),
                message: error.to_string(),
            })
        });
        if staged.is_err() {
            return false;
        }
        let Ok(segments) = stager.finish() else { return false };
        written.extend(segments.iter().map(|segment| (segment.path.clone(), segment.clone())));
        let mut records = Records::read(disk, written);
        records.through = sealed.through();
        records.live.extend(segments);
        if records.commit(disk).is_err() || ingest.flushed(sealed.through()).is_err() {
            return false;
        }
    }
}

/// Merges what is live into one file; the old files go once the new one is live.
fn merge(disk: &MemoryDisk, written: &mut Written) -> Result<(), Error> {
    let (lake, mut records) = (lake(disk), Records::read(disk, written));
    for plan in Compaction::plan(&records.live, Eagerness::Always)? {
        let old: Vec<Segment> = plan.segments.clone();
        let Some(merged) = plan.run(&lake, |_| true)? else { continue };
        written.extend(merged.iter().map(|segment| (segment.path.clone(), segment.clone())));
        records.live.retain(|segment| !old.contains(segment));
        records.live.extend(merged);
        if records.commit(disk).is_err() {
            return Ok(());
        }
        lake.discard(&old)?;
    }
    Ok(())
}

fn work(disk: &MemoryDisk, client: &mut Client, written: &mut Written, seed: u64, steps: usize) {
    let Ok(ingest) = open(disk, written) else { return };
    assert_eq!(ingest.damage(), []);
    let mut dice = Dice(seed);
    for step in 0..steps {
        client.send(&ingest, step as i64, &mut dice);
        if disk.is_off() {
            return;
        }
        match dice.throw(4) {
            0 | 1 => {
                ingest.seal();
                flush(&ingest, disk, written);
            }
            2 => drop(merge(disk, written)),
            _ => {}
        }
    }
}

/// How often each message is in the lake: every live file is read to its end.
fn messages(disk: &MemoryDisk, written: &Written) -> BTreeMap<u32, u32> {
    let mut messages = BTreeMap::new();
    for event in lake(disk).events(&Records::read(disk, written).live).expect("every live file is there") {
        let (row, _) = event.expect("every live file is whole");
        *messages.entry(row.message_id.unwrap()[1..].parse().unwrap()).or_default() += 1;
    }
    messages
}

/// After whatever happened: opens, flushes what the log holds, and compares.
fn check(disk: &MemoryDisk, client: &mut Client, written: &mut Written) {
    // Before anything is repaired: what is live is whole.
    messages(disk, written);
    let ingest = open(disk, written).expect("a cut of power is no damage");
    assert_eq!(ingest.damage(), []);
    let known: Vec<u32> = client.acknowledged().collect();
    if !known.is_empty() {
        assert_eq!(take(&ingest, batch(1_000, &known)).unwrap().added, 0, "what was acknowledged is known");
    }
    ingest.seal();
    assert!(flush(&ingest, disk, written));
    client.check(&messages(disk, written));
    merge(disk, written).unwrap();
    client.check(&messages(disk, written));
}

#[test]
fn power_cut_at_every_change_while_parquet_is_written_and_merged() {
    const STEPS: usize = 14;
    for seed in 0..2 {
        let (disk, mut written) = (MemoryDisk::default(), Written::new());
        work(&disk, &mut Client::default(), &mut written, seed, STEPS);
        let last = disk.operations();
        assert!(last > 100 && written.len() > 3, "{last} changes, {} files", written.len());
        for operation in 1..=last {
            for (happens, cut) in [(false, 0), (true, 1), (true, 2)] {
                let (disk, mut client, mut written) =
                    (MemoryDisk::default(), Client::default(), Written::new());
                disk.power_off_at(operation, happens);
                work(&disk, &mut client, &mut written, seed, STEPS);
                check(&disk.after_power_cut(operation * 31 + cut), &mut client, &mut written);
            }
        }
    }
}

#[test]
fn cut_killed_and_with_failing_syncs_again_and_again() {
    for seed in 0..120 {
        let mut dice = Dice(seed);
        let (mut disk, mut client, mut written) = (MemoryDisk::default(), Client::default(), Written::new());
        for _ in 0..4 {
            disk.power_off_at(1 + dice.throw(90) as u64, dice.throw(2) == 0);
            if dice.throw(2) == 0 {
                disk.fail_sync(1 + dice.throw(30) as u64);
            }
            work(&disk, &mut client, &mut written, dice.throw(1_000_000) as u64, 10);
            disk = match dice.throw(3) {
                0 => disk.after_kill(),
                _ => disk.after_power_cut(dice.throw(1_000_000) as u64),
            };
        }
        check(&disk, &mut client, &mut written);
    }
}

#[test]
fn a_disk_that_is_full_while_it_is_flushed_loses_nothing() {
    for room in (0..40_000).step_by(613) {
        let (disk, mut client, mut written) = (MemoryDisk::default(), Client::default(), Written::new());
        disk.set_room(Some(room));
        work(&disk, &mut client, &mut written, 5, 12);
        // Drafts that did not fit are gone; there is room again, and everything goes in.
        disk.set_room(None);
        check(&disk, &mut client, &mut written);
        let is_draft = |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "partial");
        assert_eq!(disk.paths("data/events").iter().filter(is_draft).count(), 0, "{room} bytes");
    }
}
