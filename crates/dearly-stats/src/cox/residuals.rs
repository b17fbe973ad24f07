use super::rows::{Rows, add};
use crate::{Clusters, Matrix};

/// What one event time takes from the rows at risk: Efron's sums of 1/risk (`hazard`), of mean/risk and, where they are
/// asked for, of the packed lower triangles of mean·mean′/risk; the parts by which a tied event is spared; and the mean
/// of the means.
struct Increment {
    time: f64,
    hazard: f64,
    hazard_mean: Vec<f64>,
    hazard_square: Vec<f64>,
    spared: f64,
    spared_mean: Vec<f64>,
    spared_square: Vec<f64>,
    mean: Vec<f64>,
}

/// The increments of each stratum, earliest first.
fn increments(rows: &Rows, eta: &[f64], squares: bool) -> Vec<Vec<Increment>> {
    let mut by_stratum: Vec<Vec<Increment>> = rows.strata.iter().map(|_| Vec::new()).collect();
    let p = rows.columns;
    let cells = if squares { p * (p + 1) / 2 } else { 0 };
    let mut mean = vec![0.0; p];
    rows.sweep(eta, false, |moment| {
        let mut increment = Increment {
            time: moment.time,
            hazard: 0.0,
            hazard_mean: vec![0.0; p],
            hazard_square: vec![0.0; cells],
            spared: 0.0,
            spared_mean: vec![0.0; p],
            spared_square: vec![0.0; cells],
            mean: vec![0.0; p],
        };
        for (share, one_over) in moment.efron() {
            increment.hazard += one_over;
            increment.spared += share * one_over;
            for (column, mean) in mean.iter_mut().enumerate() {
                let tied = if share > 0.0 { share * moment.d1[column] } else { 0.0 };
                *mean = (moment.s1[column] - tied) * one_over;
                increment.mean[column] += *mean / moment.events as f64;
                increment.hazard_mean[column] += one_over * *mean;
                increment.spared_mean[column] += share * one_over * *mean;
            }
            add(&mut [], &mut increment.hazard_square, &mean, one_over);
            add(&mut [], &mut increment.spared_square, &mean, share * one_over);
        }
        by_stratum[moment.stratum].push(increment);
    });
    for increments in &mut by_stratum {
        increments.reverse();
    }
    by_stratum
}

/// What the events while a row was at risk took from it, per unit of its own risk: sums as in [`Increment`], less what a
/// tied event is spared.
struct Exposure {
    hazard: f64,
    mean: Vec<f64>,
    square: Vec<f64>,
}

/// Visits each place with its exposure and, where the row has its event, the increment of that.
fn exposures(
    rows: &Rows,
    eta: &[f64],
    squares: bool,
    mut visit: impl FnMut(usize, &Exposure, Option<&Increment>),
) {
    let p = rows.columns;
    let cells = if squares { p * (p + 1) / 2 } else { 0 };
    let mut exposure = Exposure { hazard: 0.0, mean: vec![0.0; p], square: vec![0.0; cells] };
    for (range, increments) in rows.strata.iter().zip(increments(rows, eta, squares)) {
        // Running totals: what was taken by the first k event times.
        let mut hazards = vec![0.0];
        let (mut means, mut square_totals) = (vec![0.0; p], vec![0.0; cells]);
        for increment in &increments {
            hazards.push(hazards[hazards.len() - 1] + increment.hazard);
            push_sums(&mut means, &increment.hazard_mean);
            push_sums(&mut square_totals, &increment.hazard_square);
        }
        let mut until = increments.len();
        for place in range.clone() {
            while until > 0 && increments[until - 1].time > rows.time[place] {
                until -= 1;
            }
            let from = if rows.entry[place] == f64::NEG_INFINITY {
                0
            } else {
                increments.partition_point(|increment| increment.time <= rows.entry[place])
            };
            exposure.hazard = hazards[until] - hazards[from];
            put_difference(&mut exposure.mean, &means, until, from);
            put_difference(&mut exposure.square, &square_totals, until, from);
            let own = rows.event[place].then(|| &increments[until - 1]);
            if let Some(own) = own {
                exposure.hazard -= own.spared;
                for (value, spared) in exposure.mean.iter_mut().zip(&own.spared_mean) {
                    *value -= spared;
                }
                for (value, spared) in exposure.square.iter_mut().zip(&own.spared_square) {
                    *value -= spared;
                }
            }
            visit(place, &exposure, own);
        }
    }
}

/// Adds to rows of running totals the next one.
fn push_sums(totals: &mut Vec<f64>, next: &[f64]) {
    let before = totals.len() - next.len();
    for (at, value) in next.iter().enumerate() {
        totals.push(totals[before + at] + value);
    }
}

/// What was added to running totals after row `from`, up to row `until`.
fn put_difference(into: &mut [f64], totals: &[f64], until: usize, from: usize) {
    let width = into.len();
    let (late, early) = (&totals[until * width..], &totals[from * width..]);
    for (value, (late, early)) in into.iter_mut().zip(late.iter().zip(early)) {
        *value = late - early;
    }
}

/// Score residuals, place by place and in standardised columns, for one copy of each row; and martingale residuals.
pub(super) fn score(rows: &Rows, eta: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let p = rows.columns;
    let mut residuals = vec![0.0; rows.len() * p];
    let mut martingale = vec![0.0; rows.len()];
    exposures(rows, eta, false, |place, exposure, own| {
        let theta = eta[place].exp();
        let x = rows.row(place);
        let residual = &mut residuals[place * p..(place + 1) * p];
        martingale[place] = f64::from(u8::from(own.is_some())) - theta * exposure.hazard;
        for column in 0..p {
            residual[column] = -theta * (exposure.hazard * x[column] - exposure.mean[column]);
        }
        if let Some(own) = own {
            for column in 0..p {
                residual[column] += x[column] - own.mean[column];
            }
        }
    });
    (residuals, martingale)
}

/// What each cluster's rows add to the information, as packed lower triangles of standardised columns: the sum over the
/// events while a row is at risk of its share of the risk times (x − mean)(x − mean)′. Together they are the information.
pub(super) fn information(rows: &Rows, eta: &[f64], clusters: &Clusters) -> Matrix {
    let p = rows.columns;
    let cells = p * (p + 1) / 2;
    let mut sums = Matrix::zeros(clusters.count(), cells);
    exposures(rows, eta, true, |place, exposure, _| {
        let risk = rows.weight[place] * eta[place].exp();
        let x = rows.row(place);
        let begin = clusters.of(rows.source[place]) * cells;
        let mut sums = sums.values[begin..begin + cells].iter_mut().zip(&exposure.square);
        for row in 0..p {
            // h·xx′ − m·x′ − x·m′ + q, by row.
            let (by_x, by_mean) = (exposure.hazard * x[row] - exposure.mean[row], x[row]);
            let others = x[..=row].iter().zip(&exposure.mean);
            // The shorter first: a zip that ends takes nothing from its second.
            for ((other, mean), (sum, square)) in others.zip(sums.by_ref()) {
                *sum += risk * (by_x * other - by_mean * mean + square);
            }
        }
    });
    sums
}

/// Event times of each stratum with the cumulative baseline hazard of a row whose columns are all at their means.
pub(super) fn baseline(rows: &Rows, eta: &[f64]) -> Vec<Vec<(f64, f64)>> {
    increments(rows, eta, false)
        .into_iter()
        .map(|increments| {
            let mut total = 0.0;
            increments
                .into_iter()
                .map(|increment| {
                    total += increment.hazard;
                    (increment.time, total)
                })
                .collect()
        })
        .collect()
}

/// Schoenfeld residuals in the columns' own units: of each event its time, its place and its x less Efron's mean,
/// earliest first within a stratum.
pub(super) fn schoenfeld(rows: &Rows, eta: &[f64]) -> Vec<(f64, usize, Vec<f64>)> {
    let mut residuals = Vec::new();
    let means = increments(rows, eta, false);
    for (range, increments) in rows.strata.iter().zip(means) {
        let mut at = 0;
        for place in range.clone().rev().filter(|&place| rows.event[place]) {
            while increments[at].time < rows.time[place] {
                at += 1;
            }
            let residual = (0..rows.columns)
                .map(|column| (rows.row(place)[column] - increments[at].mean[column]) * rows.scales[column])
                .collect();
            residuals.push((rows.time[place], place, residual));
        }
    }
    residuals
}
