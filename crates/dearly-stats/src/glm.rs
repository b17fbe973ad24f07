pub(crate) mod family;
pub(crate) mod newton;

pub use family::Family;
use newton::{Problem, Solution, Trouble, Workspace};

use crate::error::{all_finite, same_length};
use crate::{Cholesky, Design, Error, Matrix, Separation, SeparationKind};

/// Enough for anything that is not separated or odd: past these, one looks for separation.
const EXPECTED_ITERATIONS: usize = 25;
/// Then these, and no more.
const MAX_ITERATIONS: usize = 200;

/// A generalised linear model, ready to be fitted: its family, and what goes along with each row.
///
/// # Example
/// ```
/// use dearly_stats::{Design, Family, Glm};
///
/// // Of 4 rows without the play 1 renewed, of 4 with it 3: the log odds ratio is log 9.
/// let played = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
/// let renewed = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
/// let design = Design::with_intercept(8, vec![("played".to_owned(), played)])?;
/// let fitted = Glm::new(Family::Logit).fit(&design, &renewed)?;
/// assert!((fitted.coefficients[1] - 9f64.ln()).abs() < 1e-9);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Glm<'a> {
    family: Family,
    offset: Option<&'a [f64]>,
    frequency_weights: Option<&'a [f64]>,
    start: Option<&'a [f64]>,
}

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

impl<'a> Glm<'a> {
    /// A model of this family without offset, with every row counting once.
    pub fn new(family: Family) -> Glm<'a> {
        Glm { family, offset: None, frequency_weights: None, start: None }
    }

    /// Adds a known part to the linear predictor of each row.
    pub fn offset(self, offset: &'a [f64]) -> Glm<'a> {
        Glm { offset: Some(offset), ..self }
    }

    /// Says how many times each row counts; 0 leaves it out.
    pub fn frequency_weights(self, weights: &'a [f64]) -> Glm<'a> {
        Glm { frequency_weights: Some(weights), ..self }
    }

    /// Starts the iterations here, as from a fit of almost the same data.
    pub fn start(self, coefficients: &'a [f64]) -> Glm<'a> {
        Glm { start: Some(coefficients), ..self }
    }

    /// Fits by maximum (quasi-)likelihood.
    ///
    /// Newton's steps (iteratively reweighted least squares), each halved while the likelihood falls and cut so that
    /// no row's linear predictor moves by more than 8; settled when no coefficient moves by more than 10⁻¹⁰, measured
    /// for a column of root mean square 1. Covariances are of the expected information, as in R and statsmodels.
    ///
    /// # Shapes
    /// `outcome`, offset and weights have one value for each row of the design.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for an outcome the
    /// family cannot have or a negative weight, [`Error::OneClass`] when all outcomes are the same,
    /// [`Error::TooFewRows`] unless rows outnumber columns, [`Error::Collinear`], [`Error::Separated`] when
    /// the coefficients would be infinite, [`Error::NotConverged`].
    ///
    /// # Source
    /// McCullagh and Nelder, *Generalized Linear Models* (1989). Fractional logit: Papke and Wooldridge (1996).
    /// Checked against statsmodels and R `glm`, see `tests/golden/glm.json`.
    pub fn fit(&self, design: &Design, outcome: &[f64]) -> Result<FittedGlm, Error> {
        let observed = self.check(design, outcome)?;
        let problem = self.problem(design, outcome);
        let mut workspace = Workspace::new(&problem);
        let start = match self.start {
            Some(start) => start.to_vec(),
            None => self.cold_start(design, observed.mean),
        };
        let solution = match problem.solve(&start, &mut workspace) {
            Ok(solution) => solution,
            Err(_) if self.start.is_some() => {
                // A start from elsewhere may be too far away; the cold one decides.
                return Glm { start: None, ..*self }.fit(design, outcome);
            }
            Err(Trouble::Endless { .. }) => {
                let Separation { kind, terms, .. } = self.separated_by(design, outcome);
                if kind != SeparationKind::None {
                    return Err(Error::Separated { terms });
                }
                let patient = Problem { max_iterations: MAX_ITERATIONS, ..problem };
                patient.solve(&start, &mut workspace).map_err(|trouble| self.explain(design, trouble))?
            }
            Err(trouble) => return Err(self.explain(design, trouble)),
        };
        let null_deviance = self.null_deviance(outcome, &observed)?;
        let Solution { coefficients, iterations, .. } = solution;
        self.finish(design, outcome, &observed, coefficients, iterations, null_deviance)
    }

    /// The deviance of the model with nothing but an intercept and the offset.
    fn null_deviance(&self, outcome: &[f64], observed: &Observed) -> Result<f64, Error> {
        Ok(match self.offset {
            None => self.deviance_at(outcome, |_| self.family.link(observed.mean)),
            Some(offset) => {
                let ones = vec![1.0; outcome.len()];
                let null = Problem {
                    family: self.family,
                    x: &ones,
                    p: 1,
                    outcome,
                    offset: self.offset,
                    weights: self.frequency_weights,
                    active: None,
                    held: None,
                    max_iterations: MAX_ITERATIONS,
                    settled: newton::SETTLED,
                };
                let start = self.null_intercept(observed.mean);
                let fitted = null.solve(&[start], &mut Workspace::new(&null)).map_err(|_| {
                    Error::NotConverged { what: "the model of the intercept", iterations: MAX_ITERATIONS }
                })?;
                self.deviance_at(outcome, |row| fitted.coefficients[0] + offset[row])
            }
        })
    }

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The data as the iterations take them.
    pub(crate) fn problem(&self, design: &'a Design, outcome: &'a [f64]) -> Problem<'a> {
        Problem {
            family: self.family,
            x: design.values(),
            p: design.columns(),
            outcome,
            offset: self.offset,
            weights: self.frequency_weights,
            active: None,
            held: None,
            max_iterations: EXPECTED_ITERATIONS,
            settled: newton::SETTLED,
        }
    }

    /// Refuses what cannot be fitted, before any iteration.
    pub(crate) fn check(&self, design: &Design, outcome: &[f64]) -> Result<Observed, Error> {
        let (rows, parameters) = (design.rows(), design.columns());
        if rows == 0 || parameters == 0 {
            return Err(Error::Empty { what: "a regression", needed: 2 });
        }
        same_length("the outcome", rows, outcome.len())?;
        all_finite("the outcome", outcome)?;
        self.family.check(outcome)?;
        if let Some(offset) = self.offset {
            same_length("the offset", rows, offset.len())?;
            all_finite("the offset", offset)?;
        }
        if let Some(weights) = self.frequency_weights {
            same_length("the weights", rows, weights.len())?;
            all_finite("the weight", weights)?;
            if let Some(row) = weights.iter().position(|&weight| weight < 0.0) {
                return Err(Error::OutOfRange {
                    what: format!("the weight of row {row}"),
                    value: weights[row],
                    expected: "0 or more",
                });
            }
        }
        if let Some(start) = self.start {
            same_length("the start", parameters, start.len())?;
            all_finite("the start", start)?;
        }
        let counted = (0..rows).filter(|&row| self.weight(row) > 0.0);
        let (mut used, mut n, mut sum) = (0, 0.0, 0.0);
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for row in counted {
            used += 1;
            n += self.weight(row);
            sum += self.weight(row) * outcome[row];
            least = least.min(outcome[row]);
            most = most.max(outcome[row]);
        }
        if used == 0 {
            return Err(Error::Refused(
                "every weight is 0, so that no row counts: give weights above 0".to_owned(),
            ));
        }
        if least == most {
            return Err(Error::OneClass { n: used, value: least });
        }
        if used <= parameters {
            return Err(Error::TooFewRows { rows: used, parameters });
        }
        Ok(Observed { n, mean: sum / n })
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.frequency_weights.map_or(1.0, |weights| weights[row])
    }

    /// The intercept of the empty model, near enough when there is an offset.
    fn null_intercept(&self, mean: f64) -> f64 {
        let offset = self.offset.map_or(0.0, |offset| {
            let n: f64 = (0..offset.len()).map(|row| self.weight(row)).sum();
            offset.iter().enumerate().map(|(row, value)| self.weight(row) * value).sum::<f64>() / n
        });
        self.family.link(mean) - offset
    }

    /// The empty model where there is an intercept, else zeros.
    pub(crate) fn cold_start(&self, design: &Design, mean: f64) -> Vec<f64> {
        let mut start = vec![0.0; design.columns()];
        if let Some(intercept) = design.intercept() {
            start[intercept] = self.null_intercept(mean);
        }
        start
    }

    /// Why the iterations found no end, where it is not separation.
    fn explain(&self, design: &Design, trouble: Trouble) -> Error {
        match trouble {
            Trouble::Collinear(column) => Error::Collinear { column: design.names()[column].clone() },
            Trouble::Endless { iterations } => Error::NotConverged { what: "the regression", iterations },
        }
    }

    fn deviance_at(&self, outcome: &[f64], linear_predictor: impl Fn(usize) -> f64) -> f64 {
        let unit = |row: usize| self.family.unit_deviance(outcome[row], linear_predictor(row));
        (0..outcome.len()).filter(|&row| self.weight(row) > 0.0).map(|row| self.weight(row) * unit(row)).sum()
    }

    pub(crate) fn known_offset(&self) -> Option<&'a [f64]> {
        self.offset
    }

    pub(crate) fn known_weights(&self) -> Option<&'a [f64]> {
        self.frequency_weights
    }

    /// The same model with a cold start.
    pub(crate) fn cold(&self) -> Glm<'a> {
        Glm { start: None, ..*self }
    }

    /// The same model with another offset and a cold start.
    pub(crate) fn with_offset<'b>(&self, offset: &'b [f64]) -> Glm<'b>
    where
        'a: 'b,
    {
        Glm { offset: Some(offset), start: None, ..*self }
    }

    /// All that can be said of coefficients, wherever they come from.
    pub(crate) fn describe(
        &self,
        design: &Design,
        outcome: &[f64],
        coefficients: Vec<f64>,
    ) -> Result<FittedGlm, Error> {
        let observed = self.check(design, outcome)?;
        let null_deviance = self.null_deviance(outcome, &observed)?;
        self.finish(design, outcome, &observed, coefficients, 0, null_deviance)
    }

    fn finish(
        &self,
        design: &Design,
        outcome: &[f64],
        observed: &Observed,
        coefficients: Vec<f64>,
        iterations: usize,
        null_deviance: f64,
    ) -> Result<FittedGlm, Error> {
        let n = observed.n;
        let mut linear_predictor = design.linear_predictor(&coefficients);
        if let Some(offset) = self.offset {
            linear_predictor.iter_mut().zip(offset).for_each(|(value, offset)| *value += offset);
        }
        let (mut score_residuals, mut working_weights) =
            (Vec::with_capacity(outcome.len()), Vec::with_capacity(outcome.len()));
        for (row, (&eta, &y)) in linear_predictor.iter().zip(outcome).enumerate() {
            let (score, weight) = self.family.score_and_weight(eta, y);
            score_residuals.push(self.weight(row) * score);
            working_weights.push(self.weight(row) * weight);
        }
        let information = newton::weighted_square(design.values(), design.columns(), &working_weights);
        let deviance = self.deviance_at(outcome, |row| linear_predictor[row]);
        let dispersion = if self.family.has_dispersion() {
            let pearson: f64 = (0..outcome.len())
                .filter(|&row| self.weight(row) > 0.0)
                .map(|row| {
                    let mean = self.family.mean(linear_predictor[row]);
                    self.weight(row) * (outcome[row] - mean).powi(2) / self.family.variance(mean)
                })
                .sum();
            pearson / (n - coefficients.len() as f64)
        } else {
            1.0
        };
        let mut covariance = Cholesky::named(&information, design.names())?.inverse();
        covariance.values.iter_mut().for_each(|value| *value *= dispersion);
        let weight = |row: usize| self.weight(row);
        Ok(FittedGlm {
            family: self.family,
            names: design.names().to_vec(),
            coefficients,
            covariance,
            information,
            log_likelihood: self.family.log_likelihood(deviance, outcome, weight, n),
            null_log_likelihood: self.family.log_likelihood(null_deviance, outcome, weight, n),
            deviance,
            null_deviance,
            dispersion,
            n,
            n_events: match self.family {
                Family::Gaussian | Family::GammaLog => 0.0,
                _ => observed.mean * n,
            },
            iterations,
            linear_predictor,
            score_residuals,
            working_weights,
            counts: (0..outcome.len()).map(|row| self.weight(row) > 0.0).collect(),
        })
    }
}

/// What the outcome says before any model.
pub(crate) struct Observed {
    /// The sum of weights.
    pub(crate) n: f64,
    /// The mean outcome.
    pub(crate) mean: f64,
}

impl FittedGlm {
    /// The coefficient of a column.
    pub fn coefficient(&self, name: &str) -> Option<f64> {
        self.names.iter().position(|known| known == name).map(|index| self.coefficients[index])
    }

    /// The model's standard errors: right if the model holds and rows are independent.
    pub fn standard_errors(&self) -> Vec<f64> {
        self.covariance.diagonal().into_iter().map(f64::sqrt).collect()
    }

    /// The linear predictor of new rows, by the names of their columns.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the model; [`Error::LengthMismatch`] and
    /// [`Error::NotFinite`] for the offset.
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
    /// # Errors
    /// Those of [`FittedGlm::linear_predictor_of`].
    pub fn predict(&self, design: &Design, offset: Option<&[f64]>) -> Result<Vec<f64>, Error> {
        let mut predictor = self.linear_predictor_of(design, offset)?;
        predictor.iter_mut().for_each(|value| *value = self.family.mean(*value));
        Ok(predictor)
    }

    /// The fitted mean of each row of the data.
    pub fn fitted_means(&self) -> Vec<f64> {
        self.linear_predictor.iter().map(|&value| self.family.mean(value)).collect()
    }

    /// McFadden's R²: 1 − log-likelihood over that of the empty model.
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
