//! Marginal standardisation (g-computation): what a model predicts on average for the same rows under two settings of a
//! column, as with and without a play, or at today's score and at a better one.

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::distribution::{chi_squared_quantile, normal_critical, t_critical};
use crate::error::{all_finite, same_length, valid_level};
use crate::random::{stream, uniform};
use crate::{Covariance, Design, Error, FittedGlm, Interval, Matrix};

/// The mean prediction before and after a change, and the change of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardised {
    /// The weighted mean of the predictions as things are, or without the treatment.
    pub before: f64,
    /// The same after the change.
    pub after: f64,
    /// `after` − `before`: probability points as a fraction, for a model of probabilities.
    pub estimate: f64,
    /// Its standard error: of the coefficients, by the delta method or from draws. The rows are taken as they are.
    pub standard_error: f64,
    /// Its interval.
    pub interval: Interval,
    /// The sum of weights, by which a mean becomes a total: ARR gained is `estimate · total_weight`.
    pub total_weight: f64,
    /// Each row's own change, weighted or not.
    pub changes: Vec<f64>,
}

/// A comparison of the same rows under two settings, by a fitted model.
///
/// Δ = Σ wᵢ [μ(xᵢ″β) − μ(xᵢ′β)] / Σ wᵢ, with xᵢ′ a row of `before` and xᵢ″ the same row of `after`. Weights choose
/// the rows (0 leaves one out) and may be money.
///
/// It is an effect as far as the model holds and nothing else goes along with the column; odds ratios do not average,
/// this does.
///
/// # Source
/// Robins (1986) for the g-formula. Checked against statsmodels' fit with the delta method written out in numpy, see
/// `tests/golden/effects.json`.
#[derive(Debug, Clone, Copy)]
pub struct Standardisation<'a> {
    fitted: &'a FittedGlm,
    covariance: &'a Covariance,
    weights: Option<&'a [f64]>,
}

impl<'a> Standardisation<'a> {
    /// A model with the covariance of its coefficients, by cluster or not. Every row weighs the same until
    /// [`Standardisation::weights`] says otherwise.
    pub fn new(fitted: &'a FittedGlm, covariance: &'a Covariance) -> Standardisation<'a> {
        Standardisation { fitted, covariance, weights: None }
    }

    /// How much each row weighs, as its ARR; 0 leaves a row out. One finite value ≥ 0 for each row of the designs
    /// compared, all 1 by default.
    pub fn weights(self, weights: &'a [f64]) -> Standardisation<'a> {
        Standardisation { weights: Some(weights), ..self }
    }

    /// The comparison with an interval by the delta method: √(g′Vg) with g the derivative of Δ by the coefficients;
    /// Student's t where the covariance has degrees of freedom. An offset of the fit is left out of the predictions.
    ///
    /// # Shapes
    /// `before` and `after` have the columns of the model and the same rows; one change for each row.
    ///
    /// # Units
    /// Those of the outcome: points of probability as a fraction for a model of probabilities. `level` in (0, 1).
    ///
    /// # Errors
    /// [`Error::Refused`] for other columns or weights that are all 0, [`Error::LengthMismatch`], [`Error::NotFinite`],
    /// [`Error::OutOfRange`] for the level or a negative weight.
    ///
    /// # Source
    /// As the type.
    ///
    /// # Example
    /// One of four renews without the play, three of four with it. Half the rows are as they are, and all with it
    /// make 3/4.
    /// ```
    /// use dearly_stats::standardisation::Standardisation;
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let fitted = Glm::new(Family::Logit).fit(&design, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
    /// let covariance = fitted.model_covariance();
    /// let all_played = design.with_column(1, &[1.0; 8])?;
    /// let found = Standardisation::new(&fitted, &covariance).compare(&design, &all_played, 0.95)?;
    /// assert!((found.before - 0.5).abs() < 1e-9 && (found.after - 0.75).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn compare(&self, before: &Design, after: &Design, level: f64) -> Result<Standardised, Error> {
        let (mut result, gradient) = self.point(before, after, level)?;
        let reach = self
            .covariance
            .degrees
            .map_or_else(|| normal_critical(level), |degrees| t_critical(level, degrees));
        result.standard_error = self.covariance.matrix.quadratic(&gradient).max(0.0).sqrt();
        result.interval = Interval {
            low: result.estimate - reach * result.standard_error,
            high: result.estimate + reach * result.standard_error,
            level,
        };
        Ok(result)
    }

    /// As [`Standardisation::compare`], with the interval from draws of the coefficients, which may be skewed: normal
    /// around the estimate, or multivariate t where the covariance has degrees of freedom. The percentiles of Δ.
    ///
    /// # Shapes
    /// As [`Standardisation::compare`].
    ///
    /// # Units
    /// As [`Standardisation::compare`]; `draws` ≥ 100. The same seed gives the same draws.
    ///
    /// # Errors
    /// Those of [`Standardisation::compare`]; [`Error::OutOfRange`] for fewer than 100 draws.
    ///
    /// # Source
    /// King, Tomz and Wittenberg (2000) for draws of coefficients; percentiles by Davison and Hinkley (1997), 5.2.1.
    ///
    /// # Example
    /// Of a straight line the change by one unit is its slope: 2, with the error 1 that is said to be its own.
    /// ```
    /// use dearly_stats::standardisation::Standardisation;
    /// use dearly_stats::{Covariance, CovarianceKind, Design, Family, Glm, Matrix};
    ///
    /// let x = |values: [f64; 3]| Design::with_intercept(3, vec![("x".to_owned(), values.to_vec())]);
    /// let fitted = Glm::new(Family::Gaussian).fit(&x([0.0, 1.0, 2.0])?, &[1.0, 3.1, 5.0])?;
    /// let matrix = Matrix { rows: 2, columns: 2, values: vec![0.0, 0.0, 0.0, 1.0] };
    /// let covariance = Covariance { matrix, kind: CovarianceKind::Model, degrees: None, n_clusters: None };
    /// let found = Standardisation::new(&fitted, &covariance)
    ///     .compare_by_draws(&x([0.0, 1.0, 2.0])?, &x([1.0, 2.0, 3.0])?, 0.95, 4_000, 1)?;
    /// assert!((found.estimate - 2.0).abs() < 1e-9 && (found.standard_error - 1.0).abs() < 0.05);
    /// assert!((found.interval.low - (2.0 - 1.96)).abs() < 0.15);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn compare_by_draws(
        &self,
        before: &Design,
        after: &Design,
        level: f64,
        draws: usize,
        seed: u64,
    ) -> Result<Standardised, Error> {
        if draws < 100 {
            return Err(Error::OutOfRange {
                what: "draws".to_owned(),
                value: draws as f64,
                expected: "100 or more, as 2000",
            });
        }
        let (mut result, _) = self.point(before, after, level)?;
        let root = square_root(&self.covariance.matrix);
        let rows: Vec<(usize, f64)> = (0..before.rows())
            .map(|row| (row, self.weight(row) / result.total_weight))
            .filter(|&(_, weight)| weight > 0.0)
            .collect();
        let family = self.fitted.family;
        let mut drawn: Vec<f64> = (0..draws as u64)
            .into_par_iter()
            .map(|draw| {
                let mut rng = stream(seed, draw);
                let normal: Vec<f64> = (0..root.columns).map(|_| StandardNormal.sample(&mut rng)).collect();
                // Of Student's t: all coefficients of a draw share one χ².
                let stretch = self.covariance.degrees.map_or(1.0, |degrees| {
                    (degrees / chi_squared_quantile(uniform(&mut rng), degrees)).sqrt()
                });
                let coefficients: Vec<f64> = root
                    .times_vector(&normal)
                    .into_iter()
                    .zip(&self.fitted.coefficients)
                    .map(|(away, estimate)| estimate + stretch * away)
                    .collect();
                let mean = |design: &Design, row: usize| {
                    family.mean(crate::matrix::dot(design.row(row), &coefficients))
                };
                rows.iter().map(|&(row, weight)| weight * (mean(after, row) - mean(before, row))).sum()
            })
            .collect();
        let centre = drawn.iter().sum::<f64>() / draws as f64;
        let squares: f64 = drawn.iter().map(|value| (value - centre).powi(2)).sum();
        result.standard_error = (squares / (draws as f64 - 1.0)).sqrt();
        result.interval = Interval::percentile(&mut drawn, level);
        Ok(result)
    }

    /// The average effect of a 0/1 column: everyone at 1 against everyone at 0.
    ///
    /// # Shapes
    /// `design` has the columns of the model; its rows are those to average over, as a rule those of the fit.
    ///
    /// # Units
    /// As [`Standardisation::compare`].
    ///
    /// # Errors
    /// Those of [`Standardisation::compare`]; [`Error::Refused`] for a column that the model has not.
    ///
    /// # Source
    /// As the type.
    ///
    /// # Example
    /// One of four renews without the play, three of four with it: half more, with the variance 2 · (¼ · ¾) / 4.
    /// ```
    /// use dearly_stats::standardisation::Standardisation;
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let fitted = Glm::new(Family::Logit).fit(&design, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
    /// let covariance = fitted.model_covariance();
    /// let effect = Standardisation::new(&fitted, &covariance).treatment_effect(&design, "played", 0.95)?;
    /// assert!((effect.estimate - 0.5).abs() < 1e-9);
    /// assert!((effect.standard_error.powi(2) - 0.09375).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn treatment_effect(
        &self,
        design: &Design,
        treatment: &str,
        level: f64,
    ) -> Result<Standardised, Error> {
        let column = self.column(design, treatment)?;
        let without = design.with_column(column, &vec![0.0; design.rows()])?;
        let with = design.with_column(column, &vec![1.0; design.rows()])?;
        self.compare(&without, &with, level)
    }

    /// What if a column held this value on the rows that weigh something: as they are against so changed. On other rows
    /// nothing is changed and nothing counted.
    ///
    /// # Shapes
    /// As [`Standardisation::treatment_effect`].
    ///
    /// # Units
    /// `value` in the unit of the column; else as [`Standardisation::compare`].
    ///
    /// # Errors
    /// Those of [`Standardisation::compare`]; [`Error::Refused`] for a column that the model has not.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 9; Robins (1986).
    ///
    /// # Example
    /// The red accounts are the first two; renewal rises by a point for each point of score.
    /// ```
    /// use dearly_stats::standardisation::Standardisation;
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let design = Design::with_intercept(4, vec![("score".to_owned(), vec![30.0, 50.0, 70.0, 90.0])])?;
    /// let fitted = Glm::new(Family::Gaussian).fit(&design, &[31.0, 49.0, 69.0, 91.0])?;
    /// let (covariance, red) = (fitted.model_covariance(), [1.0, 1.0, 0.0, 0.0]);
    /// let raised = Standardisation::new(&fitted, &covariance).weights(&red).what_if(&design, "score", 75.0, 0.95)?;
    /// // From 30 and 50 to 75, of slope 1.
    /// assert!((raised.estimate - 35.0).abs() < 1e-9 && raised.changes[3] == 0.0);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn what_if(
        &self,
        design: &Design,
        column: &str,
        value: f64,
        level: f64,
    ) -> Result<Standardised, Error> {
        let column = self.column(design, column)?;
        let mut values = design.column(column);
        for (row, now) in values.iter_mut().enumerate() {
            if self.weight(row) > 0.0 {
                *now = value;
            }
        }
        self.compare(design, &design.with_column(column, &values)?, level)
    }

    fn column(&self, design: &Design, name: &str) -> Result<usize, Error> {
        design.position(name).ok_or_else(|| {
            Error::Refused(format!("the model has no column {name}: it has {}", design.names().join(", ")))
        })
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0))
    }

    /// The means, and the derivative of their difference by the coefficients.
    fn point(&self, before: &Design, after: &Design, level: f64) -> Result<(Standardised, Vec<f64>), Error> {
        valid_level(level)?;
        same_length("the changed design", before.rows(), after.rows())?;
        same_length("the covariance", self.fitted.coefficients.len(), self.covariance.matrix.rows)?;
        if let Some(weights) = self.weights {
            same_length("weights", before.rows(), weights.len())?;
            all_finite("weights", weights)?;
            if let Some(row) = weights.iter().position(|&weight| weight < 0.0) {
                return Err(Error::OutOfRange {
                    what: format!("the weight of row {row}"),
                    value: weights[row],
                    expected: "0 or more",
                });
            }
        }
        let total_weight: f64 = (0..before.rows()).map(|row| self.weight(row)).sum();
        if total_weight == 0.0 {
            return Err(Error::Refused("no row was chosen: give at least one a weight above 0".to_owned()));
        }
        let family = self.fitted.family;
        let (from, to) =
            (self.fitted.linear_predictor_of(before, None)?, self.fitted.linear_predictor_of(after, None)?);
        let mut gradient = vec![0.0; self.fitted.coefficients.len()];
        let mut changes = Vec::with_capacity(before.rows());
        let (mut mean_before, mut mean_after) = (0.0, 0.0);
        for row in 0..before.rows() {
            let (low, high) = (family.mean(from[row]), family.mean(to[row]));
            changes.push(high - low);
            let weight = self.weight(row) / total_weight;
            if weight == 0.0 {
                continue;
            }
            mean_before += weight * low;
            mean_after += weight * high;
            let (slope_before, slope_after) =
                (weight * family.mean_slope(from[row]), weight * family.mean_slope(to[row]));
            for ((sum, x_before), x_after) in gradient.iter_mut().zip(before.row(row)).zip(after.row(row)) {
                *sum += slope_after * x_after - slope_before * x_before;
            }
        }
        let estimate = mean_after - mean_before;
        let result = Standardised {
            before: mean_before,
            after: mean_after,
            estimate,
            standard_error: 0.0,
            interval: Interval { low: estimate, high: estimate, level },
            total_weight,
            changes,
        };
        Ok((result, gradient))
    }
}

/// A matrix R with RR′ = V, for a V that may have rounded or clipped itself to the edge of being positive.
fn square_root(covariance: &Matrix) -> Matrix {
    let (values, mut vectors) = covariance.symmetric_eigen();
    for row in 0..vectors.rows {
        for (column, value) in values.iter().enumerate() {
            vectors[(row, column)] *= value.max(0.0).sqrt();
        }
    }
    vectors
}
