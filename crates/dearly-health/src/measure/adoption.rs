//! Adoption: breadth (how many users, how often) and depth (which features and workflows) of use.

use dearly_domain::Day;
use dearly_workbook::model::{FeatureSet, Per, TrendOf};

use super::deployment::{entitled_seats, last_licences};
use super::{counted, percent, plain, signed_percent};
use crate::as_of::{AsOf, Trace};
use crate::presence::Scope;
use crate::score::{Fact, Reading};

const NO_USAGE: Reading = Reading::Missing("no telemetry that names users yet");

/// Users active on at least so many days of the window, per licence, seat or as a count.
pub(super) fn active_users(
    as_of: &AsOf<'_>,
    days_at_least: i32,
    within: i32,
    per: Per,
    trace: &mut Trace,
) -> Reading {
    if per == Per::EntitledSeats && entitled_seats(as_of).is_empty() {
        return Reading::NotApplicable("no seats are entitled on the day");
    }
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let count =
        |scope: Scope| f64::from(as_of.presence.count_users(as_of.index, scope, days_at_least, within, 0));
    let (bought, noun): (Vec<(&str, f64)>, &str) = match per {
        Per::One => {
            let users = count(Scope::Any);
            trace_users(as_of, days_at_least, within, trace);
            trace.say(|| counted(users, "active user"));
            return Reading::of(users);
        }
        Per::ActivatedLicences => {
            let licences = last_licences(as_of);
            if licences.is_empty() {
                return Reading::Missing("no licence snapshot yet");
            }
            let activated = |licence: &dearly_domain::licence::Licence| licence.in_use().unwrap_or(0) as f64;
            (
                licences.iter().map(|(product, licence)| (*product, activated(licence))).collect(),
                "activated licence",
            )
        }
        Per::EntitledSeats => (entitled_seats(as_of).into_iter().collect(), "entitled seat"),
    };
    let names_products = as_of.presence.first_product_day.is_some_and(|first| first <= as_of.day);
    let (users, total) = if names_products {
        bought.iter().fold((0.0, 0.0), |(users, total), (product, licences)| {
            let active =
                as_of.presence.product(product).map_or(0.0, |product| count(Scope::Product(product)));
            (users + active, total + licences)
        })
    } else {
        (count(Scope::Any), bought.iter().map(|(_, licences)| *licences).fold(0.0, f64::max))
    };
    trace_users(as_of, days_at_least, within, trace);
    trace.say(|| {
        let often =
            if days_at_least > 1 { format!(" on at least {days_at_least} days") } else { String::new() };
        let share = if total > 0.0 { format!(" ({})", percent(users / total)) } else { String::new() };
        format!("{}{often}, {}{share}", counted(users, "active user"), counted(total, noun))
    });
    Reading::ratio(users, total, "no licence is activated")
}

fn trace_users(as_of: &AsOf<'_>, days_at_least: i32, within: i32, trace: &mut Trace) {
    if !trace.is_on() {
        return;
    }
    let mut users: Vec<(u32, &str, Option<Day>)> = as_of
        .presence
        .users()
        .iter()
        .map(|user| {
            let days = user.days_within(&Scope::Any, as_of.day, within);
            let last =
                user.days.iter().rev().find(|day| **day <= as_of.day.days()).map(|day| Day::from_days(*day));
            (days, as_of.presence.user_name(user), last)
        })
        .filter(|(_, _, last)| last.is_some())
        .collect();
    users.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    for (days, user, on) in users {
        trace.fact(|| Fact {
            file: "events",
            key: user.to_owned(),
            on,
            text: format!("{user}: active on {} of {within}", counted(f64::from(days), "day")),
            counted: days >= days_at_least.max(1) as u32,
        });
    }
}

fn active(as_of: &AsOf<'_>, within: i32, back: i32) -> f64 {
    f64::from(as_of.presence.count_users(as_of.index, Scope::Any, 1, within, back))
}

/// Mean active days of an active user.
pub(super) fn login_frequency(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let users = active(as_of, within, 0);
    let days = f64::from(as_of.presence.user_days(as_of.index, within, false));
    trace_users(as_of, 1, within, trace);
    if users == 0.0 {
        trace.say(|| format!("no active user in {within} days"));
        return Reading::of(0.0);
    }
    trace.say(|| format!("{:.1} active days a user in {within} days", days / users));
    Reading::ratio(days, users, "no active user")
}

/// Mean daily active users / active users of the window.
pub(super) fn stickiness(as_of: &AsOf<'_>, within: i32, working_days: bool, trace: &mut Trace) -> Reading {
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let users = active(as_of, within, 0);
    let counts = |back: i32| !working_days || as_of.day.plus_days(-back).weekday() <= 5;
    let days = (0..within).filter(|back| counts(*back)).count() as f64;
    let user_days = f64::from(as_of.presence.user_days(as_of.index, within, working_days));
    trace_users(as_of, 1, within, trace);
    if days == 0.0 {
        return Reading::NotApplicable("the window has no working day");
    }
    trace.say(|| format!("{:.1} daily active of {}", user_days / days, counted(users, "active user")));
    Reading::ratio(user_days / days, users, "no active user in the window")
}

fn features<'a>(as_of: &AsOf<'a>, set: &'a FeatureSet) -> &'a [String] {
    match set {
        FeatureSet::Sticky => &as_of.workbook.features.sticky,
        FeatureSet::Named(names) => names,
    }
}

/// Share of active users who used any of the features.
pub(super) fn feature_use<'a>(
    as_of: &AsOf<'a>,
    set: &'a FeatureSet,
    within: i32,
    trace: &mut Trace,
) -> Reading {
    let names = features(as_of, set);
    if names.is_empty() {
        return Reading::NotApplicable("the workbook names no such features");
    }
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let events = names.iter().filter_map(|name| as_of.presence.event(name)).collect();
    let users = f64::from(as_of.presence.count_users(as_of.index, Scope::Events(events), 1, within, 0));
    let active = active(as_of, within, 0);
    trace.say(|| format!("{} of {}", plain(users), counted(active, "active user")));
    Reading::ratio(users, active, "no active user in the window")
}

/// Share of the features in regular use.
pub(super) fn features_in_regular_use<'a>(
    as_of: &AsOf<'a>,
    set: &'a FeatureSet,
    by_at_least: f64,
    days_at_least: i32,
    within: i32,
    trace: &mut Trace,
) -> Reading {
    let names = features(as_of, set);
    if names.is_empty() {
        return Reading::NotApplicable("the workbook names no sticky features");
    }
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let active = active(as_of, within, 0);
    let mut regular = 0;
    for name in names {
        let scope = as_of.presence.event(name).map(Scope::Event);
        let users =
            scope.map_or(0, |scope| as_of.presence.count_users(as_of.index, scope, days_at_least, within, 0));
        let is_regular = users > 0 && f64::from(users) >= by_at_least * active - 1e-9;
        regular += usize::from(is_regular);
        trace.fact(|| Fact {
            file: "events",
            key: name.clone(),
            on: None,
            text: format!(
                "{name}: {} of {} on at least {days_at_least} days",
                plain(f64::from(users)),
                counted(active, "active user")
            ),
            counted: is_regular,
        });
    }
    trace.say(|| format!("{regular} of {} in regular use", counted(names.len() as f64, "feature")));
    Reading::ratio(regular as f64, names.len() as f64, "no features")
}

/// Completions of workflows / those expected of the active users.
pub(super) fn workflow_completion(
    as_of: &AsOf<'_>,
    only: &[String],
    within: i32,
    trace: &mut Trace,
) -> Reading {
    let workflows: Vec<_> = as_of
        .workbook
        .features
        .workflows
        .iter()
        .filter(|workflow| only.is_empty() || only.contains(&workflow.id))
        .collect();
    if workflows.is_empty() {
        return Reading::NotApplicable("the workbook defines no workflow");
    }
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let users = active(as_of, within, 0);
    let (mut done, mut expected) = (0.0, 0.0);
    for workflow in workflows {
        let completions = f64::from(as_of.presence.completions(as_of.index, workflow, within));
        let wanted = users * workflow.expected_per_user * f64::from(within) / 28.0;
        done += completions;
        expected += wanted;
        trace.fact(|| Fact {
            file: "events",
            key: workflow.id.clone(),
            on: None,
            text: format!(
                "{}: {} of {} expected",
                workflow.label.as_deref().unwrap_or(&workflow.id),
                counted(completions, "completion"),
                plain(wanted)
            ),
            counted: completions > 0.0,
        });
    }
    trace.say(|| format!("{} of {} expected", counted(done, "completion"), plain(expected)));
    if expected == 0.0 {
        return Reading::NotApplicable("no active user of whom a completion is expected");
    }
    Reading::ratio(done, expected, "nothing is expected")
}

/// The window against the one before.
pub(super) fn usage_trend(as_of: &AsOf<'_>, of: TrendOf, within: i32, trace: &mut Trace) -> Reading {
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let (now, before, noun) = match of {
        TrendOf::ActiveUsers => (active(as_of, within, 0), active(as_of, within, within), "active user"),
        TrendOf::Events => {
            let events = |back| f64::from(as_of.presence.count_events(as_of.index, within, back));
            (events(0), events(within), "event")
        }
    };
    if before == 0.0 {
        return Reading::NotApplicable("nothing in the window before");
    }
    let change = now / before - 1.0;
    for (count, back, counts) in [(now, 0, true), (before, within, false)] {
        trace.fact(|| Fact {
            file: "events",
            key: noun.to_owned(),
            on: Some(as_of.day.plus_days(-back)),
            text: format!("{} in the {within} days to {}", counted(count, noun), as_of.day.plus_days(-back)),
            counted: counts,
        });
    }
    trace.say(|| format!("{} after {} ({})", counted(now, noun), plain(before), signed_percent(change)));
    Reading::Present { value: change, ratio: Some((now, before)) }
}
