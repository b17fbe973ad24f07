//! Latent health: what scores can only estimate. Five numbers about 0, one of them beside the outcomes.

use crate::random::Random;

/// Deployment, engagement, adoption, ROI, experience.
pub(crate) const D: usize = 0;
pub(crate) const E: usize = 1;
pub(crate) const A: usize = 2;
pub(crate) const R: usize = 3;
pub(crate) const X: usize = 4;

pub(crate) type Latent = [f64; 5];

/// Spread of what an account is like for good, and of what comes and goes.
const LASTING_SD: f64 = 0.96;
const PASSING_SD: f64 = 0.85;
/// Where new accounts are on average, and how much better those are who had stayed before the history begins.
const NEW_MEAN: f64 = -0.19;
const STAYED: f64 = 0.30;
/// What is left of a passing deviation after four weeks.
const KEPT: f64 = 0.93;
/// The share of each dimension's variance that all have in common. Engagement and ROI show through few facts, so that
/// their scores correlate less than their health does.
const COMMON: Latent = [0.42, 0.82, 0.58, 0.82, 0.50];
/// Deployment helps adoption, adoption and engagement help ROI, per period.
const DEPLOYMENT_TO_ADOPTION: f64 = 0.005;
const ADOPTION_TO_ROI: f64 = 0.020;
const ENGAGEMENT_TO_ROI: f64 = 0.015;

pub(crate) struct Health {
    lasting: Latent,
    passing: Latent,
    /// What plays and departures of the period will have done by the next.
    pub(crate) push: Latent,
    before: Latent,
    pub(crate) now: Latent,
}

impl Health {
    pub(crate) fn new(has_stayed: bool, random: &mut Random) -> Health {
        let mean = if has_stayed { NEW_MEAN + STAYED } else { NEW_MEAN };
        let lasting = draw(random, LASTING_SD).map(|deviation| mean + deviation);
        let passing = draw(random, PASSING_SD);
        let now = std::array::from_fn(|place| lasting[place] + passing[place]);
        Health { lasting, passing, push: [0.0; 5], before: now, now }
    }

    /// Moves on by a period.
    pub(crate) fn step(&mut self, random: &mut Random) {
        let fresh = draw(random, PASSING_SD * (1.0 - KEPT * KEPT).sqrt());
        self.before = self.now;
        self.passing =
            std::array::from_fn(|place| KEPT * self.passing[place] + fresh[place] + self.push[place]);
        self.passing[A] += DEPLOYMENT_TO_ADOPTION * self.before[D];
        self.passing[R] += ADOPTION_TO_ROI * self.before[A] + ENGAGEMENT_TO_ROI * self.before[E];
        self.push = [0.0; 5];
        self.now = std::array::from_fn(|place| self.lasting[place] + self.passing[place]);
    }

    /// On a day of the period: the way from the last period's health to this one's.
    pub(crate) fn on(&self, place: usize, day_of_period: f64) -> f64 {
        let share = (day_of_period / 28.0).clamp(0.0, 1.0);
        self.before[place] * (1.0 - share) + self.now[place] * share
    }

    /// The mean of the four that make outcomes.
    pub(crate) fn overall(&self) -> f64 {
        (self.now[D] + self.now[E] + self.now[A] + self.now[R]) / 4.0
    }
}

fn draw(random: &mut Random, sd: f64) -> Latent {
    let common = random.normal();
    COMMON.map(|share| sd * (share.sqrt() * common + (1.0 - share).sqrt() * random.normal()))
}
