//! The end of an account's facts.

use dearly_domain::{Day, Instant};

use crate::life::{Life, Recorded, SimulatedAccount};
use crate::world::{day_of, instant};

impl Life<'_> {
    /// Cuts what lies after the last day, and tells what came out.
    pub(crate) fn end(mut self) -> (SimulatedAccount, Option<Day>) {
        let stop = self.stop;
        let until = self.world.settings.until;
        let cut = |day: &mut Option<Day>| {
            day.take_if(|day| *day >= stop);
        };
        let cut_at = |at: &mut Option<Instant>| {
            at.take_if(|at| day_of(*at) >= stop);
        };
        let out = &mut self.out;
        out.versions.retain(|version| day_of(version.recorded_at) < stop);
        if let (Some(churned_on), Some(last)) = (self.churned_on, out.versions.last()) {
            let mut record = last.record.clone();
            record.churned_on = Some(churned_on);
            record.stage = Some("churned".to_owned());
            let recorded_at = instant(churned_on, 17 * 3600);
            out.versions.push(Recorded { recorded_at, record });
        }
        let facts = &mut out.facts;
        // A successor that starts after the end of the book is not signed in it either.
        facts.subscriptions.retain(|term| term.value.starts_on <= until);
        for term in &mut facts.subscriptions {
            term.value.signed_on.take_if(|day| *day > until);
            term.value.notice_on.take_if(|day| *day > until);
        }
        for plan in &mut facts.plans {
            cut(&mut plan.value.accepted_on);
            if plan.value.accepted_on.is_none() {
                plan.value.accepted_by = None;
            }
        }
        for ticket in &mut facts.tickets {
            cut_at(&mut ticket.value.first_response_at);
            cut_at(&mut ticket.value.resolved_at);
        }
        facts.surveys.retain(|survey| day_of(survey.value.at) < stop);
        for escalation in &mut facts.escalations {
            cut_at(&mut escalation.value.acknowledged_at);
            cut_at(&mut escalation.value.resolved_at);
        }
        for invoice in &mut facts.invoices {
            invoice.value.paid_on.take_if(|day| *day > until);
            invoice.value.failed_on.take_if(|day| *day > until);
        }
        out.people.retain(|person| day_of(person.recorded_at) < stop);
        (self.out, self.churned_on)
    }
}
