//! Adoption: breadth (how many users, how often) and depth (which features and workflows) of use.

use dearly_workbook::model::{FeatureSet, Per, TrendAgainst, TrendOf};

use super::deployment::{entitled_seats, last_licences};
use super::{counted, percent, plain, signed_percent};
use crate::as_of::{AsOf, Trace};
use crate::presence::{Scope, UserActivity};
use crate::score::{Fact, Reading};

const NO_USAGE: Reading = Reading::Missing("no telemetry that names users yet");

/// Users active on at least so many days of the window, per licence, seat or as a count.
pub(super) fn active_users<'a>(
    as_of: &AsOf<'a>,
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
    let count = |scope| users(as_of, scope, days_at_least, within, 0);
    let (bought, noun): (Vec<(&'a str, f64)>, &str) = match per {
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
    let (users, total) = if as_of.presence.names_products(as_of.day) {
        bought.iter().fold((0.0, 0.0), |(users, total), (product, licences)| {
            (users + count(Scope::Product(product)), total + licences)
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
    let mut users = as_of.presence.user_activity(as_of.day, within);
    users.sort_by(|a, b| b.days.cmp(&a.days).then(a.user.cmp(b.user)));
    for UserActivity { user, days, last } in users {
        trace.fact(|| Fact {
            file: "events",
            key: user.to_owned(),
            on: Some(last),
            text: format!("{user}: active on {} of {within}", counted(f64::from(days), "day")),
            counted: days >= days_at_least.max(1) as u32,
        });
    }
}

/// Users with at least so many days of the scope in the window that ends `back` days before the day.
pub(super) fn users<'a>(
    as_of: &AsOf<'a>,
    scope: Scope<'a>,
    days_at_least: i32,
    within: i32,
    back: i32,
) -> f64 {
    as_of.presence.users(scope, days_at_least, within, back)[as_of.index] as f64
}

/// Users with any event in the window.
pub(super) fn active(as_of: &AsOf<'_>, within: i32, back: i32) -> f64 {
    users(as_of, Scope::Any, 1, within, back)
}

/// Mean active days of an active user.
pub(super) fn login_frequency(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let users = active(as_of, within, 0);
    let days = as_of.presence.user_days(within, false)[as_of.index] as f64;
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
    let user_days = as_of.presence.user_days(within, working_days)[as_of.index] as f64;
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
    let users = users(as_of, Scope::Events(names), 1, within, 0);
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
    let counted_users = as_of.presence.users_of_each(names, days_at_least, within);
    for (place, name) in names.iter().enumerate() {
        let users = counted_users.of(place)[as_of.index] as f64;
        let is_regular = users > 0.0 && users >= by_at_least * active - 1e-9;
        regular += usize::from(is_regular);
        trace.fact(|| Fact {
            file: "events",
            key: name.clone(),
            on: None,
            text: format!(
                "{name}: {} of {} on at least {days_at_least} days",
                plain(users),
                counted(active, "active user")
            ),
            counted: is_regular,
        });
    }
    trace.say(|| format!("{regular} of {} in regular use", counted(names.len() as f64, "feature")));
    Reading::ratio(regular as f64, names.len() as f64, "no features")
}

/// Share of the features used by at least so many users.
pub(super) fn features_used<'a>(
    as_of: &AsOf<'a>,
    set: &'a FeatureSet,
    by_at_least: i64,
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
    let mut used = 0;
    let counted_users = as_of.presence.users_of_each(names, 1, within);
    for (place, name) in names.iter().enumerate() {
        let users = counted_users.of(place)[as_of.index];
        let is_used = users as i64 >= by_at_least;
        used += usize::from(is_used);
        trace.fact(|| Fact {
            file: "events",
            key: name.clone(),
            on: None,
            text: format!("{name}: {} in {within} days", counted(users as f64, "user")),
            counted: is_used,
        });
    }
    trace.say(|| {
        let features = counted(names.len() as f64, "feature");
        format!("{used} of {features} used by at least {}", counted(by_at_least as f64, "user"))
    });
    Reading::ratio(used as f64, names.len() as f64, "no features")
}

/// Completions of workflows / those expected of the active users.
pub(super) fn workflow_completion<'a>(
    as_of: &AsOf<'a>,
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
        let completions = as_of.presence.completions(workflow, within)[as_of.index] as f64;
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

/// The window against the one before, or against the same weeks of the last year.
pub(super) fn usage_trend(
    as_of: &AsOf<'_>,
    of: TrendOf,
    against: TrendAgainst,
    within: i32,
    trace: &mut Trace,
) -> Reading {
    if !as_of.has_usage() {
        return NO_USAGE;
    }
    let back = against.days_back(within);
    let (now, before, noun) = match of {
        TrendOf::ActiveUsers => (active(as_of, within, 0), active(as_of, within, back), "active user"),
        TrendOf::Events => {
            let events = |back| as_of.presence.events(within, back)[as_of.index] as f64;
            (events(0), events(back), "event")
        }
    };
    if before == 0.0 {
        return Reading::NotApplicable(match against {
            TrendAgainst::Previous => "nothing in the window before",
            TrendAgainst::LastYear => "nothing in the same weeks of the last year",
        });
    }
    let change = now / before - 1.0;
    for (count, back, counts) in [(now, 0, true), (before, back, false)] {
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
