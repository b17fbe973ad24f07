//! R: success plans and outcomes.

use dearly_domain::Day;
use dearly_health::score::Reading;

use super::{Naive, ratio, value};

impl Naive<'_> {
    /// Plans are a register of the book: once it is kept, an account without a plan has none.
    fn plans_are_known(&self) -> bool {
        self.by_d(self.book.plans_since)
    }

    fn is_younger_than(&self, days: i32) -> bool {
        self.age_days().unwrap_or(0) < days
    }

    pub(super) fn verified_outcomes(&self, within: i32, no_plan_until: i32) -> Reading {
        if !self.plans_are_known() {
            return Reading::Missing("plans");
        }
        let objectives = self.objectives();
        let verified = |day: Option<Day>| day.is_some_and(|day| self.in_window(day, within));
        if objectives.iter().any(|objective| verified(objective.verified_on)) {
            return value(2.0);
        }
        if self.plans().is_empty() && self.is_younger_than(no_plan_until) {
            return Reading::NotApplicable("no plan yet");
        }
        let waiting = objectives.iter().any(|row| self.by_d(row.completed_on) && !self.by_d(row.verified_on));
        value(if waiting || self.is_younger_than(within) { 1.0 } else { 0.0 })
    }

    pub(super) fn plan_on_track(&self, no_plan_until: i32) -> Reading {
        if !self.plans_are_known() {
            return Reading::Missing("plans");
        }
        if self.plans().is_empty() {
            return match self.is_younger_than(no_plan_until) {
                true => Reading::NotApplicable("no plan yet"),
                false => value(0.0),
            };
        }
        let mut due = self.objectives();
        due.retain(|objective| self.by_d(objective.due_on));
        let on_time =
            due.iter().filter(|row| row.completed_on.is_some_and(|completed| Some(completed) <= row.due_on));
        ratio(on_time.count() as f64, due.len() as f64)
    }

    pub(super) fn plan_accepted(&self, within: i32) -> Reading {
        if !self.plans_are_known() {
            return Reading::Missing("plans");
        }
        let plans = self.plans();
        let newest = plans.iter().filter_map(|plan| plan.accepted_on).filter(|day| *day <= self.d).max();
        value(match newest {
            Some(day) if self.in_window(day, within) => 2.0,
            Some(_) => 1.0,
            None => 0.0,
        })
    }
}
