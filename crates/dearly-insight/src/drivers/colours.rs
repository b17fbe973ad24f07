//! Renewal and expansion by colour: counts first, nothing modelled.

use dearly_domain::renewal::RenewalOutcome;
use dearly_health::score::Colour;
use dearly_stats::Clusters;
use dearly_stats::compare::{Resampling, cluster_bootstrap};
use dearly_stats::proportion::wilson;

use super::report::{ColourRow, Range, Rate};
use super::{COLOURS, LEVEL, SEED};
use crate::Result;
use crate::panel::PanelRow;

/// Replicates of each bootstrap.
const REPLICATES: usize = 1_000;

pub(super) fn by_colour(rows: &[&PanelRow]) -> Result<Vec<ColourRow>> {
    COLOURS.iter().map(|colour| of_colour(*colour, rows)).collect()
}

fn of_colour(colour: Colour, rows: &[&PanelRow]) -> Result<ColourRow> {
    let own: Vec<&PanelRow> = rows.iter().copied().filter(|row| row.seen.colour == colour).collect();
    let count = |is_counted: &dyn Fn(&PanelRow) -> bool| own.iter().filter(|row| is_counted(row)).count();
    let n_renewed = count(&|row| row.decision.is_renewed());
    let n_expanded = count(&|row| row.decision.outcome == RenewalOutcome::Expansion);
    let due: Vec<f64> = own.iter().map(|row| row.decision.due_arr_cents as f64).collect();
    let after: Vec<f64> = own.iter().map(|row| row.decision.successor_arr_cents as f64).collect();
    let kept: Vec<f64> = due.iter().zip(&after).map(|(due, after)| due.min(*after)).collect();
    Ok(ColourRow {
        colour: name(colour).to_owned(),
        renewed: rate(n_renewed, own.len())?,
        expanded: rate(n_expanded, own.len())?,
        due_arr_cents: own.iter().map(|row| row.decision.due_arr_cents).sum(),
        gross_renewal_rate: ratio(&own, &kept, &due),
        net_renewal_rate: ratio(&own, &after, &due),
    })
}

/// A share with Wilson's interval.
pub(super) fn rate(count: usize, n: usize) -> Result<Rate> {
    if n == 0 {
        return Ok(Rate { count, n, rate: None });
    }
    let interval = wilson(count as u64, n as u64, LEVEL)?;
    let rate = Range { estimate: count as f64 / n as f64, low: interval.low, high: interval.high };
    Ok(Rate { count, n, rate: Some(rate) })
}

/// Σ part / Σ whole with its interval by bootstrapping accounts; `None` of fewer than ten accounts, whose interval would
/// be a guess, and of nothing due.
fn ratio(rows: &[&PanelRow], part: &[f64], whole: &[f64]) -> Option<Range> {
    let accounts: Vec<&str> = rows.iter().map(|row| row.decision.account.as_str()).collect();
    let clusters = Clusters::from_labels(&accounts);
    if clusters.count() < 10 {
        return None;
    }
    let resampling = Resampling { replicates: REPLICATES, seed: SEED, level: LEVEL };
    let statistic = |weights: &[f64]| {
        let sum =
            |values: &[f64]| values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>();
        let whole = sum(whole);
        if whole > 0.0 {
            Ok(sum(part) / whole)
        } else {
            Err(dearly_stats::Error::Refused("nothing was due".to_owned()))
        }
    };
    let found = cluster_bootstrap(&clusters, resampling, statistic).ok()?;
    Some(Range { estimate: found.estimate, low: found.interval.low, high: found.interval.high })
}

pub(super) fn name(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
        Colour::Unknown => "unknown",
    }
}
