//! The regularised incomplete gamma function, both tails.

use std::f64::consts::PI;

use super::quantile::Tails;
use super::saddle::ln_poisson;

/// P(a, x), its complement, and its derivative with respect to ln x.
pub(crate) fn gamma_tails(a: f64, x: f64) -> Tails {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return Tails { lower: f64::NAN, upper: f64::NAN, density: f64::NAN };
    }
    if x == 0.0 {
        return Tails { lower: 0.0, upper: 1.0, density: 0.0 };
    }
    if x.is_infinite() {
        return Tails { lower: 1.0, upper: 0.0, density: 0.0 };
    }
    // x^a e^−x / Γ(a + 1).
    let mass = ln_poisson(a, x).exp();
    let density = mass * a;
    if x < a + 1.0 {
        let lower = (mass * series(a, x)).min(1.0);
        Tails { lower, upper: 1.0 - lower, density }
    } else {
        let upper = (density * fraction(a, x)).min(1.0);
        Tails { lower: 1.0 - upper, upper, density }
    }
}

/// Q(½, x) = erfc(√x), for x ≥ 0.
pub(crate) fn half_gamma_upper(x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    let root = (x / PI).sqrt() * (-x).exp();
    if x < 1.5 { 1.0 - 2.0 * root * series(0.5, x) } else { root * fraction(0.5, x) }
}

/// Σ xᵏ / ((a + 1) … (a + k)), DLMF 8.11.4.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut below) = (1.0, 1.0, a);
    for _ in 0..1_000_000 {
        below += 1.0;
        term *= x / below;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Γ(a, x) / (xᵃ e^−x) by its continued fraction (DLMF 8.9.2), Lentz's method.
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away(b);
    let mut result = d;
    for k in 1..1_000_000 {
        let k = f64::from(k);
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / away(numerator * d + b);
        c = away(b + numerator / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() <= 1e-16 {
            break;
        }
    }
    result
}
