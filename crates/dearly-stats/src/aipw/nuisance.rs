use std::collections::HashSet;

use rayon::prelude::*;

use super::Aipw;
use crate::split::{Split, grouped_folds};
use crate::{Design, Error, Family, Glm};

/// What the models say of each row: its propensity, as fitted and as held away from 0 and 1, and its outcome with and
/// without treatment.
pub(super) struct Nuisances {
    pub(super) fitted_propensity: Vec<f64>,
    pub(super) propensity: Vec<f64>,
    pub(super) with: Vec<f64>,
    pub(super) without: Vec<f64>,
    /// Outcome models that took Firth's method.
    pub(super) penalized: usize,
}

/// The same of the rows of a fold.
struct Fold {
    propensity: Vec<f64>,
    with: Vec<f64>,
    without: Vec<f64>,
    penalized: usize,
}

pub(super) fn fit(aipw: &Aipw<'_>) -> Result<Nuisances, Error> {
    let n = aipw.confounders.rows();
    let all: Vec<usize> = (0..n).collect();
    let splits = match aipw.splits {
        Some(splits) => {
            let mut tested: Vec<usize> = splits.iter().flat_map(|split| split.test.iter().copied()).collect();
            tested.sort_unstable();
            if tested != all || splits.iter().any(|split| split.train.iter().any(|&row| row >= n)) {
                return Err(Error::Refused("each row must be in the test part of one fold".to_owned()));
            }
            for (fold, split) in splits.iter().enumerate() {
                let tested: HashSet<usize> = split.test.iter().map(|row| aipw.clusters.of(*row)).collect();
                if let Some(row) = split.train.iter().find(|row| tested.contains(&aipw.clusters.of(**row))) {
                    return Err(Error::Refused(format!(
                        "row {row} trains in fold {} on a cluster that is tested there: keep each cluster whole",
                        fold + 1
                    )));
                }
            }
            splits.to_vec()
        }
        None if aipw.folds == 1 => vec![Split { train: all.clone(), test: all }],
        None => grouped_folds(aipw.clusters, aipw.folds, aipw.seed)?,
    };
    let fitted: Vec<Result<Fold, Error>> =
        splits.par_iter().enumerate().map(|(fold, split)| fit_fold(aipw, fold, split)).collect();
    let mut nuisances = Nuisances {
        fitted_propensity: vec![0.0; n],
        propensity: vec![0.0; n],
        with: vec![0.0; n],
        without: vec![0.0; n],
        penalized: 0,
    };
    for (split, fitted) in splits.iter().zip(fitted) {
        let Fold { propensity, with, without, penalized } = fitted?;
        nuisances.penalized += penalized;
        for (at, &row) in split.test.iter().enumerate() {
            nuisances.fitted_propensity[row] = propensity[at];
            nuisances.propensity[row] = propensity[at].clamp(aipw.trim, 1.0 - aipw.trim);
            nuisances.with[row] = with[at];
            nuisances.without[row] = without[at];
        }
    }
    if let Some(row) = nuisances.propensity.iter().position(|&e| e <= 0.0 || e >= 1.0) {
        return Err(Error::OutOfRange {
            what: format!("the propensity of row {row}"),
            value: nuisances.propensity[row],
            expected: "between 0 and 1: trim, or leave out the rows that were sure to be treated or not",
        });
    }
    Ok(nuisances)
}

/// The propensity and both outcomes of a fold's test rows, by models of its training rows.
fn fit_fold(aipw: &Aipw<'_>, fold: usize, split: &Split) -> Result<Fold, Error> {
    let test = aipw.confounders.rows_of(&split.test);
    let treated = |row: &usize| aipw.treatment[*row];
    let given: Vec<usize> = split.train.iter().copied().filter(treated).collect();
    let spared: Vec<usize> = split.train.iter().copied().filter(|row| !treated(row)).collect();
    let told: Vec<f64> = split.train.iter().map(|row| f64::from(u8::from(treated(row)))).collect();
    let outcome = |rows: &[usize]| rows.iter().map(|&row| aipw.outcome[row]).collect::<Vec<f64>>();
    let place = if aipw.folds == 1 && aipw.splits.is_none() {
        String::new()
    } else {
        format!(" outside of fold {}", fold + 1)
    };
    let refused = |error: Error, rows: &[usize], what: &str| {
        Error::Refused(format!("{what} on {} rows{place} cannot be fitted: {error}", rows.len()))
    };
    let outcome_of = |rows: &[usize], what: &str| {
        predicted(aipw.family, &aipw.confounders.rows_of(rows), &outcome(rows), &test)
            .map_err(|error| refused(error, rows, what))
    };
    // No such help for the propensity: who was sure to be treated has no one to be compared with.
    let propensity = Glm::new(Family::Logit)
        .fit(&aipw.confounders.rows_of(&split.train), &told)
        .map_err(|error| match error {
            Error::Separated { terms } => Error::Refused(format!(
                "{} tell{} with certainty who was treated on {} rows{place}: these have nobody to be compared with; \
                 leave the rows out, or merge the levels, that were all treated or all not",
                terms.join(" and "),
                if terms.len() == 1 { "s" } else { "" },
                split.train.len()
            )),
            error => refused(error, &split.train, "the model of who was treated"),
        })?;
    let (with, penalized_with) = outcome_of(&given, "the outcome of the treated")?;
    let (without, penalized_without) = outcome_of(&spared, "the outcome of the untreated")?;
    let penalized = usize::from(penalized_with) + usize::from(penalized_without);
    Ok(Fold { propensity: propensity.predict(&test, None)?, with, without, penalized })
}

/// Predictions for the test rows; by Firth's method with FLIC, and saying so, where the outcome is separated.
fn predicted(
    family: Family,
    train: &Design,
    outcome: &[f64],
    test: &Design,
) -> Result<(Vec<f64>, bool), Error> {
    let glm = Glm::new(family);
    match glm.fit(train, outcome) {
        Ok(fitted) => Ok((fitted.predict(test, None)?, false)),
        Err(Error::Separated { .. }) if family == Family::Logit => {
            let firth = glm.fit_firth(train, outcome)?;
            Ok((glm.flic(train, outcome, &firth)?.predict(test)?, true))
        }
        Err(error) => Err(error),
    }
}
