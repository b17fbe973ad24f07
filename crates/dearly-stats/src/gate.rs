//! Whether the data are enough: from description only (level 0) to a model that may drive targets (level 3).

mod evidence;
mod riley;

use crate::Error;

pub use evidence::{Evidence, HeldOut, PastPlan};
pub use riley::{
    SampleSize, adjusted_cox_snell, held_out_cox_snell, mean_absolute_prediction_error, sample_size,
};

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Counts and colours; no model, no probability.
    Descriptive = 0,
    /// Direction and interval of associations; no probability.
    Indicative = 1,
    /// Calibrated probabilities, what-if, a plan from the model.
    Predictive = 2,
    /// The model may drive weights and targets.
    Proven = 3,
}

/// One requirement, with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The level that asks for it.
    pub level: Level,
    /// What is asked for, short and stable, as `churns` or `held_out_auc`.
    pub name: &'static str,
    /// What was found; `None` where nothing could be computed.
    pub found: Option<f64>,
    /// The bound that it is held against.
    pub needed: f64,
    /// Whether it holds.
    pub holds: bool,
    /// The same in words, as "41 churns of 71 needed".
    pub words: String,
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The highest level of which every line holds, and every line of the levels below.
    pub level: Level,
    /// All lines, those of the lower levels first.
    pub lines: Vec<Line>,
    /// Rows that Riley's criteria ask for, where they could be computed.
    pub sample_size: Option<SampleSize>,
    /// Churns that level 2 asks for: 70, or more where the criteria for rows do.
    pub churns_needed: u64,
}

impl Verdict {
    /// The lines of the next level that do not hold: why the level is not higher. None at level 3.
    pub fn failing(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.holds && line.level as u8 == self.level as u8 + 1)
    }
}

/// The gate: which level the evidence reaches, with every line's numbers.
///
/// Level 1 asks for 30 churns and no look-ahead failure. Level 2 asks for Riley's criteria C1–C3 and a mean absolute
/// prediction error of 0.05 at most (van Smeden), 70 churns, two rolling origins with 50 held-out churns together,
/// and, held out, an AUC whose lower bound is above 0.60, a scaled Brier score whose lower bound is above 0, a slope
/// between 0.8 and 1.25 whose interval reaches into [0.85, 1.15], and an O/E whose interval contains 1. Level 3 asks
/// for 100 held-out churns, a slope known to a width of 0.4, calibration in the large within 0.2, and four past plans
/// that did not miss significantly often. It is evaluated anew at each fit and can go down.
///
/// # Units
/// Counts of renewals and churns; R² a share, probabilities in [0, 1], slope and calibration in the large on the
/// logit scale.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::OutOfRange`] for more churns than renewals, an interval whose bounds are exchanged
/// or whose level is not between 0 and 1, and for what [`sample_size`] refuses but an R² of 0 or below: a model that
/// explains nothing is not an error but a line that fails.
///
/// # Source
/// The project's `docs/METHOD.md`, 10; Riley et al. (2019, 2020); van Smeden et al. (2019); Vergouwe et al. (2005);
/// Van Calster et al. (2016).
///
/// # Example
/// ```
/// use dearly_stats::gate::{Evidence, Level, gate};
///
/// let evidence = Evidence { n: 410, n_churns: 41, parameters: 8, cox_snell: Some(0.097), ..Evidence::default() };
/// let verdict = gate(&evidence)?;
/// assert_eq!(verdict.level, Level::Indicative);
/// assert_eq!(verdict.failing().next().unwrap().words, "41 churns of 71 needed");
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn gate(evidence: &Evidence) -> Result<Verdict, Error> {
    let (lines, sample_size, churns_needed) = evidence::lines(evidence)?;
    let holds = |level: Level| lines.iter().filter(|line| line.level == level).all(|line| line.holds);
    let mut level = Level::Descriptive;
    for next in [Level::Indicative, Level::Predictive, Level::Proven] {
        if !holds(next) {
            break;
        }
        level = next;
    }
    Ok(Verdict { level, lines, sample_size, churns_needed })
}
