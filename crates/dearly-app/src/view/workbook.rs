//! The workbook and what a change of it does.

use dearly_domain::{Day, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ScoreCell, Totals};

/// The workbook in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkbookView {
    /// Its version; 0 is the built-in default.
    pub version: i64,
    /// When it was applied.
    pub applied_at: Option<Instant>,
    /// Its files.
    pub documents: Vec<WorkbookDocument>,
}

/// A file of a workbook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkbookDocument {
    /// Its path within the folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What applying a workbook would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkbookPlan {
    /// The version it is compared with.
    pub version: i64,
    /// Whether anything differs.
    pub has_changes: bool,
    /// A unified difference of the texts.
    pub text: String,
    /// What differs, in words.
    pub changes: Vec<String>,
    /// Warnings of the new workbook.
    pub warnings: Vec<String>,
    /// The day on which colours are compared.
    pub as_of: Day,
    /// Accounts whose colour changes.
    pub colour_changes: Vec<ColourChange>,
    /// Customers by outcomes colour before.
    pub before: Totals,
    /// Customers by outcomes colour after.
    pub after: Totals,
}

/// An account whose colour would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ColourChange {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// `outcomes` or `experience`.
    pub score_kind: String,
    /// Before.
    pub before: ScoreCell,
    /// After.
    pub after: ScoreCell,
}
