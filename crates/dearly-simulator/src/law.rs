//! The law: which renewals hold, and at what amount.

use crate::catalogue::Segment;
use crate::random::{Random, logistic};
use crate::settings::{Coefficients, Hurdle};

/// The four component scores on a day; empty where a component is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ComponentScores {
    /// D.
    pub deployment: Option<f64>,
    /// E.
    pub engagement: Option<f64>,
    /// A.
    pub adoption: Option<f64>,
    /// R.
    pub roi: Option<f64>,
}

impl ComponentScores {
    /// D, E, A, R in this order.
    pub fn values(&self) -> [Option<f64>; 4] {
        [self.deployment, self.engagement, self.adoption, self.roi]
    }
}

/// What the law looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) scores: ComponentScores,
    pub(crate) segment: Segment,
    pub(crate) tenure_years: f64,
    pub(crate) add_on: bool,
    pub(crate) year_shock: f64,
}

impl Coefficients {
    /// The logit of renewing.
    pub(crate) fn linear_predictor(&self, at: &Circumstances) -> f64 {
        let [d, e, a, r] = at.scores.values().map(|score| score.unwrap_or(self.neutral_score) / 10.0);
        self.intercept
            + self.deployment_per_10 * d
            + self.engagement_per_10 * e
            + self.adoption_per_10 * a
            + self.roi_per_10 * r
            + match at.segment {
                Segment::Smb => self.smb,
                Segment::MidMarket => 0.0,
                Segment::Enterprise => self.enterprise,
            }
            + self.tenure_per_year * at.tenure_years.min(self.tenure_years_at_most)
            + if at.add_on { self.add_on } else { 0.0 }
            + at.year_shock
    }

    /// ARR against what is due, given renewal.
    pub(crate) fn change(&self, scores: &ComponentScores, random: &mut Random) -> f64 {
        // All four numbers are drawn always, so that a stream's use does not depend on what came out.
        let (contracts, expands) = (random.uniform(), random.uniform());
        let (less, more) = (random.uniform(), random.uniform());
        if contracts < self.contraction.probability(scores, self.neutral_score) {
            1.0 - self.contraction.size(less)
        } else if expands < self.expansion.probability(scores, self.neutral_score) {
            1.0 + self.expansion.size(more)
        } else {
            1.0
        }
    }
}

impl Hurdle {
    pub(crate) fn probability(&self, scores: &ComponentScores, neutral: f64) -> f64 {
        let [d, _, a, r] = scores.values().map(|score| (score.unwrap_or(neutral) - 70.0) / 10.0);
        logistic(self.at_70 + self.deployment_per_10 * d + self.adoption_per_10 * a + self.roi_per_10 * r)
    }

    fn size(&self, uniform: f64) -> f64 {
        self.least + (self.greatest - self.least) * uniform * uniform
    }
}
