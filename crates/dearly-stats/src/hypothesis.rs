use crate::distribution::chi_squared_upper;
use crate::{Error, FittedGlm};

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
/// # Errors
/// [`Error::Refused`] when the models are of different families or observations, are not nested by their columns'
/// names, or have only a quasi-likelihood.
///
/// # Source
/// Wilks (1938). Checked against R `anova(test = "LRT")`, see `tests/golden/glm.json`.
pub fn likelihood_ratio_test(full: &FittedGlm, reduced: &FittedGlm) -> Result<TestResult, Error> {
    let refused = |why: &str| Err(Error::Refused(why.to_owned()));
    if full.family != reduced.family || full.n != reduced.n {
        return refused(
            "a likelihood ratio compares two models of one family on the same rows: fit both on those",
        );
    }
    if !full.family.has_likelihood() {
        return refused("a fractional logit has no likelihood to compare: use the Wald test by cluster");
    }
    if reduced.names.iter().any(|name| !full.names.contains(name)) || reduced.names.len() >= full.names.len()
    {
        return refused("the smaller model must have some of the larger one's columns and no other");
    }
    let degrees = (full.names.len() - reduced.names.len()) as f64;
    let statistic = (2.0 * (full.log_likelihood - reduced.log_likelihood)).max(0.0);
    Ok(TestResult {
        statistic,
        degrees,
        denominator_degrees: None,
        p_value: chi_squared_upper(statistic, degrees),
    })
}

impl FittedGlm {
    /// The likelihood-ratio test of the model against one with nothing but the intercept.
    ///
    /// # Errors
    /// [`Error::Refused`] for a quasi-likelihood, or a model with no column besides the intercept.
    pub fn likelihood_ratio_test(&self) -> Result<TestResult, Error> {
        let intercepts = usize::from(self.names.iter().any(|name| name == crate::Design::INTERCEPT));
        let null = FittedGlm {
            names: self.names.iter().filter(|&name| name == crate::Design::INTERCEPT).cloned().collect(),
            log_likelihood: self.null_log_likelihood,
            ..self.clone()
        };
        debug_assert_eq!(null.names.len(), intercepts, "only the intercept is left");
        likelihood_ratio_test(self, &null)
    }
}
