//! One account on one day: what measures read.

use dearly_domain::Day;
use dearly_domain::account::Account;
use dearly_domain::person::Person;
use dearly_workbook::model::Workbook;

use crate::columns::{Columns, Dated};
use crate::facts::BookFacts;
use crate::presence::Presence;
use crate::score::{Evidence, Fact};

/// One account on one day.
pub(crate) struct AsOf<'a> {
    pub(crate) workbook: &'a Workbook,
    pub(crate) columns: &'a Columns<'a>,
    pub(crate) presence: &'a Presence<'a>,
    pub(crate) book: BookFacts,
    pub(crate) day: Day,
    /// The day's place among the wanted days of `presence`.
    pub(crate) index: usize,
    /// The account's start, if by the day.
    pub(crate) start: Option<Day>,
}

/// A key person on a day.
pub(crate) struct KeyPerson<'a> {
    pub(crate) person: &'a Person,
    /// The days within which they must be met: the shortest of their key roles.
    pub(crate) sla_days: i32,
    /// The day they were last met.
    pub(crate) last_met_on: Option<Day>,
}

impl KeyPerson<'_> {
    /// Whether the SLA holds: met within it, or new within it.
    pub(crate) fn is_within_sla(&self, day: Day) -> bool {
        self.last_met_on.max(self.person.since).is_some_and(|last| day - last < self.sla_days)
    }
}

impl<'a> AsOf<'a> {
    pub(crate) fn age_days(&self) -> i32 {
        self.start.map_or(0, |start| self.day - start)
    }

    pub(crate) fn age_months(&self) -> i32 {
        self.start.map_or(0, |start| self.day.months_since(start))
    }

    pub(crate) fn account(&self) -> Option<&'a Account> {
        self.columns.account(self.day)
    }

    /// The next due day of a running term.
    pub(crate) fn renews_on(&self) -> Option<Day> {
        self.columns.terms(self.day).filter_map(|(_, end)| end).filter(|end| *end > self.day).min()
    }

    /// Whether the day lies within the window of so many days that ends with this day.
    pub(crate) fn within(&self, day: Day, days: i32) -> bool {
        day <= self.day && self.day - day < days
    }

    /// Whether a source of records has begun for the account.
    pub(crate) fn has<T>(&self, rows: &[Dated<'_, T>]) -> bool {
        rows.iter().any(|row| row.visible(self.day))
    }

    /// Whether telemetry that names users has begun for the account.
    pub(crate) fn has_usage(&self) -> bool {
        self.presence.names_users(self.day)
    }

    /// The people who are there on the day.
    pub(crate) fn people(&self) -> impl Iterator<Item = &'a Person> {
        let day = self.day;
        self.columns
            .people
            .iter()
            .filter(move |person| person.visible(day) && !person.is_done(day))
            .map(|person| person.row)
    }

    /// The SLA of a role for this account, in days; `None` where it is no key role.
    pub(crate) fn sla_days(&self, role: &str) -> Option<i32> {
        let engagement = &self.workbook.engagement;
        let account = self.account();
        let fits = |tier: Option<i64>, stage: Option<&str>| {
            tier.is_none_or(|tier| account.is_some_and(|account| account.tier == Some(tier)))
                && stage.is_none_or(|stage| {
                    account.is_some_and(|account| account.stage.as_deref() == Some(stage))
                })
        };
        let exception = engagement
            .exceptions
            .iter()
            .rev()
            .filter(|exception| fits(exception.tier, exception.stage.as_deref()))
            .find_map(|exception| exception.key_roles.get(role));
        exception.or_else(|| engagement.key_roles.get(role)).copied()
    }

    /// The people with a key role, each with their SLA.
    pub(crate) fn key_people(&self) -> Vec<KeyPerson<'a>> {
        self.people()
            .filter_map(|person| {
                let sla_days = person.roles.iter().filter_map(|role| self.sla_days(role)).min()?;
                Some(KeyPerson { person, sla_days, last_met_on: self.last_met_on(person) })
            })
            .collect()
    }

    /// The day the person was last met: a meeting that names them.
    pub(crate) fn last_met_on(&self, person: &Person) -> Option<Day> {
        self.columns
            .activities
            .iter()
            .filter(|activity| activity.visible(self.day) && activity.row.is_meeting())
            .filter(|activity| activity.row.people.iter().any(|named| named == person.external_id.as_str()))
            .map(|activity| activity.on)
            .max()
    }

    /// How many champions there are, and the days since one last left.
    pub(crate) fn champions(&self) -> (usize, Option<i32>) {
        const CHAMPION: &str = "champion";
        let present = self.people().filter(|person| person.has_role(CHAMPION)).count();
        let mut left_on: Option<Day> = None;
        for versions in self.columns.people.chunk_by(|a, b| a.row.external_id == b.row.external_id) {
            let is_champion = versions.iter().any(|version| {
                version.visible(self.day) && !version.is_done(self.day) && version.row.has_role(CHAMPION)
            });
            if is_champion {
                continue;
            }
            // Left: gone while a champion, or the role taken away by a later version, whichever came first.
            let mut champion: Option<&Dated<'_, Person>> = None;
            for version in versions.iter().filter(|version| version.held_from() <= self.day) {
                if version.row.has_role(CHAMPION) {
                    champion = (version.on <= self.day).then_some(version);
                } else if let Some(former) = champion.take() {
                    let taken_on = version.held_from();
                    let left = former.done.filter(|until| *until <= taken_on).unwrap_or(taken_on);
                    left_on = left_on.max(Some(left));
                }
            }
            if let Some(until) = champion.and_then(|version| version.done) {
                left_on = left_on.max(Some(until));
            }
        }
        (present, left_on.map(|left| self.day - left))
    }
}

/// Collects what a measure looked at, or nothing where nobody asked.
pub(crate) struct Trace {
    evidence: Option<Evidence>,
}

impl Trace {
    /// Collects nothing.
    pub(crate) fn off() -> Trace {
        Trace { evidence: None }
    }

    /// Collects.
    pub(crate) fn on() -> Trace {
        Trace { evidence: Some(Evidence::default()) }
    }

    /// What was collected.
    pub(crate) fn evidence(self) -> Evidence {
        self.evidence.unwrap_or_default()
    }

    /// Notes a fact.
    pub(crate) fn fact(&mut self, fact: impl FnOnce() -> Fact) {
        if let Some(evidence) = &mut self.evidence {
            evidence.facts.push(fact());
        }
    }

    /// Says the value in words.
    pub(crate) fn say(&mut self, text: impl FnOnce() -> String) {
        if let Some(evidence) = &mut self.evidence {
            evidence.text = Some(text());
        }
    }

    /// Whether anybody asked.
    pub(crate) fn is_on(&self) -> bool {
        self.evidence.is_some()
    }
}
