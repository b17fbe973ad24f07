//! From readings to points, components and a score (rules.md 9–12).

use dearly_workbook::model::{CapColour, Component, Measure, Missing, Scorecard};

use crate::as_of::{AsOf, Trace};
use crate::engine::ScoreEvidence;
use crate::score::{
    CapScore, Colour, ComponentScore, Evidence, MeasureScore, Reading, Score, Status, Unknown,
};
use crate::{fields, measure};

/// Coverage is compared with its minimum as people read it: 60 % of thirds is 60 %.
const TOLERANCE: f64 = 1e-9;

/// How far below its band a cap holds a score.
const CAP_MARGIN: f64 = 0.1;

/// The score of the card, and what each measure looked at.
pub(crate) fn score<'a>(
    card: &'a Scorecard,
    place: usize,
    as_of: &AsOf<'a>,
    status: Status,
    trace: fn() -> Trace,
) -> (Score, ScoreEvidence) {
    let (mut present, mut applicable) = (0.0, 0.0);
    let mut components = Vec::with_capacity(card.components.len());
    let mut evidence = Vec::with_capacity(card.components.len());
    for component in &card.components {
        let (scored, seen, coverage) = component_score(card, component, as_of, trace);
        let total: f64 = component.measures.iter().map(|measure| measure.weight).sum();
        if total > 0.0 {
            present += component.weight * coverage.present / total;
            applicable += component.weight * coverage.applicable / total;
        }
        components.push(scored);
        evidence.push(seen);
    }
    let coverage = if applicable > 0.0 { present / applicable } else { 0.0 };
    weigh(card, &mut components);
    let raw: Option<f64> = components
        .iter()
        .any(|component| component.effective_weight > 0.0)
        .then(|| components.iter().map(ComponentScore::contribution).sum());
    let unknown = if status != Status::Customer {
        Some(Unknown::NotACustomer)
    } else if as_of.age_days() < card.new_for_days {
        Some(Unknown::New)
    } else if applicable == 0.0 {
        Some(Unknown::NotApplicable)
    } else if raw.is_none() || coverage < card.minimum_coverage - TOLERANCE {
        Some(Unknown::Coverage)
    } else {
        None
    };
    let raw = raw.filter(|_| unknown.is_none());
    let (caps, score) = cap(card, as_of, raw);
    let score = Score {
        kind: card.score,
        scorecard: Some(place),
        score,
        colour: score.map_or(Colour::Unknown, |score| Colour::of(&card.bands, score)),
        coverage,
        unknown,
        components,
        caps,
    };
    (score, evidence)
}

struct Coverage {
    present: f64,
    applicable: f64,
}

fn component_score<'a>(
    card: &'a Scorecard,
    component: &'a Component,
    as_of: &AsOf<'a>,
    trace: fn() -> Trace,
) -> (ComponentScore, Vec<Evidence>, Coverage) {
    let mut coverage = Coverage { present: 0.0, applicable: 0.0 };
    let (mut points, mut weights) = (0.0, 0.0);
    let mut facets: Vec<&str> = Vec::new();
    let mut evidence = Vec::with_capacity(component.measures.len());
    let mut measures = Vec::with_capacity(component.measures.len());
    for measure in &component.measures {
        let (scored, seen) = measure_score(card, measure, as_of, trace());
        match scored.reading {
            Reading::NotApplicable(_) => {}
            Reading::Missing(_) => coverage.applicable += measure.weight,
            Reading::Present { .. } => {
                coverage.applicable += measure.weight;
                coverage.present += measure.weight;
                facets.extend(measure.facet.as_deref());
            }
        }
        if let Some(own) = scored.points {
            points += measure.weight * own;
            weights += measure.weight;
        }
        measures.push(scored);
        evidence.push(seen);
    }
    let share = if coverage.applicable > 0.0 { coverage.present / coverage.applicable } else { 0.0 };
    let unknown = if coverage.applicable == 0.0 {
        Some(Unknown::NotApplicable)
    } else if weights == 0.0 || share < card.minimum_coverage - TOLERANCE {
        Some(Unknown::Coverage)
    } else if component.require.iter().any(|facet| !facets.contains(&facet.as_str())) {
        Some(Unknown::FacetMissing)
    } else {
        None
    };
    let score = unknown.is_none().then(|| points / weights);
    let scored = ComponentScore {
        id: component.id.clone(),
        score,
        colour: score.map_or(Colour::Unknown, |score| Colour::of(&card.bands, score)),
        coverage: share,
        unknown,
        effective_weight: 0.0,
        measures,
    };
    (scored, evidence, coverage)
}

fn measure_score<'a>(
    card: &'a Scorecard,
    measure: &'a Measure,
    as_of: &AsOf<'a>,
    mut trace: Trace,
) -> (MeasureScore, Evidence) {
    let nothing = |reading| MeasureScore { reading, points: None, effective_weight: 0.0, contribution: 0.0 };
    if measure.weight == 0.0 {
        return (nothing(Reading::NotApplicable("the measure is switched off")), Evidence::default());
    }
    let Some(curve) = measure.points.curve(as_of.age_months()) else {
        return (
            nothing(Reading::NotApplicable("the account is too young for the measure")),
            Evidence::default(),
        );
    };
    let (reading, limits) = measure::read(&measure.value, as_of, &mut trace);
    let mut scored = nothing(reading);
    match reading {
        Reading::Present { value, .. } => {
            let mut points = curve.points(value);
            for limit in measure.limits.iter().filter(|limit| limits.contains(&limit.when)) {
                points = limit.at_most.map_or(points, |most| points.min(most));
                points = limit.at_least.map_or(points, |least| points.max(least));
            }
            scored.points = Some(points);
        }
        Reading::Missing(_) if card.missing == Missing::Zero => scored.points = Some(0.0),
        Reading::Missing(_) | Reading::NotApplicable(_) => {}
    }
    (scored, trace.evidence())
}

/// Shares of the whole for the components that are known, and for their measures.
fn weigh(card: &Scorecard, components: &mut [ComponentScore]) {
    let known: f64 = card
        .components
        .iter()
        .zip(&*components)
        .filter(|(_, scored)| scored.score.is_some())
        .map(|(own, _)| own.weight)
        .sum();
    if known == 0.0 {
        return;
    }
    for (component, scored) in
        card.components.iter().zip(components).filter(|(_, scored)| scored.score.is_some())
    {
        scored.effective_weight = component.weight / known;
        let weights: f64 = component
            .measures
            .iter()
            .zip(&scored.measures)
            .filter(|(_, measure)| measure.points.is_some())
            .map(|(measure, _)| measure.weight)
            .sum();
        for (measure, own) in component.measures.iter().zip(&mut scored.measures) {
            if let Some(points) = own.points {
                own.effective_weight = scored.effective_weight * measure.weight / weights;
                own.contribution = own.effective_weight * points;
            }
        }
    }
}

/// Each cap as a contribution of its own, and the score under all of them.
fn cap(card: &Scorecard, as_of: &AsOf<'_>, raw: Option<f64>) -> (Vec<CapScore>, Option<f64>) {
    let mut score = raw;
    let caps = card
        .caps
        .iter()
        .map(|cap| {
            let holds = cap.when.holds(&fields::of(as_of, cap.when.references()));
            let most = match cap.at_most {
                CapColour::Red => card.bands.yellow,
                CapColour::Yellow => card.bands.green,
            } - CAP_MARGIN;
            let contribution = match (holds, score) {
                (Some(true), Some(score)) if score > most => most - score,
                _ => 0.0,
            };
            score = score.map(|score| score + contribution);
            CapScore { holds, contribution }
        })
        .collect();
    (caps, score)
}
