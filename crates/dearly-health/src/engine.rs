//! One pass over an account yields all measures of all wanted days.

use std::sync::{Arc, Mutex, PoisonError};

use dearly_domain::{Calendar, Day};
use dearly_workbook::model::{ScoreKind, Scorecard, Workbook};

use crate::as_of::{AsOf, Trace};
use crate::columns::Columns;
use crate::facts::{AccountFacts, BookFacts};
use crate::fields;
use crate::presence::{Presence, WantedDays};
use crate::score::{AccountDay, Colour, Evidence, Score, Status, Unknown};
use crate::scorecard;

/// Scores accounts under one workbook.
pub struct Engine<'w> {
    workbook: &'w Workbook,
    calendar: Calendar,
    /// The days asked for last: those of one account are mostly those of the next.
    wanted: Mutex<Option<Arc<WantedDays>>>,
}

/// What the measures of a score looked at: per component, per measure, in the scorecard's order.
pub type ScoreEvidence = Vec<Vec<Evidence>>;

/// An account on a day, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The account on the day.
    pub account: AccountDay,
    /// What the outcomes score looked at.
    pub outcomes: ScoreEvidence,
    /// What the experience score looked at.
    pub experience: ScoreEvidence,
}

impl<'w> Engine<'w> {
    /// An engine for the workbook.
    pub fn new(workbook: &'w Workbook) -> Engine<'w> {
        Engine { workbook, calendar: workbook.calendar(), wanted: Mutex::default() }
    }

    /// The account on each of the days, in their order.
    pub fn score(&self, facts: &AccountFacts, book: &BookFacts, days: &[Day]) -> Vec<AccountDay> {
        let wanted = self.wanted(days);
        let columns = Columns::of(facts, &self.calendar);
        let presence = Presence::of(&facts.usage, &self.calendar, &wanted);
        let scored: Vec<AccountDay> = wanted
            .days()
            .enumerate()
            .map(|(index, day)| self.account_day(&self.as_of(&columns, &presence, *book, day, index)).0)
            .collect();
        if wanted.days().eq(days.iter().copied()) {
            return scored;
        }
        let place = |day: &Day| wanted.place_of(*day).expect("wanted holds every day");
        days.iter().map(|day| scored[place(day)].clone()).collect()
    }

    /// The account on the day, with the facts that its measures looked at.
    pub fn explain(&self, facts: &AccountFacts, book: &BookFacts, day: Day) -> Opened {
        let columns = Columns::of(facts, &self.calendar);
        let wanted = WantedDays::new(&[day]);
        let presence = Presence::of(&facts.usage, &self.calendar, &wanted);
        let as_of = self.as_of(&columns, &presence, *book, day, 0);
        let (account, [outcomes, experience]) = self.open(&as_of, Trace::on);
        Opened { account, outcomes, experience }
    }

    /// Whether the account is a customer on the day.
    pub fn status(&self, facts: &AccountFacts, day: Day) -> Status {
        let columns = Columns::of(facts, &self.calendar);
        let wanted = WantedDays::new(&[day]);
        let presence = Presence::of(&facts.usage, &self.calendar, &wanted);
        self.status_as_of(&self.as_of(&columns, &presence, BookFacts::default(), day, 0))
    }

    fn wanted(&self, days: &[Day]) -> Arc<WantedDays> {
        let mut last = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(wanted) if wanted.days().eq(days.iter().copied()) => Arc::clone(wanted),
            _ => Arc::clone(last.insert(Arc::new(WantedDays::new(days)))),
        }
    }

    fn as_of<'a>(
        &'a self,
        columns: &'a Columns<'a>,
        presence: &'a Presence<'a>,
        book: BookFacts,
        day: Day,
        index: usize,
    ) -> AsOf<'a> {
        let since =
            columns.account(day).and_then(|account| account.customer_since).filter(|since| *since <= day);
        let first_term = || columns.terms(day).map(|(term, _)| term.starts_on).min();
        let first_event = presence.first_day(day);
        let first_fact = || columns.first_day(day).into_iter().chain(first_event).min();
        let start = since.or_else(first_term).or_else(first_fact);
        AsOf { workbook: self.workbook, columns, presence, book, day, index, start }
    }

    fn account_day(&self, as_of: &AsOf<'_>) -> (AccountDay, [ScoreEvidence; 2]) {
        self.open(as_of, Trace::off)
    }

    fn open(&self, as_of: &AsOf<'_>, trace: fn() -> Trace) -> (AccountDay, [ScoreEvidence; 2]) {
        let status = self.status_as_of(as_of);
        let mut evidence = [Vec::new(), Vec::new()];
        let mut score = |kind: ScoreKind| match self.scorecard(as_of, kind) {
            Some((place, card)) => {
                let (score, seen) = scorecard::score(card, place, as_of, status, trace);
                evidence[kind as usize] = seen;
                score
            }
            None => Score {
                kind,
                scorecard: None,
                score: None,
                colour: Colour::Unknown,
                coverage: 0.0,
                unknown: Some(Unknown::NoScorecard),
                components: Vec::new(),
                caps: Vec::new(),
            },
        };
        let (outcomes, experience) = (score(ScoreKind::Outcomes), score(ScoreKind::Experience));
        let account = AccountDay {
            day: as_of.day,
            status,
            age_days: as_of.start.map(|start| as_of.day - start),
            arr_cents: as_of.columns.arr_cents(as_of.day),
            renews_on: as_of.renews_on(),
            outcomes,
            experience,
        };
        (account, evidence)
    }

    /// Prospect before its start; churned once it has left and no term runs, or once the grace of its last term has
    /// passed; else a customer.
    fn status_as_of(&self, as_of: &AsOf<'_>) -> Status {
        if as_of.start.is_none() {
            return Status::Prospect;
        }
        if as_of.columns.running(as_of.day).next().is_some() {
            return Status::Customer;
        }
        if as_of.columns.churned_on(as_of.day).is_some() {
            return Status::Churned;
        }
        let last_end = as_of.columns.terms(as_of.day).filter_map(|(_, end)| end).max();
        match last_end {
            Some(end) if as_of.day > end.plus_days(self.workbook.organisation.grace_days) => Status::Churned,
            _ => Status::Customer,
        }
    }

    /// The first scorecard of the kind that fits the account.
    fn scorecard<'a>(&self, as_of: &AsOf<'a>, kind: ScoreKind) -> Option<(usize, &'a Scorecard)> {
        let mut cards = as_of.workbook.scorecards.iter().enumerate().filter(|(_, card)| card.score == kind);
        cards.find(|(_, card)| {
            card.for_segments.is_empty()
                || card.for_segments.iter().any(|segment| fields::belongs(as_of, segment))
        })
    }
}
