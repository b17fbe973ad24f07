use dearly_stats::calibration::{CalibrationCurve, calibration, calibration_by_cluster, calibration_error};
use dearly_stats::compare::{Metric, Resampling, measure};
use dearly_stats::discrimination::{auc, lift};
use dearly_stats::formula::Frame;
use dearly_stats::scoring::{brier, scaled_brier};
use dearly_stats::split::grouped_folds;
use dearly_stats::{Clusters, Design, Error, Family, Glm};

use super::report::{Apparent, AucReport, CalibrationReport, OutOfFold};
use crate::report::Bounds;

/// Folds of the validation on rows not fitted on.
pub const FOLDS: usize = 5;

/// Replicates of the bootstrap of clusters behind an AUC's second interval.
const REPLICATES: usize = 1_000;
/// Probabilities are held this far from 0 and 1, where they have no logit.
const NEAREST: f64 = 1e-12;

/// A model for 0 and 1 that was fitted on all rows.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    /// Its family.
    pub(super) family: Family,
    /// Whether by Firth's method.
    pub(super) is_firth: bool,
    /// For probabilities.
    pub(super) coefficients: Vec<f64>,
}

/// How the model does on the rows of the fit.
pub(super) fn apparent(
    model: &Fitted,
    frame: &Frame,
    outcomes: &[bool],
    clusters: &Clusters,
    level: f64,
) -> Result<Apparent, Error> {
    let probabilities =
        probabilities(model.family, &frame.design, &model.coefficients, frame.offset.as_deref());
    Ok(Apparent {
        auc: discrimination(outcomes, &probabilities, clusters, level)?,
        brier: brier(outcomes, &probabilities)?,
    })
}

/// How a model of the same kind does on rows of clusters that it was not fitted on, over [`FOLDS`] folds.
///
/// # Errors
/// Fewer clusters than folds; a fold that leaves one class only.
pub(super) fn out_of_fold(
    model: &Fitted,
    frame: &Frame,
    outcomes: &[bool],
    clusters: &Clusters,
    level: f64,
    seed: u64,
) -> Result<OutOfFold, Error> {
    let outcome = frame.outcome.as_deref().unwrap_or_default();
    let mut predicted = vec![0.0; outcomes.len()];
    let mut n_firth = 0;
    for split in grouped_folds(clusters, FOLDS, seed)? {
        let train = frame.design.rows_of(&split.train);
        let test = frame.design.rows_of(&split.test);
        let of = |rows: &[usize], values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let offset = frame.offset.as_deref().map(|offset| of(&split.train, offset));
        let (coefficients, is_firth) =
            fit_fold(model, &train, &of(&split.train, outcome), offset.as_deref())?;
        n_firth += usize::from(is_firth);
        let offset = frame.offset.as_deref().map(|offset| of(&split.test, offset));
        let fold = probabilities(model.family, &test, &coefficients, offset.as_deref());
        for (&row, probability) in split.test.iter().zip(fold) {
            predicted[row] = probability;
        }
    }
    let n_events = outcomes.iter().filter(|&&event| event).count();
    let is_rarer = n_events * 2 <= outcomes.len();
    let rarer: Vec<bool> = outcomes.iter().map(|&event| event == is_rarer).collect();
    let risk: Vec<f64> = predicted.iter().map(|&p| if is_rarer { p } else { -p }).collect();
    Ok(OutOfFold {
        folds: FOLDS,
        seed,
        n_firth,
        auc: discrimination(outcomes, &predicted, clusters, level)?,
        brier: brier(outcomes, &predicted)?,
        scaled_brier: scaled_brier(outcomes, &predicted)?,
        calibration: calibrated(outcomes, &predicted, clusters, level),
        top_decile_lift: lift(&rarer, &risk, 0.1)?,
    })
}

/// Coefficients by the model's method; Firth's where the rows of a fold do without. A column that these rows cannot tell,
/// as that of a level that has none of them, gets 0.
fn fit_fold(
    model: &Fitted,
    design: &Design,
    outcome: &[f64],
    offset: Option<&[f64]>,
) -> Result<(Vec<f64>, bool), Error> {
    let glm = offset.map_or(Glm::new(model.family), |offset| Glm::new(model.family).offset(offset));
    let mut kept: Vec<usize> = (0..design.columns()).collect();
    loop {
        let part = design.columns_of(&kept);
        let maximum = if model.is_firth { Err(None) } else { glm.fit(&part, outcome).map_err(Some) };
        let (own, is_firth) = match maximum {
            Ok(fitted) => (Ok(fitted.coefficients), false),
            Err(Some(Error::Separated { .. } | Error::NotConverged { .. }))
                if model.family == Family::Logit =>
            {
                (firth(&glm, &part, outcome), true)
            }
            Err(None) => (firth(&glm, &part, outcome), true),
            Err(Some(error)) => (Err(error), false),
        };
        match own {
            Ok(own) => {
                let mut coefficients = vec![0.0; design.columns()];
                kept.iter().zip(own).for_each(|(&column, value)| coefficients[column] = value);
                return Ok((coefficients, is_firth && !model.is_firth));
            }
            Err(Error::Collinear { column }) if kept.len() > 1 => {
                kept.retain(|&own| design.names()[own] != column);
            }
            Err(error) => return Err(error),
        }
    }
}

fn firth(glm: &Glm<'_>, design: &Design, outcome: &[f64]) -> Result<Vec<f64>, Error> {
    let fitted = glm.fit_firth(design, outcome)?;
    if design.intercept().is_none() {
        return Ok(fitted.fitted.coefficients);
    }
    Ok(glm.flic(design, outcome, &fitted)?.coefficients)
}

fn probabilities(family: Family, design: &Design, coefficients: &[f64], offset: Option<&[f64]>) -> Vec<f64> {
    let mut predictor = design.linear_predictor(coefficients);
    if let Some(offset) = offset {
        predictor.iter_mut().zip(offset).for_each(|(value, offset)| *value += offset);
    }
    predictor.into_iter().map(|value| family.mean(value).clamp(NEAREST, 1.0 - NEAREST)).collect()
}

fn discrimination(
    outcomes: &[bool],
    probabilities: &[f64],
    clusters: &Clusters,
    level: f64,
) -> Result<AucReport, Error> {
    let own = auc(outcomes, probabilities, level)?;
    let by_cluster = if clusters.count() < outcomes.len() {
        let resampling = Resampling { replicates: REPLICATES, seed: 1, level };
        measure(Metric::Auc, outcomes, probabilities, clusters, resampling)
            .ok()
            .map(|own| own.interval.into())
    } else {
        None
    };
    Ok(AucReport { estimate: own.estimate, low: own.interval.low, high: own.interval.high, by_cluster })
}

fn calibrated(
    outcomes: &[bool],
    probabilities: &[f64],
    clusters: &Clusters,
    level: f64,
) -> CalibrationReport {
    let own = if clusters.count() < outcomes.len() {
        calibration_by_cluster(outcomes, probabilities, clusters, level).ok()
    } else {
        calibration(outcomes, probabilities, level).ok()
    };
    let n_events = outcomes.iter().filter(|&&event| event).count();
    let n_rarer = n_events.min(outcomes.len() - n_events);
    let knots = if n_rarer >= 100 { 5 } else { 3 };
    let bins = 10.min(outcomes.len() / 2).max(1);
    CalibrationReport {
        in_the_large: own.map(|own| own.in_the_large.estimate),
        slope: own.map(|own| own.slope.estimate),
        ece: calibration_error(outcomes, probabilities, bins).ok().map(|own| own.expected),
        ici: CalibrationCurve::fit(outcomes, probabilities, knots).ok().map(|own| own.ici),
        in_the_large_interval: own.map(|own| Bounds::from(own.in_the_large.interval)),
        slope_interval: own.map(|own| Bounds::from(own.slope.interval)),
    }
}
