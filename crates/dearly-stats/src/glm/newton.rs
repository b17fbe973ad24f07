//! The iterations all families share: Newton's, with the step halved while the likelihood
//! falls and cut where it would throw a row too far.

use super::block::{BLOCK, Block};
use super::family::{Cloglog, Family, GammaKernel, GaussianKernel, Kernel, LogitKernel, PoissonKernel};
use crate::matrix::dot;
use crate::{Cholesky, Matrix};

/// No row's linear predictor may move further in one step: beyond, probabilities saturate and the next step explodes.
const LONGEST_STEP: f64 = 8.0;
/// So many steps are cut at most.
const CAPPED_STEPS: usize = 40;
/// Settled when no coefficient of a column of size 1 moves more; of least squares, for an outcome that varies by 1.
pub(crate) const SETTLED: f64 = 1e-10;
/// What may remain where a last step is still to come, or where nobody looks at the last digits.
pub(crate) const NEARLY: f64 = 3e-11;

/// One model's data, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub(crate) family: Family,
    /// Rows one after the other.
    pub(crate) x: &'a [f64],
    /// Columns.
    pub(crate) p: usize,
    pub(crate) outcome: &'a [f64],
    pub(crate) offset: Option<&'a [f64]>,
    pub(crate) weights: Option<&'a [f64]>,
    /// The rows that count, where not all do.
    pub(crate) active: Option<&'a [u32]>,
    /// A coefficient that is held where it starts.
    pub(crate) held: Option<usize>,
    pub(crate) max_iterations: usize,
    /// What may remain after the last step, at most; 0 to go by [`SETTLED`] alone.
    pub(crate) remains: f64,
}

/// Where the iterations ended.
pub(crate) struct Solution {
    pub(crate) coefficients: Vec<f64>,
    /// Up to the family's constant.
    pub(crate) log_likelihood: f64,
    /// The slope of the log-likelihood by the coefficient that is held, 0 where none is.
    pub(crate) held_gradient: f64,
    /// The factor of X′WX, there or a little before.
    pub(crate) factor: Option<Cholesky>,
    pub(crate) iterations: usize,
}

/// What the rows say at some coefficients.
pub(crate) struct Trace {
    /// Offset included.
    pub(crate) predictor: Vec<f64>,
    /// Derivatives of the log-likelihood by the linear predictor, times the weights.
    pub(crate) scores: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) gradient: Vec<f64>,
    pub(crate) information: Matrix,
    pub(crate) log_likelihood: f64,
}

/// Why they did not end well.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// X′WX cannot be inverted because of this column, from the start on.
    Collinear(usize),
    /// No end: separation, or data that defeat the method.
    Endless { iterations: usize },
}

/// What the iterations write into, so that a thousand fits take the memory of one.
#[derive(Clone)]
pub(crate) struct Workspace {
    gradient: Vec<f64>,
    information: Matrix,
    candidate: Vec<f64>,
    /// Root mean square of each column, over the unit of the linear predictor, and the column's largest absolute value.
    pub(crate) size: Vec<f64>,
    largest: Vec<f64>,
}

impl Workspace {
    pub(crate) fn new(problem: &Problem<'_>) -> Workspace {
        let p = problem.p;
        let mut size = vec![0.0; p];
        let mut largest = vec![0.0f64; p];
        for row in problem.x.chunks_exact(p) {
            for ((size, largest), &value) in size.iter_mut().zip(&mut largest).zip(row) {
                *size += value * value;
                *largest = largest.max(value.abs());
            }
        }
        let n = problem.outcome.len().max(1) as f64;
        let unit = problem.unit();
        for (size, largest) in size.iter_mut().zip(&largest) {
            *size = (*size / n).sqrt();
            if *size == 0.0 || !size.is_finite() {
                *size = if *largest > 0.0 { *largest } else { 1.0 };
            }
            *size /= unit;
        }
        Workspace {
            gradient: vec![0.0; p],
            information: Matrix::zeros(p, p),
            candidate: vec![0.0; p],
            size,
            largest,
        }
    }
}

impl Problem<'_> {
    /// The unit of the linear predictor: by how much the outcome varies where it is one; else it has none.
    fn unit(&self) -> f64 {
        if self.family != Family::Gaussian {
            return 1.0;
        }
        let n = self.outcome.len() as f64;
        let mean = self.outcome.iter().map(|y| y / n).sum::<f64>();
        let spread = (self.outcome.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        if spread > 0.0 && spread.is_finite() { spread } else { 1.0 }
    }

    fn rows(&self) -> usize {
        self.active.map_or(self.outcome.len(), <[u32]>::len)
    }

    /// The log-likelihood at the coefficients; besides, the gradient, the lower triangle of X′WX where it is wanted, and
    /// each row's number, linear predictor, score and weight to `keep`.
    fn evaluate(
        &self,
        coefficients: &[f64],
        gradient: &mut [f64],
        information: Option<&mut Matrix>,
        keep: impl FnMut(usize, f64, f64, f64),
    ) -> f64 {
        match self.family {
            Family::Logit | Family::FractionalLogit => {
                self.evaluate_as::<LogitKernel>(coefficients, gradient, information, keep)
            }
            Family::ComplementaryLogLog => {
                self.evaluate_as::<Cloglog>(coefficients, gradient, information, keep)
            }
            Family::Gaussian => self.evaluate_as::<GaussianKernel>(coefficients, gradient, information, keep),
            Family::GammaLog => self.evaluate_as::<GammaKernel>(coefficients, gradient, information, keep),
            Family::Poisson => self.evaluate_as::<PoissonKernel>(coefficients, gradient, information, keep),
        }
    }

    fn evaluate_as<K: Kernel>(
        &self,
        coefficients: &[f64],
        gradient: &mut [f64],
        mut information: Option<&mut Matrix>,
        mut keep: impl FnMut(usize, f64, f64, f64),
    ) -> f64 {
        gradient.fill(0.0);
        if let Some(information) = information.as_deref_mut() {
            information.values.fill(0.0);
        }
        let rows = self.rows();
        let mut log_likelihood = 0.0;
        let (mut predictors, mut outcomes) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (mut scores, mut weights) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (mut parts, mut divisors) = ([0.0; BLOCK], [1.0; BLOCK]);
        let mut begin = 0;
        while begin < rows {
            let count = BLOCK.min(rows - begin);
            let block = Block { x: self.x, active: self.active, begin };
            block.predict(coefficients, &mut predictors[..count]);
            for at in 0..count {
                let row = block.row_at(at);
                outcomes[at] = self.outcome[row];
                if let Some(offset) = self.offset {
                    predictors[at] += offset[row];
                }
            }
            // Whole blocks, also where rows end before: a loop of known length over numbers alone becomes one over
            // several at a time.
            for at in 0..BLOCK {
                let point = K::at(predictors[at], outcomes[at]);
                parts[at] = point.log_likelihood;
                divisors[at] = point.divisor;
                scores[at] = point.score;
                weights[at] = point.weight;
            }
            if let Some(frequencies) = self.weights {
                for at in 0..count {
                    let frequency = frequencies[block.row_at(at)];
                    parts[at] *= frequency;
                    scores[at] *= frequency;
                    weights[at] *= frequency;
                    if K::DIVIDES {
                        // A count of rows is that many factors; anything else takes a logarithm of its own.
                        let once = divisors[at];
                        divisors[at] = match frequency {
                            1.0 => once,
                            2.0 => once * once,
                            3.0 => once * once * once,
                            4.0 => (once * once) * (once * once),
                            _ => {
                                parts[at] -= frequency * once.ln();
                                1.0
                            }
                        };
                    }
                }
            }
            log_likelihood += parts[..count].iter().sum::<f64>();
            if K::DIVIDES {
                // One logarithm for a block of factors, each from 1 to 16: they do not overflow.
                log_likelihood -= divisors[..count].iter().product::<f64>().ln();
            }
            for at in 0..count {
                keep(block.row_at(at), predictors[at], scores[at], weights[at]);
            }
            match information.as_deref_mut() {
                Some(information) => block.add(&scores[..count], &weights[..count], gradient, information),
                None => block.add_scores(&scores[..count], gradient),
            }
            begin += count;
        }
        log_likelihood
    }

    /// All that the rows say at the coefficients. X′WX is the observed one, both triangles.
    pub(crate) fn trace(&self, coefficients: &[f64]) -> Trace {
        let rows = self.outcome.len();
        let (mut predictor, mut scores, mut weights) = (vec![0.0; rows], vec![0.0; rows], vec![0.0; rows]);
        let (mut gradient, mut information) = (vec![0.0; self.p], Matrix::zeros(self.p, self.p));
        let keep = |row: usize, eta: f64, score: f64, weight: f64| {
            predictor[row] = eta;
            scores[row] = score;
            weights[row] = weight;
        };
        let log_likelihood = self.evaluate(coefficients, &mut gradient, Some(&mut information), keep);
        information.mirror_lower();
        Trace { predictor, scores, weights, gradient, information, log_likelihood }
    }

    /// The log-likelihood at the coefficients, up to the family's constant.
    pub(crate) fn log_likelihood(&self, coefficients: &[f64], workspace: &mut Workspace) -> f64 {
        self.evaluate(coefficients, &mut workspace.gradient, None, |_, _, _, _| {})
    }

    /// How far a step moves the row it moves most; the bound by columns saves looking in most cases.
    fn longest(&self, step: &[f64], largest: &[f64]) -> f64 {
        let bound: f64 = step.iter().zip(largest).map(|(step, largest)| step.abs() * largest).sum();
        if bound <= LONGEST_STEP {
            return bound;
        }
        let p = self.p;
        (0..self.rows()).fold(0.0, |longest: f64, index| {
            let row = self.active.map_or(index, |active| active[index] as usize);
            longest.max(dot(&self.x[row * p..row * p + p], step).abs())
        })
    }

    /// Iterates from the coefficients given.
    ///
    /// A pass over the rows for the gradient alone costs a third of one that computes X′WX too. Where a few steps with
    /// the last factor lead to the end, they are made instead of one with a new factor. `near` is a factor from almost
    /// the same data, times a scale, to begin with.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(crate) fn solve(
        &self,
        start: &[f64],
        near: Option<(&Cholesky, f64)>,
        workspace: &mut Workspace,
    ) -> Result<Solution, Trouble> {
        let Workspace { gradient, information, candidate, size, largest } = workspace;
        let mut coefficients = start.to_vec();
        let wanted = if near.is_some() { None } else { Some(&mut *information) };
        let mut log_likelihood = self.evaluate(&coefficients, gradient, wanted, |_, _, _, _| {});
        if !log_likelihood.is_finite() {
            return Err(Trouble::Endless { iterations: 0 });
        }
        let (mut factor, mut scale) =
            near.map_or((None, 1.0), |(factor, scale)| (Some(factor.clone()), scale));
        let mut fresh = near.is_none();
        let mut before = f64::INFINITY;
        let is_linear = self.family == Family::Gaussian;
        for iteration in 0..self.max_iterations {
            let held_gradient = self.held.map_or(0.0, |held| gradient[held]);
            if let Some(held) = self.held {
                gradient[held] = 0.0;
            }
            if fresh {
                if let Some(held) = self.held {
                    hold(information, held);
                }
                scale = 1.0;
                factor = match Cholesky::new(information) {
                    Ok(factor) => Some(factor),
                    Err(column) if iteration == 0 => return Err(Trouble::Collinear(column)),
                    Err(_) => return Err(Trouble::Endless { iterations: iteration }),
                };
            }
            let Some(known) = &factor else { return Err(Trouble::Endless { iterations: iteration }) };
            let mut step = known.solve(gradient);
            step.iter_mut().for_each(|step| *step /= scale);
            let moved =
                step.iter().zip(size.iter()).map(|(step, size)| (step * size).abs()).fold(0.0, f64::max);
            if moved.is_nan() {
                return Err(Trouble::Endless { iterations: iteration });
            }
            // By how much the next step is shorter: Newton's squares, one with an old factor goes on as before.
            let rate = match (fresh, before.is_finite()) {
                (true, _) => moved,
                (false, true) => moved / before,
                (false, false) => 0.1,
            };
            if !fresh && rate > 0.3 {
                // The old factor leads nowhere from here.
                self.evaluate(&coefficients, gradient, Some(information), |_, _, _, _| {});
                fresh = true;
                continue;
            }
            let remains = moved * rate;
            let promised = dot(gradient, &step);
            // The third way out is for columns so close to each other that rounding moves them by more than the bound. Least
            // squares are there after one whole step, so that there all that still moves is rounding.
            let is_rounding = if is_linear {
                fresh && moved < 1e-3
            } else {
                moved < 1e-6 && promised <= 1e-14 * (1.0 + log_likelihood.abs())
            };
            let stuck = is_rounding && moved >= 0.5 * before;
            if moved < SETTLED || (remains < self.remains && rate < 0.1) || stuck {
                for (coefficient, step) in coefficients.iter_mut().zip(&step) {
                    *coefficient += step;
                }
                return Ok(Solution {
                    coefficients,
                    log_likelihood,
                    held_gradient,
                    factor,
                    iterations: iteration + 1,
                });
            }
            before = moved;
            // Not for ever: a row far out from all others may have to move a long way, and then halving has to do.
            if !is_linear && iteration < CAPPED_STEPS {
                let longest = self.longest(&step, largest);
                if longest > LONGEST_STEP {
                    step.iter_mut().for_each(|step| *step *= LONGEST_STEP / longest);
                }
            }
            let end = self.remains.max(SETTLED * SETTLED);
            fresh = rate > 0.1 || (end / remains).ln() < 3.0 * rate.ln();
            let mut halvings = 0;
            loop {
                for ((candidate, coefficient), step) in candidate.iter_mut().zip(&coefficients).zip(&step) {
                    *candidate = coefficient + step;
                }
                let wanted = if fresh { Some(&mut *information) } else { None };
                let reached = self.evaluate(candidate, gradient, wanted, |_, _, _, _| {});
                // As good as 1: all rows are told, and only separation does that.
                if self.family.is_binary() && reached > -1e-9 {
                    return Err(Trouble::Endless { iterations: iteration + 1 });
                }
                // Towards least squares a step is whole, whatever rounding makes of their sum.
                if reached >= log_likelihood - 1e-11 * (1.0 + log_likelihood.abs())
                    || (is_linear && reached.is_finite())
                {
                    log_likelihood = reached;
                    break;
                }
                halvings += 1;
                if halvings > 40 {
                    return Err(Trouble::Endless { iterations: iteration });
                }
                // What is known of lengths is of whole steps.
                fresh = true;
                step.iter_mut().for_each(|step| *step *= 0.5);
            }
            coefficients.copy_from_slice(candidate);
        }
        Err(Trouble::Endless { iterations: self.max_iterations })
    }
}

/// X′WX, both triangles.
pub(crate) fn weighted_square(x: &[f64], p: usize, weights: &[f64]) -> Matrix {
    let (mut square, mut unused) = (Matrix::zeros(p, p), vec![0.0; p]);
    let none = [0.0; BLOCK];
    for (at, weights) in weights.chunks(BLOCK).enumerate() {
        let block = Block { x, active: None, begin: at * BLOCK };
        block.add(&none[..weights.len()], weights, &mut unused, &mut square);
    }
    square.mirror_lower();
    square
}

/// Takes one coefficient out of the step.
fn hold(information: &mut Matrix, held: usize) {
    for other in 0..information.rows {
        let at = if other < held { (held, other) } else { (other, held) };
        information[at] = 0.0;
    }
    information[(held, held)] = 1.0;
}
