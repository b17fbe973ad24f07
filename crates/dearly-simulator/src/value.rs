//! Value: success plans, their objectives, what is completed and verified.

use dearly_domain::initiative::Initiative;
use dearly_domain::objective::Objective;
use dearly_domain::plan::Plan;
use dearly_domain::{Attributes, Day, Held, InitiativeId, ObjectiveId, PersonId, PlanId};

use crate::health::R;
use crate::life::{Life, Span, random_day};
use crate::names;
use crate::random::logistic;
use crate::texts;
use crate::world::PERIOD_DAYS;

/// Latent ROI at which objectives are about as late as they are early.
const ON_TIME_AT: f64 = 0.3;
/// Whether the customer verifies what was completed, on the logit scale at latent ROI 0.
const VERIFIED_AT: f64 = -0.5;

/// Plans and the state of open objectives.
#[derive(Debug)]
pub(crate) struct Objectives {
    next_plan_on: Day,
    n_plans: usize,
    open: Vec<Open>,
}

impl Default for Objectives {
    fn default() -> Objectives {
        Objectives { next_plan_on: Day::MAX, n_plans: 0, open: Vec::new() }
    }
}

/// An objective under way.
#[derive(Debug)]
struct Open {
    place: usize,
    initiatives: [usize; 2],
    /// Periods of average progress that it takes, and what is done of them.
    effort: f64,
    done: f64,
    due: Day,
}

impl Life<'_> {
    pub(crate) fn begin_objectives(&mut self) {
        if !self.profile.has_plans {
            return;
        }
        let random = &mut self.random.value;
        let old = self.profile.customer_since < self.world.first_day;
        let after = if old { random.whole(20, 160) } else { random.whole(18, 75) };
        let slowness = (-0.25 * self.health.now[R]).exp();
        let after = (f64::from(after) * slowness) as i32;
        let mut plan_on = self.profile.customer_since.plus_days(after);
        if old {
            // In the midst of a plan when the records begin.
            plan_on = plan_on.max(self.world.first_day.plus_days(-2 * after));
            self.make_plan(plan_on);
            let periods = f64::from((self.world.first_day - plan_on).max(0)) / f64::from(PERIOD_DAYS);
            for open in &mut self.objectives.open {
                open.done = (periods * (1.0 + 0.33 * self.health.now[R])).clamp(0.0, open.effort * 0.95);
            }
            plan_on = plan_on.plus_days(350);
        }
        self.objectives.next_plan_on = plan_on.max(self.first_day());
    }

    pub(crate) fn pursue_objectives(&mut self, span: Span) {
        if self.objectives.next_plan_on < span.to {
            let day = self.objectives.next_plan_on.max(span.from);
            self.make_plan(day);
            let random = &mut self.random.value;
            let wait = 350.0 + 25.0 * random.normal() - 25.0 * self.health.now[R].min(0.0);
            self.objectives.next_plan_on = day.plus_days((wait as i32).clamp(280, 520));
        }
        let mut open = std::mem::take(&mut self.objectives.open);
        open.retain_mut(|objective| self.pursue(objective, span));
        self.objectives.open = open;
    }

    fn make_plan(&mut self, day: Day) {
        let roi = self.health.now[R];
        self.objectives.n_plans += 1;
        let number = format!("{}-{}", self.profile.number, self.objectives.n_plans);
        let id = PlanId(format!("PL{number}"));
        let random = &mut self.random.value;
        let (accepts, after) = (random.chance(logistic(1.9 + 1.0 * roi)), random.whole(6, 40));
        let accepted_by = self.signer(day);
        self.out.facts.plans.push(Held::always(Plan {
            external_id: id.clone(),
            account: self.profile.id.clone(),
            name: format!("Success plan {}", crate::world::year_of(day)),
            created_on: Some(day),
            accepted_on: accepts.then(|| day.plus_days(after)),
            accepted_by: if accepts { accepted_by } else { None },
            attributes: Attributes::new(),
        }));
        let random = &mut self.random.value;
        let count = random.whole(1, 3);
        let mut next = random.whole(0, texts::OBJECTIVES.len() as i32 - 1) as usize;
        for index in 1..=count {
            let random = &mut self.random.value;
            let (name, metric, baseline, target) = texts::OBJECTIVES[next % texts::OBJECTIVES.len()];
            next += 1 + (random.uniform() * 2.0) as usize;
            let scale = random.between(0.85, 1.15);
            let due = day.plus_days(random.whole(75, 320));
            let objective = ObjectiveId(format!("O{number}-{index}"));
            let mut initiatives = [0; 2];
            for (side, slot) in ["vendor", "customer"].iter().zip(&mut initiatives) {
                let random = &mut self.random.value;
                let (among, owner) = match *side {
                    "vendor" => (&texts::VENDOR_INITIATIVES, None),
                    _ => (&texts::CUSTOMER_INITIATIVES, Some(names::person(random))),
                };
                let initiative_due = random_day(random, day.plus_days(25), due);
                let name = (*random.pick(among)).to_owned();
                let owner = owner.unwrap_or_else(|| self.csm_on(day));
                *slot = self.out.initiatives.len();
                self.out.initiatives.push(Initiative {
                    external_id: InitiativeId(format!("I{number}-{index}{}", &side[..1])),
                    objective: objective.clone(),
                    name,
                    owner: Some(owner),
                    side: Some((*side).to_owned()),
                    due_on: Some(initiative_due),
                    done_on: None,
                    attributes: Attributes::new(),
                });
            }
            self.objectives.open.push(Open {
                place: self.out.facts.objectives.len(),
                initiatives,
                effort: f64::from(due - day) / f64::from(PERIOD_DAYS),
                done: 0.0,
                due,
            });
            self.out.facts.objectives.push(Held::always(Objective {
                external_id: objective,
                plan: id.clone(),
                name: name.to_owned(),
                metric: Some(metric.to_owned()),
                baseline: Some((baseline * scale * 10.0).round() / 10.0),
                target: Some((target * scale * 10.0).round() / 10.0),
                due_on: Some(due),
                completed_on: None,
                verified_on: None,
                verified_by: None,
                evidence: None,
                value: None,
                attributes: Attributes::new(),
            }));
        }
    }

    /// A period of work on an objective; false once nothing more will come of it.
    fn pursue(&mut self, open: &mut Open, span: Span) -> bool {
        let random = &mut self.random.value;
        let roi = self.health.now[R];
        let (noise, luck, when) = (random.normal(), random.uniform(), span.any_day(random));
        let share = f64::from(span.to - span.from) / f64::from(PERIOD_DAYS);
        let record = &self.out.facts.objectives[open.place].value;
        let Some(completed_on) = record.completed_on else {
            let before = open.done;
            open.done += share * (1.0 + 0.42 * (roi - ON_TIME_AT) + 0.25 * noise).max(0.0);
            for (initiative, at) in open.initiatives.into_iter().zip([0.5, 0.85]) {
                if before < at * open.effort && open.done >= at * open.effort {
                    self.out.initiatives[initiative].done_on = Some(when);
                }
            }
            if open.done >= open.effort {
                self.out.facts.objectives[open.place].value.completed_on = Some(when);
                return true;
            }
            // Long overdue and without progress: given up.
            return span.from < open.due.plus_days(200);
        };
        if when > completed_on && luck >= logistic(VERIFIED_AT + 1.5 * roi) {
            // The customer does not see it so: it stays a result that only we claim.
            return false;
        }
        if when > completed_on {
            let verified_by = self.signer(when);
            let random = &mut self.random.value;
            let evidence = (*random.pick(&texts::EVIDENCE)).to_owned();
            let reached = random.between(0.9, 1.15);
            let objective = &mut self.out.facts.objectives[open.place].value;
            let (baseline, target) = (objective.baseline.unwrap_or(0.0), objective.target.unwrap_or(0.0));
            objective.verified_on = Some(when);
            objective.verified_by = verified_by;
            objective.evidence = Some(evidence);
            objective.value = Some(((baseline + (target - baseline) * reached) * 10.0).round() / 10.0);
            return false;
        }
        span.from < completed_on.plus_days(200)
    }

    /// Who may sign for the customer.
    fn signer(&self, day: Day) -> Option<PersonId> {
        let there = || self.members.iter().filter(|member| member.is_there(day));
        let signer = there().find(|member| member.is_executive()).or_else(|| there().next());
        signer.map(|member| member.id().clone())
    }
}
