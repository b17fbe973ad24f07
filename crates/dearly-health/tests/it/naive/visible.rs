//! What is known of an account as of the day (rules.md 1–3), its start, its terms, its state.

use std::collections::BTreeSet;

use dearly_domain::account::Account;
use dearly_domain::activity::Activity;
use dearly_domain::escalation::Escalation;
use dearly_domain::invoice::Invoice;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{Day, Held, Instant};
use dearly_health::score::{Reading, Status};

use super::{Naive, ratio, value};

/// One event with its texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    pub(super) at: Instant,
    pub(super) day: Day,
    pub(super) user: Option<&'a str>,
    pub(super) event: &'a str,
    pub(super) product: Option<&'a str>,
    pub(super) count: u32,
}

impl<'a> Naive<'a> {
    /// The same account on another day.
    pub(super) fn on(&self, day: Day) -> Naive<'a> {
        Naive { d: day, ..self.clone() }
    }

    pub(super) fn day_of(&self, at: Instant) -> Day {
        self.calendar.day_of(at)
    }

    /// Whether it has happened: a later date reads as empty, as an absent one does.
    pub(super) fn by_d(&self, day: Option<Day>) -> bool {
        day.is_some_and(|day| day <= self.d)
    }

    /// Whether the instant has passed, as `by_d`.
    pub(super) fn instant_by_d(&self, at: Option<Instant>) -> bool {
        self.by_d(at.map(|at| self.day_of(at)))
    }

    /// Whether the day is one of the last `within`, the day itself included.
    pub(super) fn in_window(&self, day: Day, within: i32) -> bool {
        day <= self.d && self.d - day < within
    }

    /// The rows in force on the day whose own day has come. A row without a day of its own is always there.
    fn visible<T>(&self, rows: &'a [Held<T>], own_day: impl Fn(&T) -> Option<Day>) -> Vec<&'a T> {
        rows.iter()
            .filter_map(|held| held.at(self.d))
            .filter(|row| own_day(row).is_none_or(|own_day| own_day <= self.d))
            .collect()
    }

    pub(super) fn account(&self) -> Option<&'a Account> {
        self.visible(&self.facts.attributes, |_| None).first().copied()
    }

    pub(super) fn people(&self) -> Vec<&'a Person> {
        self.visible(&self.facts.people, |person| person.since)
    }

    pub(super) fn terms(&self) -> Vec<&'a Subscription> {
        self.visible(&self.facts.subscriptions, |term| Some(term.starts_on))
    }

    /// The steps done. One that is not done yet is no fact: were it one, its later day would take it away again.
    pub(super) fn steps(&self) -> Vec<&'a Step> {
        self.visible(&self.facts.steps, |step| step.done_on.or(Some(Day::MAX)))
    }

    pub(super) fn licences(&self) -> Vec<&'a Licence> {
        self.visible(&self.facts.licences, |licence| Some(licence.on))
    }

    pub(super) fn activities(&self) -> Vec<&'a Activity> {
        self.visible(&self.facts.activities, |activity| Some(self.day_of(activity.at)))
    }

    pub(super) fn tickets(&self) -> Vec<&'a Ticket> {
        self.visible(&self.facts.tickets, |ticket| Some(self.day_of(ticket.opened_at)))
    }

    pub(super) fn surveys(&self, kind: &str) -> Vec<&'a Survey> {
        let mut surveys = self.visible(&self.facts.surveys, |survey| Some(self.day_of(survey.at)));
        surveys.retain(|survey| survey.kind == kind);
        surveys
    }

    pub(super) fn invoices(&self) -> Vec<&'a Invoice> {
        self.visible(&self.facts.invoices, |invoice| invoice.issued_on)
    }

    /// A plan is there from the day it was made, else accepted, else always.
    pub(super) fn plans(&self) -> Vec<&'a Plan> {
        self.visible(&self.facts.plans, |plan| plan.created_on.or(plan.accepted_on))
    }

    /// The objectives of the plans that are there.
    pub(super) fn objectives(&self) -> Vec<&'a Objective> {
        let plans: BTreeSet<&str> = self.plans().iter().map(|plan| plan.external_id.as_str()).collect();
        let mut objectives = self.visible(&self.facts.objectives, |_| None);
        objectives.retain(|objective| plans.contains(objective.plan.as_str()));
        objectives
    }

    pub(super) fn escalations(&self) -> Vec<&'a Escalation> {
        self.visible(&self.facts.escalations, |escalation| Some(self.day_of(escalation.opened_at)))
    }

    pub(super) fn judgements(&self) -> Vec<&'a Judgement> {
        self.visible(&self.facts.judgements, |judgement| Some(judgement.on))
    }

    pub(super) fn events(&self) -> Vec<Event<'a>> {
        let usage = &self.facts.usage;
        usage
            .rows
            .iter()
            // Linked to the account later: known from the day of the link on.
            .filter(|row| row.linked_at.is_none_or(|linked_at| self.day_of(linked_at) <= self.d))
            .map(|row| Event {
                at: row.at,
                day: self.day_of(row.at),
                user: row.user.map(|user| &usage.users[user as usize]),
                event: &usage.events[row.event as usize],
                product: row.product.map(|product| &usage.products[product as usize]),
                count: row.count,
            })
            .filter(|event| event.day <= self.d)
            .collect()
    }

    /// `customer_since`, else the first term, else the first fact with a day of its own.
    pub(super) fn start(&self) -> Option<Day> {
        let since =
            self.account().and_then(|account| account.customer_since).filter(|since| *since <= self.d);
        let first_term = || self.terms().iter().map(|term| term.starts_on).min();
        since.or_else(first_term).or_else(|| self.first_fact())
    }

    fn first_fact(&self) -> Option<Day> {
        let mut days: Vec<Day> = Vec::new();
        days.extend(self.people().iter().filter_map(|person| person.since));
        days.extend(self.steps().iter().filter_map(|step| step.done_on));
        days.extend(self.licences().iter().map(|licence| licence.on));
        days.extend(self.activities().iter().map(|activity| self.day_of(activity.at)));
        days.extend(self.tickets().iter().map(|ticket| self.day_of(ticket.opened_at)));
        days.extend(
            ["nps", "csat", "ces"].iter().flat_map(|kind| self.surveys(kind)).map(|row| self.day_of(row.at)),
        );
        days.extend(self.invoices().iter().filter_map(|invoice| invoice.issued_on));
        days.extend(self.plans().iter().filter_map(|plan| plan.created_on.or(plan.accepted_on)));
        days.extend(self.escalations().iter().map(|escalation| self.day_of(escalation.opened_at)));
        days.extend(self.judgements().iter().map(|judgement| judgement.on));
        days.extend(self.events().iter().map(|event| event.day));
        days.into_iter().min()
    }

    pub(super) fn age_days(&self) -> Option<i32> {
        self.start().map(|start| self.d - start)
    }

    /// Age in full months, as the curves take it.
    pub(super) fn age_months(&self) -> i32 {
        self.start().map_or(0, |start| self.d.months_since(start))
    }

    /// The terms that cover the day. They are half open, and an account that leaves ends those that run on that day;
    /// one that comes back later has new ones.
    pub(super) fn covering(&self) -> Vec<&'a Subscription> {
        let churned_on =
            self.account().and_then(|account| account.churned_on).filter(|churned| *churned <= self.d);
        let mut terms = self.terms();
        terms.retain(|term| term.ends_on.is_none_or(|ends_on| self.d < ends_on));
        terms.retain(|term| churned_on.is_none_or(|churned| churned < term.starts_on));
        terms
    }

    /// The distinct products of the terms that cover the day.
    pub(super) fn products_bought(&self) -> BTreeSet<&'a str> {
        self.covering().iter().map(|term| term.product.as_str()).collect()
    }

    pub(super) fn arr_cents(&self) -> i64 {
        self.covering().iter().map(|term| term.annual_cents()).sum()
    }

    pub(super) fn status(&self) -> Status {
        if self.start().is_none() {
            return Status::Prospect;
        }
        if !self.covering().is_empty() {
            return Status::Customer;
        }
        if self.by_d(self.account().and_then(|account| account.churned_on)) {
            return Status::Churned;
        }
        // The last term is decided churned once its grace has passed with nothing after it.
        let last_end = self.terms().iter().filter_map(|term| term.ends_on).max();
        let grace = self.workbook.organisation.grace_days;
        match last_end {
            Some(last_end) if self.d > last_end.plus_days(grace) => Status::Churned,
            _ => Status::Customer,
        }
    }

    /// ARR against that of the day `within` days before, as each was on its day, − 1.
    pub(super) fn arr_change(&self, within: i32) -> Reading {
        let before = self.on(self.d.plus_days(-within)).arr_cents();
        match ratio(self.arr_cents() as f64, before as f64) {
            Reading::Present { value: ratio, .. } => value(ratio - 1.0),
            nothing => nothing,
        }
    }

    pub(super) fn tenure(&self) -> Reading {
        self.start()
            .map_or(Reading::NotApplicable("no start"), |start| value(f64::from(self.d.months_since(start))))
    }

    pub(super) fn attribute(&self, name: &str) -> Reading {
        use dearly_domain::Attribute;
        match self.account().and_then(|account| account.attributes.get(name)) {
            Some(Attribute::Integer(number)) => value(*number as f64),
            Some(Attribute::Decimal(number)) => value(*number),
            _ => Reading::Missing("no such number"),
        }
    }
}
