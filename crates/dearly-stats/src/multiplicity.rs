//! Many questions at once: adjusted p-values and intervals that stay honest after selection.

use crate::distribution::{normal_critical, t_critical};
use crate::error::{all_finite, same_length};
use crate::{Error, Interval};

/// Holm's adjusted p-values, which control the chance of any false finding: of m ascending p-values the k-th times m
/// − k + 1, not below those before it, 1 at most. For the few questions that were asked beforehand.
///
/// # Shapes
/// One adjusted value for each p-value, in their order.
///
/// # Units
/// p-values in [0, 1], in and out. Equal ones stay equal.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::OutOfRange`] for what is not in [0, 1].
///
/// # Source
/// Holm (1979). Checked against statsmodels `multipletests(method="holm")`, see `tests/golden/multiplicity.json`.
///
/// # Example
/// 3 · 0.01; 2 · 0.03; and 0.04, which must not be below the one before it.
/// ```
/// let adjusted = dearly_stats::multiplicity::holm(&[0.01, 0.04, 0.03])?;
/// for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06]) {
///     assert!((found - expected).abs() < 1e-12);
/// }
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    let order = ascending(p_values)?;
    let m = p_values.len();
    let mut adjusted = vec![0.0; m];
    let mut greatest = 0f64;
    for (rank, &index) in order.iter().enumerate() {
        greatest = greatest.max(((m - rank) as f64 * p_values[index]).min(1.0));
        adjusted[index] = greatest;
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's adjusted p-values: select those at or below q, and of the selected a share of q at most
/// is false on average. For libraries of plays.
///
/// # Shapes
/// One adjusted value for each p-value, in their order.
///
/// # Units
/// p-values in [0, 1], in and out. Equal ones stay equal.
///
/// # Errors
/// As [`holm`].
///
/// # Source
/// Benjamini and Hochberg (1995), for tests that are independent or positively dependent. Checked against statsmodels
/// `multipletests(method="fdr_bh")`, see `tests/golden/multiplicity.json`.
///
/// # Example
/// ```
/// let adjusted = dearly_stats::multiplicity::benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5])?;
/// assert!((adjusted[0] - 0.04).abs() < 1e-12 && (adjusted[2] - 0.16 / 3.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    let order = ascending(p_values)?;
    let m = p_values.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 1f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        least = least.min(m / (rank + 1) as f64 * p_values[index]);
        adjusted[index] = least;
    }
    Ok(adjusted)
}

/// The level of intervals of `selected` out of `tested` estimates that keeps the false coverage rate at q: 1 − q ·
/// selected / tested.
///
/// # Units
/// Counts; `q` and the level in (0, 1).
///
/// # Errors
/// [`Error::OutOfRange`] for a q outside of (0, 1); [`Error::Refused`] when nothing, or more than was tested, is
/// selected.
///
/// # Source
/// Benjamini and Yekutieli (2005).
///
/// # Example
/// Of ten estimates two are selected: at 10 % their intervals must be as wide as 98 %.
/// ```
/// let level = dearly_stats::multiplicity::false_coverage_level(2, 10, 0.1)?;
/// assert!((level - 0.98).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn false_coverage_level(selected: usize, tested: usize, q: f64) -> Result<f64, Error> {
    valid_q(q)?;
    if selected == 0 || selected > tested {
        return Err(Error::Refused(format!(
            "{selected} of {tested} estimates are selected: there must be one at least, and not more than were tested"
        )));
    }
    Ok(1.0 - q * selected as f64 / tested as f64)
}

/// An estimate to be selected or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, 0 or more.
    pub standard_error: f64,
    /// Degrees of freedom of its t distribution; `None` for the normal.
    pub degrees: Option<f64>,
    /// Two-sided.
    pub p_value: f64,
}

/// Selects by Benjamini and Hochberg at q and gives the selected intervals that allow for the selection: as wide as
/// the false coverage rate q asks. Those not selected have none.
///
/// # Shapes
/// One answer for each candidate, in their order.
///
/// # Units
/// `q` in (0, 1). Intervals in the unit of the estimates; degrees of freedom above 0.
///
/// # Errors
/// As [`holm`]; [`Error::OutOfRange`] for q, a negative standard error, or degrees of freedom that are not above 0.
///
/// # Source
/// Benjamini and Yekutieli (2005), with the selection of Benjamini and Hochberg (1995).
///
/// # Example
/// Only the first of two is selected, so that its interval is one of 95 %.
/// ```
/// use dearly_stats::multiplicity::{Candidate, select_with_intervals};
///
/// let sure = Candidate { estimate: 3.0, standard_error: 1.0, degrees: None, p_value: 0.0027 };
/// let unsure = Candidate { estimate: 0.5, standard_error: 1.0, degrees: None, p_value: 0.62 };
/// let intervals = select_with_intervals(&[sure, unsure], 0.1)?;
/// let interval = intervals[0].unwrap();
/// assert!((interval.low - (3.0 - 1.96)).abs() < 1e-4 && intervals[1].is_none());
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn select_with_intervals(candidates: &[Candidate], q: f64) -> Result<Vec<Option<Interval>>, Error> {
    valid_q(q)?;
    let field = |name: &str, value: fn(&Candidate) -> f64| {
        let values: Vec<f64> = candidates.iter().map(value).collect();
        all_finite(name, &values).map(|()| values)
    };
    field("estimate", |candidate| candidate.estimate)?;
    let errors = field("standard error", |candidate| candidate.standard_error)?;
    if let Some(row) = errors.iter().position(|&error| error < 0.0) {
        let what = format!("the standard error in row {row}");
        return Err(Error::OutOfRange { what, value: errors[row], expected: "0 or more" });
    }
    let degrees: Vec<f64> = candidates.iter().map(|own| own.degrees.unwrap_or(f64::INFINITY)).collect();
    if let Some(row) = degrees.iter().position(|own| own.is_nan() || *own <= 0.0) {
        let what = format!("the degrees of freedom in row {row}");
        return Err(Error::OutOfRange { what, value: degrees[row], expected: "above 0" });
    }
    let p_values = field("p-value", |candidate| candidate.p_value)?;
    let adjusted = benjamini_hochberg(&p_values)?;
    same_length("adjusted p-values", candidates.len(), adjusted.len())?;
    let selected = adjusted.iter().filter(|&&p| p <= q).count();
    if selected == 0 {
        return Ok(vec![None; candidates.len()]);
    }
    let level = false_coverage_level(selected, candidates.len(), q)?;
    let interval = |candidate: &Candidate| {
        let critical =
            candidate.degrees.map_or_else(|| normal_critical(level), |degrees| t_critical(level, degrees));
        let reach = critical * candidate.standard_error;
        Interval { low: candidate.estimate - reach, high: candidate.estimate + reach, level }
    };
    Ok(candidates
        .iter()
        .zip(&adjusted)
        .map(|(candidate, &p)| (p <= q).then(|| interval(candidate)))
        .collect())
}

fn valid_q(q: f64) -> Result<(), Error> {
    if q > 0.0 && q < 1.0 {
        Ok(())
    } else {
        Err(Error::OutOfRange { what: "q".to_owned(), value: q, expected: "between 0 and 1, as 0.1" })
    }
}

/// The order of p-values, which must be probabilities.
fn ascending(p_values: &[f64]) -> Result<Vec<usize>, Error> {
    all_finite("p-value", p_values)?;
    if let Some(row) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let what = format!("the p-value in row {row}");
        return Err(Error::OutOfRange { what, value: p_values[row], expected: "between 0 and 1" });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    Ok(order)
}
