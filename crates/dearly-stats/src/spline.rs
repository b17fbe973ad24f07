//! Restricted cubic splines: a smooth curve of few parameters that is straight in both tails.

use crate::Error;
use crate::error::all_finite;
use crate::interval::quantile_of_sorted;

/// A restricted cubic spline of k knots: the value itself and k − 2 curved terms.
///
/// Below the first knot and above the last the curve is a straight line. The curved terms are divided by the square of
/// the distance of the outer knots, so that they are in the unit of the value.
///
/// # Source
/// Harrell, *Regression Modeling Strategies* (2015), 2.4.5 and table 2.3. Checked against R `Hmisc::rcspline.eval`.
#[derive(Debug, Clone, PartialEq)]
pub struct RestrictedCubicSpline {
    knots: Vec<f64>,
}

impl RestrictedCubicSpline {
    /// Knots at Harrell's quantiles of the values: 10, 50, 90 % for three; 5, 35, 65, 95 % for four; 5, 27.5, 50, 72.5,
    /// 95 % for five. Where ties make knots equal there are fewer.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::OutOfRange`] for a number of knots other than 3, 4 or 5; [`Error::Refused`] when
    /// fewer than three knots differ.
    pub fn at_quantiles(values: &[f64], n_knots: usize) -> Result<RestrictedCubicSpline, Error> {
        let quantiles: &[f64] = match n_knots {
            3 => &[0.1, 0.5, 0.9],
            4 => &[0.05, 0.35, 0.65, 0.95],
            5 => &[0.05, 0.275, 0.5, 0.725, 0.95],
            _ => {
                return Err(Error::OutOfRange {
                    what: "the number of knots".to_owned(),
                    value: n_knots as f64,
                    expected: "3, 4 or 5",
                });
            }
        };
        all_finite("the spline's variable", values)?;
        if values.is_empty() {
            return Err(Error::Empty { what: "a spline", needed: n_knots });
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        RestrictedCubicSpline::with_knots(quantiles.iter().map(|&p| quantile_of_sorted(&sorted, p)).collect())
    }

    /// Knots at these places, of which at least three must differ.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::Refused`].
    pub fn with_knots(mut knots: Vec<f64>) -> Result<RestrictedCubicSpline, Error> {
        all_finite("the knot", &knots)?;
        knots.sort_unstable_by(f64::total_cmp);
        knots.dedup();
        if knots.len() < 3 {
            return Err(Error::Refused(format!(
                "{} knots of a spline differ and 3 are needed: the values are mostly ties, so take them as they are",
                knots.len()
            )));
        }
        Ok(RestrictedCubicSpline { knots })
    }

    /// The knots, ascending.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// Terms of the basis: one fewer than knots.
    pub fn n_terms(&self) -> usize {
        self.knots.len() - 1
    }

    /// The terms at a value, the value itself first.
    pub fn terms(&self, value: f64) -> Vec<f64> {
        let cube = |x: f64| x.max(0.0).powi(3);
        let last = self.knots.len() - 1;
        let (end, before_end) = (self.knots[last], self.knots[last - 1]);
        let scale = (end - self.knots[0]).powi(2);
        let mut terms = vec![value];
        for &knot in &self.knots[..last - 1] {
            let term = cube(value - knot) - cube(value - before_end) * (end - knot) / (end - before_end)
                + cube(value - end) * (before_end - knot) / (end - before_end);
            terms.push(term / scale);
        }
        terms
    }
}
