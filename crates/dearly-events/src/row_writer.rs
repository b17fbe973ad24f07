//! Writes rows that come in order as segments of one month, each of bounded size.

use crate::columns::ROW_GROUP_ROWS;
use crate::cursor::Batch;
use crate::segment_writer::{Naming, SegmentWriter};
use crate::stager::buffer::Buffer;
use crate::stager::writer::batch;
use crate::{Error, Lake, Month, Segment};

/// Bytes of text of one row group.
const TEXT_BYTES: usize = 64 * 1024 * 1024;

/// Dropped before [`RowWriter::finish`], it removes what it wrote.
pub(crate) struct RowWriter {
    lake: Lake,
    month: Month,
    most: Size,
    buffer: Buffer,
    /// The number of the row group that is being filled, from 1.
    filling: u64,
    writer: Option<SegmentWriter>,
    written: Vec<Segment>,
}

/// How large a segment may become before the next is begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl RowWriter {
    pub(crate) fn new(lake: &Lake, month: Month, most: Size) -> RowWriter {
        let (buffer, writer, written) = (Buffer::default(), None, Vec::new());
        RowWriter { lake: lake.clone(), month, most, buffer, filling: 1, writer, written }
    }

    /// Takes the next row, which lies in the month.
    pub(crate) fn push(&mut self, rows: &mut Batch, row: usize) -> Result<(), Error> {
        self.buffer.push_row(rows, row, self.filling);
        if self.buffer.len() >= ROW_GROUP_ROWS || self.buffer.bytes() >= TEXT_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is left and gives the segments, on disk for good.
    pub(crate) fn finish(mut self) -> Result<Vec<Segment>, Error> {
        self.flush()?;
        self.close()?;
        Ok(std::mem::take(&mut self.written))
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.buffer.len() == 0 {
            return Ok(());
        }
        let sorted = self.buffer.sorted();
        let group = batch(&self.buffer, &sorted, &sorted.rows);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => SegmentWriter::begin(&self.lake.files, self.month, Naming::OfItsOwn)?,
        };
        writer.write(&group)?;
        let is_full = writer.rows() >= self.most.rows || writer.bytes() >= self.most.bytes;
        self.writer = Some(writer);
        self.buffer.clear();
        self.filling += 1;
        if is_full { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Error> {
        if let Some(writer) = self.writer.take() {
            self.written.push(writer.finish()?);
        }
        Ok(())
    }
}

impl Drop for RowWriter {
    fn drop(&mut self) {
        // What cannot be removed now is not live, and a later sweep removes it.
        let _ = self.lake.discard(&self.written);
    }
}
