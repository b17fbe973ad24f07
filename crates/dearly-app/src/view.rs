//! What API, pages and command line show: one set of shapes, so that all three agree to the last digit.
//!
//! Keys are stable. Amounts are cents of the reporting currency, rates and coverages are fractions, scores are 0 to 100
//! and unrounded, days are ISO dates, instants RFC 3339.

use std::collections::BTreeMap;

use dearly_domain::{Attributes, Day, Instant};
pub use dearly_insight::drivers::{DriverTerm, DriversReport, Range, Rate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A colour, or honestly none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// From the green band up.
    Green,
    /// The yellow band.
    Yellow,
    /// Below the yellow band.
    Red,
    /// Not enough is known.
    Unknown,
}

/// A score with its colour.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreCell {
    /// 0 to 100, unrounded; null where unknown.
    pub score: Option<f64>,
    /// Its colour.
    pub colour: Colour,
    /// Present weight / applicable weight.
    pub coverage: f64,
    /// Whether something applicable is missing.
    pub partial: bool,
    /// Why it is unknown: `new`, `coverage`, `facet_missing`, `not_applicable`, `no_scorecard`, `not_a_customer`.
    pub reason: Option<String>,
    /// Points against 30 days before; null where either is unknown.
    pub change: Option<f64>,
}

/// Where an account is in its life as a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Not yet.
    Prospect,
    /// A customer.
    Customer,
    /// No more.
    Churned,
}

/// An account in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountRow {
    /// Its `external_id`.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Whether it is a customer as of the day.
    pub status: AccountStatus,
    /// Its segment.
    pub segment: Option<String>,
    /// 1 is the highest.
    pub tier: Option<i64>,
    /// Lifecycle stage.
    pub stage: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// The owner's e-mail.
    pub csm: Option<String>,
    /// Annual recurring revenue on the day.
    pub arr_cents: i64,
    /// The next due day of a running term.
    pub renews_on: Option<Day>,
    /// Days from the day to it.
    pub days_to_renewal: Option<i32>,
    /// The customer outcomes score.
    pub outcomes: ScoreCell,
    /// The customer experience score.
    pub experience: ScoreCell,
    /// The components of the outcomes score by id (`deployment`, `engagement`, `adoption`, `roi`).
    pub components: BTreeMap<String, ScoreCell>,
    /// Outcomes scores of the last 27 weekly days, oldest first, the day itself last.
    pub trend: Vec<Option<f64>>,
    /// The day a person was last met.
    pub last_met_on: Option<Day>,
    /// The largest move in 30 days, else the largest gap, in words.
    pub why: Option<String>,
}

/// A page of accounts, with the totals of everything that fits the filter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// The day.
    pub as_of: Day,
    /// What the totals count.
    pub totals: Totals,
    /// The values that occur, for the filters; of the whole book, not of the filter.
    pub facets: Facets,
    /// The rows.
    pub rows: Vec<AccountRow>,
    /// Where the next page starts; null on the last.
    pub next_cursor: Option<String>,
}

/// Counts and money of accounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Totals {
    /// How many accounts.
    pub n_accounts: usize,
    /// Their annual recurring revenue.
    pub arr_cents: i64,
    /// How many by outcomes colour.
    pub green: usize,
    /// How many by outcomes colour.
    pub yellow: usize,
    /// How many by outcomes colour.
    pub red: usize,
    /// How many by outcomes colour.
    pub unknown: usize,
}

/// Values that occur among the accounts.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    /// Segments.
    pub segment: Vec<String>,
    /// Tiers.
    pub tier: Vec<i64>,
    /// Stages.
    pub stage: Vec<String>,
    /// Industries.
    pub industry: Vec<String>,
    /// Regions.
    pub region: Vec<String>,
    /// Owners.
    pub csm: Vec<String>,
}

/// The book at a glance: what the frame of the pages needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BookSummary {
    /// The day that counts when none is asked for: the earlier of today and the last day with a fact.
    pub default_as_of: Day,
    /// The first day with a fact; null in an empty book.
    pub first_fact_on: Option<Day>,
    /// The last day with a fact; null in an empty book.
    pub last_fact_on: Option<Day>,
    /// Today, by the server's clock.
    pub today: Day,
    /// The reporting currency; null where nothing has said one.
    pub currency: Option<String>,
    /// How many accounts the book holds, customers or not.
    pub n_accounts: usize,
    /// The version of the workbook in force; 0 is the built-in default.
    pub workbook_version: i64,
    /// When it was applied.
    pub workbook_applied_at: Option<Instant>,
    /// Grows with every change of facts or workbook.
    pub revision: i64,
    /// Labels by id, after the organisation's own words.
    pub labels: BTreeMap<String, String>,
    /// Whether the book is simulated, and by which seed.
    pub simulated: Option<String>,
}

/// An account's header.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// The day.
    pub as_of: Day,
    /// What the list shows of it.
    #[serde(flatten)]
    pub row: AccountRow,
    /// The account above it.
    pub parent: Option<String>,
    /// Since when it is a customer.
    pub customer_since: Option<Day>,
    /// When it left.
    pub churned_on: Option<Day>,
    /// Custom attributes.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// Running and past terms, newest first.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Key roles that the tier requires and nobody has.
    pub missing_roles: Vec<String>,
    /// Whether at most one key person was met in 90 days.
    pub single_threaded: bool,
    /// Per file of the book: how many rows, first and last fact, as of the day.
    pub sources: Vec<SourceRow>,
}

/// A term.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubscriptionRow {
    /// Its `external_id`.
    pub subscription: String,
    /// What was bought.
    pub product: String,
    /// The first day.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Option<Day>,
    /// Annual recurring revenue in the reporting currency.
    pub arr_cents: i64,
    /// Entitled units.
    pub quantity: Option<f64>,
    /// The unit.
    pub unit: Option<String>,
    /// Seats activated by the last snapshot.
    pub activated: Option<i64>,
    /// `running`, `ended`, or `open` within grace.
    pub state: String,
    /// For an ended term: `renewed`, `contraction`, `expansion`, `churned`, `open`.
    pub renewal: Option<String>,
}

/// A source of facts.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SourceRow {
    /// The file of the book.
    pub file: String,
    /// How many facts.
    pub rows: i64,
    /// How many accounts have any.
    pub n_accounts: i64,
    /// The first fact.
    pub first_on: Option<Day>,
    /// The last fact: how fresh it is.
    pub last_on: Option<Day>,
}

/// Sources with coverage over the customers of the day (S6, S118).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// The day.
    pub as_of: Day,
    /// How many customers there are.
    pub n_customers: i64,
    /// The sources.
    pub sources: Vec<SourceRow>,
    /// Events that name no account.
    pub n_unattributed_events: i64,
}

/// Which sources an account has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoverageRow {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The last fact by file; a file without any is absent.
    pub last_on: BTreeMap<String, Day>,
}

/// A score of an account on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreRow {
    /// The account.
    pub account: String,
    /// The day.
    pub as_of: Day,
    /// Whether it is a customer on the day.
    pub status: AccountStatus,
    /// The customer outcomes score.
    pub outcomes: ScoreCell,
    /// The customer experience score.
    pub experience: ScoreCell,
    /// The components of the outcomes score by id.
    pub components: BTreeMap<String, ScoreCell>,
}

/// What a daily run did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Refreshed {
    /// The day up to which scores were brought.
    pub as_of: Day,
    /// All accounts of the book.
    pub n_accounts: i64,
    /// Of which no score was kept.
    pub n_first: i64,
    /// With facts that are new since they were reckoned.
    pub n_new_facts: i64,
    /// Whose days reckoned ahead had run out.
    pub n_due: i64,
    /// That needed no look.
    pub n_untouched: i64,
}

/// Why a score is what it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The day.
    pub as_of: Day,
    /// The version of the workbook.
    pub workbook_version: i64,
    /// The customer outcomes score.
    pub outcomes: ScoreExplanation,
    /// The customer experience score.
    pub experience: ScoreExplanation,
}

/// A score opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreExplanation {
    /// `outcomes` or `experience`.
    pub score_kind: String,
    /// The scorecard that applied; null where none did.
    pub scorecard: Option<String>,
    /// The score.
    #[serde(flatten)]
    pub cell: ScoreCell,
    /// What it is made of, in one sentence.
    pub sentence: String,
    /// The components with their measures; contributions add up to the score.
    pub components: Vec<ComponentExplanation>,
    /// Caps, also those that do not bind.
    pub caps: Vec<CapExplanation>,
    /// What moved since the day asked for.
    pub moved: Option<Movement>,
}

/// A component opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentExplanation {
    /// Its id.
    pub component: String,
    /// Its label.
    pub label: String,
    /// Its weight as configured.
    pub weight: f64,
    /// Points of the score that come from it.
    pub contribution: f64,
    /// Its score.
    #[serde(flatten)]
    pub cell: ScoreCell,
    /// Its measures.
    pub measures: Vec<MeasureExplanation>,
}

/// A measure opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureExplanation {
    /// Its id.
    pub measure: String,
    /// Its label.
    pub label: String,
    /// Its facet.
    pub facet: Option<String>,
    /// Whether an opinion enters it.
    pub subjective: bool,
    /// `present`, `missing` or `not_applicable`.
    pub state: String,
    /// Why it is missing or not applicable; else a remark.
    pub note: Option<String>,
    /// The value.
    pub value: Option<f64>,
    /// How to read the value: `percent`, `count`, `days`, `ratio`, `change`, `level`, `score`, `hours`, `months`.
    pub unit: String,
    /// The value in words, as in `41 of 66 licences (62 %)`.
    pub value_text: Option<String>,
    /// Its numerator.
    pub numerator: Option<f64>,
    /// Its denominator.
    pub denominator: Option<f64>,
    /// 0 to 100.
    pub points: Option<f64>,
    /// Colour of the points.
    pub colour: Colour,
    /// Its weight as configured.
    pub weight: f64,
    /// Its share of the whole score after what is missing was left out.
    pub effective_weight: f64,
    /// Points of the score that come from it: points × effective weight.
    pub contribution: f64,
    /// How a value becomes points for an account of this age: `[value, points]`.
    pub knots: Vec<(f64, f64)>,
    /// The facts counted.
    pub facts: Vec<FactRow>,
    /// How many facts there are, where `facts` is cut.
    pub n_facts: usize,
}

/// A fact that a measure looked at.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FactRow {
    /// The file of the book.
    pub file: String,
    /// The row's key.
    pub key: String,
    /// Its day.
    pub on: Option<Day>,
    /// What it says.
    pub text: String,
    /// Whether it counted for the numerator.
    pub counted: bool,
}

/// A cap, binding or idle.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapExplanation {
    /// What people call it.
    pub label: String,
    /// Its condition.
    pub when: String,
    /// The highest colour under it.
    pub at_most: String,
    /// Whether its condition holds; null where the facts are missing.
    pub holds: Option<bool>,
    /// What it adds to the score: 0 or less.
    pub contribution: f64,
}

/// What moved between two days; the lines add up to the difference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Movement {
    /// The earlier day.
    pub since: Day,
    /// The score then.
    pub from: Option<f64>,
    /// The score now.
    pub to: Option<f64>,
    /// In one sentence: `outcomes 78 → 63: active users −12, business review −3`.
    pub sentence: String,
    /// The lines, largest first.
    pub lines: Vec<MovementLine>,
}

/// One line of what moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementLine {
    /// `measure`, `coverage` or `cap`.
    pub kind: String,
    /// The measure's id, or what else moved.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Points of the score.
    pub change: f64,
    /// The value then, in words.
    pub from_text: Option<String>,
    /// The value now, in words.
    pub to_text: Option<String>,
}

/// A point of an account's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryPoint {
    /// The day.
    pub day: Day,
    /// Scores by id: `outcomes`, `experience` and the components; null where unknown.
    pub scores: BTreeMap<String, Option<f64>>,
    /// The colour of the outcomes score.
    pub colour: Colour,
}

/// Where colours begin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreBands {
    /// The least yellow score.
    pub yellow: f64,
    /// The least green score.
    pub green: f64,
}

/// An account's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct History {
    /// The account.
    pub account: String,
    /// Where colours begin, by score: `outcomes` and `experience`.
    pub bands: BTreeMap<String, ScoreBands>,
    /// The points, oldest first.
    pub points: Vec<HistoryPoint>,
}

/// A person at an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonRow {
    /// Their `external_id`.
    pub person: String,
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail.
    pub email: Option<String>,
    /// Their title.
    pub title: Option<String>,
    /// Their roles.
    pub roles: Vec<String>,
    /// 0 to 3.
    pub influence: Option<i64>,
    /// Since when.
    pub since: Option<Day>,
    /// When they left.
    pub until: Option<Day>,
    /// Whether a role of theirs is a key role.
    pub key: bool,
    /// The day they were last met.
    pub last_met_on: Option<Day>,
    /// The days within which they are to be met.
    pub sla_days: Option<i32>,
    /// The last day on which the SLA still holds.
    pub due_on: Option<Day>,
    /// `met`, `due` (within 7 days), `breached`; null without an SLA.
    pub sla_state: Option<String>,
    /// Their last NPS answer.
    pub nps: Option<f64>,
    /// Its day.
    pub nps_on: Option<Day>,
    /// `promoter`, `passive` or `detractor`.
    pub nps_class: Option<String>,
    /// Days with an event in 28 days, where their id or e-mail is a telemetry user.
    pub active_days: Option<i64>,
}

/// Use of one feature (event) over weeks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeatureUsage {
    /// The event.
    pub feature: String,
    /// Whether the workbook calls it sticky.
    pub sticky: bool,
    /// Events in 28 days.
    pub events: i64,
    /// Users in 28 days.
    pub users: i64,
    /// Users who used it on at least 4 of 28 days.
    pub regular_users: i64,
    /// Events by week, along `weeks`.
    pub by_week: Vec<i64>,
}

/// An account's use of the product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UsageView {
    /// The account.
    pub account: String,
    /// The last day of each week, oldest first; the last is the day itself.
    pub weeks: Vec<Day>,
    /// Users with an event in the 28 days up to each.
    pub active_users: Vec<i64>,
    /// Events in each week.
    pub events: Vec<i64>,
    /// Activated licences on each.
    pub activated: Vec<Option<i64>>,
    /// Entitled seats on each.
    pub entitled: Vec<f64>,
    /// By feature, most used first: at most a thousand that were used, and every sticky one.
    pub features: Vec<FeatureUsage>,
    /// How many features there are in all.
    pub n_features: u64,
    /// By user: telemetry id, active days and events in 28 days, most active first.
    pub users: Vec<UserUsage>,
}

/// A user's use of the product in 28 days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserUsage {
    /// The telemetry id.
    pub user: String,
    /// The known person, where it is one.
    pub person: Option<String>,
    /// Days with an event.
    pub active_days: i64,
    /// Events.
    pub events: i64,
    /// The last day with an event.
    pub last_on: Day,
}

/// A support ticket with its filer (S127–S129).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketRow {
    /// Its `external_id`.
    pub ticket: String,
    /// 1 is the worst.
    pub severity: i64,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was first answered.
    pub first_response_at: Option<Instant>,
    /// When it was resolved.
    pub resolved_at: Option<Instant>,
    /// When it is due.
    pub due_at: Option<Instant>,
    /// `open`, `past_due`, `resolved`, `resolved_late`.
    pub state: String,
    /// Days from opening to resolution, or to the day.
    pub age_days: i32,
    /// Its category.
    pub category: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Who filed it.
    pub person: Option<String>,
    /// Their name.
    pub person_name: Option<String>,
    /// Their roles.
    pub person_roles: Vec<String>,
    /// Their influence.
    pub person_influence: Option<i64>,
    /// Their last NPS answer.
    pub person_nps: Option<f64>,
}

/// An invoice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvoiceRow {
    /// Its `external_id`.
    pub invoice: String,
    /// In the reporting currency.
    pub amount_cents: i64,
    /// When it was issued.
    pub issued_on: Option<Day>,
    /// When it is due.
    pub due_on: Day,
    /// When it was paid.
    pub paid_on: Option<Day>,
    /// When a payment failed.
    pub failed_on: Option<Day>,
    /// `paid`, `paid_late`, `due`, `overdue`, `failed`.
    pub state: String,
    /// Days past due, where overdue.
    pub days_overdue: Option<i32>,
}

/// A success plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlanRow {
    /// Its `external_id`.
    pub plan: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_on: Option<Day>,
    /// When it was accepted.
    pub accepted_on: Option<Day>,
    /// By whom.
    pub accepted_by: Option<String>,
    /// Its objectives.
    pub objectives: Vec<ObjectiveRow>,
}

/// An objective.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectiveRow {
    /// Its `external_id`.
    pub objective: String,
    /// In the customer's words.
    pub name: String,
    /// What is measured.
    pub metric: Option<String>,
    /// At the start.
    pub baseline: Option<f64>,
    /// When achieved.
    pub target: Option<f64>,
    /// Reached.
    pub value: Option<f64>,
    /// When it is due.
    pub due_on: Option<Day>,
    /// When it was completed.
    pub completed_on: Option<Day>,
    /// When it was verified.
    pub verified_on: Option<Day>,
    /// By whom.
    pub verified_by: Option<String>,
    /// What shows it.
    pub evidence: Option<String>,
    /// `verified`, `completed`, `late`, `open`.
    pub state: String,
    /// Its initiatives.
    pub initiatives: Vec<InitiativeRow>,
}

/// An initiative.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InitiativeRow {
    /// Its `external_id`.
    pub initiative: String,
    /// Its name.
    pub name: String,
    /// Who does it.
    pub owner: Option<String>,
    /// `customer` or `vendor`.
    pub side: Option<String>,
    /// When it is due.
    pub due_on: Option<Day>,
    /// When it was done.
    pub done_on: Option<Day>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When, as a day.
    pub on: Day,
    /// The file of the book, or `score`.
    pub kind: String,
    /// The row's key.
    pub key: String,
    /// What happened, in a few words.
    pub title: String,
    /// More of it.
    pub text: Option<String>,
}

/// A page of an account's timeline, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The entries.
    pub entries: Vec<TimelineEntry>,
    /// Where the next page starts; null on the last.
    pub next_cursor: Option<String>,
}

/// A retention report on both bases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionReport {
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub to: Day,
    /// The day whose knowledge it uses.
    pub as_of: Day,
    /// The reporting currency.
    pub currency: Option<String>,
    /// On the opening book.
    pub book: BookRetention,
    /// On what was due.
    pub due: DueRetention,
    /// By group, where asked for: groups as of the opening day.
    pub groups: Vec<RetentionGroup>,
}

/// A group of a retention report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionGroup {
    /// The value of the attribute grouped by; null where accounts have none.
    pub group: Option<String>,
    /// On the opening book.
    pub book: BookRetention,
    /// On what was due.
    pub due: DueRetention,
}

/// Retention of the opening book.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BookRetention {
    /// ARR on the day before the period.
    pub start_arr_cents: i64,
    /// ARR at the end of accounts that had none at the start.
    pub new_arr_cents: i64,
    /// Opening ARR of accounts that have none at the end.
    pub churned_arr_cents: i64,
    /// ARR lost at accounts that stayed.
    pub contraction_arr_cents: i64,
    /// ARR won at accounts that stayed.
    pub expansion_arr_cents: i64,
    /// ARR at the end of the opening accounts.
    pub end_arr_cents: i64,
    /// Accounts with opening ARR.
    pub n_start: i64,
    /// Of them, those with closing ARR.
    pub n_end: i64,
    /// A fraction; null on a zero base.
    pub gross_revenue_retention: Option<f64>,
    /// A fraction; null on a zero base.
    pub net_revenue_retention: Option<f64>,
    /// A fraction; null on a zero base.
    pub logo_retention: Option<f64>,
}

/// Retention of what was due.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DueRetention {
    /// ARR due and decided.
    pub due_arr_cents: i64,
    /// ARR due and still open.
    pub open_arr_cents: i64,
    /// Of it renewed, upsell excluded.
    pub renewed_arr_cents: i64,
    /// Due ARR of renewals that churned.
    pub churned_arr_cents: i64,
    /// Lost at renewal.
    pub contraction_arr_cents: i64,
    /// Won at renewal.
    pub expansion_arr_cents: i64,
    /// A fraction; null on a zero base.
    pub gross_renewal_rate: Option<f64>,
    /// A fraction; null on a zero base.
    pub net_renewal_rate: Option<f64>,
    /// Renewed / decided, by count of renewals; null where none.
    pub logo_renewal_rate: Option<f64>,
    /// Renewals due in the period.
    pub n_due: i64,
    /// Renewed.
    pub n_renewed: i64,
    /// Churned.
    pub n_churned: i64,
    /// Not yet decided.
    pub n_open: i64,
}

/// An import in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// Its id.
    pub import: String,
    /// When it started.
    pub started_at: Instant,
    /// When it ended; null where it did not.
    pub finished_at: Option<Instant>,
    /// Where it came from.
    pub source: String,
    /// `upsert`, `update` or `insert`.
    pub mode: String,
    /// Whether it was kept; a dry run was not, nor one that `strict` stopped.
    pub kept: bool,
    /// The report: per file `read`, `added`, `changed`, `unchanged`, `rejected`, notes and the first rejects.
    #[schema(value_type = Object)]
    pub report: serde_json::Value,
}

/// The workbook in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkbookView {
    /// Its version; 0 is the built-in default.
    pub version: i64,
    /// When it was applied.
    pub applied_at: Option<Instant>,
    /// Its files.
    pub documents: Vec<WorkbookDocument>,
}

/// A file of a workbook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkbookDocument {
    /// Its path within the folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What applying a workbook would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkbookPlan {
    /// The version it is compared with.
    pub version: i64,
    /// Whether anything differs.
    pub has_changes: bool,
    /// A unified difference of the texts.
    pub text: String,
    /// What differs, in words.
    pub changes: Vec<String>,
    /// Warnings of the new workbook.
    pub warnings: Vec<String>,
    /// The day on which colours are compared.
    pub as_of: Day,
    /// Accounts whose colour changes.
    pub colour_changes: Vec<ColourChange>,
    /// Customers by outcomes colour before.
    pub before: Totals,
    /// Customers by outcomes colour after.
    pub after: Totals,
}

/// An account whose colour would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ColourChange {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// `outcomes` or `experience`.
    pub score_kind: String,
    /// Before.
    pub before: ScoreCell,
    /// After.
    pub after: ScoreCell,
}

/// A key that may send telemetry.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WriteKeyRow {
    /// By which it is revoked; no secret.
    pub id: String,
    /// The source whose telemetry it sends.
    pub source: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked; null while it is in force.
    pub revoked_at: Option<Instant>,
}

/// A key that was made just now: the one time that it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NewWriteKey {
    /// By which it is revoked; no secret.
    pub id: String,
    /// The source whose telemetry it sends.
    pub source: String,
    /// The key itself.
    pub key: String,
    /// When it was made.
    pub created_at: Instant,
}

/// What comes in by the telemetry API, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Telemetry {
    /// The sources, by name.
    pub sources: Vec<TelemetrySource>,
    /// Events in the lake that no account is known for, now.
    pub n_unattributed_events: i64,
    /// The newest calls that could not be taken, the newest first.
    pub rejected: Vec<RejectedCallRow>,
}

/// What came from a source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TelemetrySource {
    /// Its name.
    pub source: String,
    /// How many of its write keys are in force.
    pub n_keys: i64,
    /// When its last call came; null before the first.
    pub last_received_at: Option<Instant>,
    /// When its last event happened.
    pub last_event_at: Option<Instant>,
    /// Over the days below.
    pub total: TelemetryCounts,
    /// The last 30 days on which anything came, ascending.
    pub days: Vec<TelemetryDay>,
}

/// What came on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TelemetryDay {
    /// The day of arrival, in UTC.
    pub on: Day,
    /// How much.
    pub counts: TelemetryCounts,
}

/// How much came, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TelemetryCounts {
    /// Events that were taken.
    pub n_events: i64,
    /// Identify, group and alias calls that were taken.
    pub n_calls: i64,
    /// Calls that were known already.
    pub n_duplicates: i64,
    /// Calls that could not be taken.
    pub n_rejected: i64,
    /// Of the events: those that no account is known for.
    pub n_unattributed: i64,
}

/// A call that could not be taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectedCallRow {
    /// Which source sent it.
    pub source: String,
    /// When it came.
    pub received_at: Instant,
    /// Why it could not be taken.
    pub reason: String,
    /// How it begins, as it came.
    pub excerpt: String,
}

/// How the event lake stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LakeStatus {
    /// The folder of the events, or where else they lie.
    pub place: String,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// The size of all live files.
    pub bytes: u64,
    /// The first instant of an event.
    pub first_at: Option<Instant>,
    /// The last instant of an event.
    pub last_at: Option<Instant>,
    /// How many files are live no more and stay a while for readers that began before.
    pub n_retired: u64,
    /// Their size.
    pub retired_bytes: u64,
    /// The months with events, ascending.
    pub months: Vec<LakeMonth>,
    /// The live files, ascending by path: these and no others are the lake.
    pub segments: Vec<LakeSegment>,
}

/// The events of a month.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LakeMonth {
    /// The month, as in `2026-11`.
    pub month: String,
    /// How many live files.
    pub n_segments: u64,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// The size of its files.
    pub bytes: u64,
    /// Whether so many files are small that they are merged next.
    pub is_due: bool,
}

/// A live file of the lake.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LakeSegment {
    /// Its path within the data folder or the place of the lake.
    pub path: String,
    /// Where it lies.
    pub file: String,
    /// The month of its events.
    pub month: String,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// Its size.
    pub bytes: u64,
    /// The first instant of an event.
    pub first_at: Instant,
    /// The last instant of an event.
    pub last_at: Instant,
    /// The first account, in byte order; null where no event has one.
    pub first_account: Option<String>,
    /// The last account, in byte order; null where no event has one.
    pub last_account: Option<String>,
}

/// What a change of the lake came to.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LakeChange {
    /// How many events went.
    pub n_dropped: u64,
    /// How many files became live.
    pub n_segments_added: u64,
    /// How many files are live no more.
    pub n_segments_removed: u64,
    /// The size of what became live.
    pub bytes_added: u64,
    /// The size of what is live no more.
    pub bytes_removed: u64,
    /// How many files were deleted for good.
    pub n_deleted: u64,
    /// How many rows went of what telemetry keeps beside events.
    pub n_records_deleted: u64,
}

/// A run of the question which components go with renewal, and what it was a run of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DriversRun {
    /// The kept run.
    pub id: String,
    /// When it was made.
    pub made_at: Instant,
    /// The revision of the facts.
    pub revision: i64,
    /// The workbook's version; 0 is the built-in default.
    pub workbook_version: i64,
    /// The hash of its documents.
    pub workbook_hash: String,
    /// The program's version.
    pub code_version: String,
    /// The reporting currency.
    pub currency: Option<String>,
    /// What came out.
    pub report: DriversReport,
}

/// A kept run, without its result.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AnalysisRun {
    /// Its id.
    pub id: String,
    /// What was asked: `drivers`.
    pub kind: String,
    /// When it was made.
    pub made_at: Instant,
    /// The revision of the facts.
    pub revision: i64,
    /// The workbook's version; 0 is the built-in default.
    pub workbook_version: i64,
    /// The hash of its documents.
    pub workbook_hash: String,
    /// The program's version.
    pub code_version: String,
    /// What was asked in particular: `from`, `to`, `lead_days`.
    #[schema(value_type = Object)]
    pub request: serde_json::Value,
}

/// A renewal of the panel, with what was known on its as-of day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RenewalRow {
    /// Whose renewal: its `external_id`.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Of what.
    pub product: String,
    /// When the terms ended.
    pub due_on: Day,
    /// The first day on which it was decided.
    pub decided_on: Day,
    /// `flat`, `contraction`, `expansion` or `churned`.
    pub outcome: String,
    /// ARR that was due.
    pub due_arr_cents: i64,
    /// ARR of what followed.
    pub successor_arr_cents: i64,
    /// The day whose end the rest is as of.
    pub as_of: Day,
    /// Why the row is in no comparison; `null` where it is.
    pub left_out: Option<String>,
    /// The outcomes score's colour.
    pub colour: Colour,
    /// The outcomes score.
    pub score: Option<f64>,
    /// The experience score.
    pub experience: Option<f64>,
    /// Its components.
    pub deployment: Option<f64>,
    /// Engagement.
    pub engagement: Option<f64>,
    /// Adoption.
    pub adoption: Option<f64>,
    /// ROI.
    pub roi: Option<f64>,
    /// ARR of the account.
    pub arr_cents: i64,
    /// Its segment.
    pub segment: Option<String>,
    /// Days since it became a customer.
    pub tenure_days: Option<i32>,
}
