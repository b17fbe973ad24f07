//! Shapes that several reports share.

use dearly_stats::{Estimate, TestResult};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// An interval of confidence, with how it was made.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// Between 0 and 1.
    pub level: f64,
    /// How it was made (`docs/FIT.md`).
    pub kind: &'static str,
}

impl Interval {
    /// An interval of this kind.
    pub fn of(interval: dearly_stats::Interval, kind: &'static str) -> Interval {
        Interval { low: interval.low, high: interval.high, level: interval.level, kind }
    }
}

/// An interval without more words.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Bounds {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl From<dearly_stats::Interval> for Bounds {
    fn from(interval: dearly_stats::Interval) -> Bounds {
        Bounds { low: interval.low, high: interval.high }
    }
}

/// An estimate between its bounds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Bounded {
    /// The estimate.
    pub estimate: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl From<Estimate> for Bounded {
    fn from(own: Estimate) -> Bounded {
        Bounded { estimate: own.estimate, low: own.interval.low, high: own.interval.high }
    }
}

/// The outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Test {
    /// χ², or F where there are degrees below.
    pub statistic: f64,
    /// Degrees of freedom, the upper ones of F.
    pub degrees: f64,
    /// The lower degrees of F; `None` for χ².
    pub denominator_degrees: Option<f64>,
    /// The probability of such a statistic or a larger one if there is nothing.
    pub p_value: f64,
}

impl From<TestResult> for Test {
    fn from(own: TestResult) -> Test {
        Test {
            statistic: own.statistic,
            degrees: own.degrees,
            denominator_degrees: own.denominator_degrees,
            p_value: own.p_value,
        }
    }
}

/// How many rows lack a value of a column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Dropped {
    /// The column.
    pub column: String,
    /// Rows without a value of it; a row that lacks two counts at both.
    pub n: usize,
}

/// A column that says which rows belong together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ClusterColumn {
    /// The column.
    pub column: String,
    /// Clusters.
    pub n_clusters: usize,
    /// The rows of the largest.
    pub largest: usize,
}

/// Something that looks too good to be true, and must be looked into before any number is believed.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Alarm {
    /// `single_feature`, `model` (L11 of the method).
    pub kind: &'static str,
    /// The column that alone tells the outcome; `None` where it is the model.
    pub column: Option<String>,
    /// The area under the curve that rang the bell; of a number or a time, the share of pairs in its order.
    pub auc: f64,
    /// Whether nothing may be claimed before somebody has signed it off; else outcomes are so few that it may be chance.
    pub bars: bool,
    /// What to think of it, and what to do.
    pub message: String,
}

/// Numbers by name, in order: an object in JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByName(pub Vec<(String, f64)>);

impl Serialize for ByName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
