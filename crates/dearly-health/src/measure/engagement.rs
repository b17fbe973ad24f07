//! Engagement: the right people, at the agreed cadence.

use dearly_workbook::model::LimitWhen;

use super::{counted, percent, plain};
use crate::as_of::{AsOf, KeyPerson, Trace};
use crate::score::{Fact, Reading};

/// Whether both sources are there; else what is missing.
fn missing(as_of: &AsOf<'_>) -> Option<Reading> {
    if !as_of.has(&as_of.columns.people) {
        return Some(Reading::Missing("no people recorded yet"));
    }
    if !as_of.has(&as_of.columns.activities) {
        return Some(Reading::Missing("no activities recorded yet"));
    }
    None
}

fn describe(key: &KeyPerson<'_>) -> String {
    let name = key.person.name.as_deref().unwrap_or(key.person.external_id.as_str());
    let roles = key.person.roles.join(", ").replace('_', " ");
    match key.last_met_on {
        Some(met) => format!("{name} ({roles}): met {met}, SLA {} days", key.sla_days),
        None => format!("{name} ({roles}): never met, SLA {} days", key.sla_days),
    }
}

/// Key people met within their SLA / key people.
pub(super) fn key_people_met(as_of: &AsOf<'_>, trace: &mut Trace) -> Reading {
    if let Some(missing) = missing(as_of) {
        return missing;
    }
    let people = as_of.key_people();
    let mut met = 0;
    for key in &people {
        let counts = key.is_within_sla(as_of.day);
        met += usize::from(counts);
        trace.fact(|| Fact {
            file: "people",
            key: key.person.external_id.0.clone(),
            on: key.last_met_on,
            text: describe(key),
            counted: counts,
        });
    }
    let (met, all) = (met as f64, people.len() as f64);
    trace.say(|| {
        format!(
            "{} of {} key people met within SLA ({})",
            plain(met),
            plain(all),
            percent(met / all.max(1.0))
        )
    });
    Reading::ratio(met, all, "no person has a key role")
}

/// Distinct key roles met in the window.
pub(super) fn multithreading(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> (Reading, Vec<LimitWhen>) {
    if let Some(missing) = missing(as_of) {
        return (missing, vec![]);
    }
    let mut roles: Vec<&str> = Vec::new();
    for key in as_of.key_people() {
        let counts = key.last_met_on.is_some_and(|met| as_of.within(met, within));
        if counts {
            let held = key.person.roles.iter().map(String::as_str);
            roles.extend(held.filter(|role| as_of.sla_days(role).is_some()));
        }
        trace.fact(|| Fact {
            file: "people",
            key: key.person.external_id.0.clone(),
            on: key.last_met_on,
            text: describe(&key),
            counted: counts,
        });
    }
    roles.sort_unstable();
    roles.dedup();
    let executives = &as_of.workbook.engagement.executive_roles;
    let has_executive = roles.iter().any(|role| executives.iter().any(|executive| executive == role));
    trace.say(|| match roles.len() {
        0 => format!("no key role met in {within} days"),
        n => format!(
            "{} met in {within} days: {}",
            counted(n as f64, "key role"),
            roles.join(", ").replace('_', " ")
        ),
    });
    let limits = if has_executive { vec![] } else { vec![LimitWhen::NoExecutive] };
    (Reading::of(roles.len() as f64), limits)
}

/// Days since the last activity of the types.
pub(super) fn days_since_activity(as_of: &AsOf<'_>, types: &[String], trace: &mut Trace) -> Reading {
    let last = as_of
        .columns
        .activities
        .iter()
        .filter(|activity| activity.visible(as_of.day))
        .filter(|activity| types.is_empty() || types.contains(&activity.row.kind))
        .max_by_key(|activity| (activity.on, &activity.row.external_id));
    let Some(last) = last else {
        return Reading::Missing("no such activity recorded yet");
    };
    let days = f64::from(as_of.day - last.on);
    trace.fact(|| Fact {
        file: "activities",
        key: last.row.external_id.0.clone(),
        on: Some(last.on),
        text: format!("{}: {}", last.row.kind, last.row.subject.as_deref().unwrap_or("no subject")),
        counted: true,
    });
    trace.say(|| format!("{} ago", counted(days, "day")));
    Reading::of(days)
}

/// Days since the last business review / cadence of the tier.
pub(super) fn business_review_held(as_of: &AsOf<'_>, trace: &mut Trace) -> Reading {
    let tier = as_of.account().and_then(|account| account.tier);
    let cadence = tier.and_then(|tier| as_of.workbook.engagement.business_review_days.get(&tier)).copied();
    let Some(cadence) = cadence.filter(|days| *days > 0) else {
        return Reading::NotApplicable("the tier has no business-review cadence");
    };
    if !as_of.has(&as_of.columns.activities) {
        return Reading::Missing("no activities recorded yet");
    }
    let cadence = f64::from(cadence);
    let reviews = as_of.columns.activities.iter().filter(|activity| activity.visible(as_of.day));
    let last = reviews
        .filter(|activity| activity.row.kind == "business_review")
        .max_by_key(|activity| (activity.on, &activity.row.external_id));
    let Some(last) = last else {
        let age = f64::from(as_of.age_days());
        if age <= cadence {
            return Reading::NotApplicable("the first business review is not due yet");
        }
        // Never held: as bad as the curve gets, however young the account.
        trace.say(|| format!("never held, every {} days", plain(cadence)));
        return Reading::of((age / cadence).max(2.0));
    };
    let days = f64::from(as_of.day - last.on);
    trace.fact(|| Fact {
        file: "activities",
        key: last.row.external_id.0.clone(),
        on: Some(last.on),
        text: format!("business review: {}", last.row.subject.as_deref().unwrap_or("no subject")),
        counted: true,
    });
    trace.say(|| format!("{} ago, every {} days", counted(days, "day"), plain(cadence)));
    Reading::Present { value: days / cadence, ratio: Some((days, cadence)) }
}
