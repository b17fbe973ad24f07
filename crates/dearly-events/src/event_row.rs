//! One event as it is written and read.

use std::cmp::Ordering;

use dearly_domain::{AccountId, Instant};

/// One thing that a user did in the product, or several alike.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// At which account.
    pub account: AccountId,
    /// When.
    pub at: Instant,
    /// The name of the event.
    pub event: String,
    /// The telemetry id of the user.
    pub user: Option<String>,
    /// The product it belongs to.
    pub product: Option<String>,
    /// How many times.
    pub count: u32,
    /// A number that came with it.
    pub value: Option<f64>,
    /// The id that deduplicates.
    pub message_id: Option<String>,
    /// When it became known; `None` is when it happened.
    pub recorded_at: Option<Instant>,
    /// Custom attributes as a JSON object.
    pub attributes: Option<String>,
}

impl EventRow {
    /// The order of rows at rest: account, user (none first), instant, event, then every other cell, so that
    /// one set of rows has one order however it was imported.
    pub fn order(&self, other: &EventRow) -> Ordering {
        let left =
            (&self.account, &self.user, self.at, &self.event, &self.product, self.count, self.recorded_at);
        let right = (
            &other.account,
            &other.user,
            other.at,
            &other.event,
            &other.product,
            other.count,
            other.recorded_at,
        );
        left.cmp(&right)
            .then_with(|| order_of_values(self.value, other.value))
            .then_with(|| (&self.message_id, &self.attributes).cmp(&(&other.message_id, &other.attributes)))
    }
}

/// A total order of optional numbers: none first, then as IEEE 754 orders them.
pub(crate) fn order_of_values(left: Option<f64>, right: Option<f64>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}
