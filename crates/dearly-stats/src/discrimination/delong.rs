use crate::distribution::{logistic, logit, normal_critical, normal_two_sided};
use crate::error::{both_classes, valid_level};
use crate::{Error, Interval};

use super::{TieGroup, checked, ordered, tie_groups};

/// The area under the ROC curve: the chance that an event has a higher score than another row, ties counting half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auc {
    /// The area.
    pub estimate: f64,
    /// DeLong's standard error of it.
    pub standard_error: f64,
    /// The interval, on the logit scale, so that it stays between 0 and 1.
    pub interval: Interval,
    /// Outcomes that are true.
    pub n_events: usize,
    /// Rows.
    pub n: usize,
}

/// Two areas over the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AucComparison {
    /// The area of the first scores.
    pub first: f64,
    /// The area of the second.
    pub second: f64,
    /// First minus second.
    pub difference: f64,
    /// DeLong's standard error of the difference.
    pub standard_error: f64,
    /// The interval of the difference, by the normal distribution.
    pub interval: Interval,
    /// The difference in standard errors; 0 where both order alike.
    pub z: f64,
    /// Two-sided.
    pub p_value: f64,
}

/// The area under the ROC curve with DeLong's variance, by midranks, in the time of one sort.
///
/// var = S₁₀ / m + S₀₁ / n over the m events and n others, where S₁₀ is the variance over events of the share of others
/// that each outranks, and S₀₁ the variance over others of the share of events that outrank them. The interval is
/// logit⁻¹(logit AUC ± z · SE / (AUC (1 − AUC))). Where every event outranks every other row the variance is 0 and says
/// nothing; the bound is then that of min(m, n) independent pairs, all in order (Clopper and Pearson).
///
/// Rows are taken as independent. With several rows to an account, bootstrap the accounts ([`crate::compare`]).
///
/// # Shapes
/// One score for each outcome.
///
/// # Units
/// Scores in any unit, higher for likelier events. `level` in (0, 1). The area is in [0, 1].
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`], [`Error::OutOfRange`] for
/// the level; [`Error::Refused`] with fewer than two events or two others, of which no variance is known.
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson (1988); Sun and Xu (2014). Checked against R `pROC::var(method = "delong")`, see
/// `tests/golden/discrimination.json`.
///
/// # Example
/// ```
/// let churned = [true, true, false, false];
/// // Of four pairs three are in order.
/// let auc = dearly_stats::discrimination::auc(&churned, &[0.9, 0.4, 0.5, 0.1], 0.95)?;
/// assert_eq!(auc.estimate, 0.75);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn auc(outcomes: &[bool], scores: &[f64], level: f64) -> Result<Auc, Error> {
    valid_level(level)?;
    let groups = tie_groups(outcomes, scores)?;
    let n_events = two_of_each(outcomes)?;
    let n_others = outcomes.len() - n_events;
    let estimate = area(&groups, n_events, n_others);
    let (mut of_events, mut of_others, mut events_before, mut others_before) = (0.0, 0.0, 0.0, 0.0);
    for group in &groups {
        let (events, others) = (group.events as f64, group.others as f64);
        let outranked = (others_before + 0.5 * others) / n_others as f64 - estimate;
        let outranking = 1.0 - (events_before + 0.5 * events) / n_events as f64 - estimate;
        of_events += events * outranked * outranked;
        of_others += others * outranking * outranking;
        events_before += events;
        others_before += others;
    }
    let variance = mean_variance(of_events, n_events) + mean_variance(of_others, n_others);
    let standard_error = variance.sqrt();
    let interval = logit_interval(estimate, standard_error, n_events.min(n_others), level);
    Ok(Auc { estimate, standard_error, interval, n_events, n: outcomes.len() })
}

/// DeLong's test of two scores over the same rows, which takes their covariance into account.
///
/// Only for predictions of rows that neither model was fitted on: for nested models on the training rows the test is
/// invalid (Demler et al. 2012).
///
/// # Shapes
/// One score of each kind for each outcome.
///
/// # Units
/// Scores in any unit, higher for likelier events, not necessarily the same for both. `level` in (0, 1).
///
/// # Errors
/// As [`auc`]; [`Error::Refused`] where each row gains or loses the same by the one score, as when it puts all in order
/// and the other ties them: the areas then differ, and nothing tells how surely.
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson (1988). Checked against R `pROC::roc.test(paired = TRUE, method = "delong")`, see
/// `tests/golden/discrimination.json`.
///
/// # Example
/// Of four pairs the first puts three in order, the second two. One of both events gains ½ by it and one nothing, a
/// variance of ⅛; so with the others: ⅛ / 2 + ⅛ / 2.
/// ```
/// use dearly_stats::discrimination::compare_auc;
///
/// let churned = [true, true, false, false];
/// let found = compare_auc(&churned, &[0.9, 0.4, 0.5, 0.1], &[0.9, 0.1, 0.5, 0.4], 0.95)?;
/// assert_eq!((found.first, found.second, found.difference), (0.75, 0.5, 0.25));
/// assert!((found.standard_error - 0.125f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn compare_auc(
    outcomes: &[bool],
    first: &[f64],
    second: &[f64],
    level: f64,
) -> Result<AucComparison, Error> {
    valid_level(level)?;
    checked(outcomes, first)?;
    checked(outcomes, second)?;
    let n_events = two_of_each(outcomes)?;
    let n_others = outcomes.len() - n_events;
    let (first_area, first_placements) = placements(outcomes, first, n_events, n_others);
    let (second_area, second_placements) = placements(outcomes, second, n_events, n_others);
    let difference = first_area - second_area;
    let (mut of_events, mut of_others) = (0.0, 0.0);
    for (row, &outcome) in outcomes.iter().enumerate() {
        let away = first_placements[row] - second_placements[row] - difference;
        if outcome { of_events += away * away } else { of_others += away * away }
    }
    let standard_error = (mean_variance(of_events, n_events) + mean_variance(of_others, n_others)).sqrt();
    if standard_error == 0.0 && difference != 0.0 {
        return Err(Error::Refused(format!(
            "the areas are {first_area} and {second_area} and no row says otherwise, as where one score is the same for \
             all: nothing tells how sure the difference is"
        )));
    }
    let z = if standard_error > 0.0 { difference / standard_error } else { 0.0 };
    Ok(AucComparison {
        first: first_area,
        second: second_area,
        difference,
        standard_error,
        interval: Interval::normal(difference, standard_error, level),
        z,
        p_value: normal_two_sided(z),
    })
}

/// The events, of which there must be two, as of the others: one value has no variance.
fn two_of_each(outcomes: &[bool]) -> Result<usize, Error> {
    let n_events = both_classes(outcomes)?;
    let n_others = outcomes.len() - n_events;
    if n_events.min(n_others) < 2 {
        return Err(Error::Refused(format!(
            "{n_events} of {} outcomes are true: the error of an AUC needs at least 2 of each; take a longer window",
            outcomes.len()
        )));
    }
    Ok(n_events)
}

/// The area from tie groups in ascending order.
fn area(groups: &[TieGroup], n_events: usize, n_others: usize) -> f64 {
    // Twice the pairs in order, in integers, so that the area is exact.
    let (mut twice, mut others_before) = (0u128, 0usize);
    for group in groups {
        twice += group.events as u128 * (2 * others_before + group.others) as u128;
        others_before += group.others;
    }
    twice as f64 / (2 * n_events as u128 * n_others as u128) as f64
}

/// For an event the share of others it outranks, for another row the share of events that outrank it; and the area.
fn placements(outcomes: &[bool], scores: &[f64], n_events: usize, n_others: usize) -> (f64, Vec<f64>) {
    let mut order: Vec<(u64, u32)> = (0..).zip(scores).map(|(row, &score)| (ordered(score), row)).collect();
    order.sort_unstable();
    let mut placements = vec![0.0; scores.len()];
    let (mut events_before, mut others_before, mut sum) = (0usize, 0usize, 0u128);
    let mut from = 0;
    while from < order.len() {
        let key = order[from].0;
        let to = from + order[from..].iter().take_while(|(other, _)| *other == key).count();
        let events = order[from..to].iter().filter(|(_, row)| outcomes[*row as usize]).count();
        let others = to - from - events;
        let outranked = (others_before as f64 + 0.5 * others as f64) / n_others as f64;
        let outranking = 1.0 - (events_before as f64 + 0.5 * events as f64) / n_events as f64;
        for &(_, row) in &order[from..to] {
            placements[row as usize] = if outcomes[row as usize] { outranked } else { outranking };
        }
        sum += events as u128 * (2 * others_before + others) as u128;
        events_before += events;
        others_before += others;
        from = to;
    }
    (sum as f64 / (2 * n_events as u128 * n_others as u128) as f64, placements)
}

/// The variance of a mean of `n` ≥ 2 values from their sum of squares.
fn mean_variance(squares: f64, n: usize) -> f64 {
    squares / (n - 1) as f64 / n as f64
}

fn logit_interval(estimate: f64, standard_error: f64, pairs: usize, level: f64) -> Interval {
    if estimate <= 0.0 || estimate >= 1.0 {
        let reach = (0.5 * (1.0 - level)).powf(1.0 / pairs as f64);
        return if estimate > 0.5 {
            Interval { low: reach, high: 1.0, level }
        } else {
            Interval { low: 0.0, high: 1.0 - reach, level }
        };
    }
    let centre = logit(estimate);
    let reach = normal_critical(level) * standard_error / (estimate * (1.0 - estimate));
    Interval { low: logistic(centre - reach), high: logistic(centre + reach), level }
}
