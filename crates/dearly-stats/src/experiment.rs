//! Randomised campaigns: who gets the play, how many are needed, and what came of it.

mod analysis;
mod power;
mod randomise;

pub use crate::proportion::{RiskDifference, risk_difference};
pub use analysis::{AdjustedDifference, cuped, lin};
pub use power::{
    Requirement, design_effect, detectable_difference, detectable_rate, intracluster_correlation,
    power_of_rates, sample_size_of_means, sample_size_of_rates,
};
pub use randomise::permuted_blocks;
