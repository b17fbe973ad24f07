//! Measures of predictions with intervals by the cluster bootstrap, and the paired difference of two models.

mod metric;

use rayon::prelude::*;

use crate::error::{same_length, valid_level};
use crate::interval::Interval;
use crate::random::fill_bootstrap_weights;
use crate::{Clusters, Error};

pub use metric::Metric;
pub(crate) use metric::Prepared;

/// A bootstrap's answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrapped {
    /// The value on the rows as they are.
    pub estimate: f64,
    /// The standard deviation over replicates.
    pub standard_error: f64,
    /// The percentile interval; in a chain of [`crate::mediation`] the percentiles are bias-corrected.
    pub interval: Interval,
    /// Replicates that gave a value.
    pub n_replicates: usize,
    /// Replicates that gave none, as when only one class was drawn.
    pub n_failed: usize,
}

/// How a bootstrap is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Replicates; 1,000 or more for an interval.
    pub replicates: usize,
    /// The seed: the same one gives the same answer, for any number of threads.
    pub seed: u64,
    /// The level of the interval.
    pub level: f64,
}

impl Default for Resampling {
    /// 2,000 replicates, seed 1, level 0.95.
    fn default() -> Resampling {
        Resampling { replicates: 2_000, seed: 1, level: 0.95 }
    }
}

/// Bootstraps whole clusters: as many are drawn with replacement as there are, and the statistic is computed with the
/// number of times that each row was drawn as its weight.
///
/// Replicates in which the statistic is refused or not finite are left out and counted. That it is finite on the rows
/// as they are is not checked.
///
/// # Shapes
/// The statistic gets one weight, 0 or more, for each row; first all ones.
///
/// # Units
/// Estimate, error and interval in the unit of the statistic.
///
/// # Errors
/// What the statistic refuses on the rows as they are; [`Error::TooFewClusters`]; [`Error::OutOfRange`] for the level
/// or fewer than 2 replicates; [`Error::Refused`] if more than a tenth of the replicates gave no value, of which an
/// interval would be a guess.
///
/// # Source
/// Field and Welsh (2007), *Bootstrapping clustered data*; Efron and Tibshirani (1993) for percentiles.
///
/// # Example
/// Two accounts, one of 0 and one of 10: a replicate has either twice, or both, and means 0, 10 or 5.
/// ```
/// use dearly_stats::Clusters;
/// use dearly_stats::compare::{Resampling, cluster_bootstrap};
///
/// let accounts = Clusters::from_labels(&["a", "a", "b", "b"]);
/// let scores = [0.0, 0.0, 10.0, 10.0];
/// let found = cluster_bootstrap(&accounts, Resampling::default(), |weights| {
///     let sum: f64 = weights.iter().zip(scores).map(|(weight, score)| weight * score).sum();
///     Ok(sum / weights.iter().sum::<f64>())
/// })?;
/// assert_eq!((found.estimate, found.interval.low, found.interval.high), (5.0, 0.0, 10.0));
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn cluster_bootstrap(
    clusters: &Clusters,
    resampling: Resampling,
    statistic: impl Fn(&[f64]) -> Result<f64, Error> + Sync,
) -> Result<Bootstrapped, Error> {
    let Resampling { replicates, seed, level } = resampling;
    valid_level(level)?;
    if replicates < 2 {
        return Err(Error::OutOfRange {
            what: "the number of replicates".to_owned(),
            value: replicates as f64,
            expected: "2 or more, as 1000",
        });
    }
    if clusters.count() < 2 {
        return Err(Error::TooFewClusters { found: clusters.count() });
    }
    let estimate = statistic(&vec![1.0; clusters.rows()])?;
    let mut draws: Vec<f64> = (0..replicates as u64)
        .into_par_iter()
        .map_init(
            || (Vec::new(), Vec::new()),
            |(times, weights), replicate| {
                fill_bootstrap_weights(clusters, seed, replicate, times, weights);
                statistic(weights).unwrap_or(f64::NAN)
            },
        )
        .collect();
    draws.retain(|draw| draw.is_finite());
    let n_failed = replicates - draws.len();
    if n_failed * 10 > replicates || draws.len() < 2 {
        return Err(Error::Refused(format!(
            "{n_failed} of {replicates} bootstrap replicates gave no value: there are too few clusters with an event"
        )));
    }
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    let squares: f64 = draws.iter().map(|draw| (draw - mean).powi(2)).sum();
    let standard_error = (squares / (draws.len() - 1) as f64).sqrt();
    let interval = Interval::percentile(&mut draws, level);
    Ok(Bootstrapped { estimate, standard_error, interval, n_replicates: draws.len(), n_failed })
}

/// A measure of predictions, with its interval by the cluster bootstrap.
///
/// # Shapes
/// One probability for each outcome and row of the clusters.
///
/// # Units
/// Those of the measure; for [`Metric::Auc`] any scores will do.
///
/// # Errors
/// Those of [`Metric::weighted`] and of [`cluster_bootstrap`]. Few events in few clusters mean replicates without any,
/// in which most measures have no value.
///
/// # Source
/// The measures' own, named at [`Metric::weighted`]; [`cluster_bootstrap`] for the interval.
///
/// # Example
/// Squared errors of 0.01 and 0.04 mean 0.025, and a mean of them lies between them in each replicate.
/// ```
/// use dearly_stats::Clusters;
/// use dearly_stats::compare::{Metric, Resampling, measure};
///
/// let (churned, predicted) = ([true, false, true, false], [0.9, 0.1, 0.8, 0.2]);
/// let found = measure(Metric::Brier, &churned, &predicted, &Clusters::singletons(4), Resampling::default())?;
/// assert!((found.estimate - 0.025).abs() < 1e-12);
/// assert!(found.interval.low > 0.01 - 1e-12 && found.interval.high < 0.04 + 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn measure(
    metric: Metric,
    outcomes: &[bool],
    probabilities: &[f64],
    clusters: &Clusters,
    resampling: Resampling,
) -> Result<Bootstrapped, Error> {
    same_length("clusters", outcomes.len(), clusters.rows())?;
    let prepared = Prepared::new(metric, outcomes, probabilities)?;
    cluster_bootstrap(clusters, resampling, |weights| prepared.value(weights))
}

/// The difference, first minus second, of a measure of two models' predictions of the same rows: in each replicate both
/// see the same clusters, so that what they share cancels.
///
/// # Shapes
/// One probability of each model for each outcome and row of the clusters.
///
/// # Units
/// Those of the measure: for the Brier score a negative difference means that the first is better, for the area a
/// positive one.
///
/// # Errors
/// As [`measure`].
///
/// # Source
/// The project's `docs/METHOD.md`, 4. For the area checked against DeLong's paired test.
///
/// # Example
/// Row by row the first model errs by 0.1 and the second by 0.2: 0.01 − 0.04, whichever rows are drawn.
/// ```
/// use dearly_stats::Clusters;
/// use dearly_stats::compare::{Metric, Resampling, compare};
///
/// let churned = [true, false, true, false];
/// let (first, second) = ([0.9, 0.1, 0.9, 0.1], [0.8, 0.2, 0.8, 0.2]);
/// let rows = Clusters::singletons(4);
/// let found = compare(Metric::Brier, &churned, &first, &second, &rows, Resampling::default())?;
/// assert!((found.estimate + 0.03).abs() < 1e-12 && found.interval.width() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn compare(
    metric: Metric,
    outcomes: &[bool],
    first: &[f64],
    second: &[f64],
    clusters: &Clusters,
    resampling: Resampling,
) -> Result<Bootstrapped, Error> {
    same_length("clusters", outcomes.len(), clusters.rows())?;
    let (first, second) = (Prepared::new(metric, outcomes, first)?, Prepared::new(metric, outcomes, second)?);
    cluster_bootstrap(clusters, resampling, |weights| Ok(first.value(weights)? - second.value(weights)?))
}
