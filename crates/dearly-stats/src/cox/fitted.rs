use super::concordance::concordance;
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
    /// # Errors
    /// [`Error::OutOfRange`] for the level, [`Error::LengthMismatch`] for a covariance of another model.
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

    /// The likelihood-ratio test of all columns. Not exact with clusters; then see [`Covariance::wald_test`].
    pub fn likelihood_ratio_test(&self) -> TestResult {
        let statistic = (2.0 * (self.log_likelihood - self.log_likelihood_null)).max(0.0);
        let degrees = self.coefficients.len() as f64;
        let p_value = chi_squared_upper(statistic, degrees);
        TestResult { statistic, degrees, denominator_degrees: None, p_value }
    }

    /// Harrell's concordance: of the pairs whose order is known, the share in which the row of higher hazard went first;
    /// ½ says nothing, 1 everything. `None` when no two rows can be compared.
    ///
    /// # Source
    /// Harrell and others (1982). Checked against R `survival::concordance`, ties, entries and strata included.
    pub fn concordance(&self) -> Option<f64> {
        concordance(&self.rows, &self.eta)
    }

    /// What each row adds to the score, row by row as they were given and in the columns' own units; zeros for rows of
    /// weight 0, and for one copy of a row of more. With Efron's weights for tied events.
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

    /// Events less those expected of each row, by the rows as they were given.
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
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a row that is not in the data or has
    /// weight 0.
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
