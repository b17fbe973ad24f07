//! Measures: what is read of an account as of a day. One file per component of DEAR, and one for the rest.

mod adoption;
mod commercial;
mod deployment;
mod engagement;
mod experience;
mod roi;
mod sql;

use dearly_workbook::model::{LimitWhen, Value};

use crate::as_of::{AsOf, Trace};
use crate::score::Reading;

/// What the measure reads, and which conditions for limits hold.
pub(crate) fn read<'a>(value: &'a Value, as_of: &AsOf<'a>, trace: &mut Trace) -> (Reading, Vec<LimitWhen>) {
    match value {
        Value::SetupStepsDone => deployment::setup_steps_done(as_of, trace),
        Value::Multithreading { within } => engagement::multithreading(as_of, *within, trace),
        Value::OpenTickets { severity_up_to } => experience::open_tickets(as_of, *severity_up_to, trace),
        _ => (read_unlimited(value, as_of, trace), Vec::new()),
    }
}

fn read_unlimited<'a>(value: &'a Value, as_of: &AsOf<'a>, trace: &mut Trace) -> Reading {
    match value {
        Value::LicenceUtilisation => deployment::licence_utilisation(as_of, trace),
        Value::ProductsLive { within } => deployment::products_live(as_of, *within, trace),
        Value::ActiveUsers { within, per } => adoption::active_users(as_of, 1, *within, *per, trace),
        Value::HealthyActiveUsers { days_at_least, within, per } => {
            adoption::active_users(as_of, *days_at_least, *within, *per, trace)
        }
        Value::LoginFrequency { within } => adoption::login_frequency(as_of, *within, trace),
        Value::Stickiness { within, working_days } => {
            adoption::stickiness(as_of, *within, *working_days, trace)
        }
        Value::FeatureUse { features, within } => adoption::feature_use(as_of, features, *within, trace),
        Value::FeaturesInRegularUse { features, by_at_least, days_at_least, within } => {
            adoption::features_in_regular_use(as_of, features, *by_at_least, *days_at_least, *within, trace)
        }
        Value::FeaturesUsed { features, by_at_least, within } => {
            adoption::features_used(as_of, features, *by_at_least, *within, trace)
        }
        Value::WorkflowCompletion { workflows, within } => {
            adoption::workflow_completion(as_of, workflows, *within, trace)
        }
        Value::UsageTrend { of, against, within } => {
            adoption::usage_trend(as_of, *of, *against, *within, trace)
        }
        Value::KeyPeopleMet => engagement::key_people_met(as_of, trace),
        Value::DaysSinceActivity { types } => engagement::days_since_activity(as_of, types, trace),
        Value::BusinessReviewHeld => engagement::business_review_held(as_of, trace),
        Value::VerifiedOutcomes { within, no_plan_until } => {
            roi::verified_outcomes(as_of, *within, *no_plan_until, trace)
        }
        Value::PlanOnTrack { no_plan_until } => roi::plan_on_track(as_of, *no_plan_until, trace),
        Value::PlanAccepted { within } => roi::plan_accepted(as_of, *within, trace),
        Value::Nps { of, within } => experience::nps(as_of, *of, *within, trace),
        Value::Csat { within } => experience::csat(as_of, *within, trace),
        Value::Ces { within } => experience::ces(as_of, *within, trace),
        Value::TicketsPastSla { severity_up_to } => {
            experience::tickets_past_sla(as_of, *severity_up_to, trace)
        }
        Value::TicketsOpened { categories, within, per_100_active_users } => {
            experience::tickets_opened(as_of, categories, *within, *per_100_active_users, trace)
        }
        Value::TimeToResolve { within } => experience::time_to_resolve(as_of, *within, trace),
        Value::OpenEscalations => experience::open_escalations(as_of, trace),
        Value::Judgement { expires_after } => experience::judgement(as_of, *expires_after, trace),
        Value::OverdueInvoices { more_than } => commercial::overdue_invoices(as_of, *more_than, trace),
        Value::Attribute { name } => commercial::attribute(as_of, name, trace),
        Value::ArrChange { within } => commercial::arr_change(as_of, *within, trace),
        Value::Tenure => commercial::tenure(as_of, trace),
        Value::Sql(statement) => sql::sql(as_of, statement, trace),
        Value::SetupStepsDone | Value::Multithreading { .. } | Value::OpenTickets { .. } => {
            unreachable!("read with their limits")
        }
    }
}

/// A fraction as people say it.
fn percent(value: f64) -> String {
    format!("{} %", (value * 100.0).round())
}

/// A change as people say it: `+4 %`, `−12 %`, and no sign where nothing changed.
fn signed_percent(change: f64) -> String {
    let whole = (change * 100.0).round();
    match whole {
        0.0 => "0 %".to_owned(),
        whole if whole < 0.0 => format!("−{} %", -whole),
        whole => format!("+{whole} %"),
    }
}

/// A count without a needless fraction.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// `1 day`, `2 days`.
fn counted(count: f64, one: &str) -> String {
    format!("{} {one}{}", plain(count), if count == 1.0 { "" } else { "s" })
}
