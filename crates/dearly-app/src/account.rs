//! One account's header: its scores, terms, missing roles and sources as of a day.

use std::sync::Arc;

use dearly_domain::account::Account;
use dearly_domain::renewal::{RenewalOutcome, Term, renewals};
use dearly_domain::{Calendar, Day, Held};
use dearly_health::Engine;
use dearly_health::facts::{AccountFacts, BookFacts};
use dearly_health::key_people::{PersonDay, key_roles, people};
use dearly_workbook::model::Workbook;

use crate::accounts::{CHANGE_DAYS, TREND_WEEKS, row, term_end};
use crate::app::{App, InForce, When};
use crate::book::BookReader;
use crate::error::Result;
use crate::sources::sources_of;
use crate::usage::last_licences;
use crate::view::{AccountView, SubscriptionRow};

/// The window in which somebody counts as in touch.
const IN_TOUCH_DAYS: i32 = 90;

/// An account with everything that its page needs, as of a day.
pub(crate) struct OneAccount {
    pub(crate) in_force: Arc<InForce>,
    pub(crate) day: Day,
    pub(crate) reader: BookReader,
    pub(crate) facts: AccountFacts,
}

impl OneAccount {
    pub(crate) fn workbook(&self) -> &Workbook {
        &self.in_force.workbook
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.in_force.calendar
    }

    pub(crate) fn book(&self) -> &BookFacts {
        &self.reader.facts
    }

    /// Asks the measures in SQL for the days that are to be scored.
    pub(crate) async fn read_statements(&mut self, app: &App, days: &[Day]) -> Result<()> {
        self.reader.read_statements(app, &self.in_force, days).await?;
        self.facts.readings = self.reader.readings.remove(&self.facts.account).unwrap_or_default();
        Ok(())
    }
}

impl App {
    /// The account's header.
    pub async fn account(&self, when: When, account: &str) -> Result<AccountView> {
        let mut one = self.one_account(when, account).await?;
        let day = one.day;
        let mut days: Vec<Day> = (0..TREND_WEEKS).rev().map(|week| day.plus_days(-7 * week)).collect();
        days.push(day.plus_days(-CHANGE_DAYS));
        one.read_statements(self, &days).await?;
        let facts = &one.facts;
        let mut scored = Engine::new(one.workbook()).score(facts, one.book(), &days);
        let before = scored.pop().expect("the day before was asked for");
        let now = scored.last().expect("the day was asked for");
        let trend = scored.iter().map(|day| day.outcomes.score).collect();
        let held = account_on(facts, day);
        let known = people(one.workbook(), facts, day);
        Ok(AccountView {
            as_of: day,
            row: row(facts, one.workbook(), one.calendar(), now, &before, trend),
            parent: held.and_then(|account| account.parent.as_ref()).map(|parent| parent.0.clone()),
            customer_since: by(day, held.and_then(|account| account.customer_since)),
            churned_on: by(day, held.and_then(|account| account.churned_on)),
            attributes: held.map(|account| account.attributes.clone()).unwrap_or_default(),
            subscriptions: terms(facts, one.workbook().organisation.grace_days, day),
            missing_roles: missing_roles(one.workbook(), facts, day),
            single_threaded: is_single_threaded(&known, facts, one.calendar(), day),
            sources: sources_of(facts, one.calendar(), day),
        })
    }

    /// The account with its facts; every page of an account begins here.
    pub(crate) async fn one_account(&self, when: When, account: &str) -> Result<OneAccount> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let facts = reader.account(account).await?;
        Ok(OneAccount { in_force, day, reader, facts })
    }
}

/// The account as its attributes stood on the day; before anything was known of it, as they are now.
pub(crate) fn account_on(facts: &AccountFacts, day: Day) -> Option<&Account> {
    let held = facts.attributes.iter().find_map(|held| held.at(day));
    held.or(facts.attributes.last().map(|held| &held.value))
}

/// A date that counts from its own day on.
pub(crate) fn by(day: Day, on: Option<Day>) -> Option<Day> {
    on.filter(|on| *on <= day)
}

/// The rows that there are as of the day: those held on it whose own day has come.
pub(crate) fn seen<'a, T>(
    rows: &'a [Held<T>],
    day: Day,
    on: impl Fn(&T) -> Day + 'a,
) -> impl Iterator<Item = &'a T> + 'a {
    rows.iter().filter_map(move |held| held.at(day)).filter(move |row| on(row) <= day)
}

/// The terms that have begun by the day, as renewals see them.
pub(crate) fn renewal_terms(facts: &AccountFacts, day: Day) -> Vec<Term> {
    let churned_on = by(day, account_on(facts, day).and_then(|account| account.churned_on));
    seen(&facts.subscriptions, day, |term| term.starts_on).map(|term| Term::of(term, churned_on)).collect()
}

/// Running and past terms, newest first.
fn terms(facts: &AccountFacts, grace_days: i32, day: Day) -> Vec<SubscriptionRow> {
    let account = account_on(facts, day);
    let renewals = renewals(&renewal_terms(facts, day), grace_days, day);
    let mut rows: Vec<SubscriptionRow> = seen(&facts.subscriptions, day, |term| term.starts_on)
        .map(|term| {
            let ends_on = term_end(term, account, day);
            let has_ended = ends_on.is_some_and(|ends_on| ends_on <= day);
            let renewal = renewals.iter().find(|renewal| renewal.terms.contains(&term.external_id));
            let outcome = renewal.map(|renewal| renewal.outcome).filter(|_| has_ended);
            let state = match (has_ended, outcome) {
                (false, _) => "running",
                (true, Some(RenewalOutcome::Open)) => "open",
                (true, _) => "ended",
            };
            // What was activated when an ended term ended, not what is activated under the term that followed.
            let last_day = ends_on.map_or(day, |ends_on| day.min(ends_on.plus_days(-1)));
            let licence = last_licences(facts, day, last_day).remove(term.product.as_str());
            SubscriptionRow {
                subscription: term.external_id.0.clone(),
                product: term.product.clone(),
                starts_on: term.starts_on,
                ends_on,
                arr_cents: term.annual_cents(),
                quantity: term.quantity,
                unit: term.unit.clone(),
                activated: licence.and_then(|licence| licence.in_use()),
                state: state.to_owned(),
                renewal: outcome.map(|outcome| outcome_id(outcome).to_owned()),
            }
        })
        .collect();
    rows.sort_by(|a, b| b.starts_on.cmp(&a.starts_on).then_with(|| a.subscription.cmp(&b.subscription)));
    rows
}

/// The outcome of a renewal, as in JSON.
pub(crate) fn outcome_id(outcome: RenewalOutcome) -> &'static str {
    match outcome {
        RenewalOutcome::RenewedFlat => "renewed",
        RenewalOutcome::Contraction => "contraction",
        RenewalOutcome::Expansion => "expansion",
        RenewalOutcome::Churned => "churned",
        RenewalOutcome::Open => "open",
    }
}

/// The roles that the account's tier requires, else its key roles, that nobody who is there has.
fn missing_roles(workbook: &Workbook, facts: &AccountFacts, day: Day) -> Vec<String> {
    let required = &workbook.engagement.required_roles;
    let wanted: Vec<String> = if required.is_empty() {
        key_roles(workbook, facts, day).into_keys().collect()
    } else {
        // A workbook that requires roles of some tiers requires none of the others.
        let tier = account_on(facts, day).and_then(|account| account.tier);
        tier.and_then(|tier| required.get(&tier)).cloned().unwrap_or_default()
    };
    let has_anybody = |role: &String| {
        let mut people = seen(&facts.people, day, |person| person.since.unwrap_or(Day::MIN));
        people.any(|person| by(day, person.until).is_none() && person.has_role(role))
    };
    wanted.into_iter().filter(|role| !has_anybody(role)).collect()
}

/// Whether at most one key person was met of late; nobody can say so before people and activities are recorded.
fn is_single_threaded(known: &[PersonDay], facts: &AccountFacts, calendar: &Calendar, day: Day) -> bool {
    let has_activities =
        seen(&facts.activities, day, |activity| calendar.day_of(activity.at)).next().is_some();
    let in_touch =
        |own: &&PersonDay| own.sla.is_some() && own.last_met_on.is_some_and(|met| day - met < IN_TOUCH_DAYS);
    !known.is_empty() && has_activities && known.iter().filter(in_touch).count() <= 1
}

#[cfg(test)]
pub(crate) mod tests {
    use dearly_domain::book::{Cell, Kind, Record, Row};

    use super::*;

    pub(crate) fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// A row that always holds, from the cells named, the last one of a name; money in cents, the account is `a`.
    pub(crate) fn noun<T: Record>(cells: &[(&str, &str)]) -> Held<T> {
        for (name, _) in cells {
            assert!(T::FILE.position(name).is_some(), "{:?} has no {name}", T::FILE);
        }
        let text = |name: &str| {
            let given = cells.iter().rev().find(|(other, _)| *other == name).map(|(_, text)| *text);
            given.or((name == "account").then_some("a"))
        };
        let cell = |column: &dearly_domain::Column| match text(column.name) {
            None => Cell::Empty,
            Some(text) => match column.kind {
                Kind::Text => Cell::Text(text.to_owned()),
                Kind::List => Cell::List(text.split(';').map(str::to_owned).collect()),
                Kind::Integer | Kind::Money => Cell::Integer(text.parse().unwrap()),
                Kind::Decimal => Cell::Decimal(text.parse().unwrap()),
                Kind::Day => Cell::Day(text.parse().unwrap()),
                Kind::Instant => Cell::Instant(text.parse().unwrap()),
                Kind::Boolean => Cell::Boolean(text.parse().unwrap()),
            },
        };
        let cells = T::FILE.columns.iter().map(cell).collect();
        Held::always(T::from_row(&Row { cells, attributes: Default::default() }))
    }

    /// The same row, from a day on and before another.
    pub(crate) fn during<T>(from: Day, until: Day, held: Held<T>) -> Held<T> {
        Held { from, until, ..held }
    }

    fn account(tier: &str) -> Held<Account> {
        noun(&[("external_id", "a"), ("name", "Northwind"), ("tier", tier)])
    }

    /// Each term as `id end activated state outcome`.
    fn check_terms(facts: &AccountFacts, as_of: &str, expect: &[&str]) {
        let shown: Vec<String> = terms(facts, 30, day(as_of))
            .iter()
            .map(|term| {
                let end = term.ends_on.map_or("-".to_owned(), |end| end.to_string());
                let activated = term.activated.map_or("-".to_owned(), |activated| activated.to_string());
                format!(
                    "{} {end} {activated} {} {}",
                    term.subscription,
                    term.state,
                    term.renewal.as_deref().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(shown, expect, "as of {as_of}");
    }

    #[test]
    fn terms_run_end_and_stay_open_for_a_while() {
        let term = |id: &str, starts_on: &str, ends_on: &str, cents: &str| {
            let cells = [("external_id", id), ("product", "core"), ("starts_on", starts_on), ("arr", cents)];
            let end = (!ends_on.is_empty()).then_some(("ends_on", ends_on));
            noun(&cells.into_iter().chain(end).collect::<Vec<_>>())
        };
        let licence =
            |on: &str, activated: &str| noun(&[("product", "core"), ("on", on), ("activated", activated)]);
        let mut facts = AccountFacts {
            attributes: vec![account("1")],
            subscriptions: vec![
                term("1", "2023-01-01", "2024-01-01", "10000"),
                term("2", "2024-01-01", "2025-01-01", "12000"),
                term("3", "2025-01-20", "", "9000"),
            ],
            licences: vec![licence("2023-06-01", "5"), licence("2024-06-01", "7")],
            ..AccountFacts::default()
        };
        check_terms(&facts, "2024-12-31", &["2 2025-01-01 7 running -", "1 2024-01-01 5 ended expansion"]);
        check_terms(&facts, "2025-01-01", &["2 2025-01-01 7 open open", "1 2024-01-01 5 ended expansion"]);
        check_terms(
            &facts,
            "2025-01-20",
            &["3 - 7 running -", "2 2025-01-01 7 ended contraction", "1 2024-01-01 5 ended expansion"],
        );
        facts.subscriptions.pop();
        check_terms(&facts, "2025-01-31", &["2 2025-01-01 7 open open", "1 2024-01-01 5 ended expansion"]);
        check_terms(
            &facts,
            "2025-02-01",
            &["2 2025-01-01 7 ended churned", "1 2024-01-01 5 ended expansion"],
        );
        let left = [("external_id", "a"), ("name", "Northwind"), ("churned_on", "2024-07-01")];
        facts.attributes = vec![noun(&left)];
        check_terms(&facts, "2024-06-30", &["2 2025-01-01 7 running -", "1 2024-01-01 5 ended expansion"]);
        check_terms(
            &facts,
            "2024-09-01",
            &["2 2024-07-01 7 ended churned", "1 2024-01-01 5 ended expansion"],
        );
    }

    #[test]
    fn missing_roles_are_those_of_the_tier_else_the_key_roles() {
        let mut workbook = Workbook::default();
        let mut facts = AccountFacts {
            attributes: vec![account("1")],
            people: vec![
                noun(&[("external_id", "p1"), ("roles", "champion;admin")]),
                noun(&[("external_id", "p2"), ("roles", "economic_buyer"), ("until", "2025-03-01")]),
            ],
            ..AccountFacts::default()
        };
        let missing = |workbook: &Workbook, facts: &AccountFacts, on: &str| {
            missing_roles(workbook, facts, day(on)).join(" ")
        };
        assert_eq!(missing(&workbook, &facts, "2025-02-28"), "executive_sponsor");
        assert_eq!(missing(&workbook, &facts, "2025-03-01"), "economic_buyer executive_sponsor");
        workbook.engagement.required_roles.insert(1, vec!["champion".to_owned(), "influencer".to_owned()]);
        assert_eq!(missing(&workbook, &facts, "2025-03-01"), "influencer");
        facts.attributes = vec![account("3")];
        assert_eq!(missing(&workbook, &facts, "2025-03-01"), "");
    }

    #[test]
    fn one_thread_is_at_most_one_key_person_met() {
        let workbook = Workbook::default();
        let mut facts = AccountFacts {
            people: vec![
                noun(&[("external_id", "p1"), ("roles", "champion")]),
                noun(&[("external_id", "p2"), ("roles", "admin")]),
                noun(&[("external_id", "p3"), ("roles", "end_user")]),
            ],
            ..AccountFacts::default()
        };
        let check = |facts: &AccountFacts, on: &str| {
            let on = day(on);
            is_single_threaded(&people(&workbook, facts, on), facts, &Calendar::utc(), on)
        };
        assert!(!check(&facts, "2025-03-01"), "nothing is recorded of meetings");
        let call = |id: &str, who: &str, at: &str| {
            noun(&[("external_id", id), ("type", "call"), ("at", at), ("people", who)])
        };
        facts.activities = vec![call("1", "p1", "2025-01-01"), call("2", "p2;p3", "2025-02-01")];
        assert!(check(&facts, "2025-01-31"));
        assert!(!check(&facts, "2025-03-31"));
        assert!(check(&facts, "2025-04-01"), "the 90 days of the first have passed");
    }
}
