use super::monotone::monotone_columns;
use super::rows::{Moment, Rows};
use crate::{Cholesky, Error, Matrix};

/// Newton steps before a fit is given up.
const MAX_STEPS: usize = 50;

/// Where the likelihood is highest, in standardised columns.
pub(super) struct Maximum {
    pub(super) coefficients: Vec<f64>,
    pub(super) eta: Vec<f64>,
    pub(super) factor: Cholesky,
    pub(super) log_likelihood: f64,
    pub(super) iterations: usize,
}

/// The log-likelihood with its first derivative and the negative second one.
struct Derivatives {
    log_likelihood: f64,
    score: Vec<f64>,
    information: Matrix,
}

impl Rows {
    pub(super) fn log_likelihood(&self, eta: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.sweep_scalar(eta, |moment| sum += moment.log_likelihood());
        sum
    }

    /// A sweep in which nothing but the sums of θ is wanted.
    fn sweep_scalar(&self, eta: &[f64], visit: impl FnMut(&Moment<'_>)) {
        self.sweep(eta, false, visit);
    }

    fn derivatives(&self, eta: &[f64]) -> Derivatives {
        let p = self.columns;
        let mut log_likelihood = 0.0;
        let mut score = vec![0.0; p];
        let mut packed = vec![0.0; p * (p + 1) / 2];
        self.sweep(eta, true, |moment| {
            log_likelihood += moment.log_likelihood();
            for (sum, value) in score.iter_mut().zip(moment.event_x) {
                *sum += value;
            }
            moment.add_variance(&mut score, &mut packed, 1.0);
        });
        Derivatives { log_likelihood, score, information: unpacked(&packed, p) }
    }

    pub(super) fn maximise(&self, start: Vec<f64>, names: &[String]) -> Result<Maximum, Error> {
        let mut coefficients = start;
        let mut eta = self.linear(&coefficients);
        let mut now = self.derivatives(&eta);
        for iteration in 1..=MAX_STEPS {
            let factor = match Cholesky::new(&now.information) {
                Ok(factor) => factor,
                // At the start it is the columns; later on it is a likelihood that has become flat.
                Err(_) if iteration == 1 && now.information.diagonal().iter().all(|own| *own < 1e-12) => {
                    return Err(Error::Refused(
                        "at no event was anybody at risk whose columns differ from those of the row that had it, so that there is \
                         nothing to compare: take a longer time, or more rows"
                            .to_owned(),
                    ));
                }
                Err(column) => {
                    return Err(match monotone_columns(self, &coefficients) {
                        Some(columns) if iteration > 1 => Error::Monotone { terms: named(names, &columns) },
                        _ => Error::Collinear { column: names[column].clone() },
                    });
                }
            };
            let step = factor.solve(&now.score);
            let length = step.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            if length.is_nan() {
                break;
            }
            let eta_step = self.linear(&step);
            // A step may not change any row's hazard more than e⁸ times: far from the maximum Newton's overshoots.
            let reach = eta_step.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            let mut share = if reach > 8.0 { 8.0 / reach } else { 1.0 };
            if length < 1e-10 {
                for (b, change) in coefficients.iter_mut().zip(&step) {
                    *b += change;
                }
                let eta = eta.iter().zip(&eta_step).map(|(at, change)| at + change).collect();
                let log_likelihood = now.log_likelihood;
                return Ok(Maximum { coefficients, eta, factor, log_likelihood, iterations: iteration });
            }
            if iteration >= 5
                && length > 0.05
                && let Some(columns) = monotone_columns(self, &step)
            {
                return Err(Error::Monotone { terms: named(names, &columns) });
            }
            let mut halvings = 0;
            loop {
                let tried: Vec<f64> =
                    eta.iter().zip(&eta_step).map(|(at, change)| at + share * change).collect();
                let next = self.derivatives(&tried);
                // Rounding may take a little away where nothing is to be gained any more.
                if next.log_likelihood >= now.log_likelihood - 1e-12 * now.log_likelihood.abs()
                    || halvings == 30
                {
                    for (b, change) in coefficients.iter_mut().zip(&step) {
                        *b += share * change;
                    }
                    eta = tried;
                    now = next;
                    break;
                }
                share /= 2.0;
                halvings += 1;
            }
        }
        match monotone_columns(self, &coefficients) {
            Some(columns) => Err(Error::Monotone { terms: named(names, &columns) }),
            None => Err(Error::NotConverged { what: "Cox's model", iterations: MAX_STEPS }),
        }
    }

    /// A covariance of standardised coefficients in the columns' own units.
    pub(super) fn unscaled(&self, covariance: &Matrix) -> Matrix {
        let mut own = covariance.clone();
        for row in 0..own.rows {
            for column in 0..own.columns {
                own[(row, column)] /= self.scales[row] * self.scales[column];
            }
        }
        own
    }
}

impl Moment<'_> {
    fn log_likelihood(&self) -> f64 {
        // ln of a reciprocal costs the same as ln; one event is by far the most frequent.
        if self.events == 1 {
            self.event_eta - self.s0.ln()
        } else {
            self.event_eta + self.efron().map(|(_, one_over)| one_over.ln()).sum::<f64>()
        }
    }

    /// Takes `weight` times Efron's means of x from `score`, and adds `weight` times the variances to the packed lower
    /// triangle.
    pub(super) fn add_variance(&self, score: &mut [f64], packed: &mut [f64], weight: f64) {
        // Over Efron's terms, with v = 1/risk left and c = share taken: sums of v, cv, v², cv², c²v².
        let (mut v, mut cv, mut vv, mut cvv, mut ccvv) = (0.0, 0.0, 0.0, 0.0, 0.0);
        if self.events == 1 {
            v = 1.0 / self.s0;
            vv = v * v;
        } else {
            for (share, one_over) in self.efron() {
                v += one_over;
                cv += share * one_over;
                vv += one_over * one_over;
                cvv += share * one_over * one_over;
                ccvv += share * share * one_over * one_over;
            }
        }
        let (v, cv, vv, cvv, ccvv) = (weight * v, weight * cv, weight * vv, weight * cvv, weight * ccvv);
        for (sum, value) in score.iter_mut().zip(self.s1) {
            *sum -= v * value;
        }
        let mut at = 0;
        for (row, &left) in self.s1.iter().enumerate() {
            let cells = packed[at..=at + row].iter_mut().zip(&self.s2[at..=at + row]).zip(self.s1);
            let scaled = vv * left;
            for ((cell, s2), right) in cells {
                *cell += v * s2 - scaled * right;
            }
            at += row + 1;
        }
        if self.events == 1 {
            return;
        }
        for (sum, value) in score.iter_mut().zip(self.d1) {
            *sum += cv * value;
        }
        let mut at = 0;
        for row in 0..self.s1.len() {
            for column in 0..=row {
                packed[at] += cvv * (self.s1[row] * self.d1[column] + self.d1[row] * self.s1[column])
                    - ccvv * self.d1[row] * self.d1[column]
                    - cv * self.d2[at];
                at += 1;
            }
        }
    }
}

/// The symmetric matrix of a packed lower triangle.
pub(super) fn unpacked(packed: &[f64], size: usize) -> Matrix {
    let mut matrix = Matrix::zeros(size, size);
    let mut at = 0;
    for row in 0..size {
        for column in 0..=row {
            matrix[(row, column)] = packed[at];
            matrix[(column, row)] = packed[at];
            at += 1;
        }
    }
    matrix
}

fn named(names: &[String], columns: &[usize]) -> Vec<String> {
    columns.iter().map(|&column| names[column].clone()).collect()
}
