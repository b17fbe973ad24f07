//! The iterations all families share: Newton's, with the step halved while the likelihood
//! falls and cut where it would throw a row too far.

use super::family::{Cloglog, Family, GammaKernel, GaussianKernel, Kernel, LogitKernel, PoissonKernel};
use crate::matrix::dot;
use crate::{Cholesky, Matrix};

/// No row's linear predictor may move further in one step: beyond, probabilities saturate and the next step explodes.
const LONGEST_STEP: f64 = 8.0;
/// Settled when no coefficient of a column of size 1 moves more.
pub(crate) const SETTLED: f64 = 1e-10;
/// Rows worked on at a time, so that their values stay near.
const BLOCK: usize = 64;

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
    /// The step that counts as none, [`SETTLED`] but for replicates.
    pub(crate) settled: f64,
}

/// Where the iterations ended.
pub(crate) struct Solution {
    pub(crate) coefficients: Vec<f64>,
    /// Up to the family's constant.
    pub(crate) log_likelihood: f64,
    /// The slope of the log-likelihood by the coefficient that is held, 0 where none is.
    pub(crate) held_gradient: f64,
    pub(crate) iterations: usize,
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
    /// Root mean square of each column, and its largest absolute value.
    size: Vec<f64>,
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
        for (size, largest) in size.iter_mut().zip(&largest) {
            *size = (*size / n).sqrt();
            if *size == 0.0 || !size.is_finite() {
                *size = if *largest > 0.0 { *largest } else { 1.0 };
            }
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
    fn rows(&self) -> usize {
        self.active.map_or(self.outcome.len(), <[u32]>::len)
    }

    #[inline(always)]
    fn row_at(&self, index: usize) -> usize {
        match self.active {
            None => index,
            Some(active) => active[index] as usize,
        }
    }

    /// The log-likelihood at the coefficients; the gradient and the lower triangle of X′WX go into the workspace.
    fn evaluate(&self, coefficients: &[f64], gradient: &mut [f64], information: &mut Matrix) -> f64 {
        match self.family {
            Family::Logit | Family::FractionalLogit => {
                self.evaluate_as::<LogitKernel>(coefficients, gradient, information)
            }
            Family::ComplementaryLogLog => self.evaluate_as::<Cloglog>(coefficients, gradient, information),
            Family::Gaussian => self.evaluate_as::<GaussianKernel>(coefficients, gradient, information),
            Family::GammaLog => self.evaluate_as::<GammaKernel>(coefficients, gradient, information),
            Family::Poisson => self.evaluate_as::<PoissonKernel>(coefficients, gradient, information),
        }
    }

    fn evaluate_as<K: Kernel>(
        &self,
        coefficients: &[f64],
        gradient: &mut [f64],
        information: &mut Matrix,
    ) -> f64 {
        let p = self.p;
        gradient.fill(0.0);
        information.values.fill(0.0);
        let rows = self.rows();
        let mut log_likelihood = 0.0;
        let (mut scores, mut weights) = ([0.0; BLOCK], [0.0; BLOCK]);
        let mut begin = 0;
        while begin < rows {
            let end = (begin + BLOCK).min(rows);
            let mut of_block = 0.0;
            for index in begin..end {
                let row = self.row_at(index);
                let mut eta = dot(&self.x[row * p..row * p + p], coefficients);
                if let Some(offset) = self.offset {
                    eta += offset[row];
                }
                let mut point = K::at(eta, self.outcome[row]);
                if let Some(frequency) = self.weights {
                    let frequency = frequency[row];
                    point.log_likelihood *= frequency;
                    point.score *= frequency;
                    point.weight *= frequency;
                }
                of_block += point.log_likelihood;
                scores[index - begin] = point.score;
                weights[index - begin] = point.weight;
            }
            log_likelihood += of_block;
            let mut index = begin;
            while index + 4 <= end {
                let at = index - begin;
                let rows = [0, 1, 2, 3].map(|next| {
                    let row = self.row_at(index + next);
                    &self.x[row * p..row * p + p]
                });
                add_four(gradient, information, rows, &scores[at..at + 4], &weights[at..at + 4]);
                index += 4;
            }
            while index < end {
                let row = self.row_at(index);
                let values = &self.x[row * p..row * p + p];
                for (sum, value) in gradient.iter_mut().zip(values) {
                    *sum += scores[index - begin] * value;
                }
                information.add_outer_lower(values, weights[index - begin]);
                index += 1;
            }
            begin = end;
        }
        log_likelihood
    }

    /// The log-likelihood at the coefficients, up to the family's constant.
    pub(crate) fn log_likelihood(&self, coefficients: &[f64], workspace: &mut Workspace) -> f64 {
        self.evaluate(coefficients, &mut workspace.gradient, &mut workspace.information)
    }

    /// How far a step moves the row it moves most; the bound by columns saves looking in most cases.
    fn longest(&self, step: &[f64], largest: &[f64]) -> f64 {
        let bound: f64 = step.iter().zip(largest).map(|(step, largest)| step.abs() * largest).sum();
        if bound <= LONGEST_STEP {
            return bound;
        }
        let p = self.p;
        (0..self.rows()).fold(0.0, |longest: f64, index| {
            let row = self.row_at(index);
            longest.max(dot(&self.x[row * p..row * p + p], step).abs())
        })
    }

    /// Iterates from the coefficients given.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(crate) fn solve(&self, start: &[f64], workspace: &mut Workspace) -> Result<Solution, Trouble> {
        let Workspace { gradient, information, candidate, size, largest } = workspace;
        let mut coefficients = start.to_vec();
        let mut log_likelihood = self.evaluate(&coefficients, gradient, information);
        if !log_likelihood.is_finite() {
            return Err(Trouble::Endless { iterations: 0 });
        }
        let mut before = f64::INFINITY;
        for iteration in 0..self.max_iterations {
            let held_gradient = self.held.map_or(0.0, |held| gradient[held]);
            if let Some(held) = self.held {
                hold(gradient, information, held);
            }
            let factor = match Cholesky::new(information) {
                Ok(factor) => factor,
                Err(column) if iteration == 0 => return Err(Trouble::Collinear(column)),
                Err(_) => return Err(Trouble::Endless { iterations: iteration }),
            };
            let mut step = factor.solve(gradient);
            let moved =
                step.iter().zip(size.iter()).map(|(step, size)| (step * size).abs()).fold(0.0, f64::max);
            if moved.is_nan() {
                return Err(Trouble::Endless { iterations: iteration });
            }
            let promised = dot(gradient, &step);
            // The second way out is for columns so close to each other that rounding moves them by more than the bound.
            let stuck =
                moved < 1e-6 && moved >= 0.5 * before && promised <= 1e-14 * (1.0 + log_likelihood.abs());
            if moved < self.settled || stuck {
                for (coefficient, step) in coefficients.iter_mut().zip(&step) {
                    *coefficient += step;
                }
                return Ok(Solution {
                    coefficients,
                    log_likelihood,
                    held_gradient,
                    iterations: iteration + 1,
                });
            }
            before = moved;
            if self.family != Family::Gaussian {
                let longest = self.longest(&step, largest);
                if longest > LONGEST_STEP {
                    step.iter_mut().for_each(|step| *step *= LONGEST_STEP / longest);
                }
            }
            let mut halvings = 0;
            loop {
                for ((candidate, coefficient), step) in candidate.iter_mut().zip(&coefficients).zip(&step) {
                    *candidate = coefficient + step;
                }
                let reached = self.evaluate(candidate, gradient, information);
                // As good as 1: all rows are told, and only separation does that.
                if self.family.is_binary() && reached > -1e-9 {
                    return Err(Trouble::Endless { iterations: iteration + 1 });
                }
                if reached >= log_likelihood - 1e-11 * (1.0 + log_likelihood.abs()) {
                    log_likelihood = reached;
                    break;
                }
                halvings += 1;
                if halvings > 40 {
                    return Err(Trouble::Endless { iterations: iteration });
                }
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
    let mut fours = x.chunks_exact(4 * p);
    let mut taken = 0;
    for four in &mut fours {
        let rows = [0, 1, 2, 3].map(|row| &four[row * p..row * p + p]);
        add_four(&mut unused, &mut square, rows, &[0.0; 4], &weights[taken..taken + 4]);
        taken += 4;
    }
    for (row, &weight) in fours.remainder().chunks_exact(p).zip(&weights[taken..]) {
        square.add_outer_lower(row, weight);
    }
    square.mirror_lower();
    square
}

/// Takes one coefficient out of the step.
fn hold(gradient: &mut [f64], information: &mut Matrix, held: usize) {
    gradient[held] = 0.0;
    let p = gradient.len();
    for other in 0..p {
        let at = if other < held { (held, other) } else { (other, held) };
        information[at] = 0.0;
    }
    information[(held, held)] = 1.0;
}

/// Four rows at once: each sum is read and written a quarter as often.
#[inline(always)]
fn add_four(
    gradient: &mut [f64],
    information: &mut Matrix,
    rows: [&[f64]; 4],
    scores: &[f64],
    weights: &[f64],
) {
    let p = gradient.len();
    let [a, b, c, d] = rows.map(|row| &row[..p]);
    for column in 0..p {
        gradient[column] +=
            (scores[0] * a[column] + scores[1] * b[column]) + (scores[2] * c[column] + scores[3] * d[column]);
        let factors =
            [weights[0] * a[column], weights[1] * b[column], weights[2] * c[column], weights[3] * d[column]];
        let cells = &mut information.values[column * p..column * p + column + 1];
        let (a, b, c, d) = (&a[..=column], &b[..=column], &c[..=column], &d[..=column]);
        for (at, cell) in cells.iter_mut().enumerate() {
            *cell += (factors[0] * a[at] + factors[1] * b[at]) + (factors[2] * c[at] + factors[3] * d[at]);
        }
    }
}
