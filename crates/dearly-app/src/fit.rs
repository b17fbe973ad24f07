//! A model of the user's own, fitted on a file: `dearly fit`.

use std::path::Path;

pub use dearly_insight::fit::{FitFamily, FitMethod, FitReport, FitRequest};

use crate::error::Result;

/// Fits a model on the rows of a CSV, JSON Lines or Parquet file.
///
/// # Errors
/// In words that say what to do: a file that cannot be read, a mistake in the formula, data that cannot carry the model.
pub fn fit(panel: &Path, request: &FitRequest) -> Result<FitReport> {
    let table = crate::panel::read(panel, &request.labels())?;
    crate::panel::refusing(dearly_insight::fit::fit(&table, request))
}
