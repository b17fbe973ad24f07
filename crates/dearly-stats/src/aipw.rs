//! The effect of something done to some rows and not to others, adjusted for why it was done: augmented
//! inverse-probability weighting with cross-fitting.

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
/// Robins, Rotnitzky and Zhao (1994); Chernozhukov and others (2018) for cross-fitting; Li, Morgan and Zaslavsky (2018)
/// for the population of overlap. Checked against statsmodels `TreatmentEffect` (without cross-fitting) and the
/// formulae in numpy (with it), see `tests/golden/effects.json`.
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
    /// An effect by five folds of seed 0, propensities held between 0.02 and 0.98, intervals of 95 %. The outcome model
    /// is a logit where every outcome is 0 or 1, linear otherwise. Everything has one value for each row of
    /// `confounders`.
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

    /// The family of the outcome models, instead of the one that [`Aipw::new`] took from the outcomes.
    pub fn family(self, family: Family) -> Aipw<'a> {
        Aipw { family, ..self }
    }

    /// Folds of whole clusters, drawn by the seed; 1 fits and predicts on the same rows, without cross-fitting. Not
    /// used where [`Aipw::splits`] are given.
    pub fn folds(self, folds: usize, seed: u64) -> Aipw<'a> {
        Aipw { folds, seed, ..self }
    }

    /// Folds given instead of drawn: each row must be in the test part of exactly one, and no cluster in both parts of a
    /// fold.
    pub fn splits(self, splits: &'a [Split]) -> Aipw<'a> {
        Aipw { splits: Some(splits), ..self }
    }

    /// Propensities below this share, or above one less it, are set to it, and counted. From 0, which leaves them as
    /// they are, to below 0.5; 0.02 unless set.
    pub fn trim(self, trim: f64) -> Aipw<'a> {
        Aipw { trim, ..self }
    }

    /// The level of the intervals, in (0, 1); 0.95 unless set.
    pub fn level(self, level: f64) -> Aipw<'a> {
        Aipw { level, ..self }
    }

    /// Estimates the effect on all (ATE), on the treated (ATT) and on those who could well have been either (ATO).
    ///
    /// Errors are √(G/(G − 1) Σ_g (Σ_{i∈g} φᵢ)²)/n of influence values φ summed by cluster, with t(G − 1). An outcome
    /// model that is separated takes Firth's method with FLIC, which [`AipwEffect::n_penalized`] counts; a propensity
    /// that is separated is refused, for who was sure to be treated has nobody to be compared with.
    ///
    /// # Shapes
    /// As said at [`Aipw`]. `propensity` and `psi` of the answer have one value for each row, `balance` one line for
    /// each column except the intercept.
    ///
    /// # Units
    /// Effects, means and `naive` in units of the outcome; propensities and shares in [0, 1]; balance in standard
    /// deviations.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`] for an outcome; [`Error::TooFewClusters`];
    /// [`Error::OutOfRange`] for trim, folds, level, or a propensity of 0 or 1 that no trim holds; [`Error::Refused`]
    /// when all rows are treated or none, when clusters are fewer than folds, when splits do not test each row once or
    /// train on a cluster that they test, or when a model of a fold cannot be fitted, as with one outcome for all its
    /// treated rows: with the fold, the rows and the reason.
    ///
    /// # Source
    /// Robins, Rotnitzky and Zhao (1994); Chernozhukov and others (2018); Li, Morgan and Zaslavsky (2018). Checked
    /// against statsmodels `TreatmentEffect` and the formulae in numpy, see `tests/golden/effects.json`.
    ///
    /// # Example
    /// Of the sick 4 of 6 are treated and score 50 against 40, of the healthy 2 of 6 and score 80 against 70. The
    /// treated are 10 points better among the sick and among the healthy, and no better on the whole: 60 against 60.
    /// ```
    /// use dearly_stats::{Clusters, Design, aipw::Aipw};
    ///
    /// let sick = [[1.0; 6], [0.0; 6]].concat();
    /// let treated = [true, true, true, true, false, false, true, true, false, false, false, false];
    /// let score = [49.0, 51.0, 49.0, 51.0, 39.0, 41.0, 79.0, 81.0, 69.0, 71.0, 69.0, 71.0];
    /// let confounders = Design::with_intercept(12, vec![("sick".to_owned(), sick)])?;
    /// let rows = Clusters::singletons(12);
    /// let found = Aipw::new(&confounders, &treated, &score, &rows).folds(1, 0).estimate()?;
    /// assert!(found.naive.abs() < 1e-12);
    /// assert!((found.ate.estimate - 10.0).abs() < 1e-9 && (found.att.estimate - 10.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
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
