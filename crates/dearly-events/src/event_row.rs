//! One event as it is written and read.

use std::cmp::Ordering;

use dearly_domain::{AccountId, Attribution, Instant};

/// One thing that a user did in the product, or several alike.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// At which account; `None` where nothing says so yet.
    pub account: Option<AccountId>,
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
    /// The id of the source that sent it; `None` where it was imported.
    pub source: Option<String>,
    /// By what it was attributed to its account; `None` where it was imported, or has no account.
    pub attributed_by: Option<Attribution>,
    /// When the user was linked to the account, where that was after the event: the event counts for the account
    /// only as of the day of this instant and later ones.
    pub linked_at: Option<Instant>,
    /// When it happened by the clock of the client, before that clock was corrected.
    pub original_at: Option<Instant>,
    /// When it was sent by the clock of the client.
    pub sent_at: Option<Instant>,
}

impl EventRow {
    /// An event of which nothing else is known; it happened once.
    pub fn new(account: Option<AccountId>, at: Instant, event: impl Into<String>) -> EventRow {
        EventRow {
            account,
            at,
            event: event.into(),
            user: None,
            product: None,
            count: 1,
            value: None,
            message_id: None,
            recorded_at: None,
            attributes: None,
            source: None,
            attributed_by: None,
            linked_at: None,
            original_at: None,
            sent_at: None,
        }
    }

    /// The order of rows at rest: account (none first), instant, user (none first), event, then every other cell,
    /// so that one set of rows has one order however it was imported.
    pub fn order(&self, other: &EventRow) -> Ordering {
        self.first_cells()
            .cmp(&other.first_cells())
            .then_with(|| order_of_values(self.value, other.value))
            .then_with(|| self.last_cells().cmp(&other.last_cells()))
    }

    fn first_cells(&self) -> impl Ord {
        let EventRow { account, at, user, event, product, count, recorded_at, linked_at, .. } = self;
        (account, at, user, event, product, count, recorded_at, linked_at)
    }

    fn last_cells(&self) -> impl Ord {
        let EventRow { message_id, attributes, source, attributed_by, original_at, sent_at, .. } = self;
        (message_id, attributes, source, attributed_by, original_at, sent_at)
    }
}

/// A total order of optional numbers: none first, then as IEEE 754 orders them.
pub(crate) fn order_of_values(left: Option<f64>, right: Option<f64>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}
