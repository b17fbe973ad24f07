use crate::error::{all_finite, same_length};
use crate::{Clusters, Design, Error, Matrix};

use super::super::YearShock;
use super::Sums;

/// What is up for renewal, and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The amount of each row at the start.
    pub amounts: &'a [f64],
    /// The logit of renewal.
    pub renewal: &'a Predictor,
    /// What the new year may add to the logit of renewal. Then leave the intercept out of the uncertainty of `renewal`
    /// ([`Uncertainty::of_slopes`]): the year takes its place.
    pub year_shock: Option<&'a YearShock>,
    /// The logit of paying less, given renewal, and the share lost then.
    pub contraction: Option<(&'a Predictor, &'a Severity)>,
    /// The logit of paying more, given renewal without contraction, and the share gained then.
    pub expansion: Option<(&'a Predictor, &'a Severity)>,
    /// The amount that a row already came to, 0 for churn; `None` for what is still open. A row decided is the same
    /// in every draw, and the draws of the others stay what they were, so that a plan and its update can be
    /// compared.
    pub decided: Option<&'a [Option<f64>]>,
    /// Groupings to be summed from the same draws, as segment and quarter.
    pub groups: &'a [&'a Clusters],
}

impl Book<'_> {
    pub(super) fn checked(&self) -> Result<(), Error> {
        let rows = self.amounts.len();
        if rows == 0 {
            return Err(Error::Empty { what: "a plan", needed: 1 });
        }
        all_finite("amount", self.amounts)?;
        if let Some(row) = self.amounts.iter().position(|&amount| amount < 0.0) {
            let what = format!("the amount in row {row}");
            return Err(Error::OutOfRange { what, value: self.amounts[row], expected: "0 or more" });
        }
        if self.amounts.iter().sum::<f64>() <= 0.0 {
            return Err(Error::Refused("all amounts are 0: there is nothing to retain".to_owned()));
        }
        same_length("the logit of renewal", rows, self.renewal.linear_predictor.len())?;
        for (what, part) in [("contraction", self.contraction), ("expansion", self.expansion)] {
            if let Some((predictor, severity)) = part {
                same_length(&format!("the logit of {what}"), rows, predictor.linear_predictor.len())?;
                severity.checked(what, rows)?;
            }
        }
        if let Some(decided) = self.decided {
            same_length("decided", rows, decided.len())?;
            let amount = |row: usize| decided[row].unwrap_or(0.0);
            if let Some(row) = (0..rows).find(|&row| !(amount(row) >= 0.0 && amount(row).is_finite())) {
                let what = format!("the decided amount in row {row}");
                return Err(Error::OutOfRange { what, value: amount(row), expected: "0 or more" });
            }
        }
        for clusters in self.groups {
            same_length("a grouping", rows, clusters.rows())?;
        }
        if let Some((_, Severity::Expected(shares) | Severity::Resampled(shares))) = self.contraction
            && let Some(row) = shares.iter().position(|&share| share > 1.0)
        {
            let what = format!("the share lost in row {row}");
            return Err(Error::OutOfRange { what, value: shares[row], expected: "1 at most" });
        }
        Ok(())
    }

    /// Sums without draws yet, the whole book first.
    pub(super) fn empty_sums(&self, n_cells: usize, cells_of_row: &[u32]) -> Vec<Sums> {
        let empty = Sums {
            n_rows: 0,
            start: 0.0,
            kept: Vec::new(),
            net: Vec::new(),
            renewed: Vec::new(),
            expected_kept: Vec::new(),
        };
        let mut sums = vec![empty; n_cells];
        let width = self.groups.len();
        for (row, amount) in self.amounts.iter().enumerate() {
            let groups = cells_of_row[row * width..(row + 1) * width].iter().map(|&cell| cell as usize);
            for cell in std::iter::once(0).chain(groups) {
                sums[cell].n_rows += 1;
                sums[cell].start += amount;
            }
        }
        sums
    }
}

/// A linear predictor of each row, and how surely it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictor {
    linear_predictor: Vec<f64>,
    uncertainty: Option<Uncertainty>,
}

impl Predictor {
    /// A linear predictor that is taken as known: the same in every draw, but for the year's shock. One logit for
    /// each row.
    ///
    /// # Errors
    /// [`Error::NotFinite`].
    pub fn known(linear_predictor: Vec<f64>) -> Result<Predictor, Error> {
        all_finite("linear predictor", &linear_predictor)?;
        Ok(Predictor { linear_predictor, uncertainty: None })
    }

    /// A linear predictor whose coefficients are known as well as their covariance says. One logit for each row, the
    /// same rows as those of the uncertainty.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::LengthMismatch`].
    pub fn uncertain(linear_predictor: Vec<f64>, uncertainty: Uncertainty) -> Result<Predictor, Error> {
        all_finite("linear predictor", &linear_predictor)?;
        same_length("the rows of the uncertainty", linear_predictor.len(), uncertainty.rows)?;
        Ok(Predictor { linear_predictor, uncertainty: Some(uncertainty) })
    }

    pub(super) fn linear_predictor(&self) -> &[f64] {
        &self.linear_predictor
    }

    pub(super) fn n_directions(&self) -> usize {
        self.uncertainty.as_ref().map_or(0, |uncertainty| uncertainty.n_directions)
    }

    /// The linear predictor of one draw.
    pub(super) fn shifted(&self, normals: &[f64], shift: f64, into: &mut [f64]) {
        for (value, mean) in into.iter_mut().zip(&self.linear_predictor) {
            *value = mean + shift;
        }
        if let Some(uncertainty) = &self.uncertainty {
            for (loadings, normal) in uncertainty.loadings.chunks(uncertainty.rows).zip(normals) {
                for (value, loading) in into.iter_mut().zip(loadings) {
                    *value += normal * loading;
                }
            }
        }
    }
}

/// How the linear predictors of rows vary together when coefficients are drawn from N(b, V).
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertainty {
    rows: usize,
    n_directions: usize,
    /// X V^½, one column after the other.
    loadings: Vec<f64>,
}

impl Uncertainty {
    /// All coefficients vary: X V^½, by the eigenvectors of V. Eigenvalues of 0 or below, as a two-way covariance may
    /// have, count as none.
    ///
    /// # Shapes
    /// A square covariance with a row for each column of the design, whose rows are those of the book.
    ///
    /// # Units
    /// The covariance of coefficients on the scale of the linear predictor.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`].
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 7.
    ///
    /// # Example
    /// The intercept alone varies, with standard deviation 0.2 about a logit of 0.
    /// ```
    /// use dearly_stats::forecast::{Book, Predictor, Uncertainty, draw_plan};
    /// use dearly_stats::{Design, Matrix};
    ///
    /// let design = Design::with_intercept(2, vec![])?;
    /// let covariance = Matrix { rows: 1, columns: 1, values: vec![0.04] };
    /// let renewal = Predictor::uncertain(vec![0.0, 0.0], Uncertainty::of(&design, &covariance)?)?;
    /// let (year_shock, contraction, expansion, decided) = (None, None, None, None);
    /// let amounts = &[10.0, 10.0];
    /// let book = Book { amounts, renewal: &renewal, year_shock, contraction, expansion, decided, groups: &[] };
    /// let expected = draw_plan(&book, 2_000, 1)?.total.expected_kept;
    /// // By the delta method 20 · ¼ · 0.2 to either side of 10.
    /// let variance = expected.iter().map(|kept| (kept - 10.0).powi(2)).sum::<f64>() / 2_000.0;
    /// assert!((variance.sqrt() - 1.0).abs() < 0.05);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn of(design: &Design, covariance: &Matrix) -> Result<Uncertainty, Error> {
        let centre = vec![0.0; design.columns()];
        let all: Vec<usize> = (0..design.columns()).collect();
        Uncertainty::over(design, covariance, &centre, &all)
    }

    /// The slopes vary about the centre of the rows that the model was fitted on, the intercept does not: for a book
    /// with a year's shock, which takes the intercept's place. Without the centre the slopes would carry the
    /// intercept's variance with them.
    ///
    /// # Shapes
    /// As [`Uncertainty::of`]. `centre` has the mean of each column over the fitted rows; what it has for the
    /// intercept does not matter.
    ///
    /// # Units
    /// As [`Uncertainty::of`]; the centre in the units of the columns.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`].
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 7.
    ///
    /// # Example
    /// A row at the centre has no uncertainty of its own: that of the intercept is the year's.
    /// ```
    /// use dearly_stats::forecast::{Book, Predictor, Uncertainty, draw_plan};
    /// use dearly_stats::{Clusters, Design, Matrix};
    ///
    /// let design = Design::with_intercept(2, vec![("score".to_owned(), vec![60.0, 80.0])])?;
    /// let covariance = Matrix { rows: 2, columns: 2, values: vec![0.5, 0.0, 0.0, 0.01] };
    /// let slopes = Uncertainty::of_slopes(&design, &covariance, &[1.0, 60.0])?;
    /// let (renewal, rows) = (Predictor::uncertain(vec![0.0, 0.0], slopes)?, Clusters::singletons(2));
    /// let (amounts, year_shock, contraction, expansion, decided) = (&[100.0, 100.0], None, None, None, None);
    /// let book = Book { amounts, renewal: &renewal, year_shock, contraction, expansion, decided, groups: &[&rows] };
    /// let plan = draw_plan(&book, 3, 1)?;
    /// assert_eq!(plan.groups[0][0].expected_kept, [50.0; 3]);
    /// assert!(plan.groups[0][1].expected_kept[0] != 50.0);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn of_slopes(design: &Design, covariance: &Matrix, centre: &[f64]) -> Result<Uncertainty, Error> {
        same_length("the centre", design.columns(), centre.len())?;
        all_finite("centre", centre)?;
        let intercept = design.intercept();
        let slopes: Vec<usize> = (0..design.columns()).filter(|&column| Some(column) != intercept).collect();
        Uncertainty::over(design, covariance, centre, &slopes)
    }

    fn over(
        design: &Design,
        covariance: &Matrix,
        centre: &[f64],
        columns: &[usize],
    ) -> Result<Uncertainty, Error> {
        same_length("the covariance", design.columns() * design.columns(), covariance.values.len())?;
        all_finite("covariance", &covariance.values)?;
        let (values, vectors) = covariance.chosen(columns).symmetric_eigen();
        let greatest = values.iter().copied().fold(0.0, f64::max);
        let rows = design.rows();
        let mut loadings = Vec::new();
        let mut n_directions = 0;
        for (direction, &value) in values.iter().enumerate() {
            // Two-way covariances may have eigenvalues a little below 0, which are none.
            if value <= greatest * 1e-14 {
                continue;
            }
            n_directions += 1;
            let reach = value.sqrt();
            loadings.extend((0..rows).map(|row| {
                let x = design.row(row);
                let along =
                    |(at, &column): (usize, &usize)| (x[column] - centre[column]) * vectors[(at, direction)];
                reach * columns.iter().enumerate().map(along).sum::<f64>()
            }));
        }
        Ok(Uncertainty { rows, n_directions, loadings })
    }
}

/// How much is lost or gained, as a share of the row's amount.
#[derive(Debug, Clone, PartialEq)]
pub enum Severity {
    /// Always the expected share of the row, one for each row.
    Expected(Vec<f64>),
    /// One of these shares, each as likely as the others: those seen in the past.
    Resampled(Vec<f64>),
}

impl Severity {
    /// The share of a row, by a number in [0, 1].
    pub(super) fn share(&self, row: usize, u: f64) -> f64 {
        match self {
            Severity::Expected(shares) => shares[row],
            Severity::Resampled(pool) => pool[((u * pool.len() as f64) as usize).min(pool.len() - 1)],
        }
    }

    pub(super) fn mean_of_pool(&self) -> f64 {
        match self {
            Severity::Expected(_) => 0.0,
            Severity::Resampled(pool) => pool.iter().sum::<f64>() / pool.len() as f64,
        }
    }

    pub(super) fn expected(&self, row: usize, mean_of_pool: f64) -> f64 {
        match self {
            Severity::Expected(shares) => shares[row],
            Severity::Resampled(_) => mean_of_pool,
        }
    }

    fn checked(&self, what: &str, rows: usize) -> Result<(), Error> {
        let shares = match self {
            Severity::Expected(shares) => {
                same_length(&format!("the share of {what}"), rows, shares.len())?;
                shares
            }
            Severity::Resampled(pool) => {
                if pool.is_empty() {
                    return Err(Error::Empty { what: "a pool of shares", needed: 1 });
                }
                pool
            }
        };
        all_finite(&format!("share of {what}"), shares)?;
        match shares.iter().position(|&share| share < 0.0) {
            None => Ok(()),
            Some(row) => Err(Error::OutOfRange {
                what: format!("the share of {what} in row {row}"),
                value: shares[row],
                expected: "0 or more",
            }),
        }
    }
}
