//! Experience: surveys, support, escalations, judgement.

use std::collections::BTreeMap;

use dearly_domain::escalation::SEVERITIES;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_workbook::model::{LimitWhen, NpsOf};

use super::{adoption, counted, percent, plain};
use crate::as_of::{AsOf, Trace};
use crate::columns::Dated;
use crate::score::{Fact, Reading};

const NO_TICKETS: Reading = Reading::Missing("no tickets recorded yet");

fn answers<'a>(as_of: &'a AsOf<'_>, kind: &'a str) -> impl Iterator<Item = &'a Dated<'a, Survey>> {
    as_of.columns.surveys.iter().filter(move |answer| answer.visible(as_of.day) && answer.row.kind == kind)
}

fn survey_fact(answer: &Dated<'_, Survey>, counted: bool) -> Fact {
    let who = answer.row.person.as_ref().map_or(String::new(), |person| format!(" by {person}"));
    Fact {
        file: "surveys",
        key: answer.row.external_id.0.clone(),
        on: Some(answer.on),
        text: format!(
            "{} {} of {}{who}",
            answer.row.kind,
            plain(answer.row.score),
            plain(answer.row.highest())
        ),
        counted,
    }
}

fn on_ten(answer: &Survey) -> f64 {
    answer.score * 10.0 / answer.highest()
}

/// The lowest last answer of a key person, or the net promoter score of everybody.
pub(super) fn nps(as_of: &AsOf<'_>, of: NpsOf, within: i32, trace: &mut Trace) -> Reading {
    if answers(as_of, "nps").next().is_none() {
        return Reading::Missing("no NPS answer yet");
    }
    // The last answer of each person; the lower one of two at the same instant.
    let mut last: BTreeMap<&str, &Dated<'_, Survey>> = BTreeMap::new();
    let mut anonymous = Vec::new();
    for answer in answers(as_of, "nps") {
        let Some(person) = &answer.row.person else {
            if as_of.within(answer.on, within) {
                anonymous.push(answer);
            }
            continue;
        };
        let newest = last.entry(person.as_str()).or_insert(answer);
        let newer = answer.row.at > newest.row.at;
        let lower = answer.row.at == newest.row.at && on_ten(answer.row) < on_ten(newest.row);
        if newer || lower {
            *newest = answer;
        }
    }
    last.retain(|_, answer| as_of.within(answer.on, within));
    match of {
        NpsOf::LowestKeyPerson => {
            let key_people = as_of.key_people();
            let mut lowest: Option<f64> = None;
            for key in &key_people {
                let Some(answer) = last.get(key.person.external_id.as_str()) else {
                    continue;
                };
                let score = on_ten(answer.row);
                lowest = Some(lowest.map_or(score, |other| other.min(score)));
                trace.fact(|| survey_fact(answer, true));
            }
            let Some(lowest) = lowest else {
                return Reading::Missing("no NPS answer of a key person in the window");
            };
            trace.say(|| format!("lowest last answer of a key person: {}", plain(lowest)));
            Reading::of(lowest)
        }
        NpsOf::Everybody => {
            let (mut balance, mut count) = (0.0, 0.0);
            for answer in last.values().copied().chain(anonymous) {
                let score = on_ten(answer.row);
                balance += if score >= 9.0 {
                    1.0
                } else if score <= 6.0 {
                    -1.0
                } else {
                    0.0
                };
                count += 1.0;
                trace.fact(|| survey_fact(answer, score >= 9.0));
            }
            if count == 0.0 {
                return Reading::Missing("no NPS answer in the window");
            }
            trace.say(|| format!("NPS {:.0} of {}", 100.0 * balance / count, counted(count, "answer")));
            Reading::of(100.0 * balance / count)
        }
    }
}

/// Satisfied answers / answers.
pub(super) fn csat(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if answers(as_of, "csat").next().is_none() {
        return Reading::Missing("no CSAT answer yet");
    }
    let (mut satisfied, mut all) = (0.0, 0.0);
    for answer in answers(as_of, "csat").filter(|answer| as_of.within(answer.on, within)) {
        let counts = answer.row.score / answer.row.highest() >= 0.8;
        satisfied += f64::from(u8::from(counts));
        all += 1.0;
        trace.fact(|| survey_fact(answer, counts));
    }
    trace.say(|| {
        format!("{} of {} satisfied ({})", plain(satisfied), counted(all, "answer"), percent(satisfied / all))
    });
    Reading::ratio(satisfied, all, "no CSAT answer in the window")
}

/// Mean effort answer on 1 to 7.
pub(super) fn ces(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if answers(as_of, "ces").next().is_none() {
        return Reading::Missing("no CES answer yet");
    }
    let (mut sum, mut all) = (0.0, 0.0);
    for answer in answers(as_of, "ces").filter(|answer| as_of.within(answer.on, within)) {
        sum += answer.row.score * 7.0 / answer.row.highest();
        all += 1.0;
        trace.fact(|| survey_fact(answer, true));
    }
    trace.say(|| format!("{:.1} of 7 over {}", sum / all, counted(all, "answer")));
    Reading::ratio(sum, all, "no CES answer in the window")
}

fn open<'a>(as_of: &'a AsOf<'_>, severity_up_to: i64) -> impl Iterator<Item = &'a Dated<'a, Ticket>> {
    as_of.columns.tickets.iter().filter(move |ticket| {
        ticket.visible(as_of.day) && !ticket.is_done(as_of.day) && ticket.row.severity <= severity_up_to
    })
}

fn is_past_due(as_of: &AsOf<'_>, ticket: &Dated<'_, Ticket>) -> bool {
    ticket.due.is_some_and(|due| due <= as_of.day)
}

fn ticket_fact(as_of: &AsOf<'_>, ticket: &Dated<'_, Ticket>, counted: bool) -> Fact {
    let late = if is_past_due(as_of, ticket) { ", past its due time" } else { "" };
    let subject = ticket.row.subject.as_deref().unwrap_or("no subject");
    Fact {
        file: "tickets",
        key: ticket.row.external_id.0.clone(),
        on: Some(ticket.on),
        text: format!("severity {}: {subject}{late}", ticket.row.severity),
        counted,
    }
}

/// Unresolved tickets of at least this severity.
pub(super) fn open_tickets(
    as_of: &AsOf<'_>,
    severity_up_to: i64,
    trace: &mut Trace,
) -> (Reading, Vec<LimitWhen>) {
    if !as_of.has(&as_of.columns.tickets) {
        return (NO_TICKETS, vec![]);
    }
    let mut count = 0.0;
    let mut limits = vec![];
    for ticket in open(as_of, severity_up_to) {
        count += 1.0;
        if ticket.row.severity == 1 && is_past_due(as_of, ticket) && limits.is_empty() {
            limits.push(LimitWhen::SeverityOnePastDue);
        }
        trace.fact(|| ticket_fact(as_of, ticket, true));
    }
    let late = if limits.is_empty() { "" } else { ", a severity 1 past its due time" };
    trace.say(|| format!("{} of severity 1 to {severity_up_to}{late}", counted(count, "unresolved ticket")));
    (Reading::of(count), limits)
}

/// Unresolved tickets past their due time.
pub(super) fn tickets_past_sla(as_of: &AsOf<'_>, severity_up_to: i64, trace: &mut Trace) -> Reading {
    if !as_of.has(&as_of.columns.tickets) {
        return NO_TICKETS;
    }
    let mut count = 0.0;
    for ticket in open(as_of, severity_up_to).filter(|ticket| is_past_due(as_of, ticket)) {
        count += 1.0;
        trace.fact(|| ticket_fact(as_of, ticket, true));
    }
    trace.say(|| format!("{} past due", counted(count, "unresolved ticket")));
    Reading::of(count)
}

/// Tickets opened in the window, as they are or per 100 active users.
pub(super) fn tickets_opened(
    as_of: &AsOf<'_>,
    categories: &[String],
    within: i32,
    per_100_active_users: bool,
    trace: &mut Trace,
) -> Reading {
    if !as_of.has(&as_of.columns.tickets) {
        return NO_TICKETS;
    }
    let mut count = 0.0;
    for ticket in as_of.columns.tickets.iter().filter(|ticket| ticket.visible(as_of.day)) {
        let category = ticket.row.category.as_deref().unwrap_or_default().to_lowercase();
        let wanted = categories.is_empty() || categories.iter().any(|other| other.to_lowercase() == category);
        if wanted && as_of.within(ticket.on, within) {
            count += 1.0;
            trace.fact(|| ticket_fact(as_of, ticket, true));
        }
    }
    if !per_100_active_users {
        trace.say(|| format!("{} in {within} days", counted(count, "ticket")));
        return Reading::of(count);
    }
    if !as_of.has_usage() {
        return Reading::Missing("no telemetry that names users yet");
    }
    const ACTIVE_WITHIN: i32 = 28;
    let users = adoption::active(as_of, ACTIVE_WITHIN, 0);
    trace.say(|| format!("{} in {within} days, {}", counted(count, "ticket"), counted(users, "active user")));
    if count == 0.0 && users == 0.0 {
        return Reading::NotApplicable("no ticket and no active user");
    }
    // Tickets without any active user are as bad as if there were one.
    Reading::Present { value: count * 100.0 / users.max(1.0), ratio: Some((count, users)) }
}

/// Median hours from opening to resolution.
pub(super) fn time_to_resolve(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if !as_of.has(&as_of.columns.tickets) {
        return NO_TICKETS;
    }
    let mut hours: Vec<f64> = Vec::new();
    for ticket in as_of.columns.tickets.iter().filter(|ticket| ticket.visible(as_of.day)) {
        let (Some(done), Some(resolved_at)) = (ticket.done, ticket.row.resolved_at) else {
            continue;
        };
        if as_of.within(done, within) {
            hours.push((resolved_at.micros() - ticket.row.opened_at.micros()) as f64 / 3_600_000_000.0);
            trace.fact(|| ticket_fact(as_of, ticket, true));
        }
    }
    if hours.is_empty() {
        return Reading::NotApplicable("no ticket resolved in the window");
    }
    hours.sort_by(f64::total_cmp);
    let middle = hours.len() / 2;
    let median = if hours.len() % 2 == 1 { hours[middle] } else { (hours[middle - 1] + hours[middle]) / 2.0 };
    trace.say(|| format!("{median:.1} hours over {}", counted(hours.len() as f64, "ticket")));
    Reading::of(median)
}

/// The worst open escalation: 0 none, 1 low, 2 medium, 3 high, 4 critical.
pub(super) fn open_escalations(as_of: &AsOf<'_>, trace: &mut Trace) -> Reading {
    if !as_of.has(&as_of.columns.escalations) {
        return Reading::Missing("no escalations recorded yet");
    }
    let mut worst = 0;
    for escalation in
        as_of.columns.escalations.iter().filter(|row| row.visible(as_of.day) && !row.is_done(as_of.day))
    {
        let place = SEVERITIES.iter().position(|severity| *severity == escalation.row.severity);
        worst = worst.max(place.map_or(0, |place| SEVERITIES.len() - place));
        trace.fact(|| Fact {
            file: "escalations",
            key: escalation.row.external_id.0.clone(),
            on: Some(escalation.on),
            text: format!("{}: {}", escalation.row.severity, escalation.row.reason),
            counted: true,
        });
    }
    trace.say(|| match worst {
        0 => "none open".to_owned(),
        level => format!("{} open", SEVERITIES[SEVERITIES.len() - level]),
    });
    Reading::of(worst as f64)
}

/// Mean of each rater's last unexpired rating.
pub(super) fn judgement(as_of: &AsOf<'_>, expires_after: i32, trace: &mut Trace) -> Reading {
    if !as_of.has(&as_of.columns.judgements) {
        return Reading::Missing("no judgement recorded yet");
    }
    let mut last: BTreeMap<&str, &Dated<'_, dearly_domain::judgement::Judgement>> = BTreeMap::new();
    for judgement in as_of.columns.judgements.iter().filter(|judgement| judgement.visible(as_of.day)) {
        let newest = last.entry(judgement.row.by.as_str()).or_insert(judgement);
        if judgement.on > newest.on {
            *newest = judgement;
        }
    }
    let (mut sum, mut count) = (0.0, 0.0);
    for judgement in last.values() {
        let expires_on = judgement.row.expires_on.unwrap_or(judgement.on.plus_days(expires_after));
        let counts = expires_on > as_of.day;
        if counts {
            sum += judgement.row.rating;
            count += 1.0;
        }
        trace.fact(|| Fact {
            file: "judgements",
            key: judgement.row.by.clone(),
            on: Some(judgement.on),
            text: format!(
                "{} by {}: {}",
                plain(judgement.row.rating),
                judgement.row.by,
                judgement.row.reason
            ),
            counted: counts,
        });
    }
    if count == 0.0 {
        return Reading::Missing("every judgement has expired");
    }
    trace.say(|| format!("{} of 5 by {}", plain(sum / count), counted(count, "rater")));
    Reading::Present { value: sum / count, ratio: Some((sum, count)) }
}
