//! An escalation: an issue raised above the line.

use crate::book::{Violation, book_file};
use crate::id::{AccountId, EscalationId};
use crate::time::Instant;

book_file! {
    /// An escalation with its owner, department and reason.
    Escalation in "escalations", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated EscalationId, true;
    /// Of which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// `critical`, `high`, `medium` or `low`.
    severity ["severity"]: Text Undated String, true;
    /// Why.
    reason ["reason"]: Text Undated String, true;
    /// Who is accountable.
    department ["department"]: Text Undated Option<String>, false;
    /// When it was raised.
    opened_at ["opened_at"]: Instant Began Instant, true;
    /// When someone took it.
    acknowledged_at ["acknowledged_at"]: Instant Happened Option<Instant>, false;
    /// When it was resolved.
    resolved_at ["resolved_at"]: Instant Happened Option<Instant>, false;
    /// Who owns it.
    owner ["owner"]: Text Undated Option<String>, false;
    /// In short.
    summary ["summary"]: Text Undated Option<String>, false;
}

/// The severities, worst first.
pub const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

impl Escalation {
    fn check_cells(&self) -> Result<(), Violation> {
        if !SEVERITIES.contains(&self.severity.as_str()) {
            let reason = format!("{:?} is none of critical, high, medium, low", self.severity);
            return Err(Violation { column: "severity", reason });
        }
        for (column, at) in [("acknowledged_at", self.acknowledged_at), ("resolved_at", self.resolved_at)] {
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
}
