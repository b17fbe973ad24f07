use crate::distribution::{logistic, logit, normal_critical};
use crate::error::valid_level;
use crate::interval::quantile_of_sorted;
use crate::spline::RestrictedCubicSpline;
use crate::{Design, Error, Family, Glm, Interval, Matrix};

use super::{as_numbers, linear_predictor};

/// A smooth calibration curve: the rate of events as a function of the predicted probability, by a logit of a
/// restricted cubic spline of the predicted logit.
#[derive(Debug, Clone)]
pub struct CalibrationCurve {
    /// `None` where the predictions have too few distinct values for a curve: then it is a line on the logit scale.
    spline: Option<RestrictedCubicSpline>,
    coefficients: Vec<f64>,
    covariance: Matrix,
    /// The mean over rows of the distance between probability and curve: the integrated calibration index.
    pub ici: f64,
    /// The median distance.
    pub e50: f64,
    /// The distance that nine of ten rows do not exceed.
    pub e90: f64,
    /// The greatest distance.
    pub e_max: f64,
}

impl CalibrationCurve {
    /// Fits the curve with 3, 4 or 5 knots. Take 5 where there are a hundred events or more, 3 where there are fewer.
    ///
    /// Knots stand at quantiles of the predicted logit. Where ties leave fewer than three that differ, or no more
    /// values than the curve has terms, the curve is a line on the logit scale. Rows are taken as independent.
    ///
    /// # Shapes
    /// One probability for each outcome, more rows than knots.
    ///
    /// # Units
    /// Probabilities strictly between 0 and 1; all distances in probability.
    ///
    /// # Errors
    /// As [`super::calibration`], which has a level more; [`Error::OutOfRange`] for the number of knots.
    ///
    /// # Source
    /// Austin and Steyerberg (2019), *The Integrated Calibration Index*; Harrell (2015) for the knots. Checked against
    /// R `glm` on `Hmisc::rcspline.eval`, see `tests/golden/calibration.json`.
    ///
    /// # Example
    /// Where 10 % were predicted 1 of 4 churns, where 90 % 6 of 8: 0.15 away on both sides.
    /// ```
    /// use dearly_stats::calibration::CalibrationCurve;
    ///
    /// let churned = [[true, false, false, false], [true, true, true, false], [true, true, true, false]].concat();
    /// let predicted = [[0.1; 4], [0.9; 4], [0.9; 4]].concat();
    /// let curve = CalibrationCurve::fit(&churned, &predicted, 3)?;
    /// assert!((curve.at(0.1) - 0.25).abs() < 1e-9 && (curve.at(0.9) - 0.75).abs() < 1e-9);
    /// assert!((curve.ici - 0.15).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(outcomes: &[bool], probabilities: &[f64], n_knots: usize) -> Result<CalibrationCurve, Error> {
        let predicted = linear_predictor(outcomes, probabilities)?;
        let spline = match RestrictedCubicSpline::at_quantiles(&predicted, n_knots) {
            // Fewer values than terms and an intercept, where a quantile falls between two of them.
            Ok(spline) => (n_distinct(&predicted) > spline.n_terms()).then_some(spline),
            Err(Error::Refused(_)) => None,
            Err(other) => return Err(other),
        };
        let width = spline.as_ref().map_or(1, RestrictedCubicSpline::n_terms);
        let mut columns: Vec<(String, Vec<f64>)> =
            (1..=width).map(|term| (format!("predicted logit, term {term}"), Vec::new())).collect();
        for &value in &predicted {
            for (column, term) in columns.iter_mut().zip(terms(spline.as_ref(), value)) {
                column.1.push(term);
            }
        }
        let design = Design::with_intercept(outcomes.len(), columns)?;
        let fitted = Glm::new(Family::Logit).fit(&design, &as_numbers(outcomes))?;
        let mut distances: Vec<f64> = fitted
            .linear_predictor
            .iter()
            .zip(probabilities)
            .map(|(&eta, p)| (logistic(eta) - p).abs())
            .collect();
        let ici = distances.iter().sum::<f64>() / distances.len() as f64;
        distances.sort_unstable_by(f64::total_cmp);
        Ok(CalibrationCurve {
            spline,
            coefficients: fitted.coefficients,
            covariance: fitted.covariance,
            ici,
            e50: quantile_of_sorted(&distances, 0.5),
            e90: quantile_of_sorted(&distances, 0.9),
            e_max: distances[distances.len() - 1],
        })
    }

    /// The rate of events where this probability, in (0, 1), was predicted.
    ///
    /// Outside of (0, 1) nothing is refused and the answer says nothing; beyond the outer knots the curve is a straight
    /// line on the logit scale. [`CalibrationCurve::fit`] has an example.
    pub fn at(&self, probability: f64) -> f64 {
        logistic(crate::matrix::dot(&self.row(probability), &self.coefficients))
    }

    /// The pointwise interval of the curve at a probability in (0, 1): the curve's logit ± z standard errors by the
    /// model, put back on the scale of probabilities.
    ///
    /// # Units
    /// Probabilities; `level` in (0, 1). It takes rows for independent.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level or the probability.
    ///
    /// # Source
    /// Wald's interval of a linear predictor; [`CalibrationCurve::fit`] for the curve.
    ///
    /// # Example
    /// With two predictions only, the curve at one of them is the rate of its 4 rows, 1 of 4: a logit of −log 3 with
    /// the variance 1/1 + 1/3.
    /// ```
    /// use dearly_stats::calibration::CalibrationCurve;
    ///
    /// let churned = [[true, false, false, false], [true, true, true, false], [true, true, true, false]].concat();
    /// let predicted = [[0.1; 4], [0.9; 4], [0.9; 4]].concat();
    /// let interval = CalibrationCurve::fit(&churned, &predicted, 3)?.interval(0.1, 0.95)?;
    /// let high = -3f64.ln() + 1.959964 * (4f64 / 3.0).sqrt();
    /// assert!((interval.high - 1.0 / (1.0 + (-high).exp())).abs() < 1e-6);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn interval(&self, probability: f64, level: f64) -> Result<Interval, Error> {
        valid_level(level)?;
        if !(probability > 0.0 && probability < 1.0) {
            return Err(Error::OutOfRange {
                what: "the probability".to_owned(),
                value: probability,
                expected: "above 0 and below 1",
            });
        }
        let row = self.row(probability);
        let eta = crate::matrix::dot(&row, &self.coefficients);
        let reach = normal_critical(level) * self.covariance.quadratic(&row).sqrt();
        Ok(Interval { low: logistic(eta - reach), high: logistic(eta + reach), level })
    }

    fn row(&self, probability: f64) -> Vec<f64> {
        let mut row = vec![1.0];
        row.extend(terms(self.spline.as_ref(), logit(probability)));
        row
    }
}

fn n_distinct(values: &[f64]) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    sorted.len()
}

fn terms(spline: Option<&RestrictedCubicSpline>, value: f64) -> Vec<f64> {
    spline.map_or_else(|| vec![value], |spline| spline.terms(value))
}
