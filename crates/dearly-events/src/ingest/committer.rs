//! The one thread that writes the log.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant as Clock;

use super::queue::Queued;
use super::shared::Shared;
use super::unit::{Unit, UnitFile};
use super::{Accepted, IngestError};
use crate::EventKey;
use crate::dedup::look_up;
use crate::wal::{Appended, GROUP_HEADER_BYTES, HEADER_BYTES, LogWriter};

pub(super) struct Committer {
    shared: Arc<Shared>,
    /// The file that is being written, once there is something to write.
    log: Option<LogWriter>,
    next_sequence: u64,
    /// Where the file before ends.
    previous_end: u64,
    /// What is in the file that is being written, and since when.
    unit: Unit,
    since: Clock,
    /// Kept for their room.
    group: Vec<u8>,
    found: Vec<bool>,
    lookup: Vec<EventKey>,
    places: Vec<u32>,
}

/// A batch that was looked through, and what its waiter will be told if the group becomes durable.
struct Looked {
    queued: Queued,
    result: Result<Accepted, IngestError>,
}

impl Committer {
    pub(super) fn new(shared: Arc<Shared>, next_sequence: u64, previous_end: u64) -> Committer {
        Committer {
            shared,
            log: None,
            next_sequence,
            previous_end,
            unit: Unit::default(),
            since: Clock::now(),
            group: Vec::new(),
            found: Vec::new(),
            lookup: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Writes groups until the queue is closed and empty.
    pub(super) fn run(mut self) {
        // However this thread ends, nobody waits for it in vain.
        let _ending = Ending(Arc::clone(&self.shared));
        loop {
            let (linger, group_bytes, deadline) = {
                let options = &self.shared.options;
                let due = (self.unit.rows > 0 && !self.flusher_is_behind())
                    .then(|| self.since + options.flush_after);
                // What is due waits for the flusher, and is looked at again after a while.
                let soon = Clock::now() + options.flush_after;
                let deadline = (self.unit.rows > 0 || self.is_held()).then(|| due.unwrap_or(soon));
                (options.group_commit, options.largest_group_bytes, deadline)
            };
            let work = self.shared.queue.wait(linger, group_bytes, deadline);
            if !work.batches.is_empty() {
                self.commit(work.batches);
            }
            self.seal_if_due(work.seal.is_some() || work.closing);
            if self.is_held() {
                // Where that fails it is tried again: by the next group, or by whoever opens the log next.
                let _ = self.begin_file();
            }
            if let Some(request) = work.seal {
                self.shared.queue.sealed(request);
            }
            if work.closing {
                break;
            }
        }
    }

    /// Whether sealed files are not flushed yet: then more rows rather go into this one.
    fn flusher_is_behind(&self) -> bool {
        self.shared.flushing().next().is_some()
    }

    fn seal_if_due(&mut self, asked: bool) {
        let bytes = self.log.as_ref().map_or(0, LogWriter::end);
        let old = || self.since.elapsed() >= self.shared.options.flush_after && !self.flusher_is_behind();
        if self.unit.rows > 0 && (asked || self.shared.options.seals(self.unit.rows, bytes) || old()) {
            self.seal(false);
        }
    }

    /// Whether a file waits for a successor that says where it ends.
    fn is_held(&self) -> bool {
        self.log.is_none() && self.shared.flushing().held.is_some()
    }

    /// Hands the file to the flusher; the next group begins another one.
    ///
    /// What a spoilt one may hold behind its end was refused. The flusher gets it only when that is written down: else
    /// a file that comes back after a loss of power would make messages known that nobody has.
    fn seal(&mut self, spoilt: bool) {
        let Some(log) = self.log.take() else { return };
        self.previous_end = log.end();
        let mut unit = std::mem::take(&mut self.unit);
        unit.bytes = log.end() - HEADER_BYTES as u64;
        unit.files.push(UnitFile::new(log.path().to_owned(), log.header(), log.end(), false));
        {
            let mut flushing = self.shared.flushing();
            flushing.held = spoilt.then(|| unit.through());
            flushing.units.push_back(Arc::new(unit));
        }
        self.shared.sealed.notify_all();
    }

    /// Begins the next file, durably.
    fn begin_file(&mut self) -> Result<(), IngestError> {
        let shared = &*self.shared;
        let created = LogWriter::create(&*shared.disk, &shared.folder, self.next_sequence, self.previous_end);
        let log = created.map_err(|error| IngestError::io("creating a file in", &shared.folder, &error))?;
        self.next_sequence += 1;
        self.log = Some(log);
        shared.flushing().held = None;
        shared.sealed.notify_all();
        Ok(())
    }

    /// Makes a group of batches durable and answers for each.
    fn commit(&mut self, batches: Vec<Queued>) {
        let bytes = batches.iter().map(|queued| queued.batch.bytes()).sum();
        let (mut looked, added) = self.look_through(batches);
        if !added.is_empty()
            && let Err(error) = self.append(&looked, added.len() as u64)
        {
            let (error, spoilt) = error;
            for key in added {
                self.unit.keys.remove(key);
            }
            if spoilt {
                self.seal(true);
            }
            // Also those with nothing but duplicates: their originals may be in this very group.
            looked.iter_mut().for_each(|looked| looked.result = Err(error.clone()));
        }
        self.shared.queue.answered(bytes);
        let counters = &self.shared.counters;
        for Looked { queued, result } in looked {
            match &result {
                Ok(accepted) => {
                    counters.added.fetch_add(u64::from(accepted.added), Relaxed);
                    counters.duplicates.fetch_add(u64::from(accepted.duplicates), Relaxed);
                }
                Err(_) => {
                    counters.failed.fetch_add(1, Relaxed);
                }
            }
            (queued.on_done)(result);
        }
    }

    /// Leaves out what is known, writes the rest into the group, and gives the keys that it added.
    fn look_through(&mut self, batches: Vec<Queued>) -> (Vec<Looked>, Vec<EventKey>) {
        // First the units, then the window: keys go from those to this one.
        let units: Vec<Arc<Unit>> = self.shared.flushing().units.iter().cloned().collect();
        let runs = self.shared.window.runs();
        self.group.clear();
        self.group.resize(GROUP_HEADER_BYTES, 0);
        let mut added = Vec::new();
        let looked = batches
            .into_iter()
            .map(|queued| {
                let batch = &queued.batch;
                self.lookup.clear();
                self.lookup.extend(batch.entries.iter().map(|&(key, _)| key));
                self.found.clear();
                self.found.resize(batch.len(), false);
                for unit in &units {
                    for (&key, found) in self.lookup.iter().zip(&mut self.found) {
                        *found |= unit.keys.contains(key);
                    }
                }
                if let Err(error) = look_up(&runs, &self.lookup, &mut self.found) {
                    return Looked { queued, result: Err(error) };
                }
                self.places.clear();
                for (place, (&key, &found)) in self.lookup.iter().zip(&self.found).enumerate() {
                    if !found && self.unit.keys.insert(key) {
                        self.places.push(place as u32);
                        added.push(key);
                    }
                }
                if !self.places.is_empty() {
                    batch.write_part(&self.places, &mut self.group);
                }
                let new = self.places.len() as u32;
                let result = Ok(Accepted { added: new, duplicates: batch.len() as u32 - new });
                Looked { queued, result }
            })
            .collect();
        (looked, added)
    }

    /// Appends the group and syncs it. With the error comes whether the file must not be written to any more.
    fn append(&mut self, looked: &[Looked], rows: u64) -> Result<(), (IngestError, bool)> {
        if self.log.is_none() {
            self.begin_file().map_err(|error| (error, false))?;
        }
        let log = self.log.as_mut().expect("a file was begun");
        let failed = |log: &LogWriter, error| IngestError::io("writing", log.path(), &error);
        match log.append(&mut self.group) {
            Appended::Synced => {}
            Appended::Refused(error) => return Err((failed(log, error), false)),
            Appended::Spoilt(error) => return Err((failed(log, error), true)),
        }
        if self.unit.rows == 0 {
            self.since = Clock::now();
        }
        self.unit.rows += rows;
        for looked in looked {
            if looked.result.as_ref().is_ok_and(|accepted| accepted.added > 0) {
                let at = looked.queued.batch.received_at();
                self.unit.earliest = self.unit.earliest.min(at);
                self.unit.latest = self.unit.latest.max(at);
            }
        }
        let counters = &self.shared.counters;
        counters.groups.fetch_add(1, Relaxed);
        counters.received_at.fetch_max(self.unit.latest.micros(), Relaxed);
        counters.unflushed_rows.fetch_add(rows, Relaxed);
        counters.unflushed_bytes.fetch_add(self.group.len() as u64, Relaxed);
        Ok(())
    }
}

struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.queue.close();
        for queued in self.0.queue.drain() {
            (queued.on_done)(Err(IngestError::Closed));
        }
        self.0.queue.sealed(u64::MAX);
        self.0.flushing().closed = true;
        self.0.sealed.notify_all();
    }
}
