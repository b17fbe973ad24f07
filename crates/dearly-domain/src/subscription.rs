//! A subscription term: a product for a span at a price.

use crate::book::{Violation, book_file, within};
use crate::id::{AccountId, SubscriptionId};
use crate::time::Day;

book_file! {
    /// A term. It covers the half-open interval from `starts_on` to `ends_on`.
    Subscription in "subscriptions", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated SubscriptionId, true;
    /// Who pays.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// What they bought.
    product ["product"]: Text Undated String, true;
    /// The first day.
    starts_on ["starts_on"]: Day Began Day, true;
    /// The day after the last; empty is evergreen, running and never due.
    ends_on ["ends_on"]: Day Contractual Option<Day>, false;
    /// Annual recurring revenue in cents of the row's currency.
    arr_cents ["arr"]: Money Undated Option<i64>, false;
    /// Monthly recurring revenue in cents, where `arr` is empty.
    mrr_cents ["mrr"]: Money Undated Option<i64>, false;
    /// The currency code; empty is the workbook's.
    currency ["currency"]: Text Undated Option<String>, false;
    /// How many units are entitled.
    quantity ["quantity"]: Decimal Undated Option<f64>, false;
    /// The unit, as in `seats`.
    unit ["unit"]: Text Undated Option<String>, false;
    /// Whether it renews by itself; information only.
    auto_renew ["auto_renew"]: Boolean Undated Option<bool>, false;
    /// The term that this one follows.
    renews ["renews"]: Text Undated Option<SubscriptionId>, false;
    /// The day it was signed.
    signed_on ["signed_on"]: Day Happened Option<Day>, false;
    /// The day cancellation notice was given.
    notice_on ["notice_on"]: Day Happened Option<Day>, false;
}

impl Subscription {
    fn check_cells(&self) -> Result<(), Violation> {
        if let Some(ends_on) = self.ends_on
            && ends_on <= self.starts_on
        {
            let reason = format!(
                "{ends_on} is not after starts_on {} (ends_on is the day after the last)",
                self.starts_on
            );
            return Err(Violation { column: "ends_on", reason });
        }
        if self.arr_cents.is_none() && self.mrr_cents.is_none() {
            return Err(Violation {
                column: "arr",
                reason: "arr and mrr are both empty, one is required".into(),
            });
        }
        for (column, cents) in [("arr", self.arr_cents), ("mrr", self.mrr_cents)] {
            if let Some(cents) = cents {
                within(column, cents as f64 / 100.0, 0.0, f64::INFINITY)?;
            }
        }
        if let Some(quantity) = self.quantity {
            within("quantity", quantity, 0.0, f64::INFINITY)?;
        }
        Ok(())
    }

    /// Annual recurring revenue in cents of the row's currency: `arr`, else twelve times `mrr`.
    pub fn annual_cents(&self) -> i64 {
        self.arr_cents.or(self.mrr_cents.map(|mrr| mrr.saturating_mul(12))).unwrap_or(0)
    }

    /// Whether the unit counts people: `seats`, `users`, `licences`, or nothing said.
    pub fn is_seats(&self) -> bool {
        let unit = self.unit.as_deref().map(str::to_ascii_lowercase);
        matches!(
            unit.as_deref(),
            None | Some(
                "seat" | "seats" | "user" | "users" | "licence" | "licences" | "license" | "licenses"
            )
        )
    }
}
