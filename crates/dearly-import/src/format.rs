//! Rows of cells as text, whatever the file.

pub(crate) mod csv;
pub(crate) mod json_lines;
pub(crate) mod parquet;

use crate::error::FileError;
use crate::mapping::table::MappedTable;

/// The longest cell.
pub(crate) const LONGEST_CELL: usize = 1 << 20;
/// The longest row, and how far a quoted cell is followed.
pub(crate) const LONGEST_ROW: usize = 32 << 20;

/// One row as text. A cell is absent where the row does not have the column at all.
#[derive(Debug, Default)]
pub(crate) struct RawRow {
    /// The line of the file where the row begins, from 1; in Parquet the number of the row.
    pub(crate) line: u64,
    pub(crate) text: String,
    /// Where each cell stands in the text.
    pub(crate) spans: Vec<(u32, u32)>,
}

/// The span of an absent cell.
pub(crate) const ABSENT: (u32, u32) = (u32::MAX, 0);

impl RawRow {
    /// The cell, unless it is absent.
    pub(crate) fn cell(&self, index: usize) -> Option<&str> {
        let (start, end) = *self.spans.get(index)?;
        self.text.get(start as usize..end as usize)
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    /// The cells for the rejects.
    pub(crate) fn verbatim(&self) -> Vec<String> {
        (0..self.spans.len()).map(|index| self.cell(index).unwrap_or_default().to_owned()).collect()
    }
}

/// A row that is not even cells.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) column: Option<String>,
    pub(crate) reason: String,
    /// What could be made out of it, by column.
    pub(crate) raw: Vec<String>,
}

/// What comes next in a table.
#[derive(Debug)]
pub(crate) enum Next {
    /// The row has been filled.
    Row,
    /// A row that cannot be read; the next one can.
    Fault(Fault),
    /// No more rows.
    End,
}

/// A table that is being read.
pub(crate) enum Table {
    Csv(csv::Reader),
    JsonLines(json_lines::Reader),
    Parquet(parquet::Reader),
    Mapped(Box<MappedTable>),
}

impl Table {
    /// The names of the columns, untrimmed and unchecked.
    pub(crate) fn columns(&self) -> &[String] {
        match self {
            Table::Csv(reader) => reader.columns(),
            Table::JsonLines(reader) => reader.columns(),
            Table::Parquet(reader) => reader.columns(),
            Table::Mapped(table) => table.columns(),
        }
    }

    /// Reads the next row.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Next, FileError> {
        match self {
            Table::Csv(reader) => reader.next(row),
            Table::JsonLines(reader) => reader.next(row),
            Table::Parquet(reader) => reader.next(row),
            Table::Mapped(table) => table.next(row),
        }
    }

    /// The columns of a rejected row.
    pub(crate) fn original_columns(&self) -> &[String] {
        match self {
            Table::Mapped(table) => table.original_columns(),
            other => other.columns(),
        }
    }

    /// The row as it stood in its file.
    pub(crate) fn original(&self, row: &RawRow) -> Vec<String> {
        match self {
            Table::Mapped(table) => table.original().verbatim(),
            _ => row.verbatim(),
        }
    }

    /// What to tell about the table once it has been read.
    pub(crate) fn notes(&self) -> Vec<String> {
        match self {
            Table::Mapped(table) => table.notes(),
            _ => Vec::new(),
        }
    }
}
