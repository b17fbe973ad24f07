//! Imports.

use dearly_domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;

/// An import in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// Its id.
    pub import: String,
    /// When it started.
    pub started_at: Instant,
    /// When it ended; null where it did not.
    pub finished_at: Option<Instant>,
    /// Where it came from.
    pub source: String,
    /// `upsert`, `update` or `insert`.
    pub mode: String,
    /// Whether it was kept; a dry run was not, nor one that `strict` stopped.
    pub kept: bool,
    /// The report: per file `read`, `added`, `changed`, `unchanged`, `rejected`, notes and the first rejects.
    #[schema(value_type = Object)]
    pub report: serde_json::Value,
}
