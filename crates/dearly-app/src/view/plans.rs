//! Success plans.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A success plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlanRow {
    /// Its `external_id`.
    pub plan: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_on: Option<Day>,
    /// When it was accepted.
    pub accepted_on: Option<Day>,
    /// By whom.
    pub accepted_by: Option<String>,
    /// Its objectives.
    pub objectives: Vec<ObjectiveRow>,
}

/// An objective.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectiveRow {
    /// Its `external_id`.
    pub objective: String,
    /// In the customer's words.
    pub name: String,
    /// What is measured.
    pub metric: Option<String>,
    /// At the start.
    pub baseline: Option<f64>,
    /// When achieved.
    pub target: Option<f64>,
    /// Reached.
    pub value: Option<f64>,
    /// When it is due.
    pub due_on: Option<Day>,
    /// When it was completed.
    pub completed_on: Option<Day>,
    /// When it was verified.
    pub verified_on: Option<Day>,
    /// By whom.
    pub verified_by: Option<String>,
    /// What shows it.
    pub evidence: Option<String>,
    /// `verified`, `completed`, `late`, `open`.
    pub state: String,
    /// Its initiatives.
    pub initiatives: Vec<InitiativeRow>,
}

/// An initiative.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InitiativeRow {
    /// Its `external_id`.
    pub initiative: String,
    /// Its name.
    pub name: String,
    /// Who does it.
    pub owner: Option<String>,
    /// `customer` or `vendor`.
    pub side: Option<String>,
    /// When it is due.
    pub due_on: Option<Day>,
    /// When it was done.
    pub done_on: Option<Day>,
}
