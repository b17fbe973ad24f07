use crate::Error;

/// How many rows a model of a yes or no needs, by each criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSize {
    /// C1: coefficients are shrunk by a tenth at most.
    pub shrinkage: u64,
    /// C2: apparent and adjusted R² differ by 0.05 of its maximum at most.
    pub optimism: u64,
    /// C3: the base rate is known to within 0.05.
    pub base_rate: u64,
    /// The mean absolute error of the probabilities is 0.05 at most.
    pub prediction_error: u64,
}

impl SampleSize {
    /// Rows by C1–C3, the greatest of the three.
    pub fn riley(&self) -> u64 {
        self.shrinkage.max(self.optimism).max(self.base_rate)
    }

    /// Rows by all criteria.
    pub fn all(&self) -> u64 {
        self.riley().max(self.prediction_error)
    }
}

/// Rows needed by Riley's criteria C1–C3 and by van Smeden's prediction error.
///
/// C1: p / ((S − 1) ln(1 − R²/S)) with S = 0.9; C2: the same with S = R² / (R² + 0.05 max R²), where
/// max R² = 1 − exp(2(φ ln φ + (1 − φ) ln(1 − φ))); C3: (1.96 / 0.05)² φ (1 − φ). Each is rounded up.
///
/// # Units
/// `cox_snell` is the adjusted Cox–Snell R², in (0, max R²); `parameters` without the intercept, ≥ 1; `event_rate` in (0, 1).
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// Riley et al. (2019, Part II; 2020). Their example (R² 0.288, 24 parameters, rate 0.174) gives 623, 662 and 221.
pub fn sample_size(cox_snell: f64, parameters: usize, event_rate: f64) -> Result<SampleSize, Error> {
    let refuse =
        |what: &str, value: f64, expected| Err(Error::OutOfRange { what: what.to_owned(), value, expected });
    if !(event_rate > 0.0 && event_rate < 1.0) {
        return refuse("the rate of events", event_rate, "above 0 and below 1");
    }
    if parameters == 0 {
        return refuse("the number of parameters", 0.0, "1 or more");
    }
    let other_rate = 1.0 - event_rate;
    let maximum = 1.0 - (2.0 * (event_rate * event_rate.ln() + other_rate * other_rate.ln())).exp();
    if !(cox_snell > 0.0 && cox_snell < maximum) {
        return refuse(
            "the Cox–Snell R²",
            cox_snell,
            "above 0 and below the most that this rate of events allows",
        );
    }
    let p = parameters as f64;
    let rows = |shrinkage: f64| p / ((shrinkage - 1.0) * (-cox_snell / shrinkage).ln_1p());
    Ok(SampleSize {
        shrinkage: rounded_up(rows(0.9)),
        optimism: rounded_up(rows(cox_snell / (cox_snell + 0.05 * maximum))),
        base_rate: rounded_up((1.96f64 / 0.05).powi(2) * event_rate * other_rate),
        prediction_error: rounded_up(rows_for_prediction_error(parameters, event_rate)),
    })
}

/// The mean absolute prediction error to expect of `n` rows: van Smeden's regression over simulated studies, made for up to 30
/// parameters and rates of the rarer class of 0.05 or more.
///
/// # Units
/// In probability; `n` rows, `parameters` without the intercept.
///
/// # Errors
/// [`Error::OutOfRange`] for a rate outside of (0, 1), no row or no parameter.
///
/// # Source
/// Van Smeden et al. (2019), with the coefficients of Riley et al. (2020), by which 10 parameters at
/// rate 0.3 need 461 rows for an error of 0.05.
pub fn mean_absolute_prediction_error(n: u64, parameters: usize, event_rate: f64) -> Result<f64, Error> {
    for (what, value) in [("the number of rows", n as f64), ("the number of parameters", parameters as f64)] {
        if value == 0.0 {
            return Err(Error::OutOfRange { what: what.to_owned(), value, expected: "1 or more" });
        }
    }
    if !(event_rate > 0.0 && event_rate < 1.0) {
        let what = "the rate of events".to_owned();
        return Err(Error::OutOfRange { what, value: event_rate, expected: "above 0 and below 1" });
    }
    Ok((smeden_constant(parameters, event_rate) - 0.544 * (n as f64).ln()).exp())
}

fn rows_for_prediction_error(parameters: usize, event_rate: f64) -> f64 {
    ((smeden_constant(parameters, event_rate) - 0.05f64.ln()) / 0.544).exp()
}

fn smeden_constant(parameters: usize, event_rate: f64) -> f64 {
    let rarer = event_rate.min(1.0 - event_rate);
    -0.508 + 0.259 * rarer.ln() + 0.504 * (parameters as f64).ln()
}

/// The Cox–Snell R² of a fit, less its optimism: S (1 − exp(−LR/n)) with Van Houwelingen's S = 1 + p / (n ln(1 − R²)).
///
/// # Units
/// `likelihood_ratio` is twice the gain in log-likelihood over the intercept alone; `parameters` without the intercept.
///
/// # Errors
/// [`Error::OutOfRange`] unless the ratio is above 0 and there is a row.
///
/// # Source
/// Riley et al. (2019), equations 7 and 8.
pub fn adjusted_cox_snell(likelihood_ratio: f64, n: u64, parameters: usize) -> Result<f64, Error> {
    if n == 0 {
        return Err(Error::Empty { what: "an R²", needed: 1 });
    }
    // S is the heuristic shrinkage, as n ln(1 − R²) is −LR.
    let shrinkage = crate::optimism::heuristic_shrinkage(likelihood_ratio, parameters)?;
    Ok(shrinkage * -(-likelihood_ratio / n as f64).exp_m1())
}

/// The Cox–Snell R² of predictions of rows that the model was not fitted on: 1 − exp(2(L − L₀)), with L their mean log-loss
/// and L₀ that of the base rate. Not above what fitting would give; at or below 0 for a model that is no better than the rate.
///
/// # Shapes
/// One probability for each outcome.
///
/// # Errors
/// As [`crate::scoring::log_loss`]; [`Error::OneClass`].
pub fn held_out_cox_snell(outcomes: &[bool], probabilities: &[f64]) -> Result<f64, Error> {
    let rate = crate::error::both_classes(outcomes)? as f64 / outcomes.len() as f64;
    let base = -(rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
    let loss = crate::scoring::log_loss(outcomes, probabilities)?;
    Ok(-(2.0 * (loss - base)).exp_m1())
}

/// A number of rows that is whole but for rounding stays itself.
fn rounded_up(rows: f64) -> u64 {
    (rows - 1e-9).ceil().max(1.0) as u64
}
