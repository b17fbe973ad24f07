use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::rows::Rows;

/// The columns of a direction along which the partial likelihood never falls: at every event the row that has it is the
/// highest of those at risk, and once strictly. `None` when the direction is not such a one.
///
/// Newton's steps turn into such a direction as they run away, up to what the other columns still move; hence the
/// direction is tried again without its small parts.
pub(super) fn monotone_columns(rows: &Rows, direction: &[f64]) -> Option<Vec<usize>> {
    let most = direction.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    if most == 0.0 || !most.is_finite() {
        return None;
    }
    [0.0, 1e-3, 1e-2, 0.1].into_iter().find_map(|least| {
        let cut: Vec<f64> =
            direction.iter().map(|&value| if value.abs() >= least * most { value } else { 0.0 }).collect();
        let columns = || (0..cut.len()).filter(|&column| cut[column].abs() >= 1e-3 * most).collect();
        never_falls(rows, &rows.linear(&cut)).then(columns)
    })
}

/// A row at risk, ordered by its value.
struct AtRisk {
    value: f64,
    entry: f64,
}

impl PartialEq for AtRisk {
    fn eq(&self, other: &AtRisk) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for AtRisk {}

impl PartialOrd for AtRisk {
    fn partial_cmp(&self, other: &AtRisk) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AtRisk {
    fn cmp(&self, other: &AtRisk) -> Ordering {
        self.value.total_cmp(&other.value)
    }
}

fn never_falls(rows: &Rows, values: &[f64]) -> bool {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    let slack = 1e-5 * (high - low);
    let mut strict = false;
    for range in &rows.strata {
        let mut heap: BinaryHeap<AtRisk> = BinaryHeap::new();
        let mut lowest = f64::INFINITY;
        let mut next = range.start;
        while next < range.end {
            let time = rows.time[next];
            let begun = next;
            while next < range.end && rows.time[next] == time {
                heap.push(AtRisk { value: values[next], entry: rows.entry[next] });
                lowest = lowest.min(values[next]);
                next += 1;
            }
            // Times only get earlier: whoever is not at risk now is not at risk again.
            while heap.peek().is_some_and(|top| top.entry >= time) {
                heap.pop();
            }
            let Some(top) = heap.peek().map(|top| top.value) else { continue };
            for place in (begun..next).filter(|&place| rows.event[place]) {
                if values[place] < top - slack {
                    return false;
                }
                strict |= values[place] > lowest + slack;
            }
        }
    }
    strict
}
