use super::rows::Rows;

/// What one event time takes from the rows at risk: Efron's sums of 1/risk (`hazard`) and of mean/risk, the parts by
/// which a tied event is spared, and the mean of the means.
struct Increment {
    time: f64,
    hazard: f64,
    hazard_mean: Vec<f64>,
    spared: f64,
    spared_mean: Vec<f64>,
    mean: Vec<f64>,
}

/// The increments of each stratum, earliest first.
fn increments(rows: &Rows, eta: &[f64]) -> Vec<Vec<Increment>> {
    let mut by_stratum: Vec<Vec<Increment>> = rows.strata.iter().map(|_| Vec::new()).collect();
    rows.sweep(eta, false, |moment| {
        let p = rows.columns;
        let mut increment = Increment {
            time: moment.time,
            hazard: 0.0,
            hazard_mean: vec![0.0; p],
            spared: 0.0,
            spared_mean: vec![0.0; p],
            mean: vec![0.0; p],
        };
        for (share, one_over) in moment.efron() {
            increment.hazard += one_over;
            increment.spared += share * one_over;
            for column in 0..p {
                let tied = if share > 0.0 { share * moment.d1[column] } else { 0.0 };
                let mean = (moment.s1[column] - tied) * one_over;
                increment.mean[column] += mean / moment.events as f64;
                increment.hazard_mean[column] += one_over * mean;
                increment.spared_mean[column] += share * one_over * mean;
            }
        }
        by_stratum[moment.stratum].push(increment);
    });
    for increments in &mut by_stratum {
        increments.reverse();
    }
    by_stratum
}

/// Score residuals, place by place and in standardised columns, for one copy of each row; and martingale residuals.
pub(super) fn score(rows: &Rows, eta: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let p = rows.columns;
    let mut residuals = vec![0.0; rows.len() * p];
    let mut martingale = vec![0.0; rows.len()];
    for (range, increments) in rows.strata.iter().zip(increments(rows, eta)) {
        // Running totals: what was taken by the first k event times.
        let mut hazards = vec![0.0];
        let mut means = vec![0.0; p];
        for increment in &increments {
            hazards.push(hazards[hazards.len() - 1] + increment.hazard);
            let before = means.len() - p;
            for column in 0..p {
                means.push(means[before + column] + increment.hazard_mean[column]);
            }
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
            let theta = eta[place].exp();
            let x = rows.row(place);
            let residual = &mut residuals[place * p..(place + 1) * p];
            let hazard = hazards[until] - hazards[from];
            martingale[place] = -theta * hazard;
            for column in 0..p {
                let mean = means[until * p + column] - means[from * p + column];
                residual[column] = -theta * (hazard * x[column] - mean);
            }
            if rows.event[place] {
                let own = &increments[until - 1];
                martingale[place] += 1.0 + theta * own.spared;
                for column in 0..p {
                    residual[column] += x[column] - own.mean[column]
                        + theta * (own.spared * x[column] - own.spared_mean[column]);
                }
            }
        }
    }
    (residuals, martingale)
}

/// Event times of each stratum with the cumulative baseline hazard of a row whose columns are all at their means.
pub(super) fn baseline(rows: &Rows, eta: &[f64]) -> Vec<Vec<(f64, f64)>> {
    increments(rows, eta)
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
    let means = increments(rows, eta);
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
