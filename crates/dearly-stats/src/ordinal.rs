mod cumulative;

use cumulative::Cumulative;

use crate::distribution::chi_squared_upper;
use crate::error::{same_length, valid_weights};
use crate::{Cholesky, Design, Error, Family, Matrix, TestResult};

/// An ordinal regression with proportional odds: log-odds of being at most at level k are θ_k − x′b.
///
/// # Example
/// ```
/// use dearly_stats::{Design, Ordinal};
///
/// // churn < down < flat, more of the upper ones where x is 1.
/// let x = [vec![0.0; 9], vec![1.0; 9]].concat();
/// let level = [0, 0, 0, 0, 1, 1, 1, 2, 2, 0, 1, 1, 1, 2, 2, 2, 2, 2];
/// let design = Design::new(vec![("x".to_owned(), x)])?;
/// let fitted = Ordinal::default().fit(&design, &level)?;
/// assert!(fitted.coefficients[0] > 0.0 && fitted.thresholds[0] < fitted.thresholds[1]);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Ordinal<'a> {
    frequency_weights: Option<&'a [f64]>,
}

/// A fitted ordinal regression.
#[derive(Debug, Clone)]
pub struct FittedOrdinal {
    /// The columns' names.
    pub names: Vec<String>,
    /// θ, ascending: one less than levels.
    pub thresholds: Vec<f64>,
    /// One for each column: above 0 where more of it means a higher level. `exp` of it is the odds ratio of being above
    /// any level.
    pub coefficients: Vec<f64>,
    /// Of the thresholds and then the coefficients, by the observed information.
    pub covariance: Matrix,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The same without columns.
    pub null_log_likelihood: f64,
    /// Observations at each level, by their weights.
    pub n_at_level: Vec<f64>,
    /// Newton steps taken.
    pub iterations: usize,
}

impl<'a> Ordinal<'a> {
    /// Says how many times each row counts; 0 leaves it out. One finite value ≥ 0 for each row, all 1 by default.
    pub fn frequency_weights(self, weights: &'a [f64]) -> Ordinal<'a> {
        Ordinal { frequency_weights: Some(weights) }
    }

    /// Fits by maximum likelihood, with Newton's steps, halved while the likelihood falls.
    ///
    /// # Shapes
    /// `levels` has one value for each row, counted from 0, with at least one row at every level up to the highest. The
    /// design has no intercept: the thresholds are its intercepts.
    ///
    /// # Units
    /// Thresholds and coefficients are log-odds, the latter per unit of their column.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::OneClass`], [`Error::Refused`] for an intercept or a level
    /// without a row, [`Error::TooFewRows`], [`Error::Collinear`], which a constant column is with the thresholds,
    /// [`Error::NotConverged`], which separation leads to; [`Error::NotFinite`] and [`Error::OutOfRange`] for a weight.
    ///
    /// # Source
    /// McCullagh (1980). Checked against R `MASS::polr` and `ordinal::clm`, see `tests/golden/ordinal.json`.
    ///
    /// # Example
    /// At the lower of two levels are 3 of 4 where x is 0, and 1 of 4 where it is 1: a logit turned around.
    /// ```
    /// use dearly_stats::{Design, Ordinal};
    ///
    /// let design = Design::new(vec![("x".to_owned(), vec![0.0, 0.0, 1.0, 1.0])])?;
    /// let fitted = Ordinal::default().frequency_weights(&[3.0, 1.0, 1.0, 3.0]).fit(&design, &[0, 1, 0, 1])?;
    /// assert!((fitted.thresholds[0] - 3f64.ln()).abs() < 1e-9);
    /// assert!((fitted.coefficients[0] - 9f64.ln()).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(&self, design: &Design, levels: &[usize]) -> Result<FittedOrdinal, Error> {
        let n_at_level = self.check(design, levels)?;
        let model = Cumulative::new(design, levels, n_at_level.len(), self.frequency_weights, &[]);
        let n: f64 = n_at_level.iter().sum();
        let mut start = vec![0.0; model.parameters()];
        let mut below = 0.0;
        for (threshold, at) in start.iter_mut().zip(&n_at_level[..n_at_level.len() - 1]) {
            below += at;
            *threshold = Family::Logit.link(below / n);
        }
        let end = model.solve(&start)?;
        let null_log_likelihood = n_at_level.iter().map(|at| at * (at / n).ln()).sum();
        let factor = Cholesky::new(&end.information).map_err(|column| model.collinear(column))?;
        let cut = n_at_level.len() - 1;
        Ok(FittedOrdinal {
            names: design.names().to_vec(),
            thresholds: end.parameters[..cut].to_vec(),
            coefficients: end.parameters[cut..].to_vec(),
            covariance: factor.inverse(),
            log_likelihood: end.log_likelihood,
            null_log_likelihood,
            n_at_level,
            iterations: end.iterations,
        })
    }

    /// The likelihood-ratio test of proportional odds: against a model in which each of the given columns has a
    /// coefficient of its own at every threshold. A small p-value says that one coefficient for all thresholds is too
    /// few, as when one score drives downsell and another expansion.
    ///
    /// # Shapes
    /// As [`Ordinal::fit`]; `columns` count from 0, all of them for the test of the whole model.
    ///
    /// # Units
    /// χ² with a degree for each column and each threshold but one; the p-value in [0, 1].
    ///
    /// # Errors
    /// Those of [`Ordinal::fit`]; [`Error::Empty`] for no column; [`Error::OutOfRange`] for one the model has not;
    /// [`Error::Refused`] with two levels, where there is nothing to be proportional; [`Error::NotConverged`] where
    /// the larger model has no maximum.
    ///
    /// # Source
    /// Peterson and Harrell (1990) for the models compared. Checked against the likelihoods of R `ordinal::clm` with
    /// and without `nominal` columns, see `tests/golden/ordinal.json`.
    ///
    /// # Example
    /// Odds of being at most at each level are 1/3 and 3 where x is 0, and 1/9 and 1 where it is 1: proportional to
    /// the point.
    /// ```
    /// use dearly_stats::{Design, Ordinal};
    ///
    /// let design = Design::new(vec![("x".to_owned(), vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0])])?;
    /// let (levels, times) = ([0, 1, 2, 0, 1, 2], [1.0, 2.0, 1.0, 1.0, 4.0, 5.0]);
    /// let ordinal = Ordinal::default().frequency_weights(&times);
    /// let fitted = ordinal.fit(&design, &levels)?;
    /// assert!((fitted.coefficients[0] - 3f64.ln()).abs() < 1e-8);
    /// let test = ordinal.proportional_odds_test(&design, &levels, &fitted, &[0])?;
    /// assert!(test.statistic < 1e-8 && test.degrees == 1.0);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn proportional_odds_test(
        &self,
        design: &Design,
        levels: &[usize],
        fitted: &FittedOrdinal,
        columns: &[usize],
    ) -> Result<TestResult, Error> {
        let n_at_level = self.check(design, levels)?;
        let cut = n_at_level.len() - 1;
        if cut < 2 {
            return Err(Error::Refused(
                "with two levels there is one threshold and nothing to compare".to_owned(),
            ));
        }
        if columns.is_empty() {
            return Err(Error::Empty { what: "a test of proportional odds", needed: 1 });
        }
        if let Some(&column) = columns.iter().find(|&&column| column >= design.columns()) {
            return Err(Error::OutOfRange {
                what: "the column".to_owned(),
                value: column as f64,
                expected: "a column of the model, counted from 0",
            });
        }
        same_length("the coefficients", design.columns(), fitted.coefficients.len())?;
        let model = Cumulative::new(design, levels, cut + 1, self.frequency_weights, columns);
        let start = model.start_from(&fitted.thresholds, &fitted.coefficients);
        let end = model.solve(&start)?;
        let degrees = (model.parameters() - cut - design.columns()) as f64;
        let statistic = (2.0 * (end.log_likelihood - fitted.log_likelihood)).max(0.0);
        Ok(TestResult {
            statistic,
            degrees,
            denominator_degrees: None,
            p_value: chi_squared_upper(statistic, degrees),
        })
    }

    /// Refuses what cannot be fitted; else the observations at each level.
    fn check(&self, design: &Design, levels: &[usize]) -> Result<Vec<f64>, Error> {
        let rows = design.rows();
        if rows == 0 || design.columns() == 0 {
            return Err(Error::Empty { what: "an ordinal regression", needed: 3 });
        }
        same_length("the level", rows, levels.len())?;
        if design.intercept().is_some() {
            return Err(Error::Refused(
                "an ordinal regression has its thresholds for intercepts: leave the intercept out".to_owned(),
            ));
        }
        if let Some(weights) = self.frequency_weights {
            valid_weights(rows, weights)?;
        }
        let highest = levels.iter().copied().max().unwrap_or(0);
        if highest >= rows {
            return Err(Error::Refused(format!(
                "level {highest} is more than {rows} rows can have: number them from 0"
            )));
        }
        let mut at = vec![0.0; highest + 1];
        let mut used = 0;
        for (row, &level) in levels.iter().enumerate() {
            let weight = self.frequency_weights.map_or(1.0, |weights| weights[row]);
            at[level] += weight;
            used += usize::from(weight > 0.0);
        }
        if at.iter().filter(|&&n| n > 0.0).count() < 2 {
            return Err(Error::OneClass { n: used, value: highest as f64 });
        }
        if let Some(level) = at.iter().position(|&n| n == 0.0) {
            return Err(Error::Refused(format!(
                "no row is at level {level}: number the levels without a gap, from 0"
            )));
        }
        let parameters = highest + design.columns();
        if used <= parameters {
            return Err(Error::TooFewRows { rows: used, parameters });
        }
        Ok(at)
    }
}

impl FittedOrdinal {
    /// The standard errors of the coefficients, one for each column, by the observed information: for independent rows.
    ///
    /// # Example
    /// Of two levels the odds ratio of 3 : 1 against 1 : 3 has the variance 1/3 + 1/1 + 1/1 + 1/3 on the log scale.
    /// ```
    /// use dearly_stats::{Design, Ordinal};
    ///
    /// let design = Design::new(vec![("x".to_owned(), vec![0.0, 0.0, 1.0, 1.0])])?;
    /// let fitted = Ordinal::default().frequency_weights(&[3.0, 1.0, 1.0, 3.0]).fit(&design, &[0, 1, 0, 1])?;
    /// assert!((fitted.standard_errors()[0].powi(2) - 8.0 / 3.0).abs() < 1e-8);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn standard_errors(&self) -> Vec<f64> {
        self.covariance.diagonal()[self.thresholds.len()..].iter().map(|value| value.sqrt()).collect()
    }

    /// The standard errors of the thresholds, one fewer than levels, as [`FittedOrdinal::standard_errors`].
    pub fn threshold_standard_errors(&self) -> Vec<f64> {
        self.covariance.diagonal()[..self.thresholds.len()].iter().map(|value| value.sqrt()).collect()
    }

    /// The likelihood-ratio test of the model against one without columns: 2 (ℓ − ℓ₀), χ² with a degree for each
    /// column. For independent rows.
    ///
    /// # Source
    /// Wilks (1938).
    ///
    /// # Example
    /// x says nothing where half are at either level with it and without.
    /// ```
    /// use dearly_stats::{Design, Ordinal};
    ///
    /// let design = Design::new(vec![("x".to_owned(), vec![0.0, 0.0, 1.0, 1.0])])?;
    /// let test = Ordinal::default().fit(&design, &[0, 1, 0, 1])?.likelihood_ratio_test();
    /// assert!(test.statistic < 1e-9 && test.degrees == 1.0);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn likelihood_ratio_test(&self) -> TestResult {
        let degrees = self.coefficients.len() as f64;
        let statistic = (2.0 * (self.log_likelihood - self.null_log_likelihood)).max(0.0);
        TestResult {
            statistic,
            degrees,
            denominator_degrees: None,
            p_value: chi_squared_upper(statistic, degrees),
        }
    }

    /// The probability of each level, one row for each row of the design.
    ///
    /// # Shapes
    /// The columns of the fit; n rows by as many columns as levels.
    ///
    /// # Units
    /// Probabilities, in [0, 1]; those of a row sum to 1.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model.
    ///
    /// # Source
    /// As [`Ordinal::fit`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, Ordinal};
    ///
    /// // Of four rows without x one is at level 0, two at 1, one at 2; with it one, four and five of ten.
    /// let design = Design::new(vec![("x".to_owned(), vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0])])?;
    /// let times = [1.0, 2.0, 1.0, 1.0, 4.0, 5.0];
    /// let fitted = Ordinal::default().frequency_weights(&times).fit(&design, &[0, 1, 2, 0, 1, 2])?;
    /// let probabilities = fitted.predict(&design)?;
    /// for (found, expected) in probabilities.row(5).iter().zip([0.1, 0.4, 0.5]) {
    ///     assert!((found - expected).abs() < 1e-9);
    /// }
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn predict(&self, design: &Design) -> Result<Matrix, Error> {
        crate::glm::same_columns(design, &self.names)?;
        let levels = self.thresholds.len() + 1;
        let mut probabilities = Matrix::zeros(design.rows(), levels);
        for (row, predictor) in design.linear_predictor(&self.coefficients).into_iter().enumerate() {
            for level in 0..levels {
                let upper = self.thresholds.get(level).map_or(f64::INFINITY, |theta| theta - predictor);
                let lower =
                    if level == 0 { f64::NEG_INFINITY } else { self.thresholds[level - 1] - predictor };
                probabilities[(row, level)] = cumulative::between(lower, upper);
            }
        }
        Ok(probabilities)
    }
}
