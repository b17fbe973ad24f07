//! Every event of some segments, as it lies at rest.

use crate::row_merge::RowMerge;
use crate::scan::whole_row;
use crate::{Error, EventKey, EventRow, Lake, Segment};

/// Iterates over all events of some segments with their keys, also those without an account, in the order of
/// [`EventRow::order`]; ends after the first error.
pub struct EventScan {
    rows: Option<RowMerge>,
}

impl Lake {
    /// All events of the segments, one by one. For few segments at a time: each of them is held open.
    ///
    /// # Errors
    /// Those of [`Lake::known_keys`]; every item may be one of them, too.
    pub fn events(&self, segments: &[Segment]) -> Result<EventScan, Error> {
        Ok(EventScan { rows: Some(RowMerge::open(self, segments)?) })
    }
}

impl Iterator for EventScan {
    type Item = Result<(EventRow, EventKey), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.rows.as_mut()?;
        let Some((batch, row)) = rows.row() else {
            self.rows = None;
            return None;
        };
        let event = (whole_row(batch, row), batch.key(row));
        if let Err(error) = rows.advance() {
            self.rows = None;
            return Some(Err(error));
        }
        Some(Ok(event))
    }
}
