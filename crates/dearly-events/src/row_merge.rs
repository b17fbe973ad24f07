//! Many segments read as one, row by row, in the order of a segment.

use std::cmp::Ordering;

use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::columns::SCHEMA;
use crate::cursor::Batch;
use crate::segment_file::SegmentFile;
use crate::{Error, Lake, Segment};

/// Rows decoded at once, of each of many segments.
const BATCH_ROWS: usize = 2_048;

/// Stands at the least row of all segments. Memory: of each segment a row group as it lies in the file, and a batch.
pub(crate) struct RowMerge {
    /// A heap: each cursor's row is not greater than those of the two below it.
    cursors: Vec<RowCursor>,
}

/// A place in a segment whose rows are all read.
struct RowCursor {
    file: SegmentFile,
    columns: Vec<usize>,
    next_row_group: usize,
    reader: Option<ParquetRecordBatchReader>,
    batch: Batch,
    row: usize,
    /// The segment's place among those merged, which decides between equal rows.
    number: usize,
}

impl RowMerge {
    /// Opens the segments; stands at the first row.
    pub(crate) fn open(lake: &Lake, segments: &[Segment]) -> Result<RowMerge, Error> {
        let mut cursors = Vec::with_capacity(segments.len());
        for (number, segment) in segments.iter().enumerate() {
            cursors.extend(RowCursor::open(lake.segment_file(segment)?, number)?);
        }
        let mut merge = RowMerge { cursors };
        for place in (0..merge.cursors.len() / 2).rev() {
            merge.sink(place);
        }
        Ok(merge)
    }

    /// The row at which the merge stands; `None` at the end.
    pub(crate) fn row(&mut self) -> Option<(&mut Batch, usize)> {
        self.cursors.first_mut().map(|cursor| (&mut cursor.batch, cursor.row))
    }

    /// Moves to the next row.
    pub(crate) fn advance(&mut self) -> Result<(), Error> {
        if let Some(least) = self.cursors.first_mut() {
            if !least.advance()? {
                self.cursors.swap_remove(0);
            }
            self.sink(0);
        }
        Ok(())
    }

    /// Moves a cursor down to where it belongs.
    fn sink(&mut self, mut place: usize) {
        loop {
            let below = |place: usize| place < self.cursors.len();
            let (left, right) = (2 * place + 1, 2 * place + 2);
            let less = |a: usize, b: usize| self.cursors[a].order(&self.cursors[b]).is_lt();
            let mut least = place;
            if below(left) && less(left, least) {
                least = left;
            }
            if below(right) && less(right, least) {
                least = right;
            }
            if least == place {
                return;
            }
            self.cursors.swap(least, place);
            place = least;
        }
    }
}

impl RowCursor {
    /// Stands at the first row; `None` where there is none.
    fn open(file: SegmentFile, number: usize) -> Result<Option<RowCursor>, Error> {
        let columns: Vec<usize> = (0..SCHEMA.fields().len()).collect();
        let (mut reader, mut next_row_group) = (None, 0);
        let batch = next_batch(&file, &columns, &mut reader, &mut next_row_group, None)?;
        Ok(batch.map(|batch| RowCursor { file, columns, next_row_group, reader, batch, row: 0, number }))
    }

    /// Moves to the next row; `false` at the end.
    fn advance(&mut self) -> Result<bool, Error> {
        self.row += 1;
        if self.row < self.batch.rows() {
            return Ok(true);
        }
        let RowCursor { file, columns, reader, next_row_group, batch, .. } = self;
        match next_batch(file, columns, reader, next_row_group, Some(batch))? {
            Some(next) => {
                (self.batch, self.row) = (next, 0);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn order(&self, other: &RowCursor) -> Ordering {
        self.batch.order(self.row, &other.batch, other.row).then_with(|| self.number.cmp(&other.number))
    }
}

fn next_batch(
    file: &SegmentFile,
    columns: &[usize],
    reader: &mut Option<ParquetRecordBatchReader>,
    next_row_group: &mut usize,
    former: Option<&mut Batch>,
) -> Result<Option<Batch>, Error> {
    loop {
        if let Some(batch) = reader.as_mut().and_then(Iterator::next) {
            let batch = batch.map_err(|error| file.damaged(error.to_string()))?;
            let batch = Batch::after(&batch, former).map_err(|found| file.damaged(found))?;
            return Ok(Some(batch));
        }
        if *next_row_group >= file.row_groups() {
            return Ok(None);
        }
        *reader = Some(file.read(*next_row_group, columns, BATCH_ROWS)?);
        *next_row_group += 1;
    }
}
