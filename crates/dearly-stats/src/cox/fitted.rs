use super::residuals;
use super::rows::Rows;
use crate::distribution::{chi_squared_upper, normal_two_sided};
use crate::error::valid_level;
use crate::{Cholesky, Error, Interval, Matrix};

/// A fitted Cox model.
#[derive(Debug, Clone)]
pub struct FittedCox {
    /// The columns' names.
    pub names: Vec<String>,
    /// The log hazard ratio for one unit of each column.
    pub coefficients: Vec<f64>,
    pub(super) covariance: Matrix,
    /// The covariance by cluster: H⁻¹(Σ s s′)H⁻¹ with the summed score residuals s of each cluster, as R's `robust`.
    pub cluster_covariance: Option<Matrix>,
    /// Rows given.
    pub n: usize,
    /// Events, counted by frequency weight.
    pub n_events: usize,
    /// Clusters with a row that counts.
    pub n_clusters: Option<usize>,
    /// The log partial likelihood.
    pub log_likelihood: f64,
    /// The same without any column.
    pub log_likelihood_null: f64,
    /// Harrell's concordance: ½ says nothing, 1 everything. `None` when no two rows can be compared.
    pub concordance: Option<f64>,
    /// Newton steps made.
    pub iterations: usize,
    pub(super) rows: Rows,
    pub(super) eta: Vec<f64>,
    pub(super) score_residuals: Vec<f64>,
    pub(super) martingale: Vec<f64>,
}

/// One line of a Cox model's table.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxTerm {
    /// The column's name.
    pub term: String,
    /// The log hazard ratio.
    pub estimate: f64,
    /// Its standard error: by cluster where there are clusters.
    pub standard_error: f64,
    /// exp(estimate).
    pub hazard_ratio: f64,
    /// The interval of the log hazard ratio.
    pub interval: Interval,
    /// Two-sided, by the normal distribution.
    pub p_value: f64,
}

impl FittedCox {
    /// Standard errors: by cluster where clusters were given, otherwise the model's.
    pub fn standard_errors(&self) -> Vec<f64> {
        roots(self.cluster_covariance.as_ref().unwrap_or(&self.covariance))
    }

    /// Standard errors of the model, which takes rows for independent.
    pub fn model_standard_errors(&self) -> Vec<f64> {
        roots(&self.covariance)
    }

    /// Standard errors by cluster with the factor G/(G−1), which few clusters need.
    pub fn cr1_standard_errors(&self) -> Option<Vec<f64>> {
        let clusters = self.n_clusters? as f64;
        let factor = (clusters / (clusters - 1.0)).sqrt();
        Some(roots(self.cluster_covariance.as_ref()?).into_iter().map(|error| error * factor).collect())
    }

    /// Each column with its interval: normal, by the errors of [`FittedCox::standard_errors`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level.
    pub fn terms(&self, level: f64) -> Result<Vec<CoxTerm>, Error> {
        valid_level(level)?;
        let terms = self.names.iter().zip(&self.coefficients).zip(self.standard_errors());
        Ok(terms
            .map(|((term, &estimate), standard_error)| CoxTerm {
                term: term.clone(),
                estimate,
                standard_error,
                hazard_ratio: estimate.exp(),
                interval: Interval::normal(estimate, standard_error, level),
                p_value: normal_two_sided(estimate / standard_error),
            })
            .collect())
    }

    /// The likelihood-ratio test of all columns: χ², its degrees of freedom, its p-value. Not exact with clusters;
    /// then see [`FittedCox::wald`].
    pub fn likelihood_ratio(&self) -> (f64, usize, f64) {
        let statistic = 2.0 * (self.log_likelihood - self.log_likelihood_null);
        let degrees = self.coefficients.len();
        (statistic, degrees, chi_squared_upper(statistic, degrees as f64))
    }

    /// Wald's test that some columns, by their places, all have coefficient 0: χ², degrees of freedom, p-value. By
    /// cluster where clusters were given.
    ///
    /// # Errors
    /// [`Error::Refused`] when there are fewer clusters than columns to be tested.
    pub fn wald(&self, columns: &[usize]) -> Result<(f64, usize, f64), Error> {
        let covariance = self.cluster_covariance.as_ref().unwrap_or(&self.covariance).chosen(columns);
        let factor = Cholesky::new(&covariance).map_err(|_| {
            Error::Refused(format!(
                "{} columns cannot be tested together with {} clusters: test fewer",
                columns.len(),
                self.n_clusters.unwrap_or(self.n)
            ))
        })?;
        let chosen: Vec<f64> = columns.iter().map(|&column| self.coefficients[column]).collect();
        let statistic = factor.forward(&chosen).iter().map(|value| value * value).sum();
        Ok((statistic, columns.len(), chi_squared_upper(statistic, columns.len() as f64)))
    }

    /// What each row adds to the score, row by row as they were given and in the columns' own units; zeros for rows of
    /// weight 0, and for one copy of a row of more. With Efron's weights for tied events.
    pub fn score_residuals(&self) -> Matrix {
        let columns = self.rows.columns;
        let mut residuals = Matrix::zeros(self.n, columns);
        for (place, &row) in self.rows.source.iter().enumerate() {
            for column in 0..columns {
                residuals[(row, column)] =
                    self.score_residuals[place * columns + column] * self.rows.scales[column];
            }
        }
        residuals
    }

    /// Events less those expected of each row, by the rows as they were given.
    pub fn martingale_residuals(&self) -> Vec<f64> {
        let mut residuals = vec![0.0; self.n];
        for (place, &row) in self.rows.source.iter().enumerate() {
            residuals[row] = self.martingale[place];
        }
        residuals
    }

    /// The cumulative hazard of a row of these columns, in the stratum of a row of the data: event times, ascending,
    /// and the hazard up to and with each. Survival is exp(−hazard). Efron's estimate.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a row that is not in the data or has
    /// weight 0.
    pub fn cumulative_hazard(&self, columns: &[f64], in_stratum_of_row: usize) -> Result<Vec<(f64, f64)>, Error> {
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

fn roots(covariance: &Matrix) -> Vec<f64> {
    covariance.diagonal().into_iter().map(f64::sqrt).collect()
}
