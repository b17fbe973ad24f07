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
    /// # Shapes
    /// At least one value; from 3 to `n_knots` knots.
    ///
    /// # Units
    /// Knots in the unit of the values.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a number of knots other than 3, 4 or 5;
    /// [`Error::Refused`] when fewer than three knots differ, as of a constant column.
    ///
    /// # Source
    /// Harrell (2015), table 2.3; quantiles by R's and numpy's default (type 7).
    ///
    /// # Example
    /// ```
    /// use dearly_stats::spline::RestrictedCubicSpline;
    ///
    /// let scores: Vec<f64> = (0..=100).map(f64::from).collect();
    /// assert_eq!(RestrictedCubicSpline::at_quantiles(&scores, 3)?.knots(), [10.0, 50.0, 90.0]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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

    /// Knots at these places, in any order, of which at least three must differ; equal ones count once.
    ///
    /// # Units
    /// In the unit of the values that the curve will be of.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::Refused`] when fewer than three differ.
    ///
    /// # Source
    /// As the type.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::spline::RestrictedCubicSpline;
    ///
    /// let spline = RestrictedCubicSpline::with_knots(vec![90.0, 10.0, 50.0, 50.0])?;
    /// assert_eq!(spline.knots(), [10.0, 50.0, 90.0]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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

    /// The knots, ascending, all different.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// Terms of the basis, which are columns of a model: one fewer than knots.
    pub fn n_terms(&self) -> usize {
        self.knots.len() - 1
    }

    /// The terms at a value, the value itself first. Of knots t₁ < … < tₖ the j-th curved one is, with (x)₊ the
    /// greater of x and 0,
    /// ```text
    /// [(x − tⱼ)₊³ − (x − tₖ₋₁)₊³ (tₖ − tⱼ)/(tₖ − tₖ₋₁) + (x − tₖ)₊³ (tₖ₋₁ − tⱼ)/(tₖ − tₖ₋₁)] / (tₖ − t₁)²
    /// ```
    ///
    /// # Shapes
    /// [`RestrictedCubicSpline::n_terms`] values.
    ///
    /// # Units
    /// All in the unit of the value, which should be finite: nothing is checked.
    ///
    /// # Source
    /// As the type.
    ///
    /// # Example
    /// Knots 0, 1 and 2: nothing below the first, 1³/2² at the second, and 3/2 more with each step beyond the last.
    /// ```
    /// use dearly_stats::spline::RestrictedCubicSpline;
    ///
    /// let spline = RestrictedCubicSpline::with_knots(vec![0.0, 1.0, 2.0])?;
    /// let curved = |value| spline.terms(value)[1];
    /// assert_eq!((curved(-1.0), curved(1.0)), (0.0, 0.25));
    /// assert_eq!((curved(2.0), curved(3.0), curved(4.0)), (1.5, 3.0, 4.5));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
