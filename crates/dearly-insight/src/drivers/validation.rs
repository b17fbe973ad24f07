//! How models that were frozen before a period did on the renewals of that period, and what that allows to be said.

use dearly_domain::Day;
use dearly_stats::calibration::calibration_by_cluster;
use dearly_stats::compare::Resampling;
use dearly_stats::discrimination::auc;
use dearly_stats::gate::{Evidence, HeldOut, gate as decide, held_out_cox_snell};
use dearly_stats::scoring::{brier, scaled_brier};
use dearly_stats::split::{RowTimes, rolling_origin};

use super::colours::rate;
use super::model::{self, Columns, range};
use super::report::{Bin, Check, Fold, Gate, GateLine, Range, RollingValidation};
use super::{LEVEL, SEED};
use crate::Result;
use crate::panel::{Panel, PanelRow};

/// Fewer churns known by its start than this, and a period has no model.
const FEWEST_CHURNS: usize = 10;
/// Bins of the calibration plot, at most.
const BINS: usize = 10;
/// Replicates of the bootstrap.
const REPLICATES: usize = 1_000;

/// What the gate needs to know of held-out renewals.
pub(super) struct Known {
    held_out: HeldOut,
    cox_snell: f64,
}

/// How frozen models did.
pub(super) struct Rolling {
    /// For the gate.
    pub(super) known: Known,
    /// For the report.
    pub(super) validation: RollingValidation,
    /// The probability of renewal of each row that is used; `None` where its period had no model.
    pub(super) probabilities: Vec<Option<f64>>,
}

/// Quarter by quarter of the window: fitted on what was decided by then, earlier years included, and held against what
/// came. `None` where no quarter could have a model or only one outcome came.
pub(super) fn rolling(panel: &Panel, used: &[&PanelRow], columns: &Columns) -> Result<Option<Rolling>> {
    let earlier = panel.history.iter().filter(|row| super::is_candidate(row) && columns.has_all(row));
    let mut rows: Vec<&PanelRow> = earlier.collect();
    let n_earlier = rows.len();
    rows.extend(used);
    let mut of_used = vec![None; used.len()];
    let days =
        |day: &dyn Fn(&PanelRow) -> i32| -> Vec<i64> { rows.iter().map(|row| i64::from(day(row))).collect() };
    let as_of = days(&|row| row.seen.as_of.days());
    let due_at = days(&|row| row.decision.due_on.days());
    let recorded: Vec<Option<i64>> =
        days(&|row| row.decision.known_on.days()).into_iter().map(Some).collect();
    let mut bounds = vec![panel.window.from];
    loop {
        let next = panel.window.from.plus_months(3 * bounds.len() as i32);
        if next >= panel.window.to {
            break;
        }
        bounds.push(next);
    }
    bounds.push(panel.window.to);
    let periods: Vec<i64> = bounds.iter().map(|day| i64::from(day.days())).collect();
    let times = RowTimes { as_of: &as_of, due_at: &due_at, outcome_recorded_at: &recorded };
    let (mut folds, mut tested, mut probabilities, mut base) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, split) in rolling_origin(times, &periods)?.into_iter().enumerate() {
        let pick = |places: &[usize]| -> Vec<&PanelRow> { places.iter().map(|row| rows[*row]).collect() };
        let (train, test) = (pick(&split.split.train), pick(&split.split.test));
        let churned = |rows: &[&PanelRow]| rows.iter().filter(|row| !row.decision.is_renewed()).count();
        let n_known = churned(&train);
        let mut fold = Fold {
            from: bounds[place],
            to: bounds[place + 1],
            n_train: train.len(),
            n_test: test.len(),
            n_churned: churned(&test),
            known_by: Day::from_days(split.known_by as i32),
            left_out: None,
        };
        if test.is_empty() {
            fold.left_out = Some("nothing was due".to_owned());
        } else if n_known < FEWEST_CHURNS || train.len() - n_known < FEWEST_CHURNS {
            fold.left_out = Some(format!("{n_known} churns were known in time of {FEWEST_CHURNS} needed"));
        } else {
            let predicted =
                model::fit(&train, columns).and_then(|fit| fit.predict(columns.of(&test), test.len()));
            match predicted {
                Ok(predicted) => {
                    // Only rows of the window are due in a period of it.
                    for (row, probability) in split.split.test.iter().zip(&predicted) {
                        of_used[row - n_earlier] = Some(*probability);
                    }
                    probabilities.extend(predicted);
                    base.extend(vec![1.0 - n_known as f64 / train.len() as f64; test.len()]);
                    tested.extend(test);
                }
                Err(error) => fold.left_out = Some(error.to_string()),
            }
        }
        folds.push(fold);
    }
    let n_origins = folds.iter().filter(|fold| fold.left_out.is_none()).count() as u64;
    Ok(judged(&tested, &probabilities, &base, folds, n_origins).map(|(known, validation)| Rolling {
        known,
        validation,
        probabilities: of_used,
    }))
}

/// All measures; `None` where they cannot be had of so few.
fn judged(
    rows: &[&PanelRow],
    probabilities: &[f64],
    base: &[f64],
    folds: Vec<Fold>,
    n_origins: u64,
) -> Option<(Known, RollingValidation)> {
    // Churn is the event, so that calibration speaks of the rarer outcome.
    let churned: Vec<bool> = rows.iter().map(|row| !row.decision.is_renewed()).collect();
    let renewed: Vec<bool> = churned.iter().map(|churned| !churned).collect();
    let risk: Vec<f64> = probabilities.iter().map(|probability| 1.0 - probability).collect();
    let n_churned = churned.iter().filter(|churned| **churned).count();
    let clusters = model::clusters(rows);
    let resampling = Resampling { replicates: REPLICATES, seed: SEED, level: LEVEL };
    let held_out = HeldOut::measure(&churned, &risk, &clusters, n_origins, resampling).ok()?;
    let own = calibration_by_cluster(&churned, &risk, &clusters, LEVEL).ok()?;
    let validation = RollingValidation {
        folds,
        n: rows.len(),
        n_churned,
        auc: range(auc(&churned, &risk, LEVEL).ok()?.estimate, held_out.auc),
        brier: brier(&churned, &risk).ok()?,
        base_rate_brier: brier(&renewed, base).ok()?,
        scaled_brier: range(scaled_brier(&churned, &risk).ok()?, held_out.scaled_brier),
        observed_over_expected: range(
            own.observed_over_expected.estimate,
            own.observed_over_expected.interval,
        ),
        in_the_large: range(own.in_the_large.estimate, own.in_the_large.interval),
        slope: range(own.slope.estimate, own.slope.interval),
        bins: bins(&renewed, probabilities),
    };
    let cox_snell = held_out_cox_snell(&churned, &risk).ok()?;
    Some((Known { held_out, cox_snell }, validation))
}

/// Rows by probability, cut into parts of about one size; equal probabilities share a part, so that its ends tell its rows.
fn bins(renewed: &[bool], probabilities: &[f64]) -> Vec<Bin> {
    let n = probabilities.len();
    if n < 2 * BINS {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let at = |place: usize| probabilities[order[place]];
    let (mut bins, mut from) = (Vec::new(), 0);
    for bin in 1..=BINS {
        let mut to = n * bin / BINS;
        if to <= from {
            continue;
        }
        while to < n && at(to) == at(to - 1) {
            to += 1;
        }
        let own = &order[from..to];
        let count = own.iter().filter(|row| renewed[**row]).count();
        if let Ok(renewed) = rate(count, own.len()) {
            let sum: f64 = own.iter().map(|row| probabilities[*row]).sum();
            let mean_probability = sum / own.len() as f64;
            bins.push(Bin { low: at(from), high: at(to - 1), mean_probability, renewed });
        }
        from = to;
    }
    bins
}

/// The level, with every requirement in words.
pub(super) fn gate(
    used: &[&PanelRow],
    parameters: usize,
    known: Option<&Known>,
    checks: &[Check],
) -> Result<Gate> {
    let n_churned = used.iter().filter(|row| !row.decision.is_renewed()).count();
    let failed = checks.iter().filter(|check| check.bars && check.passed == Some(false));
    let verdict = decide(&Evidence {
        n: used.len() as u64,
        n_churns: n_churned as u64,
        parameters,
        cox_snell: known.map(|known| known.cox_snell),
        look_ahead_failures: failed.map(|check| check.name.clone()).collect(),
        held_out: known.map(|known| known.held_out),
        past_plans: Vec::new(),
    })?;
    Ok(Gate {
        level: verdict.level as u8,
        name: ["descriptive", "indicative", "predictive", "proven"][verdict.level as usize].to_owned(),
        failing: verdict.failing().map(|line| line.words.clone()).collect(),
        lines: verdict
            .lines
            .iter()
            .map(|line| GateLine {
                level: line.level as u8,
                name: line.name.to_owned(),
                holds: line.holds,
                words: line.words.clone(),
            })
            .collect(),
    })
}

/// A probability interval for an AUC of out-of-fold predictions.
pub(super) fn out_of_fold_auc(
    columns: &[(String, Vec<f64>)],
    outcome: &[f64],
    clusters: &dearly_stats::Clusters,
) -> Option<(Range, f64)> {
    let folds = dearly_stats::split::grouped_folds(clusters, 5, SEED).ok()?;
    let mut predicted = vec![f64::NAN; outcome.len()];
    for fold in folds {
        let pick = |rows: &[usize]| -> Vec<(String, Vec<f64>)> {
            let of = |values: &[f64]| rows.iter().map(|row| values[*row]).collect();
            columns.iter().map(|(name, values)| (name.clone(), of(values))).collect()
        };
        let train_outcome = fold.train.iter().map(|row| outcome[*row]).collect();
        let fit = model::fit_columns(pick(&fold.train), train_outcome, clusters.rows_of(&fold.train)).ok()?;
        let own = fit.predict(pick(&fold.test), fold.test.len()).ok()?;
        for (row, probability) in fold.test.iter().zip(own) {
            predicted[*row] = probability;
        }
    }
    let renewed: Vec<bool> = outcome.iter().map(|own| *own == 1.0).collect();
    let area = auc(&renewed, &predicted, LEVEL).ok()?;
    Some((range(area.estimate, area.interval), area.standard_error))
}
