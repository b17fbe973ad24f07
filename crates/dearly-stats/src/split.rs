//! Which rows train and which test: forward in time, or by folds that keep clusters whole. Index lists, nothing else.

use crate::error::same_length;
use crate::random::{shuffle, stream};
use crate::{Clusters, Error};

/// Rows to fit on and rows to judge by, ascending; no row is in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Rows to fit on.
    pub train: Vec<usize>,
    /// Rows to judge by.
    pub test: Vec<usize>,
}

/// One period of a rolling origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollingSplit {
    /// When the model is frozen and the period begins.
    pub start: i64,
    /// By when the outcome of a training row is on record: the start, or the earliest as-of moment of a test row before it.
    pub known_by: i64,
    /// What was known by then, and what is to be predicted.
    pub split: Split,
    /// Rows of the period whose outcome was on record by their own as-of moment: decided early, not to be predicted.
    pub decided_early: Vec<usize>,
    /// Rows on record by the start, but not by the earliest as-of moment of the test rows: left out of the training.
    pub purged: Vec<usize>,
}

/// When things were true and known, a value for each row, all in one unit (days or microseconds).
#[derive(Debug, Clone, Copy)]
pub struct RowTimes<'a> {
    /// The moment that a row's features are true for.
    pub as_of: &'a [i64],
    /// When the outcome was due, as the renewal date.
    pub due_at: &'a [i64],
    /// When the outcome went on record; `None` if it has not.
    pub outcome_recorded_at: &'a [Option<i64>],
}

/// Rolling-origin splits: for each period the rows whose outcome was on record by its start train, and the rows due
/// in it test.
///
/// Period k is `[periods[k], periods[k + 1])`. A test row is predicted as of its own moment, which may lie before the
/// start; so the training rows are held to what was on record by the earliest of the test rows' as-of moments, too, and
/// the others are purged. Test rows without an outcome on record are left out: nothing can be judged by them.
///
/// # Shapes
/// All times have one value for each row. `periods` ascends and has at least two bounds; one split for each but the
/// last.
///
/// # Units
/// All times and bounds in one unit, as days or microseconds since one moment.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Refused`] for bounds that do not ascend.
///
/// # Source
/// The project's `docs/METHOD.md`, 2 (L6) and 4.
///
/// # Example
/// ```
/// use dearly_stats::split::{RowTimes, rolling_origin};
///
/// let recorded = [Some(90), Some(210), Some(480)];
/// let times = RowTimes { as_of: &[10, 110, 380], due_at: &[100, 200, 470], outcome_recorded_at: &recorded };
/// let splits = rolling_origin(times, &[365, 730])?;
/// assert_eq!((&splits[0].split.train[..], &splits[0].split.test[..]), (&[0, 1][..], &[2][..]));
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn rolling_origin(times: RowTimes<'_>, periods: &[i64]) -> Result<Vec<RollingSplit>, Error> {
    let rows = times.as_of.len();
    same_length("due_at", rows, times.due_at.len())?;
    same_length("outcome_recorded_at", rows, times.outcome_recorded_at.len())?;
    if periods.len() < 2 || periods.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::Refused(
            "the bounds of the periods must ascend, with at least two of them: one start and one end"
                .to_owned(),
        ));
    }
    Ok(periods.windows(2).map(|pair| one_origin(times, pair[0], pair[1])).collect())
}

fn one_origin(times: RowTimes<'_>, start: i64, end: i64) -> RollingSplit {
    let recorded_by = |row: usize, moment: i64| times.outcome_recorded_at[row].is_some_and(|at| at <= moment);
    let (mut test, mut decided_early) = (Vec::new(), Vec::new());
    for (row, &due) in times.due_at.iter().enumerate() {
        if due < start || due >= end || times.outcome_recorded_at[row].is_none() {
            continue;
        }
        // On record by the start is early too: the frozen model would have been fitted on it.
        if recorded_by(row, times.as_of[row].max(start)) { decided_early.push(row) } else { test.push(row) }
    }
    let earliest = test.iter().map(|&row| times.as_of[row]).min().map_or(start, |as_of| as_of.min(start));
    let (mut train, mut purged) = (Vec::new(), Vec::new());
    for row in 0..times.as_of.len() {
        if recorded_by(row, earliest) {
            train.push(row);
        } else if recorded_by(row, start) {
            purged.push(row);
        }
    }
    RollingSplit { start, known_by: earliest, split: Split { train, test }, decided_early, purged }
}

/// Folds that keep each cluster whole: the clusters are shuffled by the seed, and each goes to the fold that has the
/// fewest rows so far.
///
/// # Shapes
/// `n_folds` splits; each row tests in one of them and trains in the others.
///
/// # Errors
/// [`Error::OutOfRange`] for fewer than two folds; [`Error::TooFewClusters`] for fewer clusters than two;
/// [`Error::Refused`] for fewer clusters than folds.
///
/// # Source
/// The project's `docs/METHOD.md`, 2 (L7) and 4.
///
/// # Example
/// Three accounts, one with two renewals: as many folds, each tested on one account.
/// ```
/// use dearly_stats::{Clusters, split::grouped_folds};
///
/// let splits = grouped_folds(&Clusters::from_labels(&["acme", "acme", "blue", "cedar"]), 3, 7)?;
/// let mut tests: Vec<Vec<usize>> = splits.into_iter().map(|split| split.test).collect();
/// tests.sort();
/// assert_eq!(tests, [vec![0, 1], vec![2], vec![3]]);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn grouped_folds(clusters: &Clusters, n_folds: usize, seed: u64) -> Result<Vec<Split>, Error> {
    if n_folds < 2 {
        return Err(Error::OutOfRange {
            what: "the number of folds".to_owned(),
            value: n_folds as f64,
            expected: "2 or more, as 5",
        });
    }
    if clusters.count() < 2 {
        return Err(Error::TooFewClusters { found: clusters.count() });
    }
    if clusters.count() < n_folds {
        return Err(Error::Refused(format!(
            "{} clusters cannot fill {n_folds} folds: ask for {} folds at most",
            clusters.count(),
            clusters.count()
        )));
    }
    let mut sizes = vec![0; clusters.count()];
    for row in 0..clusters.rows() {
        sizes[clusters.of(row)] += 1;
    }
    let mut order: Vec<usize> = (0..clusters.count()).collect();
    shuffle(&mut stream(seed, 0), &mut order);
    let (mut filled, mut fold_of) = (vec![0; n_folds], vec![0; clusters.count()]);
    for (position, &cluster) in order.iter().enumerate() {
        // The first ones go round, so that no fold is left empty behind one giant cluster.
        let fold = if position < n_folds {
            position
        } else {
            (0..n_folds).min_by_key(|&fold| filled[fold]).expect("there are folds")
        };
        filled[fold] += sizes[cluster];
        fold_of[cluster] = fold;
    }
    let mut splits = vec![Split::default(); n_folds];
    for row in 0..clusters.rows() {
        for (fold, split) in splits.iter_mut().enumerate() {
            if fold_of[clusters.of(row)] == fold { split.test.push(row) } else { split.train.push(row) }
        }
    }
    Ok(splits)
}
