//! How strong an unmeasured confounder would have to be to explain an association away.

use crate::{Error, Interval};

/// E-values of a risk ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EValue {
    /// The risk ratio that an unmeasured confounder must have with both treatment and outcome, beyond what was
    /// measured, to explain the estimate away; 1 or more.
    pub estimate: f64,
    /// The same to bring the interval to no effect; 1 where the interval has it already.
    pub bound: f64,
}

/// The E-value of a risk ratio and of the bound of its interval nearer to 1: RR + √(RR (RR − 1)), of 1/RR below 1.
///
/// It is no insurance: a confounder of that strength may well exist, and a small E-value says so. Take the ratio of
/// churn rates, not that of renewal rates, which are all near 1.
///
/// # Units
/// Risk ratios, above 0 and finite, the interval's bounds too; its lower one may be 0.
///
/// # Errors
/// [`Error::OutOfRange`]; [`Error::Refused`] for an interval that does not contain the estimate.
///
/// # Source
/// VanderWeele and Ding (2017), whose example 3.9 (1.8 to 8.7) gives 7.26 and 3.0.
///
/// # Example
/// ```
/// use dearly_stats::{Interval, evalue::e_value};
///
/// let found = e_value(3.9, Interval { low: 1.8, high: 8.7, level: 0.95 })?;
/// assert!((found.estimate - 7.26).abs() < 0.005 && (found.bound - 3.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn e_value(risk_ratio: f64, interval: Interval) -> Result<EValue, Error> {
    for (what, value) in [
        ("the risk ratio", risk_ratio),
        ("the interval's lower bound", interval.low),
        ("the interval's upper bound", interval.high),
    ] {
        // A lower bound of 0 is that of an interval which says nothing about that side.
        let lowest_allowed = what != "the risk ratio" && value == 0.0;
        if !(value > 0.0 && value.is_finite() || lowest_allowed) {
            return Err(Error::OutOfRange { what: what.to_owned(), value, expected: "above 0" });
        }
    }
    if !interval.contains(risk_ratio) {
        return Err(Error::Refused(format!(
            "the interval {} to {} does not contain the risk ratio {risk_ratio}: give both on the scale of ratios",
            interval.low, interval.high
        )));
    }
    let nearer = if interval.contains(1.0) {
        1.0
    } else if risk_ratio > 1.0 {
        interval.low
    } else {
        interval.high
    };
    Ok(EValue { estimate: of_ratio(risk_ratio), bound: of_ratio(nearer) })
}

/// The risk ratio that an odds ratio stands for: itself where the outcome is rare (below 15 %), else about its square
/// root.
///
/// # Units
/// An odds ratio above 0, finite; a risk ratio comes back.
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// VanderWeele (2017), *On a square-root transformation of the odds ratio for a common outcome*.
///
/// # Example
/// Of 100 each, 60 and 40 renew: the odds ratio is 1.5 · 1.5, the risk ratio 60/40.
/// ```
/// use dearly_stats::evalue::risk_ratio_of_odds_ratio;
///
/// assert_eq!(risk_ratio_of_odds_ratio(2.25, false)?, 1.5);
/// assert_eq!(risk_ratio_of_odds_ratio(2.25, true)?, 2.25);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn risk_ratio_of_odds_ratio(odds_ratio: f64, outcome_is_rare: bool) -> Result<f64, Error> {
    if !(odds_ratio > 0.0 && odds_ratio.is_finite()) {
        return Err(Error::OutOfRange {
            what: "the odds ratio".to_owned(),
            value: odds_ratio,
            expected: "above 0",
        });
    }
    Ok(if outcome_is_rare { odds_ratio } else { odds_ratio.sqrt() })
}

fn of_ratio(ratio: f64) -> f64 {
    let above = if ratio < 1.0 { 1.0 / ratio } else { ratio };
    above + (above * (above - 1.0)).sqrt()
}
