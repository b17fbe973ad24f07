use crate::error::all_finite;
use crate::{Error, Interval};

/// The interval score of a forecast: its width, and 2 / (1 − level) times the distance by which it missed. Less is
/// better; a narrow interval that misses costs more than a wide one that holds.
///
/// # Units
/// Those of the interval, whose level is below 1. Nothing is refused: NaN for what came gives NaN.
///
/// # Source
/// Gneiting and Raftery (2007), equation 43.
///
/// # Example
/// ```
/// use dearly_stats::{Interval, forecast::interval_score};
///
/// let plan = Interval { low: 0.86, high: 0.94, level: 0.9 };
/// assert!((interval_score(plan, 0.90) - 0.08).abs() < 1e-12);
/// // Missed by two points, each of which costs 2 / 0.1.
/// assert!((interval_score(plan, 0.84) - 0.48).abs() < 1e-12);
/// ```
pub fn interval_score(interval: Interval, actual: f64) -> f64 {
    // The greater of NaN and 0 would be 0: a hit.
    if actual.is_nan() {
        return f64::NAN;
    }
    let missed = (interval.low - actual).max(0.0) + (actual - interval.high).max(0.0);
    interval.width() + 2.0 / (1.0 - interval.level) * missed
}

/// The continuous ranked probability score of draws: mean |X − y| less half the mean |X − X′|. Less is better; for a
/// point forecast it is the absolute error.
///
/// # Shapes
/// At least one draw.
///
/// # Units
/// Those of the draws.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`].
///
/// # Source
/// Gneiting and Raftery (2007), equation 21, over the draws as they are. Checked against numpy over all pairs, see
/// `tests/golden/forecast.json`.
///
/// # Example
/// ```
/// use dearly_stats::forecast::continuous_ranked_probability_score;
///
/// // Both draws are 1 away; of the four pairs two are 2 apart.
/// let score = continuous_ranked_probability_score(&[1.0, 3.0], 2.0)?;
/// assert!((score - (1.0 - 0.5 * 1.0)).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn continuous_ranked_probability_score(draws: &[f64], actual: f64) -> Result<f64, Error> {
    checked(draws, actual)?;
    let mut sorted = draws.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted.iter().map(|draw| (draw - actual).abs()).sum::<f64>() / n;
    // Σᵢⱼ |xᵢ − xⱼ| = 2 Σ (2i − n + 1) x₍ᵢ₎ of the sorted draws, counted from 0.
    let spread: f64 =
        sorted.iter().enumerate().map(|(index, draw)| (2.0 * index as f64 - n + 1.0) * draw).sum();
    Ok(distance - spread / (n * n))
}

/// Where what came lies among the draws, as a share: below, and half of those equal. Uniform over many forecasts that
/// are honest.
///
/// # Shapes
/// At least one draw.
///
/// # Units
/// A share, in [0, 1].
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`].
///
/// # Source
/// Dawid (1984).
///
/// # Example
/// ```
/// use dearly_stats::forecast::probability_integral_transform;
///
/// // One draw of four is below, one is equal.
/// assert_eq!(probability_integral_transform(&[1.0, 2.0, 3.0, 4.0], 2.0)?, 0.375);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn probability_integral_transform(draws: &[f64], actual: f64) -> Result<f64, Error> {
    checked(draws, actual)?;
    let place = |draw: &f64| if *draw < actual { 1.0 } else { 0.5 * f64::from(u8::from(*draw == actual)) };
    Ok(draws.iter().map(place).sum::<f64>() / draws.len() as f64)
}

fn checked(draws: &[f64], actual: f64) -> Result<(), Error> {
    if draws.is_empty() {
        return Err(Error::Empty { what: "a score of draws", needed: 1 });
    }
    all_finite("draw", draws)?;
    all_finite("what came", &[actual])
}
