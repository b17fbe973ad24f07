mod penalized;

use penalized::Penalized;

use crate::distribution::chi_squared_upper;
use crate::error::valid_level;
use crate::profile::cross;
use crate::{Design, Error, Family, FittedGlm, Glm, Interval, TestResult};

/// A logistic regression by Firth's penalised likelihood.
#[derive(Debug, Clone)]
pub struct FittedFirth {
    /// The coefficients and what goes with them. Its `log_likelihood` is without the penalty; its `score_residuals` are
    /// those of the penalised score, so that errors by cluster can be had of it.
    pub fitted: FittedGlm,
    /// ℓ + ½ log|X′WX|, at its maximum.
    pub penalized_log_likelihood: f64,
    /// The same with all coefficients but the intercept at 0, the penalty still of all columns.
    pub null_penalized_log_likelihood: f64,
}

/// Firth's slopes with an intercept whose mean prediction is the observed share.
#[derive(Debug, Clone, PartialEq)]
pub struct Flic {
    /// The columns' names.
    pub names: Vec<String>,
    /// Firth's coefficients, the intercept by maximum likelihood given the others.
    pub coefficients: Vec<f64>,
}

impl Glm<'_> {
    /// Fits a logit by Firth's penalised likelihood ℓ*(b) = ℓ(b) + ½ log|X′WX|: finite whatever separates the outcome,
    /// and less biased when events are few.
    ///
    /// The score of column r is Σ (y_i − p_i + h_i (½ − p_i)) x_ir with the leverages h_i.
    ///
    /// # Shapes
    /// As [`Glm::fit`].
    ///
    /// # Errors
    /// Those of [`Glm::fit`] except [`Error::Separated`]; [`Error::Refused`] for a family other than
    /// [`Family::Logit`].
    ///
    /// # Source
    /// Firth (1993); Heinze and Schemper (2002). Checked against the published analyses of the *sex2* and *endometrial*
    /// data and against R `brglm2`, see `tests/golden/firth.json`.
    pub fn fit_firth(&self, design: &Design, outcome: &[f64]) -> Result<FittedFirth, Error> {
        let observed = self.check_firth(design, outcome)?;
        let problem = Penalized::new(self, design, outcome);
        let start = self.cold_start(design, observed);
        let every: Vec<bool> = vec![true; design.columns()];
        let end = problem.solve(&start, &every)?;
        let only: Vec<bool> =
            (0..design.columns()).map(|column| Some(column) == design.intercept()).collect();
        let null = problem.solve(&start, &only)?;
        let mut fitted = self.describe(design, outcome, end.coefficients.clone())?;
        fitted.score_residuals = end.score_residuals;
        fitted.iterations = end.iterations;
        Ok(FittedFirth {
            fitted,
            penalized_log_likelihood: end.log_likelihood,
            null_penalized_log_likelihood: null.log_likelihood,
        })
    }

    /// The interval of one coefficient by its profile of the penalised likelihood.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit; `column` counts from 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level or the column, [`Error::NotConverged`].
    ///
    /// # Source
    /// Heinze and Schemper (2002), as [`Glm::fit_firth`]; tolerance 1e-6.
    pub fn firth_profile_interval(
        &self,
        design: &Design,
        outcome: &[f64],
        firth: &FittedFirth,
        column: usize,
        level: f64,
    ) -> Result<Interval, Error> {
        valid_level(level)?;
        self.check_firth(design, outcome)?;
        let problem = Penalized::new(self, design, outcome);
        let free = problem.all_but(column)?;
        let error = firth.fitted.covariance[(column, column)].sqrt();
        let drift: Vec<f64> = (0..design.columns())
            .map(|other| firth.fitted.covariance[(other, column)] / (error * error))
            .collect();
        let bound = |side: f64| {
            let mut last = firth.fitted.coefficients.clone();
            let what = "the penalised profile of a coefficient";
            cross(firth.fitted.coefficients[column], error, side, level, what, |at| {
                let moved = at - last[column];
                let start: Vec<f64> =
                    last.iter().zip(&drift).map(|(value, drift)| value + drift * moved).collect();
                let end = problem.solve(&start, &free).ok()?;
                last.copy_from_slice(&end.coefficients);
                Some((firth.penalized_log_likelihood - end.log_likelihood, end.gradient[column]))
            })
        };
        Ok(Interval { low: bound(-1.0)?, high: bound(1.0)?, level })
    }

    /// The penalised likelihood-ratio test that one coefficient is 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the column, [`Error::NotConverged`].
    pub fn firth_likelihood_ratio_test(
        &self,
        design: &Design,
        outcome: &[f64],
        firth: &FittedFirth,
        column: usize,
    ) -> Result<TestResult, Error> {
        self.check_firth(design, outcome)?;
        let problem = Penalized::new(self, design, outcome);
        let free = problem.all_but(column)?;
        let mut start = firth.fitted.coefficients.clone();
        start[column] = 0.0;
        let end = problem.solve(&start, &free)?;
        Ok(ratio(firth.penalized_log_likelihood, end.log_likelihood, 1.0))
    }

    /// Firth's slopes with the intercept fitted anew by maximum likelihood, the slopes as offset: Firth's intercept
    /// draws the mean prediction towards ½, this one puts it back on the observed share. For probabilities.
    ///
    /// # Errors
    /// [`Error::Refused`] for a design without intercept; those of [`Glm::fit`].
    ///
    /// # Source
    /// Puhr and others (2017).
    pub fn flic(&self, design: &Design, outcome: &[f64], firth: &FittedFirth) -> Result<Flic, Error> {
        let Some(intercept) = design.intercept() else {
            return Err(Error::Refused("without an intercept there is none to correct: add one".to_owned()));
        };
        let mut slopes = firth.fitted.coefficients.clone();
        slopes[intercept] = 0.0;
        let mut offset = design.linear_predictor(&slopes);
        if let Some(known) = self.known_offset() {
            offset.iter_mut().zip(known).for_each(|(value, known)| *value += known);
        }
        let ones = design.columns_of(&[intercept]);
        let refit = self.with_offset(&offset).fit(&ones, outcome)?;
        slopes[intercept] = refit.coefficients[0];
        Ok(Flic { names: design.names().to_vec(), coefficients: slopes })
    }

    fn check_firth(&self, design: &Design, outcome: &[f64]) -> Result<f64, Error> {
        if self.family() != Family::Logit {
            return Err(Error::Refused(
                "Firth's method is here for the logit only: ask for that family".to_owned(),
            ));
        }
        Ok(self.check(design, outcome)?.mean)
    }
}

impl FittedFirth {
    /// The penalised likelihood-ratio test of the model against one with nothing but the intercept.
    ///
    /// # Errors
    /// [`Error::Refused`] for a model with no other column.
    pub fn likelihood_ratio_test(&self) -> Result<TestResult, Error> {
        if !self.fitted.names.iter().any(|name| name == Design::INTERCEPT) {
            return Err(Error::Refused(crate::hypothesis::NO_INTERCEPT.to_owned()));
        }
        let degrees = self.fitted.names.len() - 1;
        if degrees == 0 {
            return Err(Error::Refused(
                "the model has nothing but an intercept: there is nothing to test".to_owned(),
            ));
        }
        Ok(ratio(self.penalized_log_likelihood, self.null_penalized_log_likelihood, degrees as f64))
    }
}

impl Flic {
    /// The probabilities of new rows, by the names of their columns.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model.
    pub fn predict(&self, design: &Design) -> Result<Vec<f64>, Error> {
        crate::glm::same_columns(design, &self.names)?;
        let predictor = design.linear_predictor(&self.coefficients);
        Ok(predictor.into_iter().map(|value| Family::Logit.mean(value)).collect())
    }
}

fn ratio(full: f64, reduced: f64, degrees: f64) -> TestResult {
    let statistic = (2.0 * (full - reduced)).max(0.0);
    TestResult {
        statistic,
        degrees,
        denominator_degrees: None,
        p_value: chi_squared_upper(statistic, degrees),
    }
}
