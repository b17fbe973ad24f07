//! Use of the product.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

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
