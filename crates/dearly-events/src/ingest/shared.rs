//! What the committer, the flusher and the handlers share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use dearly_domain::Instant;

use super::queue::Queue;
use super::tidying::Tidying;
use super::unit::{Flushing, Unit};
use super::{Damage, IngestError, IngestOptions};
use crate::dedup::Window;
use crate::disk::Disk;
use crate::wal::{path_of, put_aside};

/// The state behind [`super::Ingest`].
pub(super) struct Shared {
    pub(super) disk: Arc<dyn Disk>,
    /// The folder of the log.
    pub(super) folder: PathBuf,
    pub(super) options: IngestOptions,
    pub(super) window: Window,
    pub(super) queue: Queue,
    pub(super) flushing: Mutex<Flushing>,
    /// Something was sealed, or closed.
    pub(super) sealed: Condvar,
    /// Held while keys go into the window and files go: one at a time.
    pub(super) settling: Mutex<()>,
    pub(super) tidying: Tidying,
    pub(super) damage: Mutex<Vec<Damage>>,
    pub(super) counters: Counters,
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) unflushed_rows: AtomicU64,
    pub(super) unflushed_bytes: AtomicU64,
    pub(super) added: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) groups: AtomicU64,
    pub(super) busy: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) cut_bytes: u64,
    /// The youngest receipt seen, in microseconds: the time by which the window ages.
    pub(super) received_at: AtomicI64,
}

impl Shared {
    pub(super) fn flushing(&self) -> MutexGuard<'_, Flushing> {
        self.flushing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn damage(&self) -> MutexGuard<'_, Vec<Damage>> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the flusher is so far behind that nothing more can be taken.
    pub(super) fn is_behind(&self) -> bool {
        let bytes = self.counters.unflushed_bytes.load(Relaxed) + self.queue.bytes() as u64;
        bytes >= self.options.largest_unflushed_bytes
            || self.counters.unflushed_rows.load(Relaxed) >= self.options.most_unflushed_rows()
    }

    pub(super) fn add_damage(&self, damage: Damage) {
        let mut known = self.damage();
        if !known.contains(&damage) {
            known.push(damage);
        }
    }

    /// Units up to this number are in the lake.
    pub(super) fn flushed(&self, through: u64) {
        let mut flushing = self.flushing();
        flushing.flushed_through = flushing.flushed_through.max(through);
    }

    /// Moves the keys of flushed units into the window, then drops their files.
    pub(super) fn settle(&self) -> Result<(), IngestError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let unit = {
                let flushing = self.flushing();
                let first = flushing.units.front().filter(|unit| unit.through() <= flushing.flushed_through);
                match first {
                    Some(unit) => Arc::clone(unit),
                    None => return Ok(()),
                }
            };
            self.window.add(&unit.keys.sorted(), unit.earliest, unit.latest)?;
            // The committer looks at the units first and at the window then: no key is in neither.
            self.flushing().units.pop_front();
            self.counters.unflushed_rows.fetch_sub(unit.rows, Relaxed);
            self.counters.unflushed_bytes.fetch_sub(unit.bytes, Relaxed);
            self.drop_files(&unit)?;
        }
    }

    /// Files of flushed units: those with damage are kept aside.
    fn drop_files(&self, unit: &Unit) -> Result<(), IngestError> {
        for file in &unit.files {
            let sequence = file.header.sequence;
            if file.is_damaged() {
                put_aside(&*self.disk, &self.folder, sequence)?;
            } else {
                let path = path_of(&self.folder, sequence);
                self.disk.remove(&path).map_err(|error| IngestError::io("removing", &path, &error))?;
            }
        }
        // A file must not come back without its successor, which says where it ends.
        let synced = self.disk.sync_folder(&self.folder);
        synced.map_err(|error| IngestError::io("removing files from", &self.folder, &error))
    }

    pub(super) fn tidy(&self) -> Result<(), IngestError> {
        let now = Instant::from_micros(self.counters.received_at.load(Relaxed));
        while !self.tidying.stopped() && self.window.tidy(now)? {}
        Ok(())
    }
}
