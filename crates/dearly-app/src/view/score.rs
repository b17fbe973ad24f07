//! Scores and their colours.

use std::collections::BTreeMap;

use dearly_domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountStatus;

/// A colour, or honestly none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// From the green band up.
    Green,
    /// The yellow band.
    Yellow,
    /// Below the yellow band.
    Red,
    /// Not enough is known.
    Unknown,
}

/// A score with its colour.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreCell {
    /// 0 to 100, unrounded; null where unknown.
    pub score: Option<f64>,
    /// Its colour.
    pub colour: Colour,
    /// Present weight / applicable weight.
    pub coverage: f64,
    /// Whether something applicable is missing.
    pub partial: bool,
    /// Why it is unknown: `new`, `coverage`, `facet_missing`, `not_applicable`, `no_scorecard`, `not_a_customer`.
    pub reason: Option<String>,
    /// Points against 30 days before; null where either is unknown.
    pub change: Option<f64>,
}

/// A score of an account on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreRow {
    /// The account.
    pub account: String,
    /// The day.
    pub as_of: Day,
    /// Whether it is a customer on the day.
    pub status: AccountStatus,
    /// The customer outcomes score.
    pub outcomes: ScoreCell,
    /// The customer experience score.
    pub experience: ScoreCell,
    /// The components of the outcomes score by id.
    pub components: BTreeMap<String, ScoreCell>,
}
