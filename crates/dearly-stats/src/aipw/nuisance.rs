use rayon::prelude::*;

use super::Aipw;
use crate::split::{Split, grouped_folds};
use crate::{Error, Family, FittedGlm, Glm};

/// What the models say of each row: its propensity, as fitted and as held away from 0 and 1, and its outcome with and
/// without treatment.
pub(super) struct Nuisances {
    pub(super) fitted_propensity: Vec<f64>,
    pub(super) propensity: Vec<f64>,
    pub(super) with: Vec<f64>,
    pub(super) without: Vec<f64>,
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
            splits.to_vec()
        }
        None if aipw.folds == 1 => vec![Split { train: all.clone(), test: all }],
        None => grouped_folds(aipw.clusters, aipw.folds, aipw.seed)?,
    };
    let fitted: Vec<Result<[Vec<f64>; 3], Error>> =
        splits.par_iter().enumerate().map(|(fold, split)| fit_fold(aipw, fold, split)).collect();
    let mut nuisances = Nuisances {
        fitted_propensity: vec![0.0; n],
        propensity: vec![0.0; n],
        with: vec![0.0; n],
        without: vec![0.0; n],
    };
    for (split, fitted) in splits.iter().zip(fitted) {
        let [propensity, with, without] = fitted?;
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
fn fit_fold(aipw: &Aipw<'_>, fold: usize, split: &Split) -> Result<[Vec<f64>; 3], Error> {
    let test = aipw.confounders.rows_of(&split.test);
    let treated = |row: &usize| aipw.treatment[*row];
    let given: Vec<usize> = split.train.iter().copied().filter(treated).collect();
    let spared: Vec<usize> = split.train.iter().copied().filter(|row| !treated(row)).collect();
    let told: Vec<f64> = split.train.iter().map(|row| f64::from(u8::from(treated(row)))).collect();
    let outcome = |rows: &[usize]| rows.iter().map(|&row| aipw.outcome[row]).collect::<Vec<f64>>();
    let fit = |family: Family, rows: &[usize], outcome: &[f64], what: &str| -> Result<FittedGlm, Error> {
        Glm::new(family).fit(&aipw.confounders.rows_of(rows), outcome).map_err(|error| {
            let place = if aipw.folds == 1 && aipw.splits.is_none() {
                String::new()
            } else {
                format!(" outside of fold {}", fold + 1)
            };
            Error::Refused(format!("{what} on {} rows{place} cannot be fitted: {error}", rows.len()))
        })
    };
    let propensity = fit(Family::Logit, &split.train, &told, "the model of who was treated")?;
    let with = fit(aipw.family, &given, &outcome(&given), "the outcome of the treated")?;
    let without = fit(aipw.family, &spared, &outcome(&spared), "the outcome of the untreated")?;
    Ok([propensity.predict(&test, None)?, with.predict(&test, None)?, without.predict(&test, None)?])
}
