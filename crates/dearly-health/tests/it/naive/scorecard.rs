//! Points, components, coverage, caps, the score (rules.md 9–12).

use dearly_health::score::{CapScore, Colour, ComponentScore, MeasureScore, Reading, Score, Status, Unknown};
use dearly_workbook::model::{Bands, CapColour, Component, Measure, Missing, ScoreKind, Scorecard};

use super::Naive;

/// Shares are sums of decimals: what differs by less than this is the same.
const TOLERANCE: f64 = 1e-9;

fn colour(score: Option<f64>, bands: Bands) -> Colour {
    match score {
        None => Colour::Unknown,
        Some(score) if score >= bands.green => Colour::Green,
        Some(score) if score >= bands.yellow => Colour::Yellow,
        Some(_) => Colour::Red,
    }
}

fn is_present(measure: &MeasureScore) -> bool {
    matches!(measure.reading, Reading::Present { .. })
}

fn is_applicable(measure: &MeasureScore) -> bool {
    !matches!(measure.reading, Reading::NotApplicable(_))
}

/// The weight of the measures that are so.
fn weight_of(component: &Component, measures: &[MeasureScore], is_so: impl Fn(&MeasureScore) -> bool) -> f64 {
    let weights = component.measures.iter().map(|measure| measure.weight);
    // From 0.0: the sum of nothing would be -0.0.
    weights.zip(measures).filter(|(_, measure)| is_so(measure)).fold(0.0, |sum, (weight, _)| sum + weight)
}

impl Naive<'_> {
    pub(super) fn score(&self, kind: ScoreKind) -> Score {
        let found = self.workbook.scorecards.iter().position(|card| card.score == kind && self.fits(card));
        let Some(index) = found else {
            return Score {
                kind,
                scorecard: None,
                score: None,
                colour: Colour::Unknown,
                coverage: 0.0,
                unknown: Some(Unknown::NoScorecard),
                components: Vec::new(),
                caps: Vec::new(),
            };
        };
        let scorecard = &self.workbook.scorecards[index];
        let mut components: Vec<ComponentScore> =
            scorecard.components.iter().map(|component| self.component(component, scorecard)).collect();
        let coverage = self.coverage(scorecard, &components);
        let is_known = |component: &ComponentScore| component.score.is_some();
        let known_weight: f64 = scorecard
            .components
            .iter()
            .zip(&components)
            .filter(|(_, component)| is_known(component))
            .map(|(configured, _)| configured.weight)
            .sum();

        let unknown = if self.status() != Status::Customer {
            Some(Unknown::NotACustomer)
        } else if self.age_days().is_some_and(|age| age < scorecard.new_for_days) {
            Some(Unknown::New)
        } else if coverage.is_none() {
            Some(Unknown::NotApplicable)
        } else if coverage.unwrap_or(0.0) < scorecard.minimum_coverage - TOLERANCE || known_weight <= 0.0 {
            Some(Unknown::Coverage)
        } else {
            None
        };

        let fields = self.fields();
        let mut caps: Vec<CapScore> = scorecard
            .caps
            .iter()
            .map(|cap| CapScore { holds: cap.when.holds(&fields), contribution: 0.0 })
            .collect();
        let mut score = None;
        if unknown.is_none() {
            let mut sum = 0.0;
            for (configured, component) in scorecard.components.iter().zip(&mut components) {
                let Some(own) = component.score else { continue };
                component.effective_weight = configured.weight / known_weight;
                sum += component.effective_weight * own;
                self.share_out(configured, component, scorecard.missing);
            }
            for (cap, capped) in scorecard.caps.iter().zip(&mut caps) {
                let top = match cap.at_most {
                    CapColour::Yellow => scorecard.bands.green - 0.1,
                    CapColour::Red => scorecard.bands.yellow - 0.1,
                };
                if capped.holds == Some(true) {
                    capped.contribution = f64::min(sum, top) - sum;
                    sum = f64::min(sum, top);
                }
            }
            score = Some(sum);
        }
        Score {
            kind,
            scorecard: Some(index),
            score,
            colour: colour(score, scorecard.bands),
            coverage: coverage.unwrap_or(0.0),
            unknown,
            components,
            caps,
        }
    }

    fn measure(&self, measure: &Measure) -> MeasureScore {
        let curve = measure.points.curve(self.age_months());
        let reading = match curve {
            _ if measure.weight == 0.0 => Reading::NotApplicable("switched off"),
            None => Reading::NotApplicable("too young"),
            Some(_) => self.read(&measure.value),
        };
        let points = curve.zip(reading.value()).map(|(curve, value)| {
            let mut points = curve.points(value);
            for limit in &measure.limits {
                if self.limit_applies(limit.when, &measure.value) {
                    points = limit.at_most.map_or(points, |at_most| points.min(at_most));
                    points = limit.at_least.map_or(points, |at_least| points.max(at_least));
                }
            }
            points
        });
        MeasureScore { reading, points, effective_weight: 0.0, contribution: 0.0 }
    }

    fn component(&self, component: &Component, scorecard: &Scorecard) -> ComponentScore {
        let measures: Vec<MeasureScore> =
            component.measures.iter().map(|measure| self.measure(measure)).collect();
        let applicable = weight_of(component, &measures, is_applicable);
        let present = weight_of(component, &measures, is_present);
        // What the points are divided by: a missing measure counts as 0 points, or not at all.
        let counted = if scorecard.missing == Missing::Zero { applicable } else { present };
        let coverage = if applicable > 0.0 { present / applicable } else { 0.0 };
        let has_facet = |facet: &String| {
            let mut all = component.measures.iter().zip(&measures);
            all.any(|(measure, score)| measure.facet.as_ref() == Some(facet) && is_present(score))
        };
        let unknown = if applicable == 0.0 {
            Some(Unknown::NotApplicable)
        } else if coverage < scorecard.minimum_coverage - TOLERANCE || counted == 0.0 {
            Some(Unknown::Coverage)
        } else if !component.require.iter().all(has_facet) {
            Some(Unknown::FacetMissing)
        } else {
            None
        };
        let points = component
            .measures
            .iter()
            .zip(&measures)
            .filter_map(|(measure, score)| score.points.map(|points| measure.weight * points));
        let score = unknown.is_none().then(|| points.sum::<f64>() / counted);
        ComponentScore {
            id: component.id.clone(),
            score,
            colour: colour(score, scorecard.bands),
            coverage,
            unknown,
            effective_weight: 0.0,
            measures,
        }
    }

    /// The share of the applicable weight that is present, over all components, also those that dropped out. `None`
    /// where nothing applies.
    fn coverage(&self, scorecard: &Scorecard, components: &[ComponentScore]) -> Option<f64> {
        let (mut present, mut applicable) = (0.0, 0.0);
        for (configured, component) in scorecard.components.iter().zip(components) {
            let whole: f64 = configured.measures.iter().map(|measure| measure.weight).sum();
            if whole > 0.0 {
                let share = configured.weight / whole;
                present += share * weight_of(configured, &component.measures, is_present);
                applicable += share * weight_of(configured, &component.measures, is_applicable);
            }
        }
        (applicable > 0.0).then(|| present / applicable)
    }

    /// Each measure's share of the whole score, and what it adds to it.
    fn share_out(&self, configured: &Component, component: &mut ComponentScore, missing: Missing) {
        let counts = |measure: &MeasureScore| {
            is_present(measure) || missing == Missing::Zero && is_applicable(measure)
        };
        let counted = weight_of(configured, &component.measures, counts);
        for (measure, score) in configured.measures.iter().zip(&mut component.measures) {
            if counts(score) {
                score.effective_weight = component.effective_weight * measure.weight / counted;
                score.contribution = score.effective_weight * score.points.unwrap_or(0.0);
            }
        }
    }
}
