//! Facts as the engine reads them: instants turned into days once, each list sorted, so that a day's view is a scan.

use dearly_domain::account::Account;
use dearly_domain::activity::Activity;
use dearly_domain::escalation::Escalation;
use dearly_domain::invoice::Invoice;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::renewal::end_of;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{Calendar, Day, Held};

use crate::facts::AccountFacts;
use crate::readings::Readings;

/// A row with its days: readable as of a day of its span, from its own day on.
pub(crate) struct Dated<'a, T> {
    from: Day,
    until: Day,
    /// The row's own day; [`Day::MIN`] where it has none.
    pub(crate) on: Day,
    /// The day something about it was done: resolved, paid, completed, left.
    pub(crate) done: Option<Day>,
    /// The day it is due.
    pub(crate) due: Option<Day>,
    pub(crate) row: &'a T,
}

impl<'a, T> Dated<'a, T> {
    pub(crate) fn visible(&self, day: Day) -> bool {
        self.from <= day && day < self.until && self.on <= day
    }

    /// The first day on which this version held.
    pub(crate) fn held_from(&self) -> Day {
        self.from
    }

    /// Whether it was done by the day.
    pub(crate) fn is_done(&self, day: Day) -> bool {
        self.done.is_some_and(|done| done <= day)
    }
}

/// The columns of one account.
pub(crate) struct Columns<'a> {
    pub(crate) attributes: Vec<Dated<'a, Account>>,
    /// Sorted by person, then by span, so that the versions of a person are neighbours.
    pub(crate) people: Vec<Dated<'a, Person>>,
    pub(crate) subscriptions: Vec<Dated<'a, Subscription>>,
    pub(crate) steps: Vec<Dated<'a, Step>>,
    pub(crate) licences: Vec<Dated<'a, Licence>>,
    pub(crate) activities: Vec<Dated<'a, Activity>>,
    pub(crate) tickets: Vec<Dated<'a, Ticket>>,
    pub(crate) surveys: Vec<Dated<'a, Survey>>,
    pub(crate) invoices: Vec<Dated<'a, Invoice>>,
    pub(crate) plans: Vec<Dated<'a, Plan>>,
    pub(crate) objectives: Vec<Dated<'a, Objective>>,
    pub(crate) escalations: Vec<Dated<'a, Escalation>>,
    pub(crate) judgements: Vec<Dated<'a, Judgement>>,
    pub(crate) readings: &'a Readings,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(facts: &'a AccountFacts, calendar: &Calendar) -> Columns<'a> {
        let day = |at| calendar.day_of(at);
        let days = |at: Option<_>| at.map(|at| calendar.day_of(at));
        Columns {
            attributes: dated(&facts.attributes, |row| (Day::MIN, row.churned_on, None), |_| String::new()),
            people: dated(
                &facts.people,
                |row| (row.since.unwrap_or(Day::MIN), row.until, None),
                |row| row.external_id.0.clone(),
            ),
            subscriptions: dated(
                &facts.subscriptions,
                |row| (row.starts_on, None, row.ends_on),
                |row| row.external_id.0.clone(),
            ),
            // A step counts from the day it was done; a row that says *not yet* is no fact of any day.
            steps: dated(
                &facts.steps,
                |row| (row.done_on.unwrap_or(Day::MAX), row.done_on, None),
                |row| format!("{}\u{1f}{}", row.product, row.step),
            ),
            licences: dated(&facts.licences, |row| (row.on, None, None), |row| row.product.clone()),
            activities: dated(
                &facts.activities,
                |row| (day(row.at), None, None),
                |row| row.external_id.0.clone(),
            ),
            tickets: dated(
                &facts.tickets,
                |row| (day(row.opened_at), days(row.resolved_at), days(row.due_at)),
                |row| row.external_id.0.clone(),
            ),
            surveys: dated(&facts.surveys, |row| (day(row.at), None, None), |row| row.external_id.0.clone()),
            invoices: dated(
                &facts.invoices,
                |row| (row.issued_on.unwrap_or(Day::MIN), row.paid_on, Some(row.due_on)),
                |row| row.external_id.0.clone(),
            ),
            plans: dated(
                &facts.plans,
                |row| (row.created_on.or(row.accepted_on).unwrap_or(Day::MIN), row.accepted_on, None),
                |row| row.external_id.0.clone(),
            ),
            objectives: dated(
                &facts.objectives,
                |row| (Day::MIN, row.completed_on, row.due_on),
                |row| row.external_id.0.clone(),
            ),
            escalations: dated(
                &facts.escalations,
                |row| (day(row.opened_at), days(row.resolved_at), None),
                |row| row.external_id.0.clone(),
            ),
            judgements: dated(&facts.judgements, |row| (row.on, None, row.expires_on), |row| row.by.clone()),
            readings: &facts.readings,
        }
    }

    /// The account as its attributes stood on the day.
    pub(crate) fn account(&self, day: Day) -> Option<&'a Account> {
        self.attributes.iter().find(|held| held.visible(day)).map(|held| held.row)
    }

    /// The day the account left, if by the day.
    pub(crate) fn churned_on(&self, day: Day) -> Option<Day> {
        self.account(day)?.churned_on.filter(|churned| *churned <= day)
    }

    /// The terms that have begun by the day, each with the day after its last as known then.
    pub(crate) fn terms(&self, day: Day) -> impl Iterator<Item = (&'a Subscription, Option<Day>)> {
        let churned = self.churned_on(day);
        self.subscriptions
            .iter()
            .filter(move |term| term.visible(day))
            .map(move |term| (term.row, end_of(term.row, churned)))
    }

    /// The terms that cover the day.
    pub(crate) fn running(&self, day: Day) -> impl Iterator<Item = &'a Subscription> {
        self.terms(day).filter(move |(_, end)| end.is_none_or(|end| day < end)).map(|(term, _)| term)
    }

    /// ARR on the day, in cents.
    pub(crate) fn arr_cents(&self, day: Day) -> i64 {
        self.running(day).map(Subscription::annual_cents).sum()
    }

    /// Distinct products of the terms that cover the day, in order.
    pub(crate) fn products(&self, day: Day) -> Vec<&'a str> {
        let mut products: Vec<&str> = self.running(day).map(|term| term.product.as_str()).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// The plans that there are on the day.
    pub(crate) fn plans(&self, day: Day) -> impl Iterator<Item = &Dated<'a, Plan>> {
        self.plans.iter().filter(move |plan| plan.visible(day))
    }

    /// The objectives of those plans.
    pub(crate) fn objectives(&self, day: Day) -> impl Iterator<Item = &Dated<'a, Objective>> {
        self.objectives.iter().filter(move |objective| {
            objective.visible(day) && self.plans(day).any(|plan| plan.row.external_id == objective.row.plan)
        })
    }

    /// The first day of any record that there is on the day, for accounts that say nothing of their start.
    pub(crate) fn first_day(&self, day: Day) -> Option<Day> {
        fn first<T>(rows: &[Dated<'_, T>], day: Day) -> Option<Day> {
            rows.iter().filter(|row| row.visible(day) && row.on > Day::MIN).map(|row| row.on).min()
        }
        [
            first(&self.people, day),
            first(&self.steps, day),
            first(&self.licences, day),
            first(&self.activities, day),
            first(&self.tickets, day),
            first(&self.surveys, day),
            first(&self.invoices, day),
            first(&self.plans, day),
            first(&self.escalations, day),
            first(&self.judgements, day),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

fn dated<'a, T>(
    held: &'a [Held<T>],
    days: impl Fn(&T) -> (Day, Option<Day>, Option<Day>),
    key: impl Fn(&T) -> String,
) -> Vec<Dated<'a, T>> {
    let mut rows: Vec<Dated<'a, T>> = held
        .iter()
        .map(|held| {
            let (on, done, due) = days(&held.value);
            Dated { from: held.from, until: held.until, on, done, due, row: &held.value }
        })
        .collect();
    // By key first, so that versions are neighbours and no result depends on the order of the facts.
    rows.sort_by_cached_key(|row| (key(row.row), row.from, row.on));
    rows
}
