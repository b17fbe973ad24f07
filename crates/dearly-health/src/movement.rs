//! What moved between two days: lines that add up to the difference (rules.md 12).

use crate::score::Score;

/// One line of what moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// What moved.
    pub what: What,
    /// Points of the score.
    pub change: f64,
}

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A measure that was present on both days: its component's and its own place.
    Measure(usize, usize),
    /// Measures that came or went, and the weight that moved with them.
    Coverage,
    /// A cap: its place.
    Cap(usize),
}

/// The lines from one day to another, in the scorecard's order; none where either score is unknown, or where the
/// scorecards differ.
pub fn movement(before: &Score, after: &Score) -> Option<Vec<Moved>> {
    let (from, to) = (before.score?, after.score?);
    if before.scorecard != after.scorecard {
        return None;
    }
    let mut lines = Vec::new();
    for (component, (old, new)) in before.components.iter().zip(&after.components).enumerate() {
        for (measure, (old, new)) in old.measures.iter().zip(&new.measures).enumerate() {
            let present = old.effective_weight > 0.0 && new.effective_weight > 0.0;
            if let (true, Some(earlier), Some(later)) = (present, old.points, new.points) {
                let change = new.effective_weight * (later - earlier);
                lines.push(Moved { what: What::Measure(component, measure), change });
            }
        }
    }
    for (cap, (old, new)) in before.caps.iter().zip(&after.caps).enumerate() {
        lines.push(Moved { what: What::Cap(cap), change: new.contribution - old.contribution });
    }
    let explained: f64 = lines.iter().map(|line| line.change).sum();
    let same_weights = before.components.iter().zip(&after.components).all(|(old, new)| {
        old.measures.iter().zip(&new.measures).all(|(old, new)| old.effective_weight == new.effective_weight)
    });
    if !same_weights {
        lines.push(Moved { what: What::Coverage, change: to - from - explained });
    }
    Some(lines)
}
