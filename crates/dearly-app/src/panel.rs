//! A file of the user's as a table to analyse: no fact of the book, nothing is stored.

use std::path::Path;

use dearly_import::Panel;
use dearly_insight::{Table, TableBuilder};

use crate::error::{Error, Result};

/// The file as a table, in which some columns are names and no numbers.
pub(crate) fn read(path: &Path, labels: &[&str]) -> Result<Table> {
    let mut panel = Panel::open(path)?;
    let mut table = TableBuilder::new(panel.columns()).labels(labels);
    while let Some(cells) = panel.next_row()? {
        table.push(cells);
    }
    refusing(table.finish())
}

/// What an analysis refuses, in its own words.
pub(crate) fn refusing<T>(result: dearly_insight::Result<T>) -> Result<T> {
    result.map_err(|error| Error::Invalid(error.to_string()))
}
