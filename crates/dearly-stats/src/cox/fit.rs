use super::FittedCox;
use super::rows::Rows;
use crate::error::{all_finite, same_length};
use crate::survival::Lifetimes;
use crate::{Clusters, Covariance, CovarianceKind, Design, Error};

/// A Cox model to be fitted: what is known of each row, and how its rows belong together.
///
/// λ(t | x) = λ₀(t) exp(x′β), with a baseline hazard λ₀ of its own for each stratum that cancels out of the partial
/// likelihood. Tied event times by Efron's approximation.
///
/// # Shapes
/// The design has one row for each row of `durations`, no intercept (the baseline is the intercept) and p columns.
///
/// # Units
/// Durations in any one unit, ≥ 0; two are tied when they are the same number. exp(β) is the ratio of hazards for one
/// unit of a column.
///
/// # Source
/// Cox (1972); Efron (1977). Checked against R `survival::coxph`, see `tests/golden/survival.json`.
///
/// # Example
/// Two accounts with `x` = 1 leave at 1 and 4, two with 0 at 2 and 3: with r = eᵝ the partial likelihood is
/// r/(2r+2) · 1/(r+2) · 1/(r+1) · r/r, at its highest where r² + r = 1.
/// ```
/// use dearly_stats::{Design, cox::Cox};
/// let design = Design::new(vec![("x".to_owned(), vec![1.0, 0.0, 0.0, 1.0])])?;
/// let fitted = Cox::new(&design, &[1.0, 2.0, 3.0, 4.0], &[true; 4]).fit()?;
/// let ratio = fitted.coefficients[0].exp();
/// assert!((ratio - (5f64.sqrt() - 1.0) / 2.0).abs() < 1e-10);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cox<'a> {
    design: &'a Design,
    durations: &'a [f64],
    event_observed: &'a [bool],
    entry: Option<&'a [f64]>,
    strata: Option<&'a Clusters>,
    frequency_weights: Option<&'a [f64]>,
    start: Option<&'a [f64]>,
}

impl<'a> Cox<'a> {
    /// Rows with their durations, and whether the event ended them; one of each for each row of the design. All watched
    /// from the start, in one stratum, counting once.
    pub fn new(design: &'a Design, durations: &'a [f64], event_observed: &'a [bool]) -> Cox<'a> {
        Cox {
            design,
            durations,
            event_observed,
            entry: None,
            strata: None,
            frequency_weights: None,
            start: None,
        }
    }

    /// The time from which each row was watched, before its duration and in its unit: left truncation, and the parts of
    /// one account's history when its columns change. A row is at risk after its entry, not at it.
    pub fn entry(self, entry: &'a [f64]) -> Cox<'a> {
        Cox { entry: Some(entry), ..self }
    }

    /// Rows are compared within their stratum only; one stratum for each row. A column that is the same for all rows of
    /// each stratum cannot be told then.
    pub fn strata(self, strata: &'a Clusters) -> Cox<'a> {
        Cox { strata: Some(strata), ..self }
    }

    /// How many rows each row stands for: whole numbers, 0 leaves a row out. A weight of 2 is the row twice, tied with
    /// itself.
    pub fn frequency_weights(self, weights: &'a [f64]) -> Cox<'a> {
        Cox { frequency_weights: Some(weights), ..self }
    }

    /// Coefficients to begin at instead of 0, one for each column in its own unit, as those of the full data in a
    /// bootstrap.
    pub fn start(self, start: &'a [f64]) -> Cox<'a> {
        Cox { start: Some(start), ..self }
    }

    /// Maximises the partial likelihood by Newton's steps, each halved while it falls and cut so that no row's hazard
    /// changes more than e⁸ times; settled when no coefficient moves by more than 10⁻¹⁰ for a column of standard
    /// deviation 1.
    ///
    /// # Shapes
    /// As said at [`Cox`]; rows, counted by weight, outnumber columns. One coefficient for each column.
    ///
    /// # Units
    /// Coefficients are log hazard ratios for one unit of a column.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or with all weights 0, [`Error::LengthMismatch`], [`Error::NotFinite`];
    /// [`Error::OutOfRange`] for a negative duration, an entry not before it, a weight that is not a whole number;
    /// [`Error::OneClass`] without an event; [`Error::TooFewRows`]; [`Error::Collinear`]; [`Error::Monotone`] where the
    /// likelihood has no maximum because the columns tell at every event who is next; [`Error::NotConverged`];
    /// [`Error::Refused`] for no column, a constant column, the intercept among them, or when at no event anybody with
    /// other columns was at risk.
    ///
    /// # Source
    /// Cox (1972); Efron (1977). Checked against R `survival::coxph` and lifelines, see `tests/golden/survival.json`
    /// and `tests/golden/lifelines.json`.
    ///
    /// # Example
    /// Four pairs, each compared within itself; in three the row with `x` goes first. The likelihood is (r/(1 + r))³ ·
    /// 1/(1 + r) and at its highest where r = 3. [`Cox`] has an example without strata.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// assert!((fitted.coefficients[0].exp() - 3.0).abs() < 1e-9);
    /// assert_eq!((fitted.n, fitted.n_events), (8, 4));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(&self) -> Result<FittedCox, Error> {
        let rows = self.checked_rows()?;
        let n_events: f64 =
            (0..rows.len()).filter(|&place| rows.event[place]).map(|place| rows.weight[place]).sum();
        let columns = rows.columns;
        if n_events == 0.0 {
            return Err(Error::OneClass { n: self.durations.len(), value: 0.0 });
        }
        if columns as f64 >= rows.weight.iter().sum::<f64>() {
            return Err(Error::TooFewRows { rows: rows.len(), parameters: columns });
        }

        let null = rows.log_likelihood(&vec![0.0; rows.len()]);
        let start: Vec<f64> = match self.start {
            Some(start) => start.iter().zip(&rows.scales).map(|(b, sd)| b * sd).collect(),
            None => vec![0.0; columns],
        };
        let maximum = rows.maximise(start, self.design.names())?;
        let model_covariance = Covariance {
            matrix: rows.unscaled(&maximum.factor.inverse()),
            kind: CovarianceKind::Model,
            degrees: None,
            n_clusters: None,
        };
        let coefficients: Vec<f64> =
            maximum.coefficients.iter().zip(&rows.scales).map(|(b, sd)| b / sd).collect();
        Ok(FittedCox {
            names: self.design.names().to_vec(),
            coefficients,
            model_covariance,
            n: self.durations.len(),
            n_events: n_events as usize,
            log_likelihood: maximum.log_likelihood,
            log_likelihood_null: null,
            iterations: maximum.iterations,
            rows,
            eta: maximum.eta,
        })
    }

    pub(super) fn checked_rows(&self) -> Result<Rows, Error> {
        let lifetimes = Lifetimes::new(self.durations, self.event_observed, self.entry, "Cox's model")?;
        let n = self.durations.len();
        same_length("the design", n, self.design.rows())?;
        if let Some(strata) = self.strata {
            same_length("strata", n, strata.rows())?;
        }
        if let Some(start) = self.start {
            same_length("start", self.design.columns(), start.len())?;
            all_finite("start", start)?;
        }
        if let Some(weights) = self.frequency_weights {
            same_length("frequency_weights", n, weights.len())?;
            all_finite("frequency_weights", weights)?;
            if let Some(row) = weights.iter().position(|&weight| weight < 0.0 || weight.fract() != 0.0) {
                return Err(Error::OutOfRange {
                    what: format!("frequency weight in row {row}"),
                    value: weights[row],
                    expected: "a whole number of rows, 0 or more",
                });
            }
            if weights.iter().all(|&weight| weight == 0.0) {
                return Err(Error::Empty { what: "Cox's model", needed: 2 });
            }
        }
        if self.design.columns() == 0 {
            return Err(Error::Refused("Cox's model needs at least one column".to_owned()));
        }
        Rows::new(self.design, lifetimes, self.frequency_weights, self.strata)
    }
}
