//! Proper scores of probabilities: Brier, scaled Brier, log-loss.

use crate::Error;
use crate::error::{both_classes, valid_probabilities};

/// The Brier score: the mean of (y − p)². 0 is perfect; the base rate φ for everyone gives φ (1 − φ).
///
/// # Shapes
/// One probability for each outcome, n ≥ 1.
///
/// # Units
/// Probabilities in [0, 1], those of what is true in `outcomes`; the score is in [0, 1], less is better.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for what is no probability.
///
/// # Source
/// Brier (1950). Checked against `sklearn.metrics.brier_score_loss`, see `tests/golden/calibration.json`.
///
/// # Example
/// ```
/// let score = dearly_stats::scoring::brier(&[true, false], &[0.8, 0.4])?;
/// assert!((score - (0.04 + 0.16) / 2.0).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn brier(outcomes: &[bool], probabilities: &[f64]) -> Result<f64, Error> {
    checked(outcomes, probabilities)?;
    Ok(mean_of(outcomes, probabilities, squared_error))
}

/// The scaled Brier score 1 − BS / BS₀, where BS₀ is that of the rows' own base rate: 1 is perfect, 0 no better than
/// the base rate, below 0 worse.
///
/// # Shapes
/// One probability for each outcome.
///
/// # Units
/// Probabilities as in [`brier`]; the score is 1 at most, more is better.
///
/// # Errors
/// As [`brier`]; [`Error::OneClass`], for which no base rate can be beaten.
///
/// # Source
/// Steyerberg et al. (2010), *Assessing the performance of prediction models*. See `tests/golden/calibration.json`.
///
/// # Example
/// A Brier score of 0.1, where the base rate of one half has 0.25.
/// ```
/// let score = dearly_stats::scoring::scaled_brier(&[true, false], &[0.8, 0.4])?;
/// assert!((score - 0.6).abs() < 1e-14);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn scaled_brier(outcomes: &[bool], probabilities: &[f64]) -> Result<f64, Error> {
    checked(outcomes, probabilities)?;
    let rate = both_classes(outcomes)? as f64 / outcomes.len() as f64;
    Ok(1.0 - mean_of(outcomes, probabilities, squared_error) / (rate * (1.0 - rate)))
}

/// The log-loss: the mean of −ln of the probability given to what happened, in nats.
///
/// # Shapes
/// One probability for each outcome, n ≥ 1.
///
/// # Units
/// Probabilities as in [`brier`]; nats, 0 or more, less is better.
///
/// # Errors
/// As [`brier`]; [`Error::OutOfRange`] too where what happened was given probability 0, as the loss is then infinite.
///
/// # Source
/// Gneiting and Raftery (2007). Checked against `sklearn.metrics.log_loss`, see `tests/golden/calibration.json`.
///
/// # Example
/// ```
/// let loss = dearly_stats::scoring::log_loss(&[true, false], &[0.5, 0.5])?;
/// assert!((loss - 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn log_loss(outcomes: &[bool], probabilities: &[f64]) -> Result<f64, Error> {
    checked(outcomes, probabilities)?;
    never_surprised(outcomes, probabilities)?;
    Ok(mean_of(outcomes, probabilities, surprise))
}

/// Refuses the first row in which what was given no chance at all happened.
pub(crate) fn never_surprised(outcomes: &[bool], probabilities: &[f64]) -> Result<(), Error> {
    let impossible = |(outcome, p): (&bool, &f64)| if *outcome { *p == 0.0 } else { *p == 1.0 };
    match outcomes.iter().zip(probabilities).position(impossible) {
        None => Ok(()),
        Some(row) => Err(Error::OutOfRange {
            what: format!("the probability in row {row}, against what happened,"),
            value: probabilities[row],
            expected: "above 0 and below 1, else the log-loss is infinite",
        }),
    }
}

pub(crate) fn squared_error(outcome: bool, p: f64) -> f64 {
    let away = if outcome { 1.0 - p } else { p };
    away * away
}

pub(crate) fn surprise(outcome: bool, p: f64) -> f64 {
    if outcome { -p.ln() } else { -(-p).ln_1p() }
}

fn checked(outcomes: &[bool], probabilities: &[f64]) -> Result<(), Error> {
    valid_probabilities(outcomes, probabilities)?;
    if outcomes.is_empty() {
        return Err(Error::Empty { what: "a score of probabilities", needed: 1 });
    }
    Ok(())
}

fn mean_of(outcomes: &[bool], probabilities: &[f64], loss: impl Fn(bool, f64) -> f64) -> f64 {
    outcomes.iter().zip(probabilities).map(|(&outcome, &p)| loss(outcome, p)).sum::<f64>()
        / outcomes.len() as f64
}
