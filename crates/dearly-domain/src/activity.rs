//! An activity: a recorded touchpoint with an account.

use crate::book::{Violation, book_file, within};
use crate::id::{AccountId, ActivityId};
use crate::time::Instant;

book_file! {
    /// A call, mail, meeting, review or the like.
    Activity in "activities", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated ActivityId, true;
    /// With which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// `call`, `email`, `meeting`, `alignment_call`, `business_review`, `training`, `onsite` …
    kind ["type"]: Text Undated String, true;
    /// When.
    at ["at"]: Instant Began Instant, true;
    /// The people it was with.
    people ["people"]: List Undated Vec<String>, false, -> "people";
    /// The e-mail of who did it.
    owner ["owner"]: Text Undated Option<String>, false;
    /// The playbook it belonged to.
    playbook ["playbook"]: Text Undated Option<String>, false;
    /// How long it took.
    minutes ["minutes"]: Decimal Undated Option<f64>, false;
    /// `two_way`, `outbound` or `inbound`; empty counts as two-way.
    direction ["direction"]: Text Undated Option<String>, false;
    /// The subject.
    subject ["subject"]: Text Undated Option<String>, false;
    /// Notes.
    notes ["notes"]: Text Undated Option<String>, false;
}

/// Types of activity that count as having met the people named.
pub const MEETING_TYPES: [&str; 6] =
    ["call", "meeting", "alignment_call", "business_review", "training", "onsite"];

impl Activity {
    fn check_cells(&self) -> Result<(), Violation> {
        if let Some(minutes) = self.minutes {
            within("minutes", minutes, 0.0, f64::INFINITY)?;
        }
        match self.direction.as_deref() {
            None | Some("two_way" | "outbound" | "inbound") => Ok(()),
            Some(other) => Err(Violation {
                column: "direction",
                reason: format!("{other:?} is none of two_way, outbound, inbound"),
            }),
        }
    }

    /// Whether the people named were *met*: a meeting type, and a two-way or unstated direction.
    pub fn is_meeting(&self) -> bool {
        MEETING_TYPES.contains(&self.kind.as_str())
            && matches!(self.direction.as_deref(), None | Some("two_way"))
    }
}
