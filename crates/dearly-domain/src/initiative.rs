//! An initiative under an objective.

use crate::book::{Violation, book_file};
use crate::id::{InitiativeId, ObjectiveId};
use crate::time::Day;

book_file! {
    /// A piece of work towards an objective, on the customer's side or ours.
    Initiative in "initiatives", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated InitiativeId, true;
    /// Of which objective.
    objective ["objective"]: Text Undated ObjectiveId, true, -> "objectives";
    /// Its name.
    name ["name"]: Text Undated String, true;
    /// Who does it.
    owner ["owner"]: Text Undated Option<String>, false;
    /// `customer` or `vendor`.
    side ["side"]: Text Undated Option<String>, false;
    /// The day it is due.
    due_on ["due_on"]: Day Contractual Option<Day>, false;
    /// The day it was done.
    done_on ["done_on"]: Day Happened Option<Day>, false;
}

impl Initiative {
    fn check_cells(&self) -> Result<(), Violation> {
        match self.side.as_deref() {
            None | Some("customer" | "vendor") => Ok(()),
            Some(other) => {
                Err(Violation { column: "side", reason: format!("{other:?} is none of customer, vendor") })
            }
        }
    }
}
