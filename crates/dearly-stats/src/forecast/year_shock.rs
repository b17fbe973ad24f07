use rand_chacha::ChaCha8Rng;

use crate::distribution::{normal_cdf, normal_quantile};
use crate::error::{all_finite, same_length, valid_level};
use crate::random::{normal_pair, uniform};
use crate::{Error, Interval};

/// What a new year may add to every renewal's linear predictor, learnt from how far past years were off.
///
/// The recalibration intercept a of each past year, with standard error s, is N(μ, s² + τ²); μ is flat, τ
/// half-normal with scale 0.5. The new year's intercept is a mixture of normals over a grid of τ, each with mean
/// μ̂(τ) and variance var μ̂(τ) + τ². It takes the place of the intercept's own sampling error.
#[derive(Debug, Clone, PartialEq)]
pub struct YearShock {
    /// Past years. With fewer than three the prior of τ speaks rather than the data: say so.
    pub n_years: usize,
    components: Vec<Component>,
}

/// The predictive distribution given one τ.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Component {
    tau: f64,
    /// The posterior mass at this τ, and the sum up to it.
    mass: f64,
    up_to: f64,
    mean: f64,
    standard_deviation: f64,
}

impl YearShock {
    /// The scale of the half-normal prior of τ that restores the coverage of forecasts (the project's
    /// `docs/METHOD.md`, 12).
    pub const PRIOR_SCALE: f64 = 0.5;
    const CELLS: usize = 400;

    /// Fits with the prior scale [`YearShock::PRIOR_SCALE`].
    ///
    /// # Shapes
    /// One standard error for each year's intercept; at least one year.
    ///
    /// # Units
    /// On the scale of the linear predictor (logits).
    ///
    /// # Errors
    /// As [`YearShock::with_scale`].
    ///
    /// # Source
    /// As [`YearShock::with_scale`]; the scale of the prior by the project's `docs/METHOD.md`, 7 and 12.
    ///
    /// # Example
    /// Two years, as far below as above what was predicted: a new year is centred at 0.
    /// ```
    /// use dearly_stats::forecast::YearShock;
    ///
    /// let year = YearShock::fit(&[-0.2, 0.2], &[0.1, 0.1])?;
    /// assert!(year.mean().abs() < 1e-9);
    /// assert!((year.cdf(0.0) - 0.5).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(intercepts: &[f64], standard_errors: &[f64]) -> Result<YearShock, Error> {
        YearShock::with_scale(intercepts, standard_errors, YearShock::PRIOR_SCALE)
    }

    /// Fits with another scale of the half-normal prior.
    ///
    /// # Shapes
    /// As [`YearShock::fit`].
    ///
    /// # Units
    /// As [`YearShock::fit`]; `scale` of τ on the same scale, above 0.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a standard error
    /// or a scale that is not above 0.
    ///
    /// # Source
    /// Röver (2020), *Bayesian random-effects meta-analysis using the bayesmeta R package*. Checked against adaptive
    /// quadrature, see `tests/golden/forecast.json`.
    ///
    /// # Example
    /// A prior that leaves years no room to differ: what remains is what was seen of the one year.
    /// ```
    /// use dearly_stats::forecast::YearShock;
    ///
    /// let year = YearShock::with_scale(&[0.4], &[0.15], 1e-6)?;
    /// assert!((year.mean() - 0.4).abs() < 1e-9);
    /// assert!((year.standard_deviation() - 0.15).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn with_scale(intercepts: &[f64], standard_errors: &[f64], scale: f64) -> Result<YearShock, Error> {
        if intercepts.is_empty() {
            return Err(Error::Empty { what: "a year's shock", needed: 1 });
        }
        same_length("standard errors", intercepts.len(), standard_errors.len())?;
        all_finite("intercept", intercepts)?;
        all_finite("standard error", standard_errors)?;
        if let Some(row) = standard_errors.iter().position(|&error| error <= 0.0) {
            let what = format!("the standard error in row {row}");
            return Err(Error::OutOfRange { what, value: standard_errors[row], expected: "above 0" });
        }
        if !(scale > 0.0 && scale.is_finite()) {
            let what = "the scale of the prior".to_owned();
            return Err(Error::OutOfRange { what, value: scale, expected: "above 0, as 0.5" });
        }
        let at = |tau: f64| marginal(intercepts, standard_errors, tau);
        // Beyond eight scales the prior leaves e⁻³²; nodes denser near 0, where the posterior is sharpest, by τ = 8 scale · u².
        let nodes: Vec<(f64, f64)> = (0..YearShock::CELLS)
            .flat_map(|cell| {
                let width = 1.0 / YearShock::CELLS as f64;
                gauss_nodes().map(move |(place, weight)| ((cell as f64 + place) * width, weight * width))
            })
            .map(|(u, weight)| (8.0 * scale * u * u, 16.0 * scale * u * weight))
            .collect();
        let logs: Vec<f64> =
            nodes.iter().map(|&(tau, _)| at(tau).log_density - 0.5 * (tau / scale).powi(2)).collect();
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let masses: Vec<f64> =
            logs.iter().zip(&nodes).map(|(log, (_, weight))| (log - highest).exp() * weight).collect();
        let total: f64 = masses.iter().sum();
        let mut up_to = 0.0;
        let components = nodes
            .iter()
            .zip(masses)
            .map(|(&(tau, _), mass)| {
                up_to += mass / total;
                let Marginal { mean, variance, .. } = at(tau);
                Component {
                    tau,
                    mass: mass / total,
                    up_to,
                    mean,
                    standard_deviation: (variance + tau * tau).sqrt(),
                }
            })
            // What has no mass costs time in every draw.
            .filter(|component| component.mass > 1e-18)
            .collect();
        Ok(YearShock { n_years: intercepts.len(), components })
    }

    /// The posterior mean of τ, the standard deviation of years, in logits.
    pub fn tau(&self) -> f64 {
        self.components.iter().map(|component| component.mass * component.tau).sum()
    }

    /// The mean of a new year, in logits.
    pub fn mean(&self) -> f64 {
        self.components.iter().map(|component| component.mass * component.mean).sum()
    }

    /// The standard deviation of a new year, in logits: τ and how little is known of μ, together.
    pub fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        let second = |component: &Component| {
            component.mass * (component.standard_deviation.powi(2) + (component.mean - mean).powi(2))
        };
        self.components.iter().map(second).sum::<f64>().sqrt()
    }

    /// The probability that a new year is at this value (in logits) or below; NaN for NaN.
    pub fn cdf(&self, value: f64) -> f64 {
        let below = |component: &Component| {
            component.mass * normal_cdf((value - component.mean) / component.standard_deviation)
        };
        self.components.iter().map(below).sum()
    }

    /// The value that a new year does not exceed with probability `p` in (0, 1), by bisection to 1e-12.
    ///
    /// # Units
    /// In logits, finite.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a `p` that is not between 0 and 1.
    ///
    /// # Source
    /// As [`YearShock::with_scale`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::YearShock;
    ///
    /// let year = YearShock::fit(&[0.3, -0.4, 0.2], &[0.15, 0.15, 0.2])?;
    /// assert!((year.cdf(year.quantile(0.1)?) - 0.1).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn quantile(&self, p: f64) -> Result<f64, Error> {
        if !(p > 0.0 && p < 1.0) {
            let what = "the probability".to_owned();
            return Err(Error::OutOfRange { what, value: p, expected: "above 0 and below 1" });
        }
        let z = normal_quantile(p);
        // The mixture's quantile lies between the least and the greatest of its components' quantiles.
        let ends = self.components.iter().map(|component| component.mean + z * component.standard_deviation);
        let (mut low, mut high) =
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
        while high - low > 1e-12 * (1.0 + high.abs()) {
            let middle = 0.5 * (low + high);
            if self.cdf(middle) < p { low = middle } else { high = middle }
        }
        Ok(0.5 * (low + high))
    }

    /// The central interval of a new year, in logits: (1 − level) / 2 lies on either side of it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level.
    ///
    /// # Source
    /// As [`YearShock::with_scale`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::YearShock;
    ///
    /// // Past years lie to both sides of 0 alike, so its bounds do.
    /// let interval = YearShock::fit(&[-0.2, 0.2], &[0.1, 0.1])?.interval(0.9)?;
    /// assert!((interval.low + interval.high).abs() < 1e-9 && interval.high > 0.2);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn interval(&self, level: f64) -> Result<Interval, Error> {
        valid_level(level)?;
        let tail = 0.5 * (1.0 - level);
        Ok(Interval { low: self.quantile(tail)?, high: self.quantile(1.0 - tail)?, level })
    }

    /// One new year.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        let u = uniform(rng);
        let at = self.components.partition_point(|component| component.up_to < u);
        let component = &self.components[at.min(self.components.len() - 1)];
        component.mean + component.standard_deviation * normal_pair(rng).0
    }
}

struct Marginal {
    log_density: f64,
    mean: f64,
    variance: f64,
}

/// The years' density at one τ with μ integrated out, and the posterior of μ.
fn marginal(intercepts: &[f64], standard_errors: &[f64], tau: f64) -> Marginal {
    let weight = |error: &f64| 1.0 / (error * error + tau * tau);
    let total: f64 = standard_errors.iter().map(weight).sum();
    let mean = intercepts.iter().zip(standard_errors).map(|(a, s)| weight(s) * a).sum::<f64>() / total;
    let fit: f64 = intercepts
        .iter()
        .zip(standard_errors)
        .map(|(a, s)| 0.5 * weight(s).ln() - 0.5 * weight(s) * (a - mean).powi(2))
        .sum();
    Marginal { log_density: fit - 0.5 * total.ln(), mean, variance: 1.0 / total }
}

/// Three Gauss–Legendre nodes of (0, 1) with their weights.
fn gauss_nodes() -> impl Iterator<Item = (f64, f64)> {
    let reach = 0.5 * 0.6f64.sqrt();
    [(0.5 - reach, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.5 + reach, 5.0 / 18.0)].into_iter()
}
