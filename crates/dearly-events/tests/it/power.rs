//! The power is cut at every change that ingest makes to the disk; nothing acknowledged is lost or counted twice.

use std::collections::{BTreeMap, BTreeSet};

use dearly_events::Ingest;

use crate::memory_disk::{Dice, MemoryDisk};
use crate::taking::{Manifest, batch, drain, flush, open, take};

/// What the client knows.
#[derive(Clone, Default)]
pub(crate) struct Client {
    next: u32,
    acknowledged: BTreeSet<u32>,
    /// Sent, and not acknowledged: they may be there or not.
    unsure: BTreeSet<u32>,
}

impl Client {
    /// Sends a batch of new messages, of some it is unsure of, and of some that were acknowledged.
    pub(crate) fn send(&mut self, ingest: &Ingest, second: i64, dice: &mut Dice) {
        let mut ids: Vec<u32> = (0..1 + dice.throw(3)).map(|_| self.new_id()).collect();
        let again =
            |from: &BTreeSet<u32>, dice: &mut Dice| from.iter().nth(dice.throw(from.len() * 2)).copied();
        ids.extend(again(&self.acknowledged, dice));
        ids.extend(again(&self.unsure, dice));
        // Twice in one batch.
        ids.push(ids[0]);
        self.send_ids(ingest, second, &ids);
    }

    fn send_ids(&mut self, ingest: &Ingest, second: i64, ids: &[u32]) {
        let result = take(ingest, batch(second, ids));
        let distinct: BTreeSet<u32> = ids.iter().copied().collect();
        match result {
            Ok(accepted) => {
                let new = distinct.iter().filter(|id| !self.acknowledged.contains(id)).count();
                let surely = distinct
                    .iter()
                    .filter(|id| !self.acknowledged.contains(id) && !self.unsure.contains(id))
                    .count();
                let added = accepted.added as usize;
                assert!(surely <= added && added <= new, "{added} added of {ids:?}");
                assert_eq!(added + accepted.duplicates as usize, ids.len());
                self.unsure.retain(|id| !distinct.contains(id));
                self.acknowledged.extend(distinct);
            }
            Err(_) => self.unsure.extend(distinct.difference(&self.acknowledged)),
        }
    }

    fn new_id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(crate) fn acknowledged(&self) -> impl Iterator<Item = u32> {
        self.acknowledged.iter().copied()
    }

    /// What the lake holds, each message so many times, is what was acknowledged, each once, and of the rest each at most
    /// once.
    pub(crate) fn check(&self, messages: &BTreeMap<u32, u32>) {
        for id in &self.acknowledged {
            assert_eq!(messages.get(id), Some(&1), "message {id} was acknowledged");
        }
        for (id, times) in messages {
            assert_eq!(*times, 1, "message {id}");
            assert!(
                self.acknowledged.contains(id) || self.unsure.contains(id),
                "message {id} was never sent"
            );
        }
    }
}

/// Sends, seals, flushes and tidies until the end or until something fails.
fn work(disk: &MemoryDisk, client: &mut Client, seed: u64, steps: usize) {
    let Ok(ingest) = open(disk) else { return };
    assert_eq!(ingest.damage(), []);
    let mut dice = Dice(seed);
    for step in 0..steps {
        client.send(&ingest, step as i64, &mut dice);
        if disk.is_off() {
            return;
        }
        match dice.throw(6) {
            0 => {
                ingest.seal();
                flush(&ingest, disk);
            }
            1 => drop(ingest.tidy()),
            _ => {}
        }
    }
    drain(&ingest, disk);
}

/// After whatever happened: opens, sends everything again, flushes, and compares.
fn check(disk: &MemoryDisk, client: &mut Client) {
    let ingest = open(disk).expect("a cut of power is no damage");
    assert_eq!(ingest.damage(), []);
    let known: Vec<u32> = client.acknowledged().collect();
    if !known.is_empty() {
        let again = take(&ingest, batch(1_000, &known)).unwrap();
        assert_eq!(again.added, 0, "what was acknowledged is known");
    }
    ingest.seal();
    flush(&ingest, disk);
    client.check(&Manifest::read(disk).unwrap().messages);
    let all: Vec<u32> = client.acknowledged.union(&client.unsure).copied().collect();
    if !all.is_empty() {
        client.send_ids(&ingest, 1_001, &all);
        assert!(client.unsure.is_empty());
    }
    assert!(drain(&ingest, disk));
    client.check(&Manifest::read(disk).unwrap().messages);
    drop(ingest);
    assert_eq!(disk.paths("data/wal"), Vec::<std::path::PathBuf>::new(), "all was flushed");
}

/// The changes of a run that nothing disturbs.
fn operations(seed: u64, steps: usize) -> u64 {
    let disk = MemoryDisk::default();
    work(&disk, &mut Client::default(), seed, steps);
    disk.operations()
}

#[test]
fn power_cut_at_every_change_of_the_disk() {
    const STEPS: usize = 25;
    for seed in 0..3 {
        let last = operations(seed, STEPS);
        assert!(last > 100, "{last} changes are few");
        for operation in 1..=last {
            for (happens, cut) in [(false, 0), (true, 1), (true, 2), (false, 3), (true, 4)] {
                let disk = MemoryDisk::default();
                let mut client = Client::default();
                disk.power_off_at(operation, happens);
                work(&disk, &mut client, seed, STEPS);
                check(&disk.after_power_cut(operation * 31 + cut), &mut client);
            }
        }
    }
}

#[test]
fn power_cut_and_killed_again_and_again_also_while_recovering_and_with_failing_syncs() {
    for seed in 0..600 {
        let mut dice = Dice(seed);
        let (mut disk, mut client) = (MemoryDisk::default(), Client::default());
        for _ in 0..6 {
            disk.power_off_at(1 + dice.throw(60) as u64, dice.throw(2) == 0);
            if dice.throw(2) == 0 {
                disk.fail_sync(1 + dice.throw(30) as u64);
            }
            work(&disk, &mut client, dice.throw(1_000_000) as u64, 12);
            disk = match dice.throw(3) {
                0 => disk.after_kill(),
                _ => disk.after_power_cut(dice.throw(1_000_000) as u64),
            };
        }
        check(&disk, &mut client);
    }
}

#[test]
fn killed_at_every_change_restarted_and_then_the_power_is_cut() {
    const STEPS: usize = 12;
    for seed in 0..2 {
        for operation in 1..=operations(seed, STEPS) {
            for (happens, cut) in [(false, 0), (true, 1), (false, 2)] {
                let (disk, mut client) = (MemoryDisk::default(), Client::default());
                disk.power_off_at(operation, happens);
                work(&disk, &mut client, seed, STEPS);
                let disk = disk.after_kill();
                let ingest = open(&disk).unwrap();
                assert_eq!(ingest.damage(), []);
                // What is answered for now may come from what the killed process never synced.
                let all: Vec<u32> = client.acknowledged.union(&client.unsure).copied().collect();
                if !all.is_empty() {
                    client.send_ids(&ingest, 100, &all);
                }
                if cut == 2 {
                    flush(&ingest, &disk);
                }
                let disk = disk.after_power_cut(operation * 3 + cut);
                drop(ingest);
                check(&disk, &mut client);
            }
        }
    }
}

#[test]
fn a_failed_sync_acknowledges_nothing_and_what_follows_is_safe() {
    for seed in 0..3 {
        for sync in 1..60 {
            for cut in 0..4 {
                let disk = MemoryDisk::default();
                let mut client = Client::default();
                disk.fail_sync(sync);
                work(&disk, &mut client, seed, 25);
                check(&disk.after_power_cut(sync * 4 + cut), &mut client);
            }
        }
    }
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    for seed in 0..3 {
        for room in (0..4_000).step_by(37) {
            let disk = MemoryDisk::default();
            let mut client = Client::default();
            disk.set_room(Some(room));
            let Ok(ingest) = open(&disk) else { continue };
            let mut dice = Dice(seed);
            for step in 0..12 {
                client.send(&ingest, step, &mut dice);
                if step % 4 == 3 {
                    ingest.seal();
                    flush(&ingest, &disk);
                }
            }
            disk.set_room(None);
            let acknowledged = client.acknowledged.len();
            client.send(&ingest, 12, &mut dice);
            assert!(client.acknowledged.len() > acknowledged, "there is room again");
            drop(ingest);
            check(&disk.after_power_cut(room), &mut client);
        }
    }
}
