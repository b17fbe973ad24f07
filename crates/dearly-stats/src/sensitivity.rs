//! How strong something unmeasured would have to be to void a linear effect, as of a play on a score.

use crate::Error;
use crate::distribution::t_critical;
use crate::error::valid_level;

/// Robustness values of a regression coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RobustnessValue {
    /// The share of what is left of the variance of both treatment and outcome that a confounder must explain to
    /// bring the estimate to 0; between 0 and 1.
    pub estimate: f64,
    /// The same to make it no longer significant; 0 where it is not to begin with.
    pub bound: f64,
}

/// The robustness value of a coefficient of a linear regression, from its t and the degrees of freedom of the
/// residuals: ½ (√(f⁴ + 4f²) − f²) with f = |t|/√df; for the bound f is less by the critical t over √(df − 1).
///
/// # Units
/// `t` of either sign, finite; `degrees` finite, above 1; `level` in (0, 1), of the interval that the bound is of, as
/// 0.95. Shares come out, in [0, 1).
///
/// # Errors
/// [`Error::NotFinite`] for `t`; [`Error::OutOfRange`] for the degrees or the level.
///
/// # Source
/// Cinelli and Hazlett (2020), whose example (t = 4.18, 783 degrees) gives 13.9 % and 7.6 %.
///
/// # Example
/// ```
/// let found = dearly_stats::sensitivity::robustness_value(4.18, 783.0, 0.95)?;
/// assert!((found.estimate - 0.139).abs() < 5e-4 && (found.bound - 0.076).abs() < 5e-4);
/// // What is not significant to begin with needs no confounder.
/// assert_eq!(dearly_stats::sensitivity::robustness_value(1.0, 783.0, 0.95)?.bound, 0.0);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn robustness_value(t: f64, degrees: f64, level: f64) -> Result<RobustnessValue, Error> {
    valid_level(level)?;
    crate::error::all_finite("t", &[t])?;
    if !(degrees > 1.0 && degrees.is_finite()) {
        return Err(Error::OutOfRange {
            what: "degrees of freedom".to_owned(),
            value: degrees,
            expected: "above 1",
        });
    }
    let value = |f: f64| if f > 0.0 { 0.5 * ((f.powi(4) + 4.0 * f * f).sqrt() - f * f) } else { 0.0 };
    let f = t.abs() / degrees.sqrt();
    let critical = t_critical(level, degrees - 1.0) / (degrees - 1.0).sqrt();
    Ok(RobustnessValue { estimate: value(f), bound: value(f - critical) })
}
