//! Cox's proportional-hazards model: Efron's ties, left truncation, strata, errors by cluster.
//!
//! One backward sweep over rows sorted by time keeps the sums over each risk set, so that a fit of n rows and p columns
//! costs about n·p² a step.

mod cluster;
mod concordance;
mod fit;
mod fitted;
mod monotone;
mod newton;
mod proportional;
mod residuals;
mod rows;

pub use concordance::concordance;
pub use fit::Cox;
pub use fitted::{CoxTerm, FittedCox};
pub use proportional::{ProportionalHazards, TimeScale};
