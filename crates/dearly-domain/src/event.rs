//! A telemetry event.

use crate::book::{Violation, book_file, within};
use crate::id::AccountId;
use crate::time::Instant;

book_file! {
    /// One thing that a user did in the product, or several alike.
    Event in "events", key ["message_id"];
    /// When.
    at ["at"]: Instant Began Instant, true;
    /// At which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// The name of the event; features are events.
    event ["event"]: Text Undated String, true;
    /// The telemetry id of the user; a known person when it equals a person's id or e-mail.
    user ["user"]: Text Undated Option<String>, false;
    /// The product it belongs to.
    product ["product"]: Text Undated Option<String>, false;
    /// How many times; empty is once.
    count ["count"]: Integer Undated Option<i64>, false;
    /// A number that came with it.
    value ["value"]: Decimal Undated Option<f64>, false;
    /// The id that deduplicates.
    message_id ["message_id"]: Text Undated Option<String>, false;
}

impl Event {
    fn check_cells(&self) -> Result<(), Violation> {
        within("count", self.count.unwrap_or(1) as f64, 0.0, f64::from(u32::MAX))
    }
}
