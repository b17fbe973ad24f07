//! Loader's saddle-point form of binomial and Poisson masses: no difference of large logarithms.
//!
//! Source: Loader (2000), *Fast and accurate computation of binomial probabilities*.

use std::f64::consts::PI;

use super::ln_gamma;

/// ln Γ(z + 1) − [(z + ½) ln z − z + ½ ln 2π], Stirling's error, for z > 0.
fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        return ln_gamma(z + 1.0) - (z + 0.5) * z.ln() + z - 0.5 * (2.0 * PI).ln();
    }
    let square = z * z;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square)
            / square)
        / z
}

/// x ln(x / mean) + mean − x, precise for x near the mean.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - difference;
    }
    let v = difference / (x + mean);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    let square = v * v;
    for index in 1..1000 {
        term *= square;
        let next = sum + term / f64::from(2 * index + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// ln of Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) xᵃ yᵇ, with y = 1 − x and real a, b ≥ 0.
pub(crate) fn ln_binomial(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    if a == 0.0 {
        return if b == 0.0 { 0.0 } else { b * ln_complement(x, y) };
    }
    if b == 0.0 {
        return a * ln_complement(y, x);
    }
    stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
        + 0.5 * (n / (2.0 * PI * a * b)).ln()
}

/// ln y with y = 1 − x, from whichever of the two is the smaller.
fn ln_complement(x: f64, y: f64) -> f64 {
    if x < 0.5 { (-x).ln_1p() } else { y.ln() }
}

/// ln of x^a e^−x / Γ(a + 1).
pub(crate) fn ln_poisson(a: f64, x: f64) -> f64 {
    if a == 0.0 {
        return -x;
    }
    -stirling_error(a) - deviance(a, x) - 0.5 * (2.0 * PI * a).ln()
}

/// ln B(a, b).
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    let n = a + b;
    // At x = a / n both deviances vanish, and what is left is known: Γ(n)/(Γ(a)Γ(b)) = ab/n · Γ(n+1)/(Γ(a+1)Γ(b+1)).
    let ln_mass =
        stirling_error(n) - stirling_error(a) - stirling_error(b) + 0.5 * (n / (2.0 * PI * a * b)).ln();
    let ln_power = -a * (b / a).ln_1p() - b * (a / b).ln_1p();
    ln_power - ln_mass - (a * b / n).ln()
}
