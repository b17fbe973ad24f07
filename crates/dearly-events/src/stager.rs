//! Events on their way into segments.

pub(crate) mod buffer;
pub(crate) mod writer;

use std::sync::Arc;

use dearly_domain::AccountId;

use self::buffer::Buffer;
use crate::files::Files;
use crate::segment_writer::Naming;
use crate::{Error, EventKey, EventRow, Segment};

/// Sorts events and writes them as segments that no reader sees until the records name them.
///
/// Holds at most a million events at a time, texts numbered: about 250 MB. A million events of two years become 24
/// segments, one a month; compaction makes few large ones of many such. Whoever holds a
/// stager of [`crate::Lake::stage`] holds the writer's lock of the data folder. Dropped before [`Stager::finish`], it removes what it wrote.
pub struct Stager {
    files: Arc<dyn Files>,
    naming: Naming,
    buffer: Buffer,
    written: Vec<Segment>,
    rows_per_segment: usize,
}

/// The most events of one segment that a stager writes.
const ROWS_PER_SEGMENT: usize = 1_000_000;
/// The most bytes of text held at once: a segment is written early rather than memory used up.
const TEXT_BYTES: usize = 256 * 1024 * 1024;

impl Stager {
    pub(crate) fn new(files: Arc<dyn Files>, naming: Naming) -> Stager {
        let rows_per_segment = ROWS_PER_SEGMENT;
        Stager { files, naming, buffer: Buffer::default(), written: Vec::new(), rows_per_segment }
    }

    /// Writes segments of fewer events than a million.
    ///
    /// # Panics
    /// On zero.
    #[must_use]
    pub fn with_rows_per_segment(mut self, rows: usize) -> Stager {
        assert!(rows > 0, "a segment has at least one row");
        self.rows_per_segment = rows.min(ROWS_PER_SEGMENT);
        self
    }

    /// Takes one event. Whether its key is known already is the caller's question ([`crate::KnownKeys`]).
    ///
    /// # Errors
    /// [`Error::TooLong`] for this event alone, the stager stays usable; [`Error::DiskFull`] and [`Error::Io`]
    /// when a full segment could not be written, after which the stager should be dropped.
    pub fn push(&mut self, row: &EventRow, key: EventKey) -> Result<(), Error> {
        let bytes = Buffer::text_bytes(row);
        if bytes > TEXT_BYTES {
            let account = row.account.as_ref().map_or("", AccountId::as_str).chars().take(40).collect();
            return Err(Error::TooLong { account, bytes, limit: TEXT_BYTES });
        }
        if self.buffer.bytes() + bytes > TEXT_BYTES {
            self.flush()?;
        }
        self.buffer.push(row, key);
        if self.buffer.len() >= self.rows_per_segment { self.flush() } else { Ok(()) }
    }

    /// Writes what is left and gives all segments, on disk for good. They are live once the records say so; if
    /// that fails, hand them to [`crate::Lake::discard`].
    ///
    /// # Errors
    /// As [`Stager::push`]; everything written is removed then.
    pub fn finish(mut self) -> Result<Vec<Segment>, Error> {
        self.flush()?;
        Ok(std::mem::take(&mut self.written))
    }

    fn flush(&mut self) -> Result<(), Error> {
        let sorted = self.buffer.sorted();
        for (month, places) in sorted.by_month() {
            self.written.push(writer::write(
                &self.files,
                self.naming,
                &self.buffer,
                &sorted,
                month,
                &places,
            )?);
        }
        self.buffer.clear();
        Ok(())
    }
}

impl Drop for Stager {
    fn drop(&mut self) {
        for segment in &self.written {
            // What cannot be removed now is not live, and the next sweep removes it.
            let _ = self.files.delete(&segment.path);
        }
    }
}
