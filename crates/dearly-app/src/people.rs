//! The people of an account: who matters, when each was last met, what they said last.

use std::cmp::Reverse;
use std::collections::HashMap;

use dearly_domain::person::Person;
use dearly_domain::survey::Survey;
use dearly_domain::{Calendar, Day};
use dearly_health::facts::AccountFacts;
use dearly_health::key_people::{SlaDay, people};
use dearly_workbook::model::Workbook;

use crate::account::{by, seen};
use crate::app::{App, When};
use crate::error::Result;
use crate::usage::{WINDOW_DAYS, user_days};
use crate::view::PersonRow;

/// How many days before an SLA ends it is *due*.
const DUE_WITHIN_DAYS: i32 = 7;

impl App {
    /// Everybody who is or was at the account by the day; those who left come last.
    pub async fn people(&self, when: When, account: &str) -> Result<Vec<PersonRow>> {
        let one = self.one_account(when, account).await?;
        Ok(people_of(&one.facts, one.workbook(), one.calendar(), one.day))
    }
}

fn people_of(facts: &AccountFacts, workbook: &Workbook, calendar: &Calendar, day: Day) -> Vec<PersonRow> {
    let persons: HashMap<&str, &Person> =
        known_people(facts, day).map(|person| (person.external_id.as_str(), person)).collect();
    let presence = Presence::of(facts, calendar, day);
    let mut rows: Vec<PersonRow> = people(workbook, facts, day)
        .into_iter()
        .filter_map(|own| {
            let person = *persons.get(own.person.as_str())?;
            let answer = last_nps(facts, calendar, day, own.person.as_str());
            Some(PersonRow {
                person: own.person.0.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
                title: person.title.clone(),
                roles: person.roles.clone(),
                influence: person.influence,
                since: person.since,
                until: by(day, person.until),
                key: !own.key_roles.is_empty(),
                last_met_on: own.last_met_on,
                sla_days: own.sla.map(|sla| sla.days),
                due_on: own.sla.and_then(|sla| sla.due_on),
                sla_state: own.sla.map(|sla| sla_state(&sla, day).to_owned()),
                nps: answer.map(on_ten),
                nps_on: answer.map(|answer| calendar.day_of(answer.at)),
                nps_class: answer.map(|answer| nps_class(on_ten(answer)).to_owned()),
                active_days: presence.active_days(person),
            })
        })
        .collect();
    rows.sort_by_cached_key(|row| {
        let name = row.name.as_ref().unwrap_or(&row.person).to_lowercase();
        (row.until.is_some(), !row.key, Reverse(row.influence), name, row.person.clone())
    });
    rows
}

/// Everybody who has come by the day, those who left included.
pub(crate) fn known_people(facts: &AccountFacts, day: Day) -> impl Iterator<Item = &Person> {
    seen(&facts.people, day, |person| person.since.unwrap_or(Day::MIN))
}

/// The person of the id as they stood on the day, whether or not they had come by then.
pub(crate) fn person_on<'a>(facts: &'a AccountFacts, day: Day, id: &str) -> Option<&'a Person> {
    facts.people.iter().filter_map(|held| held.at(day)).find(|person| person.external_id.as_str() == id)
}

/// What to call the person of the id.
pub(crate) fn name_of(facts: &AccountFacts, day: Day, id: &str) -> String {
    person_on(facts, day, id).and_then(|person| person.name.clone()).unwrap_or_else(|| id.to_owned())
}

fn sla_state(sla: &SlaDay, day: Day) -> &'static str {
    match (sla.holds, sla.due_on) {
        (true, Some(due_on)) if due_on - day <= DUE_WITHIN_DAYS => "due",
        (true, _) => "met",
        (false, _) => "breached",
    }
}

/// The person's last NPS answer by the day; the lower one of two at the same instant, as the engine takes it.
pub(crate) fn last_nps<'a>(
    facts: &'a AccountFacts,
    calendar: &Calendar,
    day: Day,
    person: &str,
) -> Option<&'a Survey> {
    let answers = facts.surveys.iter().filter_map(|held| held.at(day));
    answers
        .filter(|answer| answer.kind == "nps" && calendar.day_of(answer.at) <= day)
        .filter(|answer| answer.person.as_ref().is_some_and(|own| own.as_str() == person))
        .max_by(|a, b| a.at.cmp(&b.at).then_with(|| on_ten(b).total_cmp(&on_ten(a))))
}

/// An NPS answer on 0 to 10.
pub(crate) fn on_ten(answer: &Survey) -> f64 {
    answer.score * 10.0 / answer.highest()
}

/// The class of an NPS answer on 0 to 10.
pub(crate) fn nps_class(score: f64) -> &'static str {
    if score >= 9.0 {
        "promoter"
    } else if score <= 6.0 {
        "detractor"
    } else {
        "passive"
    }
}

/// The days on which telemetry users did something, found by who they are.
struct Presence<'a> {
    /// Distinct days by user, ascending.
    days: HashMap<&'a str, Vec<i32>>,
    /// Users by their id in lower case, for e-mails.
    by_email: HashMap<String, Vec<&'a str>>,
    day: Day,
}

impl<'a> Presence<'a> {
    fn of(facts: &'a AccountFacts, calendar: &Calendar, day: Day) -> Presence<'a> {
        let mut days: HashMap<&str, Vec<i32>> = HashMap::new();
        for (user, on) in user_days(&facts.usage, calendar, day) {
            days.entry(&facts.usage.users[user as usize]).or_default().push(on);
        }
        let mut by_email: HashMap<String, Vec<&str>> = HashMap::new();
        for user in days.keys() {
            by_email.entry(user.to_lowercase()).or_default().push(user);
        }
        Presence { days, by_email, day }
    }

    /// On how many days of the window the person did something; `None` where they are no telemetry user.
    fn active_days(&self, person: &Person) -> Option<i64> {
        let email = person.email.as_ref().and_then(|email| self.by_email.get(&email.to_lowercase()));
        let users = email.into_iter().flatten().copied().chain([person.external_id.as_str()]);
        let mut known = users.filter_map(|user| self.days.get(user)).peekable();
        known.peek()?;
        let mut days: Vec<i32> =
            known.flatten().copied().filter(|on| self.day.days() - on < WINDOW_DAYS).collect();
        days.sort_unstable();
        days.dedup();
        Some(days.len() as i64)
    }
}

#[cfg(test)]
mod tests {
    use dearly_health::facts::{Usage, UsageRow};

    use super::*;
    use crate::account::tests::{day, noun};

    fn facts() -> AccountFacts {
        let answer = |id: &str, kind: &str, score: &str, at: &str| {
            noun(&[("external_id", id), ("kind", kind), ("score", score), ("at", at), ("person", "ann")])
        };
        let event = |user: u32, at: &str| UsageRow {
            at: at.parse().unwrap(),
            user: Some(user),
            event: 0,
            product: None,
            count: 1,
            linked_at: None,
        };
        AccountFacts {
            people: vec![
                noun(&[
                    ("external_id", "gone"),
                    ("roles", "champion"),
                    ("until", "2025-01-10"),
                    ("influence", "3"),
                ]),
                noun(&[
                    ("external_id", "bob"),
                    ("name", "Bob"),
                    ("email", "Bob@Example.com"),
                    ("roles", "end_user"),
                ]),
                noun(&[
                    ("external_id", "ann"),
                    ("name", "Ann"),
                    ("roles", "champion"),
                    ("since", "2025-01-01"),
                ]),
                noun(&[("external_id", "cy"), ("roles", "admin"), ("since", "2025-02-01")]),
            ],
            activities: vec![noun(&[
                ("external_id", "1"),
                ("type", "meeting"),
                ("at", "2025-01-05"),
                ("people", "ann;gone"),
            ])],
            surveys: vec![
                answer("1", "nps", "9", "2025-01-03"),
                answer("2", "csat", "1", "2025-01-08"),
                answer("3", "nps", "6", "2025-01-06"),
                answer("4", "nps", "8", "2025-01-06"),
                answer("5", "nps", "10", "2025-03-01"),
            ],
            usage: Usage {
                users: vec!["bob@example.com", "bob", "ann"].into(),
                events: vec!["login"].into(),
                products: Default::default(),
                rows: vec![
                    event(0, "2025-01-01"),
                    event(0, "2025-01-04"),
                    event(1, "2025-01-04T10:00:00Z"),
                    event(1, "2025-01-05"),
                    event(2, "2025-06-01"),
                ]
                .into(),
            },
            ..AccountFacts::default()
        }
    }

    /// Each as `person key sla_state due_on nps class active_days`.
    fn check(as_of: &str, expect: &[&str]) {
        let shown: Vec<String> = people_of(&facts(), &Workbook::default(), &Calendar::utc(), day(as_of))
            .iter()
            .map(|row| {
                let text = |text: Option<String>| text.unwrap_or("-".to_owned());
                format!(
                    "{} {} {} {} {} {} {}",
                    row.person,
                    row.key,
                    text(row.sla_state.clone()),
                    text(row.due_on.map(|on| on.to_string())),
                    text(row.nps.map(|nps| nps.to_string())),
                    text(row.nps_class.clone()),
                    text(row.active_days.map(|days| days.to_string())),
                )
            })
            .collect();
        assert_eq!(shown, expect, "as of {as_of}");
    }

    #[test]
    fn people_are_as_they_were_on_the_day() {
        check(
            "2025-01-09",
            &[
                "gone true met 2025-02-03 - - -",
                "ann true met 2025-02-03 6 detractor -",
                "bob false - - - - 3",
            ],
        );
        check(
            "2025-01-28",
            &["ann true due 2025-02-03 6 detractor -", "bob false - - - - 3", "gone true - - - - -"],
        );
        check(
            "2025-02-04",
            &[
                "ann true breached 2025-02-03 6 detractor -",
                "cy true met 2025-04-01 - - -",
                "bob false - - - - 0",
                "gone true - - - - -",
            ],
        );
    }

    #[test]
    fn nps_has_three_classes() {
        for (score, class) in
            [(0.0, "detractor"), (6.0, "detractor"), (7.0, "passive"), (8.9, "passive"), (9.0, "promoter")]
        {
            assert_eq!(nps_class(score), class, "{score}");
        }
    }
}
