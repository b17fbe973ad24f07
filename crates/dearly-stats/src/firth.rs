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
    /// The score of column r is Σ (y_i − p_i + h_i (½ − p_i)) x_ir with the leverages h_i. Where every row is told with
    /// certainty ℓ* may have a second maximum further out: it is looked for up to 200 rows, here and in profiles, and the
    /// higher one taken.
    ///
    /// # Shapes
    /// As [`Glm::fit`].
    ///
    /// # Units
    /// Coefficients are log odds ratios for one unit of a column. Probabilities are drawn towards ½: take [`Glm::flic`]
    /// for them.
    ///
    /// # Errors
    /// Those of [`Glm::fit`] except [`Error::Separated`]; [`Error::Refused`] for a family other than [`Family::Logit`].
    ///
    /// # Source
    /// Firth (1993); Heinze and Schemper (2002). Checked against the published analyses of the *sex2* and *endometrial*
    /// data and against R `brglm2`, see `tests/golden/firth.json`.
    ///
    /// # Example
    /// All 4 with the play renew, and 2 of 4 without: the maximum of the likelihood is infinite, Firth's adds ½ to each
    /// cell of the table. Odds of 4.5/0.5 over 2.5/2.5.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let renewed = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0];
    /// assert!(Glm::new(Family::Logit).fit(&design, &renewed).is_err());
    /// let firth = Glm::new(Family::Logit).fit_firth(&design, &renewed)?;
    /// assert!((firth.fitted.coefficients[1] - 9f64.ln()).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit_firth(&self, design: &Design, outcome: &[f64]) -> Result<FittedFirth, Error> {
        let observed = self.check_firth(design, outcome)?;
        self.fit_firth_checked(design, outcome, observed).map_err(|error| self.or_offset(design, error))
    }

    fn fit_firth_checked(
        &self,
        design: &Design,
        outcome: &[f64],
        observed: f64,
    ) -> Result<FittedFirth, Error> {
        let problem = Penalized::new(self, design, outcome);
        let start = self.cold_start(design, observed);
        let every: Vec<bool> = vec![true; design.columns()];
        let end = problem.solve(&start, &every, None)?;
        let only: Vec<bool> =
            (0..design.columns()).map(|column| Some(column) == design.intercept()).collect();
        let null = problem.solve(&start, &only, None)?;
        let mut fitted = self.describe(design, outcome, end.coefficients.clone())?;
        fitted.score_residuals = end.score_residuals;
        fitted.iterations = end.iterations;
        Ok(FittedFirth {
            fitted,
            penalized_log_likelihood: end.log_likelihood,
            null_penalized_log_likelihood: null.log_likelihood,
        })
    }

    /// The interval of one coefficient by its profile of the penalised likelihood: {b : 2 (ℓ* − ℓ*(b)) ≤ χ²₁(level)},
    /// where ℓ*(b) is maximised over all other coefficients.
    ///
    /// For independent rows only, as any profile.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit; `column` counts from 0.
    ///
    /// # Units
    /// A log odds ratio for one unit of the column; `level` in (0, 1).
    ///
    /// # Errors
    /// Those of [`Glm::fit_firth`] for its input; [`Error::OutOfRange`] for the level or the column,
    /// [`Error::NotConverged`].
    ///
    /// # Source
    /// Heinze and Schemper (2002), as [`Glm::fit_firth`]; tolerance 1e-6.
    ///
    /// # Example
    /// One of two, and nothing but an intercept: 1.5 log p + 1.5 log (1 − p), at its highest at ½, and 3.84/2 lower at
    /// both ends.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let (glm, design, renewed) = (Glm::new(Family::Logit), Design::with_intercept(2, vec![])?, [1.0, 0.0]);
    /// let firth = glm.fit_firth(&design, &renewed)?;
    /// let interval = glm.firth_profile_interval(&design, &renewed, &firth, 0, 0.95)?;
    /// let p = 1.0 / (1.0 + (-interval.high).exp());
    /// assert!((2.0 * 1.5 * (0.25 / (p * (1.0 - p))).ln() - 3.841459).abs() < 1e-5);
    /// assert!((interval.low + interval.high).abs() < 1e-6);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
                let end = problem.solve(&start, &free, Some(&firth.fitted.coefficients)).ok()?;
                last.copy_from_slice(&end.coefficients);
                Some((firth.penalized_log_likelihood - end.log_likelihood, end.gradient[column]))
            })
        };
        Ok(Interval { low: bound(-1.0)?, high: bound(1.0)?, level })
    }

    /// The penalised likelihood-ratio test that one coefficient is 0: 2 (ℓ* − ℓ*(0)), χ² with 1 degree, the penalty of
    /// all columns in both.
    ///
    /// For independent rows only.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit; `column` counts from 0.
    ///
    /// # Errors
    /// Those of [`Glm::fit_firth`] for its input; [`Error::OutOfRange`] for the column, [`Error::NotConverged`].
    ///
    /// # Source
    /// Heinze and Schemper (2002). Checked against a direct search on the penalised likelihood, see
    /// `tests/golden/firth.json`.
    ///
    /// # Example
    /// The table of [`Glm::fit_firth`], ½ more in each cell: 4.5 of 5 and 2.5 of 5, or 7 of 10 where the play does
    /// nothing.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let (glm, renewed) = (Glm::new(Family::Logit), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
    /// let firth = glm.fit_firth(&design, &renewed)?;
    /// let found = glm.firth_likelihood_ratio_test(&design, &renewed, &firth, 1)?;
    /// let with: f64 = 4.5 * 0.9f64.ln() + 0.5 * 0.1f64.ln() + 5.0 * 0.5f64.ln();
    /// assert!((found.statistic - 2.0 * (with - 7.0 * 0.7f64.ln() - 3.0 * 0.3f64.ln())).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
        let end = problem.solve(&start, &free, Some(&firth.fitted.coefficients))?;
        Ok(ratio(firth.penalized_log_likelihood, end.log_likelihood, 1.0))
    }

    /// Firth's slopes with the intercept fitted anew by maximum likelihood, the slopes as offset: Firth's intercept
    /// draws the mean prediction towards ½, this one puts it back on the observed share. For probabilities.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit.
    ///
    /// # Units
    /// Coefficients on the scale of the logit. The model's own offset, where it has one, stays beside the slopes.
    ///
    /// # Errors
    /// [`Error::Refused`] for a design without intercept; those of [`Glm::fit`].
    ///
    /// # Source
    /// Puhr and others (2017). Checked against R, see `tests/golden/firth.json`.
    ///
    /// # Example
    /// The table of [`Glm::fit_firth`]: 6 of 8 renew, and Firth's mean prediction is (0.9 + 0.5)/2.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let (glm, renewed) = (Glm::new(Family::Logit), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
    /// let firth = glm.fit_firth(&design, &renewed)?;
    /// let mean = |probabilities: Vec<f64>| probabilities.iter().sum::<f64>() / 8.0;
    /// assert!((mean(firth.fitted.fitted_means()) - 0.70).abs() < 1e-9);
    /// assert!((mean(glm.flic(&design, &renewed, &firth)?.predict(&design)?) - 0.75).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
    /// The penalised likelihood-ratio test of the model against one with nothing but the intercept: 2 (ℓ* − ℓ*₀), χ²
    /// with as many degrees as there are other columns, the penalty of all columns in both.
    ///
    /// For independent rows only.
    ///
    /// # Errors
    /// [`Error::Refused`] for a model without an intercept or with no other column.
    ///
    /// # Source
    /// Heinze and Schemper (2002). Checked against a direct search on the penalised likelihood, see
    /// `tests/golden/firth.json`.
    ///
    /// # Example
    /// The table of [`Glm::fit_firth`], ½ more in each cell: 4.5 of 5 and 2.5 of 5, or 7 of 10 where there is no
    /// column.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let played = vec![1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    /// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
    /// let firth = Glm::new(Family::Logit).fit_firth(&design, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0])?;
    /// let with: f64 = 4.5 * 0.9f64.ln() + 0.5 * 0.1f64.ln() + 5.0 * 0.5f64.ln();
    /// let expected = 2.0 * (with - 7.0 * 0.7f64.ln() - 3.0 * 0.3f64.ln());
    /// assert!((firth.likelihood_ratio_test()?.statistic - expected).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
    /// The probabilities of new rows, by the names of their columns, without an offset.
    ///
    /// # Shapes
    /// The columns of the fit, in its order; one probability for each row.
    ///
    /// # Units
    /// Probabilities, in [0, 1].
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model.
    ///
    /// # Source
    /// Puhr and others (2017).
    ///
    /// # Example
    /// Even odds, and nine times those with the play.
    /// ```
    /// use dearly_stats::{Design, Flic};
    ///
    /// let names = vec!["intercept".to_owned(), "played".to_owned()];
    /// let model = Flic { names, coefficients: vec![0.0, 9f64.ln()] };
    /// let rows = Design::with_intercept(2, vec![("played".to_owned(), vec![0.0, 1.0])])?;
    /// let found = model.predict(&rows)?;
    /// assert!((found[0] - 0.5).abs() < 1e-12 && (found[1] - 0.9).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
