use statrs::function::gamma::ln_gamma;

use crate::Error;

/// The distribution of the outcome and the scale on which the columns add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// 0 or 1, with the log-odds linear: logistic regression.
    Logit,
    /// 0 or 1, with log(−log(1 − p)) linear: proportional hazards in grouped time.
    ComplementaryLogLog,
    /// Any number, linear: ordinary least squares.
    Gaussian,
    /// A share from 0 to 1, with the log-odds of its mean linear. A quasi-likelihood: its errors should be robust ones.
    FractionalLogit,
    /// Above 0, with the logarithm of the mean linear and a standard deviation that grows with the mean.
    GammaLog,
    /// A count, with the logarithm of the mean linear.
    Poisson,
}

impl Family {
    /// Whether outcomes are 0 or 1 only.
    pub fn is_binary(self) -> bool {
        matches!(self, Family::Logit | Family::ComplementaryLogLog)
    }

    /// Whether a dispersion is estimated, which scales the model's covariance.
    pub fn has_dispersion(self) -> bool {
        matches!(self, Family::Gaussian | Family::FractionalLogit | Family::GammaLog)
    }

    /// Whether likelihoods of this family can be compared by a ratio test: not where there is only a quasi-likelihood.
    pub fn has_likelihood(self) -> bool {
        self != Family::FractionalLogit
    }

    /// The mean at a linear predictor.
    pub fn mean(self, linear_predictor: f64) -> f64 {
        match self {
            Family::Logit | Family::FractionalLogit => expit(linear_predictor),
            Family::ComplementaryLogLog => -(-linear_predictor.exp()).exp_m1(),
            Family::Gaussian => linear_predictor,
            Family::GammaLog | Family::Poisson => linear_predictor.exp(),
        }
    }

    /// The derivative of the mean by the linear predictor.
    pub(crate) fn mean_slope(self, linear_predictor: f64) -> f64 {
        match self {
            Family::Logit | Family::FractionalLogit => expit(linear_predictor) * expit(-linear_predictor),
            Family::ComplementaryLogLog => (linear_predictor - linear_predictor.exp()).exp(),
            Family::Gaussian => 1.0,
            Family::GammaLog | Family::Poisson => linear_predictor.exp(),
        }
    }

    /// The linear predictor at a mean.
    pub fn link(self, mean: f64) -> f64 {
        match self {
            Family::Logit | Family::FractionalLogit => (mean / (1.0 - mean)).ln(),
            Family::ComplementaryLogLog => (-(-mean).ln_1p()).ln(),
            Family::Gaussian => mean,
            Family::GammaLog | Family::Poisson => mean.ln(),
        }
    }

    /// Refuses an outcome that the family cannot have.
    pub(crate) fn check(self, outcome: &[f64]) -> Result<(), Error> {
        let (fits, expected): (fn(f64) -> bool, _) = match self {
            Family::Logit | Family::ComplementaryLogLog => (|y| y == 0.0 || y == 1.0, "0 or 1"),
            Family::Gaussian => return Ok(()),
            Family::FractionalLogit => (|y| (0.0..=1.0).contains(&y), "a share from 0 to 1"),
            Family::GammaLog => (|y| y > 0.0, "a number above 0"),
            Family::Poisson => (|y| y >= 0.0, "a count, 0 or more"),
        };
        match outcome.iter().position(|&y| !fits(y)) {
            None => Ok(()),
            Some(row) => Err(Error::OutOfRange {
                what: format!("the outcome of row {row}"),
                value: outcome[row],
                expected,
            }),
        }
    }

    /// Twice the distance of one outcome from a perfect fit, on the scale of the log-likelihood.
    pub(crate) fn unit_deviance(self, outcome: f64, linear_predictor: f64) -> f64 {
        let (y, eta) = (outcome, linear_predictor);
        match self {
            Family::Logit => 2.0 * (softplus(eta) - y * eta),
            Family::ComplementaryLogLog => -2.0 * Cloglog::at(eta, y).log_likelihood,
            Family::Gaussian => (y - eta) * (y - eta),
            Family::FractionalLogit => {
                2.0 * (softplus(eta) - y * eta + times_log(y, y) + times_log(1.0 - y, 1.0 - y))
            }
            Family::GammaLog => {
                let ratio = y * (-eta).exp();
                2.0 * (ratio - 1.0 - ratio.ln())
            }
            Family::Poisson => 2.0 * (times_log(y, y) - y * eta - y + eta.exp()),
        }
    }

    /// What one row adds to score and expected information, for each unit of its columns.
    pub(crate) fn score_and_weight(self, linear_predictor: f64, outcome: f64) -> (f64, f64) {
        let eta = linear_predictor;
        let (point, expected) = match self {
            Family::Logit | Family::FractionalLogit => (LogitKernel::at(eta, outcome), None),
            Family::ComplementaryLogLog => {
                let hazard = eta.exp();
                let ratio = hazard_ratio(hazard);
                (Cloglog::at(eta, outcome), Some(if ratio > 0.0 { hazard * ratio } else { 0.0 }))
            }
            Family::Gaussian => (GaussianKernel::at(eta, outcome), None),
            Family::GammaLog => (GammaKernel::at(eta, outcome), Some(1.0)),
            Family::Poisson => (PoissonKernel::at(eta, outcome), None),
        };
        (point.score, expected.unwrap_or(point.weight))
    }

    /// The variance of an outcome at a mean, for a dispersion of 1.
    pub(crate) fn variance(self, mean: f64) -> f64 {
        match self {
            Family::Logit | Family::ComplementaryLogLog | Family::FractionalLogit => mean * (1.0 - mean),
            Family::Gaussian => 1.0,
            Family::GammaLog => mean * mean,
            Family::Poisson => mean,
        }
    }

    /// The log-likelihood from a deviance, constants included, with the dispersion at its value for this deviance
    /// where there is one.
    pub(crate) fn log_likelihood(
        self,
        deviance: f64,
        outcome: &[f64],
        weight: impl Fn(usize) -> f64,
        n: f64,
    ) -> f64 {
        match self {
            Family::Logit | Family::ComplementaryLogLog => -deviance / 2.0,
            Family::Gaussian => -n / 2.0 * ((2.0 * std::f64::consts::PI * deviance / n).ln() + 1.0),
            Family::FractionalLogit => {
                let perfect: f64 = outcome
                    .iter()
                    .enumerate()
                    .map(|(row, &y)| weight(row) * (times_log(y, y) + times_log(1.0 - y, 1.0 - y)))
                    .sum();
                perfect - deviance / 2.0
            }
            Family::GammaLog => {
                let shape = n / deviance;
                let logs: f64 = outcome.iter().enumerate().map(|(row, y)| weight(row) * y.ln()).sum();
                // Σ of log y − log μ − y/μ is −deviance/2 − n, whatever the means.
                n * (shape * shape.ln() - ln_gamma(shape)) - logs - shape * (deviance / 2.0 + n)
            }
            Family::Poisson => {
                let perfect: f64 = outcome
                    .iter()
                    .enumerate()
                    .map(|(row, &y)| weight(row) * (times_log(y, y) - y - ln_gamma(y + 1.0)))
                    .sum();
                perfect - deviance / 2.0
            }
        }
    }
}

/// 1 / (1 + e^−x), without overflow.
pub(crate) fn expit(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// log(1 + eˣ), without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// x log y, 0 where x is.
fn times_log(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * y.ln() }
}

/// What one row adds to the iterations: its log-likelihood up to a constant, the derivative of that by the linear
/// predictor, and the negative second derivative, observed and never below 0: all families here are concave, so that
/// Newton's steps on it always climb. (Steps on the expected one can circle where the model fits badly.)
pub(crate) struct Point {
    pub(crate) log_likelihood: f64,
    pub(crate) score: f64,
    pub(crate) weight: f64,
}

/// One family's row, known at compile time so that the loop over rows holds no choice.
pub(crate) trait Kernel {
    /// The values at a linear predictor.
    fn at(linear_predictor: f64, outcome: f64) -> Point;
}

pub(crate) struct LogitKernel;
pub(crate) struct Cloglog;
pub(crate) struct GaussianKernel;
pub(crate) struct GammaKernel;
pub(crate) struct PoissonKernel;

impl Kernel for LogitKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let small = (-eta.abs()).exp();
        let whole = 1.0 / (1.0 + small);
        let less = small * whole;
        let (mean, other) = if eta >= 0.0 { (whole, less) } else { (less, whole) };
        Point {
            log_likelihood: y * eta - eta.max(0.0) - small.ln_1p(),
            // y − mean, and mean · (1 − mean), with the digits that 1 − mean would lose: a separated fit must not seem to
            // have settled.
            score: y * other - (1.0 - y) * mean,
            weight: less * whole,
        }
    }
}

impl Kernel for Cloglog {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let hazard = eta.exp();
        if y < 0.5 {
            return Point { log_likelihood: -hazard, score: -hazard, weight: hazard };
        }
        let ratio = hazard_ratio(hazard);
        // Below, the difference has no digits left and two terms of its series have them all.
        let bend = if hazard < 1e-3 { hazard / 2.0 + hazard * hazard / 12.0 } else { hazard + ratio - 1.0 };
        let log = if hazard > 1e-300 { (-(-hazard).exp_m1()).ln() } else { eta };
        Point { log_likelihood: log, score: ratio, weight: if ratio > 0.0 { ratio * bend } else { 0.0 } }
    }
}

/// h / (eʰ − 1), which is 0 long before the exponential overflows and 1 where it has no digits.
fn hazard_ratio(hazard: f64) -> f64 {
    let odds = hazard.exp_m1();
    if odds <= 0.0 {
        1.0
    } else if odds.is_finite() {
        hazard / odds
    } else {
        0.0
    }
}

impl Kernel for GaussianKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let rest = y - eta;
        Point { log_likelihood: -0.5 * rest * rest, score: rest, weight: 1.0 }
    }
}

impl Kernel for GammaKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let ratio = y * (-eta).exp();
        Point { log_likelihood: -ratio - eta, score: ratio - 1.0, weight: ratio }
    }
}

impl Kernel for PoissonKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let mean = eta.exp();
        Point { log_likelihood: y * eta - mean, score: y - mean, weight: mean }
    }
}
