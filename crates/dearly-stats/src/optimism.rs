//! How much too good a model looks on the rows it was fitted on.

use rayon::prelude::*;

use crate::compare::{Metric, Prepared, Resampling};
use crate::error::same_length;
use crate::random::bootstrap_weights;
use crate::{Clusters, Error};

/// A measure corrected for optimism.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimism {
    /// The measure on the rows that the model was fitted on.
    pub apparent: f64,
    /// How much of it is owed to fitting: the mean over replicates of the measure on the replicate less that on all
    /// rows.
    pub optimism: f64,
    /// Apparent less optimism.
    pub corrected: f64,
    /// Replicates that could be fitted.
    pub n_replicates: usize,
    /// Replicates that could not, as for separation.
    pub n_failed: usize,
}

/// Harrell's bootstrap optimism, by whole clusters.
///
/// `fit` takes one weight for each row (0 leaves a row out), fits the model with all that was chosen on the way, and
/// gives the probabilities of all rows. It is called with all ones first, then once for each replicate.
///
/// # Shapes
/// One outcome for each row of the clusters; `fit` gives as many probabilities.
///
/// # Units
/// Those of the measure; probabilities in [0, 1]. Where less of the measure is better, optimism is below 0 as a rule.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::TooFewClusters`] under 2, [`Error::OutOfRange`] for no replicates; what `fit`
/// refuses on all rows; those of the measure; [`Error::Refused`] if more than a tenth of the replicates cannot be
/// fitted.
///
/// # Source
/// Harrell, Lee and Mark (1996).
///
/// # Example
/// The base rate of n rows, taken for everyone, has a Brier score of φ (1 − φ), which flatters it by 2 φ (1 − φ) / n
/// on average.
/// ```
/// use dearly_stats::{Clusters, compare::{Metric, Resampling}, optimism::optimism};
///
/// let churned: Vec<bool> = (0..20).map(|row| row % 2 == 0).collect();
/// let base_rate = |weights: &[f64]| {
///     let churns: f64 = weights.iter().step_by(2).sum();
///     Ok(vec![churns / weights.iter().sum::<f64>(); 20])
/// };
/// let found = optimism(Metric::Brier, &churned, &Clusters::singletons(20), Resampling::default(), base_rate)?;
/// assert_eq!(found.apparent, 0.25);
/// assert!((found.corrected - 0.275).abs() < 0.004);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn optimism(
    metric: Metric,
    outcomes: &[bool],
    clusters: &Clusters,
    resampling: Resampling,
    fit: impl Fn(&[f64]) -> Result<Vec<f64>, Error> + Sync,
) -> Result<Optimism, Error> {
    same_length("clusters", outcomes.len(), clusters.rows())?;
    if clusters.count() < 2 {
        return Err(Error::TooFewClusters { found: clusters.count() });
    }
    if resampling.replicates == 0 {
        return Err(Error::OutOfRange {
            what: "the number of replicates".to_owned(),
            value: 0.0,
            expected: "1 or more, as 200",
        });
    }
    let ones = vec![1.0; outcomes.len()];
    let apparent = Prepared::new(metric, outcomes, &fit(&ones)?)?.value(&ones)?;
    let one = |replicate: u64| -> Result<f64, Error> {
        let weights = bootstrap_weights(clusters, resampling.seed, replicate);
        let prepared = Prepared::new(metric, outcomes, &fit(&weights)?)?;
        Ok(prepared.value(&weights)? - prepared.value(&ones)?)
    };
    let differences: Vec<Option<f64>> = (0..resampling.replicates as u64)
        .into_par_iter()
        .map(|replicate| one(replicate).ok().filter(|difference| difference.is_finite()))
        .collect();
    let found: Vec<f64> = differences.into_iter().flatten().collect();
    let n_failed = resampling.replicates - found.len();
    if n_failed * 10 > resampling.replicates || found.is_empty() {
        return Err(Error::Refused(format!(
            "{n_failed} of {} bootstrap replicates could not be fitted: leave columns out or use Firth's method",
            resampling.replicates
        )));
    }
    let optimism = found.iter().sum::<f64>() / found.len() as f64;
    Ok(Optimism { apparent, optimism, corrected: apparent - optimism, n_replicates: found.len(), n_failed })
}

/// The heuristic shrinkage factor (LR − p) / LR: about the calibration slope to expect on new rows. Not above 1; at
/// or below 0 the model says nothing.
///
/// # Units
/// `likelihood_ratio` is twice the gain in log-likelihood over the intercept alone, `parameters` without the intercept.
///
/// # Errors
/// [`Error::OutOfRange`] unless the ratio is finite and above 0.
///
/// # Source
/// Van Houwelingen and Le Cessie (1990).
///
/// # Example
/// ```
/// let slope = dearly_stats::optimism::heuristic_shrinkage(40.0, 8)?;
/// assert!((slope - 0.8).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn heuristic_shrinkage(likelihood_ratio: f64, parameters: usize) -> Result<f64, Error> {
    if !(likelihood_ratio > 0.0 && likelihood_ratio.is_finite()) {
        return Err(Error::OutOfRange {
            what: "the likelihood ratio".to_owned(),
            value: likelihood_ratio,
            expected: "above 0",
        });
    }
    Ok((likelihood_ratio - parameters as f64) / likelihood_ratio)
}
