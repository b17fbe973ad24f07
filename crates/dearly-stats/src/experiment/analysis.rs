use crate::distribution::{t_critical, t_two_sided};
use crate::error::{all_finite, same_length, valid_level};
use crate::matrix::dot;
use crate::{Cholesky, Design, Error, Estimate, Family, Glm, Interval};

/// The effect of a randomised treatment, adjusted for what was known before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdjustedDifference {
    /// The treated's mean less the others', adjusted.
    pub effect: Estimate,
    /// Two-sided.
    pub p_value: f64,
    /// Degrees of freedom of the t distribution behind the interval.
    pub degrees: f64,
    /// The difference of means without adjustment.
    pub unadjusted: f64,
    /// Its standard error (Welch's).
    pub unadjusted_standard_error: f64,
    /// The share of variance that the adjustment took away: 1 − (adjusted / unadjusted standard error)².
    pub variance_reduction: f64,
}

/// CUPED: the difference of means of Y − θ (X − X̄), with θ = cov(Y, X) / var(X) over both arms and X known before
/// treatment.
///
/// The interval is Welch's. Intention to treat: `treated` says who was assigned, not who was reached.
///
/// # Shapes
/// One value for each unit; at least two units in each arm.
///
/// # Units
/// The effect is in the unit of the outcome, the covariate in any; `level` in (0, 1).
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::ConstantColumn`] for the covariate, [`Error::Refused`] for
/// an arm of fewer than two units or an outcome that varies in neither arm, [`Error::OutOfRange`] for the level.
///
/// # Source
/// Deng, Xu, Kohavi and Walker (2013). Checked against statsmodels, see `tests/golden/experiment.json`.
///
/// # Example
/// The outcome rises with the covariate by 1 in one arm and by 0.6 in the other, θ = 0.8: what is left spreads by ±1 in
/// both, where it was ±5 and ±3.
/// ```
/// use dearly_stats::experiment::cuped;
///
/// let treated = [false, false, true, true];
/// let found = cuped(&[10.0, 20.0, 17.0, 23.0], &treated, &[10.0, 20.0, 10.0, 20.0], 0.95)?;
/// assert!((found.effect.estimate - 5.0).abs() < 1e-12 && found.unadjusted == 5.0);
/// assert!((found.variance_reduction - (1.0 - (1.0 + 1.0) / (25.0 + 9.0))).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn cuped(
    outcome: &[f64],
    treated: &[bool],
    covariate: &[f64],
    level: f64,
) -> Result<AdjustedDifference, Error> {
    valid_level(level)?;
    checked(outcome, treated)?;
    same_length("the covariate", outcome.len(), covariate.len())?;
    all_finite("covariate", covariate)?;
    let n = outcome.len() as f64;
    let (mean_y, mean_x) = (outcome.iter().sum::<f64>() / n, covariate.iter().sum::<f64>() / n);
    let (mut products, mut squares) = (0.0, 0.0);
    for (y, x) in outcome.iter().zip(covariate) {
        products += (y - mean_y) * (x - mean_x);
        squares += (x - mean_x).powi(2);
    }
    if covariate.iter().all(|x| *x == covariate[0]) {
        return Err(Error::ConstantColumn { column: "the covariate".to_owned() });
    }
    let theta = products / squares;
    let adjusted: Vec<f64> = outcome.iter().zip(covariate).map(|(y, x)| y - theta * (x - mean_x)).collect();
    let plain = varies(welch(outcome, treated))?;
    let found = welch(&adjusted, treated);
    Ok(found.answer(plain, level))
}

/// Lin's estimate: least squares of the outcome on treatment, covariates centred at their means, and their products,
/// with HC2 standard errors. Without bias from the adjustment to first order, and never less precise in large samples
/// than no adjustment.
///
/// # Shapes
/// One value for each unit in `outcome`, `treated` and each covariate, which has a name; without covariates it is the
/// difference of means.
///
/// # Units
/// The effect is in the unit of the outcome; of a yes or no, in shares. `level` in (0, 1).
///
/// # Errors
/// As [`cuped`]; [`Error::Collinear`]; [`Error::TooFewRows`] unless units outnumber 2 + 2 × covariates;
/// [`Error::Refused`] when a unit is alone in fixing a coefficient, so that its HC2 residual is not known.
///
/// # Source
/// Lin (2013); MacKinnon and White (1985) for HC2. Checked against statsmodels
/// `OLS(...).fit(cov_type="HC2", use_t=True)`, see `tests/golden/experiment.json`.
///
/// # Example
/// The outcome is the covariate, and 1 more when treated. The treated stood higher by 1 before, too.
/// ```
/// use dearly_stats::experiment::lin;
///
/// let treated = [false, false, false, true, true, true];
/// let before = vec![("before".to_owned(), vec![1.0, 2.0, 3.0, 2.0, 3.0, 4.0])];
/// let found = lin(&[1.0, 2.0, 3.0, 3.0, 4.0, 5.0], &treated, &before, 0.95)?;
/// assert!(found.unadjusted == 2.0 && (found.effect.estimate - 1.0).abs() < 1e-9);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn lin(
    outcome: &[f64],
    treated: &[bool],
    covariates: &[(String, Vec<f64>)],
    level: f64,
) -> Result<AdjustedDifference, Error> {
    valid_level(level)?;
    checked(outcome, treated)?;
    let n = outcome.len();
    let treatment: Vec<f64> = treated.iter().map(|&treated| f64::from(u8::from(treated))).collect();
    let plain = varies(welch(outcome, treated))?;
    let mut columns = vec![("treated".to_owned(), treatment.clone())];
    for (name, values) in covariates {
        same_length(name, n, values.len())?;
        all_finite(name, values)?;
        let mean = values.iter().sum::<f64>() / n as f64;
        let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let product = centred.iter().zip(&treatment).map(|(value, treated)| value * treated).collect();
        columns.push((name.clone(), centred));
        columns.push((format!("treated × {name}"), product));
    }
    let design = Design::with_intercept(n, columns)?;
    let fitted = Glm::new(Family::Gaussian).fit(&design, outcome)?;
    let factor = Cholesky::named(&fitted.information, design.names())?;
    let bread = factor.solve(&unit(design.columns(), 1));
    let mut variance = 0.0;
    for (row, y) in outcome.iter().enumerate() {
        let x = design.row(row);
        let half = factor.forward(x);
        let leverage = dot(&half, &half);
        let residual = y - fitted.linear_predictor[row];
        if leverage > 1.0 - 1e-10 {
            return Err(Error::Refused(format!(
                "the unit in row {row} alone fixes a coefficient: leave covariates out or take more units"
            )));
        }
        variance += (dot(&bread, x) * residual).powi(2) / (1.0 - leverage);
    }
    let found = Difference {
        estimate: fitted.coefficients[1],
        standard_error: variance.sqrt(),
        degrees: (n - design.columns()) as f64,
    };
    Ok(found.answer(plain, level))
}

#[derive(Clone, Copy)]
struct Difference {
    estimate: f64,
    standard_error: f64,
    degrees: f64,
}

impl Difference {
    fn answer(self, plain: Difference, level: f64) -> AdjustedDifference {
        let Difference { estimate, standard_error, degrees } = self;
        let reach = t_critical(level, degrees) * standard_error;
        let p_value = match (standard_error > 0.0, estimate == 0.0) {
            (true, _) => t_two_sided(estimate / standard_error, degrees),
            (false, true) => 1.0,
            (false, false) => 0.0,
        };
        AdjustedDifference {
            effect: Estimate {
                estimate,
                standard_error,
                interval: Interval { low: estimate - reach, high: estimate + reach, level },
            },
            p_value,
            degrees,
            unadjusted: plain.estimate,
            unadjusted_standard_error: plain.standard_error,
            variance_reduction: 1.0 - (standard_error / plain.standard_error).powi(2),
        }
    }
}

/// The difference of two means with unequal variances, and Satterthwaite's degrees of freedom.
fn welch(values: &[f64], treated: &[bool]) -> Difference {
    let moments = |arm: bool| {
        let of_arm = || {
            values.iter().zip(treated).filter(move |(_, treated)| **treated == arm).map(|(value, _)| value)
        };
        let n = of_arm().count() as f64;
        let mean = of_arm().sum::<f64>() / n;
        let variance = of_arm().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance / n, n)
    };
    let (first, second) = (moments(true), moments(false));
    let variance = first.1 + second.1;
    let degrees = if variance > 0.0 {
        variance.powi(2) / (first.1.powi(2) / (first.2 - 1.0) + second.1.powi(2) / (second.2 - 1.0))
    } else {
        first.2 + second.2 - 2.0
    };
    Difference { estimate: first.0 - second.0, standard_error: variance.sqrt(), degrees }
}

/// Refuses an outcome that is the same for all units of each arm: it has no variance to judge a difference by.
fn varies(plain: Difference) -> Result<Difference, Error> {
    if plain.standard_error > 0.0 {
        return Ok(plain);
    }
    Err(Error::Refused(
        "the outcome is the same for all units of each arm: its error cannot be told".to_owned(),
    ))
}

fn checked(outcome: &[f64], treated: &[bool]) -> Result<(), Error> {
    same_length("treated", outcome.len(), treated.len())?;
    all_finite("outcome", outcome)?;
    let n_treated = treated.iter().filter(|&&treated| treated).count();
    let fewest = n_treated.min(treated.len() - n_treated);
    if fewest < 2 {
        return Err(Error::Refused(format!(
            "{n_treated} of {} units are treated: each arm needs at least 2",
            treated.len()
        )));
    }
    Ok(())
}

fn unit(size: usize, at: usize) -> Vec<f64> {
    let mut unit = vec![0.0; size];
    unit[at] = 1.0;
    unit
}
