use super::Family;
use crate::error::{all_finite, same_length};
use crate::{Design, Error, Matrix};

/// A fitted generalised linear model.
#[derive(Debug, Clone)]
pub struct FittedGlm {
    /// The family it was fitted with.
    pub family: Family,
    /// The columns' names, in the order of the coefficients.
    pub names: Vec<String>,
    /// One coefficient for each column, on the scale of the linear predictor.
    pub coefficients: Vec<f64>,
    /// The covariance of the coefficients if the model holds and rows are independent: the dispersion times (X′WX)⁻¹.
    pub covariance: Matrix,
    /// X′WX at the coefficients with the expected weights, without the dispersion.
    pub information: Matrix,
    /// The log-likelihood with its constants; the quasi-likelihood for [`Family::FractionalLogit`].
    pub log_likelihood: f64,
    /// The same of the model with nothing but an intercept (and the offset).
    pub null_log_likelihood: f64,
    /// Twice the distance to the perfect fit.
    pub deviance: f64,
    /// The deviance of the model with nothing but an intercept (and the offset).
    pub null_deviance: f64,
    /// Pearson's χ² over n − p where the family has a dispersion, else 1.
    pub dispersion: f64,
    /// Observations: the sum of the frequency weights.
    pub n: f64,
    /// Outcomes that are 1, by their weights; the sum of the outcomes for shares and counts, 0 for other families.
    pub n_events: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// The linear predictor of each row, its offset included.
    pub linear_predictor: Vec<f64>,
    /// The derivative of each row's log-likelihood by its linear predictor, times its weight: a row's score is this
    /// times its columns.
    pub score_residuals: Vec<f64>,
    /// Each row's weight in [`FittedGlm::information`].
    pub working_weights: Vec<f64>,
    /// Whether a row has a weight above 0.
    pub(crate) counts: Vec<bool>,
}

impl FittedGlm {
    /// The coefficient of a column.
    pub fn coefficient(&self, name: &str) -> Option<f64> {
        self.names.iter().position(|known| known == name).map(|index| self.coefficients[index])
    }

    /// The model's standard errors: right if the model holds and rows are independent.
    pub fn standard_errors(&self) -> Vec<f64> {
        self.covariance.diagonal().into_iter().map(f64::sqrt).collect()
    }

    /// The linear predictor of new rows, by the names of their columns.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model; [`Error::LengthMismatch`] and
    /// [`Error::NotFinite`] for the offset.
    pub fn linear_predictor_of(&self, design: &Design, offset: Option<&[f64]>) -> Result<Vec<f64>, Error> {
        same_columns(design, &self.names)?;
        let mut predictor = design.linear_predictor(&self.coefficients);
        if let Some(offset) = offset {
            same_length("the offset", design.rows(), offset.len())?;
            all_finite("the offset", offset)?;
            predictor.iter_mut().zip(offset).for_each(|(value, offset)| *value += offset);
        }
        Ok(predictor)
    }

    /// The predicted mean of new rows: a probability, a share, a number or a count, as the family has it.
    ///
    /// # Errors
    /// Those of [`FittedGlm::linear_predictor_of`].
    pub fn predict(&self, design: &Design, offset: Option<&[f64]>) -> Result<Vec<f64>, Error> {
        let mut predictor = self.linear_predictor_of(design, offset)?;
        predictor.iter_mut().for_each(|value| *value = self.family.mean(*value));
        Ok(predictor)
    }

    /// The fitted mean of each row of the data.
    pub fn fitted_means(&self) -> Vec<f64> {
        self.linear_predictor.iter().map(|&value| self.family.mean(value)).collect()
    }

    /// McFadden's R²: 1 − log-likelihood over that of the empty model.
    pub fn mcfadden_r2(&self) -> f64 {
        1.0 - self.log_likelihood / self.null_log_likelihood
    }
}

/// Refuses a design whose columns are not those of the model.
pub(crate) fn same_columns(design: &Design, names: &[String]) -> Result<(), Error> {
    if design.names() == names {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "the columns are {}, and the model was fitted on {}: give the same ones in the same order",
        design.names().join(", "),
        names.join(", ")
    )))
}
