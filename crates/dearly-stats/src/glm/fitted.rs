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
    /// The coefficient of a column by its name; `None` where the model has no such column.
    pub fn coefficient(&self, name: &str) -> Option<f64> {
        self.names.iter().position(|known| known == name).map(|index| self.coefficients[index])
    }

    /// The model's standard errors, one for each coefficient: right if the model holds and rows are independent. For
    /// rows of one account see [`FittedGlm::cluster_covariance`].
    pub fn standard_errors(&self) -> Vec<f64> {
        self.covariance.diagonal().into_iter().map(f64::sqrt).collect()
    }

    /// The linear predictor of new rows, by the names of their columns. The offset of the fit is not remembered: give
    /// the rows' own.
    ///
    /// # Shapes
    /// The columns of the fit in the same order; an offset has one value for each row, as the answer has.
    ///
    /// # Units
    /// The scale of the linear predictor: log-odds, logarithms or the outcome's own, by the family.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model; [`Error::LengthMismatch`] and
    /// [`Error::NotFinite`] for the offset.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// // A line through three points that lie on 1 + 2x, and one more place on it.
    /// let x = |values: &[f64]| Design::with_intercept(values.len(), vec![("x".to_owned(), values.to_vec())]);
    /// let fitted = Glm::new(Family::Gaussian).fit(&x(&[0.0, 1.0, 2.0])?, &[1.0, 3.0, 5.0])?;
    /// assert!((fitted.linear_predictor_of(&x(&[10.0])?, None)?[0] - 21.0).abs() < 1e-9);
    /// assert!((fitted.linear_predictor_of(&x(&[10.0])?, Some(&[0.5]))?[0] - 21.5).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
    /// # Shapes
    /// As [`FittedGlm::linear_predictor_of`].
    ///
    /// # Errors
    /// Those of [`FittedGlm::linear_predictor_of`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// // One of four renews without the play, three of four with it.
    /// let play = |values: &[f64]| Design::with_intercept(values.len(), vec![("play".to_owned(), values.to_vec())]);
    /// let data = play(&[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])?;
    /// let fitted = Glm::new(Family::Logit).fit(&data, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
    /// assert!((fitted.predict(&play(&[1.0])?, None)?[0] - 0.75).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn predict(&self, design: &Design, offset: Option<&[f64]>) -> Result<Vec<f64>, Error> {
        let mut predictor = self.linear_predictor_of(design, offset)?;
        predictor.iter_mut().for_each(|value| *value = self.family.mean(*value));
        Ok(predictor)
    }

    /// The fitted mean of each row of the data, offset included, in the unit of the outcome.
    pub fn fitted_means(&self) -> Vec<f64> {
        self.linear_predictor.iter().map(|&value| self.family.mean(value)).collect()
    }

    /// McFadden's R²: 1 − ℓ / ℓ₀, the log-likelihood over that of the empty model.
    ///
    /// # Units
    /// In [0, 1) for outcomes of 0 and 1 in a model with an intercept. Not meant for a [`Family::Gaussian`] or a
    /// [`Family::GammaLog`], whose likelihoods have a unit.
    ///
    /// # Source
    /// McFadden (1974).
    ///
    /// # Example
    /// At shares of ¼ and ¾ a row has 0.5623 nats left of ln 2.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let fitted = Glm::new(Family::Logit).fit(&design, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
    /// let left = -(0.25 * 0.25f64.ln() + 0.75 * 0.75f64.ln());
    /// assert!((fitted.mcfadden_r2() - (1.0 - left / 2f64.ln())).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
