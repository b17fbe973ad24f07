//! Distributions of what is to come: counts of independent events, a new year's shock, draws of a whole plan.

mod beta_binomial;
mod draws;
mod poisson_binomial;
mod score;
mod year_shock;

pub use beta_binomial::BetaBinomial;
pub use draws::{Book, PlanDraws, Predictor, Severity, Sums, Uncertainty, draw_plan};
pub use poisson_binomial::PoissonBinomial;
pub use score::{continuous_ranked_probability_score, interval_score, probability_integral_transform};
pub use year_shock::YearShock;

use crate::error::valid_level;
use crate::{Error, Interval};

/// The smallest count whose distribution function reaches `p`.
fn count_quantile(mass: &[f64], p: f64) -> u64 {
    let mut sum = 0.0;
    for (count, m) in mass.iter().enumerate() {
        sum += m;
        // A quantile that lies on a step stays there, whatever rounding did to the sum.
        if sum >= p - 1e-12 {
            return count as u64;
        }
    }
    mass.len() as u64 - 1
}

/// The counts between both tails of a distribution of counts: at most (1 − level) / 2 of the mass lies on either side.
fn count_interval(mass: &[f64], level: f64) -> Result<Interval, Error> {
    valid_level(level)?;
    let tail = 0.5 * (1.0 - level);
    let low = count_quantile(mass, tail) as f64;
    let high = count_quantile(mass, 1.0 - tail) as f64;
    Ok(Interval { low, high, level })
}
