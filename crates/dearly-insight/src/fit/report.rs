use serde::Serialize;

use crate::report::{Alarm, Bounded, Bounds, ByName, ClusterColumn, Dropped, Interval, Test};

/// Everything that is to be known of a fitted model. `docs/FIT.md` says what each key means; they stay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FitReport {
    /// The formula as it was given.
    pub formula: String,
    /// The family's name.
    pub family: &'static str,
    /// The level of all intervals.
    pub level: f64,
    /// Rows that the model was fitted on.
    pub n: usize,
    /// Outcomes that are 1, where all are 0 or 1; events, for Cox.
    pub n_events: Option<usize>,
    /// Outcomes of the smaller class, where all are 0 or 1.
    pub n_rarer: Option<usize>,
    /// Rows left out for a missing value.
    pub n_dropped: usize,
    /// Missing values by column, for those that some row lacks.
    pub dropped: Vec<Dropped>,
    /// The columns that rows were clustered by.
    pub clusters: Vec<ClusterColumn>,
    /// `ml` or `firth`.
    pub method: &'static str,
    /// Why this one.
    pub method_reason: String,
    /// Columns besides the intercept.
    pub n_parameters: usize,
    /// The coefficients.
    pub terms: Vec<Term>,
    /// The intercept for probabilities, where the method is Firth's.
    pub flic_intercept: Option<f64>,
    /// The log-likelihood, without the penalty where there is one; of Cox the partial one.
    pub log_likelihood: f64,
    /// With Firth's penalty.
    pub penalized_log_likelihood: Option<f64>,
    /// The likelihood-ratio test against the model with nothing but an intercept.
    pub likelihood_ratio: Option<Test>,
    /// Wald's test of all columns by the covariance behind the intervals: the one to go by where rows are clustered.
    pub wald: Option<Test>,
    /// The variance inflation of each column.
    pub vif: ByName,
    /// Belsley's condition number.
    pub condition_number: Option<f64>,
    /// Columns that cannot be told apart, tested and summed together.
    pub joint: Option<Joint>,
    /// Whether columns tell the outcome with certainty.
    pub separation: SeparationReport,
    /// Pearson's χ² over its degrees, where the family has a dispersion.
    pub dispersion: Option<f64>,
    /// Harrell's concordance, for Cox.
    pub concordance: Option<f64>,
    /// The test that hazards are proportional, for Cox.
    pub proportional_hazards: Option<Proportional>,
    /// How the model does on the rows it was fitted on: too well.
    pub apparent: Option<Apparent>,
    /// How it does on rows it has not seen.
    pub out_of_fold: Option<OutOfFold>,
    /// What looks too good to be true.
    pub alarms: Vec<Alarm>,
    /// What else should be known, in words.
    pub notes: Vec<String>,
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// The column, `intercept` for the constant.
    pub term: String,
    /// On the scale of the linear predictor.
    pub estimate: f64,
    /// The one behind the interval.
    pub standard_error: f64,
    /// All kinds.
    pub standard_errors: StandardErrors,
    /// Of the estimate.
    pub interval: Interval,
    /// exp(estimate), for binomial and fractional models.
    pub odds_ratio: Option<f64>,
    /// Its interval.
    pub odds_ratio_interval: Option<Bounds>,
    /// exp(estimate), for cloglog and Cox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard_ratio: Option<f64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard_ratio_interval: Option<Bounds>,
    /// exp(estimate), for gamma and Poisson.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_ratio: Option<f64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_ratio_interval: Option<Bounds>,
    /// Two-sided, of the coefficient being 0.
    pub p_value: f64,
}

/// Standard errors of one coefficient; `None` where there is no cluster, or no second one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StandardErrors {
    /// Right if the model holds and rows are independent.
    pub model: f64,
    /// By the first cluster, without a correction.
    pub cr0: Option<f64>,
    /// Times G/(G − 1).
    pub cr1: Option<f64>,
    /// Times G/(G − 1) · (n − 1)/(n − p).
    pub cr1s: Option<f64>,
    /// The linearised jackknife over clusters.
    pub cv3: Option<f64>,
    /// By both clusters.
    pub two_way: Option<f64>,
}

/// Columns that cannot be told apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Joint {
    /// The columns.
    pub terms: Vec<String>,
    /// That all their coefficients are 0.
    pub test: Test,
    /// The sum of their coefficients.
    pub sum: Bounded,
    /// Two-sided, of the sum being 0.
    pub p_value: f64,
}

/// Whether columns tell the outcome with certainty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeparationReport {
    /// `none`, `quasi_complete` or `complete`.
    pub kind: &'static str,
    /// The columns that do.
    pub terms: Vec<String>,
    /// Rows told with certainty.
    pub n_separated: usize,
}

/// The test that hazard ratios do not change with time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proportional {
    /// Of each column, χ² with one degree.
    pub terms: Vec<ProportionalTerm>,
    /// Of all together.
    pub global: Test,
}

/// One column's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProportionalTerm {
    /// The column.
    pub term: String,
    /// χ².
    pub statistic: f64,
    /// Small: the ratio changes with time.
    pub p_value: f64,
}

/// The area under the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AucReport {
    /// The area.
    pub estimate: f64,
    /// DeLong's lower bound, on the logit scale.
    pub low: f64,
    /// The upper one.
    pub high: f64,
    /// The percentile bounds of a bootstrap of whole clusters, where a cluster has several rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_cluster: Option<Bounds>,
}

/// On the rows of the fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Apparent {
    /// Discrimination.
    pub auc: AucReport,
    /// The mean squared error of the probabilities.
    pub brier: f64,
}

/// On rows of other clusters than those fitted on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutOfFold {
    /// Folds.
    pub folds: usize,
    /// What they were drawn by.
    pub seed: u64,
    /// Folds whose model had to be Firth's, since without the fold's rows something separated.
    pub n_firth: usize,
    /// Discrimination.
    pub auc: AucReport,
    /// The mean squared error of the probabilities.
    pub brier: f64,
    /// 1 less the Brier score over that of the base rate.
    pub scaled_brier: f64,
    /// Whether probabilities mean what they say.
    pub calibration: CalibrationReport,
    /// The rate of the rarer class among the tenth most likely to be of it, over its rate among all.
    pub top_decile_lift: f64,
}

/// Whether probabilities mean what they say. Without a value where predictions part the outcomes, so that no line through
/// them has an end.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct CalibrationReport {
    /// 0 is right.
    pub in_the_large: Option<f64>,
    /// 1 is right.
    pub slope: Option<f64>,
    /// In ten bins of equal counts.
    pub ece: Option<f64>,
    /// The mean distance from a smooth curve.
    pub ici: Option<f64>,
    /// Of calibration in the large.
    pub in_the_large_interval: Option<Bounds>,
    /// Of the slope.
    pub slope_interval: Option<Bounds>,
}
