//! An objective of a success plan: an outcome in the customer's words.

use crate::book::{Violation, book_file};
use crate::id::{ObjectiveId, PersonId, PlanId};
use crate::time::Day;

book_file! {
    /// An objective. *Completed* is said by us, *verified* by the customer; only verified ones are outcomes.
    Objective in "objectives", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated ObjectiveId, true;
    /// Of which plan.
    plan ["plan"]: Text Undated PlanId, true, -> "plans";
    /// In the customer's words.
    name ["name"]: Text Undated String, true;
    /// What is measured.
    metric ["metric"]: Text Undated Option<String>, false;
    /// Its value at the start.
    baseline ["baseline"]: Decimal Undated Option<f64>, false;
    /// Its value when achieved.
    target ["target"]: Decimal Undated Option<f64>, false;
    /// The day it is due.
    due_on ["due_on"]: Day Contractual Option<Day>, false;
    /// The day it was completed.
    completed_on ["completed_on"]: Day Happened Option<Day>, false;
    /// The day it was verified.
    verified_on ["verified_on"]: Day Happened Option<Day>, false;
    /// Who verified it.
    verified_by ["verified_by"]: Text Undated Option<PersonId>, false, -> "people";
    /// What shows it.
    evidence ["evidence"]: Text Undated Option<String>, false;
    /// The value reached.
    value ["value"]: Decimal Undated Option<f64>, false;
}

impl Objective {
    fn check_cells(&self) -> Result<(), Violation> {
        Ok(())
    }
}
