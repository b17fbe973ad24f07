//! A mutual success plan.

use crate::book::{Violation, book_file};
use crate::id::{AccountId, PersonId, PlanId};
use crate::time::Day;

book_file! {
    /// A plan agreed with the customer; its objectives drive the ROI score.
    Plan in "plans", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated PlanId, true;
    /// With which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// Its name.
    name ["name"]: Text Undated String, true;
    /// The day it was made.
    created_on ["created_on"]: Day Began Option<Day>, false;
    /// The day the customer accepted it.
    accepted_on ["accepted_on"]: Day Happened Option<Day>, false;
    /// Who accepted it.
    accepted_by ["accepted_by"]: Text Undated Option<PersonId>, false, -> "people";
}

impl Plan {
    fn check_cells(&self) -> Result<(), Violation> {
        match (self.created_on, self.accepted_on) {
            (Some(created), Some(accepted)) if accepted < created => Err(Violation {
                column: "accepted_on",
                reason: format!("{accepted} is before created_on {created}"),
            }),
            _ => Ok(()),
        }
    }
}
