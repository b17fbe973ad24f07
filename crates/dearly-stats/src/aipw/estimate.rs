use super::Aipw;
use super::balance::{Balance, Overlap, balance, overlap};
use super::nuisance::Nuisances;
use crate::distribution::{t_critical, t_two_sided};
use crate::{Error, Interval};

/// An effect with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The effect, in units of the outcome.
    pub estimate: f64,
    /// From influence values summed by cluster.
    pub standard_error: f64,
    /// Student's t with one degree less than there are clusters.
    pub interval: Interval,
    /// Two-sided, of no effect.
    pub p_value: f64,
}

/// What [`Aipw::estimate`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct AipwEffect {
    /// The effect if all were treated against none.
    pub ate: Effect,
    /// The effect on those who were treated.
    pub att: Effect,
    /// The effect among those who could well have been either, each row counting by e(1 − e): what is left to be said
    /// where overlap is poor.
    pub ato: Effect,
    /// The mean outcome if all were treated.
    pub mean_treated: Effect,
    /// The mean outcome if none were.
    pub mean_untreated: Effect,
    /// The mean outcome of the treated less that of the untreated, adjusted for nothing.
    pub naive: f64,
    /// Rows.
    pub n: usize,
    /// Rows treated.
    pub n_treated: usize,
    /// Clusters.
    pub n_clusters: usize,
    /// Whether treated and untreated can be compared.
    pub overlap: Overlap,
    /// Each confounder before and after weighting.
    pub balance: Vec<Balance>,
    /// The propensity of each row, held away from 0 and 1.
    pub propensity: Vec<f64>,
    /// ψ of each row; its mean is the effect on all. What weighted sums, as of ARR, are made of.
    pub psi: Vec<f64>,
    /// Outcome models, two in each fold, that were separated and took Firth's method with FLIC.
    pub n_penalized: usize,
    covariance_of_means: f64,
}

/// The ratio of two mean outcomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskRatio {
    /// The mean if all were treated over the mean if none were.
    pub estimate: f64,
    /// Its interval, on the logarithm.
    pub interval: Interval,
}

impl AipwEffect {
    /// The ratio of the outcome's means with and without treatment, by the delta method on the logarithm.
    ///
    /// log(μ₁/μ₀) ± t(G − 1) √(v₁/μ₁² + v₀/μ₀² − 2 v₁₀/(μ₁ μ₀)), where v₁₀ is the covariance of both means by cluster.
    ///
    /// # Units
    /// A ratio, above 0; 1 is no effect. The level is that of the effect.
    ///
    /// # Errors
    /// [`Error::Refused`] when a mean is not above 0.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 8. Checked, by the complement, against numpy, see `tests/golden/effects.json`.
    ///
    /// # Example
    /// Of the treated 3 of 4 renew, of the others 1 of 4.
    /// ```
    /// use dearly_stats::{Clusters, Design, aipw::Aipw};
    ///
    /// let treated = [true, true, true, true, false, false, false, false];
    /// let renewed = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    /// let (alike, rows) = (Design::with_intercept(8, vec![])?, Clusters::singletons(8));
    /// let found = Aipw::new(&alike, &treated, &renewed, &rows).folds(1, 0).estimate()?;
    /// assert!((found.risk_ratio()?.estimate - 3.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn risk_ratio(&self) -> Result<RiskRatio, Error> {
        self.ratio(self.mean_treated.estimate, self.mean_untreated.estimate)
    }

    /// The same of what the outcome is not: of churn, where the outcome is renewal. What an E-value is computed from.
    ///
    /// # Units
    /// A ratio, above 0; below 1 where the treatment makes the outcome likelier. For outcomes in [0, 1] only.
    ///
    /// # Errors
    /// [`Error::Refused`] when a mean is not below 1.
    ///
    /// # Source
    /// As [`AipwEffect::risk_ratio`]. Checked against numpy, see `tests/golden/effects.json`.
    ///
    /// # Example
    /// The table of [`AipwEffect::risk_ratio`]: 1 of 4 churns with treatment, 3 of 4 without.
    /// ```
    /// use dearly_stats::{Clusters, Design, aipw::Aipw};
    ///
    /// let treated = [true, true, true, true, false, false, false, false];
    /// let renewed = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    /// let (alike, rows) = (Design::with_intercept(8, vec![])?, Clusters::singletons(8));
    /// let found = Aipw::new(&alike, &treated, &renewed, &rows).folds(1, 0).estimate()?;
    /// assert!((found.complement_risk_ratio()?.estimate - 1.0 / 3.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn complement_risk_ratio(&self) -> Result<RiskRatio, Error> {
        self.ratio(1.0 - self.mean_treated.estimate, 1.0 - self.mean_untreated.estimate)
    }

    fn ratio(&self, with: f64, without: f64) -> Result<RiskRatio, Error> {
        if with <= 0.0 || without <= 0.0 {
            return Err(Error::Refused(
                "a ratio of risks needs means above 0 on both sides: look at the difference instead"
                    .to_owned(),
            ));
        }
        let variance = self.mean_treated.standard_error.powi(2) / (with * with)
            + self.mean_untreated.standard_error.powi(2) / (without * without)
            - 2.0 * self.covariance_of_means / (with * without);
        let level = self.ate.interval.level;
        let reach = t_critical(level, self.n_clusters as f64 - 1.0) * variance.max(0.0).sqrt();
        let log = (with / without).ln();
        let interval = Interval { low: (log - reach).exp(), high: (log + reach).exp(), level };
        Ok(RiskRatio { estimate: with / without, interval })
    }
}

pub(super) fn estimate(aipw: &Aipw<'_>, nuisances: &Nuisances) -> AipwEffect {
    let n = aipw.treatment.len();
    let treated = |row: usize| if aipw.treatment[row] { 1.0 } else { 0.0 };
    let Nuisances { propensity: e, with: m1, without: m0, .. } = nuisances;
    let y = aipw.outcome;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n as f64;

    let one: Vec<f64> = (0..n).map(|row| m1[row] + treated(row) * (y[row] - m1[row]) / e[row]).collect();
    let zero: Vec<f64> =
        (0..n).map(|row| m0[row] + (1.0 - treated(row)) * (y[row] - m0[row]) / (1.0 - e[row])).collect();
    let psi: Vec<f64> = one.iter().zip(&zero).map(|(one, zero)| one - zero).collect();
    let (mean_one, mean_zero, ate) = (mean(&one), mean(&zero), mean(&psi));
    let centred = |values: &[f64], at: f64| values.iter().map(|value| value - at).collect::<Vec<f64>>();
    let (of_one, of_zero) = (centred(&one, mean_one), centred(&zero, mean_zero));

    // On the treated: what they had less what the untreated, weighted to look like them, had.
    let n_treated = aipw.treatment.iter().filter(|&&treated| treated).count();
    let share = n_treated as f64 / n as f64;
    let on_treated: Vec<f64> = (0..n)
        .map(|row| {
            let odds = e[row] / (1.0 - e[row]);
            (treated(row) - (1.0 - treated(row)) * odds) * (y[row] - m0[row])
        })
        .collect();
    let att = on_treated.iter().sum::<f64>() / n_treated as f64;
    let of_att: Vec<f64> = (0..n).map(|row| (on_treated[row] - treated(row) * att) / share).collect();

    // On the overlap: the score of the effect weighted by e(1 − e), which small errors of e do not move; e(1 − e) with
    // its own influence added is (T − e)².
    let weight: Vec<f64> = (0..n).map(|row| (treated(row) - e[row]).powi(2)).collect();
    let on_overlap: Vec<f64> = (0..n)
        .map(|row| {
            weight[row] * (m1[row] - m0[row]) + treated(row) * (1.0 - e[row]) * (y[row] - m1[row])
                - (1.0 - treated(row)) * e[row] * (y[row] - m0[row])
        })
        .collect();
    let mean_weight = mean(&weight);
    let ato = mean(&on_overlap) / mean_weight;
    let of_ato: Vec<f64> = (0..n).map(|row| (on_overlap[row] - weight[row] * ato) / mean_weight).collect();

    let effect = |estimate: f64, influence: &[f64]| {
        let standard_error = covariance(aipw, influence, influence).sqrt();
        let degrees = aipw.clusters.count() as f64 - 1.0;
        let reach = t_critical(aipw.level, degrees) * standard_error;
        Effect {
            estimate,
            standard_error,
            interval: Interval { low: estimate - reach, high: estimate + reach, level: aipw.level },
            p_value: t_two_sided(estimate / standard_error, degrees),
        }
    };
    let of_group = |group: bool| {
        let rows = (0..n).filter(|&row| aipw.treatment[row] == group);
        rows.map(|row| y[row]).sum::<f64>() / if group { n_treated as f64 } else { (n - n_treated) as f64 }
    };
    AipwEffect {
        ate: effect(ate, &centred(&psi, ate)),
        att: effect(att, &of_att),
        ato: effect(ato, &of_ato),
        mean_treated: effect(mean_one, &of_one),
        mean_untreated: effect(mean_zero, &of_zero),
        naive: of_group(true) - of_group(false),
        n,
        n_treated,
        n_clusters: aipw.clusters.count(),
        overlap: overlap(aipw, nuisances),
        balance: balance(aipw, nuisances),
        covariance_of_means: covariance(aipw, &of_one, &of_zero),
        propensity: e.clone(),
        psi,
        n_penalized: nuisances.penalized,
    }
}

/// G/(G − 1) Σ_g (Σ_{i∈g} aᵢ)(Σ_{i∈g} bᵢ) / n², of influence values.
fn covariance(aipw: &Aipw<'_>, left: &[f64], right: &[f64]) -> f64 {
    let clusters = aipw.clusters.count();
    let mut sums = vec![(0.0, 0.0); clusters];
    for (row, (left, right)) in left.iter().zip(right).enumerate() {
        let sum = &mut sums[aipw.clusters.of(row)];
        sum.0 += left;
        sum.1 += right;
    }
    let (g, n) = (clusters as f64, left.len() as f64);
    g / (g - 1.0) * sums.into_iter().map(|(left, right)| left * right).sum::<f64>() / (n * n)
}
