use super::rows::Rows;

/// Harrell's concordance: of the pairs whose order of events is known, the share in which the higher linear predictor
/// went first; a tie of predictors counts one half. `None` when there is no such pair.
///
/// A pair is known when one row has its event while the other is at risk and goes on; two events at one time are none.
pub(super) fn concordance(rows: &Rows, eta: &[f64]) -> Option<f64> {
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
