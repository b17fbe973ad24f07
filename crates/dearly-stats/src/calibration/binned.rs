use crate::Error;
use crate::error::valid_probabilities;

/// Rows of neighbouring probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// Their mean probability.
    pub mean_probability: f64,
    /// Their rate of events.
    pub rate: f64,
    /// Rows.
    pub n: usize,
}

/// The distance between probabilities and rates in bins.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationError {
    /// ECE: the mean over rows of the distance in their bin. Never 0, even for true probabilities: of 2,000 rows they
    /// average 0.015.
    pub expected: f64,
    /// The greatest distance of a bin.
    pub maximum: f64,
    /// The mean squared distance less what chance alone adds: 0 on average for true probabilities, so that it may be
    /// below 0.
    pub squared_debiased: f64,
    /// The bins, ascending.
    pub bins: Vec<CalibrationBin>,
}

/// Expected calibration error in bins of equal counts (take 10), raw and, squared, debiased.
///
/// Rows are sorted by probability and cut into bins whose sizes differ by one at most, the first ones being the larger.
/// Rows of one probability share their outcomes equally, so that a tie across a border does not depend on row order.
/// Debiased: Σ nₛ/n [(p̄ₛ − ȳₛ)² − ȳₛ(1 − ȳₛ)/(nₛ − 1)].
///
/// # Shapes
/// One probability for each outcome, at least two for each bin; `n_bins` bins in the answer.
///
/// # Units
/// All in probability, the debiased one squared. Probabilities from 0 to 1, both allowed.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for what is no probability or for no bin;
/// [`Error::Empty`] with fewer than two rows a bin. Outcomes of one class are no error.
///
/// # Source
/// Naeini, Cooper and Hauskrecht (2015); Kumar, Liang and Ma (2019) for the debiased square. Checked against numpy, see
/// `tests/golden/calibration.json`.
///
/// # Example
/// Of two rows at 0.1 none churns, of two at 0.8 one does: 0.1 and 0.3 away, ½ · 0.1 + ½ · 0.3.
/// ```
/// let churned = [false, false, true, false];
/// let found = dearly_stats::calibration::calibration_error(&churned, &[0.1, 0.1, 0.8, 0.8], 2)?;
/// assert!((found.expected - 0.2).abs() < 1e-12 && (found.maximum - 0.3).abs() < 1e-12);
/// // ½ · 0.1² + ½ · (0.3² − ½ · ½ / 1)
/// assert!((found.squared_debiased + 0.075).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn calibration_error(
    outcomes: &[bool],
    probabilities: &[f64],
    n_bins: usize,
) -> Result<CalibrationError, Error> {
    valid_probabilities(outcomes, probabilities)?;
    if n_bins == 0 {
        return Err(Error::OutOfRange {
            what: "the number of bins".to_owned(),
            value: 0.0,
            expected: "1 or more, as 10",
        });
    }
    if outcomes.len() < 2 * n_bins {
        return Err(Error::Empty { what: "a calibration error with two rows a bin", needed: 2 * n_bins });
    }
    let rows = sorted_with_tied_outcomes(outcomes, probabilities);
    let n = rows.len();
    let mut bins = Vec::with_capacity(n_bins);
    let (mut expected, mut maximum, mut squared_debiased, mut from) = (0.0, 0f64, 0.0, 0);
    for bin in 0..n_bins {
        let size = n / n_bins + usize::from(bin < n % n_bins);
        let (sum_p, sum_y) =
            rows[from..from + size].iter().fold((0.0, 0.0), |(sum_p, sum_y), (p, y)| (sum_p + p, sum_y + y));
        let (mean, rate) = (sum_p / size as f64, sum_y / size as f64);
        let share = size as f64 / n as f64;
        let away = (mean - rate).abs();
        expected += share * away;
        maximum = maximum.max(away);
        squared_debiased += share * (away * away - rate * (1.0 - rate) / (size - 1) as f64);
        bins.push(CalibrationBin { mean_probability: mean, rate, n: size });
        from += size;
    }
    Ok(CalibrationError { expected, maximum, squared_debiased, bins })
}

/// Probabilities ascending, each with the mean outcome of all rows of that probability.
fn sorted_with_tied_outcomes(outcomes: &[bool], probabilities: &[f64]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> =
        probabilities.iter().zip(outcomes).map(|(&p, &y)| (p, f64::from(u8::from(y)))).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut from = 0;
    while from < rows.len() {
        let tied = rows[from..].iter().take_while(|row| row.0 == rows[from].0).count();
        let mean = rows[from..from + tied].iter().map(|row| row.1).sum::<f64>() / tied as f64;
        for row in &mut rows[from..from + tied] {
            row.1 = mean;
        }
        from += tied;
    }
    rows
}
