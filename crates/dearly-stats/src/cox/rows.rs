use std::ops::Range;

use crate::matrix::dot;
use crate::survival::Lifetimes;
use crate::{Clusters, Design, Error};

/// The rows as the sweep wants them: by stratum, latest time first, each column centred and in its standard deviations,
/// so that limits on steps mean the same for any unit. Rows of weight 0 are left out.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) columns: usize,
    pub(super) x: Vec<f64>,
    pub(super) time: Vec<f64>,
    /// −∞ where a row was watched from the start.
    pub(super) entry: Vec<f64>,
    pub(super) event: Vec<bool>,
    pub(super) weight: Vec<f64>,
    /// The row's place in what was given.
    pub(super) source: Vec<usize>,
    pub(super) strata: Vec<Range<usize>>,
    /// Places by entry, latest first, within the same ranges; empty when all were watched from the start.
    pub(super) leaving: Vec<u32>,
    /// Their columns in that order, for rows looked up one by one would each wait for memory.
    leaving_x: Vec<f64>,
    pub(super) means: Vec<f64>,
    pub(super) scales: Vec<f64>,
}

/// What is known at one event time, of the rows at risk (`s`) and of those with the event (`d`): sums of w·θ, of w·θ·x
/// and of the lower triangle of w·θ·xx′, with θ = exp(η). `d` is filled in only where events are tied.
pub(super) struct Moment<'a> {
    pub(super) stratum: usize,
    pub(super) time: f64,
    /// Events, counted by frequency weight.
    pub(super) events: usize,
    /// The sum of w·x over the events.
    pub(super) event_x: &'a [f64],
    /// The sum of w·η over the events.
    pub(super) event_eta: f64,
    pub(super) s0: f64,
    pub(super) s1: &'a [f64],
    pub(super) s2: &'a [f64],
    pub(super) d0: f64,
    pub(super) d1: &'a [f64],
    pub(super) d2: &'a [f64],
}

impl Moment<'_> {
    /// Efron's terms: of each tied event in turn, the share of the events' own risk that is taken away, and one over
    /// the risk that is left.
    pub(super) fn efron(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let events = self.events as f64;
        (0..self.events).map(move |taken| {
            let share = taken as f64 / events;
            (share, 1.0 / (self.s0 - share * self.d0))
        })
    }
}

impl Rows {
    pub(super) fn new(
        design: &Design,
        lifetimes: Lifetimes<'_>,
        weights: Option<&[f64]>,
        strata: Option<&Clusters>,
    ) -> Result<Rows, Error> {
        let (n, columns) = (design.rows(), design.columns());
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let stratum = |row: usize| strata.map_or(0, |strata| strata.of(row));
        // Keys beside the rows: a sort that looks them up elsewhere waits for memory.
        let counted = (0..n).filter(|&row| weight(row) > 0.0);
        let mut keyed: Vec<(usize, f64, usize)> =
            counted.map(|row| (stratum(row), lifetimes.durations[row], row)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        let order: Vec<usize> = keyed.into_iter().map(|(_, _, row)| row).collect();
        let (means, scales) = moments(design, &order, &weight)?;
        let mut x = Vec::with_capacity(order.len() * columns);
        for &row in &order {
            x.extend(
                design.row(row).iter().zip(means.iter().zip(&scales)).map(|(v, (mean, sd))| (v - mean) / sd),
            );
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (place, &row) in order.iter().enumerate() {
            match ranges.last_mut() {
                Some(last) if stratum(order[last.start]) == stratum(row) => last.end = place + 1,
                _ => ranges.push(place..place + 1),
            }
        }
        let entry: Vec<f64> =
            order.iter().map(|&row| lifetimes.entry.map_or(f64::NEG_INFINITY, |entry| entry[row])).collect();
        let mut leaving: Vec<u32> = Vec::new();
        if lifetimes.entry.is_some() {
            leaving.extend(0..u32::try_from(order.len()).expect("fewer rows than 2³²"));
            for range in &ranges {
                leaving[range.clone()].sort_by(|&a, &b| entry[b as usize].total_cmp(&entry[a as usize]));
            }
        }
        let columns_at = |&place: &u32| &x[place as usize * columns..][..columns];
        let leaving_x = leaving.iter().flat_map(columns_at).copied().collect();
        Ok(Rows {
            columns,
            leaving_x,
            x,
            time: order.iter().map(|&row| lifetimes.durations[row]).collect(),
            entry,
            event: order.iter().map(|&row| lifetimes.event_observed[row]).collect(),
            weight: order.iter().map(|&row| weight(row)).collect(),
            source: order,
            strata: ranges,
            leaving,
            means,
            scales,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    pub(super) fn row(&self, place: usize) -> &[f64] {
        &self.x[place * self.columns..(place + 1) * self.columns]
    }

    /// The linear predictors of standardised coefficients.
    pub(super) fn linear(&self, coefficients: &[f64]) -> Vec<f64> {
        if self.columns == 0 {
            return vec![0.0; self.len()];
        }
        self.x.chunks_exact(self.columns).map(|row| dot(row, coefficients)).collect()
    }

    /// One sweep from the latest time to the first: rows come under risk as their time is passed and leave it as their
    /// entry is, so that every sum over a risk set is a running one.
    ///
    /// Without `second` the triangles of xx′ are left alone.
    pub(super) fn sweep(&self, eta: &[f64], second: bool, mut visit: impl FnMut(&Moment<'_>)) {
        let p = self.columns;
        let cells = if second { p * (p + 1) / 2 } else { 0 };
        let (mut s1, mut s2, mut d1, mut d2) =
            (vec![0.0; p], vec![0.0; cells], vec![0.0; p], vec![0.0; cells]);
        let mut event_x = vec![0.0; p];
        let risks: Vec<f64> = eta.iter().zip(&self.weight).map(|(eta, weight)| weight * eta.exp()).collect();
        for (stratum, range) in self.strata.iter().enumerate() {
            let (mut s0, mut at_risk) = (0.0, 0usize);
            s1.fill(0.0);
            s2.fill(0.0);
            let mut gone = range.start;
            let mut next = range.start;
            while next < range.end {
                let time = self.time[next];
                let mut end = next + 1;
                while end < range.end && self.time[end] == time {
                    end += 1;
                }
                // Those who came under watch at this time or later are not at risk at it.
                while gone < self.leaving.len().min(range.end) {
                    let place = self.leaving[gone] as usize;
                    if self.entry[place] < time {
                        break;
                    }
                    let theta = risks[place];
                    s0 -= theta;
                    at_risk -= 1;
                    add(&mut s1, &mut s2, &self.leaving_x[gone * p..(gone + 1) * p], -theta);
                    gone += 1;
                }
                if at_risk == 0 {
                    // What rounding left of rows that are gone.
                    s0 = 0.0;
                    s1.fill(0.0);
                    s2.fill(0.0);
                }
                let (mut events, mut event_eta, mut d0) = (0.0, 0.0, 0.0);
                for place in next..end {
                    let theta = risks[place];
                    s0 += theta;
                    at_risk += 1;
                    add(&mut s1, &mut s2, self.row(place), theta);
                    if self.event[place] {
                        if events == 0.0 {
                            event_x.fill(0.0);
                        }
                        events += self.weight[place];
                        event_eta += self.weight[place] * eta[place];
                        d0 += theta;
                        for (sum, value) in event_x.iter_mut().zip(self.row(place)) {
                            *sum += self.weight[place] * value;
                        }
                    }
                }
                if events > 0.0 {
                    if events > 1.0 {
                        d1.fill(0.0);
                        d2.fill(0.0);
                        for place in (next..end).filter(|&place| self.event[place]) {
                            let theta = risks[place];
                            add(&mut d1, &mut d2, self.row(place), theta);
                        }
                    }
                    visit(&Moment {
                        stratum,
                        time,
                        events: events as usize,
                        event_x: &event_x,
                        event_eta,
                        s0,
                        s1: &s1,
                        s2: &s2,
                        d0,
                        d1: &d1,
                        d2: &d2,
                    });
                }
                next = end;
            }
        }
    }
}

/// Adds `weight · x` and, unless there is no triangle, the packed lower triangle of `weight · xx′`.
#[inline]
pub(super) fn add(first: &mut [f64], second: &mut [f64], x: &[f64], weight: f64) {
    for (sum, value) in first.iter_mut().zip(x) {
        *sum += weight * value;
    }
    if second.is_empty() {
        return;
    }
    let mut rest = second;
    for (row, &left) in x.iter().enumerate() {
        let (cells, after) = rest.split_at_mut(row + 1);
        let scaled = weight * left;
        for (cell, &right) in cells.iter_mut().zip(x) {
            *cell += scaled * right;
        }
        rest = after;
    }
}

/// Means and standard deviations by column, over the rows that count.
fn moments(
    design: &Design,
    rows: &[usize],
    weight: &impl Fn(usize) -> f64,
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let columns = design.columns();
    let total: f64 = rows.iter().map(|&row| weight(row)).sum();
    let mut means = vec![0.0; columns];
    for &row in rows {
        for (mean, value) in means.iter_mut().zip(design.row(row)) {
            *mean += weight(row) / total * value;
        }
    }
    let mut scales = vec![0.0; columns];
    let mut constant = vec![true; columns];
    for &row in rows {
        let first = design.row(rows[0]);
        for (column, value) in design.row(row).iter().enumerate() {
            scales[column] += weight(row) / total * (value - means[column]).powi(2);
            constant[column] &= *value == first[column];
        }
    }
    if let Some(column) = constant.iter().position(|&constant| constant) {
        return Err(Error::Refused(format!(
            "{} has the same value in every row, and Cox's model compares rows: leave it out",
            design.names()[column]
        )));
    }
    Ok((means, scales.into_iter().map(f64::sqrt).collect()))
}
