//! What the engine gives: readings, points, components, scores, contributions.

use dearly_domain::Day;
use dearly_workbook::model::{Bands, ScoreKind};

/// A colour, or honestly none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl Colour {
    /// The colour of an unrounded score.
    pub fn of(bands: &Bands, score: f64) -> Colour {
        if score >= bands.green {
            Colour::Green
        } else if score >= bands.yellow {
            Colour::Yellow
        } else {
            Colour::Red
        }
    }
}

/// Where an account is in its life as a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Before its start.
    Prospect,
    /// From its start on.
    Customer,
    /// After `churned_on`, or when the grace of its last term has passed.
    Churned,
}

/// An account on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountDay {
    /// The day.
    pub day: Day,
    /// Whether it is a customer.
    pub status: Status,
    /// Days from its start; `None` where no start is known by the day.
    pub age_days: Option<i32>,
    /// ARR on the day in cents of the reporting currency.
    pub arr_cents: i64,
    /// The next due day of a running term.
    pub renews_on: Option<Day>,
    /// The customer outcomes score.
    pub outcomes: Score,
    /// The customer experience score.
    pub experience: Score,
}

impl AccountDay {
    /// The score of the kind.
    pub fn score(&self, kind: ScoreKind) -> &Score {
        match kind {
            ScoreKind::Outcomes => &self.outcomes,
            ScoreKind::Experience => &self.experience,
        }
    }
}

/// Why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The account is in its first days.
    New,
    /// Too little of the applicable weight is present.
    Coverage,
    /// A required facet is missing.
    FacetMissing,
    /// Nothing applies.
    NotApplicable,
    /// No scorecard fits the account.
    NoScorecard,
    /// The account is no customer on the day.
    NotACustomer,
}

/// A score on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Which score.
    pub kind: ScoreKind,
    /// The scorecard that applied: its place in the workbook.
    pub scorecard: Option<usize>,
    /// 0 to 100, unrounded: the sum of the contributions of components and caps, in their order.
    pub score: Option<f64>,
    /// Its colour.
    pub colour: Colour,
    /// Present weight / applicable weight, 0 to 1; 0 where nothing applies.
    pub coverage: f64,
    /// Why it is unknown.
    pub unknown: Option<Unknown>,
    /// The components, in the scorecard's order.
    pub components: Vec<ComponentScore>,
    /// The caps, in the scorecard's order.
    pub caps: Vec<CapScore>,
}

impl Score {
    /// Whether it is known though something applicable is missing.
    pub fn is_partial(&self) -> bool {
        self.score.is_some() && self.coverage < 1.0
    }

    /// The component of the id.
    pub fn component(&self, id: &str) -> Option<&ComponentScore> {
        self.components.iter().find(|component| component.id == id)
    }
}

/// A component on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentScore {
    /// Its id.
    pub id: String,
    /// Σ weight × points / Σ weight over present measures.
    pub score: Option<f64>,
    /// Its colour by the scorecard's bands.
    pub colour: Colour,
    /// Present weight / applicable weight, 0 to 1.
    pub coverage: f64,
    /// Why it is unknown.
    pub unknown: Option<Unknown>,
    /// Its share of the score, 0 to 1; 0 where it dropped out.
    pub effective_weight: f64,
    /// The measures, in the scorecard's order.
    pub measures: Vec<MeasureScore>,
}

impl ComponentScore {
    /// Points of the score that come from it.
    pub fn contribution(&self) -> f64 {
        self.measures.iter().map(|measure| measure.contribution).sum()
    }
}

/// A measure on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureScore {
    /// What was read.
    pub reading: Reading,
    /// 0 to 100, after limits; `None` where nothing is present.
    pub points: Option<f64>,
    /// Its share of the whole score, 0 to 1.
    pub effective_weight: f64,
    /// Points × effective weight.
    pub contribution: f64,
}

/// What a measure read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// The source is not there, or says nothing: the weight is applicable, but not present.
    Missing(&'static str),
    /// Nothing to measure, or not yet: the weight leaves the denominator.
    NotApplicable(&'static str),
    /// A value.
    Present {
        /// The value, as the curve takes it.
        value: f64,
        /// What it is made of, where it is a ratio.
        ratio: Option<(f64, f64)>,
    },
}

impl Reading {
    /// The value, where there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Reading::Present { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// A value by itself.
    pub(crate) fn of(value: f64) -> Reading {
        Reading::Present { value, ratio: None }
    }

    /// A ratio; 0/0 is not applicable.
    pub(crate) fn ratio(numerator: f64, denominator: f64, nothing: &'static str) -> Reading {
        if denominator == 0.0 {
            return Reading::NotApplicable(nothing);
        }
        Reading::Present { value: numerator / denominator, ratio: Some((numerator, denominator)) }
    }
}

/// A cap on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapScore {
    /// Whether its condition holds; `None` where the facts are missing.
    pub holds: Option<bool>,
    /// What it adds to the score: 0 or less.
    pub contribution: f64,
}

/// What a measure looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// What it says in words, as in `41 of 66 activated licences (62 %)`.
    pub text: Option<String>,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// A fact that a measure looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The file of the book.
    pub file: &'static str,
    /// The row's key.
    pub key: String,
    /// Its day.
    pub on: Option<Day>,
    /// What it says.
    pub text: String,
    /// Whether it counted for the numerator.
    pub counted: bool,
}
