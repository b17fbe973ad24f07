//! The look-ahead checks that run with every fit (`docs/METHOD.md` L1, L9, L10, L11): a leak makes a model too good.

use dearly_stats::discrimination::auc;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::model::{self, Columns, Fit};
use super::report::{Check, Lead};
use super::validation::out_of_fold_auc;
use super::{LEVEL, SEED};
use crate::alarm::{ENOUGH, MODEL, SINGLE_FEATURE, WHOLE_MODEL};
use crate::panel::{COMPONENTS, Panel, PanelRow};

/// How often outcomes are shuffled.
const DEALS: u64 = 10;
/// A difference between neighbouring leads that no forgetting explains.
const JUMP: f64 = 0.10;

/// L1: facts from which all that was recorded after the as-of day is deleted give the same rows, to the last bit.
pub(super) fn replay(panel: &Panel) -> Check {
    let (n, n_different) = panel.replayed;
    let words = match (n, n_different) {
        (0, _) => "no row was replayed".to_owned(),
        (_, 0) => format!("{n} rows replayed from facts recorded by their as-of day: all equal"),
        _ => format!(
            "{n_different} of {n} rows differ when what was recorded later is deleted: the panel looks ahead"
        ),
    };
    Check {
        name: "replay".to_owned(),
        passed: (n > 0).then_some(n_different == 0),
        bars: true,
        words,
        sign_off: Vec::new(),
    }
}

/// L9: with outcomes dealt out anew nothing can be predicted. The mean of several deals: one alone is off by chance now and
/// then.
pub(super) fn shuffled(used: &[&PanelRow], columns: &Columns, fit: &Fit) -> Check {
    let values = columns.of(used);
    let areas: Vec<(f64, f64)> = (0..DEALS)
        .filter_map(|deal| {
            let mut outcome = fit.outcome.clone();
            outcome.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED + deal));
            let (area, error) = out_of_fold_auc(&values, &outcome, &fit.clusters)?;
            Some((area.estimate, error))
        })
        .collect();
    let mean = |part: fn(&(f64, f64)) -> f64| areas.iter().map(part).sum::<f64>() / areas.len() as f64;
    let (passed, words) = if areas.is_empty() {
        (None, "too few outcomes to shuffle".to_owned())
    } else {
        let (area, reach) = (mean(|own| own.0), 3.0 * mean(|own| own.1));
        // Only upwards: out of fold a model of few shuffled outcomes ranks somewhat against them, which is no leak.
        let (is_even, n, most) = (area - 0.5 <= reach, areas.len(), 0.5 + reach);
        let sign = if is_even { "not above" } else { "above" };
        (Some(is_even), format!("mean AUC {area:.3} on {n} shuffles of the outcomes, {sign} {most:.3}"))
    };
    Check { name: "shuffled_outcome".to_owned(), passed, bars: true, words, sign_off: Vec::new() }
}

/// Discrimination of the model's components alone at other leads, of the renewals that were not decided by then.
pub(super) fn leads(panel: &Panel, candidates: &[&PanelRow], components: &[usize]) -> Vec<Lead> {
    let mut leads: Vec<Lead> = panel
        .leads
        .iter()
        .enumerate()
        .map(|(place, lead_days)| {
            let own: Vec<&PanelRow> = candidates
                .iter()
                .copied()
                .filter(|row| is_at_lead(row, place, *lead_days, components))
                .collect();
            let columns: Vec<(String, Vec<f64>)> = components
                .iter()
                .map(|&component| {
                    let scores =
                        own.iter().map(|row| row.at_leads[place][component].expect("all are") / 10.0);
                    (COMPONENTS[component].to_owned(), scores.collect())
                })
                .collect();
            let outcome: Vec<f64> = own.iter().map(|row| f64::from(row.decision.is_renewed())).collect();
            let n_renewed = outcome.iter().sum::<f64>() as usize;
            let enough = n_renewed.min(own.len() - n_renewed) >= 20;
            let found = enough.then(|| out_of_fold_auc(&columns, &outcome, &model::clusters(&own))).flatten();
            Lead { lead_days: *lead_days, n: own.len(), auc: found.map(|(area, _)| area) }
        })
        .collect();
    leads.sort_by_key(|lead| lead.lead_days);
    leads
}

/// Whether the row has all components at the lead, and was not decided by then.
pub(super) fn is_at_lead(row: &PanelRow, place: usize, lead_days: i32, components: &[usize]) -> bool {
    components.iter().all(|component| row.at_leads[place][*component].is_some())
        && row.decision.early(row.decision.due_on.plus_days(-lead_days)).is_none()
}

/// L10: what lies further back tells less, and gradually. A warning: what decided a renewal may lie at any lead.
pub(super) fn lead_decay(leads: &[Lead], lead_days: i32) -> Check {
    let known: Vec<(i32, super::Range)> =
        leads.iter().filter_map(|lead| Some((lead.lead_days, lead.auc?))).collect();
    let told =
        known.iter().map(|(days, area)| format!("{:.3} at {days} days", area.estimate)).collect::<Vec<_>>();
    let mut faults = Vec::new();
    for pair in known.windows(2) {
        let ((near, close), (far, away)) = (pair[0], pair[1]);
        if away.estimate > close.high {
            faults.push(format!("it rises from {near} to {far} days"));
        }
        if close.estimate - away.estimate > JUMP {
            faults.push(format!("it jumps between {near} and {far} days"));
        }
    }
    let (passed, words) = match (known.len(), faults.is_empty()) {
        (0 | 1, _) => (None, format!("too few outcomes for other leads than {lead_days} days")),
        (_, true) => (Some(true), format!("AUC {}", told.join(", "))),
        (_, false) => (Some(false), format!("AUC {}: {}", told.join(", "), faults.join("; "))),
    };
    Check { name: "lead_decay".to_owned(), passed, bars: false, words, sign_off: Vec::new() }
}

/// L11: no column, and no model, is too good to be true; or somebody has looked, and signed off what is.
pub(super) fn single_feature(used: &[&PanelRow], columns: &Columns, signed_off: &[String]) -> Check {
    let renewed: Vec<bool> = used.iter().map(|row| row.decision.is_renewed()).collect();
    let outcome: Vec<f64> = renewed.iter().map(|renewed| f64::from(*renewed)).collect();
    let mut areas: Vec<(String, f64)> = columns
        .of(used)
        .into_iter()
        .filter_map(|(name, values)| {
            let area = auc(&renewed, &values, LEVEL).ok()?.estimate;
            Some((name, area.max(1.0 - area)))
        })
        .collect();
    areas.sort_by(|a, b| b.1.total_cmp(&a.1));
    let Some((name, single)) = areas.first() else {
        let words = "too few outcomes of either kind to look at columns one by one".to_owned();
        return Check {
            name: "single_feature".to_owned(),
            passed: None,
            bars: true,
            words,
            sign_off: Vec::new(),
        };
    };
    let whole = out_of_fold_auc(&columns.of(used), &outcome, &model::clusters(used));
    let n_churned = renewed.iter().filter(|renewed| !**renewed).count();
    let is_model = n_churned >= ENOUGH && whole.as_ref().is_some_and(|(area, _)| area.estimate > MODEL);
    let of_model = whole.map_or_else(
        || "the model could not be fitted in every fold".to_owned(),
        |(area, _)| format!("the model out of fold {:.3} (alarm above {MODEL})", area.estimate),
    );
    let told = format!(
        "the best column alone, {name}, has AUC {single:.3} (alarm above {SINGLE_FEATURE}), {of_model}"
    );
    let mut suspects: Vec<String> =
        areas.iter().filter(|own| own.1 > SINGLE_FEATURE).map(|own| own.0.clone()).collect();
    suspects.extend(is_model.then(|| WHOLE_MODEL.to_owned()));
    let is_clean = suspects.is_empty();
    let sign_off: Vec<String> = suspects.into_iter().filter(|own| !signed_off.contains(own)).collect();
    let words = if is_clean {
        told
    } else if sign_off.is_empty() {
        format!("{told}: signed off, by whoever asked, as known before")
    } else {
        format!(
            "{told}: that was hardly known before; nothing is claimed until somebody who has looked signs off {}",
            sign_off.join(" and ")
        )
    };
    let bars = is_clean || !sign_off.is_empty();
    Check { name: "single_feature".to_owned(), passed: Some(is_clean), bars, words, sign_off }
}
