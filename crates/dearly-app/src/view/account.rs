//! One account.

use dearly_domain::{Attributes, Day};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AccountRow, SourceRow};

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
