use super::Cox;
use super::rows::Rows;
use crate::{Design, Error};

/// Harrell's concordance of any score: of the pairs whose order of events is known, the share in which the row of the
/// higher score went first; equal scores count one half. `None` where no order is known.
///
/// Of a number instead of a duration, as of an amount, ask it with every event observed: then it is the share of pairs of
/// different amounts in which the higher score goes with the lower one.
///
/// # Shapes
/// One duration, event, score and, where they are given, entry for each row.
///
/// # Units
/// Durations and entries in any unit, ≥ 0, the entry before its duration; scores in any. A share in [0, 1]; one half is
/// chance.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a negative duration or an
/// entry that is not before it; [`Error::Refused`] for a constant score.
///
/// # Source
/// Harrell and others (1982). Checked against R `survival::concordance` in [`FittedCox::concordance`].
///
/// # Example
/// Who has the higher score goes first but in one of three pairs.
/// ```
/// let found = dearly_stats::cox::concordance(&[1.0, 2.0, 3.0], &[true; 3], None, &[5.0, 1.0, 2.0])?;
/// assert!((found.unwrap() - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
///
/// [`FittedCox::concordance`]: super::FittedCox::concordance
pub fn concordance(
    durations: &[f64],
    event_observed: &[bool],
    entry: Option<&[f64]>,
    scores: &[f64],
) -> Result<Option<f64>, Error> {
    let design = Design::new(vec![("the score".to_owned(), scores.to_vec())])?;
    let cox = Cox::new(&design, durations, event_observed);
    let cox = match entry {
        Some(entry) => cox.entry(entry),
        None => cox,
    };
    let rows = cox.checked_rows()?;
    let of_rows: Vec<f64> = rows.source.iter().map(|&row| scores[row]).collect();
    Ok(of_predictor(&rows, &of_rows))
}

/// Harrell's concordance: of the pairs whose order of events is known, the share in which the higher linear predictor
/// went first; a tie of predictors counts one half. `None` when there is no such pair.
///
/// A pair is known when one row has its event while the other is at risk and goes on; two events at one time are none.
pub(super) fn of_predictor(rows: &Rows, eta: &[f64]) -> Option<f64> {
    let mut distinct: Vec<f64> = eta.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let rank: Vec<usize> = eta.iter().map(|value| distinct.partition_point(|known| known < value)).collect();
    let (mut agreeing, mut known) = (0.0, 0.0);
    for range in &rows.strata {
        let mut tree = Counts::new(distinct.len());
        let mut next = range.start;
        let mut gone = range.start;
        while next < range.end {
            let time = rows.time[next];
            let begun = next;
            while next < range.end && rows.time[next] == time {
                if !rows.event[next] {
                    tree.add(rank[next], rows.weight[next]);
                }
                next += 1;
            }
            while gone < rows.leaving.len().min(range.end) {
                let place = rows.leaving[gone] as usize;
                if rows.entry[place] < time {
                    break;
                }
                tree.add(rank[place], -rows.weight[place]);
                gone += 1;
            }
            for place in (begun..next).filter(|&place| rows.event[place]) {
                let below = tree.before(rank[place]);
                let upto = tree.before(rank[place] + 1);
                agreeing += rows.weight[place] * (below + 0.5 * (upto - below));
                known += rows.weight[place] * tree.total;
            }
            for place in (begun..next).filter(|&place| rows.event[place]) {
                tree.add(rank[place], rows.weight[place]);
            }
        }
    }
    (known > 0.0).then(|| agreeing / known)
}

/// Sums by rank, as a Fenwick tree.
struct Counts {
    sums: Vec<f64>,
    total: f64,
}

impl Counts {
    fn new(ranks: usize) -> Counts {
        Counts { sums: vec![0.0; ranks + 1], total: 0.0 }
    }

    fn add(&mut self, rank: usize, weight: f64) {
        self.total += weight;
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += weight;
            at += at & at.wrapping_neg();
        }
    }

    /// The sum over ranks below this one.
    fn before(&self, rank: usize) -> f64 {
        let mut sum = 0.0;
        let mut at = rank;
        while at > 0 {
            sum += self.sums[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}
