use crate::distribution::{
    chi_squared_upper, f_upper, normal_quantile, normal_two_sided, t_quantile, t_two_sided,
};
use crate::error::{same_length, valid_level};
use crate::matrix::dot;
use crate::{Cholesky, Clusters, Design, Error, FittedGlm, Interval, Matrix, TestResult};

/// Which errors by cluster: the corrections of a sum over few clusters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClusterErrors {
    /// Without a correction.
    Cr0,
    /// Times G/(G − 1): Stata's for logit, R `sandwich`'s default.
    Cr1,
    /// Times G/(G − 1) · (n − 1)/(n − p): statsmodels'.
    Cr1s,
    /// The linearised jackknife over clusters; its intervals use t with G − 1 degrees. The one to report.
    Cv3,
}

impl ClusterErrors {
    /// The covariance by so many clusters and rows, from the jackknife over them or from H⁻¹ (Σ s_g s_g′) H⁻¹.
    pub(crate) fn covariance(
        self,
        n_clusters: usize,
        rows: f64,
        jackknife: impl FnOnce() -> Result<Matrix, Error>,
        sandwich: impl FnOnce() -> Result<Matrix, Error>,
    ) -> Result<Covariance, Error> {
        let plain = n_clusters as f64 / (n_clusters as f64 - 1.0);
        let of = |matrix, kind, degrees| Covariance { matrix, kind, degrees, n_clusters: Some(n_clusters) };
        if self == ClusterErrors::Cv3 {
            return Ok(of(jackknife()?, CovarianceKind::Cv3, Some(n_clusters as f64 - 1.0)));
        }
        let mut sandwich = sandwich()?;
        let (kind, factor) = match self {
            ClusterErrors::Cr1 => (CovarianceKind::Cr1, plain),
            ClusterErrors::Cr1s => {
                (CovarianceKind::Cr1s, plain * (rows - 1.0) / (rows - sandwich.rows as f64))
            }
            ClusterErrors::Cr0 | ClusterErrors::Cv3 => (CovarianceKind::Cr0, 1.0),
        };
        sandwich.values.iter_mut().for_each(|value| *value *= factor);
        Ok(of(sandwich, kind, None))
    }
}

/// How a covariance was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CovarianceKind {
    /// From the model: right if it holds and rows are independent.
    Model,
    /// By cluster, [`ClusterErrors::Cr0`].
    Cr0,
    /// By cluster, [`ClusterErrors::Cr1`].
    Cr1,
    /// By cluster, [`ClusterErrors::Cr1s`].
    Cr1s,
    /// By cluster, [`ClusterErrors::Cv3`].
    Cv3,
    /// By two ways of clustering.
    TwoWay,
}

impl CovarianceKind {
    /// The name for tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            CovarianceKind::Model => "model",
            CovarianceKind::Cr0 => "cr0",
            CovarianceKind::Cr1 => "cr1",
            CovarianceKind::Cr1s => "cr1s",
            CovarianceKind::Cv3 => "cv3",
            CovarianceKind::TwoWay => "two_way",
        }
    }
}

/// The covariance of coefficients, with what its intervals need to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// One row and column for each coefficient.
    pub matrix: Matrix,
    /// How it was made.
    pub kind: CovarianceKind,
    /// Degrees of freedom of Student's t for intervals; `None` where they are normal.
    pub degrees: Option<f64>,
    /// Clusters it was summed over; the fewer of two ways.
    pub n_clusters: Option<usize>,
}

impl FittedGlm {
    /// The model's covariance: t with n − p degrees where a dispersion was estimated, else normal. Right if the model
    /// holds and rows are independent.
    ///
    /// # Source
    /// McCullagh and Nelder, *Generalized Linear Models* (1989). Checked as [`crate::Glm::fit`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// // A mean of 3 whose four values have the variance 14/3: that of the mean is a quarter of it, with t(3).
    /// let design = Design::with_intercept(4, vec![])?;
    /// let covariance = Glm::new(Family::Gaussian).fit(&design, &[1.0, 2.0, 3.0, 6.0])?.model_covariance();
    /// assert!((covariance.matrix[(0, 0)] - 14.0 / 12.0).abs() < 1e-12);
    /// assert_eq!(covariance.degrees, Some(3.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn model_covariance(&self) -> Covariance {
        let degrees = self.family.has_dispersion().then_some(self.n - self.coefficients.len() as f64);
        Covariance { matrix: self.covariance.clone(), kind: CovarianceKind::Model, degrees, n_clusters: None }
    }

    /// The covariance of the coefficients when the rows of a cluster depend on each other in any way.
    ///
    /// CR0 is H⁻¹ (Σ s_g s_g′) H⁻¹ with H = X′WX and s_g the sum of the scores of cluster g. CV3 is
    /// (G − 1)/G Σ δ_g δ_g′ with δ_g = −(H − H_g)⁻¹ s_g, one Newton step towards the fit without the cluster.
    /// Rows of weight 0 belong to no cluster.
    ///
    /// # Shapes
    /// `design` is the one of the fit, with its rows in the same order; `clusters` has one cluster for each of them.
    /// p × p for p columns.
    ///
    /// # Units
    /// Those of the coefficients, squared.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Refused`] for a design with other columns than the fit's;
    /// [`Error::TooFewClusters`] under 2; for [`ClusterErrors::Cv3`] [`Error::ToldByOneCluster`] when a coefficient
    /// has no value without one of the clusters, as that of a column that varies inside this one only.
    ///
    /// # Source
    /// Liang and Zeger (1986); MacKinnon, Nielsen and Webb (2023, 2024) for CV3. Checked against statsmodels, R
    /// `sandwich::vcovCL` and a direct jackknife, see `tests/golden/regression_*.json`.
    ///
    /// # Example
    /// With each row a cluster of its own, CV3 of a mean is the textbook's s²/n.
    /// ```
    /// use dearly_stats::{ClusterErrors, Clusters, Design, Family, Glm};
    ///
    /// let design = Design::with_intercept(4, vec![])?;
    /// let fitted = Glm::new(Family::Gaussian).fit(&design, &[1.0, 2.0, 3.0, 6.0])?;
    /// let cv3 = fitted.cluster_covariance(&design, &Clusters::singletons(4), ClusterErrors::Cv3)?;
    /// assert!((cv3.matrix[(0, 0)] - 14.0 / 3.0 / 4.0).abs() < 1e-12);
    /// assert_eq!(cv3.degrees, Some(3.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn cluster_covariance(
        &self,
        design: &Design,
        clusters: &Clusters,
        errors: ClusterErrors,
    ) -> Result<Covariance, Error> {
        self.same_rows(design, clusters)?;
        let that_count = self.counts.iter().enumerate().filter(|&(_, &weighs)| weighs);
        let n_clusters = clusters.among(that_count.map(|(row, _)| row))?;
        errors.covariance(
            n_clusters,
            self.n,
            || self.jackknife(design, clusters, n_clusters as f64),
            || self.bread_and_meat(design, clusters),
        )
    }

    /// The covariance when rows depend on each other along two ways, as renewals do by account and by customer-success
    /// manager: V₁ + V₂ − V₁₂, each CR1; negative eigenvalues, which the difference can have, are set to 0. Intervals
    /// use t with one degree less than the fewer clusters.
    ///
    /// # Shapes
    /// As [`FittedGlm::cluster_covariance`].
    ///
    /// # Units
    /// As [`FittedGlm::cluster_covariance`].
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Refused`] for a design with other columns than the fit's;
    /// [`Error::TooFewClusters`] under 2 in either way.
    ///
    /// # Source
    /// Cameron, Gelbach and Miller (2011). Checked against R `sandwich::vcovCL` with two clusters, see
    /// `tests/golden/regression_r.json`.
    ///
    /// # Example
    /// Residuals −2, −1, 0 and 3 in a table of two rows and two columns: sums of rows ∓3, of columns ∓2, of cells
    /// themselves.
    /// ```
    /// use dearly_stats::{Clusters, Design, Family, Glm};
    ///
    /// let design = Design::with_intercept(4, vec![])?;
    /// let fitted = Glm::new(Family::Gaussian).fit(&design, &[1.0, 2.0, 3.0, 6.0])?;
    /// let (accounts, managers) = (Clusters::from_labels(&[0, 0, 1, 1]), Clusters::from_labels(&[0, 1, 0, 1]));
    /// let covariance = fitted.two_way_covariance(&design, &accounts, &managers)?;
    /// let expected = (2.0 * 18.0 + 2.0 * 8.0 - 4.0 / 3.0 * 14.0) / 16.0;
    /// assert!((covariance.matrix[(0, 0)] - expected).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn two_way_covariance(
        &self,
        design: &Design,
        first: &Clusters,
        second: &Clusters,
    ) -> Result<Covariance, Error> {
        let one = self.cluster_covariance(design, first, ClusterErrors::Cr1)?;
        let other = self.cluster_covariance(design, second, ClusterErrors::Cr1)?;
        let both = self.cluster_covariance(design, &first.crossed(second), ClusterErrors::Cr1)?;
        Ok(Covariance::two_way(one, &other, &both))
    }

    fn same_rows(&self, design: &Design, clusters: &Clusters) -> Result<(), Error> {
        same_length("the fitted design", design.rows(), self.score_residuals.len())?;
        if design.columns() != self.coefficients.len() {
            return Err(Error::Refused(format!(
                "the design has {} columns and the model {}: give the design of the fit",
                design.columns(),
                self.coefficients.len()
            )));
        }
        same_length("the cluster", design.rows(), clusters.rows())
    }

    /// H⁻¹ (Σ s_g s_g′) H⁻¹.
    fn bread_and_meat(&self, design: &Design, clusters: &Clusters) -> Result<Matrix, Error> {
        let p = design.columns();
        let mut sums = vec![0.0; clusters.count() * p];
        for (row, &score) in self.score_residuals.iter().enumerate() {
            let at = clusters.of(row) * p;
            for (sum, value) in sums[at..at + p].iter_mut().zip(design.row(row)) {
                *sum += score * value;
            }
        }
        let mut meat = Matrix::zeros(p, p);
        for sum in sums.chunks_exact(p) {
            meat.add_outer_lower(sum, 1.0);
        }
        meat.mirror_lower();
        let bread = Cholesky::named(&self.information, &self.names)?.inverse();
        Ok(bread.times(&meat).times(&bread))
    }

    /// (G − 1)/G Σ δ_g δ_g′, the linearised jackknife.
    fn jackknife(&self, design: &Design, clusters: &Clusters, count: f64) -> Result<Matrix, Error> {
        let p = design.columns();
        let whole = Cholesky::named(&self.information, &self.names)?;
        let (begins, rows) = clusters.sorted();
        let mut sum = Matrix::zeros(p, p);
        let (mut score, mut rest) = (vec![0.0; p], Matrix::zeros(p, p));
        for (cluster, bounds) in begins.windows(2).enumerate() {
            let members = &rows[bounds[0]..bounds[1]];
            if !members.iter().any(|&row| self.counts[row as usize]) {
                continue;
            }
            let moved = if let &[row] = members {
                // One row takes a matrix of rank one away, whose inverse is known (Sherman and Morrison).
                let row = row as usize;
                let mut moved = whole.solve(design.row(row));
                let left = 1.0 - self.working_weights[row] * dot(&moved, design.row(row));
                if left < 1e-10 {
                    let weight = self.working_weights[row];
                    let lost = design.row(row).iter().enumerate().position(|(at, value)| {
                        self.information[(at, at)] - weight * value * value
                            <= 1e-10 * self.information[(at, at)]
                    });
                    return Err(self.told_by_one(cluster, lost));
                }
                moved.iter_mut().for_each(|value| *value *= self.score_residuals[row] / left);
                moved
            } else {
                score.fill(0.0);
                rest.values.copy_from_slice(&self.information.values);
                for &row in members {
                    let row = row as usize;
                    for (sum, value) in score.iter_mut().zip(design.row(row)) {
                        *sum += self.score_residuals[row] * value;
                    }
                    rest.add_outer_lower(design.row(row), -self.working_weights[row]);
                }
                self.refuse_if_told(&rest, cluster)?;
                Cholesky::new(&rest).map_err(|column| self.told_by_one(cluster, Some(column)))?.solve(&score)
            };
            sum.add_outer_lower(&moved, 1.0);
        }
        sum.mirror_lower();
        sum.values.iter_mut().for_each(|value| *value *= (count - 1.0) / count);
        Ok(sum)
    }

    /// What is left of a column after a cluster was taken away must be more than rounding.
    fn refuse_if_told(&self, rest: &Matrix, cluster: usize) -> Result<(), Error> {
        let lost = (0..rest.rows).find(|&at| rest[(at, at)] <= 1e-10 * self.information[(at, at)]);
        lost.map_or(Ok(()), |column| Err(self.told_by_one(cluster, Some(column))))
    }

    fn told_by_one(&self, cluster: usize, column: Option<usize>) -> Error {
        Error::ToldByOneCluster { column: column.map(|column| self.names[column].clone()), cluster }
    }
}

impl Covariance {
    /// V₁ + V₂ − V₁₂ without negative eigenvalues; t with one degree less than the fewer clusters.
    pub(crate) fn two_way(one: Covariance, other: &Covariance, both: &Covariance) -> Covariance {
        let fewer = one.n_clusters.min(other.n_clusters);
        let mut matrix = one.matrix;
        for (value, (add, take)) in
            matrix.values.iter_mut().zip(other.matrix.values.iter().zip(&both.matrix.values))
        {
            *value += add - take;
        }
        Covariance {
            matrix: without_negative(&matrix),
            kind: CovarianceKind::TwoWay,
            degrees: fewer.map(|count| count as f64 - 1.0),
            n_clusters: fewer,
        }
    }

    /// The standard error of each coefficient, the root of the diagonal; 0 where rounding put that below 0.
    pub fn standard_errors(&self) -> Vec<f64> {
        self.matrix.diagonal().into_iter().map(|value| value.max(0.0).sqrt()).collect()
    }

    /// The interval of each coefficient, b ± c · its standard error, with c of Student's t with
    /// [`Covariance::degrees`] or of the normal distribution.
    ///
    /// # Shapes
    /// One coefficient, and one interval, for each row of the matrix.
    ///
    /// # Units
    /// Those of the coefficients; `level` in (0, 1).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level, [`Error::LengthMismatch`].
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 3.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Covariance, CovarianceKind, Matrix};
    ///
    /// let matrix = Matrix { rows: 1, columns: 1, values: vec![4.0] };
    /// let covariance = Covariance { matrix, kind: CovarianceKind::Model, degrees: None, n_clusters: None };
    /// // 5 ± 1.96 · 2.
    /// let interval = covariance.intervals(&[5.0], 0.95)?[0];
    /// assert!((interval.low - 1.08).abs() < 1e-4 && (interval.high - 8.92).abs() < 1e-4);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn intervals(&self, coefficients: &[f64], level: f64) -> Result<Vec<Interval>, Error> {
        valid_level(level)?;
        same_length("the coefficients", self.matrix.rows, coefficients.len())?;
        let reach = self.critical(level);
        let errors = self.standard_errors();
        let around = |(&coefficient, error): (&f64, f64)| Interval {
            low: coefficient - reach * error,
            high: coefficient + reach * error,
            level,
        };
        Ok(coefficients.iter().zip(errors).map(around).collect())
    }

    /// The two-sided p-value of each coefficient being 0, by Wald's test: Student's t with [`Covariance::degrees`],
    /// else normal.
    ///
    /// # Shapes
    /// One coefficient, and one p-value, for each row of the matrix.
    ///
    /// # Units
    /// In [0, 1]. With a standard error of 0 it is 0, and NaN for a coefficient of 0.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 3.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Covariance, CovarianceKind, Matrix};
    ///
    /// let matrix = Matrix { rows: 1, columns: 1, values: vec![4.0] };
    /// let covariance = Covariance { matrix, kind: CovarianceKind::Model, degrees: None, n_clusters: None };
    /// assert!((covariance.p_values(&[3.92])?[0] - 0.05).abs() < 1e-4);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn p_values(&self, coefficients: &[f64]) -> Result<Vec<f64>, Error> {
        same_length("the coefficients", self.matrix.rows, coefficients.len())?;
        let p_value = |(&coefficient, error): (&f64, f64)| self.two_sided(coefficient / error);
        Ok(coefficients.iter().zip(self.standard_errors()).map(p_value).collect())
    }

    /// How many standard errors an interval reaches to each side.
    pub(crate) fn critical(&self, level: f64) -> f64 {
        let tail = 0.5 + level / 2.0;
        self.degrees.map_or_else(|| normal_quantile(tail), |degrees| t_quantile(tail, degrees))
    }

    /// The p-value of an estimate so many standard errors from 0.
    pub(crate) fn two_sided(&self, ratio: f64) -> f64 {
        self.degrees.map_or_else(|| normal_two_sided(ratio), |degrees| t_two_sided(ratio, degrees))
    }

    /// Wald's test that the coefficients of some columns are all 0: F with q and G − 1 degrees for errors by cluster,
    /// F with q and n − p for a model with dispersion, χ² with q for a model without.
    ///
    /// # Shapes
    /// One coefficient for each row of the matrix; `columns` count from 0, each once.
    ///
    /// # Units
    /// χ², or F where there are degrees below; the p-value in [0, 1].
    ///
    /// # Errors
    /// [`Error::Empty`] for no column, [`Error::OutOfRange`] for one the model has not, [`Error::LengthMismatch`],
    /// [`Error::Refused`] when the covariance of these columns is singular, as with too few clusters for so many
    /// columns.
    ///
    /// # Source
    /// Cameron and Miller (2015) for F with G − 1. Checked against R, see `tests/golden/regression_r.json`.
    ///
    /// # Example
    /// Two independent estimates, one and two standard errors from 0: χ² is 1 + 4.
    /// ```
    /// use dearly_stats::{Covariance, CovarianceKind, Matrix};
    ///
    /// let matrix = Matrix { rows: 2, columns: 2, values: vec![9.0, 0.0, 0.0, 1.0] };
    /// let covariance = Covariance { matrix, kind: CovarianceKind::Model, degrees: None, n_clusters: None };
    /// let test = covariance.wald_test(&[3.0, -2.0], &[0, 1])?;
    /// assert!((test.statistic - 5.0).abs() < 1e-12 && (test.p_value - (-2.5f64).exp()).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn wald_test(&self, coefficients: &[f64], columns: &[usize]) -> Result<TestResult, Error> {
        same_length("the coefficients", self.matrix.rows, coefficients.len())?;
        if columns.is_empty() {
            return Err(Error::Empty { what: "a joint test", needed: 1 });
        }
        if let Some(&column) = columns.iter().find(|&&column| column >= coefficients.len()) {
            return Err(Error::OutOfRange {
                what: "the column".to_owned(),
                value: column as f64,
                expected: "a column of the model, counted from 0",
            });
        }
        let chosen: Vec<f64> = columns.iter().map(|&column| coefficients[column]).collect();
        let factor = Cholesky::new(&self.matrix.chosen(columns)).map_err(|_| {
            Error::Refused(format!(
                "{} coefficients cannot be tested together on {} clusters: take fewer columns or more clusters",
                columns.len(),
                self.n_clusters.unwrap_or_default()
            ))
        })?;
        let (whole, q) = (dot(&factor.solve(&chosen), &chosen), columns.len() as f64);
        let denominator = match self.n_clusters {
            Some(count) => Some(count as f64 - 1.0),
            None => self.degrees,
        };
        Ok(match denominator {
            Some(denominator) => TestResult {
                statistic: whole / q,
                degrees: q,
                denominator_degrees: Some(denominator),
                p_value: f_upper(whole / q, q, denominator),
            },
            None => TestResult {
                statistic: whole,
                degrees: q,
                denominator_degrees: None,
                p_value: chi_squared_upper(whole, q),
            },
        })
    }
}

/// The nearest matrix without negative eigenvalues.
fn without_negative(matrix: &Matrix) -> Matrix {
    let (values, vectors) = matrix.symmetric_eigen();
    if values.iter().all(|&value| value >= 0.0) {
        return matrix.clone();
    }
    let mut rebuilt = Matrix::zeros(matrix.rows, matrix.columns);
    for (index, &value) in values.iter().enumerate().filter(|&(_, &value)| value > 0.0) {
        let vector: Vec<f64> = (0..matrix.rows).map(|row| vectors[(row, index)]).collect();
        rebuilt.add_outer_lower(&vector, value);
    }
    rebuilt.mirror_lower();
    rebuilt
}
