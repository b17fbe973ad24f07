//! Columns and models that look too good to be true: mostly, something recorded after the outcome.

use dearly_stats::cox::concordance;
use dearly_stats::discrimination::auc;
use dearly_stats::split::grouped_folds;
use dearly_stats::{Clusters, Column, Table};

use crate::report::Alarm;
use crate::{Error, Result};

/// A column that alone has more than this area under the curve is suspect.
pub(crate) const SINGLE_FEATURE: f64 = 0.95;
/// A column of numbers that alone puts more than this share of the pairs of a numeric outcome in order is suspect. Higher than
/// of an outcome of 0 and 1: the last year's amount may honestly tell this year's.
const ALIKE: f64 = 0.99;
/// A model that has more than this, of at least [`ENOUGH`] of the rarer outcome, is.
pub(crate) const MODEL: f64 = 0.92;
/// Below, a high value may be chance.
pub(crate) const ENOUGH: usize = 100;

/// How the whole model is signed off.
pub const WHOLE_MODEL: &str = "model";
/// With so many of the rarer outcome a column that alone tells them all is no chance. Of fewer it may be one, and Firth's method
/// has its use: then the alarm is a warning.
const FEWEST_TO_BAR: usize = 30;

/// What rang the alarm of a leak and bars the result, as nobody has signed it off: a column, or [`WHOLE_MODEL`].
pub fn barring<'a>(alarms: &'a [Alarm], signed_off: &[String]) -> Option<&'a str> {
    let barring = alarms.iter().filter(|alarm| alarm.bars);
    let mut names = barring.map(|alarm| alarm.column.as_deref().unwrap_or(WHOLE_MODEL));
    names.find(|name| !signed_off.iter().any(|own| own == name))
}

/// What kept a model from being fitted; where a column rings the alarm, that first, for it is the likelier reason.
pub(crate) fn with_alarms(error: Error, alarms: &[Alarm], signed_off: &[String]) -> Error {
    match barring(alarms, signed_off)
        .and_then(|name| alarms.iter().find(|own| own.column.as_deref() == Some(name)))
    {
        None => error,
        Some(alarm) => {
            Error::Invalid(format!("ALARM: {}. With it there is no model at all: {error}", alarm.message))
        }
    }
}

/// Refuses to sign off what is not there.
pub(crate) fn check_signed_off(table: &Table, signed_off: &[String]) -> Result<()> {
    match signed_off.iter().find(|name| *name != WHOLE_MODEL && table.column(name).is_none()) {
        None => Ok(()),
        Some(name) => Err(Error::Invalid(format!(
            "{name} is signed off and no column of the panel; expected one that rang the alarm, or {WHOLE_MODEL}"
        ))),
    }
}

/// The alarms of an outcome: by area under the curve where it is 0 and 1 everywhere, else by order.
pub(crate) fn outcome_alarms(
    table: &Table,
    columns: &[&str],
    rows: &[usize],
    outcome: &[f64],
    clusters: &Clusters,
    seed: u64,
) -> Vec<Alarm> {
    if !is_binary(outcome) {
        return same_order_alarms(table, columns, rows, outcome);
    }
    let outcomes: Vec<bool> = outcome.iter().map(|&value| value == 1.0).collect();
    single_feature_alarms(table, columns, rows, &outcomes, clusters, seed)
}

/// Whether an outcome is 0 or 1 in every row.
pub(crate) fn is_binary(outcome: &[f64]) -> bool {
    outcome.iter().all(|&value| value == 0.0 || value == 1.0)
}

/// The single-feature alarm: each column that alone tells the outcome nearly always, higher or lower being likelier.
///
/// Words are judged by the rate of their level in the rows of other folds, so that many levels do not ring it by chance.
pub fn single_feature_alarms(
    table: &Table,
    columns: &[&str],
    rows: &[usize],
    outcomes: &[bool],
    clusters: &Clusters,
    seed: u64,
) -> Vec<Alarm> {
    let events = outcomes.iter().filter(|event| **event).count();
    let bars = events.min(outcomes.len() - events) >= FEWEST_TO_BAR;
    let alarm = |name: &&str| {
        let scores = match table.column(name)? {
            Column::Numbers(values) => rows.iter().map(|&row| values[row]).collect::<Option<Vec<f64>>>()?,
            Column::Texts(texts) => {
                let codes = rows.iter().map(|&row| texts.codes()[row]).collect::<Option<Vec<u32>>>()?;
                rates(&codes, texts.levels().len(), outcomes, clusters, seed)?
            }
        };
        let own = auc(outcomes, &scores, 0.95).ok()?.estimate;
        let area = own.max(1.0 - own);
        (area > SINGLE_FEATURE).then(|| Alarm {
            kind: "single_feature",
            column: Some((*name).to_owned()),
            auc: area,
            bars,
            message: format!(
                "{name} alone tells the outcome with an AUC of {area:.4}, above {SINGLE_FEATURE}: {LEAK}"
            ),
        })
    };
    columns.iter().filter_map(alarm).collect()
}

/// What such an agreement most likely is, and what to do.
const LEAK: &str = "that is most likely a leak, something recorded after the decision or made of it. Leave it out, or take its \
                    value as it was known before the decision; do not use these results before somebody has looked";

/// The same of an outcome that is a number: each column of numbers that alone puts nearly all pairs in its order.
fn same_order_alarms(table: &Table, columns: &[&str], rows: &[usize], outcome: &[f64]) -> Vec<Alarm> {
    // Above 0, as times are.
    let least = outcome.iter().copied().fold(f64::INFINITY, f64::min);
    let amounts: Vec<f64> = outcome.iter().map(|value| value - least).collect();
    // Rows that are all alike tell nothing: of the others it takes as many as of a rarer outcome.
    let mut sorted = amounts.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let most_alike = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
    order_alarms(table, columns, rows, ALIKE, amounts.len() - most_alike, |scores| {
        concordance(&amounts, &vec![true; amounts.len()], None, scores)
    })
}

/// The same of times to an event: each column of numbers that alone tells nearly always who is first.
pub fn duration_alarms(
    table: &Table,
    columns: &[&str],
    rows: &[usize],
    durations: &[f64],
    event_observed: &[bool],
    entry: Option<&[f64]>,
) -> Vec<Alarm> {
    let n_events = event_observed.iter().filter(|event| **event).count();
    order_alarms(table, columns, rows, SINGLE_FEATURE, n_events, |scores| {
        concordance(durations, event_observed, entry, scores)
    })
}

fn order_alarms(
    table: &Table,
    columns: &[&str],
    rows: &[usize],
    most: f64,
    n: usize,
    concordance: impl Fn(&[f64]) -> Result<Option<f64>, dearly_stats::Error>,
) -> Vec<Alarm> {
    let alarm = |name: &&str| {
        let Column::Numbers(values) = table.column(name)? else { return None };
        let scores = rows.iter().map(|&row| values[row]).collect::<Option<Vec<f64>>>()?;
        let own = concordance(&scores).ok().flatten()?;
        let share = own.max(1.0 - own);
        (share > most).then(|| Alarm {
            kind: "single_feature",
            column: Some((*name).to_owned()),
            auc: share,
            bars: n >= FEWEST_TO_BAR,
            message: format!(
                "{name} alone puts {:.2} % of all pairs in the order of the outcome, above {} %: {LEAK}",
                100.0 * share,
                100.0 * most
            ),
        })
    };
    columns.iter().filter_map(alarm).collect()
}

/// The alarm of a model that does better on rows it has not seen than honest data of this kind allow.
pub fn model_alarm(out_of_fold_auc: f64, n_rarer: usize) -> Option<Alarm> {
    (out_of_fold_auc > MODEL && n_rarer >= ENOUGH).then(|| Alarm {
        kind: "model",
        column: None,
        auc: out_of_fold_auc,
        bars: true,
        message: format!(
            "the model tells outcomes it has not seen with an AUC of {out_of_fold_auc:.3}, above {MODEL}: look whether some \
             column was recorded after the decision, before these results are used"
        ),
    })
}

/// The rate of events of each row's level among the rows of other folds, drawn towards the rate of all by one row.
fn rates(
    codes: &[u32],
    n_levels: usize,
    outcomes: &[bool],
    clusters: &Clusters,
    seed: u64,
) -> Option<Vec<f64>> {
    let folds = grouped_folds(clusters, clusters.count().min(5), seed).ok()?;
    let base = outcomes.iter().filter(|&&event| event).count() as f64 / outcomes.len() as f64;
    let mut scores = vec![base; codes.len()];
    for fold in folds {
        let mut seen = vec![(0.0, 0.0); n_levels];
        for &row in &fold.train {
            let (events, n) = &mut seen[codes[row] as usize];
            *events += f64::from(u8::from(outcomes[row]));
            *n += 1.0;
        }
        for &row in &fold.test {
            let (events, n) = seen[codes[row] as usize];
            scores[row] = (events + base) / (n + 1.0);
        }
    }
    Some(scores)
}
