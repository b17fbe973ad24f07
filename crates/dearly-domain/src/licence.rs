//! A licence snapshot: how many seats of a product were assigned and activated on a day.

use crate::book::{Violation, book_file, within};
use crate::id::AccountId;
use crate::time::Day;

book_file! {
    /// A snapshot; it holds until the next one of the same product.
    Licence in "licences", key ["account", "product", "on"];
    /// Whose licences.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// Of which product.
    product ["product"]: Text Undated String, true;
    /// The day of the snapshot.
    on ["on"]: Day Began Day, true;
    /// Seats given to a named user.
    assigned ["assigned"]: Integer Undated Option<i64>, false;
    /// Seats whose user has started.
    activated ["activated"]: Integer Undated Option<i64>, false;
}

impl Licence {
    fn check_cells(&self) -> Result<(), Violation> {
        for (column, count) in [("assigned", self.assigned), ("activated", self.activated)] {
            if let Some(count) = count {
                within(column, count as f64, 0.0, f64::INFINITY)?;
            }
        }
        Ok(())
    }

    /// Activated seats, or assigned ones where no one counts activations.
    pub fn in_use(&self) -> Option<i64> {
        self.activated.or(self.assigned)
    }
}
