//! An account's support tickets, each with who filed it: a key influencer, a detractor (S127–S129).

use std::cmp::Reverse;

use dearly_domain::ticket::Ticket;
use dearly_domain::{Calendar, Day, Instant};
use dearly_health::facts::AccountFacts;

use crate::account::seen;
use crate::app::{App, When};
use crate::error::Result;
use crate::people::{last_nps, on_ten, person_on};
use crate::view::TicketRow;

impl App {
    /// The account's tickets: unresolved ones first, then by opening, newest first.
    pub async fn tickets(&self, when: When, account: &str) -> Result<Vec<TicketRow>> {
        let one = self.one_account(when, account).await?;
        Ok(tickets_of(&one.facts, one.calendar(), one.day))
    }
}

fn tickets_of(facts: &AccountFacts, calendar: &Calendar, day: Day) -> Vec<TicketRow> {
    let tickets = seen(&facts.tickets, day, |ticket| calendar.day_of(ticket.opened_at));
    let mut rows: Vec<TicketRow> = tickets
        .map(|ticket| {
            let by_day = |at: Option<Instant>| at.filter(|at| calendar.day_of(*at) <= day);
            let resolved_at = by_day(ticket.resolved_at);
            let filer = ticket.person.as_ref();
            let person = filer.and_then(|filer| person_on(facts, day, filer.as_str()));
            let answer = filer.and_then(|filer| last_nps(facts, calendar, day, filer.as_str()));
            let last_day = resolved_at.map_or(day, |at| calendar.day_of(at));
            TicketRow {
                ticket: ticket.external_id.0.clone(),
                severity: ticket.severity,
                opened_at: ticket.opened_at,
                first_response_at: by_day(ticket.first_response_at),
                resolved_at,
                due_at: ticket.due_at,
                state: state(ticket, resolved_at, calendar, day).to_owned(),
                age_days: last_day - calendar.day_of(ticket.opened_at),
                category: ticket.category.clone(),
                subject: ticket.subject.clone(),
                person: filer.map(|filer| filer.0.clone()),
                person_name: person.and_then(|person| person.name.clone()),
                person_roles: person.map(|person| person.roles.clone()).unwrap_or_default(),
                person_influence: person.and_then(|person| person.influence),
                person_nps: answer.map(on_ten),
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| (row.resolved_at.is_some(), Reverse(row.opened_at), row.ticket.clone()));
    rows
}

/// As the engine counts it, an unresolved ticket is past due from the end of its due day on.
fn state(ticket: &Ticket, resolved_at: Option<Instant>, calendar: &Calendar, day: Day) -> &'static str {
    match (resolved_at, ticket.due_at) {
        (Some(resolved_at), Some(due_at)) if resolved_at > due_at => "resolved_late",
        (Some(_), _) => "resolved",
        (None, Some(due_at)) if calendar.day_of(due_at) <= day => "past_due",
        (None, _) => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{day, noun};

    /// Each as `ticket state age roles nps`.
    fn check(as_of: &str, expect: &[&str]) {
        let facts = AccountFacts {
            people: vec![noun(&[
                ("external_id", "ann"),
                ("roles", "champion;influencer"),
                ("influence", "3"),
            ])],
            surveys: vec![noun(&[
                ("external_id", "n"),
                ("kind", "nps"),
                ("score", "3"),
                ("at", "2025-01-12"),
                ("person", "ann"),
            ])],
            tickets: vec![
                noun(&[
                    ("external_id", "1"),
                    ("severity", "1"),
                    ("opened_at", "2025-01-10T09:00:00Z"),
                    ("resolved_at", "2025-01-15T09:00:00Z"),
                    ("due_at", "2025-01-14T09:00:00Z"),
                    ("person", "ann"),
                ]),
                noun(&[
                    ("external_id", "2"),
                    ("severity", "3"),
                    ("opened_at", "2025-01-11T09:00:00Z"),
                    ("person", "elsewhere"),
                ]),
            ],
            ..AccountFacts::default()
        };
        let shown: Vec<String> = tickets_of(&facts, &Calendar::utc(), day(as_of))
            .iter()
            .map(|row| {
                let roles = row.person_roles.join(",");
                format!("{} {} {} {roles} {:?}", row.ticket, row.state, row.age_days, row.person_nps)
            })
            .collect();
        assert_eq!(shown, expect, "as of {as_of}");
    }

    #[test]
    fn tickets_say_who_filed_them_as_known_on_the_day() {
        check("2025-01-09", &[]);
        check("2025-01-10", &["1 open 0 champion,influencer None"]);
        check("2025-01-14", &["2 open 3  None", "1 past_due 4 champion,influencer Some(3.0)"]);
        check("2025-01-15", &["2 open 4  None", "1 resolved_late 5 champion,influencer Some(3.0)"]);
    }
}
