//! Experience: tickets, surveys, escalations, judgements.

use dearly_domain::escalation::Escalation;
use dearly_domain::judgement::Judgement;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{Attributes, EscalationId, Held, Instant, PersonId, SurveyId, TicketId};

use crate::catalogue::{PLAN, Segment};
use crate::health::{A, D, R, X};
use crate::life::{Life, Span};
use crate::random::Random;
use crate::texts;
use crate::world::{instant, working_day};

const HOUR_MICROS: f64 = 3_600e6;

fn hours_after(at: Instant, hours: f64) -> Instant {
    // Whole minutes: nobody records a second of a resolution.
    Instant::from_micros(at.micros() + (hours * 60.0).max(1.0) as i64 * 60_000_000)
}

fn spread(random: &mut Random, log_mean: f64, log_sd: f64) -> f64 {
    (log_mean + log_sd * random.normal()).exp()
}

impl Life<'_> {
    pub(crate) fn support(&mut self, span: Span) {
        self.file_tickets(span);
        self.ask_promoters(span);
        self.escalate(span);
    }

    fn file_tickets(&mut self, span: Span) {
        let x = self.health.now[X];
        let seats = self.contracts.of(PLAN, span.from).map_or(1.0, |contract| contract.seats);
        let share = f64::from(span.to - span.from) / 28.0;
        let young = if self.age_days(span.from) < 120 { 1.6 } else { 1.0 };
        let busy = (0.1 * self.health.now[A]).exp();
        let count =
            self.random.support.poisson(share * young * busy * 0.17 * seats.sqrt() * (-0.28 * x).exp());
        for _ in 0..count {
            let number = format!("T{}-{:03}", self.profile.number, self.out.facts.tickets.len() + 1);
            let random = &mut self.random.support;
            let top = if self.profile.segment == Segment::Enterprise { 1.5 } else { 1.0 };
            let weights = [0.025 * top * (-0.5 * x).exp(), 0.13 * (-0.35 * x).exp(), 0.5, 0.34];
            let severity = random.weighted(&weights) + 1;
            let promised = [8.0, 48.0, 120.0, 240.0][severity - 1];
            let day = span.any_day(random);
            let opened_at = instant(day, self.profile.hour * 3600 + random.whole(0, 560) * 60);
            let lingers = if random.chance(0.07 * (-0.8 * x).exp()) { 12.0 } else { 1.0 };
            let hours = promised * lingers * spread(random, -0.45 - 0.42 * x, 0.85);
            let category = random.weighted(&texts::TICKET_SUBJECTS.map(|row| row.1));
            let (category, _, subjects) = texts::TICKET_SUBJECTS[category];
            let subject = *random.pick(subjects);
            let first_hours = (promised * 0.15 * spread(random, -0.2 - 0.3 * x, 0.6)).min(hours * 0.9);
            let (asked, mood) = (random.chance(0.34), random.normal());
            let filer = (random.uniform() * self.members.len() as f64) as usize;
            let person = self.members[filer].is_there(day).then(|| self.members[filer].id().clone());
            let resolved_at = hours_after(opened_at, hours);
            self.out.facts.tickets.push(Held::always(Ticket {
                external_id: TicketId(number),
                account: self.profile.id.clone(),
                severity: severity as i64,
                opened_at,
                person: person.clone(),
                first_response_at: Some(hours_after(opened_at, first_hours).min(resolved_at)),
                resolved_at: Some(resolved_at),
                due_at: Some(Instant::from_micros(opened_at.micros() + (promised * HOUR_MICROS) as i64)),
                category: Some(category.to_owned()),
                subject: Some(subject.to_owned()),
                attributes: Attributes::new(),
            }));
            if asked {
                let late = if hours > promised { -0.7 } else { 0.25 };
                let score = (4.25 + 0.42 * x + late + 0.75 * mood).round().clamp(1.0, 5.0);
                self.write_survey("csat", score, hours_after(resolved_at, 20.0), person, None);
            }
        }
    }

    fn ask_promoters(&mut self, span: Span) {
        for place in 0..self.members.len() {
            let member = &mut self.members[place];
            if member.next_survey_on >= span.to {
                continue;
            }
            let day = working_day(member.next_survey_on.max(span.from));
            let random = &mut self.random.support;
            let (answers, noise, effort) = (random.chance(0.55), random.normal(), random.uniform());
            member.next_survey_on = day.plus_days(random.whole(150, 230));
            if !answers || !member.is_there(day) || !span.holds(day) {
                continue;
            }
            let mood = 0.55 * self.health.now[X] + 0.3 * (self.health.now[A] + self.health.now[R]);
            let score = (7.5 + 1.3 * mood + 1.2 * noise).round().clamp(0.0, 10.0);
            let at = instant(day, self.profile.hour * 3600 + random.whole(0, 480) * 60);
            let group = match score {
                score if score <= 6.0 => 0,
                score if score <= 8.0 => 1,
                _ => 2,
            };
            let comment = random.chance(0.4).then(|| (*random.pick(texts::NPS_COMMENTS[group])).to_owned());
            let person = Some(self.members[place].id().clone());
            self.write_survey("nps", score, at, person.clone(), comment);
            if effort < 0.2 {
                let score = (5.3 + 0.6 * self.health.now[X] + 0.4 * self.health.now[D] + 0.8 * noise).round();
                self.write_survey("ces", score.clamp(1.0, 7.0), hours_after(at, 0.1), person, None);
            }
        }
    }

    fn write_survey(
        &mut self,
        kind: &str,
        score: f64,
        at: Instant,
        person: Option<PersonId>,
        comment: Option<String>,
    ) {
        let number = format!("SV{}-{:03}", self.profile.number, self.out.facts.surveys.len() + 1);
        self.out.facts.surveys.push(Held::always(Survey {
            external_id: SurveyId(number),
            account: self.profile.id.clone(),
            kind: kind.to_owned(),
            score,
            at,
            scale: None,
            person,
            comment,
            attributes: Attributes::new(),
        }));
    }

    fn escalate(&mut self, span: Span) {
        let random = &mut self.random.support;
        let luck = random.uniform();
        let day = working_day(span.any_day(random));
        let overall = self.health.overall();
        if luck >= (0.011 * (-0.7 * self.health.now[X] - 0.6 * overall).exp()).min(0.25) || !span.holds(day) {
            return;
        }
        let place = random.weighted(&[0.10, 0.28, 0.38, 0.24]);
        let (severity, acknowledge, resolve) =
            [("critical", 4.0, 5.0), ("high", 24.0, 10.0), ("medium", 48.0, 20.0), ("low", 72.0, 40.0)]
                [place];
        let (reason, department, summary) = *random.pick(&texts::ESCALATIONS);
        let opened_at = instant(day, self.profile.hour * 3600 + random.whole(0, 480) * 60);
        let acknowledged_at = hours_after(opened_at, acknowledge * spread(random, -0.6, 0.6));
        let days = resolve * 1.4 * spread(random, -0.1 - 0.25 * self.health.now[X], 0.6);
        let resolved_at = hours_after(opened_at, 24.0 * days).max(hours_after(acknowledged_at, 1.0));
        let number = format!("E{}-{:02}", self.profile.number, self.out.facts.escalations.len() + 1);
        let owner = self.csm_on(day);
        self.out.facts.escalations.push(Held::always(Escalation {
            external_id: EscalationId(number),
            account: self.profile.id.clone(),
            severity: severity.to_owned(),
            reason: reason.to_owned(),
            department: Some(department.to_owned()),
            opened_at,
            acknowledged_at: Some(acknowledged_at),
            resolved_at: Some(resolved_at),
            owner: Some(owner),
            summary: Some(summary.to_owned()),
            attributes: Attributes::new(),
        }));
    }

    /// What the CSM thinks: health through a fog.
    pub(crate) fn judge(&mut self, span: Span) {
        if self.rhythm.next_judgement_on >= span.to {
            return;
        }
        let day = working_day(self.rhythm.next_judgement_on.max(span.from));
        let random = &mut self.random.support;
        self.rhythm.next_judgement_on = day.plus_days(random.whole(60, 105));
        let rating = 3.45 + 0.75 * self.health.overall() + 0.25 * self.health.now[X] + 0.75 * random.normal();
        let rating = rating.round().clamp(1.0, 5.0);
        let reason = *random.pick(&texts::JUDGEMENT_REASONS[rating as usize - 1]);
        if !span.holds(day) {
            return;
        }
        let by = self.csm_on(day);
        self.out.facts.judgements.push(Held::always(Judgement {
            account: self.profile.id.clone(),
            by,
            on: day,
            rating,
            reason: reason.to_owned(),
            expires_on: None,
            attributes: Attributes::new(),
        }));
    }
}
