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

    /// The mean at a linear predictor: a probability or a share in [0, 1], a number, or a mean ≥ 0, as the family has
    /// it. NaN gives NaN.
    ///
    /// # Source
    /// McCullagh and Nelder, *Generalized Linear Models* (1989).
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Family;
    ///
    /// assert!((Family::Logit.mean(3f64.ln()) - 0.75).abs() < 1e-15);
    /// // 1 − exp(−exp(η)).
    /// assert!((Family::ComplementaryLogLog.mean(2f64.ln()) - (1.0 - (-2f64).exp())).abs() < 1e-15);
    /// ```
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

    /// The linear predictor at a mean, the inverse of [`Family::mean`]: infinite at the ends of the family's range,
    /// NaN beyond.
    ///
    /// # Source
    /// As [`Family::mean`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Family;
    ///
    /// assert!((Family::Logit.link(0.75) - 3f64.ln()).abs() < 1e-15);
    /// assert_eq!(Family::Poisson.link(0.0), f64::NEG_INFINITY);
    /// ```
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
            Family::Gaussian => return within_reach(outcome),
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

    /// Whether the expected information is the observed one.
    pub(crate) fn is_canonical(self) -> bool {
        !matches!(self, Family::ComplementaryLogLog | Family::GammaLog)
    }

    /// A row's weight in the expected information, where that is not the observed one.
    pub(crate) fn expected_weight(self, linear_predictor: f64) -> f64 {
        match self {
            Family::ComplementaryLogLog => {
                let hazard = linear_predictor.exp();
                let ratio = hazard_ratio(hazard);
                if ratio > 0.0 { hazard * ratio } else { 0.0 }
            }
            Family::GammaLog => 1.0,
            _ => unreachable!("of canonical families the weights are known"),
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

/// Refuses outcomes whose squares have no digits, or no end.
fn within_reach(outcome: &[f64]) -> Result<(), Error> {
    const FARTHEST: f64 = 1e150;
    let largest = outcome.iter().fold(0.0, |largest: f64, y| largest.max(y.abs()));
    if largest == 0.0 || (1.0 / FARTHEST..FARTHEST).contains(&largest) {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "the outcome goes as far as {largest:e}, out of reach of the arithmetic: give it in other units"
    )))
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

/// 1/k!.
const RECIPROCAL: [f64; 14] = {
    let mut values = [1.0; 14];
    let mut at = 1;
    while at < 14 {
        values[at] = values[at - 1] / at as f64;
        at += 1;
    }
    values
};

/// eˣ for x ≤ 0, to two units in the last place; plain arithmetic, so that a loop over it takes several at a time.
///
/// x is k log 2 + r with |r| ≤ ½ log 2; eʳ by its series, 2ᵏ by its exponent.
#[inline(always)]
fn exp_of_negative(x: f64) -> f64 {
    // Adding it leaves the nearest whole number in the last bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    // log 2 in two parts, the first with zeros at its end, so that k times it is exact.
    const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    let x = x.max(-708.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2[0]) - k * LN_2[1];
    // In pairs, and pairs of pairs, that need not wait for each other.
    let (r2, pair) = (r * r, |at: usize| RECIPROCAL[at] + RECIPROCAL[at + 1] * r);
    let r4 = r2 * r2;
    let low = (pair(0) + pair(2) * r2) + (pair(4) + pair(6) * r2) * r4;
    let high = (pair(8) + pair(10) * r2) + pair(12) * r4;
    let series = low + high * (r4 * r4);
    series * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
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
    /// Without the logarithm of the divisor.
    pub(crate) log_likelihood: f64,
    /// What the likelihood is divided by, from 1 to 2; many are multiplied before one logarithm is taken.
    pub(crate) divisor: f64,
    pub(crate) score: f64,
    pub(crate) weight: f64,
}

/// One family's row, known at compile time so that the loop over rows holds no choice.
pub(crate) trait Kernel {
    /// Whether the divisor is ever other than 1.
    const DIVIDES: bool = false;
    /// The values at a linear predictor.
    fn at(linear_predictor: f64, outcome: f64) -> Point;
}

pub(crate) struct LogitKernel;
pub(crate) struct Cloglog;
pub(crate) struct GaussianKernel;
pub(crate) struct GammaKernel;
pub(crate) struct PoissonKernel;

impl Kernel for LogitKernel {
    const DIVIDES: bool = true;

    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let small = exp_of_negative(-eta.abs());
        let whole = 1.0 / (1.0 + small);
        let less = small * whole;
        let (mean, other) = if eta >= 0.0 { (whole, less) } else { (less, whole) };
        Point {
            log_likelihood: y * eta - eta.max(0.0),
            divisor: 1.0 + small,
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
            return Point { log_likelihood: -hazard, divisor: 1.0, score: -hazard, weight: hazard };
        }
        let ratio = hazard_ratio(hazard);
        // Below, the difference has no digits left and two terms of its series have them all.
        let bend = if hazard < 1e-3 { hazard / 2.0 + hazard * hazard / 12.0 } else { hazard + ratio - 1.0 };
        let log = if hazard > 1e-300 { (-(-hazard).exp_m1()).ln() } else { eta };
        Point {
            log_likelihood: log,
            divisor: 1.0,
            score: ratio,
            weight: if ratio > 0.0 { ratio * bend } else { 0.0 },
        }
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
        Point { log_likelihood: -0.5 * rest * rest, divisor: 1.0, score: rest, weight: 1.0 }
    }
}

impl Kernel for GammaKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let ratio = y * (-eta).exp();
        Point { log_likelihood: -ratio - eta, divisor: 1.0, score: ratio - 1.0, weight: ratio }
    }
}

impl Kernel for PoissonKernel {
    #[inline(always)]
    fn at(eta: f64, y: f64) -> Point {
        let mean = eta.exp();
        Point { log_likelihood: y * eta - mean, divisor: 1.0, score: y - mean, weight: mean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_the_library_s() {
        for step in 0..70_000 {
            let x = f64::from(step) * -0.0101;
            assert!((exp_of_negative(x) / x.exp() - 1.0).abs() < 5e-16, "{x}");
        }
        assert_eq!(exp_of_negative(0.0), 1.0);
        assert!(exp_of_negative(-1e300) < 1e-300);
    }
}
