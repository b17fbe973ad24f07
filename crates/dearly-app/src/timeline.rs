//! Everything that happened at an account as one stream, newest first.

use std::cmp::Reverse;

use dearly_domain::account::Account;
use dearly_domain::initiative::Initiative;
use dearly_domain::person::Person;
use dearly_domain::renewal::{Renewal, RenewalOutcome, Term, renewals};
use dearly_domain::{Calendar, Day, Held, Instant, Record};
use dearly_health::facts::AccountFacts;
use dearly_health::score::{AccountDay, Colour, Score};
use dearly_health::{Engine, What, movement};
use dearly_workbook::model::Workbook;

use crate::account::{account_on, renewal_terms, seen};
use crate::accounts::offset;
use crate::app::{App, When};
use crate::error::{Error, Result};
use crate::invoices::issued;
use crate::people::{known_people, name_of, nps_class, on_ten};
use crate::plans::{made, objectives_of};
use crate::score::Every;
use crate::view::{Timeline, TimelineEntry};

/// The kind of entries that no file holds.
const SCORE: &str = "score";

/// All kinds, for filters.
const KINDS: [&str; 15] = [
    "accounts",
    "activities",
    "escalations",
    "initiatives",
    "invoices",
    "judgements",
    "licences",
    "objectives",
    "people",
    "plans",
    SCORE,
    "steps",
    "subscriptions",
    "surveys",
    "tickets",
];

/// How far back the score's changes go.
const SCORE_MONTHS: i32 = 12;

/// How many reasons a change of colour gives.
const MOST_REASONS: usize = 3;

/// Moves of fewer points are no reason.
const WORTH_SAYING: f64 = 0.5;

impl App {
    /// A page of what happened at the account by the day; only of these kinds, unless there are none.
    pub async fn timeline(
        &self,
        when: When,
        account: &str,
        kinds: &[String],
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Timeline> {
        if let Some(other) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(Error::Invalid(format!("kind {other:?} is none of {}", KINDS.join(", "))));
        }
        let offset = offset(cursor)?;
        let mut one = self.one_account(when, account).await?;
        let initiatives = one.reader.initiatives(&one.facts.account).await?;
        let is_wanted = |kind: &str| kinds.is_empty() || kinds.iter().any(|other| other == kind);
        let days = Every::Week.days(one.day.plus_months(-SCORE_MONTHS), one.day)?;
        if is_wanted(SCORE) {
            one.read_statements(self, &days).await?;
        }
        let mut stream = Stream::new(&one.facts, one.workbook(), one.calendar(), one.day);
        stream.facts(&initiatives);
        if is_wanted(SCORE) {
            stream.score(&Engine::new(one.workbook()).score(&one.facts, one.book(), &days));
        }
        let mut entries = stream.newest_first();
        entries.retain(|entry| is_wanted(&entry.kind));
        Ok(page(entries, offset, limit))
    }
}

fn page(entries: Vec<TimelineEntry>, offset: usize, limit: usize) -> Timeline {
    let end = offset.saturating_add(limit.max(1));
    let next_cursor = (end < entries.len()).then(|| end.to_string());
    Timeline { entries: entries.into_iter().skip(offset).take(limit.max(1)).collect(), next_cursor }
}

/// Collects what happened by the day.
struct Stream<'a> {
    facts: &'a AccountFacts,
    workbook: &'a Workbook,
    calendar: &'a Calendar,
    day: Day,
    entries: Vec<(Instant, TimelineEntry)>,
}

impl<'a> Stream<'a> {
    fn new(facts: &'a AccountFacts, workbook: &'a Workbook, calendar: &'a Calendar, day: Day) -> Stream<'a> {
        Stream { facts, workbook, calendar, day, entries: Vec::new() }
    }

    /// The entries in an order that depends on nothing but them.
    fn newest_first(mut self) -> Vec<TimelineEntry> {
        self.entries.sort_by_cached_key(|(at, entry)| {
            (Reverse(*at), entry.kind.clone(), entry.key.clone(), entry.title.clone(), entry.text.clone())
        });
        self.entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Something that happened at an instant, if it has.
    fn at(
        &mut self,
        at: Option<Instant>,
        kind: &str,
        key: impl Into<String>,
        title: String,
        text: Option<String>,
    ) {
        let Some(at) = at else { return };
        let on = self.calendar.day_of(at);
        if on <= self.day {
            let text = text.filter(|text| !text.is_empty());
            self.entries
                .push((at, TimelineEntry { on, kind: kind.to_owned(), key: key.into(), title, text }));
        }
    }

    /// Something that happened on a day, if it has: before everything of the day whose hour is known.
    fn on(
        &mut self,
        on: Option<Day>,
        kind: &str,
        key: impl Into<String>,
        title: String,
        text: Option<String>,
    ) {
        let at = on.filter(|on| *on <= self.day).map(|on| self.calendar.start_of(on));
        self.at(at, kind, key, title, text);
    }

    fn facts(&mut self, initiatives: &[Held<Initiative>]) {
        self.account();
        self.people();
        self.terms();
        self.set_up();
        self.activities();
        self.support();
        self.surveys();
        self.invoices();
        self.plans(initiatives);
        self.escalations();
        self.judgements();
    }

    fn account(&mut self) {
        let facts = self.facts;
        let key = facts.account.0.as_str();
        if let Some(account) = account_on(facts, self.day) {
            self.on(account.customer_since, "accounts", key, "became a customer".to_owned(), None);
            self.on(account.churned_on, "accounts", key, "left".to_owned(), None);
        }
        for (from, before, after) in
            changes(&facts.attributes, |account: &Account| account.external_id.0.clone())
        {
            let texts = |account: &Account| {
                let tier = account.tier.map(|tier| tier.to_string());
                [account.stage.clone(), tier, account.segment.clone(), account.csm.clone()]
            };
            let fields =
                ["stage", "tier", "segment", "owner"].into_iter().zip(texts(before)).zip(texts(after));
            for ((name, before), after) in fields.filter(|((_, before), after)| before != after) {
                let text = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
                self.on(
                    Some(from),
                    "accounts",
                    key,
                    format!("{name}: {} → {}", text(before), text(after)),
                    None,
                );
            }
        }
    }

    fn people(&mut self) {
        let facts = self.facts;
        for person in known_people(facts, self.day) {
            let (key, name) = (person.external_id.as_str(), called(person));
            let roles = person.roles.iter().map(|role| words(role)).collect::<Vec<_>>().join(", ");
            let text = joined(", ", [person.title.clone(), Some(roles)]);
            self.on(person.since, "people", key, format!("{name} joined"), text.clone());
            self.on(person.until, "people", key, format!("{name} left"), text);
        }
        for (from, before, after) in changes(&facts.people, |person: &Person| person.external_id.0.clone()) {
            let (key, name) = (after.external_id.as_str(), called(after));
            for role in before.roles.iter().filter(|role| !after.has_role(role)) {
                self.on(Some(from), "people", key, format!("{name} is no longer {}", words(role)), None);
            }
            for role in after.roles.iter().filter(|role| !before.has_role(role)) {
                self.on(Some(from), "people", key, format!("{name} is now {}", words(role)), None);
            }
        }
    }

    fn terms(&mut self) {
        let (facts, day, grace_days) = (self.facts, self.day, self.workbook.organisation.grace_days);
        let terms = renewal_terms(facts, day);
        let renewals = renewals(&terms, grace_days, day);
        for term in &terms {
            let (key, product) = (term.id.as_str(), &term.product);
            let renewed = renewals.iter().find(|renewal| renewal.successors.contains(&term.id));
            let (title, text) = match renewed {
                Some(renewal) => {
                    (format!("{product} renewed{}", Self::renewed(renewal)), self.step_of(renewal))
                }
                None => {
                    let until = term.ends_on.map_or(String::new(), |ends_on| format!(", until {ends_on}"));
                    (format!("{product} starts"), format!("{} a year{until}", self.money(term.arr_cents)))
                }
            };
            self.on(Some(term.starts_on), "subscriptions", key, title, Some(text));
        }
        for renewal in &renewals {
            // A renewal in time says itself that the old term ended.
            let follows = |term: &&Term| renewal.successors.contains(&term.id);
            let followed_on = terms.iter().filter(follows).map(|term| term.starts_on).min();
            if followed_on.is_some_and(|on| on <= renewal.due_on) {
                continue;
            }
            let arr = self.money(renewal.due_arr_cents);
            let text = match followed_on {
                Some(on) => format!("{arr} a year, renewed {on}"),
                None if renewal.outcome == RenewalOutcome::Churned => {
                    format!("{arr} a year, not renewed within {grace_days} days")
                }
                None => {
                    format!("{arr} a year, may be renewed until {}", renewal.due_on.plus_days(grace_days))
                }
            };
            let key = renewal.terms.first().map_or("", |id| id.as_str());
            self.on(
                Some(renewal.due_on),
                "subscriptions",
                key,
                format!("{} ended", renewal.product),
                Some(text),
            );
        }
        for term in seen(&facts.subscriptions, day, |term| term.starts_on) {
            let text = term.ends_on.map(|ends_on| format!("ends {ends_on}"));
            let title = format!("{}: notice of cancellation", term.product);
            self.on(term.notice_on, "subscriptions", term.external_id.as_str(), title, text);
        }
    }

    fn renewed(renewal: &Renewal) -> &'static str {
        match renewal.outcome {
            RenewalOutcome::Contraction => ": contraction",
            RenewalOutcome::Expansion => ": expansion",
            RenewalOutcome::RenewedFlat | RenewalOutcome::Churned | RenewalOutcome::Open => "",
        }
    }

    fn step_of(&self, renewal: &Renewal) -> String {
        let (after, before) = (self.money(renewal.successor_arr_cents), self.money(renewal.due_arr_cents));
        format!("{after} a year after {before}")
    }

    fn set_up(&mut self) {
        let (facts, day) = (self.facts, self.day);
        for step in facts.steps.iter().filter_map(|held| held.at(day)) {
            let title = format!("{}: {} done", step.product, words(&step.step));
            self.on(step.done_on, "steps", key_of(step), title, None);
        }
        let mut licences: Vec<_> = seen(&facts.licences, day, |licence| licence.on).collect();
        licences.sort_by_key(|licence| (&licence.product, licence.on));
        for product in licences.chunk_by(|a, b| a.product == b.product) {
            // Compared with the last snapshot that was worth an entry, so that a slow drift shows in the end.
            let mut shown: Option<(i64, Day)> = None;
            for licence in product {
                let Some(seats) =
                    licence.in_use().filter(|seats| is_news(shown.map(|shown| shown.0), *seats))
                else {
                    continue;
                };
                let before = shown.map(|(seats, on)| format!("after {seats} on {on}"));
                let title = format!("{}: {} activated", licence.product, counted(seats, "seat"));
                self.on(Some(licence.on), "licences", key_of(*licence), title, before);
                shown = Some((seats, licence.on));
            }
        }
    }

    fn activities(&mut self) {
        let (facts, day) = (self.facts, self.day);
        for activity in facts.activities.iter().filter_map(|held| held.at(day)) {
            let names: Vec<String> = activity.people.iter().map(|id| name_of(facts, day, id)).collect();
            let with = (!names.is_empty()).then(|| format!("with {}", names.join(", ")));
            let by = activity.owner.as_ref().map(|owner| format!("by {owner}"));
            let minutes = activity.minutes.map(|minutes| format!("{minutes:.0} minutes"));
            let direction =
                activity.direction.as_deref().filter(|direction| *direction != "two_way").map(words);
            let text = joined(": ", [joined(", ", [with, by, minutes, direction]), activity.notes.clone()]);
            let title = titled(&words(&activity.kind), activity.subject.as_deref());
            self.at(Some(activity.at), "activities", activity.external_id.as_str(), title, text);
        }
    }

    fn support(&mut self) {
        let (facts, calendar) = (self.facts, self.calendar);
        for ticket in seen(&facts.tickets, self.day, |ticket| calendar.day_of(ticket.opened_at)) {
            let key = ticket.external_id.as_str();
            let by = ticket.person.as_ref().map(|id| format!("by {}", name_of(facts, self.day, id.as_str())));
            let severity = format!("severity {}", ticket.severity);
            let text = joined(", ", [Some(severity), ticket.category.as_deref().map(words), by]);
            let title = titled("ticket opened", ticket.subject.as_deref());
            self.at(Some(ticket.opened_at), "tickets", key, title, text);
            if let Some(resolved_at) = ticket.resolved_at {
                let late = ticket.due_at.is_some_and(|due_at| due_at < resolved_at);
                let took = self.took(ticket.opened_at, resolved_at);
                let text = joined(", ", [Some(took), late.then(|| "past its due time".to_owned())]);
                let title = titled("ticket resolved", ticket.subject.as_deref());
                self.at(Some(resolved_at), "tickets", key, title, text);
            }
        }
    }

    fn surveys(&mut self) {
        let (facts, day) = (self.facts, self.day);
        for answer in facts.surveys.iter().filter_map(|held| held.at(day)) {
            let class = (answer.kind == "nps").then(|| format!(": {}", nps_class(on_ten(answer))));
            let who = answer.person.as_ref().map(|id| format!(" by {}", name_of(facts, day, id.as_str())));
            let title = format!(
                "{} {} of {}{}{}",
                answer.kind.to_uppercase(),
                answer.score,
                answer.highest(),
                who.unwrap_or_default(),
                class.unwrap_or_default()
            );
            self.at(Some(answer.at), "surveys", answer.external_id.as_str(), title, answer.comment.clone());
        }
    }

    /// Invoices that were not paid in time; paid ones would drown the rest.
    fn invoices(&mut self) {
        for invoice in issued(self.facts, self.day) {
            let (key, amount) = (invoice.external_id.as_str(), self.money(invoice.amount_cents));
            let paid_on = invoice.paid_on.filter(|on| *on <= self.day);
            let paid = paid_on.map_or("not paid".to_owned(), |on| format!("paid {on}"));
            // Paid the day after it was due, the payment says all there is to say.
            let overdue_on = invoice.due_on.plus_days(1);
            if paid_on.is_none_or(|on| on > overdue_on) {
                let (title, text) = (format!("invoice {key} overdue"), format!("{amount}, {paid}"));
                self.on(Some(overdue_on), "invoices", key, title, Some(text));
            }
            if let Some(on) = paid_on.filter(|on| *on > invoice.due_on) {
                let late = counted(i64::from(on - invoice.due_on), "day");
                self.on(
                    paid_on,
                    "invoices",
                    key,
                    format!("invoice {key} paid {late} late"),
                    Some(amount.clone()),
                );
            }
            let text = Some(format!("{amount}, {paid}"));
            self.on(invoice.failed_on, "invoices", key, format!("payment of invoice {key} failed"), text);
        }
    }

    fn plans(&mut self, initiatives: &[Held<Initiative>]) {
        let (facts, day) = (self.facts, self.day);
        for plan in made(facts, day) {
            let key = plan.external_id.as_str();
            let by = plan.accepted_by.as_ref().map(|id| format!("by {}", name_of(facts, day, id.as_str())));
            self.on(plan.created_on, "plans", key, format!("success plan: {}", plan.name), None);
            self.on(plan.accepted_on, "plans", key, format!("success plan accepted: {}", plan.name), by);
            for objective in objectives_of(facts, plan, day) {
                let (key, name) = (objective.external_id.as_str(), &objective.name);
                let due = objective.due_on.map(|due_on| format!("due {due_on}"));
                self.on(
                    objective.completed_on,
                    "objectives",
                    key,
                    format!("objective completed: {name}"),
                    due,
                );
                let by = objective
                    .verified_by
                    .as_ref()
                    .map(|id| format!("by {}", name_of(facts, day, id.as_str())));
                let text = joined(": ", [by, objective.evidence.clone()]);
                self.on(objective.verified_on, "objectives", key, format!("outcome verified: {name}"), text);
                let done_on = objective.completed_on.into_iter().chain(objective.verified_on).min();
                let late_on = objective.due_on.filter(|due_on| done_on.is_none_or(|on| on > *due_on));
                self.on(late_on, "objectives", key, format!("objective due and not completed: {name}"), None);
                let own = initiatives.iter().filter_map(|held| held.at(day));
                for own in own.filter(|own| own.objective == objective.external_id) {
                    let text = joined(", ", [own.side.clone(), own.owner.clone()]);
                    let title = format!("initiative done: {}", own.name);
                    self.on(own.done_on, "initiatives", own.external_id.as_str(), title, text);
                }
            }
        }
    }

    fn escalations(&mut self) {
        let (facts, day) = (self.facts, self.day);
        for row in facts.escalations.iter().filter_map(|held| held.at(day)) {
            let key = row.external_id.as_str();
            let owner = row.owner.as_ref().map(|owner| format!("by {owner}"));
            let about = joined(", ", [row.department.clone(), row.owner.clone()]);
            let text = joined(": ", [about, row.summary.clone()]);
            let title = format!("{} escalation: {}", row.severity, words(&row.reason));
            self.at(Some(row.opened_at), "escalations", key, title, text);
            let title = format!("escalation acknowledged: {}", words(&row.reason));
            self.at(row.acknowledged_at, "escalations", key, title, owner);
            let took = row.resolved_at.map(|at| self.took(row.opened_at, at));
            self.at(
                row.resolved_at,
                "escalations",
                key,
                format!("escalation resolved: {}", words(&row.reason)),
                took,
            );
        }
    }

    fn judgements(&mut self) {
        let (facts, day) = (self.facts, self.day);
        for row in facts.judgements.iter().filter_map(|held| held.at(day)) {
            let title = format!("judgement {} of 5 by {}", row.rating, row.by);
            self.on(Some(row.on), "judgements", key_of(row), title, Some(row.reason.clone()));
        }
    }

    /// Changes of the outcomes colour between the days, at the end of the first day that shows each.
    fn score(&mut self, scored: &[AccountDay]) {
        for pair in scored.windows(2) {
            let (before, after) = (&pair[0].outcomes, &pair[1].outcomes);
            if before.colour != after.colour {
                let end = Instant::from_micros(self.calendar.end_of(pair[1].day).micros() - 1);
                let title = match after.colour {
                    Colour::Green => "outcomes turned green",
                    Colour::Yellow => "outcomes turned yellow",
                    Colour::Red => "outcomes turned red",
                    Colour::Unknown => "outcomes became unknown",
                };
                self.at(Some(end), SCORE, "outcomes", title.to_owned(), Some(self.why(before, after)));
            }
        }
    }

    /// From where to where, and what moved most that way.
    fn why(&self, before: &Score, after: &Score) -> String {
        let show = |score: Option<f64>| score.map_or("unknown".to_owned(), |score| format!("{score:.0}"));
        let head = format!("{} → {}", show(before.score), show(after.score));
        let (Some(place), Some(mut lines)) = (after.scorecard, movement(before, after)) else {
            return head;
        };
        let card = &self.workbook.scorecards[place];
        let rises = after.score > before.score;
        lines.retain(|line| line.change.abs() >= WORTH_SAYING && (line.change > 0.0) == rises);
        lines.sort_by(|a, b| b.change.abs().total_cmp(&a.change.abs()));
        let reasons: Vec<String> = lines
            .iter()
            .take(MOST_REASONS)
            .map(|line| {
                let label = match line.what {
                    What::Measure(component, measure) => {
                        let own = &card.components[component].measures[measure];
                        own.label.clone().unwrap_or_else(|| words(&own.id))
                    }
                    What::Coverage => "measures that came or went".to_owned(),
                    What::Cap(cap) => {
                        let own = &card.caps[cap];
                        own.label.clone().unwrap_or_else(|| own.when.source().to_owned())
                    }
                };
                format!("{label} {}{:.0}", if rises { "+" } else { "−" }, line.change.abs())
            })
            .collect();
        if reasons.is_empty() { head } else { format!("{head}: {}", reasons.join(", ")) }
    }

    fn took(&self, from: Instant, to: Instant) -> String {
        match self.calendar.day_of(to) - self.calendar.day_of(from) {
            0 => "the same day".to_owned(),
            days => format!("after {}", counted(i64::from(days), "day")),
        }
    }

    /// An amount in whole units of the reporting currency.
    fn money(&self, cents: i64) -> String {
        let units = (cents.unsigned_abs() + 50) / 100;
        let digits = units.to_string();
        let mut text = if cents < 0 && units > 0 { "−".to_owned() } else { String::new() };
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        match &self.workbook.organisation.currency {
            Some(currency) => format!("{text} {currency}"),
            None => text,
        }
    }
}

/// Whether the activation differs by at least a tenth from the one shown last.
fn is_news(before: Option<i64>, seats: i64) -> bool {
    before.is_none_or(|before| seats != before && (seats - before).abs().saturating_mul(10) >= before)
}

/// Successive versions of the same key, with the day from which the later one holds.
fn changes<T>(rows: &[Held<T>], key: impl Fn(&T) -> String) -> Vec<(Day, &T, &T)> {
    let mut rows: Vec<&Held<T>> = rows.iter().collect();
    rows.sort_by_cached_key(|held| (key(&held.value), held.from));
    let pairs = rows.windows(2).filter(|pair| key(&pair[0].value) == key(&pair[1].value));
    pairs.map(|pair| (pair[1].from, &pair[0].value, &pair[1].value)).collect()
}

/// The key of a row whose file has no `external_id`.
fn key_of<T: Record>(row: &T) -> String {
    T::FILE.key_of(&row.to_row())
}

fn called(person: &Person) -> &str {
    person.name.as_deref().unwrap_or(person.external_id.as_str())
}

/// An id as words.
fn words(id: &str) -> String {
    id.replace('_', " ")
}

fn titled(what: &str, subject: Option<&str>) -> String {
    subject.map_or_else(|| what.to_owned(), |subject| format!("{what}: {subject}"))
}

/// The parts that there are, with something between them.
fn joined<const N: usize>(between: &str, parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(between))
}

/// `1 day`, `2 days`.
fn counted(count: i64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
