//! Sums that stand for integrals.

use crate::{Error, Matrix};

/// Nodes and weights of the Gauss–Hermite rule: Σ wₖ f(xₖ) = ∫ f(x) exp(−x²) dx, exact for polynomials up to degree
/// 2n − 1.
///
/// The mean of f(Z) for a standard normal Z is Σ wₖ f(√2 xₖ) / √π.
///
/// # Shapes
/// `points` nodes, ascending, and as many weights.
///
/// # Errors
/// [`Error::OutOfRange`] unless `points` is from 1 to 200.
///
/// # Source
/// Golub and Welsch (1969) for the nodes as eigenvalues, polished by Newton's method; weights by the orthonormal
/// polynomials, which keeps the digits of the small ones. Checked against numpy `hermgauss`, see
/// `tests/golden/effects.json`.
///
/// # Example
/// Two nodes ±1/√2 with weights √π/2 each.
/// ```
/// let (nodes, weights) = dearly_stats::quadrature::gauss_hermite(2)?;
/// assert!((nodes[1] - 0.5f64.sqrt()).abs() < 1e-15);
/// assert!((weights[0] - std::f64::consts::PI.sqrt() / 2.0).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn gauss_hermite(points: usize) -> Result<(Vec<f64>, Vec<f64>), Error> {
    if points == 0 || points > 200 {
        return Err(Error::OutOfRange {
            what: "quadrature points".to_owned(),
            value: points as f64,
            expected: "from 1 to 200",
        });
    }
    let mut recurrence = Matrix::zeros(points, points);
    for index in 1..points {
        recurrence[(index, index - 1)] = (index as f64 / 2.0).sqrt();
        recurrence[(index - 1, index)] = recurrence[(index, index - 1)];
    }
    let (mut nodes, _) = recurrence.symmetric_eigen();
    let mut weights = vec![0.0; points];
    for (node, weight) in nodes.iter_mut().zip(&mut weights) {
        for _ in 0..3 {
            let values = orthonormal(points, *node);
            // h′ₙ = √(2n) hₙ₋₁ for orthonormal polynomials.
            *node -= values[points] / ((2.0 * points as f64).sqrt() * values[points - 1]);
        }
        *weight = 1.0 / orthonormal(points, *node)[..points].iter().map(|value| value * value).sum::<f64>();
    }
    // The rule is symmetric; rounding is not.
    for index in 0..points / 2 {
        let other = points - 1 - index;
        let (node, weight) = (0.5 * (nodes[other] - nodes[index]), 0.5 * (weights[other] + weights[index]));
        (nodes[index], nodes[other]) = (-node, node);
        (weights[index], weights[other]) = (weight, weight);
    }
    if points % 2 == 1 {
        nodes[points / 2] = 0.0;
    }
    Ok((nodes, weights))
}

/// The Hermite polynomials of degrees 0 to `degree`, orthonormal under exp(−x²).
fn orthonormal(degree: usize, x: f64) -> Vec<f64> {
    let mut values = vec![std::f64::consts::PI.powf(-0.25)];
    for n in 0..degree {
        let before = if n == 0 { 0.0 } else { (n as f64 / 2.0).sqrt() * values[n - 1] };
        values.push((x * values[n] - before) / ((n as f64 + 1.0) / 2.0).sqrt());
    }
    values
}
