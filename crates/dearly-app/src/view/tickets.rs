//! Tickets.

use dearly_domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;

/// A support ticket with its filer (S127–S129).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketRow {
    /// Its `external_id`.
    pub ticket: String,
    /// 1 is the worst.
    pub severity: i64,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was first answered.
    pub first_response_at: Option<Instant>,
    /// When it was resolved.
    pub resolved_at: Option<Instant>,
    /// When it is due.
    pub due_at: Option<Instant>,
    /// `open`, `past_due`, `resolved`, `resolved_late`.
    pub state: String,
    /// Days from opening to resolution, or to the day.
    pub age_days: i32,
    /// Its category.
    pub category: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Who filed it.
    pub person: Option<String>,
    /// Their name.
    pub person_name: Option<String>,
    /// Their roles.
    pub person_roles: Vec<String>,
    /// Their influence.
    pub person_influence: Option<i64>,
    /// Their last NPS answer.
    pub person_nps: Option<f64>,
}
