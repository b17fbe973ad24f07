//! An account's success plans with their objectives and initiatives.

use std::cmp::Reverse;

use dearly_domain::initiative::Initiative;
use dearly_domain::objective::Objective;
use dearly_domain::plan::Plan;
use dearly_domain::{Day, Held};
use dearly_health::facts::AccountFacts;

use crate::account::{by, seen};
use crate::app::{App, When};
use crate::error::Result;
use crate::view::{InitiativeRow, ObjectiveRow, PlanRow};

impl App {
    /// The account's success plans, newest first.
    pub async fn plans(&self, when: When, account: &str) -> Result<Vec<PlanRow>> {
        let mut one = self.one_account(when, account).await?;
        let initiatives = one.reader.initiatives(&one.facts.account).await?;
        Ok(plans_of(&one.facts, &initiatives, one.day))
    }
}

/// The plans that there are on the day.
pub(crate) fn made(facts: &AccountFacts, day: Day) -> impl Iterator<Item = &Plan> {
    seen(&facts.plans, day, |plan| plan.created_on.or(plan.accepted_on).unwrap_or(Day::MIN))
}

/// The objectives of the plan as of the day.
pub(crate) fn objectives_of<'a>(
    facts: &'a AccountFacts,
    plan: &'a Plan,
    day: Day,
) -> impl Iterator<Item = &'a Objective> {
    let held = facts.objectives.iter().filter_map(move |held| held.at(day));
    held.filter(|objective| objective.plan == plan.external_id)
}

/// As the engine counts it, an objective is late from the end of its due day on.
pub(crate) fn state(objective: &Objective, day: Day) -> &'static str {
    if by(day, objective.verified_on).is_some() {
        "verified"
    } else if by(day, objective.completed_on).is_some() {
        "completed"
    } else if by(day, objective.due_on).is_some() {
        "late"
    } else {
        "open"
    }
}

fn plans_of(facts: &AccountFacts, initiatives: &[Held<Initiative>], day: Day) -> Vec<PlanRow> {
    let mut rows: Vec<PlanRow> = made(facts, day)
        .map(|plan| {
            let accepted_on = by(day, plan.accepted_on);
            let mut objectives: Vec<ObjectiveRow> = objectives_of(facts, plan, day)
                .map(|objective| objective_row(objective, initiatives, day))
                .collect();
            objectives.sort_by_cached_key(|row| {
                (row.due_on.unwrap_or(Day::MAX), row.name.clone(), row.objective.clone())
            });
            PlanRow {
                plan: plan.external_id.0.clone(),
                name: plan.name.clone(),
                created_on: plan.created_on,
                accepted_on,
                // Who accepted a plan that nobody has accepted yet is nobody.
                accepted_by: accepted_on.and(plan.accepted_by.as_ref()).map(|person| person.0.clone()),
                objectives,
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| (Reverse(row.created_on.or(row.accepted_on)), row.plan.clone()));
    rows
}

fn objective_row(objective: &Objective, initiatives: &[Held<Initiative>], day: Day) -> ObjectiveRow {
    let verified_on = by(day, objective.verified_on);
    // What was reached, and what shows it, is known when the first of these days has come, or where there is none.
    let reached_on = objective.completed_on.into_iter().chain(objective.verified_on).min();
    let is_reached = reached_on.is_none_or(|on| on <= day);
    let own = initiatives.iter().filter_map(|held| held.at(day));
    let mut own: Vec<InitiativeRow> = own
        .filter(|initiative| initiative.objective == objective.external_id)
        .map(|initiative| InitiativeRow {
            initiative: initiative.external_id.0.clone(),
            name: initiative.name.clone(),
            owner: initiative.owner.clone(),
            side: initiative.side.clone(),
            due_on: initiative.due_on,
            done_on: by(day, initiative.done_on),
        })
        .collect();
    own.sort_by_cached_key(|row| (row.due_on.unwrap_or(Day::MAX), row.name.clone(), row.initiative.clone()));
    ObjectiveRow {
        objective: objective.external_id.0.clone(),
        name: objective.name.clone(),
        metric: objective.metric.clone(),
        baseline: objective.baseline,
        target: objective.target,
        value: objective.value.filter(|_| is_reached),
        due_on: objective.due_on,
        completed_on: by(day, objective.completed_on),
        verified_on,
        verified_by: verified_on.and(objective.verified_by.as_ref()).map(|person| person.0.clone()),
        evidence: objective.evidence.clone().filter(|_| is_reached),
        state: state(objective, day).to_owned(),
        initiatives: own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{day, noun};

    /// Each plan as `plan accepted_by`, each objective as `objective state value verified_by`, each initiative.
    fn check(as_of: &str, expect: &[&str]) {
        let objective = |id: &str, cells: &[(&str, &str)]| {
            let own = [("external_id", id), ("name", id), ("plan", "p")];
            noun(&own.into_iter().chain(cells.iter().copied()).collect::<Vec<_>>())
        };
        let facts = AccountFacts {
            plans: vec![noun(&[
                ("external_id", "p"),
                ("name", "plan"),
                ("created_on", "2025-01-01"),
                ("accepted_on", "2025-01-20"),
                ("accepted_by", "ann"),
            ])],
            objectives: vec![
                objective("o2", &[("due_on", "2025-03-01")]),
                objective(
                    "o1",
                    &[
                        ("due_on", "2025-02-01"),
                        ("completed_on", "2025-02-05"),
                        ("verified_on", "2025-02-10"),
                        ("verified_by", "ann"),
                        ("value", "12"),
                    ],
                ),
                objective("other", &[("plan", "elsewhere")]),
            ],
            ..AccountFacts::default()
        };
        let work = [("external_id", "i"), ("objective", "o2"), ("name", "work"), ("done_on", "2025-02-02")];
        let mut shown = Vec::new();
        for plan in plans_of(&facts, &[noun(&work)], day(as_of)) {
            shown.push(format!("{} {:?}", plan.plan, plan.accepted_by));
            for own in plan.objectives {
                shown.push(format!("{} {} {:?} {:?}", own.objective, own.state, own.value, own.verified_by));
                shown.extend(
                    own.initiatives.iter().map(|own| format!("{} {}", own.name, own.done_on.is_some())),
                );
            }
        }
        assert_eq!(shown, expect, "as of {as_of}");
    }

    #[test]
    fn objectives_are_open_late_completed_verified() {
        check("2024-12-31", &[]);
        check("2025-01-31", &["p Some(\"ann\")", "o1 open None None", "o2 open None None", "work false"]);
        check("2025-02-01", &["p Some(\"ann\")", "o1 late None None", "o2 open None None", "work false"]);
        check(
            "2025-02-05",
            &["p Some(\"ann\")", "o1 completed Some(12.0) None", "o2 open None None", "work true"],
        );
        check(
            "2025-03-01",
            &["p Some(\"ann\")", "o1 verified Some(12.0) Some(\"ann\")", "o2 late None None", "work true"],
        );
        check("2025-01-19", &["p None", "o1 open None None", "o2 open None None", "work false"]);
    }
}
