//! Intervals of proportions and of their difference.

use crate::distribution::{beta_quantile, normal_critical};
use crate::error::valid_level;
use crate::{Error, Interval};

/// Wilson's score interval of a proportion: near the nominal coverage for few rows and rates near 0 or 1, too.
///
/// # Units
/// `successes` out of `n`, n ≥ 1; `level` in (0, 1). The bounds are in [0, 1], exactly 0 without a success and 1
/// without a failure.
///
/// # Errors
/// [`Error::Empty`] for n = 0; [`Error::OutOfRange`] for more successes than n, or the level.
///
/// # Source
/// Wilson (1927). Checked against statsmodels `proportion_confint(method="wilson")`, see
/// `tests/golden/proportion.json`.
///
/// # Example
/// ```
/// let interval = dearly_stats::proportion::wilson(9, 10, 0.95)?;
/// assert!((interval.low - 0.596).abs() < 5e-4 && (interval.high - 0.982).abs() < 5e-4);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn wilson(successes: u64, n: u64, level: f64) -> Result<Interval, Error> {
    checked(successes, n, level)?;
    let (rows, rate) = (n as f64, successes as f64 / n as f64);
    let z = normal_critical(level);
    let square = z * z / rows;
    let centre = (rate + 0.5 * square) / (1.0 + square);
    let reach = z / (1.0 + square) * (rate * (1.0 - rate) / rows + 0.25 * square / rows).sqrt();
    // At the ends the bound is exact, and rounding shall not move it past.
    let low = if successes == 0 { 0.0 } else { (centre - reach).max(0.0) };
    let high = if successes == n { 1.0 } else { (centre + reach).min(1.0) };
    Ok(Interval { low, high, level })
}

/// The exact interval of Clopper and Pearson: never below the nominal coverage, so that it proves what it says.
///
/// # Units
/// As [`wilson`].
///
/// # Errors
/// As [`wilson`].
///
/// # Source
/// Clopper and Pearson (1934). Checked against statsmodels `proportion_confint(method="beta")`, see
/// `tests/golden/proportion.json`.
///
/// # Example
/// 12 hits of 12 prove more than 73 %: the share by which so many have a chance of 2.5 %.
/// ```
/// let interval = dearly_stats::proportion::clopper_pearson(12, 12, 0.95)?;
/// assert!((interval.low - 0.025f64.powf(1.0 / 12.0)).abs() < 1e-12);
/// assert!(interval.low > 0.73 && interval.high == 1.0);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn clopper_pearson(successes: u64, n: u64, level: f64) -> Result<Interval, Error> {
    checked(successes, n, level)?;
    let tail = 0.5 * (1.0 - level);
    let (hits, misses) = (successes as f64, (n - successes) as f64);
    let low = if successes == 0 { 0.0 } else { beta_quantile(tail, hits, misses + 1.0) };
    // The upper bound is one minus the lower one of the misses, on the small tail.
    let high = if successes == n { 1.0 } else { 1.0 - beta_quantile(tail, misses, hits + 1.0) };
    Ok(Interval { low, high, level })
}

/// A difference of two proportions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskDifference {
    /// The treated's rate less the others'.
    pub estimate: f64,
    /// Newcombe's interval.
    pub interval: Interval,
    /// The treated's rate.
    pub treated_rate: f64,
    /// The others' rate.
    pub control_rate: f64,
}

/// The difference of two independent proportions with Newcombe's hybrid score interval, which is made of the two Wilson
/// intervals.
///
/// # Units
/// Successes out of n in each group; the difference is in [−1, 1], in shares (0.05 is 5 percentage points).
///
/// # Errors
/// As [`wilson`], of either group.
///
/// # Source
/// Newcombe (1998), method 10. Checked against statsmodels `confint_proportions_2indep(method="newcomb")`, see
/// `tests/golden/proportion.json`.
///
/// # Example
/// Newcombe's own: 56 of 70 against 48 of 80.
/// ```
/// let found = dearly_stats::proportion::risk_difference(56, 70, 48, 80, 0.95)?;
/// assert!((found.estimate - 0.2).abs() < 1e-12);
/// assert!((found.interval.low - 0.0524).abs() < 5e-5 && (found.interval.high - 0.3339).abs() < 5e-5);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn risk_difference(
    treated_successes: u64,
    treated: u64,
    control_successes: u64,
    control: u64,
    level: f64,
) -> Result<RiskDifference, Error> {
    let first = wilson(treated_successes, treated, level)?;
    let second = wilson(control_successes, control, level)?;
    let treated_rate = treated_successes as f64 / treated as f64;
    let control_rate = control_successes as f64 / control as f64;
    let estimate = treated_rate - control_rate;
    let low = estimate - (treated_rate - first.low).hypot(second.high - control_rate);
    let high = estimate + (first.high - treated_rate).hypot(control_rate - second.low);
    Ok(RiskDifference { estimate, interval: Interval { low, high, level }, treated_rate, control_rate })
}

fn checked(successes: u64, n: u64, level: f64) -> Result<(), Error> {
    valid_level(level)?;
    if n == 0 {
        return Err(Error::Empty { what: "a proportion", needed: 1 });
    }
    if successes > n {
        return Err(Error::OutOfRange {
            what: format!("the number of successes out of {n}"),
            value: successes as f64,
            expected: "not more than the rows",
        });
    }
    Ok(())
}
