use crate::error::valid_level;
use crate::{Cholesky, Covariance, Design, Error, Estimate, Interval, Matrix, TestResult};

/// How far the columns say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Collinearity {
    /// The variance inflation factor of each column except the intercept: 1/(1 − R²) of it on the others.
    pub variance_inflation: Vec<(String, f64)>,
    /// Belsley's: the largest over the smallest singular value of the columns at unit length, intercept included.
    pub condition_number: f64,
}

/// Columns tested and summed together, where they cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointEffect {
    /// Wald's test that all are 0.
    pub test: TestResult,
    /// The sum of their coefficients: what happens when all rise by one.
    pub sum: Estimate,
    /// The two-sided p-value of the sum being 0.
    pub p_value: f64,
}

impl Collinearity {
    /// Above this variance inflation a column cannot be told from the others.
    pub const INFLATED: f64 = 5.0;
    /// Above this condition number some columns cannot be told apart.
    pub const ILL_CONDITIONED: f64 = 30.0;

    /// Whether some columns cannot be told apart, so that the joint test and the sum of effects are to be shown instead
    /// of a ranking: a condition number above [`Collinearity::ILL_CONDITIONED`], or any column that is
    /// [`Collinearity::inflated`].
    pub fn is_serious(&self) -> bool {
        self.condition_number > Self::ILL_CONDITIONED || !self.inflated().is_empty()
    }

    /// The names of the columns whose variance inflation is above [`Collinearity::INFLATED`], in the order of the
    /// design.
    pub fn inflated(&self) -> Vec<&str> {
        let above = self.variance_inflation.iter().filter(|(_, factor)| *factor > Self::INFLATED);
        above.map(|(name, _)| name.as_str()).collect()
    }
}

impl Design {
    /// Variance inflation factors and the condition number of the columns.
    ///
    /// 1/(1 − R²) of each column on the others, about their means whether or not there is an intercept; and the largest
    /// over the smallest singular value of the columns at unit length, not centred.
    ///
    /// # Shapes
    /// More rows than columns. One factor for each column except the intercept, in their order.
    ///
    /// # Units
    /// Both are ratios of 1 or more, whatever the units of the columns.
    ///
    /// # Errors
    /// [`Error::TooFewRows`] unless rows outnumber columns; [`Error::ConstantColumn`]; [`Error::Collinear`] for a
    /// column that is a combination of those before it.
    ///
    /// # Source
    /// Belsley, Kuh and Welsch (1980). Checked against statsmodels `variance_inflation_factor` and numpy's singular
    /// values, see `tests/golden/dominance.json`.
    ///
    /// # Example
    /// Two columns with a correlation of ½: 1/(1 − ¼).
    /// ```
    /// let columns = vec![("a".to_owned(), vec![-1.0, 0.0, 1.0]), ("b".to_owned(), vec![0.0, -1.0, 1.0])];
    /// let found = dearly_stats::Design::new(columns)?.collinearity()?;
    /// assert!((found.variance_inflation[0].1 - 4.0 / 3.0).abs() < 1e-12);
    /// assert!(!found.is_serious());
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn collinearity(&self) -> Result<Collinearity, Error> {
        let (rows, p) = (self.rows(), self.columns());
        if rows <= p {
            return Err(Error::TooFewRows { rows, parameters: p });
        }
        let columns: Vec<usize> = (0..p).filter(|&column| Some(column) != self.intercept()).collect();
        let mut means = vec![0.0; p];
        let mut lengths = vec![0.0; p];
        for row in 0..rows {
            for ((mean, length), value) in means.iter_mut().zip(&mut lengths).zip(self.row(row)) {
                *mean += value / rows as f64;
                *length += value * value;
            }
        }
        let (mut centred, mut unit) = (Matrix::zeros(columns.len(), columns.len()), Matrix::zeros(p, p));
        let (mut around, mut scaled) = (vec![0.0; columns.len()], vec![0.0; p]);
        for row in 0..rows {
            let values = self.row(row);
            for (around, &column) in around.iter_mut().zip(&columns) {
                *around = values[column] - means[column];
            }
            for ((scaled, value), length) in scaled.iter_mut().zip(values).zip(&lengths) {
                *scaled = value / length.sqrt();
            }
            centred.add_outer_lower(&around, 1.0);
            unit.add_outer_lower(&scaled, 1.0);
        }
        for (at, &column) in columns.iter().enumerate() {
            if centred[(at, at)] <= 1e-24 * lengths[column] {
                return Err(Error::ConstantColumn { column: self.names()[column].clone() });
            }
        }
        let names: Vec<String> = columns.iter().map(|&column| self.names()[column].clone()).collect();
        let inverse = Cholesky::named(&centred, &names)?.inverse();
        let factors = (0..names.len()).map(|at| inverse[(at, at)] * centred[(at, at)]);
        unit.mirror_lower();
        let (values, _) = unit.symmetric_eigen();
        let condition_number = (values[p - 1] / values[0].max(f64::MIN_POSITIVE)).sqrt();
        Ok(Collinearity {
            variance_inflation: names.iter().cloned().zip(factors).collect(),
            condition_number,
        })
    }
}

impl Covariance {
    /// The joint test and the summed effect of columns that cannot be told apart.
    ///
    /// The variance of the sum is the sum over the columns' block of the covariance: where two trade off, their
    /// negative covariance makes the sum surer than either.
    ///
    /// # Shapes
    /// One coefficient for each row of the covariance; `columns` are places in it, counted from 0, each once.
    ///
    /// # Units
    /// The sum is on the scale of the linear predictor; `level` in (0, 1).
    ///
    /// # Errors
    /// Those of [`Covariance::wald_test`]; [`Error::OutOfRange`] for the level.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 3.
    ///
    /// # Example
    /// Variances of 5 and a covariance of −3: the sum has a variance of 5 + 5 − 6.
    /// ```
    /// use dearly_stats::{Covariance, CovarianceKind, Matrix};
    ///
    /// let matrix = Matrix { rows: 2, columns: 2, values: vec![5.0, -3.0, -3.0, 5.0] };
    /// let covariance = Covariance { matrix, kind: CovarianceKind::Model, degrees: None, n_clusters: None };
    /// let found = covariance.joint_effect(&[1.0, 3.0], &[0, 1], 0.95)?;
    /// assert_eq!((found.sum.estimate, found.sum.standard_error), (4.0, 2.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn joint_effect(
        &self,
        coefficients: &[f64],
        columns: &[usize],
        level: f64,
    ) -> Result<JointEffect, Error> {
        valid_level(level)?;
        let test = self.wald_test(coefficients, columns)?;
        let sum: f64 = columns.iter().map(|&column| coefficients[column]).sum();
        let chosen = self.matrix.chosen(columns);
        let standard_error = chosen.values.iter().sum::<f64>().max(0.0).sqrt();
        let reach = self.critical(level) * standard_error;
        let interval = Interval { low: sum - reach, high: sum + reach, level };
        let p_value = self.two_sided(sum / standard_error);
        Ok(JointEffect { test, sum: Estimate { estimate: sum, standard_error, interval }, p_value })
    }
}
