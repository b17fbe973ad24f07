//! Whether probabilities mean what they say: in sum, in spread, along the curve, in bins.
//!
//! Take the measures in this order (Van Calster et al. 2016, 2019): in the large, slope, curve; the single-number
//! errors after that. There is no Hosmer–Lemeshow test here: its power depends on the bins more than on the model.

mod binned;
mod corp;
mod curve;

use crate::distribution::{logit, normal_critical};
use crate::error::{both_classes, same_length, valid_level, valid_probabilities};
use crate::{ClusterErrors, Clusters, Design, Error, Estimate, Family, FittedGlm, Glm, Interval};

pub use binned::{CalibrationBin, CalibrationError, calibration_error};
pub use corp::{Corp, CorpBlock, corp, pool_adjacent_violators};
pub use curve::CalibrationCurve;

/// Calibration in the large and in spread, of predictions that the rows took no part in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Events over the sum of probabilities: 1 is right, above 1 too few were predicted.
    pub observed_over_expected: Estimate,
    /// The intercept of a logit with the predicted logit as offset: 0 is right, above 0 too few were predicted.
    pub in_the_large: Estimate,
    /// The coefficient of the predicted logit: 1 is right, below 1 the predictions are too extreme (overfitted).
    pub slope: Estimate,
    /// Outcomes that are true.
    pub n_events: usize,
    /// Rows.
    pub n: usize,
}

/// Observed over expected, calibration in the large and calibration slope, with intervals.
///
/// The interval of O/E is on the log scale with variance (1 − O/n) / O; those of the others are Wald's by the model.
/// Rows are taken as independent: with several rows to an account, take [`calibration_by_cluster`].
///
/// # Shapes
/// One probability for each outcome, n ≥ 3.
///
/// # Units
/// Probabilities strictly between 0 and 1; `level` in (0, 1). O/E is a ratio, above 0; the large is in logits; the
/// slope has no unit. The standard error of O/E is on its own scale.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for the level and for what
/// is no probability or is 0 or 1, [`Error::OneClass`], [`Error::TooFewRows`] with two rows; [`Error::ConstantColumn`]
/// when all probabilities are equal, which have no slope; [`Error::Separated`] when they order the outcomes perfectly,
/// or perfectly the wrong way round.
///
/// # Source
/// Cox (1958); Van Calster et al. (2016); Debray et al. (2017) for O/E. Checked against statsmodels, see
/// `tests/golden/calibration.json`.
///
/// # Example
/// Where 10 % were predicted 1 of 4 churns, where 90 % 3 of 4: right in sum, and twice too sure, for log 9 is twice log
/// 3.
/// ```
/// let churned = [true, false, false, false, true, true, true, false];
/// let predicted = [[0.1; 4], [0.9; 4]].concat();
/// let found = dearly_stats::calibration::calibration(&churned, &predicted, 0.95)?;
/// assert!((found.observed_over_expected.estimate - 1.0).abs() < 1e-12);
/// assert!(found.in_the_large.estimate.abs() < 1e-9);
/// assert!((found.slope.estimate - 0.5).abs() < 1e-9);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn calibration(outcomes: &[bool], probabilities: &[f64], level: f64) -> Result<Calibration, Error> {
    with_clusters(outcomes, probabilities, None, level)
}

/// As [`calibration`], with errors that allow for rows of one cluster depending on each other: CV3 with t(G − 1) for
/// the large and the slope, and for O/E the variance Σ_g (Σ (y − p O/E))² / O² of its logarithm, with the normal
/// distribution.
///
/// # Shapes
/// One probability for each outcome and row of the clusters.
///
/// # Units
/// As [`calibration`].
///
/// # Errors
/// As [`calibration`]; [`Error::TooFewClusters`] under 2; [`Error::ToldByOneCluster`] when the probabilities vary
/// inside one cluster only, without which they have no slope.
///
/// # Source
/// As [`calibration`]; MacKinnon, Nielsen and Webb (2024) for CV3.
///
/// # Example
/// Of 4 outcomes 2 are true and 2 were expected. By account they are off by 0.3 and −0.3: √(0.09 + 0.09) / 2.
/// ```
/// use dearly_stats::{Clusters, calibration::calibration_by_cluster};
///
/// let accounts = Clusters::from_labels(&["a", "a", "b", "b"]);
/// let found = calibration_by_cluster(&[true, false, false, true], &[0.4, 0.3, 0.6, 0.7], &accounts, 0.95)?;
/// let ratio = found.observed_over_expected;
/// assert!((ratio.estimate - 1.0).abs() < 1e-12);
/// assert!((ratio.standard_error - 0.18f64.sqrt() / 2.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn calibration_by_cluster(
    outcomes: &[bool],
    probabilities: &[f64],
    clusters: &Clusters,
    level: f64,
) -> Result<Calibration, Error> {
    same_length("clusters", outcomes.len(), clusters.rows())?;
    with_clusters(outcomes, probabilities, Some(clusters), level)
}

fn with_clusters(
    outcomes: &[bool],
    probabilities: &[f64],
    clusters: Option<&Clusters>,
    level: f64,
) -> Result<Calibration, Error> {
    valid_level(level)?;
    let linear_predictor = linear_predictor(outcomes, probabilities)?;
    let n_events = both_classes(outcomes)?;
    let n = outcomes.len();
    let outcome = as_numbers(outcomes);
    let observed_over_expected = ratio(&outcome, probabilities, clusters, level)?;

    let constant = Design::with_intercept(n, Vec::new())?;
    let large = Glm::new(Family::Logit).offset(&linear_predictor).fit(&constant, &outcome)?;
    let line = Design::with_intercept(n, vec![("predicted logit".to_owned(), linear_predictor.clone())])?;
    let slope = Glm::new(Family::Logit).fit(&line, &outcome)?;
    let estimate = |fitted: &FittedGlm, design: &Design, at: usize| -> Result<Estimate, Error> {
        let covariance = match clusters {
            None => fitted.model_covariance(),
            Some(clusters) => fitted.cluster_covariance(design, clusters, ClusterErrors::Cv3)?,
        };
        Ok(Estimate {
            estimate: fitted.coefficients[at],
            standard_error: covariance.standard_errors()[at],
            interval: covariance.intervals(&fitted.coefficients, level)?[at],
        })
    };
    Ok(Calibration {
        observed_over_expected,
        in_the_large: estimate(&large, &constant, 0)?,
        slope: estimate(&slope, &line, 1)?,
        n_events,
        n,
    })
}

/// Observed over expected, with its interval on the log scale.
fn ratio(
    outcome: &[f64],
    probabilities: &[f64],
    clusters: Option<&Clusters>,
    level: f64,
) -> Result<Estimate, Error> {
    let observed: f64 = outcome.iter().sum();
    let ratio = observed / probabilities.iter().sum::<f64>();
    let log_error = match clusters {
        None => ((1.0 - observed / outcome.len() as f64) / observed).sqrt(),
        Some(clusters) => {
            if clusters.count() < 2 {
                return Err(Error::TooFewClusters { found: clusters.count() });
            }
            let mut sums = vec![0.0; clusters.count()];
            for (row, (y, p)) in outcome.iter().zip(probabilities).enumerate() {
                sums[clusters.of(row)] += y - p * ratio;
            }
            sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt() / observed
        }
    };
    let reach = (normal_critical(level) * log_error).exp();
    Ok(Estimate {
        estimate: ratio,
        standard_error: ratio * log_error,
        interval: Interval { low: ratio / reach, high: ratio * reach, level },
    })
}

/// The logits of probabilities, of which none is 0 or 1.
fn linear_predictor(outcomes: &[bool], probabilities: &[f64]) -> Result<Vec<f64>, Error> {
    valid_probabilities(outcomes, probabilities)?;
    match probabilities.iter().position(|&p| p == 0.0 || p == 1.0) {
        None => Ok(probabilities.iter().map(|&p| logit(p)).collect()),
        Some(row) => Err(Error::OutOfRange {
            what: format!("the probability in row {row}"),
            value: probabilities[row],
            expected: "above 0 and below 1: certainty has no logit",
        }),
    }
}

fn as_numbers(outcomes: &[bool]) -> Vec<f64> {
    outcomes.iter().map(|&outcome| f64::from(u8::from(outcome))).collect()
}
