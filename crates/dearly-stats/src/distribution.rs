//! Quantiles and tails of the usual distributions, by `statrs`, under names that say which tail.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, Normal, StudentsT};

/// The standard normal distribution function Φ(z).
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// The standard normal quantile Φ⁻¹(p).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// The two-sided p-value of a standard normal z.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    2.0 * Normal::standard().sf(z.abs())
}

/// The quantile of Student's t with `degrees` of freedom, > 0.
pub(crate) fn t_quantile(p: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).expect("degrees of freedom are positive").inverse_cdf(p)
}

/// The two-sided p-value of Student's t.
pub(crate) fn t_two_sided(t: f64, degrees: f64) -> f64 {
    2.0 * StudentsT::new(0.0, 1.0, degrees).expect("degrees of freedom are positive").sf(t.abs())
}

/// The upper tail of χ² with `degrees` of freedom.
pub(crate) fn chi_squared_upper(value: f64, degrees: f64) -> f64 {
    ChiSquared::new(degrees).expect("degrees of freedom are positive").sf(value.max(0.0))
}

/// The quantile of χ².
pub(crate) fn chi_squared_quantile(p: f64, degrees: f64) -> f64 {
    ChiSquared::new(degrees).expect("degrees of freedom are positive").inverse_cdf(p)
}

/// The upper tail of F with `numerator` and `denominator` degrees of freedom.
pub(crate) fn f_upper(value: f64, numerator: f64, denominator: f64) -> f64 {
    FisherSnedecor::new(numerator, denominator).expect("degrees of freedom are positive").sf(value.max(0.0))
}
