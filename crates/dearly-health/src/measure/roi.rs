//! ROI: verified outcomes of mutual success plans.
//!
//! Plans are a register that the vendor keeps. Once the book holds any plan, an account without one *has none*; before,
//! nothing is known.

use crate::as_of::{AsOf, Trace};
use crate::columns::Dated;
use crate::score::{Fact, Reading};
use dearly_domain::objective::Objective;

use super::{counted, percent, plain};

const NO_REGISTER: Reading = Reading::Missing("the book holds no success plans yet");
const TOO_YOUNG: Reading = Reading::NotApplicable("no plan yet, and the account is young");

fn is_kept(as_of: &AsOf<'_>) -> bool {
    as_of.book.plans_since.is_some_and(|since| since <= as_of.day)
}

fn fact(objective: &Dated<'_, Objective>, text: String, counted: bool) -> Fact {
    let on = objective.row.verified_on.or(objective.row.completed_on).or(objective.row.due_on);
    Fact { file: "objectives", key: objective.row.external_id.0.clone(), on, text, counted }
}

/// 2: an outcome verified in the window; 1: completed only, or a young account; 0: none.
pub(super) fn verified_outcomes(
    as_of: &AsOf<'_>,
    within: i32,
    no_plan_until: i32,
    trace: &mut Trace,
) -> Reading {
    if !is_kept(as_of) {
        return NO_REGISTER;
    }
    let (mut verified, mut completed) = (0, 0);
    for objective in as_of.columns.objectives(as_of.day) {
        let name = &objective.row.name;
        match objective.row.verified_on.filter(|on| *on <= as_of.day) {
            Some(on) => {
                let counts = as_of.within(on, within);
                verified += usize::from(counts);
                trace.fact(|| fact(objective, format!("{name}: verified {on}"), counts));
            }
            None if objective.is_done(as_of.day) => {
                completed += 1;
                trace.fact(|| fact(objective, format!("{name}: completed, not verified"), false));
            }
            None => trace.fact(|| fact(objective, format!("{name}: open"), false)),
        }
    }
    if verified > 0 {
        trace.say(|| format!("{} verified in {within} days", counted(verified as f64, "outcome")));
        return Reading::of(2.0);
    }
    if as_of.columns.plans(as_of.day).next().is_none() && as_of.age_days() < no_plan_until {
        return TOO_YOUNG;
    }
    if completed > 0 {
        trace.say(|| format!("{} completed, none verified", counted(completed as f64, "objective")));
        return Reading::of(1.0);
    }
    if as_of.age_days() < within {
        trace.say(|| format!("none verified yet, {} old", counted(f64::from(as_of.age_days()), "day")));
        return Reading::of(1.0);
    }
    trace.say(|| format!("none verified in {within} days"));
    Reading::of(0.0)
}

/// Objectives completed by their due day / objectives due.
pub(super) fn plan_on_track(as_of: &AsOf<'_>, no_plan_until: i32, trace: &mut Trace) -> Reading {
    if !is_kept(as_of) {
        return NO_REGISTER;
    }
    if as_of.columns.plans(as_of.day).next().is_none() {
        if as_of.age_days() < no_plan_until {
            return TOO_YOUNG;
        }
        trace.say(|| format!("no plan after {no_plan_until} days"));
        return Reading::of(0.0);
    }
    let (mut on_time, mut due) = (0.0, 0.0);
    for objective in as_of.columns.objectives(as_of.day) {
        let Some(due_on) = objective.due.filter(|due_on| *due_on <= as_of.day) else {
            continue;
        };
        let counts = objective.done.is_some_and(|done| done <= due_on);
        due += 1.0;
        on_time += f64::from(u8::from(counts));
        trace.fact(|| {
            let done = objective.done.filter(|done| *done <= as_of.day);
            let state = done.map_or("not completed".to_owned(), |done| format!("completed {done}"));
            fact(objective, format!("{}: due {due_on}, {state}", objective.row.name), counts)
        });
    }
    trace.say(|| {
        format!(
            "{} of {} due on time ({})",
            plain(on_time),
            counted(due, "objective"),
            percent(on_time / due.max(1.0))
        )
    });
    Reading::ratio(on_time, due, "no objective is due yet")
}

/// 2: accepted in the window; 1: before; 0: not accepted.
pub(super) fn plan_accepted(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    if !is_kept(as_of) {
        return NO_REGISTER;
    }
    let mut newest = None;
    for plan in as_of.columns.plans(as_of.day) {
        let accepted = plan.done.filter(|on| *on <= as_of.day);
        newest = newest.max(accepted);
        trace.fact(|| Fact {
            file: "plans",
            key: plan.row.external_id.0.clone(),
            on: accepted,
            text: format!(
                "{}: {}",
                plan.row.name,
                accepted.map_or("not accepted".to_owned(), |on| format!("accepted {on}"))
            ),
            counted: accepted.is_some_and(|on| as_of.within(on, within)),
        });
    }
    match newest {
        Some(on) if as_of.within(on, within) => {
            trace.say(|| format!("accepted {on}"));
            Reading::of(2.0)
        }
        Some(on) => {
            trace.say(|| format!("accepted {on}, more than {within} days ago"));
            Reading::of(1.0)
        }
        None => {
            trace.say(|| "no accepted plan".to_owned());
            Reading::of(0.0)
        }
    }
}
