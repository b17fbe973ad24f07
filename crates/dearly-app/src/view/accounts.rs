//! Lists of accounts and what stands beside them.

use std::collections::BTreeMap;

use dearly_domain::{Day, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ScoreCell;

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
