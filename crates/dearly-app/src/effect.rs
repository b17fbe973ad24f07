//! What went with a treatment after adjustment, on a file of the user's: `dearly effect`.

use std::path::Path;

pub use dearly_insight::effect::{BalanceReport, EffectReport, EffectRequest};

use crate::error::Result;

/// Estimates an effect on the rows of a CSV, JSON Lines or Parquet file.
///
/// # Errors
/// As [`crate::fit::fit`].
pub fn effect(panel: &Path, request: &EffectRequest) -> Result<EffectReport> {
    let table = crate::panel::read(panel, &request.labels())?;
    crate::panel::refusing(dearly_insight::effect::effect(&table, request))
}
