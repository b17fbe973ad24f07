//! Distribution functions, tails and quantiles of the usual distributions, under names that say which tail.
//!
//! Both tails are computed on their own, so that a p-value of 1e-10 keeps its digits, and quantiles are found on the
//! smaller tail. `statrs` gives ln Γ; its erfc is good to eleven digits only, and its incomplete beta function stops
//! after 140 terms and takes one tail as one minus the other, which loses the digits of small p-values.
//!
//! A value outside of a function's domain gives NaN, unless the function says otherwise: nothing is refused here.
//!
//! Relative errors are below 1e-10 in the golden file, which goes up to 250,000 degrees of freedom of t. They grow with
//! the degrees or shapes: up to 1e-7 at 10⁹, and from 10¹¹ on nothing is to be relied on but t with infinite degrees.
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

/// The standard normal distribution function Φ(z) = P(Z ≤ z).
///
/// # Units
/// z is any number of standard deviations, in (−∞, ∞); the result is a probability in [0, 1]. −∞ gives 0, ∞ gives 1,
/// NaN gives NaN.
///
/// # Source
/// *Digital Library of Mathematical Functions*, 7.11 (erfc as an incomplete gamma function), 8.9.2 and 8.11.4. Checked
/// against scipy `stats.norm.cdf` in `tests/golden/distribution.json`.
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

/// The upper tail 1 − Φ(z) of the standard normal distribution, with all its digits far out.
///
/// # Units
/// z and the result as in [`normal_cdf`], with the ends exchanged: −∞ gives 1, ∞ gives 0, NaN gives NaN. Near the
/// smallest number it loses digits from z ≈ 37.5 on, and is 0 from z ≈ 38.5 on.
///
/// # Source
/// As [`normal_cdf`]. Checked against scipy `stats.norm.sf` in `tests/golden/distribution.json`.
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
/// # Units
/// z is any number of standard deviations; the result is per standard deviation, in [0, 0.3989…]. ±∞ give 0,
/// NaN gives NaN.
///
/// # Source
/// Abramowitz and Stegun (1964), 26.2.1. Not in the golden file.
///
/// # Example
/// ```
/// let top = dearly_stats::distribution::normal_density(0.0);
/// assert!((top - 0.398_942_280_4).abs() < 1e-10);
/// ```
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The standard normal quantile Φ⁻¹(p): the z below which the share p lies.
///
/// # Units
/// `p` is a probability in [0, 1]; the result is in standard deviations. 0 gives −∞, 1 gives ∞. NaN, and anything
/// outside of [0, 1], gives NaN.
///
/// # Source
/// A start by Abramowitz and Stegun (1964), 26.2.23, then Halley's steps on [`normal_upper`]. Checked against scipy
/// `stats.norm.ppf` in `tests/golden/distribution.json`.
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

/// The two-sided p-value 2 (1 − Φ(|z|)) of a standard normal z.
///
/// # Units
/// z is in standard errors, of either sign; the result is a p-value in [0, 1]. ±∞ give 0, NaN gives NaN.
///
/// # Source
/// Twice [`normal_upper`], which is checked against scipy; not in the golden file itself.
///
/// # Example
/// ```
/// let p = dearly_stats::distribution::normal_two_sided(-1.959_964);
/// assert!((p - 0.05).abs() < 1e-6);
/// ```
pub fn normal_two_sided(z: f64) -> f64 {
    2.0 * normal_upper(z.abs())
}

/// The normal quantile Φ⁻¹((1 + level) / 2) that a two-sided interval of a level takes: 1.96 for 0.95.
///
/// # Units
/// `level` is in [0, 1]; the result is in standard errors, in [0, ∞]. 1 gives ∞; outside of [0, 1], where no
/// interval is, and NaN give NaN.
///
/// # Source
/// [`normal_quantile`] on the smaller tail. Not in the golden file; 0.95 is checked in `tests/it/distribution.rs`.
///
/// # Example
/// ```
/// let z = dearly_stats::distribution::normal_critical(0.95);
/// assert!((z - 1.959_964).abs() < 1e-6);
/// ```
pub fn normal_critical(level: f64) -> f64 {
    if !(0.0..=1.0).contains(&level) {
        return f64::NAN;
    }
    // On the small tail, so that a level of 0.999999 keeps its digits.
    -normal_quantile(0.5 * (1.0 - level))
}

/// The distribution function P(T ≤ t) of Student's t with ν `degrees` of freedom.
///
/// For t ≥ 0 it is 1 − ½ Iₓ(ν/2, ½), with x = ν / (ν + t²).
///
/// # Units
/// t is any number; `degrees` are above 0, need not be whole, and infinite ones make it normal. The result is in
/// [0, 1]: −∞ gives 0, ∞ gives 1. NaN, and degrees of 0 or less, give NaN.
///
/// # Source
/// Abramowitz and Stegun (1964), 26.7; *Digital Library of Mathematical Functions*, 8.17.22, for Iₓ; Loader (2000) for
/// its factor. Checked against scipy `stats.t.cdf` in `tests/golden/distribution.json`.
///
/// # Example
/// With one degree it is Cauchy's, ½ + arctan(t) / π.
/// ```
/// assert!((dearly_stats::distribution::t_cdf(1.0, 1.0) - 0.75).abs() < 1e-14);
/// ```
pub fn t_cdf(t: f64, degrees: f64) -> f64 {
    if t < 0.0 { t_upper(-t, degrees) } else { 1.0 - t_upper(t, degrees) }
}

/// The upper tail P(T > t) of Student's t, with all its digits far out.
///
/// # Units
/// t, `degrees` and the result as in [`t_cdf`], with the ends exchanged: −∞ gives 1, ∞ gives 0. NaN as there. A
/// t² / degrees beyond the largest number counts as infinite, which is felt only with degrees far below 1.
///
/// # Source
/// As [`t_cdf`]. Checked against scipy `stats.t.sf` in `tests/golden/distribution.json`.
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

/// The quantile of Student's t: the t for which [`t_cdf`] is p.
///
/// # Units
/// `p` is in [0, 1], `degrees` as in [`t_cdf`]. 0 gives −∞, 1 gives ∞; NaN, p outside of [0, 1] and degrees
/// of 0 or less give NaN. With degrees far below 1, a quantile t with t² / degrees beyond the largest number comes out
/// too near to 0.
///
/// # Source
/// Newton's method on the logarithm of the smaller tail of [`t_upper`]. Checked against scipy `stats.t.ppf` in
/// `tests/golden/distribution.json`.
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

/// The two-sided p-value 2 P(T > |t|) of Student's t.
///
/// # Units
/// t is of either sign, `degrees` as in [`t_cdf`]; the result is a p-value in [0, 1]. ±∞ give 0; NaN, and degrees
/// of 0 or less, give NaN.
///
/// # Source
/// Twice [`t_upper`], which is checked against scipy; not in the golden file itself.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::t_two_sided(-1.0, 1.0) - 0.5).abs() < 1e-14);
/// ```
pub fn t_two_sided(t: f64, degrees: f64) -> f64 {
    2.0 * t_upper(t.abs(), degrees)
}

/// The quantile of Student's t at (1 + level) / 2, which a two-sided interval of a level takes.
///
/// # Units
/// `level` as in [`normal_critical`], `degrees` as in [`t_cdf`]; the result is in standard errors, in [0, ∞]. 1 gives
/// ∞; NaN, and degrees of 0 or less, give NaN.
///
/// # Source
/// [`t_quantile`] on the smaller tail, which is checked against scipy; not in the golden file itself.
///
/// # Example
/// ```
/// let t = dearly_stats::distribution::t_critical(0.95, 10.0);
/// assert!((t - 2.228_139).abs() < 1e-6);
/// ```
pub fn t_critical(level: f64, degrees: f64) -> f64 {
    if !(0.0..=1.0).contains(&level) {
        return f64::NAN;
    }
    -t_quantile(0.5 * (1.0 - level), degrees)
}

/// The value, 0 where it is below; NaN stays NaN, which `max` would lose.
fn not_below_0(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value }
}

/// The distribution function P(ν/2, value/2) of χ² with ν `degrees` of freedom.
///
/// # Units
/// `value` is any number, and as 0 below 0; `degrees` are finite, above 0, and need not be whole. The result is in
/// [0, 1]: ∞ gives 1. NaN, infinite degrees and degrees of 0 or less give NaN.
///
/// # Source
/// Abramowitz and Stegun (1964), 26.4; *Digital Library of Mathematical Functions*, 8.11.4 and 8.9.2, for the
/// incomplete gamma function P; Loader (2000) for its factor. Checked against scipy `stats.chi2.cdf` in
/// `tests/golden/distribution.json`.
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

/// The upper tail 1 − P(ν/2, value/2) of χ², with all its digits far out: the p-value of a test.
///
/// # Units
/// `value` and `degrees` as in [`chi_squared_cdf`]; the result is a p-value in [0, 1]: 1 from 0 down, 0 for ∞. NaN as
/// there.
///
/// # Source
/// As [`chi_squared_cdf`]. Checked against scipy `stats.chi2.sf` in `tests/golden/distribution.json`.
///
/// # Example
/// ```
/// let p = dearly_stats::distribution::chi_squared_upper(2.0 * 20f64.ln(), 2.0);
/// assert!((p - 0.05).abs() < 1e-14);
/// ```
pub fn chi_squared_upper(value: f64, degrees: f64) -> f64 {
    gamma_tails(0.5 * degrees, 0.5 * not_below_0(value)).upper
}

/// The quantile of χ²: the value at which [`chi_squared_cdf`] is p.
///
/// # Units
/// `p` is in [0, 1], `degrees` as in [`chi_squared_cdf`]; the result is in [0, ∞]. 0 gives 0, 1 gives ∞, with infinite
/// degrees too, which give NaN between. NaN, p outside of [0, 1] and degrees of 0 or less give NaN.
///
/// # Source
/// A start by Wilson and Hilferty (1931), then Newton's method on the logarithm of the smaller tail. Checked against
/// scipy `stats.chi2.ppf` in `tests/golden/distribution.json`.
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

/// The upper tail P(F > value) of F: Iₓ(ν₂/2, ν₁/2), with x = ν₂ / (ν₂ + ν₁ · value).
///
/// # Units
/// `value` is any number; `numerator` (ν₁) and `denominator` (ν₂) are degrees of freedom, finite and above 0, not
/// necessarily whole. The result is a p-value in [0, 1]: 1 from 0 down, 0 for ∞. NaN, infinite degrees and degrees
/// of 0 or less give NaN.
///
/// # Source
/// Abramowitz and Stegun (1964), 26.6; *Digital Library of Mathematical Functions*, 8.17.22, for the incomplete beta
/// function; Loader (2000) for its factor. Checked against scipy `stats.f.sf` in `tests/golden/distribution.json`.
///
/// # Example
/// With two and two degrees it is 1 / (1 + x).
/// ```
/// assert!((dearly_stats::distribution::f_upper(19.0, 2.0, 2.0) - 0.05).abs() < 1e-14);
/// ```
pub fn f_upper(value: f64, numerator: f64, denominator: f64) -> f64 {
    f_tails(value, numerator, denominator).upper
}

/// The distribution function P(F ≤ value) of F.
///
/// # Units
/// Arguments, and what gives NaN, as in [`f_upper`]; the result is in [0, 1]: 0 from 0 down, 1 for ∞.
///
/// # Source
/// As [`f_upper`]. Checked against scipy `stats.f.cdf` in `tests/golden/distribution.json`.
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

/// The quantile of F: the value at which [`f_cdf`] is p.
///
/// # Units
/// `p` is in [0, 1], degrees of freedom as in [`f_upper`]; the result is in [0, ∞]. 0 gives 0, 1 gives ∞. NaN, p
/// outside of [0, 1] and degrees of 0 or less give NaN; so do infinite degrees, except that 0 may stay 0 and 1 ∞.
///
/// # Source
/// The quantile of Beta(numerator / 2, denominator / 2), by Newton's method on the logarithm of the smaller tail, as
/// odds. Checked against scipy `stats.f.ppf` in `tests/golden/distribution.json`.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::f_quantile(0.95, 2.0, 2.0) - 19.0).abs() < 1e-11);
/// ```
pub fn f_quantile(p: f64, numerator: f64, denominator: f64) -> f64 {
    let logit = beta_quantile_logit(p, 0.5 * numerator, 0.5 * denominator);
    denominator / numerator * logit.exp()
}

/// The distribution function Iₓ(a, b) of Beta(a, b).
///
/// # Units
/// x is a share in [0, 1]; a and b are finite and above 0. The result is in [0, 1]. NaN, x outside of [0, 1], and an a or
/// b that is infinite, 0 or less give NaN.
///
/// # Source
/// *Digital Library of Mathematical Functions*, 8.17.22; Loader (2000) for the factor in front of the fraction. Checked
/// against scipy `stats.beta.cdf` in `tests/golden/distribution.json`.
///
/// # Example
/// Of Beta(2, 1) it is x².
/// ```
/// assert!((dearly_stats::distribution::beta_cdf(0.5, 2.0, 1.0) - 0.25).abs() < 1e-14);
/// ```
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    beta_tails(a, b, x).lower
}

/// The upper tail 1 − Iₓ(a, b) = I₁₋ₓ(b, a) of Beta(a, b), with all its digits far out.
///
/// # Units
/// Arguments, and what gives NaN, as in [`beta_cdf`]; the result is in [0, 1].
///
/// # Source
/// As [`beta_cdf`]. Checked against scipy `stats.beta.sf` in `tests/golden/distribution.json`.
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

/// The quantile of Beta(a, b): the x at which [`beta_cdf`] is p.
///
/// # Units
/// `p` is in [0, 1], a and b as in [`beta_cdf`]; the result is a share in [0, 1]. 0 gives 0, 1 gives 1. NaN, p outside
/// of [0, 1], and a or b of 0 or less give NaN.
///
/// # Source
/// Newton's method on the logarithm of the smaller tail, in ln(x / (1 − x)). Checked against scipy `stats.beta.ppf` in
/// `tests/golden/distribution.json`.
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

/// P(X ≤ successes) of a binomial count out of `n`: 1 − Iₚ(successes + 1, n − successes).
///
/// # Units
/// `successes` and `n` are counts, taken as they are up to 2⁵³; p is the probability of each, in [0, 1]. The result is
/// in [0, 1]. NaN, and p outside of [0, 1], give NaN, but with n successes or more it is 1, whatever p.
///
/// # Source
/// *Digital Library of Mathematical Functions*, 8.17.5, with the tails of [`beta_cdf`]. Checked against scipy
/// `stats.binom.cdf` in `tests/golden/distribution.json`.
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

/// P(X > successes) of a binomial count out of `n`, strictly above: Iₚ(successes + 1, n − successes).
///
/// # Units
/// Arguments, and what gives NaN, as in [`binomial_cdf`]; the result is in [0, 1]. With n successes or more it is 0.
///
/// # Source
/// As [`binomial_cdf`]. Checked against scipy `stats.binom.sf` in `tests/golden/distribution.json`.
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

/// ln P(X = k) = ln [n! / (k! (n − k)!) pᵏ (1 − p)ⁿ⁻ᵏ], with k `successes` out of `n`.
///
/// # Units
/// Arguments as in [`binomial_cdf`]; the result is a natural logarithm in [−∞, 0], −∞ for what cannot be, as k > n.
/// NaN, and p outside of [0, 1], give NaN, whatever k.
///
/// # Source
/// Loader (2000), the saddle-point form. Checked against scipy `stats.binom.logpmf` in
/// `tests/golden/distribution.json`.
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

/// The logistic function 1 / (1 + exp(−x)), the inverse of [`logit`], without overflow.
///
/// # Units
/// x is in log-odds, any number; the result is a probability in [0, 1]. −∞ gives 0, ∞ gives 1, NaN gives NaN. By
/// rounding it is 1 from x ≈ 37 on.
///
/// # Source
/// Verhulst (1845). Elementary, and not in the golden file.
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

/// The log-odds ln(p / (1 − p)).
///
/// # Units
/// `p` is a probability in [0, 1]; the result is a natural logarithm of odds. 0 gives −∞, 1 gives ∞. NaN, and p outside
/// of [0, 1], give NaN.
///
/// # Source
/// Berkson (1944). Elementary, and not in the golden file.
///
/// # Example
/// ```
/// assert!((dearly_stats::distribution::logit(0.75) - 3f64.ln()).abs() < 1e-15);
/// ```
pub fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

/// ln B(a, b) = ln [Γ(a) Γ(b) / Γ(a + b)], exact to rounding where ln Γ(a) − ln Γ(a + b) would cancel.
///
/// # Units
/// a and b are above 0, and between 1e-150 and 1e150, so that their product is a number; the result is a natural
/// logarithm of either sign. NaN, infinities and arguments of 0 or less give NaN.
///
/// # Source
/// *Digital Library of Mathematical Functions*, 5.12.1; Loader (2000) for the split into Stirling's errors. Not in the
/// golden file; B(2, 3) is checked by hand in `tests/it/distribution.rs`.
///
/// # Example
/// B(2, 3) = 1! · 2! / 4! = 1/12.
/// ```
/// assert!((dearly_stats::distribution::ln_beta(2.0, 3.0) + 12f64.ln()).abs() < 1e-13);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    saddle::ln_beta(a, b)
}
