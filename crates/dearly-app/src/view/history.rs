//! Scores over time.

use std::collections::BTreeMap;

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

use super::Colour;

/// A point of an account's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryPoint {
    /// The day.
    pub day: Day,
    /// Scores by id: `outcomes`, `experience` and the components; null where unknown.
    pub scores: BTreeMap<String, Option<f64>>,
    /// The colour of the outcomes score.
    pub colour: Colour,
}

/// Where colours begin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreBands {
    /// The least yellow score.
    pub yellow: f64,
    /// The least green score.
    pub green: f64,
}

/// An account's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct History {
    /// The account.
    pub account: String,
    /// Where colours begin, by score: `outcomes` and `experience`.
    pub bands: BTreeMap<String, ScoreBands>,
    /// The points, oldest first.
    pub points: Vec<HistoryPoint>,
}
