use crate::calibration::calibration_by_cluster;
use crate::compare::{Metric, Resampling, measure};
use crate::discrimination::auc;
use crate::distribution::binomial_cdf;
use crate::error::{all_finite, valid_level};
use crate::{Clusters, Error, Interval};

use super::{Level, Line, SampleSize, mean_absolute_prediction_error, sample_size};

/// What is known about the data and the model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// Renewals decided, which the model is fitted on.
    pub n: u64,
    /// Churns among them.
    pub n_churns: u64,
    /// Parameters of the model, baseline included, the intercept not.
    pub parameters: usize,
    /// The shrunken Cox–Snell R², best from held-out predictions ([`super::held_out_cox_snell`]); `None` without a fit.
    pub cox_snell: Option<f64>,
    /// The look-ahead checks that failed, by name.
    pub look_ahead_failures: Vec<String>,
    /// What rolling origins have shown; `None` where there are none.
    pub held_out: Option<HeldOut>,
    /// Frozen plans whose period is over.
    pub past_plans: Vec<PastPlan>,
}

/// Measures over the pooled test rows of all rolling origins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    /// Rolling origins.
    pub n_origins: u64,
    /// Churns among the test rows of all of them.
    pub n_churns: u64,
    /// The interval of the AUC.
    pub auc: Interval,
    /// The interval of the scaled Brier score.
    pub scaled_brier: Interval,
    /// The calibration slope.
    pub slope: f64,
    /// Its interval.
    pub slope_interval: Interval,
    /// The interval of observed over expected churns.
    pub observed_over_expected: Interval,
    /// Calibration in the large, on the logit scale.
    pub in_the_large: f64,
}

impl HeldOut {
    /// Measures pooled test rows, with the calibration slope and O/E by cluster and the others by the cluster
    /// bootstrap; where every row is a cluster of its own the AUC's interval is DeLong's.
    ///
    /// # Shapes
    /// One probability for each outcome and row of the clusters; `n_origins` says how many periods were pooled.
    ///
    /// # Units
    /// Outcomes are true for churn, probabilities those of churn, strictly between 0 and 1.
    ///
    /// # Errors
    /// Those of the measures: [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`],
    /// [`Error::OutOfRange`], [`Error::ConstantColumn`] for equal probabilities, [`Error::Separated`],
    /// [`Error::TooFewClusters`], and [`Error::Refused`] where the bootstrap fails.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 4 and 10.
    ///
    /// # Example
    /// Of ten accounts at 20 % two churn, and eight of ten at 80 %: calibrated to the point.
    /// ```
    /// use dearly_stats::{Clusters, compare::Resampling, gate::HeldOut};
    ///
    /// let churned: Vec<bool> = (0..20).map(|row| row < 2 || row >= 12).collect();
    /// let probabilities = [[0.2; 10], [0.8; 10]].concat();
    /// let resampling = Resampling { replicates: 200, ..Resampling::default() };
    /// let held = HeldOut::measure(&churned, &probabilities, &Clusters::singletons(20), 2, resampling)?;
    /// assert_eq!(held.n_churns, 10);
    /// assert!((held.slope - 1.0).abs() < 1e-8 && held.in_the_large.abs() < 1e-8);
    /// assert!(held.observed_over_expected.contains(1.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn measure(
        churned: &[bool],
        probabilities: &[f64],
        clusters: &Clusters,
        n_origins: u64,
        resampling: Resampling,
    ) -> Result<HeldOut, Error> {
        let calibrated = calibration_by_cluster(churned, probabilities, clusters, resampling.level)?;
        let bootstrapped = |metric: Metric| measure(metric, churned, probabilities, clusters, resampling);
        let auc = if clusters.count() == clusters.rows() {
            auc(churned, probabilities, resampling.level)?.interval
        } else {
            bootstrapped(Metric::Auc)?.interval
        };
        Ok(HeldOut {
            n_origins,
            n_churns: calibrated.n_events as u64,
            auc,
            scaled_brier: bootstrapped(Metric::ScaledBrier)?.interval,
            slope: calibrated.slope.estimate,
            slope_interval: calibrated.slope.interval,
            observed_over_expected: calibrated.observed_over_expected.interval,
            in_the_large: calibrated.in_the_large.estimate,
        })
    }
}

/// A plan that was frozen before its period, and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastPlan {
    /// The plan's interval.
    pub interval: Interval,
    /// What came.
    pub actual: f64,
}

impl HeldOut {
    fn checked(&self) -> Result<(), Error> {
        all_finite("held-out slope", &[self.slope])?;
        all_finite("held-out calibration in the large", &[self.in_the_large])?;
        for (what, interval) in [
            ("held-out AUC", self.auc),
            ("held-out scaled Brier score", self.scaled_brier),
            ("held-out slope", self.slope_interval),
            ("held-out observed over expected", self.observed_over_expected),
        ] {
            valid_interval(what, interval)?;
        }
        Ok(())
    }
}

fn valid_interval(what: &str, interval: Interval) -> Result<(), Error> {
    all_finite(&format!("a bound of the interval of {what}"), &[interval.low, interval.high])?;
    valid_level(interval.level)?;
    if interval.low > interval.high {
        return Err(Error::OutOfRange {
            what: format!("the lower bound of the interval of {what}"),
            value: interval.low,
            expected: "not above the upper bound",
        });
    }
    Ok(())
}

/// All lines, the sample size, and the churns that level 2 asks for.
pub(super) fn lines(evidence: &Evidence) -> Result<(Vec<Line>, Option<SampleSize>, u64), Error> {
    let Evidence { n, n_churns, parameters, cox_snell, .. } = *evidence;
    if n_churns > n {
        return Err(Error::OutOfRange {
            what: format!("the number of churns out of {n} renewals"),
            value: n_churns as f64,
            expected: "not more than the renewals",
        });
    }
    all_finite("R²", cox_snell.as_slice())?;
    if let Some(held) = &evidence.held_out {
        held.checked()?;
    }
    for plan in &evidence.past_plans {
        valid_interval("a past plan", plan.interval)?;
        all_finite("the actual of a past plan", &[plan.actual])?;
    }
    let mut lines = indicative(evidence);
    let rate = n_churns as f64 / n.max(1) as f64;
    let computable = rate > 0.0 && rate < 1.0 && parameters > 0;
    let size = match cox_snell {
        Some(r2) if computable && r2 > 0.0 => Some(sample_size(r2, parameters, rate)?),
        _ => None,
    };
    let churns_needed = size.map_or(70, |size| ((size.all() as f64 * rate - 1e-9).ceil() as u64).max(70));
    lines.extend(enough_rows(evidence, size, churns_needed)?);
    lines.extend(held_out(evidence.held_out.as_ref()));
    lines.extend(proven(evidence));
    Ok((lines, size, churns_needed))
}

fn line(level: Level, name: &'static str, found: f64, needed: f64, holds: bool, words: String) -> Line {
    Line { level, name, found: Some(found), needed, holds, words }
}

/// "1 churn", "2 churns".
fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn indicative(evidence: &Evidence) -> Vec<Line> {
    let failures = &evidence.look_ahead_failures;
    let words = if failures.is_empty() {
        "no look-ahead check bars".to_owned()
    } else {
        format!("look-ahead checks failed: {}", failures.join(", "))
    };
    let churns = evidence.n_churns;
    vec![
        line(
            Level::Indicative,
            "churns",
            churns as f64,
            30.0,
            churns >= 30,
            format!("{} of 30 needed", counted(churns, "churn")),
        ),
        line(Level::Indicative, "look_ahead", failures.len() as f64, 0.0, failures.is_empty(), words),
    ]
}

fn enough_rows(
    evidence: &Evidence,
    size: Option<SampleSize>,
    churns_needed: u64,
) -> Result<Vec<Line>, Error> {
    let Evidence { n, n_churns, parameters, cox_snell, .. } = *evidence;
    let mut lines = vec![line(
        Level::Predictive,
        "churns",
        n_churns as f64,
        churns_needed as f64,
        n_churns >= churns_needed,
        format!("{} of {churns_needed} needed", counted(n_churns, "churn")),
    )];
    let Some(size) = size else {
        let words = match cox_snell {
            None => "no model was fitted, so that the renewals it needs cannot be told".to_owned(),
            Some(r2) if r2 <= 0.0 => {
                format!(
                    "on held-out renewals the model explains nothing (R² {r2:.3}): no number of them is enough"
                )
            }
            Some(_) => "there are no churns, no others, or no parameters to count renewals for".to_owned(),
        };
        lines.push(Line {
            level: Level::Predictive,
            name: "riley",
            found: None,
            needed: n as f64,
            holds: false,
            words,
        });
        return Ok(lines);
    };
    for (name, needed, why) in [
        ("riley_c1", size.shrinkage, "so that coefficients shrink by a tenth at most"),
        ("riley_c2", size.optimism, "so that the explained share is not flattered"),
        ("riley_c3", size.base_rate, "to know the rate of churn to 5 points"),
    ] {
        let words = format!("{} of {needed} needed {why}", counted(n, "renewal"));
        lines.push(line(Level::Predictive, name, n as f64, needed as f64, n >= needed, words));
    }
    let error = mean_absolute_prediction_error(n, parameters, n_churns as f64 / n as f64)?;
    let words = format!("probabilities are off by {error:.3} on average, 0.050 at most is allowed");
    lines.push(line(Level::Predictive, "prediction_error", error, 0.05, n >= size.prediction_error, words));
    Ok(lines)
}

fn held_out(held_out: Option<&HeldOut>) -> Vec<Line> {
    let Some(held) = held_out else {
        return vec![Line {
            level: Level::Predictive,
            name: "rolling_origins",
            found: Some(0.0),
            needed: 2.0,
            holds: false,
            words: "0 rolling origins of 2 needed: nothing was predicted ahead yet".to_owned(),
        }];
    };
    let level = Level::Predictive;
    let slope_reaches = held.slope_interval.overlaps(0.85, 1.15);
    let slope_inside = (0.8..=1.25).contains(&held.slope);
    let ratio = held.observed_over_expected;
    vec![
        line(
            level,
            "rolling_origins",
            held.n_origins as f64,
            2.0,
            held.n_origins >= 2,
            format!("{} of 2 needed", counted(held.n_origins, "rolling origin")),
        ),
        line(
            level,
            "held_out_churns",
            held.n_churns as f64,
            50.0,
            held.n_churns >= 50,
            format!("{} of 50 needed", counted(held.n_churns, "held-out churn")),
        ),
        line(
            level,
            "held_out_auc",
            held.auc.low,
            0.60,
            held.auc.low > 0.60,
            format!("held-out AUC is at least {:.3}, above 0.600 is needed", held.auc.low),
        ),
        line(
            level,
            "held_out_scaled_brier",
            held.scaled_brier.low,
            0.0,
            held.scaled_brier.low > 0.0,
            format!(
                "held-out scaled Brier score is at least {:.3}, above 0 is needed",
                held.scaled_brier.low
            ),
        ),
        line(
            level,
            "held_out_slope",
            held.slope,
            1.0,
            slope_inside && slope_reaches,
            format!(
                "held-out slope is {:.2} ({:.2} to {:.2}), needed between 0.80 and 1.25 with an interval that reaches into 0.85 to 1.15",
                held.slope, held.slope_interval.low, held.slope_interval.high
            ),
        ),
        line(
            level,
            "held_out_observed_over_expected",
            // The bound nearer to 1, or 1 where it is inside.
            1f64.clamp(ratio.low, ratio.high),
            1.0,
            ratio.contains(1.0),
            format!(
                "observed over expected churns is {:.2} to {:.2}, which must contain 1",
                ratio.low, ratio.high
            ),
        ),
    ]
}

fn proven(evidence: &Evidence) -> Vec<Line> {
    let level = Level::Proven;
    let mut lines = Vec::new();
    if let Some(held) = &evidence.held_out {
        let width = held.slope_interval.width();
        lines.push(line(
            level,
            "held_out_churns",
            held.n_churns as f64,
            100.0,
            held.n_churns >= 100,
            format!("{} of 100 needed, 200 are better", counted(held.n_churns, "held-out churn")),
        ));
        lines.push(line(
            level,
            "held_out_slope_width",
            width,
            0.4,
            width <= 0.4,
            format!("the slope's interval is {width:.2} wide, 0.40 at most is allowed"),
        ));
        lines.push(line(
            level,
            "held_out_in_the_large",
            held.in_the_large.abs(),
            0.2,
            held.in_the_large.abs() < 0.2,
            format!("calibration in the large is {:.2}, below 0.20 either way is needed", held.in_the_large),
        ));
    }
    let plans = evidence.past_plans.len() as u64;
    lines.push(line(
        level,
        "past_plans",
        plans as f64,
        4.0,
        plans >= 4,
        format!("{} of 4 needed", counted(plans, "past plan")),
    ));
    let hits = evidence.past_plans.iter().filter(|plan| plan.interval.contains(plan.actual)).count() as u64;
    // Significant: as few hits or fewer have a chance below 5 % under the lowest level that a plan claimed.
    let claimed = evidence.past_plans.iter().map(|plan| plan.interval.level).fold(1.0, f64::min);
    let chance = if plans == 0 { 1.0 } else { binomial_cdf(hits, plans, claimed) };
    lines.push(line(
        level,
        "past_plans_chance",
        chance,
        0.05,
        chance >= 0.05,
        format!(
            "{hits} of {plans} past plans held, as few has a chance of {chance:.3}, 0.050 at least is needed"
        ),
    ));
    lines
}
