//! How much of an effect goes through something measured in between: from a play through the scores to renewal.

mod bootstrap;
mod model;

use crate::compare::{Bootstrapped, Resampling};
use crate::error::{all_finite, same_length, valid_level};
use crate::{Clusters, Design, Error};
use model::Panel;

/// A chain to be measured: treatment → mediators → outcome, with what drove each of them before.
///
/// The mediators are normal and linear, M ~ N(B′(1, T, C), Σ), and the outcome a logit in (T, M, C). Then the linear
/// predictor is normal given (T, C), and
///
/// E(Y(a, M(a′))) = mean over rows of E_z expit(β₀ + β_T a + β_M′μ(a′) + β_C′C + √(β_M′Σβ_M) z),
///
/// by 40-point Gauss–Hermite. The total effect is E(Y(1, M(1))) − E(Y(0, M(0))), the indirect one E(Y(1, M(1))) −
/// E(Y(1, M(0))), and the direct one what is left.
///
/// The indirect effect is causal only if nothing unmeasured drove treatment and outcome, treatment and mediators, or
/// mediators and outcome, and if nothing that the treatment changed drove mediators and outcome both.
///
/// Intervals are bias-corrected percentiles of the bootstrap over clusters: with p the share of replicates below the
/// estimate, those equal to it half, and z₀ = Φ⁻¹(p), the bounds are the replicates at Φ(2z₀ ± z) where plain
/// percentiles would take those at Φ(±z). Where few are treated replicates lie to one side of the estimate, and plain
/// percentiles held 90 to 91 % instead of 95.
///
/// Compute on continuous scores and report in greens: a mediator cut in two loses most of the chain.
///
/// # Shapes
/// `confounders` with an intercept; each mediator, the treatment and the outcome one value for each of its rows.
///
/// # Units
/// Effects are probability points as a fraction.
///
/// # Source
/// Imai, Keele and Tingley (2010); VanderWeele, *Explanation in Causal Inference* (2015). Intervals: Efron (1981);
/// MacKinnon, Lockwood and Williams (2004); the project's `docs/METHOD.md`, 8. Checked against statsmodels' fits with
/// numpy's quadrature, see `tests/golden/effects.json`.
#[derive(Debug, Clone, Copy)]
pub struct Mediation<'a> {
    confounders: &'a Design,
    treatment: &'a [bool],
    mediators: &'a [(String, Vec<f64>)],
    outcome: &'a [f64],
    clusters: &'a Clusters,
    amounts: Option<&'a [f64]>,
    is_moderated: bool,
    resampling: Resampling,
}

/// A measured chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// What the treatment moves each mediator by on average, in its own units.
    pub on_mediators: Vec<(String, Bootstrapped)>,
    /// The log odds of the outcome for one unit of each mediator, at the same treatment and confounders.
    pub on_outcome: Vec<(String, Bootstrapped)>,
    /// E(Y(1, M(1))) − E(Y(0, M(0))).
    pub total: Bootstrapped,
    /// E(Y(1, M(1))) − E(Y(1, M(0))): through the mediators.
    pub indirect: Bootstrapped,
    /// `total` − `indirect`.
    pub direct: Bootstrapped,
    /// How often the outcome fails through the mediators: (1 − E(Y(1, M(1)))) / (1 − E(Y(1, M(0)))), of churn where the
    /// outcome is renewal. Its E-value ([`crate::evalue::e_value`]) says how strong something unmeasured behind
    /// mediators and outcome would have to be to make all of the indirect effect (Smith and VanderWeele 2019).
    pub indirect_complement_ratio: Bootstrapped,
    /// `indirect` / `total`, which says little when the total is near 0.
    pub share_mediated: Bootstrapped,
    /// Σ amountᵢ · indirectᵢ, where amounts were given: ARR kept through the mediators if all were treated against
    /// none.
    pub indirect_amount: Option<Bootstrapped>,
}

impl<'a> Mediation<'a> {
    /// A chain, not moderated and without amounts, with the usual [`Resampling`] for its intervals. Mediators have a
    /// name and values in any unit, the outcome is 0 or 1.
    pub fn new(
        confounders: &'a Design,
        treatment: &'a [bool],
        mediators: &'a [(String, Vec<f64>)],
        outcome: &'a [f64],
        clusters: &'a Clusters,
    ) -> Mediation<'a> {
        Mediation {
            confounders,
            treatment,
            mediators,
            outcome,
            clusters,
            amounts: None,
            is_moderated: false,
            resampling: Resampling::default(),
        }
    }

    /// What each row is worth, as its ARR, in any unit: one value for each row. Without them [`Chain::indirect_amount`]
    /// is `None`.
    pub fn amounts(self, amounts: &'a [f64]) -> Mediation<'a> {
        Mediation { amounts: Some(amounts), ..self }
    }

    /// Lets the treatment move the mediators of one row by more than those of another: M ~ N(B′(1, C, T, T·(C − C̄)),
    /// Σ), with as many parameters more for each mediator as there are confounders. For treatments that help the sick
    /// more than the healthy, and for scores that end at 0 and 100, where one number for all is off by the way in which
    /// effect and chance of renewal go together.
    pub fn moderated(self) -> Mediation<'a> {
        Mediation { is_moderated: true, ..self }
    }

    /// Replicates of the bootstrap over clusters, their seed and the level of the intervals; 2,000, 1 and 0.95 unless
    /// set.
    pub fn resampling(self, resampling: Resampling) -> Mediation<'a> {
        Mediation { resampling, ..self }
    }

    /// Fits the chain and its replicates: clusters drawn with replacement, as weights, each fit begun at the one of all
    /// rows. The same for any number of threads. A replicate without a fit, as when its outcome is separated, is left
    /// out and counted.
    ///
    /// # Shapes
    /// As said at [`Mediation`]. One entry for each mediator, in their order, in `on_mediators` and `on_outcome`.
    ///
    /// # Units
    /// `on_mediators` in the mediators' units, `on_outcome` in log odds for one of them; effects in probability, as a
    /// fraction; `indirect_amount` in the unit of the amounts.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or mediators, [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`]
    /// for an outcome without both kinds, [`Error::TooFewClusters`], [`Error::OutOfRange`] for the level, an outcome
    /// that is not 0 or 1 or fewer than 2 replicates, [`Error::TooFewRows`], [`Error::Collinear`], as for a mediator
    /// that is the same in all rows, [`Error::Separated`]; [`Error::Refused`] when all rows are treated or none, or
    /// when more than one replicate in ten has no fit.
    ///
    /// # Source
    /// As [`Mediation`].
    ///
    /// # Example
    /// The play moves adoption from a mean of 50 to one of 60, and renewals from 4 to 8 of 10, whatever the adoption:
    /// all of the effect is direct.
    /// ```
    /// use dearly_stats::compare::Resampling;
    /// use dearly_stats::{Clusters, Design, mediation::Mediation};
    ///
    /// let (alike, rows) = (Design::with_intercept(40, vec![])?, Clusters::singletons(40));
    /// let played = [false, false, true, true].repeat(10);
    /// let adoption = [("adoption".to_owned(), [40.0, 60.0, 50.0, 70.0].repeat(10))];
    /// let renewed = [[1.0; 4].repeat(4), [0.0, 0.0, 1.0, 1.0].repeat(4), [0.0; 4].repeat(2)].concat();
    /// let chain = Mediation::new(&alike, &played, &adoption, &renewed, &rows)
    ///     .resampling(Resampling { replicates: 100, ..Resampling::default() })
    ///     .estimate()?;
    /// assert!((chain.on_mediators[0].1.estimate - 10.0).abs() < 1e-9);
    /// assert!(chain.indirect.estimate.abs() < 1e-9 && chain.indirect.interval.contains(0.0));
    /// assert!((chain.total.estimate - 0.4).abs() < 1e-9 && (chain.direct.estimate - 0.4).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn estimate(&self) -> Result<Chain, Error> {
        self.check()?;
        let panel = Panel::new(self)?;
        bootstrap::chain(self, &panel, &panel.fit()?)
    }

    fn check(&self) -> Result<(), Error> {
        let n = self.confounders.rows();
        if n == 0 || self.mediators.is_empty() {
            return Err(Error::Empty { what: "a chain", needed: 2 });
        }
        same_length("the treatment", n, self.treatment.len())?;
        same_length("the outcome", n, self.outcome.len())?;
        same_length("clusters", n, self.clusters.rows())?;
        for (name, values) in self.mediators {
            same_length(name, n, values.len())?;
            all_finite(name, values)?;
        }
        if let Some(amounts) = self.amounts {
            same_length("amounts", n, amounts.len())?;
            all_finite("amounts", amounts)?;
        }
        valid_level(self.resampling.level)?;
        let treated = self.treatment.iter().filter(|&&treated| treated).count();
        if treated == 0 || treated == n {
            return Err(Error::Refused(format!(
                "{} of {n} rows were treated, so that there is no one to compare with: take rows of both kinds",
                if treated == 0 { "none" } else { "all" }
            )));
        }
        if self.clusters.count() < 2 {
            return Err(Error::TooFewClusters { found: self.clusters.count() });
        }
        Ok(())
    }
}
