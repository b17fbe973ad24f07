//! Distribution functions, tails and quantiles of the usual distributions, under names that say which tail.
//!
//! Both tails are computed on their own, so that a p-value of 1e-10 keeps its digits, and quantiles are found on the
//! smaller tail. `statrs` gives ln Γ; its erfc is good to eleven digits only, and its incomplete beta function stops
//! after 140 terms and takes one tail as one minus the other, which loses the digits of small p-values.
//!
//! A value outside of a function's domain gives NaN, unless the function says otherwise: nothing is refused here.
//!
//! Sources: the series and continued fractions of the *Digital Library of Mathematical Functions*, chapter 8;
//! Loader (2000) for their factors. Checked against `scipy`, see `tests/golden/distribution.json`.

mod incomplete_beta;
mod incomplete_gamma;
mod quantile;
mod saddle;

use std::f64::consts::PI;

use incomplete_beta::{beta_tails, beta_tails_of};
use incomplete_gamma::{gamma_tails, half_gamma_upper};
use quantile::{Tails, invert};
pub(crate) use statrs::function::gamma::ln_gamma;

/// The standard normal distribution function Φ(z), in [0, 1]; NaN for NaN.
///
/// # Example
/// ```
/// use dearly_stats::distribution::normal_cdf;
///
/// assert_eq!(normal_cdf(0.0), 0.5);
/// assert!((normal_cdf(1.959964) - 0.975).abs() < 1e-7);
/// ```
pub fn normal_cdf(z: f64) -> f64 {
    normal_upper(-z)
}

/// The upper tail 1 − Φ(z) of the standard normal distribution, with all its digits far out; NaN for NaN.
///
/// # Example
/// 1 − [`normal_cdf`] would keep seven digits of this one.
/// ```
/// let tail = dearly_stats::distribution::normal_upper(6.0);
/// assert!((tail / 9.865_876_450_4e-10 - 1.0).abs() < 1e-10);
/// ```
pub fn normal_upper(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    let tail = 0.5 * half_gamma_upper(0.5 * z * z);
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// The density exp(−z²/2) / √(2π) of the standard normal distribution.
///
/// # Example
/// ```
/// let top = dearly_stats::distribution::normal_density(0.0);
/// assert!((top - 0.398_942_280_4).abs() < 1e-10);
/// ```
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The standard normal quantile Φ⁻¹(p), with p in [0, 1]: infinite at 0 and 1, NaN outside.
///
/// # Example
/// ```
/// use dearly_stats::distribution::normal_quantile;
///
/// assert!((normal_quantile(0.975) - 1.959_964).abs() < 1e-6);
/// assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
/// assert!(normal_quantile(1.1).is_nan());
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = p.min(1.0 - p);
    if tail == 0.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // A start with three digits (Abramowitz and Stegun 26.2.23), then Halley's steps on the tail itself.
    let t = (-2.0 * tail.ln()).sqrt();
    let mut z = t
        - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
            / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t);
    for _ in 0..4 {
        let error = (normal_upper(z) - tail) / normal_density(z);
        let step = error / (1.0 - 0.5 * z * error);
        z += step;
        if step.abs() <= z.abs() * 1e-15 {
            break;
        }
    }
    if p < 0.5 { -z } else { z }
}

/// The two-sided p-value 2 (1 − Φ(|z|)) of a standard normal z, of either sign.
///
/// # Example
/// ```
/// let p = dearly_stats::distribution::normal_two_sided(-1.959_964);
/// assert!((p - 0.05).abs() < 1e-6);
/// ```
pub fn normal_two_sided(z: f64) -> f64 {
    2.0 * normal_upper(z.abs())
}

/// The normal quantile that a two-sided interval of a level takes: 1.96 for 0.95. The level is in [0, 1]; 1 gives
/// infinity.
///
/// # Example
/// ```
/// let z = dearly_stats::distribution::normal_critical(0.95);
/// assert!((z - 1.959_964).abs() < 1e-6);
/// ```
pub fn normal_critical(level: f64) -> f64 {
    // On the small tail, so that a level of 0.999999 keeps its digits.
    -normal_quantile(0.5 * (1.0 - level))
}

/// The distribution function of Student's t with `degrees` > 0 of freedom, which need not be whole; infinite ones
/// make it normal. NaN for other degrees.
///
/// # Example
/// With one degree it is Cauchy's, ½ + arctan(t) / π.
/// ```
/// assert!((dearly_stats::distribution::t_cdf(1.0, 1.0) - 0.75).abs() < 1e-14);
/// ```
pub fn t_cdf(t: f64, degrees: f64) -> f64 {
    if t < 0.0 { t_upper(-t, degrees) } else { 1.0 - t_upper(t, degrees) }
}

/// The upper tail of Student's t with `degrees` as in [`t_cdf`], with all its digits far out.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::t_upper(1.0, 1.0) - 0.25).abs() < 1e-14);
/// ```
pub fn t_upper(t: f64, degrees: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - t_upper(-t, degrees);
    }
    if degrees == f64::INFINITY {
        return normal_upper(t);
    }
    // Each share from the ratio, so that a square beyond the largest number leaves 0 and not NaN.
    let ratio = t / degrees * t;
    0.5 * beta_tails_of(0.5 * degrees, 0.5, 1.0 / (1.0 + ratio), 1.0 / (1.0 + 1.0 / ratio)).lower
}

/// The quantile of Student's t with `degrees` as in [`t_cdf`] and p in [0, 1]: infinite at 0 and 1, NaN outside.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::t_quantile(0.75, 1.0) - 1.0).abs() < 1e-13);
/// ```
pub fn t_quantile(p: f64, degrees: f64) -> f64 {
    if degrees.is_nan() || degrees <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if degrees.is_infinite() {
        return normal_quantile(p);
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = p.min(1.0 - p);
    if tail == 0.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let constant = ln_gamma(0.5 * (degrees + 1.0)) - ln_gamma(0.5 * degrees) - 0.5 * (degrees * PI).ln();
    let start = normal_quantile(1.0 - tail.max(1e-15)).max(1e-300).ln();
    let magnitude = invert(1.0 - tail, tail, start, |u| {
        let t = u.exp();
        let upper = t_upper(t, degrees);
        let density = (constant - 0.5 * (degrees + 1.0) * (t * t / degrees).ln_1p() + u).exp();
        Tails { lower: 1.0 - upper, upper, density }
    })
    .exp();
    if p < 0.5 { -magnitude } else { magnitude }
}

/// The two-sided p-value of Student's t of either sign, with `degrees` as in [`t_cdf`].
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::t_two_sided(-1.0, 1.0) - 0.5).abs() < 1e-14);
/// ```
pub fn t_two_sided(t: f64, degrees: f64) -> f64 {
    2.0 * t_upper(t.abs(), degrees)
}

/// The quantile of Student's t that a two-sided interval of a level takes, with `degrees` as in [`t_cdf`]. The level
/// is in [0, 1]; 1 gives infinity.
///
/// # Example
/// ```
/// let t = dearly_stats::distribution::t_critical(0.95, 10.0);
/// assert!((t - 2.228_139).abs() < 1e-6);
/// ```
pub fn t_critical(level: f64, degrees: f64) -> f64 {
    -t_quantile(0.5 * (1.0 - level), degrees)
}

/// The value, 0 where it is below; NaN stays NaN, which `max` would lose.
fn not_below_0(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value }
}

/// The distribution function of χ² with `degrees` of freedom, finite and above 0: 0 for a value below 0, NaN for
/// degrees of 0 or less.
///
/// # Example
/// With two degrees it is 1 − exp(−x/2).
/// ```
/// let p = dearly_stats::distribution::chi_squared_cdf(2.0 * 20f64.ln(), 2.0);
/// assert!((p - 0.95).abs() < 1e-14);
/// ```
pub fn chi_squared_cdf(value: f64, degrees: f64) -> f64 {
    gamma_tails(0.5 * degrees, 0.5 * not_below_0(value)).lower
}

/// The upper tail of χ² with `degrees` as in [`chi_squared_cdf`], with all its digits far out: the p-value of a test.
///
/// # Example
/// ```
/// let p = dearly_stats::distribution::chi_squared_upper(2.0 * 20f64.ln(), 2.0);
/// assert!((p - 0.05).abs() < 1e-14);
/// ```
pub fn chi_squared_upper(value: f64, degrees: f64) -> f64 {
    gamma_tails(0.5 * degrees, 0.5 * not_below_0(value)).upper
}

/// The quantile of χ² with `degrees` as in [`chi_squared_cdf`] and p in [0, 1]: 0 at 0, infinite at 1, NaN outside.
///
/// # Example
/// With one degree it is the square of a normal quantile.
/// ```
/// use dearly_stats::distribution::{chi_squared_quantile, normal_critical};
///
/// assert!((chi_squared_quantile(0.95, 1.0) - normal_critical(0.95).powi(2)).abs() < 1e-12);
/// ```
pub fn chi_squared_quantile(p: f64, degrees: f64) -> f64 {
    if degrees.is_nan() || degrees <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { 0.0 } else { f64::INFINITY };
    }
    // Wilson and Hilferty's cube, which is wrong only far below.
    let spread = 2.0 / (9.0 * degrees);
    let start = degrees * (1.0 - spread + normal_quantile(p) * spread.sqrt()).max(0.01).powi(3);
    2.0 * invert(p, 1.0 - p, (0.5 * start).ln(), |u| gamma_tails(0.5 * degrees, u.exp())).exp()
}

/// The upper tail of F with `numerator` and `denominator` degrees of freedom, both finite and above 0: 1 for a value
/// below 0, NaN for degrees of 0 or less.
///
/// # Example
/// With two and two degrees it is 1 / (1 + x).
/// ```
/// assert!((dearly_stats::distribution::f_upper(19.0, 2.0, 2.0) - 0.05).abs() < 1e-14);
/// ```
pub fn f_upper(value: f64, numerator: f64, denominator: f64) -> f64 {
    f_tails(value, numerator, denominator).upper
}

/// The distribution function of F with degrees of freedom as in [`f_upper`].
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::f_cdf(19.0, 2.0, 2.0) - 0.95).abs() < 1e-14);
/// ```
pub fn f_cdf(value: f64, numerator: f64, denominator: f64) -> f64 {
    f_tails(value, numerator, denominator).lower
}

fn f_tails(value: f64, numerator: f64, denominator: f64) -> Tails {
    if !(numerator.is_finite() && denominator.is_finite()) {
        return Tails { lower: f64::NAN, upper: f64::NAN, density: f64::NAN };
    }
    let ratio = numerator / denominator * not_below_0(value);
    beta_tails_of(0.5 * numerator, 0.5 * denominator, 1.0 / (1.0 + 1.0 / ratio), 1.0 / (1.0 + ratio))
}

/// The quantile of F with degrees of freedom as in [`f_upper`] and p in [0, 1]: 0 at 0, infinite at 1, NaN outside.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::f_quantile(0.95, 2.0, 2.0) - 19.0).abs() < 1e-11);
/// ```
pub fn f_quantile(p: f64, numerator: f64, denominator: f64) -> f64 {
    let logit = beta_quantile_logit(p, 0.5 * numerator, 0.5 * denominator);
    denominator / numerator * logit.exp()
}

/// The distribution function Iₓ(a, b) of Beta(a, b), with x in [0, 1], a and b > 0; NaN outside.
///
/// # Example
/// Of Beta(2, 1) it is x².
/// ```
/// assert!((dearly_stats::distribution::beta_cdf(0.5, 2.0, 1.0) - 0.25).abs() < 1e-14);
/// ```
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    beta_tails(a, b, x).lower
}

/// The upper tail of Beta(a, b), arguments as in [`beta_cdf`], with all its digits far out.
///
/// # Example
/// Of Beta(1, 2) it is (1 − x)².
/// ```
/// let tail = dearly_stats::distribution::beta_upper(0.75, 1.0, 2.0);
/// assert!((tail - 0.0625).abs() < 1e-14);
/// ```
pub fn beta_upper(x: f64, a: f64, b: f64) -> f64 {
    beta_tails(a, b, x).upper
}

/// The quantile of Beta(a, b), a and b > 0, with p in [0, 1]; NaN outside.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::beta_quantile(0.25, 2.0, 1.0) - 0.5).abs() < 1e-13);
/// ```
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    logistic(beta_quantile_logit(p, a, b))
}

/// ln(x / (1 − x)) of the quantile x of a beta distribution.
fn beta_quantile_logit(p: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    invert(p, 1.0 - p, (a / b).ln(), |u| beta_tails_of(a, b, logistic(u), logistic(-u)))
}

/// P(X ≤ successes) of a binomial count out of `n` with probability p in [0, 1]; NaN for another p, but 1 from n on,
/// whatever p.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::binomial_cdf(0, 2, 0.5) - 0.25).abs() < 1e-14);
/// ```
pub fn binomial_cdf(successes: u64, n: u64, p: f64) -> f64 {
    if successes >= n {
        return 1.0;
    }
    beta_tails(successes as f64 + 1.0, (n - successes) as f64, p).upper
}

/// P(X > successes) of a binomial count out of `n` with probability p in [0, 1]: strictly above, 0 from n on.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::binomial_upper(1, 2, 0.5) - 0.25).abs() < 1e-14);
/// ```
pub fn binomial_upper(successes: u64, n: u64, p: f64) -> f64 {
    if successes >= n {
        return 0.0;
    }
    beta_tails(successes as f64 + 1.0, (n - successes) as f64, p).lower
}

/// ln of the probability of `successes` out of `n`, each with probability p in [0, 1]: −∞ for what cannot be, NaN
/// for another p.
///
/// # Example
/// ```
/// use dearly_stats::distribution::binomial_ln_mass;
///
/// assert!((binomial_ln_mass(1, 2, 0.5) - 0.5f64.ln()).abs() < 1e-14);
/// assert_eq!(binomial_ln_mass(3, 2, 0.5), f64::NEG_INFINITY);
/// ```
pub fn binomial_ln_mass(successes: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if successes > n {
        return f64::NEG_INFINITY;
    }
    saddle::ln_binomial(successes as f64, (n - successes) as f64, p, 1.0 - p)
}

/// 1 / (1 + exp(−x)), without overflow, in [0, 1]; NaN for NaN.
///
/// # Example
/// ```
/// use dearly_stats::distribution::logistic;
///
/// assert!((logistic(3f64.ln()) - 0.75).abs() < 1e-15);
/// assert_eq!((logistic(-1e9), logistic(1e9)), (0.0, 1.0));
/// ```
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// ln(p / (1 − p)), with p in [0, 1]: infinite at 0 and 1, NaN outside.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::logit(0.75) - 3f64.ln()).abs() < 1e-15);
/// ```
pub fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

/// ln B(a, b), a and b finite and above 0, exact to rounding where ln Γ(a) − ln Γ(a + b) would cancel; NaN for
/// arguments of 0 or less.
///
/// # Example
/// B(2, 3) = 1! · 2! / 4! = 1/12.
/// ```
/// assert!((dearly_stats::distribution::ln_beta(2.0, 3.0) + 12f64.ln()).abs() < 1e-13);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    saddle::ln_beta(a, b)
}
