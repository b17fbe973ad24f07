mod block;
pub(crate) mod family;
mod fitted;
pub(crate) mod newton;

pub use family::Family;
pub use fitted::FittedGlm;
pub(crate) use fitted::same_columns;
use newton::{Problem, Solution, Trace, Trouble, Workspace};

use crate::error::{all_finite, same_length, valid_weights};
use crate::{Cholesky, Design, Error, Separation, SeparationKind};

/// Enough for anything that is not separated or odd: past these, one looks for separation.
const EXPECTED_ITERATIONS: usize = 25;
/// Then these, and no more.
const MAX_ITERATIONS: usize = 200;
/// Large data are fitted from where so thin a part of them leads.
const THINNED: usize = 16;

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

impl<'a> Glm<'a> {
    /// A model of this family without offset, with every row counting once.
    pub fn new(family: Family) -> Glm<'a> {
        Glm { family, offset: None, frequency_weights: None, start: None }
    }

    /// Adds a known part to the linear predictor of each row, on its scale (the logarithm of the exposure for a
    /// count): one finite value for each row. None by default.
    pub fn offset(self, offset: &'a [f64]) -> Glm<'a> {
        Glm { offset: Some(offset), ..self }
    }

    /// Says how many times each row counts; 0 leaves it out. One finite value ≥ 0 for each row, all 1 by default.
    /// They are counts, not precisions: a weight of 2 is the row twice, in `n` and in the errors, too.
    pub fn frequency_weights(self, weights: &'a [f64]) -> Glm<'a> {
        Glm { frequency_weights: Some(weights), ..self }
    }

    /// Starts the iterations here, as from a fit of almost the same data: one value for each column. It changes how
    /// long a fit takes, not where it ends; from a start that leads nowhere the fit begins anew.
    pub fn start(self, coefficients: &'a [f64]) -> Glm<'a> {
        Glm { start: Some(coefficients), ..self }
    }

    /// Fits by maximum (quasi-)likelihood.
    ///
    /// Newton's steps (iteratively reweighted least squares), each halved while the likelihood falls and cut so that
    /// no row's linear predictor moves by more than 8; settled when no coefficient moves by more than 10⁻¹⁰, measured
    /// for a column of root mean square 1, and of least squares for an outcome that varies by 1. Covariances are of the expected information, as in R.
    ///
    /// # Shapes
    /// `outcome`, offset and weights have one value for each row of the design.
    ///
    /// # Units
    /// The outcome is what the family says: 0 or 1, a share in [0, 1], a number above 0, a count ≥ 0, or any number.
    /// Coefficients are on the scale of the linear predictor, per unit of their column.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for an outcome the
    /// family cannot have or a negative weight, [`Error::Refused`] when every weight is 0
    /// and for a [`Family::Gaussian`] outcome whose squares are out of reach, [`Error::OneClass`] when
    /// all outcomes are the same, whatever the family, [`Error::TooFewRows`] unless rows outnumber columns,
    /// [`Error::Collinear`], which a constant column beside an intercept is, [`Error::Separated`] when the
    /// coefficients would be infinite, [`Error::NotConverged`]; [`Error::Refused`] in place of these two for an offset
    /// that goes too far.
    ///
    /// # Source
    /// McCullagh and Nelder, *Generalized Linear Models* (1989). Fractional logit: Papke and Wooldridge (1996).
    /// Checked against statsmodels and R `glm`, see `tests/golden/regression_*.json`.
    ///
    /// # Example
    /// Of 4 rows without the play 1 renewed, of 4 with it 3: the odds ratio is 9, and its logarithm has the variance
    /// 1/3 + 1/1 + 1/1 + 1/3.
    /// ```
    /// use dearly_stats::{Design, Family, Glm};
    ///
    /// let design = Design::with_intercept(4, vec![("played".to_owned(), vec![0.0, 0.0, 1.0, 1.0])])?;
    /// let (renewed, times) = ([0.0, 1.0, 0.0, 1.0], [3.0, 1.0, 1.0, 3.0]);
    /// let fitted = Glm::new(Family::Logit).frequency_weights(&times).fit(&design, &renewed)?;
    /// assert!((fitted.coefficients[1].exp() - 9.0).abs() < 1e-8);
    /// assert!((fitted.standard_errors()[1].powi(2) - 8.0 / 3.0).abs() < 1e-8);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(&self, design: &Design, outcome: &[f64]) -> Result<FittedGlm, Error> {
        let observed = self.check(design, outcome)?;
        self.fit_checked(design, outcome, &observed).map_err(|error| self.or_offset(design, error))
    }

    fn fit_checked(&self, design: &Design, outcome: &[f64], observed: &Observed) -> Result<FittedGlm, Error> {
        let problem = self.problem(design, outcome);
        let mut workspace = Workspace::new(&problem);
        let cold = self.cold_start(design, observed.mean);
        // A start from elsewhere may be too far away; the cold one decides.
        let warm = match self.start {
            Some(start) => problem.solve(start, None, &mut workspace).ok(),
            None => thinned_start(&problem, &cold, &mut workspace).and_then(|part| {
                let near = part.factor.as_ref().map(|factor| (factor, THINNED as f64));
                problem.solve(&part.coefficients, near, &mut workspace).ok()
            }),
        };
        let solution = match warm.map_or_else(|| problem.solve(&cold, None, &mut workspace), Ok) {
            Ok(solution) => solution,
            Err(Trouble::Endless { .. }) => {
                let Separation { kind, terms, .. } = self.separated_by(design, outcome);
                if kind != SeparationKind::None {
                    return Err(Error::Separated { terms });
                }
                let patient = Problem { max_iterations: MAX_ITERATIONS, ..problem };
                patient.solve(&cold, None, &mut workspace).map_err(|trouble| self.explain(design, trouble))?
            }
            Err(trouble) => return Err(self.explain(design, trouble)),
        };
        let (coefficients, trace) = self.last_step(&problem, solution.coefficients, &mut workspace);
        let null_deviance = self.null_deviance(outcome, observed)?;
        self.finish(design, outcome, observed, coefficients, solution.iterations, trace, null_deviance)
    }

    /// The last step, made where everything else is computed as well.
    ///
    /// The iterations of canonical families stop when a step is small enough for its square to be none; whether it was
    /// is seen here, and if not they go on.
    fn last_step(
        &self,
        problem: &Problem<'_>,
        mut coefficients: Vec<f64>,
        workspace: &mut Workspace,
    ) -> (Vec<f64>, Trace) {
        let mut trace = problem.trace(&coefficients);
        if !self.family.is_canonical() {
            return (coefficients, trace);
        }
        let rest = |trace: &Trace, workspace: &Workspace| {
            let step = Cholesky::new(&trace.information).ok()?.solve(&trace.gradient);
            let moved =
                step.iter().zip(&workspace.size).map(|(step, size)| (step * size).abs()).fold(0.0, f64::max);
            Some((step, moved))
        };
        if rest(&trace, workspace).is_none_or(|(_, moved)| moved > newton::SETTLED) {
            let strict = Problem { remains: 0.0, ..*problem };
            if let Ok(solution) = strict.solve(&coefficients, None, workspace) {
                coefficients = solution.coefficients;
                trace = problem.trace(&coefficients);
            }
        }
        if let Some((step, _)) = rest(&trace, workspace).filter(|(_, moved)| *moved <= newton::SETTLED) {
            coefficients.iter_mut().zip(step).for_each(|(coefficient, step)| *coefficient += step);
        }
        (coefficients, trace)
    }

    /// The deviance of the model with nothing but an intercept and the offset.
    fn null_deviance(&self, outcome: &[f64], observed: &Observed) -> Result<f64, Error> {
        Ok(match self.offset {
            None if self.family == Family::Logit => {
                let (ones, zeros) = (observed.mean, 1.0 - observed.mean);
                -2.0 * observed.n * (ones * ones.ln() + zeros * zeros.ln())
            }
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
                    remains: 0.0,
                };
                let start = self.null_intercept(observed.mean);
                let fitted = null.solve(&[start], None, &mut Workspace::new(&null)).map_err(|_| {
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
            remains: if self.family.is_canonical() { newton::NEARLY } else { 0.0 },
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
            valid_weights(rows, weights)?;
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

    /// The offset as the reason of an error that names columns, where it goes so far that a few rows outweigh all others by
    /// more than numbers have digits.
    pub(crate) fn or_offset(&self, design: &Design, error: Error) -> Error {
        const FARTHEST: f64 = 30.0;
        let is_of_columns = matches!(error, Error::Collinear { .. } | Error::NotConverged { .. });
        let Some(offset) = self.offset.filter(|_| is_of_columns && self.family != Family::Gaussian) else {
            return error;
        };
        let least = offset.iter().copied().fold(f64::INFINITY, f64::min);
        let most = offset.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most - least < FARTHEST || design.collinearity().is_err() {
            return error;
        }
        Error::Refused(format!(
            "the offset goes from {least} to {most} where the columns add up, so that a few rows outweigh all others: take its \
             logarithm, or give it in other units"
        ))
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
        let trace = self.problem(design, outcome).trace(&coefficients);
        self.finish(design, outcome, &observed, coefficients, 0, trace, null_deviance)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one fit, put together in one place")]
    fn finish(
        &self,
        design: &Design,
        outcome: &[f64],
        observed: &Observed,
        coefficients: Vec<f64>,
        iterations: usize,
        trace: Trace,
        null_deviance: f64,
    ) -> Result<FittedGlm, Error> {
        let n = observed.n;
        let Trace { predictor: linear_predictor, scores, weights, log_likelihood, mut information, .. } =
            trace;
        let (score_residuals, mut working_weights) = (scores, weights);
        if !self.family.is_canonical() {
            for (row, weight) in working_weights.iter_mut().enumerate() {
                *weight = self.weight(row) * self.family.expected_weight(linear_predictor[row]);
            }
            information = newton::weighted_square(design.values(), design.columns(), &working_weights);
        }
        let deviance = if self.family == Family::Logit {
            -2.0 * log_likelihood
        } else {
            self.deviance_at(outcome, |row| linear_predictor[row])
        };
        let dispersion = if self.family.has_dispersion() {
            // A row's score and weight hold its residual and variance with all their digits, also where a mean is
            // rounded to 1.
            let rows = score_residuals.iter().zip(&working_weights).filter(|&(_, &weight)| weight > 0.0);
            let pearson: f64 = rows.map(|(score, weight)| score * score / weight).sum();
            pearson / (n - coefficients.len() as f64)
        } else {
            1.0
        };
        let mut covariance = Cholesky::named(&information, design.names())?.inverse();
        covariance.values.iter_mut().for_each(|value| *value *= dispersion);
        if covariance.values.iter().any(|value| !value.is_finite()) {
            return Err(Error::NotConverged { what: "the regression", iterations });
        }
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

/// Where a fit of every sixteenth row ends, which is near; none for data too small to be worth it, or whose part cannot be
/// fitted.
fn thinned_start(problem: &Problem<'_>, cold: &[f64], workspace: &mut Workspace) -> Option<Solution> {
    let rows = problem.outcome.len();
    if problem.weights.is_some() || rows / THINNED < 250 * problem.p.max(8) {
        return None;
    }
    let some: Vec<u32> = (0..rows as u32).step_by(THINNED).collect();
    let part = Problem { active: Some(&some), remains: 1e-4, max_iterations: 12, ..*problem };
    part.solve(cold, None, workspace).ok()
}

/// What the outcome says before any model.
pub(crate) struct Observed {
    /// The sum of weights.
    pub(crate) n: f64,
    /// The mean outcome.
    pub(crate) mean: f64,
}
