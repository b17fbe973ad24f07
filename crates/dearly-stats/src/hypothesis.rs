use crate::distribution::chi_squared_upper;
use crate::{Design, Error, FittedGlm};

pub(crate) const NO_INTERCEPT: &str =
    "a model without an intercept does not contain the one with nothing else: compare it by the Wald test";
const NO_LIKELIHOOD: &str = "a fractional logit has no likelihood to compare: use the Wald test by cluster";

/// The outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// χ², or F where there are degrees below.
    pub statistic: f64,
    /// Degrees of freedom, the upper ones of F.
    pub degrees: f64,
    /// The lower degrees of F; `None` for χ².
    pub denominator_degrees: Option<f64>,
    /// The probability of such a statistic or a larger one if there is nothing.
    pub p_value: f64,
}

/// The likelihood-ratio test of a model against one with fewer columns: 2 (ℓ − ℓ₀), χ² with as many degrees as columns
/// were left out.
///
/// With rows that depend on each other it is too sure of itself; the cluster-robust Wald test is then the one to go by
/// ([`crate::Covariance::wald_test`]).
///
/// # Units
/// χ² and its p-value, in [0, 1]. A ratio that rounding put below 0 is 0.
///
/// # Errors
/// [`Error::Refused`] when the models are of different families or observations (told by their number), are not
/// nested by their columns' names, or have only a quasi-likelihood.
///
/// # Source
/// Wilks (1938). Checked against R `anova(test = "LRT")`, see `tests/golden/regression_r.json`.
///
/// # Example
/// ```
/// use dearly_stats::{Design, Family, Glm, likelihood_ratio_test};
///
/// // One of four renews without the play, three of four with it: ln 2 − 0.5623 nats are gained in each of 8 rows.
/// let played = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
/// let renewed = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
/// let full = Glm::new(Family::Logit)
///     .fit(&Design::with_intercept(8, vec![("played".to_owned(), played)])?, &renewed)?;
/// let reduced = Glm::new(Family::Logit).fit(&Design::with_intercept(8, vec![])?, &renewed)?;
/// let test = likelihood_ratio_test(&full, &reduced)?;
/// assert!((test.statistic - 16.0 * (2f64.ln() - 0.562_335)).abs() < 1e-4);
/// assert_eq!(test.degrees, 1.0);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn likelihood_ratio_test(full: &FittedGlm, reduced: &FittedGlm) -> Result<TestResult, Error> {
    let refused = |why: &str| Err(Error::Refused(why.to_owned()));
    if full.family != reduced.family || full.n != reduced.n {
        return refused(
            "a likelihood ratio compares two models of one family on the same rows: fit both on those",
        );
    }
    if !full.family.has_likelihood() {
        return refused(NO_LIKELIHOOD);
    }
    if reduced.names.iter().any(|name| !full.names.contains(name)) || reduced.names.len() >= full.names.len()
    {
        return refused("the smaller model must have some of the larger one's columns and no other");
    }
    Ok(ratio(full.log_likelihood, reduced.log_likelihood, full.names.len() - reduced.names.len()))
}

impl FittedGlm {
    /// The likelihood-ratio test of the model against one with nothing but the intercept, and the offset where it has
    /// one.
    ///
    /// # Units
    /// As [`likelihood_ratio_test`]; as many degrees as columns besides the intercept.
    ///
    /// # Errors
    /// [`Error::Refused`] for a quasi-likelihood, a model without an intercept, in which the smaller one is not
    /// contained, or one with no column besides it.
    ///
    /// # Source
    /// As [`likelihood_ratio_test`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// // The play does nothing: half renew with it and without.
    /// let played = vec![0.0, 0.0, 1.0, 1.0];
    /// let design = Design::with_intercept(4, vec![("played".to_owned(), played)])?;
    /// let test = Glm::new(Family::Logit).fit(&design, &[1.0, 0.0, 1.0, 0.0])?.likelihood_ratio_test()?;
    /// assert!(test.statistic < 1e-9 && (test.p_value - 1.0).abs() < 1e-4);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn likelihood_ratio_test(&self) -> Result<TestResult, Error> {
        if !self.family.has_likelihood() {
            return Err(Error::Refused(NO_LIKELIHOOD.to_owned()));
        }
        if !self.names.iter().any(|name| name == Design::INTERCEPT) {
            return Err(Error::Refused(NO_INTERCEPT.to_owned()));
        }
        let columns = self.names.len() - 1;
        if columns == 0 {
            return Err(Error::Refused(
                "the model has nothing but an intercept: there is nothing to test".to_owned(),
            ));
        }
        Ok(ratio(self.log_likelihood, self.null_log_likelihood, columns))
    }
}

fn ratio(full: f64, reduced: f64, columns: usize) -> TestResult {
    let (degrees, statistic) = (columns as f64, (2.0 * (full - reduced)).max(0.0));
    TestResult {
        statistic,
        degrees,
        denominator_degrees: None,
        p_value: chi_squared_upper(statistic, degrees),
    }
}
