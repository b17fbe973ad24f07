//! How well scores put events before the others: AUC with DeLong's variance, lift, precision and recall, profit.

mod delong;
mod profit;

use crate::Error;
use crate::error::{all_finite, both_classes, same_length};

pub use delong::{Auc, AucComparison, auc, compare_auc};
pub use profit::{ChurnCampaign, ExpectedProfit, expected_maximum_profit};

/// The lift of the share of rows with the highest scores: the rate of events among them over the rate among all.
///
/// 1 is chance; the top-decile lift takes `share = 0.1`. Of `n` rows the top ⌈share · n⌉ are taken; where a tie of
/// scores runs across the border, the tied rows count with equal parts, so that row order does not matter.
///
/// # Shapes
/// One score for each outcome.
///
/// # Units
/// Scores in any unit, higher for likelier events; `share` in (0, 1]. The lift is a ratio, 0 or more.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`], [`Error::OutOfRange`] for
/// the share.
///
/// # Source
/// Neslin et al. (2006), *Defection detection*.
///
/// # Example
/// One of four churns, and one of the two with the highest scores: ½ over ¼.
/// ```
/// use dearly_stats::discrimination::lift;
///
/// let churned = [false, true, false, false];
/// assert_eq!(lift(&churned, &[0.9, 0.8, 0.2, 0.1], 0.5)?, 2.0);
/// // Where all scores are the same, so are all shares.
/// assert_eq!(lift(&churned, &[0.3; 4], 0.5)?, 1.0);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn lift(outcomes: &[bool], scores: &[f64], share: f64) -> Result<f64, Error> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::OutOfRange {
            what: "share".to_owned(),
            value: share,
            expected: "above 0, at most 1, as 0.1",
        });
    }
    let groups = tie_groups(outcomes, scores)?;
    let (n, events) =
        groups.iter().fold((0, 0), |(n, e), group| (n + group.events + group.others, e + group.events));
    // A share of 0.1 of 50 rows is 5 of them, not 6 for a rounding error.
    let top = ((share * n as f64 - 1e-9).ceil()).max(1.0);
    let (mut taken, mut found) = (0.0, 0.0);
    for group in groups.iter().rev() {
        let size = (group.events + group.others) as f64;
        let part = ((top - taken) / size).min(1.0);
        found += part * group.events as f64;
        taken += part * size;
        if taken >= top {
            break;
        }
    }
    Ok(found / top / (events as f64 / n as f64))
}

/// The area under the curve of precision over recall, as average precision: Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores,
/// highest first. Chance gives the rate of events.
///
/// Rows of one score enter together, so that row order does not matter; nothing is interpolated.
///
/// # Shapes
/// One score for each outcome.
///
/// # Units
/// Scores in any unit, higher for likelier events. The area is in (0, 1].
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`].
///
/// # Source
/// Manning, Raghavan and Schütze (2008), 8.4. Checked against `sklearn.metrics.average_precision_score`, see
/// `tests/golden/discrimination.json`.
///
/// # Example
/// The first event is found with a precision of 1 of 1, the second with 2 of 3: the mean of 1 and 2/3.
/// ```
/// let churned = [true, false, true, false];
/// let found = dearly_stats::discrimination::average_precision(&churned, &[0.9, 0.8, 0.7, 0.1])?;
/// assert!((found - 5.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn average_precision(outcomes: &[bool], scores: &[f64]) -> Result<f64, Error> {
    let groups = tie_groups(outcomes, scores)?;
    let events: usize = groups.iter().map(|group| group.events).sum();
    let (mut true_positives, mut positives, mut area) = (0, 0, 0.0);
    for group in groups.iter().rev() {
        true_positives += group.events;
        positives += group.events + group.others;
        area += group.events as f64 / events as f64 * (true_positives as f64 / positives as f64);
    }
    Ok(area)
}

/// The rows of one score.
#[derive(Debug, Clone, Copy)]
struct TieGroup {
    events: usize,
    others: usize,
}

/// Events and others at each distinct score, ascending.
fn tie_groups(outcomes: &[bool], scores: &[f64]) -> Result<Vec<TieGroup>, Error> {
    let (events, others) = sorted_by_class(outcomes, scores)?;
    let mut groups = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < events.len() || j < others.len() {
        let key = match (events.get(i), others.get(j)) {
            (Some(&event), Some(&other)) => event.min(other),
            (Some(&key), None) | (None, Some(&key)) => key,
            (None, None) => unreachable!("one of both has a row left"),
        };
        let (from_i, from_j) = (i, j);
        while events.get(i) == Some(&key) {
            i += 1;
        }
        while others.get(j) == Some(&key) {
            j += 1;
        }
        groups.push(TieGroup { events: i - from_i, others: j - from_j });
    }
    Ok(groups)
}

/// The scores of events and of the others as integers of the same order, both ascending: integers sort fastest.
fn sorted_by_class(outcomes: &[bool], scores: &[f64]) -> Result<(Vec<u64>, Vec<u64>), Error> {
    checked(outcomes, scores)?;
    let n_events = both_classes(outcomes)?;
    let mut events = Vec::with_capacity(n_events);
    let mut others = Vec::with_capacity(outcomes.len() - n_events);
    for (&outcome, &score) in outcomes.iter().zip(scores) {
        if outcome { events.push(ordered(score)) } else { others.push(ordered(score)) }
    }
    events.sort_unstable();
    others.sort_unstable();
    Ok((events, others))
}

fn checked(outcomes: &[bool], scores: &[f64]) -> Result<(), Error> {
    same_length("scores", outcomes.len(), scores.len())?;
    all_finite("score", scores)
}

/// An integer that orders as the number does; −0 and 0 are one.
pub(crate) fn ordered(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}
