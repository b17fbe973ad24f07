//! The naive definition of DEAR health: one account, one day, one workbook.
//!
//! Every question scans every row again, so that each answer can be read beside its rule in `docs/RULES.md` (7–13).
//! Nothing is kept from one measure, or from one day, to the next. Where the rules leave a choice, the comment says
//! which one the product documents.

mod deployment;
mod engagement;
mod experience;
mod fields;
mod roi;
mod scorecard;
mod usage;
mod visible;

use dearly_domain::{Calendar, Day};
use dearly_health::facts::{AccountFacts, BookFacts};
use dearly_health::score::{AccountDay, Reading};
use dearly_workbook::model::{LimitWhen, ScoreKind, Value, Workbook};

/// The account on the day, by definition.
pub(crate) fn account_day(
    workbook: &Workbook,
    facts: &AccountFacts,
    book: &BookFacts,
    day: Day,
) -> AccountDay {
    let naive = Naive { workbook, facts, book, calendar: workbook.calendar(), d: day };
    AccountDay {
        day,
        status: naive.status(),
        age_days: naive.age_days(),
        arr_cents: naive.arr_cents(),
        renews_on: naive.covering().iter().filter_map(|term| term.ends_on).min(),
        outcomes: naive.score(ScoreKind::Outcomes),
        experience: naive.score(ScoreKind::Experience),
    }
}

/// One account on one day under one workbook.
#[derive(Clone)]
struct Naive<'a> {
    workbook: &'a Workbook,
    facts: &'a AccountFacts,
    book: &'a BookFacts,
    calendar: Calendar,
    d: Day,
}

/// A value by itself.
fn value(value: f64) -> Reading {
    Reading::Present { value, ratio: None }
}

/// A ratio; nothing over nothing is not applicable, nor is something over nothing.
fn ratio(numerator: f64, denominator: f64) -> Reading {
    if denominator == 0.0 {
        return Reading::NotApplicable("nothing to divide by");
    }
    Reading::Present { value: numerator / denominator, ratio: Some((numerator, denominator)) }
}

impl Naive<'_> {
    /// What a measure reads, its weight and the curve's age aside.
    fn read(&self, measured: &Value) -> Reading {
        match measured {
            Value::LicenceUtilisation => self.licence_utilisation(),
            Value::SetupStepsDone => self.setup_steps_done(),
            Value::ProductsLive { within } => self.products_live(*within),
            Value::ActiveUsers { within, per } => self.active_users(*within, *per),
            Value::HealthyActiveUsers { days_at_least, within, per } => {
                self.healthy_active_users(*days_at_least, *within, *per)
            }
            Value::LoginFrequency { within } => self.login_frequency(*within),
            Value::Stickiness { within, working_days } => self.stickiness(*within, *working_days),
            Value::FeatureUse { features, within } => self.feature_use(features, *within),
            Value::FeaturesInRegularUse { features, by_at_least, days_at_least, within } => {
                self.features_in_regular_use(features, *by_at_least, *days_at_least, *within)
            }
            Value::FeaturesUsed { features, by_at_least, within } => {
                self.features_used(features, *by_at_least, *within)
            }
            Value::WorkflowCompletion { workflows, within } => self.workflow_completion(workflows, *within),
            Value::UsageTrend { of, against, within } => self.usage_trend(*of, *against, *within),
            Value::KeyPeopleMet => self.key_people_met(),
            Value::Multithreading { within } => self.multithreading(*within),
            Value::DaysSinceActivity { types } => self.days_since_activity(types),
            Value::BusinessReviewHeld => self.business_review_held(),
            Value::VerifiedOutcomes { within, no_plan_until } => {
                self.verified_outcomes(*within, *no_plan_until)
            }
            Value::PlanOnTrack { no_plan_until } => self.plan_on_track(*no_plan_until),
            Value::PlanAccepted { within } => self.plan_accepted(*within),
            Value::Nps { of, within } => self.nps(*of, *within),
            Value::Csat { within } => self.csat(*within),
            Value::Ces { within } => self.ces(*within),
            Value::OpenTickets { severity_up_to } => self.open_tickets(*severity_up_to),
            Value::TicketsPastSla { severity_up_to } => self.tickets_past_sla(*severity_up_to),
            Value::TicketsOpened { categories, within, per_100_active_users } => {
                self.tickets_opened(categories, *within, *per_100_active_users)
            }
            Value::TimeToResolve { within } => self.time_to_resolve(*within),
            Value::OverdueInvoices { more_than } => self.overdue_invoices(*more_than),
            Value::OpenEscalations => self.open_escalations(),
            Value::Judgement { expires_after } => self.judgement(*expires_after),
            Value::Attribute { name } => self.attribute(name),
            Value::ArrChange { within } => self.arr_change(*within),
            Value::Tenure => self.tenure(),
            Value::Sql(statement) => match self.facts.readings.get(statement, self.d) {
                Some(own) => value(own),
                None => Reading::Missing("no row"),
            },
        }
    }

    /// Whether a limit of the measure applies.
    fn limit_applies(&self, when: LimitWhen, measured: &Value) -> bool {
        match (when, measured) {
            (LimitWhen::BasicStepMissing, Value::SetupStepsDone) => self.basic_steps().contains(&false),
            (LimitWhen::BasicStepsDone, Value::SetupStepsDone) => {
                !self.basic_steps().is_empty() && !self.basic_steps().contains(&false)
            }
            (LimitWhen::NoExecutive, Value::Multithreading { within }) => !self.executive_met(*within),
            (LimitWhen::SeverityOnePastDue, Value::OpenTickets { severity_up_to }) => {
                self.severity_one_past_due(*severity_up_to)
            }
            _ => false,
        }
    }
}
