//! Why a score is what it is, down to the facts, and what moved since a day.

use dearly_domain::Day;
use dearly_health::score::{Reading, Score};
use dearly_health::{Engine, Opened, ScoreEvidence, What, movement};
use dearly_workbook::model::{CapColour, Curve, Measure, Scorecard, Value, Workbook};

use crate::app::{App, When, id_of};
use crate::error::{Error, Result};
use crate::score::{cell, colour, component_cell};
use crate::view::{
    CapExplanation, ComponentExplanation, Explanation, FactRow, MeasureExplanation, Movement, MovementLine,
    ScoreExplanation,
};

/// How many facts of a measure are shown.
const MOST_FACTS: usize = 200;

/// Smaller moves would read as 0.0.
const WORTH_A_WORD: f64 = 0.05;

/// Moves smaller than this are rounding.
const NOTHING: f64 = 1e-9;

impl App {
    /// Why the account's scores are what they are; with `since`, what moved since that day.
    pub async fn explain(&self, when: When, account: &str, since: Option<Day>) -> Result<Explanation> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        if let Some(since) = since.filter(|since| *since >= day) {
            return Err(Error::Invalid(format!(
                "since {since} is not before {day}, the day that is explained"
            )));
        }
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let days: Vec<Day> = since.into_iter().chain([day]).collect();
        reader.read_statements(self, &in_force, &days).await?;
        let facts = reader.account(account).await?;
        let engine = Engine::new(&in_force.workbook);
        let opened = engine.explain(&facts, &reader.facts, day);
        let before = since.map(|since| engine.explain(&facts, &reader.facts, since));
        let held = facts
            .attributes
            .iter()
            .find_map(|held| held.at(day))
            .or(facts.attributes.last().map(|held| &held.value));
        let age_months = opened.account.age_days.map_or(0, |age| day.months_since(day.plus_days(-age)));
        let context = Context { workbook: &in_force.workbook, age_months };
        Ok(Explanation {
            account: account.to_owned(),
            name: held.map_or_else(|| account.to_owned(), |account| account.name.clone()),
            as_of: day,
            workbook_version: in_force.version,
            outcomes: context
                .score(&opened, before.as_ref(), |opened| (&opened.account.outcomes, &opened.outcomes)),
            experience: context
                .score(&opened, before.as_ref(), |opened| (&opened.account.experience, &opened.experience)),
        })
    }
}

struct Context<'a> {
    workbook: &'a Workbook,
    age_months: i32,
}

type Part = fn(&Opened) -> (&Score, &ScoreEvidence);

impl Context<'_> {
    fn score(&self, opened: &Opened, before: Option<&Opened>, part: Part) -> ScoreExplanation {
        let (score, evidence) = part(opened);
        let card = score.scorecard.map(|place| &self.workbook.scorecards[place]);
        let earlier = before.map(part);
        let components: Vec<ComponentExplanation> = card.map_or_else(Vec::new, |card| {
            card.components
                .iter()
                .zip(&score.components)
                .zip(evidence)
                .map(|((component, scored), evidence)| ComponentExplanation {
                    component: component.id.clone(),
                    label: component.label.clone().unwrap_or_else(|| component.id.clone()),
                    weight: component.weight,
                    contribution: scored.contribution(),
                    cell: component_cell(score, scored, earlier.map(|(earlier, _)| earlier)),
                    measures: component
                        .measures
                        .iter()
                        .zip(&scored.measures)
                        .zip(evidence)
                        .map(|((measure, scored), evidence)| self.measure(card, measure, scored, evidence))
                        .collect(),
                })
                .collect()
        });
        ScoreExplanation {
            score_kind: id_of(score.kind).to_owned(),
            scorecard: card.map(|card| card.id.clone()),
            cell: cell(score, earlier.map(|(earlier, _)| earlier)),
            sentence: sentence(score, &components),
            caps: card.map_or_else(Vec::new, |card| {
                card.caps
                    .iter()
                    .zip(&score.caps)
                    .map(|(cap, scored)| CapExplanation {
                        label: cap.label.clone().unwrap_or_else(|| cap.when.source().to_owned()),
                        when: cap.when.source().to_owned(),
                        at_most: match cap.at_most {
                            CapColour::Red => "red".to_owned(),
                            CapColour::Yellow => "yellow".to_owned(),
                        },
                        holds: scored.holds,
                        contribution: scored.contribution,
                    })
                    .collect()
            }),
            moved: before.map(|before| moved(score, evidence, part(before), before.account.day, card)),
            components,
        }
    }

    fn measure(
        &self,
        card: &Scorecard,
        measure: &Measure,
        scored: &dearly_health::score::MeasureScore,
        evidence: &dearly_health::score::Evidence,
    ) -> MeasureExplanation {
        let asked = match &measure.value {
            Value::Sql(statement) => Some(statement.as_str()),
            _ => None,
        };
        let (state, note, value, ratio) = match scored.reading {
            Reading::Missing(why) => ("missing", Some(why), None, None),
            Reading::NotApplicable(why) => ("not_applicable", Some(why), None, None),
            // What was asked is the only explanation that a number in SQL has.
            Reading::Present { value, ratio } => ("present", asked, Some(value), ratio),
        };
        let knots = measure.points.curve(self.age_months).map_or_else(Vec::new, |curve| match curve {
            Curve::Linear(knots) | Curve::Steps(knots) => knots.clone(),
        });
        MeasureExplanation {
            measure: measure.id.clone(),
            label: label(measure),
            facet: measure.facet.clone(),
            subjective: measure.value.is_subjective(),
            state: state.to_owned(),
            note: note.map(str::to_owned),
            value,
            unit: unit(&measure.value).to_owned(),
            value_text: value.and(evidence.text.clone()),
            numerator: ratio.map(|ratio| ratio.0),
            denominator: ratio.map(|ratio| ratio.1),
            points: scored.points,
            colour: scored.points.map_or(crate::view::Colour::Unknown, |points| {
                colour(dearly_health::score::Colour::of(&card.bands, points))
            }),
            weight: measure.weight,
            effective_weight: scored.effective_weight,
            contribution: scored.contribution,
            knots,
            n_facts: evidence.facts.len(),
            facts: evidence
                .facts
                .iter()
                .take(MOST_FACTS)
                .map(|fact| FactRow {
                    file: fact.file.to_owned(),
                    key: fact.key.clone(),
                    on: fact.on,
                    text: fact.text.clone(),
                    counted: fact.counted,
                })
                .collect(),
        }
    }
}

fn label(measure: &Measure) -> String {
    measure.label.clone().unwrap_or_else(|| measure.id.replace('_', " "))
}

/// How to read a measure's value.
fn unit(value: &Value) -> &'static str {
    match value {
        Value::LicenceUtilisation
        | Value::SetupStepsDone
        | Value::ProductsLive { .. }
        | Value::Stickiness { .. }
        | Value::FeatureUse { .. }
        | Value::FeaturesInRegularUse { .. }
        | Value::FeaturesUsed { .. }
        | Value::WorkflowCompletion { .. }
        | Value::KeyPeopleMet
        | Value::PlanOnTrack { .. }
        | Value::Csat { .. } => "percent",
        Value::ActiveUsers { per, .. } | Value::HealthyActiveUsers { per, .. } => match per {
            dearly_workbook::model::Per::One => "count",
            _ => "percent",
        },
        Value::UsageTrend { .. } | Value::ArrChange { .. } => "change",
        Value::BusinessReviewHeld => "ratio",
        Value::DaysSinceActivity { .. } | Value::LoginFrequency { .. } => "days",
        Value::VerifiedOutcomes { .. } | Value::PlanAccepted { .. } | Value::OpenEscalations => "level",
        Value::Nps { .. } | Value::Ces { .. } | Value::Judgement { .. } => "score",
        Value::TimeToResolve { .. } => "hours",
        Value::Tenure => "months",
        Value::Multithreading { .. }
        | Value::OpenTickets { .. }
        | Value::TicketsPastSla { .. }
        | Value::TicketsOpened { .. }
        | Value::OverdueInvoices { .. }
        | Value::Sql(_)
        | Value::Attribute { .. } => "count",
    }
}

/// What a score is made of, in one sentence: what costs most points.
fn sentence(score: &Score, components: &[ComponentExplanation]) -> String {
    let kind = id_of(score.kind);
    let Some(value) = score.score else {
        let why = match score.unknown {
            Some(dearly_health::score::Unknown::New) => "the account is in its first days".to_owned(),
            Some(dearly_health::score::Unknown::NotACustomer) => {
                "the account is not a customer on this day".to_owned()
            }
            Some(dearly_health::score::Unknown::NoScorecard) => "no scorecard fits the account".to_owned(),
            Some(dearly_health::score::Unknown::NotApplicable) => "nothing applies to the account".to_owned(),
            _ => format!("only {:.0} % of what applies is known", score.coverage * 100.0),
        };
        return format!("{kind} unknown: {why}");
    };
    let mut costs: Vec<(f64, &MeasureExplanation)> = components
        .iter()
        .flat_map(|component| &component.measures)
        .filter(|measure| measure.effective_weight > 0.0)
        .filter_map(|measure| Some((measure.effective_weight * (100.0 - measure.points?), measure)))
        .filter(|(cost, _)| *cost >= 0.05)
        .collect();
    costs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let text: Vec<String> = costs
        .iter()
        .take(3)
        .map(|(cost, measure)| {
            let value = measure.value_text.as_deref().map_or(String::new(), |text| format!(" ({text})"));
            format!("{}{value} costs {cost:.1}", measure.label)
        })
        .collect();
    let partial = if score.is_partial() {
        format!(", partial: {:.0} % is known", score.coverage * 100.0)
    } else {
        String::new()
    };
    match text.is_empty() {
        true => format!("{kind} {value:.1}{partial}: nothing costs a point"),
        false => format!("{kind} {value:.1}{partial}: {}", text.join("; ")),
    }
}

fn moved(
    score: &Score,
    evidence: &ScoreEvidence,
    (before, earlier): (&Score, &ScoreEvidence),
    since: Day,
    card: Option<&Scorecard>,
) -> Movement {
    let kind = id_of(score.kind);
    let show = |score: Option<f64>| score.map_or("unknown".to_owned(), |score| format!("{score:.0}"));
    let head = format!("{kind} {} → {}", show(before.score), show(score.score));
    let (Some(card), Some(lines)) = (card, movement(before, score)) else {
        return Movement { since, from: before.score, to: score.score, sentence: head, lines: Vec::new() };
    };
    let text = |evidence: &ScoreEvidence, at: (usize, usize)| evidence.get(at.0)?.get(at.1)?.text.clone();
    let mut lines: Vec<MovementLine> = lines
        .into_iter()
        .filter(|line| line.change.abs() > NOTHING)
        .map(|line| match line.what {
            What::Measure(component, measure) => {
                let own = &card.components[component].measures[measure];
                MovementLine {
                    kind: "measure".to_owned(),
                    id: own.id.clone(),
                    label: label(own),
                    change: line.change,
                    from_text: text(earlier, (component, measure)),
                    to_text: text(evidence, (component, measure)),
                }
            }
            What::Coverage => MovementLine {
                kind: "coverage".to_owned(),
                id: "coverage".to_owned(),
                label: "measures that came or went, and their weight".to_owned(),
                change: line.change,
                from_text: Some(format!("{:.0} % known", before.coverage * 100.0)),
                to_text: Some(format!("{:.0} % known", score.coverage * 100.0)),
            },
            What::Cap(place) => MovementLine {
                kind: "cap".to_owned(),
                id: format!("cap_{}", place + 1),
                label: card.caps[place]
                    .label
                    .clone()
                    .unwrap_or_else(|| card.caps[place].when.source().to_owned()),
                change: line.change,
                from_text: None,
                to_text: None,
            },
        })
        .collect();
    lines.sort_by(|a, b| b.change.abs().total_cmp(&a.change.abs()));
    let words: Vec<String> = lines
        .iter()
        .take(4)
        .filter(|line| line.change.abs() >= WORTH_A_WORD)
        .map(|line| {
            let sign = if line.change < 0.0 { "−" } else { "+" };
            format!("{} {sign}{:.1}", line.label, line.change.abs())
        })
        .collect();
    let sentence = match words.is_empty() {
        true => format!("{head}: nothing moved by a tenth of a point"),
        false => format!("{head}: {}", words.join(", ")),
    };
    Movement { since, from: before.score, to: score.score, sentence, lines }
}
