//! The effect of something done to some rows and not to others, adjusted for why it was done: augmented inverse-probability
//! weighting with cross-fitting.

mod balance;
mod estimate;
mod nuisance;

pub use balance::{Balance, Overlap};
pub use estimate::{AipwEffect, Effect, RiskRatio};

use crate::error::{all_finite, same_length, valid_level};
use crate::split::Split;
use crate::{Clusters, Design, Error, Family};

/// An effect to be estimated: who was treated, what came of it, and what had been known before.
///
/// With the propensity e = P(T = 1 | C) and the outcome models m₁, m₀ of the treated and the untreated,
///
/// ψ = m₁(C) − m₀(C) + T (Y − m₁(C))/e(C) − (1 − T)(Y − m₀(C))/(1 − e(C)),
///
/// and the effect is the mean of ψ. It is right when either the propensity or the outcome models are, and when nothing
/// but the confounders drove both treatment and outcome, which no calculation can check. The propensity is a logit, the
/// outcome models are of the family given.
///
/// With cross-fitting each row's e, m₁ and m₀ come from rows of other clusters.
///
/// # Shapes
/// One row of `confounders` (with an intercept), one treatment, one outcome and one cluster for each row.
///
/// # Units
/// Effects in units of the outcome: probability points as a fraction for an outcome of 0 and 1.
///
/// # Source
/// Robins, Rotnitzky and Zhao (1994); Chernozhukov and others (2018) for cross-fitting; Li, Morgan and Zaslavsky (2018) for
/// the population of overlap. Checked against statsmodels `TreatmentEffect` (without cross-fitting) and the formulae in
/// numpy (with it), see `tests/golden/effects.json`.
#[derive(Debug, Clone, Copy)]
pub struct Aipw<'a> {
    confounders: &'a Design,
    treatment: &'a [bool],
    outcome: &'a [f64],
    clusters: &'a Clusters,
    family: Family,
    folds: usize,
    seed: u64,
    splits: Option<&'a [Split]>,
    trim: f64,
    level: f64,
}

impl<'a> Aipw<'a> {
    /// Five folds, propensities held between 0.02 and 0.98, intervals of 95 %. The outcome model is a logit where every
    /// outcome is 0 or 1, linear otherwise.
    pub fn new(
        confounders: &'a Design,
        treatment: &'a [bool],
        outcome: &'a [f64],
        clusters: &'a Clusters,
    ) -> Aipw<'a> {
        let binary = outcome.iter().all(|&value| value == 0.0 || value == 1.0);
        let family = if binary { Family::Logit } else { Family::Gaussian };
        Aipw {
            confounders,
            treatment,
            outcome,
            clusters,
            family,
            folds: 5,
            seed: 0,
            splits: None,
            trim: 0.02,
            level: 0.95,
        }
    }

    /// The family of the outcome models.
    pub fn family(self, family: Family) -> Aipw<'a> {
        Aipw { family, ..self }
    }

    /// Folds of whole clusters, drawn by the seed; 1 fits and predicts on the same rows.
    pub fn folds(self, folds: usize, seed: u64) -> Aipw<'a> {
        Aipw { folds, seed, ..self }
    }

    /// Folds given: each row is to be in the test part of one, and no cluster in both parts.
    pub fn splits(self, splits: &'a [Split]) -> Aipw<'a> {
        Aipw { splits: Some(splits), ..self }
    }

    /// Propensities below this share, or above one less it, are set to it, and counted. 0 leaves them as they are.
    pub fn trim(self, trim: f64) -> Aipw<'a> {
        Aipw { trim, ..self }
    }

    /// The level of the intervals.
    pub fn level(self, level: f64) -> Aipw<'a> {
        Aipw { level, ..self }
    }

    /// Estimates the effect on all (ATE), on the treated (ATT) and on those who could well have been either (ATO).
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OneClass`] when all rows are
    /// treated or none; [`Error::TooFewClusters`]; [`Error::OutOfRange`] for trim, folds or level;
    /// [`Error::Refused`] when a model of a fold cannot be fitted, with the fold, the rows and the reason.
    pub fn estimate(&self) -> Result<AipwEffect, Error> {
        let n = self.confounders.rows();
        if n == 0 {
            return Err(Error::Empty { what: "an effect", needed: 4 });
        }
        same_length("the treatment", n, self.treatment.len())?;
        same_length("the outcome", n, self.outcome.len())?;
        same_length("clusters", n, self.clusters.rows())?;
        all_finite("the outcome", self.outcome)?;
        valid_level(self.level)?;
        if !(0.0..0.5).contains(&self.trim) {
            return Err(Error::OutOfRange {
                what: "trim".to_owned(),
                value: self.trim,
                expected: "from 0 to below 0.5, as 0.02",
            });
        }
        let n_treated = self.treatment.iter().filter(|&&treated| treated).count();
        if n_treated == 0 || n_treated == n {
            return Err(Error::Refused(format!(
                "{} of {n} rows were treated, so that there is no one to compare with: take rows of both kinds",
                if n_treated == 0 { "none" } else { "all" }
            )));
        }
        if self.clusters.count() < 2 {
            return Err(Error::TooFewClusters { found: self.clusters.count() });
        }
        let nuisances = nuisance::fit(self)?;
        Ok(estimate::estimate(self, &nuisances))
    }
}
