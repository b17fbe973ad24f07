//! A support ticket.

use crate::book::{Violation, book_file, within};
use crate::id::{AccountId, PersonId, TicketId};
use crate::time::Instant;

book_file! {
    /// A ticket; severity 1 is the worst.
    Ticket in "tickets", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated TicketId, true;
    /// Whose ticket.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// 1 is the worst.
    severity ["severity"]: Integer Undated i64, true;
    /// When it was opened.
    opened_at ["opened_at"]: Instant Began Instant, true;
    /// Who filed it.
    person ["person"]: Text Undated Option<PersonId>, false, -> "people";
    /// When it was first answered.
    first_response_at ["first_response_at"]: Instant Happened Option<Instant>, false;
    /// When it was resolved.
    resolved_at ["resolved_at"]: Instant Happened Option<Instant>, false;
    /// When it is due by its SLA.
    due_at ["due_at"]: Instant Contractual Option<Instant>, false;
    /// Its category; `defect` and `bug` count as defects.
    category ["category"]: Text Undated Option<String>, false;
    /// The subject.
    subject ["subject"]: Text Undated Option<String>, false;
}

impl Ticket {
    fn check_cells(&self) -> Result<(), Violation> {
        within("severity", self.severity as f64, 1.0, 9.0)?;
        for (column, at) in [("first_response_at", self.first_response_at), ("resolved_at", self.resolved_at)]
        {
            if let Some(at) = at
                && at < self.opened_at
            {
                return Err(Violation {
                    column,
                    reason: format!("{at} is before opened_at {}", self.opened_at),
                });
            }
        }
        Ok(())
    }

    /// Whether it is about a defect of the product.
    pub fn is_defect(&self) -> bool {
        matches!(self.category.as_deref().map(str::to_ascii_lowercase).as_deref(), Some("defect" | "bug"))
    }
}
