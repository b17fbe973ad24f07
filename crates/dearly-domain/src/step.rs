//! A set-up step done for a product.

use crate::book::{Violation, book_file};
use crate::id::AccountId;
use crate::time::Day;

book_file! {
    /// A set-up step; the workbook's `setup` says which steps a product requires.
    Step in "steps", key ["account", "product", "step"];
    /// Whose set-up.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// Of which product.
    product ["product"]: Text Undated String, true;
    /// Which step.
    step ["step"]: Text Undated String, true;
    /// The day it was done; empty is not yet.
    done_on ["done_on"]: Day Happened Option<Day>, false;
}

impl Step {
    fn check_cells(&self) -> Result<(), Violation> {
        Ok(())
    }
}
