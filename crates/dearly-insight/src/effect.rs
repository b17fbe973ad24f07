//! The whole analysis of `dearly effect`: what went with a treatment after adjustment, by AIPW with cross-fitting.

use dearly_stats::aipw::{Aipw, AipwEffect, Balance, Effect, RiskRatio};
use dearly_stats::formula::Formula;
use dearly_stats::{Clusters, Column, Family, Glm, SeparationKind, Table};
use serde::Serialize;

use crate::alarm::{check_signed_off, is_binary, outcome_alarms, with_alarms};
use crate::fit::{check_reach, check_scale, cluster_columns, clusters_of, dropped, numbers, one_class};
use crate::report::{Alarm, Bounded, ClusterColumn, Dropped, Interval};
use crate::{Error, Result};

/// Propensities are held this far from 0 and 1.
const TRIM: f64 = 0.02;
/// Folds of whole clusters.
const FOLDS: usize = 5;
/// With more than this share of rows whose propensity is held, hardly anything tells the effect on all, and intervals of it
/// hold the truth too seldom (`docs/EVIDENCE.md`).
const MOST_TRIMMED: f64 = 0.05;
/// Beyond, the groups differ by more than adjustment should be trusted with.
const BALANCED: f64 = 0.10;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRequest {
    /// The column that says which rows were treated.
    pub treatment: String,
    /// The column of the outcome.
    pub outcome: String,
    /// What had been known before: columns, or terms of a formula. Words count by their levels.
    pub confounders: Vec<String>,
    /// The column whose rows belong together.
    pub cluster: Option<String>,
    /// The level of intervals.
    pub level: f64,
    /// What folds are drawn by.
    pub seed: u64,
    /// Confounders that may ring the alarm of a leak: somebody has looked.
    pub signed_off: Vec<String>,
}

impl EffectRequest {
    /// The column that is a name and no number: the cluster's, where nothing else reads it.
    pub fn labels(&self) -> Vec<&str> {
        let others = [&self.treatment, &self.outcome];
        let is_read = |name: &String| others.contains(&name) || self.confounders.contains(name);
        self.cluster.iter().filter(|name| !is_read(name)).map(String::as_str).collect()
    }
}

/// Everything that is to be known of an effect. `docs/FIT.md` says what each key means; they stay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectReport {
    /// The treatment.
    pub treatment: String,
    /// The outcome.
    pub outcome: String,
    /// The columns that were adjusted for, as the formula made them.
    pub confounders: Vec<String>,
    /// `aipw`.
    pub method: &'static str,
    /// The evidence grade of the method: `C`, adjusted and not randomised.
    pub grade: &'static str,
    /// The verb that the grade allows.
    pub verb: &'static str,
    /// The level of all intervals.
    pub level: f64,
    /// Rows.
    pub n: usize,
    /// Rows treated.
    pub n_treated: usize,
    /// Rows not treated.
    pub n_untreated: usize,
    /// Outcomes that are 1, where all are 0 or 1.
    pub n_events: Option<usize>,
    /// Rows left out for a missing value.
    pub n_dropped: usize,
    /// Missing values by column, for those that some row lacks.
    pub dropped: Vec<Dropped>,
    /// The column that rows were clustered by.
    pub clusters: Vec<ClusterColumn>,
    /// Folds.
    pub folds: usize,
    /// What they were drawn by.
    pub seed: u64,
    /// If all were treated against none; withheld where more than one row in twenty has next to no counterpart.
    pub ate: Option<EffectEstimate>,
    /// On those who were treated.
    pub att: EffectEstimate,
    /// Among those who could well have been either.
    pub ato: EffectEstimate,
    /// The mean outcome if all were treated; withheld with `ate`, as the ratios and the E-value are.
    pub mean_treated: Option<Bounded>,
    /// The mean outcome if none were.
    pub mean_untreated: Option<Bounded>,
    /// The difference of means without adjustment: not to be used, but to be compared.
    pub naive: f64,
    /// The ratio of the outcome's means, with and without.
    pub risk_ratio: Option<Bounded>,
    /// The same of what the outcome is not, as of churn where the outcome is renewal.
    pub complement_risk_ratio: Option<Bounded>,
    /// How strong something unmeasured must be to explain it away.
    pub e_value: Option<EValue>,
    /// Whether treated and untreated can be compared.
    pub overlap: OverlapReport,
    /// Each confounder before and after weighting.
    pub balance: Vec<BalanceReport>,
    /// Confounders that alone tell an outcome of 0 and 1 too well.
    pub alarms: Vec<Alarm>,
    /// What else should be known, in words.
    pub notes: Vec<String>,
}

/// An effect, in units of the outcome: probability points as a fraction where it is 0 or 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectEstimate {
    /// The effect.
    pub estimate: f64,
    /// From influence values summed by cluster.
    pub standard_error: f64,
    /// Of the effect.
    pub interval: Interval,
    /// Two-sided, of no effect.
    pub p_value: f64,
}

/// VanderWeele and Ding's E-value, of the ratio of risks that is further from 1 in sense: of churn, where the outcome is
/// renewal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EValue {
    /// Something unmeasured must raise both the treatment's chance and the outcome's risk by this factor to explain the
    /// estimate away.
    pub estimate: f64,
    /// To let the interval reach no effect; 1 where it does already.
    pub bound: f64,
}

/// Whether treated and untreated can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverlapReport {
    /// The smallest propensity.
    pub least_propensity: f64,
    /// The largest.
    pub most_propensity: f64,
    /// Rows whose propensity was held at 0.02 or 0.98.
    pub n_trimmed: usize,
    /// Their share.
    pub share_trimmed: f64,
    /// As many equally weighted treated rows would tell as much.
    pub effective_treated: f64,
    /// The same of the untreated.
    pub effective_untreated: f64,
}

/// The difference of a confounder's means in standard deviations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BalanceReport {
    /// The column.
    pub term: String,
    /// As the rows are.
    pub before: f64,
    /// Weighted.
    pub after: f64,
    /// Weighted for the overlap.
    pub overlap: f64,
}

/// Estimates what went with a treatment after adjustment.
///
/// # Errors
/// In words that say what to do.
pub fn effect(table: &Table, request: &EffectRequest) -> Result<EffectReport> {
    if !(request.level > 0.0 && request.level < 1.0) {
        return Err(Error::Invalid(format!(
            "the level {} is not between 0 and 1; expected one as 0.95",
            request.level
        )));
    }
    if request.confounders.is_empty() {
        return Err(Error::Invalid(
            "there is no confounder: name what had been known of each row before the treatment, as in a,b,c"
                .to_owned(),
        ));
    }
    if request.treatment == request.outcome {
        return Err(Error::Invalid(format!("{} is both the treatment and the outcome", request.treatment)));
    }
    check_signed_off(table, &request.signed_off)?;
    let text = formula_text(table, request);
    let in_words = |error: dearly_stats::Error| match error {
        dearly_stats::Error::Formula { .. } => Error::Invalid(format!("{error} (in {text})")),
        other => other.into(),
    };
    let formula = Formula::parse(&text).map_err(in_words)?;
    for (name, role) in [(&request.treatment, "the treatment"), (&request.outcome, "the outcome")] {
        if formula.predictors().contains(&name.as_str()) {
            return Err(Error::Invalid(format!(
                "{name} is {role} and cannot be a confounder, too: leave it out of these"
            )));
        }
    }
    let mut also = vec![request.treatment.as_str()];
    also.extend(request.cluster.as_deref());
    let frame = formula.frame(table, &also).map_err(in_words)?;
    let outcome = frame.outcome.as_deref().unwrap_or_default();
    let treatment = numbers(table, &frame, &request.treatment)?;
    if let Some(at) = treatment.iter().position(|&value| value != 0.0 && value != 1.0) {
        return Err(Error::Invalid(format!(
            "the treatment {} is {} in data row {}; expected 1 for treated and 0 for not",
            request.treatment,
            treatment[at],
            frame.rows[at] + 1
        )));
    }
    let first = outcome.first().copied().unwrap_or_default();
    if outcome.iter().all(|&value| value == first) {
        return Err(one_class(&request.outcome, first, &frame));
    }
    let treated: Vec<bool> = treatment.iter().map(|&value| value == 1.0).collect();
    let clusters = match request.cluster.as_deref().and_then(|name| table.column(name)) {
        Some(column) => clusters_of(column, &frame.rows),
        None => Clusters::singletons(outcome.len()),
    };
    // Said first: other advice would only lead to this.
    if outcome.len() < 2 * FOLDS {
        return Err(Error::Invalid(format!(
            "{} {} too few for {FOLDS} folds with treated and untreated ones in each: take at least {} rows, better hundreds",
            outcome.len(),
            if outcome.len() == 1 { "row is" } else { "rows are" },
            2 * FOLDS
        )));
    }
    if let (Some(name), true) = (&request.cluster, clusters.count() < FOLDS) {
        return Err(Error::Invalid(format!(
            "{} cluster{} of {name} cannot fill {FOLDS} folds, and errors by so few say nothing: leave the cluster out or \
             name another column",
            clusters.count(),
            if clusters.count() == 1 { "" } else { "s" }
        )));
    }
    let n_treated = treated.iter().filter(|treated| **treated).count();
    if frame.offset.is_some() || frame.design.intercept().is_none() {
        return Err(Error::Invalid(
            "confounders are columns to adjust for: an offset() is none, and neither is 0 or -1, which would take the constant \
             away; leave it out"
                .to_owned(),
        ));
    }
    check_reach(&request.outcome, outcome)?;
    check_scale(&frame.design)?;
    // All or none treated is refused below, in other words.
    if (1..treated.len()).contains(&n_treated)
        && let told = Glm::new(Family::Logit).separation(&frame.design, &treatment)?
        && told.kind != SeparationKind::None
    {
        return Err(Error::Invalid(format!(
            "{} tell{} with certainty who was treated, in {} rows: these have nobody to be compared with. Leave out the rows, or \
             merge the levels, that were all treated or all not",
            told.terms.join(", "),
            if told.terms.len() == 1 { "s" } else { "" },
            told.n_separated
        )));
    }
    // Asked here, where a column that is a combination of others can be named.
    frame.design.collinearity()?;
    let alarms = outcome_alarms(table, &formula.predictors(), &frame.rows, outcome, &clusters, request.seed);
    let own = Aipw::new(&frame.design, &treated, outcome, &clusters)
        .folds(FOLDS, request.seed)
        .trim(TRIM)
        .level(request.level)
        .estimate()
        .map_err(|error| with_alarms(error.into(), &alarms, &request.signed_off))?;
    let is_binary = is_binary(outcome);
    let names: Vec<String> = request.cluster.iter().cloned().collect();
    let is_of_all = own.overlap.share_trimmed <= MOST_TRIMMED;
    let (risk_ratio, complement) = if is_binary && is_of_all {
        (own.risk_ratio().ok(), own.complement_risk_ratio().ok())
    } else {
        (None, None)
    };
    Ok(EffectReport {
        treatment: request.treatment.clone(),
        outcome: request.outcome.clone(),
        confounders: frame.design.names()[1..].to_vec(),
        method: "aipw",
        grade: "C",
        verb: "associated with, after adjustment",
        level: request.level,
        n: own.n,
        n_treated: own.n_treated,
        n_untreated: own.n - own.n_treated,
        n_events: is_binary.then(|| outcome.iter().filter(|&&value| value == 1.0).count()),
        n_dropped: frame.n_dropped,
        dropped: dropped(&frame),
        clusters: cluster_columns(&names, std::slice::from_ref(&clusters)),
        folds: FOLDS,
        seed: request.seed,
        ate: is_of_all.then(|| shown(&own.ate)),
        att: shown(&own.att),
        ato: shown(&own.ato),
        mean_treated: is_of_all.then(|| bounded(&own.mean_treated)),
        mean_untreated: is_of_all.then(|| bounded(&own.mean_untreated)),
        naive: own.naive,
        e_value: complement.as_ref().and_then(e_value),
        risk_ratio: risk_ratio.as_ref().map(ratio),
        complement_risk_ratio: complement.as_ref().map(ratio),
        overlap: OverlapReport {
            least_propensity: own.overlap.least_propensity,
            most_propensity: own.overlap.most_propensity,
            n_trimmed: own.overlap.n_trimmed,
            share_trimmed: own.overlap.share_trimmed,
            effective_treated: own.overlap.effective_treated,
            effective_untreated: own.overlap.effective_untreated,
        },
        alarms,
        notes: notes(request, &own, clusters.count()),
        balance: own
            .balance
            .into_iter()
            .map(|own| BalanceReport {
                term: own.term,
                before: own.before,
                after: own.after,
                overlap: own.overlap,
            })
            .collect(),
    })
}

/// The formula of the outcome on the confounders; a column of words stands for its levels.
fn formula_text(table: &Table, request: &EffectRequest) -> String {
    let term = |own: &String| match table.column(own) {
        Some(Column::Texts(texts)) if texts.yes_and_no().is_none() => format!("C(`{own}`)"),
        Some(_) => format!("`{own}`"),
        None => own.clone(),
    };
    let terms: Vec<String> = request.confounders.iter().map(term).collect();
    let outcome = if table.column(&request.outcome).is_some() {
        format!("`{}`", request.outcome)
    } else {
        request.outcome.clone()
    };
    format!("{outcome} ~ {}", terms.join(" + "))
}

fn shown(own: &Effect) -> EffectEstimate {
    EffectEstimate {
        estimate: own.estimate,
        standard_error: own.standard_error,
        interval: Interval::of(own.interval, "influence"),
        p_value: own.p_value,
    }
}

fn bounded(own: &Effect) -> Bounded {
    Bounded { estimate: own.estimate, low: own.interval.low, high: own.interval.high }
}

fn ratio(own: &RiskRatio) -> Bounded {
    Bounded { estimate: own.estimate, low: own.interval.low, high: own.interval.high }
}

/// Of the ratio of what is to be avoided.
fn e_value(ratio: &RiskRatio) -> Option<EValue> {
    let own = dearly_stats::evalue::e_value(ratio.estimate, ratio.interval).ok()?;
    Some(EValue { estimate: own.estimate, bound: own.bound })
}

fn notes(request: &EffectRequest, own: &AipwEffect, n_clusters: usize) -> Vec<String> {
    let mut notes = vec![format!(
        "{} was not drawn by lot: what drove both it and {} and is not among the confounders stays in the number, whatever its \
         interval",
        request.treatment, request.outcome
    )];
    let is_of_all = own.overlap.share_trimmed <= MOST_TRIMMED;
    if (if is_of_all { &own.ate } else { &own.ato }).interval.contains(0.0) {
        notes.push("not distinguishable from no effect: the interval includes 0".to_owned());
    }
    if !is_of_all {
        notes.push(format!(
            "{:.0} % of rows have next to no counterpart (propensity outside {TRIM} to {}), so that the effect on all is not told: \
             go by that of the overlap (ato) or of the treated (att)",
            100.0 * own.overlap.share_trimmed,
            1.0 - TRIM
        ));
    }
    let after = |one: &Balance| if is_of_all { one.after } else { one.overlap };
    let apart: Vec<&str> =
        own.balance.iter().filter(|one| after(one).abs() > BALANCED).map(|one| one.term.as_str()).collect();
    if !apart.is_empty() {
        let weighting = if is_of_all { "weighting" } else { "weighting for the overlap" };
        notes.push(format!(
            "after {weighting}, the groups still differ by more than {BALANCED:.2} standard deviations in {}",
            apart.join(", ")
        ));
    }
    if n_clusters < 30 {
        notes.push(format!("{n_clusters} clusters are few (below 30): the interval may be too narrow"));
    }
    notes
}
