use super::concordance::of_predictor;
use super::residuals;
use super::rows::Rows;
use crate::distribution::chi_squared_upper;
use crate::{Covariance, Error, Interval, Matrix, TestResult};

/// A fitted Cox model.
#[derive(Debug, Clone)]
pub struct FittedCox {
    /// The columns' names.
    pub names: Vec<String>,
    /// The log hazard ratio for one unit of each column.
    pub coefficients: Vec<f64>,
    /// The model's covariance, which takes rows for independent.
    pub model_covariance: Covariance,
    /// Rows given.
    pub n: usize,
    /// Events, counted by frequency weight.
    pub n_events: usize,
    /// The log partial likelihood.
    pub log_likelihood: f64,
    /// The same without any column.
    pub log_likelihood_null: f64,
    /// Newton steps made.
    pub iterations: usize,
    pub(super) rows: Rows,
    pub(super) eta: Vec<f64>,
}

/// One line of a Cox model's table.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxTerm {
    /// The column's name.
    pub term: String,
    /// The log hazard ratio.
    pub estimate: f64,
    /// Its standard error, by the covariance that was given.
    pub standard_error: f64,
    /// exp(estimate).
    pub hazard_ratio: f64,
    /// The interval of the log hazard ratio.
    pub interval: Interval,
    /// Two-sided.
    pub p_value: f64,
}

impl FittedCox {
    /// Each column with its interval, by the model's covariance or one of [`FittedCox::cluster_covariance`].
    ///
    /// # Shapes
    /// One line for each column, in their order.
    ///
    /// # Units
    /// Estimates, errors and intervals are log hazard ratios for one unit of a column; `level` in (0, 1). Put an
    /// interval on the scale of hazard ratios with [`Interval::map`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level, [`Error::LengthMismatch`] for a covariance of another model.
    ///
    /// # Source
    /// Wald's. Checked by its parts against R `survival::coxph`, see `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit), in three of which the row with `x` goes first: variance 1/3 +
    /// 1/1.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let terms = fitted.terms(&fitted.model_covariance, 0.95)?;
    /// assert!((terms[0].hazard_ratio - 3.0).abs() < 1e-9);
    /// assert!((terms[0].standard_error - (4f64 / 3.0).sqrt()).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn terms(&self, covariance: &Covariance, level: f64) -> Result<Vec<CoxTerm>, Error> {
        let intervals = covariance.intervals(&self.coefficients, level)?;
        let p_values = covariance.p_values(&self.coefficients)?;
        let standard_errors = covariance.standard_errors();
        Ok((0..self.coefficients.len())
            .map(|column| CoxTerm {
                term: self.names[column].clone(),
                estimate: self.coefficients[column],
                standard_error: standard_errors[column],
                hazard_ratio: self.coefficients[column].exp(),
                interval: intervals[column],
                p_value: p_values[column],
            })
            .collect())
    }

    /// The likelihood-ratio test of all columns: 2 (ℓ − ℓ₀), χ² with as many degrees as columns. Not exact with
    /// clusters; then see [`Covariance::wald_test`].
    ///
    /// # Source
    /// Wilks (1938), of the partial likelihood. Both likelihoods are checked against R `survival::coxph`, see
    /// `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit): three of probability ¾ and one of ¼, each ½ without the column.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let expected = 2.0 * (3.0 * 0.75f64.ln() + 0.25f64.ln() - 4.0 * 0.5f64.ln());
    /// assert!((fitted.likelihood_ratio_test().statistic - expected).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn likelihood_ratio_test(&self) -> TestResult {
        let statistic = (2.0 * (self.log_likelihood - self.log_likelihood_null)).max(0.0);
        let degrees = self.coefficients.len() as f64;
        let p_value = chi_squared_upper(statistic, degrees);
        TestResult { statistic, degrees, denominator_degrees: None, p_value }
    }

    /// Harrell's concordance: of the pairs whose order is known, the share in which the row of higher hazard went
    /// first; ½ says nothing, 1 everything. `None` when no two rows can be compared.
    ///
    /// A tie of hazards counts half; two events at one time are no pair; rows are compared within their stratum. It is
    /// of the rows that the model was fitted on, and flatters.
    ///
    /// # Units
    /// A share, in [0, 1].
    ///
    /// # Source
    /// Harrell and others (1982). Checked against R `survival::concordance`, ties, entries and strata included.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit), of which three are in order.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// assert_eq!(fitted.concordance(), Some(0.75));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn concordance(&self) -> Option<f64> {
        of_predictor(&self.rows, &self.eta)
    }

    /// What each row adds to the score, with Efron's weights for tied events; the sum over rows, by their weights, is
    /// 0.
    ///
    /// # Shapes
    /// One row for each row as they were given, one column for each column: zeros for rows of weight 0, and for rows of
    /// more the residual of one copy.
    ///
    /// # Units
    /// The columns' own units.
    ///
    /// # Source
    /// Therneau, Grambsch and Fleming (1990); Lin and Wei (1989). Checked against R `survival::coxph`, see
    /// `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit). In the first, ¾ of the risk is the row's that goes: (1 − ¾)(1 −
    /// ¾), and of the other −(0 − ¾) · ¼.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let found = fitted.score_residuals();
    /// assert!((found[(0, 0)] - 1.0 / 16.0).abs() < 1e-9 && (found[(1, 0)] - 3.0 / 16.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn score_residuals(&self) -> Matrix {
        let columns = self.rows.columns;
        let (by_place, _) = residuals::score(&self.rows, &self.eta);
        let mut residuals = Matrix::zeros(self.n, columns);
        for (place, &row) in self.rows.source.iter().enumerate() {
            for column in 0..columns {
                residuals[(row, column)] = by_place[place * columns + column] * self.rows.scales[column];
            }
        }
        residuals
    }

    /// Events less those expected of each row: its event, 0 or 1, less its cumulative hazard while it was watched.
    ///
    /// # Shapes
    /// One for each row as they were given; 0 for rows of weight 0, that of one copy for rows of more.
    ///
    /// # Units
    /// Events; at most 1. The sum over rows, by their weights, is 0.
    ///
    /// # Source
    /// Therneau, Grambsch and Fleming (1990), with Efron's hazard. Checked against R `survival::coxph`, see
    /// `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit): in the first, a ¾ chance came true and one of ¼ did not; in the
    /// last it was the other way round.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let found = fitted.martingale_residuals();
    /// for (row, expected) in [(0, 0.25), (1, -0.25), (6, -0.75), (7, 0.75)] {
    ///     assert!((found[row] - expected).abs() < 1e-9);
    /// }
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn martingale_residuals(&self) -> Vec<f64> {
        let (_, by_place) = residuals::score(&self.rows, &self.eta);
        let mut residuals = vec![0.0; self.n];
        for (place, &row) in self.rows.source.iter().enumerate() {
            residuals[row] = by_place[place];
        }
        residuals
    }

    /// The cumulative hazard of a row of these columns, in the stratum of a row of the data: event times, ascending,
    /// and the hazard up to and with each. Survival is exp(−hazard). Efron's estimate.
    ///
    /// # Shapes
    /// `columns` has one value for each column of the design. One pair for each distinct event time of the stratum.
    ///
    /// # Units
    /// Columns in their own units, times in that of the durations; hazards are 0 or more and have no upper bound.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a row that is not in the data or has
    /// weight 0.
    ///
    /// # Source
    /// Breslow (1974), with Efron's (1977) weights for ties. Checked against R `survival::survfit`, see
    /// `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit): one event in the first, at time 1, with a risk of 3 + 1.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let (without, with) = (fitted.cumulative_hazard(&[0.0], 0)?, fitted.cumulative_hazard(&[1.0], 0)?);
    /// assert!(without[0].0 == 1.0 && (without[0].1 - 0.25).abs() < 1e-9 && (with[0].1 - 0.75).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn cumulative_hazard(
        &self,
        columns: &[f64],
        in_stratum_of_row: usize,
    ) -> Result<Vec<(f64, f64)>, Error> {
        crate::error::same_length("the row", self.coefficients.len(), columns.len())?;
        crate::error::all_finite("the row", columns)?;
        let Some(place) = self.rows.source.iter().position(|&row| row == in_stratum_of_row) else {
            return Err(Error::OutOfRange {
                what: "the row whose stratum is meant".to_owned(),
                value: in_stratum_of_row as f64,
                expected: "a row of the data with a weight above 0",
            });
        };
        let stratum = self.rows.strata.iter().position(|range| range.contains(&place)).unwrap_or(0);
        let centred = columns.iter().zip(&self.rows.means).zip(&self.coefficients);
        let ratio = centred.map(|((value, mean), b)| (value - mean) * b).sum::<f64>().exp();
        let baseline = residuals::baseline(&self.rows, &self.eta).swap_remove(stratum);
        Ok(baseline.into_iter().map(|(time, hazard)| (time, hazard * ratio)).collect())
    }
}
