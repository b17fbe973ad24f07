//! The durable, deduplicating core of ingest: what is acknowledged is on the disk, once.
//!
//! Batches wait in a bounded queue for one committer thread. It takes what is there as a group, leaves out what is
//! known (in memory for events not flushed yet, else in the window of `dedup.rs`), appends the rest to the log,
//! syncs once, and then answers all of them: a duplicate's answer waits for the same sync as its original's.
//!
//! When enough rows are in a file of the log, or they have waited long enough, the file is sealed and handed to the
//! flusher, which reads them back from it: the log is the buffer, so memory stays bounded however far the flusher
//! falls behind. Once the flusher has committed them to the lake, their keys become a run of the window, and then
//! the file goes.

mod batch;
mod committer;
mod error;
mod opening;
mod options;
mod queue;
mod record;
mod sealed;
mod shared;
mod tidying;
mod unit;

pub use batch::Batch;
pub use error::{Busy, BusyReason, Damage, IngestError};
pub use options::IngestOptions;
pub use record::{NotARecord, Record, RecordKind};
pub use sealed::{NextFlush, Sealed, SealedEntry};

use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::dedup::keys_and_bytes;
use crate::disk::Disk;
use queue::OnDone;
use shared::Shared;

/// What became of a batch; all of it is durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Records that are new.
    pub added: u32,
    /// Records that were there already, or came twice in the batch.
    pub duplicates: u32,
}

/// Takes events durably and once, and hands them to a flusher. Shared between threads by reference.
///
/// Dropped, it takes nothing more, writes what is queued, and lets go of the folder.
pub struct Ingest {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    _lock: Box<dyn Send + Sync>,
}

/// Where ingest stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IngestStats {
    /// Bytes of batches that wait for the log.
    pub queued_bytes: u64,
    /// Rows in the log that are not in the lake yet.
    pub unflushed_rows: u64,
    /// Their bytes.
    pub unflushed_bytes: u64,
    /// Records taken since the start.
    pub added: u64,
    /// Records left out as duplicates since the start.
    pub duplicates: u64,
    /// Groups made durable since the start: one sync each.
    pub groups: u64,
    /// Batches turned away since the start because too much was on its way.
    pub busy: u64,
    /// Batches that failed since the start.
    pub failed: u64,
    /// Keys in the window, without those of unflushed rows.
    pub window_keys: u64,
    /// Bytes that the window takes in memory, without the keys of unflushed rows.
    pub window_bytes: u64,
    /// Files of the window.
    pub window_runs: u64,
    /// The number of the newest file of the log that the records say is flushed.
    pub flushed_through: u64,
    /// Bytes that were cut off the log when it was opened: what a crash left of a group that was never acknowledged.
    pub cut_bytes: u64,
    /// Why the last tidying of the window failed, if it did.
    pub tidy_error: Option<String>,
}

impl Ingest {
    /// Opens the log of a data folder, which is made if it is missing, and takes up what was not flushed.
    ///
    /// `flushed_through` is what the records say: the [`Sealed::through`] of the last flush that was committed; 0 if
    /// there was none. Files of the log up to it are dropped once their keys are in the window. So it must be durable:
    /// a database that a killed process was just committing to may say what a loss of power would still undo, until it
    /// commits something else.
    ///
    /// # Errors
    /// [`IngestError::Held`] where another process has the folder; [`IngestError::Newer`] and
    /// [`IngestError::Damaged`] for files that must be dealt with first; what the disk refuses. Damage in the log is
    /// no error: see [`Ingest::damage`].
    pub fn open(
        data: &Path,
        disk: Arc<dyn Disk>,
        options: IngestOptions,
        flushed_through: u64,
    ) -> Result<Ingest, IngestError> {
        opening::open(data, disk, options, flushed_through)
    }

    /// Queues a batch. It never waits for the disk.
    ///
    /// Unless it is refused here, `on_done` is called once: at once for a batch that is empty or too large, else by
    /// the committer, whom it must not hold up. After an error nothing of the batch is kept; a batch is taken whole or
    /// not at all.
    ///
    /// # Errors
    /// [`Busy`] where too much is on its way; `on_done` is dropped then.
    pub fn submit(
        &self,
        batch: Batch,
        on_done: impl FnOnce(Result<Accepted, IngestError>) + Send + 'static,
    ) -> Result<(), Busy> {
        let shared = &*self.shared;
        if batch.is_empty() {
            on_done(Ok(Accepted::default()));
            return Ok(());
        }
        let (bytes, limit) = (batch.bytes(), shared.options.largest_group_bytes);
        if bytes > limit {
            on_done(Err(IngestError::TooLarge { bytes, limit }));
            return Ok(());
        }
        let turned_away = |why, seconds| {
            shared.counters.busy.fetch_add(1, Relaxed);
            Err(Busy { retry_after: Duration::from_secs(seconds), why })
        };
        if shared.is_behind() {
            return turned_away(BusyReason::Unflushed, 5);
        }
        match shared.queue.push(batch, Box::new(on_done) as OnDone, shared.options.queue_bytes, limit) {
            Ok(()) => Ok(()),
            Err(BusyReason::Closing) => turned_away(BusyReason::Closing, 10),
            Err(why) => turned_away(why, 1),
        }
    }

    /// Waits at most so long for rows to flush: the oldest that [`Ingest::flushed`] was not called for, so the same
    /// again after a flush that failed. To be called by one thread, the flusher.
    pub fn next_flush(&self, wait: Duration) -> NextFlush {
        // What could not be settled when it was flushed, as on a full disk, would hold up everything one day.
        let _ = self.shared.settle();
        let (flushing, _) = self
            .shared
            .sealed
            .wait_timeout_while(self.shared.flushing(), wait, |flushing| {
                flushing.next().is_none() && !flushing.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        match flushing.next() {
            Some(unit) => NextFlush::Sealed(Sealed::new(unit, Arc::clone(&self.shared))),
            None if flushing.closed => NextFlush::Closed,
            None => NextFlush::Nothing,
        }
    }

    /// Says that all rows up to this number of the log are in the lake and that this is committed durably. Their
    /// keys go into the window, then their files of the log go.
    ///
    /// # Errors
    /// What the disk refuses, as when it is full. Nothing is lost then: the next call, or the next opening, does it.
    pub fn flushed(&self, through: u64) -> Result<(), IngestError> {
        self.shared.flushed(through);
        let settled = self.shared.settle();
        self.shared.tidying.wake();
        settled
    }

    /// Hands everything submitted so far to the flusher without waiting for more, and returns when it is there.
    pub fn seal(&self) {
        self.shared.queue.seal();
    }

    /// Takes nothing more, writes what is queued and hands it to the flusher: [`Ingest::next_flush`] gives what is
    /// left, and then [`NextFlush::Closed`].
    pub fn close(&self) {
        self.shared.queue.close();
    }

    /// What could not be read from the log. Everything else was.
    pub fn damage(&self) -> Vec<Damage> {
        self.shared.damage().clone()
    }

    /// Merges and drops old runs of the window, as a thread does in the background unless
    /// [`IngestOptions::tidy_in_background`] is off.
    ///
    /// # Errors
    /// What the disk refuses, and damaged runs.
    pub fn tidy(&self) -> Result<(), IngestError> {
        self.shared.tidy()
    }

    /// Where ingest stands.
    pub fn stats(&self) -> IngestStats {
        let shared = &*self.shared;
        let counters = &shared.counters;
        let runs = shared.window.runs();
        let (window_keys, window_bytes) = keys_and_bytes(&runs);
        IngestStats {
            queued_bytes: shared.queue.bytes() as u64,
            unflushed_rows: counters.unflushed_rows.load(Relaxed),
            unflushed_bytes: counters.unflushed_bytes.load(Relaxed),
            added: counters.added.load(Relaxed),
            duplicates: counters.duplicates.load(Relaxed),
            groups: counters.groups.load(Relaxed),
            busy: counters.busy.load(Relaxed),
            failed: counters.failed.load(Relaxed),
            window_keys,
            window_bytes,
            window_runs: runs.len() as u64,
            flushed_through: shared.flushing().flushed_through,
            cut_bytes: counters.cut_bytes,
            tidy_error: shared.tidying.error(),
        }
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        self.close();
        self.shared.tidying.stop();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}
