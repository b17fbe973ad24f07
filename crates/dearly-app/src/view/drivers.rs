//! Which components go with renewal.

use dearly_domain::{Day, Instant};
pub use dearly_insight::drivers::{Dominance, DriverTerm, DriversReport, Range, Rate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Colour;

/// A run of the question which components go with renewal, and what it was a run of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DriversRun {
    /// The kept run.
    pub id: String,
    /// When it was made.
    pub made_at: Instant,
    /// The revision of the facts.
    pub revision: i64,
    /// The workbook's version; 0 is the built-in default.
    pub workbook_version: i64,
    /// The hash of its documents.
    pub workbook_hash: String,
    /// The program's version.
    pub code_version: String,
    /// The reporting currency.
    pub currency: Option<String>,
    /// What came out.
    pub report: DriversReport,
}

/// A kept run, without its result.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AnalysisRun {
    /// Its id.
    pub id: String,
    /// What was asked: `drivers`.
    pub kind: String,
    /// When it was made.
    pub made_at: Instant,
    /// The revision of the facts.
    pub revision: i64,
    /// The workbook's version; 0 is the built-in default.
    pub workbook_version: i64,
    /// The hash of its documents.
    pub workbook_hash: String,
    /// The program's version.
    pub code_version: String,
    /// What was asked in particular: `from`, `to`, `lead_days`.
    #[schema(value_type = Object)]
    pub request: serde_json::Value,
}

/// A renewal of the panel, with what was known on its as-of day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RenewalRow {
    /// Whose renewal: its `external_id`.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Of what.
    pub product: String,
    /// When the terms ended.
    pub due_on: Day,
    /// The first day on which it was decided; `null` of an open one.
    pub decided_on: Option<Day>,
    /// The first day on which the facts told for certain how; `null` of an open one.
    pub known_on: Option<Day>,
    /// `flat`, `contraction`, `expansion`, `churned` or `open`.
    pub outcome: String,
    /// ARR that was due.
    pub due_arr_cents: i64,
    /// ARR of what followed.
    pub successor_arr_cents: i64,
    /// The day whose end the rest is as of.
    pub as_of: Day,
    /// Why the row is in no comparison: `open at the end of the window`, `due before the window`, `signed before the as-of
    /// day`, `under notice on the as-of day` or `no customer on the as-of day`; `null` where it is.
    pub left_out: Option<String>,
    /// The outcomes score's colour.
    pub colour: Colour,
    /// The outcomes score.
    pub score: Option<f64>,
    /// The experience score.
    pub experience: Option<f64>,
    /// Its components.
    pub deployment: Option<f64>,
    /// Engagement.
    pub engagement: Option<f64>,
    /// Adoption.
    pub adoption: Option<f64>,
    /// ROI.
    pub roi: Option<f64>,
    /// ARR of the account.
    pub arr_cents: i64,
    /// Its segment.
    pub segment: Option<String>,
    /// Days since it became a customer.
    pub tenure_days: Option<i32>,
    /// Whether the model has it; of one that was due before the window, whether models of the rolling origin could train on
    /// it.
    pub is_used: bool,
    /// The probability of its renewal by a model that was frozen before its period, 0 to 1; from level 2 on.
    pub held_out_probability: Option<f64>,
    /// The leads, in days, of the report's `leads` that it counts for.
    pub at_leads: Vec<i32>,
}
