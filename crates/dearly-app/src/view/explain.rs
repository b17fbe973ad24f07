//! What a score is made of, and what moved.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Colour, ScoreCell};

/// Why a score is what it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The day.
    pub as_of: Day,
    /// The version of the workbook.
    pub workbook_version: i64,
    /// The customer outcomes score.
    pub outcomes: ScoreExplanation,
    /// The customer experience score.
    pub experience: ScoreExplanation,
}

/// A score opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreExplanation {
    /// `outcomes` or `experience`.
    pub score_kind: String,
    /// The scorecard that applied; null where none did.
    pub scorecard: Option<String>,
    /// The score.
    #[serde(flatten)]
    pub cell: ScoreCell,
    /// What it is made of, in one sentence.
    pub sentence: String,
    /// The components with their measures; contributions add up to the score.
    pub components: Vec<ComponentExplanation>,
    /// Caps, also those that do not bind.
    pub caps: Vec<CapExplanation>,
    /// What moved since the day asked for.
    pub moved: Option<Movement>,
}

/// A component opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentExplanation {
    /// Its id.
    pub component: String,
    /// Its label.
    pub label: String,
    /// Its weight as configured.
    pub weight: f64,
    /// Points of the score that come from it.
    pub contribution: f64,
    /// Its score.
    #[serde(flatten)]
    pub cell: ScoreCell,
    /// Its measures.
    pub measures: Vec<MeasureExplanation>,
}

/// A measure opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureExplanation {
    /// Its id.
    pub measure: String,
    /// Its label.
    pub label: String,
    /// Its facet.
    pub facet: Option<String>,
    /// Whether an opinion enters it.
    pub subjective: bool,
    /// `present`, `missing` or `not_applicable`.
    pub state: String,
    /// Why it is missing or not applicable; else a remark.
    pub note: Option<String>,
    /// The value.
    pub value: Option<f64>,
    /// How to read the value: `percent`, `count`, `days`, `ratio`, `change`, `level`, `score`, `hours`, `months`.
    pub unit: String,
    /// The value in words, as in `41 of 66 licences (62 %)`.
    pub value_text: Option<String>,
    /// Its numerator.
    pub numerator: Option<f64>,
    /// Its denominator.
    pub denominator: Option<f64>,
    /// 0 to 100.
    pub points: Option<f64>,
    /// Colour of the points.
    pub colour: Colour,
    /// Its weight as configured.
    pub weight: f64,
    /// Its share of the whole score after what is missing was left out.
    pub effective_weight: f64,
    /// Points of the score that come from it: points × effective weight.
    pub contribution: f64,
    /// How a value becomes points for an account of this age: `[value, points]`.
    pub knots: Vec<(f64, f64)>,
    /// The facts counted.
    pub facts: Vec<FactRow>,
    /// How many facts there are, where `facts` is cut.
    pub n_facts: usize,
}

/// A fact that a measure looked at.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FactRow {
    /// The file of the book.
    pub file: String,
    /// The row's key.
    pub key: String,
    /// Its day.
    pub on: Option<Day>,
    /// What it says.
    pub text: String,
    /// Whether it counted for the numerator.
    pub counted: bool,
}

/// A cap, binding or idle.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapExplanation {
    /// What people call it.
    pub label: String,
    /// Its condition.
    pub when: String,
    /// The highest colour under it.
    pub at_most: String,
    /// Whether its condition holds; null where the facts are missing.
    pub holds: Option<bool>,
    /// What it adds to the score: 0 or less.
    pub contribution: f64,
}

/// What moved between two days; the lines add up to the difference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Movement {
    /// The earlier day.
    pub since: Day,
    /// The score then.
    pub from: Option<f64>,
    /// The score now.
    pub to: Option<f64>,
    /// In one sentence: `outcomes 78 → 63: active users −12, business review −3`.
    pub sentence: String,
    /// The lines, largest first.
    pub lines: Vec<MovementLine>,
}

/// One line of what moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementLine {
    /// `measure`, `coverage` or `cap`.
    pub kind: String,
    /// The measure's id, or what else moved.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Points of the score.
    pub change: f64,
    /// The value then, in words.
    pub from_text: Option<String>,
    /// The value now, in words.
    pub to_text: Option<String>,
}
