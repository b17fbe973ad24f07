//! The workbook as typed, validated values. It serialises to the same shape as its YAML.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::condition::Condition;

/// Everything that a team configures: the folder of YAML, read and checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Workbook {
    /// Currency, fiscal year, time zone, grace, labels.
    pub organisation: Organisation,
    /// Saved groups of accounts, in the order in which they are tried.
    pub segments: Vec<Segment>,
    /// Key roles, their SLAs, and business-review cadence.
    pub engagement: Engagement,
    /// Sticky features and workflows.
    pub features: Features,
    /// Required set-up steps by product.
    pub setup: Setup,
    /// Scorecards; those with a `for` come first, and the first that fits an account applies.
    pub scorecards: Vec<Scorecard>,
}

/// Settings of the whole organisation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Organisation {
    /// The reporting currency; empty is the one the book's terms are mostly in.
    pub currency: Option<String>,
    /// What one unit of another currency is worth in the reporting currency.
    pub rates: BTreeMap<String, f64>,
    /// The month in which the fiscal year starts, 1 to 12.
    pub fiscal_year_starts_in: u8,
    /// The IANA time zone whose days count; empty is UTC.
    pub time_zone: Option<String>,
    /// How many days after its due day a term may still be renewed.
    pub grace_days: i32,
    /// The event property that names the account, where `account` is empty.
    pub account_property: Option<String>,
    /// Labels in the organisation's own words or language, by the id of what they name.
    pub labels: BTreeMap<String, String>,
}

/// A saved group of accounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// Its id, as scorecards name it.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// Which accounts belong to it.
    pub when: Condition,
}

/// Who must be met, how often.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Engagement {
    /// The days within which a person of each key role must be met; a role not named here is no key role.
    pub key_roles: BTreeMap<String, i32>,
    /// Which roles count as executive.
    pub executive_roles: Vec<String>,
    /// Tighter or looser days for accounts of a tier or a stage; the last that fits wins.
    pub exceptions: Vec<EngagementException>,
    /// Days between business reviews by tier; a tier not named has none.
    pub business_review_days: BTreeMap<i64, i32>,
    /// Roles that an account of a tier must have a person for; the people map names the missing ones.
    pub required_roles: BTreeMap<i64, Vec<String>>,
}

/// SLAs that differ for some accounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EngagementException {
    /// Only accounts of this tier.
    pub tier: Option<i64>,
    /// Only accounts in this stage.
    pub stage: Option<String>,
    /// Days by role.
    pub key_roles: BTreeMap<String, i32>,
}

/// What of the product's use matters.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Features {
    /// Features whose regular use goes with staying: names of events.
    pub sticky: Vec<String>,
    /// End-to-end workflows.
    pub workflows: Vec<Workflow>,
}

/// An end-to-end workflow: steps in order by one user within a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Workflow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// Names of events, in order.
    pub steps: Vec<String>,
    /// The time from the first step to the last, in days.
    pub within_days: i32,
    /// How many completions are expected of an active user in 28 days.
    pub expected_per_user: f64,
}

/// Required set-up steps by product; the product `*` stands for every product not named.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Setup {
    /// The steps of each product.
    pub products: BTreeMap<String, Vec<SetupStep>>,
}

impl Setup {
    /// The steps that a product requires.
    pub fn steps_of(&self, product: &str) -> &[SetupStep] {
        self.products.get(product).or_else(|| self.products.get("*")).map_or(&[], Vec::as_slice)
    }
}

/// A required set-up step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetupStep {
    /// Its name, as in the book's `steps`.
    pub step: String,
    /// Whether nothing works without it.
    pub basic: bool,
}

/// Which of the two scores a scorecard makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    /// The objective score of value and ROI.
    Outcomes,
    /// The score beside it.
    Experience,
}

/// A weighted score of components of measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scorecard {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// Which score it makes.
    pub score: ScoreKind,
    /// The segments it is for; empty is all.
    pub for_segments: Vec<String>,
    /// Where yellow and green begin.
    pub bands: Bands,
    /// The share of applicable weight that must be present, of each component and of the whole, 0 to 1.
    pub minimum_coverage: f64,
    /// Days from the account's start in which it has no colour.
    pub new_for_days: i32,
    /// What a missing measure does.
    pub missing: Missing,
    /// The components, in order.
    pub components: Vec<Component>,
    /// Conditions that hold the score down.
    pub caps: Vec<Cap>,
}

/// Where yellow and green begin, on 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bands {
    /// The least yellow score.
    pub yellow: f64,
    /// The least green score.
    pub green: f64,
}

/// What a missing measure does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Its weight goes to the others of its component; coverage falls.
    #[default]
    LeaveOut,
    /// It counts as 0 points; coverage falls all the same.
    Zero,
}

/// A group of measures with a score of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    /// Its id, as in `adoption`.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its share of the score, relative to the other components.
    pub weight: f64,
    /// Facets without which the component is unknown.
    pub require: Vec<String>,
    /// The measures, in order.
    pub measures: Vec<Measure>,
}

/// One input of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Its id, as in `active_users`.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// The facet it belongs to, as in `breadth`.
    pub facet: Option<String>,
    /// Its share of the component, relative to the other measures; 0 switches it off.
    pub weight: f64,
    /// What is measured.
    pub value: Value,
    /// How a value becomes points.
    pub points: Points,
    /// Bounds on the points under a condition of the measure itself.
    pub limits: Vec<Limit>,
}

/// How a value becomes points, by age of the account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Points {
    /// Ascending by the age in full months from which each curve holds; below the first the measure is not applicable.
    pub by_age: Vec<(i32, Curve)>,
}

impl Points {
    /// The curve for an account of this age in full months.
    pub fn curve(&self, age_months: i32) -> Option<&Curve> {
        self.by_age.iter().rev().find(|(from, _)| *from <= age_months.max(0)).map(|(_, curve)| curve)
    }
}

/// Points by value; knots ascend by value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// Linear between knots, clamped outside.
    Linear(Vec<(f64, f64)>),
    /// Each value's points hold from it up to the next; below the first, the first's.
    Steps(Vec<(f64, f64)>),
}

impl Curve {
    /// The points of a value. The curve has at least one knot.
    pub fn points(&self, value: f64) -> f64 {
        match self {
            Curve::Steps(knots) => knots
                .iter()
                .rev()
                .find(|(from, _)| *from <= value)
                .or(knots.first())
                .map_or(0.0, |knot| knot.1),
            Curve::Linear(knots) => {
                let Some(next) = knots.iter().position(|knot| value < knot.0) else {
                    return knots.last().map_or(0.0, |knot| knot.1);
                };
                if next == 0 {
                    return knots[0].1;
                }
                let (x0, y0) = knots[next - 1];
                let (x1, y1) = knots[next];
                y0 + (y1 - y0) * (value - x0) / (x1 - x0)
            }
        }
    }
}

/// A bound on a measure's points, applied after the curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// When it applies.
    pub when: LimitWhen,
    /// No more points than this.
    pub at_most: Option<f64>,
    /// No fewer points than this.
    pub at_least: Option<f64>,
}

/// When a limit applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitWhen {
    /// `setup_steps_done`: a basic step is missing.
    BasicStepMissing,
    /// `setup_steps_done`: every basic step is done.
    BasicStepsDone,
    /// `multithreading`: no executive among the roles met.
    NoExecutive,
    /// `open_tickets`: a ticket of severity 1 is past its due time.
    SeverityOnePastDue,
}

/// A condition that holds the whole score down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cap {
    /// What people call it.
    pub label: Option<String>,
    /// When it binds.
    pub when: Condition,
    /// The highest colour that remains possible.
    pub at_most: CapColour,
}

/// The highest colour under a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CapColour {
    /// Score below where yellow begins.
    Red,
    /// Score below where green begins.
    Yellow,
}

/// What a count of users is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Activated licences (assigned ones where nobody counts activations).
    #[default]
    ActivatedLicences,
    /// Entitled seats.
    EntitledSeats,
    /// Nothing: the value is the count.
    One,
}

/// Which features a measure looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureSet {
    /// The sticky ones of `features`.
    #[default]
    Sticky,
    /// These.
    Named(Vec<String>),
}

/// What a usage trend follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrendOf {
    /// Active users.
    #[default]
    ActiveUsers,
    /// Counts of events.
    Events,
}

/// What a usage trend is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrendAgainst {
    /// The window just before.
    #[default]
    Previous,
    /// The window 364 days earlier: the same weeks of the last year, on the same days of the week.
    LastYear,
}

impl TrendAgainst {
    /// By how many days the window compared with ends earlier.
    pub fn days_back(self, within: i32) -> i32 {
        match self {
            TrendAgainst::Previous => within,
            TrendAgainst::LastYear => 364,
        }
    }
}

/// Whose NPS counts, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NpsOf {
    /// The lowest last answer of a key person, 0 to 10.
    #[default]
    LowestKeyPerson,
    /// Promoters less detractors per answer of everybody's last answers, −100 to 100.
    Everybody,
}

/// What is measured. Windows are in days, the day itself included (rules.md 7).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Σ min(activated, entitled) / Σ entitled over seat products.
    LicenceUtilisation,
    /// Required set-up steps done / required.
    SetupStepsDone,
    /// Products with an active user / products bought.
    ProductsLive {
        /// Days of the window.
        within: i32,
    },
    /// Users with an event in the window.
    ActiveUsers {
        /// Days of the window.
        within: i32,
        /// What the count is divided by.
        per: Per,
    },
    /// Users active on at least so many days of the window.
    HealthyActiveUsers {
        /// Active days that it takes.
        days_at_least: i32,
        /// Days of the window.
        within: i32,
        /// What the count is divided by.
        per: Per,
    },
    /// Mean active days of an active user in the window.
    LoginFrequency {
        /// Days of the window.
        within: i32,
    },
    /// Mean daily active users / active users of the window, on working days if asked.
    Stickiness {
        /// Days of the window.
        within: i32,
        /// Whether only Monday to Friday count.
        working_days: bool,
    },
    /// Share of active users who used any of the features in the window.
    FeatureUse {
        /// The features.
        features: FeatureSet,
        /// Days of the window.
        within: i32,
    },
    /// Share of the features used by at least this share of active users, each on at least so many days.
    FeaturesInRegularUse {
        /// The features.
        features: FeatureSet,
        /// The share of active users, 0 to 1.
        by_at_least: f64,
        /// Active days that it takes.
        days_at_least: i32,
        /// Days of the window.
        within: i32,
    },
    /// Share of the features used by at least so many users in the window.
    FeaturesUsed {
        /// The features.
        features: FeatureSet,
        /// The users that it takes.
        by_at_least: i64,
        /// Days of the window.
        within: i32,
    },
    /// Workflow completions / expected; empty `workflows` is all.
    WorkflowCompletion {
        /// Ids of workflows; empty is all.
        workflows: Vec<String>,
        /// Days of the window.
        within: i32,
    },
    /// The window against an earlier one, − 1.
    UsageTrend {
        /// What is followed, or whose answers count.
        of: TrendOf,
        /// Which earlier one.
        against: TrendAgainst,
        /// Days of the window.
        within: i32,
    },
    /// Key people met within their SLA / key people.
    KeyPeopleMet,
    /// Distinct key roles met in the window.
    Multithreading {
        /// Days of the window.
        within: i32,
    },
    /// Days since the last activity; empty `types` is any.
    DaysSinceActivity {
        /// Types of activities; empty is any.
        types: Vec<String>,
    },
    /// Days since the last business review / cadence of the tier.
    BusinessReviewHeld,
    /// 2: an outcome verified in the window; 1: completed but not verified, or the account is younger than the window;
    /// 0: none.
    VerifiedOutcomes {
        /// Days of the window.
        within: i32,
        /// Days that an account may be without a plan.
        no_plan_until: i32,
    },
    /// Objectives completed by their due day / objectives due.
    PlanOnTrack {
        /// Days that an account may be without a plan.
        no_plan_until: i32,
    },
    /// 2: accepted in the window; 1: accepted before; 0: not accepted.
    PlanAccepted {
        /// Days of the window.
        within: i32,
    },
    /// Net promoter answers.
    Nps {
        /// What is followed, or whose answers count.
        of: NpsOf,
        /// Days of the window.
        within: i32,
    },
    /// Satisfied answers (at least 80 % of the scale) / answers.
    Csat {
        /// Days of the window.
        within: i32,
    },
    /// Mean effort answer on 1 to 7.
    Ces {
        /// Days of the window.
        within: i32,
    },
    /// Unresolved tickets of at least this severity (a number up to it).
    OpenTickets {
        /// The mildest severity that counts; 1 is the worst.
        severity_up_to: i64,
    },
    /// Unresolved tickets past their due time.
    TicketsPastSla {
        /// The mildest severity that counts; 1 is the worst.
        severity_up_to: i64,
    },
    /// Tickets opened in the window; empty `categories` is any; per 100 active users if asked.
    TicketsOpened {
        /// Categories of tickets; empty is any.
        categories: Vec<String>,
        /// Days of the window.
        within: i32,
        /// Whether the count is scaled to 100 active users.
        per_100_active_users: bool,
    },
    /// Median hours from opening to resolution of tickets resolved in the window.
    TimeToResolve {
        /// Days of the window.
        within: i32,
    },
    /// Unpaid invoices more than so many days past due.
    OverdueInvoices {
        /// Days past due.
        more_than: i32,
    },
    /// The worst open escalation: 0 none, 1 low, 2 medium, 3 high, 4 critical.
    OpenEscalations,
    /// Mean of each rater's last unexpired rating, 1 to 5.
    Judgement {
        /// Days that a rating counts which names no end.
        expires_after: i32,
    },
    /// A number among the account's custom attributes.
    Attribute {
        /// The name of the attribute.
        name: String,
    },
    /// ARR against that at the start of the window, − 1.
    ArrChange {
        /// Days of the window.
        within: i32,
    },
    /// Full months since the account's start.
    Tenure,
    /// The column `value` of a statement in SQL, by its column `account`.
    Sql(String),
}

impl Value {
    /// Whether a human opinion enters it (S15).
    pub fn is_subjective(&self) -> bool {
        matches!(self, Value::Judgement { .. } | Value::Nps { .. } | Value::Csat { .. } | Value::Ces { .. })
    }
}
