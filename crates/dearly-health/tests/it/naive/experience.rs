//! The experience scorecard: surveys, tickets, invoices, escalations, judgements.

use std::collections::BTreeMap;

use dearly_domain::judgement::Judgement;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_health::score::Reading;
use dearly_workbook::model::NpsOf;

use super::{Naive, ratio, value};

const MICROS_PER_HOUR: f64 = 3600.0 * 1e6;

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

impl<'a> Naive<'a> {
    fn answers(&self, kind: &str, within: i32) -> Vec<&'a Survey> {
        let mut answers = self.surveys(kind);
        answers.retain(|answer| self.in_window(self.day_of(answer.at), within));
        answers
    }

    /// The last answer of each person in the window, 0 to 10; of several at once the lowest.
    fn last_nps_by_person(&self, within: i32) -> BTreeMap<&'a str, f64> {
        let mut last: BTreeMap<&str, &Survey> = BTreeMap::new();
        for answer in self.answers("nps", within) {
            let Some(person) = answer.person.as_ref() else {
                continue;
            };
            let replaces = |known: &&Survey| {
                answer.at > known.at || answer.at == known.at && out_of_ten(answer) < out_of_ten(known)
            };
            if last.get(person.as_str()).is_none_or(replaces) {
                last.insert(person.as_str(), answer);
            }
        }
        last.into_iter().map(|(person, answer)| (person, out_of_ten(answer))).collect()
    }

    pub(super) fn nps(&self, of: NpsOf, within: i32) -> Reading {
        let last = self.last_nps_by_person(within);
        match of {
            NpsOf::LowestKeyPerson => {
                let people = self.key_people();
                let answers =
                    people.iter().filter_map(|person| last.get(person.external_id.as_str()).copied());
                answers.min_by(f64::total_cmp).map_or(Reading::Missing("answers of key people"), value)
            }
            NpsOf::Everybody => {
                let mut answers: Vec<f64> = last.into_values().collect();
                let all = self.answers("nps", within);
                answers.extend(
                    all.iter().filter(|answer| answer.person.is_none()).map(|answer| out_of_ten(answer)),
                );
                let promoters = answers.iter().filter(|answer| **answer >= 9.0).count() as f64;
                let detractors = answers.iter().filter(|answer| **answer <= 6.0).count() as f64;
                match answers.len() {
                    0 => Reading::Missing("answers"),
                    n => value(100.0 * (promoters - detractors) / n as f64),
                }
            }
        }
    }

    pub(super) fn csat(&self, within: i32) -> Reading {
        if self.surveys("csat").is_empty() {
            return Reading::Missing("answers");
        }
        let answers = self.answers("csat", within);
        let satisfied = answers.iter().filter(|answer| answer.score / answer.highest() >= 0.8 - 1e-9);
        ratio(satisfied.count() as f64, answers.len() as f64)
    }

    pub(super) fn ces(&self, within: i32) -> Reading {
        if self.surveys("ces").is_empty() {
            return Reading::Missing("answers");
        }
        let answers = self.answers("ces", within);
        let out_of_seven: Vec<f64> =
            answers.iter().map(|answer| answer.score * 7.0 / answer.highest()).collect();
        mean(&out_of_seven).map_or(Reading::NotApplicable("no answers"), value)
    }

    fn unresolved(&self, severity_up_to: i64) -> Vec<&'a Ticket> {
        let mut tickets = self.tickets();
        tickets.retain(|ticket| ticket.severity <= severity_up_to && !self.instant_by_d(ticket.resolved_at));
        tickets
    }

    fn past_due(&self, severity_up_to: i64) -> Vec<&'a Ticket> {
        let mut tickets = self.unresolved(severity_up_to);
        tickets.retain(|ticket| self.instant_by_d(ticket.due_at));
        tickets
    }

    pub(super) fn open_tickets(&self, severity_up_to: i64) -> Reading {
        if self.tickets().is_empty() {
            return Reading::Missing("tickets");
        }
        value(self.unresolved(severity_up_to).len() as f64)
    }

    pub(super) fn severity_one_past_due(&self, severity_up_to: i64) -> bool {
        self.past_due(severity_up_to).iter().any(|ticket| ticket.severity == 1)
    }

    pub(super) fn tickets_past_sla(&self, severity_up_to: i64) -> Reading {
        if self.tickets().is_empty() {
            return Reading::Missing("tickets");
        }
        value(self.past_due(severity_up_to).len() as f64)
    }

    pub(super) fn tickets_opened(
        &self,
        categories: &[String],
        within: i32,
        per_100_active_users: bool,
    ) -> Reading {
        if self.tickets().is_empty() {
            return Reading::Missing("tickets");
        }
        if per_100_active_users && !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let asked = |ticket: &&Ticket| {
            let category = ticket.category.as_deref().map(str::to_lowercase);
            categories.is_empty() || categories.iter().any(|asked| Some(asked.to_lowercase()) == category)
        };
        let mut opened = self.tickets();
        opened.retain(asked);
        opened.retain(|ticket| self.in_window(self.day_of(ticket.opened_at), within));
        if !per_100_active_users {
            return value(opened.len() as f64);
        }
        let active = self.users(28, None).len();
        if opened.is_empty() && active == 0 {
            return Reading::NotApplicable("nobody active");
        }
        value(opened.len() as f64 * 100.0 / active.max(1) as f64)
    }

    pub(super) fn time_to_resolve(&self, within: i32) -> Reading {
        if self.tickets().is_empty() {
            return Reading::Missing("tickets");
        }
        let mut hours: Vec<f64> = Vec::new();
        for ticket in self.tickets() {
            if let Some(resolved_at) = ticket.resolved_at
                && self.in_window(self.day_of(resolved_at), within)
            {
                hours.push((resolved_at.micros() - ticket.opened_at.micros()) as f64 / MICROS_PER_HOUR);
            }
        }
        hours.sort_by(f64::total_cmp);
        match hours.len() {
            0 => Reading::NotApplicable("none resolved"),
            n if n % 2 == 1 => value(hours[n / 2]),
            n => value((hours[n / 2 - 1] + hours[n / 2]) / 2.0),
        }
    }

    pub(super) fn overdue_invoices(&self, more_than: i32) -> Reading {
        if self.invoices().is_empty() {
            return Reading::Missing("invoices");
        }
        let invoices = self.invoices();
        let overdue = invoices.iter().filter(|invoice| {
            invoice.amount_cents > 0 && !self.by_d(invoice.paid_on) && self.d - invoice.due_on > more_than
        });
        value(overdue.count() as f64)
    }

    pub(super) fn open_escalations(&self) -> Reading {
        if self.escalations().is_empty() {
            return Reading::Missing("escalations");
        }
        let open: Vec<_> =
            self.escalations().into_iter().filter(|row| !self.instant_by_d(row.resolved_at)).collect();
        let level = |severity: &str| match severity {
            "low" => 1,
            "medium" => 2,
            "high" => 3,
            _ => 4,
        };
        value(open.iter().map(|escalation| level(&escalation.severity)).max().map_or(0.0, f64::from))
    }

    /// Each rater's last rating, unless it has expired.
    pub(super) fn judgement(&self, expires_after: i32) -> Reading {
        let mut last: BTreeMap<&str, &Judgement> = BTreeMap::new();
        for judgement in self.judgements() {
            let known = last.entry(judgement.by.as_str()).or_insert(judgement);
            if judgement.on > known.on {
                *known = judgement;
            }
        }
        let expires_on = |row: &Judgement| row.expires_on.unwrap_or(row.on.plus_days(expires_after));
        let ratings: Vec<f64> =
            last.values().filter(|row| expires_on(row) > self.d).map(|row| row.rating).collect();
        mean(&ratings).map_or(Reading::Missing("judgements"), value)
    }
}

/// A net promoter answer on 0 to 10, whatever its scale.
fn out_of_ten(answer: &Survey) -> f64 {
    answer.score * 10.0 / answer.highest()
}
