//! The people of an account on a day: key roles, the day each was last met, and whether the SLA holds.

use std::collections::BTreeMap;

use dearly_domain::{Day, PersonId};
use dearly_workbook::model::Workbook;

use crate::as_of::{AsOf, KeyPerson};
use crate::columns::Columns;
use crate::facts::{AccountFacts, BookFacts, Usage};
use crate::presence::{Presence, WantedDays};

/// A person who is or was there on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonDay {
    /// Who.
    pub person: PersonId,
    /// Their roles that are key roles of the account.
    pub key_roles: Vec<String>,
    /// Whether they had left by the day.
    pub has_left: bool,
    /// The day they were last met: a meeting that names them.
    pub last_met_on: Option<Day>,
    /// How often they are to be met; `None` without a key role, and for those who left.
    pub sla: Option<SlaDay>,
}

/// The SLA of a key person on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlaDay {
    /// The days within which they are to be met: the shortest of their key roles.
    pub days: i32,
    /// The last day on which it holds unless they are met; `None` for a person never met who came nobody knows when.
    pub due_on: Option<Day>,
    /// Whether it holds on the day.
    pub holds: bool,
}

/// Everybody who is or was at the account on the day, by id.
pub fn people(workbook: &Workbook, facts: &AccountFacts, day: Day) -> Vec<PersonDay> {
    with(workbook, facts, day, |as_of| {
        let slas: BTreeMap<&PersonId, SlaDay> =
            as_of.key_people().iter().map(|key| (&key.person.external_id, sla(key, day))).collect();
        let known = as_of.columns.people.iter().filter(|person| person.visible(day));
        known
            .map(|person| PersonDay {
                person: person.row.external_id.clone(),
                key_roles: person
                    .row
                    .roles
                    .iter()
                    .filter(|role| as_of.sla_days(role).is_some())
                    .cloned()
                    .collect(),
                has_left: person.is_done(day),
                last_met_on: as_of.last_met_on(person.row),
                sla: slas.get(&person.row.external_id).copied(),
            })
            .collect()
    })
}

/// The key roles of the account on the day, each with its SLA in days.
pub fn key_roles(workbook: &Workbook, facts: &AccountFacts, day: Day) -> BTreeMap<String, i32> {
    let engagement = &workbook.engagement;
    let named = engagement.exceptions.iter().flat_map(|exception| exception.key_roles.keys());
    with(workbook, facts, day, |as_of| {
        let roles = engagement.key_roles.keys().chain(named);
        roles.filter_map(|role| Some((role.clone(), as_of.sla_days(role)?))).collect()
    })
}

fn sla(key: &KeyPerson<'_>, day: Day) -> SlaDay {
    let due_on = key.last_met_on.max(key.person.since).map(|last| last.plus_days(key.sla_days - 1));
    let holds = key.is_within_sla(day);
    debug_assert_eq!(holds, due_on.is_some_and(|due_on| day <= due_on));
    SlaDay { days: key.sla_days, due_on, holds }
}

/// The account on the day as far as people go: neither its use of the product nor its start matters.
fn with<T>(workbook: &Workbook, facts: &AccountFacts, day: Day, f: impl FnOnce(&AsOf<'_>) -> T) -> T {
    let calendar = workbook.calendar();
    let columns = Columns::of(facts, &calendar);
    let usage = Usage::default();
    let wanted = WantedDays::new(&[day]);
    let presence = Presence::of(&usage, &calendar, &wanted);
    let book = BookFacts::default();
    f(&AsOf { workbook, columns: &columns, presence: &presence, book, day, index: 0, start: None })
}

#[cfg(test)]
mod tests {
    use dearly_domain::Held;
    use dearly_domain::activity::Activity;
    use dearly_domain::person::Person;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn person(id: &str, roles: &[&str], since: Option<&str>, until: Option<&str>) -> Held<Person> {
        Held::always(Person {
            external_id: id.into(),
            account: "a".into(),
            name: None,
            email: None,
            title: None,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            influence: None,
            since: since.map(day),
            until: until.map(day),
            attributes: Default::default(),
        })
    }

    fn met(id: &str, kind: &str, on: &str) -> Held<Activity> {
        Held::always(Activity {
            external_id: format!("{id} {on}").as_str().into(),
            account: "a".into(),
            kind: kind.to_owned(),
            at: on.parse().unwrap(),
            people: vec![id.to_owned()],
            owner: None,
            playbook: None,
            minutes: None,
            direction: None,
            subject: None,
            notes: None,
            attributes: Default::default(),
        })
    }

    /// Each as `person met due holds`.
    fn check(as_of: &str, expect: &[&str]) {
        let facts = AccountFacts {
            people: vec![
                person("champion", &["champion", "admin"], Some("2025-01-01"), None),
                person("left", &["champion"], Some("2024-01-01"), Some("2025-01-15")),
                person("new", &["admin"], Some("2025-03-01"), None),
                person("sometime", &["economic_buyer"], None, None),
                person("user", &["end_user"], None, None),
            ],
            activities: vec![
                met("champion", "call", "2025-01-10"),
                met("champion", "email", "2025-02-01"),
                met("user", "training", "2025-01-20"),
                met("left", "onsite", "2024-06-01"),
                met("champion", "call", "2025-04-01"),
            ],
            ..AccountFacts::default()
        };
        let workbook = Workbook::default();
        let shown: Vec<String> = people(&workbook, &facts, day(as_of))
            .iter()
            .map(|own| {
                let text = |on: Option<Day>| on.map_or("-".to_owned(), |on| on.to_string());
                let sla = own.sla.map_or("no SLA".to_owned(), |sla| {
                    format!(
                        "{} days to {} {}",
                        sla.days,
                        text(sla.due_on),
                        if sla.holds { "holds" } else { "broken" }
                    )
                });
                let left = if own.has_left { " left" } else { "" };
                format!("{} {} {sla}{left}", own.person, text(own.last_met_on))
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn the_last_day_of_an_sla_still_holds() {
        check(
            "2025-02-08",
            &[
                "champion 2025-01-10 30 days to 2025-02-08 holds",
                "left 2024-06-01 no SLA left",
                "sometime - 90 days to - broken",
                "user 2025-01-20 no SLA",
            ],
        );
        check(
            "2025-03-01",
            &[
                "champion 2025-01-10 30 days to 2025-02-08 broken",
                "left 2024-06-01 no SLA left",
                "new - 60 days to 2025-04-29 holds",
                "sometime - 90 days to - broken",
                "user 2025-01-20 no SLA",
            ],
        );
    }

    #[test]
    fn somebody_who_has_not_left_yet_is_there() {
        check(
            "2025-01-14",
            &[
                "champion 2025-01-10 30 days to 2025-02-08 holds",
                "left 2024-06-01 30 days to 2024-06-30 broken",
                "sometime - 90 days to - broken",
                "user - no SLA",
            ],
        );
    }

    #[test]
    fn key_roles_are_those_of_the_workbook() {
        let roles = key_roles(&Workbook::default(), &AccountFacts::default(), day("2025-01-01"));
        let roles: Vec<String> = roles.iter().map(|(role, days)| format!("{role} {days}")).collect();
        assert_eq!(roles, ["admin 60", "champion 30", "economic_buyer 90", "executive_sponsor 90"]);
    }
}
