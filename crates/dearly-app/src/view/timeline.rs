//! What happened, in order.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When, as a day.
    pub on: Day,
    /// The file of the book, or `score`.
    pub kind: String,
    /// The row's key.
    pub key: String,
    /// What happened, in a few words.
    pub title: String,
    /// More of it.
    pub text: Option<String>,
}

/// A page of an account's timeline, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The entries.
    pub entries: Vec<TimelineEntry>,
    /// Where the next page starts; null on the last.
    pub next_cursor: Option<String>,
}
