//! An account: the paying organisation.

use crate::book::{Violation, book_file, within};
use crate::id::AccountId;
use crate::time::Day;

book_file! {
    /// An account. Its undated attributes are versions: what they were on a past day stays known.
    Account in "accounts", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated AccountId, true;
    /// What people call it.
    name ["name"]: Text Undated String, true;
    /// The account above it.
    parent ["parent"]: Text Undated Option<AccountId>, false, -> "accounts";
    /// The class of business it belongs to, as in `enterprise`.
    segment ["segment"]: Text Undated Option<String>, false;
    /// The class by value; 1 is the highest.
    tier ["tier"]: Integer Undated Option<i64>, false;
    /// Its industry.
    industry ["industry"]: Text Undated Option<String>, false;
    /// Its region.
    region ["region"]: Text Undated Option<String>, false;
    /// The lifecycle stage.
    stage ["stage"]: Text Undated Option<String>, false;
    /// The e-mail of the customer success manager who owns it.
    csm ["csm"]: Text Undated Option<String>, false;
    /// The day it became a customer.
    customer_since ["customer_since"]: Day Began Option<Day>, false;
    /// The day it left: ends every running term.
    churned_on ["churned_on"]: Day Happened Option<Day>, false;
}

impl Account {
    fn check_cells(&self) -> Result<(), Violation> {
        if let Some(tier) = self.tier {
            within("tier", tier as f64, 1.0, f64::INFINITY)?;
        }
        if let (Some(since), Some(churned)) = (self.customer_since, self.churned_on)
            && churned < since
        {
            return Err(Violation {
                column: "churned_on",
                reason: format!("{churned} is before customer_since {since}"),
            });
        }
        Ok(())
    }
}
