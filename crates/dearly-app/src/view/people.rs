//! People.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A person at an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonRow {
    /// Their `external_id`.
    pub person: String,
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail.
    pub email: Option<String>,
    /// Their title.
    pub title: Option<String>,
    /// Their roles.
    pub roles: Vec<String>,
    /// 0 to 3.
    pub influence: Option<i64>,
    /// Since when.
    pub since: Option<Day>,
    /// When they left.
    pub until: Option<Day>,
    /// Whether a role of theirs is a key role.
    pub key: bool,
    /// The day they were last met.
    pub last_met_on: Option<Day>,
    /// The days within which they are to be met.
    pub sla_days: Option<i32>,
    /// The last day on which the SLA still holds.
    pub due_on: Option<Day>,
    /// `met`, `due` (within 7 days), `breached`; null without an SLA.
    pub sla_state: Option<String>,
    /// Their last NPS answer.
    pub nps: Option<f64>,
    /// Its day.
    pub nps_on: Option<Day>,
    /// `promoter`, `passive` or `detractor`.
    pub nps_class: Option<String>,
    /// Days with an event in 28 days, where their id or e-mail is a telemetry user.
    pub active_days: Option<i64>,
}
