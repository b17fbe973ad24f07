//! How ingest groups, bounds and remembers.

use std::time::Duration;

/// Settings of [`crate::Ingest`].
#[derive(Clone, Debug)]
pub struct IngestOptions {
    /// How long the first batch of a group waits for others; more come by themselves while the disk syncs.
    pub group_commit: Duration,
    /// The largest group, and so the largest batch.
    pub largest_group_bytes: usize,
    /// The most bytes of batches that wait for the log; beyond, [`crate::Busy`].
    pub queue_bytes: usize,
    /// The most bytes in the log that are not flushed; beyond, [`crate::Busy`].
    pub largest_unflushed_bytes: u64,
    /// So many rows are handed to the flusher at once.
    pub flush_rows: u64,
    /// So many bytes of log are handed to the flusher at once.
    pub flush_bytes: u64,
    /// So long the oldest row waits at most before it is handed to the flusher.
    pub flush_after: Duration,
    /// For how long a message id is remembered, from its receipt.
    pub deduplicate_for: Duration,
    /// Bytes of memory for remembering message ids. Where they do not suffice, more is looked up on the disk.
    pub dedup_memory_bytes: u64,
    /// Whether a thread merges and drops old files of the window; else [`crate::Ingest::tidy`] does it.
    pub tidy_in_background: bool,
}

impl Default for IngestOptions {
    fn default() -> IngestOptions {
        IngestOptions {
            group_commit: Duration::from_millis(2),
            largest_group_bytes: 16 << 20,
            queue_bytes: 64 << 20,
            largest_unflushed_bytes: 1 << 30,
            flush_rows: 500_000,
            flush_bytes: 128 << 20,
            flush_after: Duration::from_secs(10),
            deduplicate_for: Duration::from_secs(30 * 24 * 3600),
            dedup_memory_bytes: 256 << 20,
            tidy_in_background: true,
        }
    }
}

/// A key in a hash set that has just grown.
const MOST_BYTES_PER_RECENT_KEY: u64 = 39;

impl IngestOptions {
    /// A quarter of the memory is for keys of rows that are not flushed.
    pub(crate) fn most_unflushed_rows(&self) -> u64 {
        (self.dedup_memory_bytes / 4 / MOST_BYTES_PER_RECENT_KEY).max(1)
    }

    /// Five eighths are for the window; what is left is for filters that are being replaced.
    pub(crate) fn window_bytes(&self) -> u64 {
        self.dedup_memory_bytes / 8 * 5
    }

    /// A file is sealed before the bounds of what is unflushed are reached: else nothing would ever be flushed.
    pub(crate) fn seals(&self, rows: u64, bytes: u64) -> bool {
        rows >= self.flush_rows.min(self.most_unflushed_rows() / 2)
            || bytes >= self.flush_bytes.min(self.largest_unflushed_bytes / 2)
    }

    /// Microseconds for which a key is kept.
    pub(crate) fn keep_micros(&self) -> i64 {
        i64::try_from(self.deduplicate_for.as_micros()).unwrap_or(i64::MAX)
    }
}
