use rayon::prelude::*;

use crate::compare::Resampling;
use crate::error::{same_length, valid_level};
use crate::glm::newton::{NEARLY, Problem, Workspace};
use crate::random::bootstrap_weights;
use crate::{Cholesky, Clusters, Design, Error, FittedGlm, Glm, Interval, Matrix};

/// The coefficients of a model fitted again and again on clusters drawn with replacement.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrappedCoefficients {
    /// One row for each replicate that could be fitted, in their order, one column for each coefficient.
    pub draws: Matrix,
    /// The percentile interval of each coefficient.
    pub intervals: Vec<Interval>,
    /// The standard deviation of each over replicates.
    pub standard_errors: Vec<f64>,
    /// Replicates that could not be fitted, as when the outcome was separated in them.
    pub n_failed: usize,
}

impl Glm<'_> {
    /// Fits the model to replicates of the data in which whole clusters were drawn with replacement.
    ///
    /// A replicate is the same rows with other weights, fitted from the coefficients of the whole: no row is copied and
    /// a few Newton steps arrive. One that has no fit, as when its outcome is separated, is left out and counted.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit; `clusters` has one cluster for each row. `draws` has one row for
    /// each replicate that was fitted and one column for each coefficient; intervals and errors have one for each
    /// coefficient.
    ///
    /// # Units
    /// Coefficients, on the scale of the linear predictor.
    ///
    /// # Errors
    /// Those of [`Glm::fit`] for its input; [`Error::LengthMismatch`] for a fit of other columns or clusters of other
    /// rows; [`Error::TooFewClusters`] under 2; [`Error::OutOfRange`] for the level or fewer than 2 replicates;
    /// [`Error::Refused`] if more than a tenth of the replicates could not be fitted, of which an interval would be a
    /// guess.
    ///
    /// # Source
    /// Cameron, Gelbach and Miller (2008), pairs cluster bootstrap; Efron and Tibshirani (1993) for percentiles.
    /// Checked against refits on the rows drawn.
    ///
    /// # Example
    /// Two accounts of two rows, one all 0, the other all 10: a replicate has either twice, or both, and a mean of 0,
    /// 10 or 5.
    /// ```
    /// use dearly_stats::compare::Resampling;
    /// use dearly_stats::{Clusters, Design, Family, Glm};
    ///
    /// let (design, score) = (Design::with_intercept(4, vec![])?, [0.0, 0.0, 10.0, 10.0]);
    /// let accounts = Clusters::from_labels(&["a", "a", "b", "b"]);
    /// let glm = Glm::new(Family::Gaussian);
    /// let resampling = Resampling { replicates: 200, ..Resampling::default() };
    /// let found = glm.bootstrap_clusters(&design, &score, &glm.fit(&design, &score)?, &accounts, resampling)?;
    /// let possible = |mean: f64| [0.0, 5.0, 10.0].iter().any(|one| (mean - one).abs() < 1e-9);
    /// assert!(found.draws.values.iter().all(|&mean| possible(mean)));
    /// assert!(found.intervals[0].low.abs() < 1e-9 && (found.intervals[0].high - 10.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn bootstrap_clusters(
        &self,
        design: &Design,
        outcome: &[f64],
        fitted: &FittedGlm,
        clusters: &Clusters,
        resampling: Resampling,
    ) -> Result<BootstrappedCoefficients, Error> {
        self.check(design, outcome)?;
        same_length("the coefficients", design.columns(), fitted.coefficients.len())?;
        let problem = Problem { remains: NEARLY, ..self.problem(design, outcome) };
        let prepared = Workspace::new(&problem);
        let near = Cholesky::named(&fitted.information, &fitted.names)?;
        let replicates: Vec<Option<Vec<f64>>> = each_replicate(clusters, resampling, outcome.len(), || {
            let (mut workspace, near) = (prepared.clone(), near.clone());
            move |weights: &[f64], active: &[u32]| {
                let all = self.known_weights().map(|known| {
                    known.iter().zip(weights).map(|(known, weight)| known * weight).collect::<Vec<f64>>()
                });
                let drawn = Problem {
                    weights: Some(all.as_deref().unwrap_or(weights)),
                    active: Some(active),
                    ..problem
                };
                drawn
                    .solve(&fitted.coefficients, Some((&near, 1.0)), &mut workspace)
                    .ok()
                    .map(|solution| solution.coefficients)
            }
        })?;
        let p = design.columns();
        let values: Vec<f64> = replicates.iter().flatten().flatten().copied().collect();
        let draws = Matrix { rows: values.len() / p, columns: p, values };
        let n_failed = enough(draws.rows, resampling)?;
        let mut intervals = Vec::with_capacity(p);
        let mut standard_errors = Vec::with_capacity(p);
        for column in 0..p {
            let mut of_column: Vec<f64> = (0..draws.rows).map(|row| draws[(row, column)]).collect();
            let mean = of_column.iter().sum::<f64>() / of_column.len() as f64;
            let squares: f64 = of_column.iter().map(|value| (value - mean).powi(2)).sum();
            standard_errors.push((squares / (of_column.len() - 1) as f64).sqrt());
            intervals.push(Interval::percentile(&mut of_column, resampling.level));
        }
        Ok(BootstrappedCoefficients { draws, intervals, standard_errors, n_failed })
    }
}

/// What `fit` makes of the weights and rows of each replicate, in their order; it is made anew for each thread.
pub(crate) fn each_replicate<T: Send, F: FnMut(&[f64], &[u32]) -> T>(
    clusters: &Clusters,
    resampling: Resampling,
    rows: usize,
    fit: impl Fn() -> F + Sync + Send,
) -> Result<Vec<T>, Error> {
    valid_level(resampling.level)?;
    if resampling.replicates < 2 {
        return Err(Error::OutOfRange {
            what: "the number of replicates".to_owned(),
            value: resampling.replicates as f64,
            expected: "2 or more, as 1000",
        });
    }
    same_length("the cluster", rows, clusters.rows())?;
    if clusters.count() < 2 {
        return Err(Error::TooFewClusters { found: clusters.count() });
    }
    Ok((0..resampling.replicates as u64)
        .into_par_iter()
        .map_init(
            || (fit(), Vec::with_capacity(rows)),
            |(fit, active), replicate| {
                let weights = bootstrap_weights(clusters, resampling.seed, replicate);
                active.clear();
                active.extend((0..rows as u32).filter(|&row| weights[row as usize] > 0.0));
                fit(&weights, active)
            },
        )
        .collect())
}

/// Refuses a bootstrap of which more than a tenth gave nothing; else how many did.
pub(crate) fn enough(succeeded: usize, resampling: Resampling) -> Result<usize, Error> {
    let (replicates, n_failed) = (resampling.replicates, resampling.replicates - succeeded);
    if n_failed * 10 > replicates || succeeded < 2 {
        return Err(Error::Refused(format!(
            "{n_failed} of {replicates} bootstrap replicates could not be fitted: there are too few clusters with an event"
        )));
    }
    Ok(n_failed)
}
