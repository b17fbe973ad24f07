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

    /// Rows by all criteria, van Smeden's prediction error included.
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
/// `cox_snell` is the adjusted Cox–Snell R², in (0, max R²); `parameters` without the intercept, ≥ 1; `event_rate` in
/// (0, 1). Out come rows, whole.
///
/// # Errors
/// [`Error::OutOfRange`] for any of the three, NaN included.
///
/// # Source
/// Riley et al. (2019, Part II; 2020). Their example (R² 0.288, 24 parameters, rate 0.174) gives 623, 662 and 221.
///
/// # Example
/// ```
/// let size = dearly_stats::gate::sample_size(0.288, 24, 0.174)?;
/// assert_eq!((size.shrinkage, size.optimism, size.base_rate), (623, 662, 221));
/// assert_eq!(size.riley(), 662);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
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

/// The mean absolute prediction error to expect of `n` rows: exp(−0.508 + 0.259 ln φ + 0.504 ln p − 0.544 ln n), with
/// p parameters and φ the rate of the rarer class. It is van Smeden's regression over simulated studies, made for up
/// to 30 parameters and rates φ of 0.05 or more.
///
/// # Units
/// In probability; `n` rows, `parameters` without the intercept, `event_rate` in (0, 1), of either class.
///
/// # Errors
/// [`Error::OutOfRange`] for a rate outside of (0, 1), no row or no parameter.
///
/// # Source
/// Van Smeden et al. (2019), with the coefficients of Riley et al. (2020), by which 10 parameters at
/// rate 0.3 need 461 rows for an error of 0.05.
///
/// # Example
/// ```
/// let error = dearly_stats::gate::mean_absolute_prediction_error(461, 10, 0.3)?;
/// assert!(error <= 0.05 && error > 0.0499);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
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
/// `likelihood_ratio` is twice the gain in log-likelihood over the intercept alone; `parameters` without the
/// intercept. The R² is a share; it is below 0 where there are more parameters than the ratio.
///
/// # Errors
/// [`Error::OutOfRange`] unless the ratio is finite and above 0; [`Error::Empty`] without a row.
///
/// # Source
/// Riley et al. (2019), equations 7 and 8.
///
/// # Example
/// A ratio of 40 with 8 parameters shrinks by (40 − 8) / 40.
/// ```
/// let adjusted = dearly_stats::gate::adjusted_cox_snell(40.0, 400, 8)?;
/// assert!((adjusted - 0.8 * (1.0 - (-0.1f64).exp())).abs() < 1e-14);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn adjusted_cox_snell(likelihood_ratio: f64, n: u64, parameters: usize) -> Result<f64, Error> {
    if n == 0 {
        return Err(Error::Empty { what: "an R²", needed: 1 });
    }
    // S is the heuristic shrinkage, as n ln(1 − R²) is −LR.
    let shrinkage = crate::optimism::heuristic_shrinkage(likelihood_ratio, parameters)?;
    Ok(shrinkage * -(-likelihood_ratio / n as f64).exp_m1())
}

/// The Cox–Snell R² of predictions of rows that the model was not fitted on: 1 − exp(2(L − L₀)), with L their mean
/// log-loss and L₀ that of the base rate. Not above what fitting would give; at or below 0 for a model that is no
/// better than the rate.
///
/// # Shapes
/// One probability for each outcome.
///
/// # Units
/// Probabilities in [0, 1], those of what is true in `outcomes`.
///
/// # Errors
/// As [`crate::scoring::log_loss`]; [`Error::OneClass`], for which there is no base rate to beat.
///
/// # Source
/// Cox and Snell (1989) for the R²; that it is taken of held-out rows, the project's `docs/METHOD.md`, 10.
///
/// # Example
/// Who gives everyone the base rate explains nothing.
/// ```
/// use dearly_stats::gate::held_out_cox_snell;
///
/// let churned = [true, false, false, false];
/// assert!(held_out_cox_snell(&churned, &[0.25; 4])?.abs() < 1e-12);
/// assert!(held_out_cox_snell(&churned, &[0.7, 0.1, 0.1, 0.1])? > 0.0);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
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
