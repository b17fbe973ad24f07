use crate::distribution::chi_squared_quantile;
use crate::error::valid_level;
use crate::glm::newton::{Problem, Workspace};
use crate::{Design, Error, FittedGlm, Glm, Interval};

impl Glm<'_> {
    /// The interval of one coefficient by its profile likelihood: {b : 2 (ℓ − ℓ(b)) ≤ χ²₁(level)}, where ℓ(b) is
    /// maximised over all other coefficients.
    ///
    /// Better than the model's errors for few rows and large coefficients; for independent rows only.
    ///
    /// # Shapes
    /// `design` and `outcome` are those of the fit; `column` counts from 0.
    ///
    /// # Units
    /// Bounds on the scale of the linear predictor, as the coefficient; `level` in (0, 1).
    ///
    /// # Errors
    /// Those of [`Glm::fit`] for its input; [`Error::OutOfRange`] for the level or the column, [`Error::Refused`] for
    /// a family with a dispersion, whose t intervals are to be used, [`Error::NotConverged`] where the profile does
    /// not fall far enough.
    ///
    /// # Source
    /// Venzon and Moolgavkar (1988). Checked against a direct search on fits of R `glm`, see
    /// `tests/golden/regression_r.json`, tolerance 1e-6.
    ///
    /// # Example
    /// Five of ten renew: at either bound the log-likelihood is lower by half of 3.84.
    /// ```
    /// use dearly_stats::{Design, Family, Glm, distribution::logistic};
    ///
    /// let design = Design::with_intercept(10, vec![])?;
    /// let renewed = [[0.0; 5], [1.0; 5]].concat();
    /// let glm = Glm::new(Family::Logit);
    /// let interval = glm.profile_interval(&design, &renewed, &glm.fit(&design, &renewed)?, 0, 0.95)?;
    /// assert!((interval.low + interval.high).abs() < 1e-8);
    /// let p = logistic(interval.high);
    /// let fallen = 10.0 * 0.5f64.ln() - 5.0 * p.ln() - 5.0 * (1.0 - p).ln();
    /// assert!((2.0 * fallen - 3.841_459).abs() < 1e-5);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn profile_interval(
        &self,
        design: &Design,
        outcome: &[f64],
        fitted: &FittedGlm,
        column: usize,
        level: f64,
    ) -> Result<Interval, Error> {
        valid_level(level)?;
        self.check(design, outcome)?;
        if column >= design.columns() || fitted.coefficients.len() != design.columns() {
            return Err(Error::OutOfRange {
                what: "the column".to_owned(),
                value: column as f64,
                expected: "a column of the model, counted from 0",
            });
        }
        if fitted.family.has_dispersion() {
            return Err(Error::Refused(
                "profile intervals are for families without a dispersion: use the intervals of the model's errors"
                    .to_owned(),
            ));
        }
        let problem = Problem { remains: 0.0, ..self.problem(design, outcome) };
        let mut workspace = Workspace::new(&problem);
        let best = problem.log_likelihood(&fitted.coefficients, &mut workspace);
        let bound = |side: f64, workspace: &mut Workspace| {
            let held = Problem { held: Some(column), ..problem };
            let error = fitted.covariance[(column, column)].sqrt();
            // Where the others go as one coefficient moves, to first order.
            let drift: Vec<f64> = (0..design.columns())
                .map(|other| fitted.covariance[(other, column)] / (error * error))
                .collect();
            let mut last = fitted.coefficients.clone();
            cross(fitted.coefficients[column], error, side, level, "the profile of a coefficient", |at| {
                let moved = at - last[column];
                let start: Vec<f64> =
                    last.iter().zip(&drift).map(|(value, drift)| value + drift * moved).collect();
                let solution = held.solve(&start, None, workspace).ok()?;
                last.copy_from_slice(&solution.coefficients);
                Some((best - solution.log_likelihood, solution.held_gradient))
            })
        };
        let low = bound(-1.0, &mut workspace)?;
        let high = bound(1.0, &mut workspace)?;
        Ok(Interval { low, high, level })
    }
}

/// Where a profile has fallen by half of χ²₁(level), to one side of its top.
///
/// `fallen` gives how far it has fallen at a value, and its slope there. The square root of twice the fall is nearly a
/// straight line, so that Newton's steps on it arrive in a few; a bracket keeps them from leaving.
pub(crate) fn cross(
    top: f64,
    error: f64,
    side: f64,
    level: f64,
    what: &'static str,
    mut fallen: impl FnMut(f64) -> Option<(f64, f64)>,
) -> Result<f64, Error> {
    let reach = chi_squared_quantile(level, 1.0).sqrt();
    let (mut inner, mut outer) = (top, None::<f64>);
    let mut at = top + side * reach * error;
    for _ in 0..100 {
        let next = match fallen(at) {
            None => {
                outer = Some(at);
                0.5 * (inner + at)
            }
            Some((fall, slope)) => {
                let root = (2.0 * fall.max(0.0)).sqrt();
                if root < reach {
                    inner = at;
                } else {
                    outer = Some(at);
                }
                // d√(2f)/db = f′/√(2f), and the profile's slope is −f′.
                let step = (reach - root) * root / -slope;
                if step.abs() < 1e-10 * (error + at.abs()) {
                    return Ok(at + step);
                }
                let newton = at + step;
                let inside = (newton - inner) * side > 0.0
                    && outer.is_none_or(|outer| (outer - newton) * side > 0.0)
                    && (newton - top).abs() < 10.0 * (at - top).abs();
                match (inside, outer) {
                    (true, _) => newton,
                    (false, Some(outer)) => 0.5 * (inner + outer),
                    (false, None) => top + 2.0 * (at - top),
                }
            }
        };
        if outer.is_some_and(|outer| (outer - inner).abs() < 1e-13 * (error + at.abs())) {
            return Ok(next);
        }
        at = next;
    }
    Err(Error::NotConverged { what, iterations: 100 })
}
