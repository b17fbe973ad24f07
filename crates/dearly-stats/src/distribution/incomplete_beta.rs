//! The regularised incomplete beta function, both tails.

use super::quantile::Tails;
use super::saddle::ln_binomial;

/// Iₓ(a, b), its complement, and its derivative with respect to ln(x / (1 − x)).
pub(crate) fn beta_tails(a: f64, b: f64, x: f64) -> Tails {
    beta_tails_of(a, b, x, 1.0 - x)
}

/// As [`beta_tails`], with y = 1 − x given too, for where it is known more precisely.
pub(crate) fn beta_tails_of(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if !(a > 0.0 && b > 0.0 && (a + b).is_finite() && x >= 0.0 && y >= 0.0) {
        return Tails { lower: f64::NAN, upper: f64::NAN, density: f64::NAN };
    }
    if x == 0.0 {
        return Tails { lower: 0.0, upper: 1.0, density: 0.0 };
    }
    if y == 0.0 {
        return Tails { lower: 1.0, upper: 0.0, density: 0.0 };
    }
    // xᵃ yᵇ / B(a, b), which is also the density on the logit scale.
    let density = ln_binomial(a, b, x, y).exp() * (a / (a + b)) * b;
    if x <= (a + 1.0) / (a + b + 2.0) {
        let lower = (density / a * fraction(a, b, x)).min(1.0);
        Tails { lower, upper: 1.0 - lower, density }
    } else {
        let upper = (density / b * fraction(b, a, y)).min(1.0);
        Tails { lower: 1.0 - upper, upper, density }
    }
}

/// The continued fraction (DLMF 8.17.22) by Lentz's method as Thompson and Barnett changed it.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    // About √max(a, b) terms are needed.
    for m in 1..200_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() <= 1e-16 {
            break;
        }
    }
    result
}
