//! A file as plain rows: a panel to be analysed, not facts of the book.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, FileError};
use crate::format::{Next, RawRow, Table};
use crate::read::Reading;
use crate::source::{ENDINGS, Meter, Source};

/// A table file whose rows are read one after the other, whatever its columns are.
pub struct Panel {
    name: String,
    table: Table,
    row: RawRow,
}

impl Panel {
    /// Opens a CSV, JSON Lines or Parquet file, compressed or not, as an import would.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotATable`] for another ending, [`Error::File`] for what cannot be read.
    pub fn open(path: &Path) -> Result<Panel, Error> {
        if !path.exists() {
            return Err(Error::Missing { path: path.to_owned() });
        }
        let Some(source) = Source::recognise(path).filter(|_| path.is_file()) else {
            return Err(Error::NotATable { path: path.to_owned(), endings: ENDINGS.join(", ") });
        };
        let meter = Arc::new(Meter::new("panel", source.bytes, &Reading::default()));
        let table = source.open(&meter)?;
        if table.columns().is_empty() {
            return Err(FileError::unreadable(
                &source.name,
                "is empty; expected a header with the columns' names",
            )
            .into());
        }
        Ok(Panel { name: source.name, table, row: RawRow::default() })
    }

    /// The names of the columns, trimmed.
    pub fn columns(&self) -> Vec<String> {
        self.table.columns().iter().map(|name| name.trim().to_owned()).collect()
    }

    /// The cells of the next row, `None` at the end; a cell is `None` where the row does not have it.
    ///
    /// # Errors
    /// [`Error::File`] for the first row that is not whole: one that is left out in silence would change the numbers.
    pub fn next_row(&mut self) -> Result<Option<impl Iterator<Item = Option<&str>>>, Error> {
        match self.table.next(&mut self.row)? {
            Next::End => Ok(None),
            Next::Fault(fault) => {
                let column = fault.column.map_or_else(String::new, |column| format!(", column {column}"));
                let reason = format!("line {}{column}: {}; mend it or take it out", fault.line, fault.reason);
                Err(FileError::unreadable(&self.name, reason).into())
            }
            Next::Row => Ok(Some((0..self.row.spans.len()).map(|index| self.row.cell(index)))),
        }
    }
}
