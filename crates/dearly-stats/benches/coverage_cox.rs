//! Whether 95 % intervals of hazard ratios hold the truth where rows of a cluster share something that no column knows:
//! `cargo bench -p dearly-stats --bench coverage_cox`.
//!
//! Panels of 10 to 200 clusters with ten rows each; one column is the same for all of a cluster, one is each row's own, and
//! each cluster has a hazard of its own (SD 0.5 of its logarithm). Not quite half of the rows are censored. The truth is the same
//! model's fit on 20,000 clusters. `REPETITIONS` says how many panels of each size (2,000).

use dearly_stats::cox::Cox;
use dearly_stats::distribution::normal_critical;
use dearly_stats::{ClusterErrors, Clusters, Design, Interval};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};
use rayon::prelude::*;

const ROWS_PER_CLUSTER: usize = 10;
const SD_CLUSTER: f64 = 0.5;
const LAW: [f64; 2] = [0.4, -0.3];
const COLUMNS: [&str; 2] = ["of the cluster", "of the row"];

struct Panel {
    design: Design,
    durations: Vec<f64>,
    event_observed: Vec<bool>,
    clusters: Clusters,
}

fn main() {
    let repetitions: u64 =
        std::env::var("REPETITIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let whole = panel(20_000, u64::MAX);
    let truth =
        Cox::new(&whole.design, &whole.durations, &whole.event_observed).fit().expect("a fit").coefficients;
    println!("{repetitions} panels of each size; truth {truth:.3?} of the law {LAW:?}");
    println!("{:>9}  {:<16}{:>8}{:>8}{:>8}", "clusters", "column", "CV3", "CR0, z", "± MC");
    for clusters in [10, 20, 50, 200] {
        let held: Vec<[[bool; 2]; 2]> = (0..repetitions)
            .into_par_iter()
            .filter_map(|seed| holds(&panel(clusters, seed), &truth))
            .collect();
        let n = held.len() as f64;
        for (column, name) in COLUMNS.iter().enumerate() {
            let share = |kind: usize| held.iter().filter(|own| own[kind][column]).count() as f64 / n;
            let (jackknife, plain) = (share(0), share(1));
            println!(
                "{clusters:>9}  {name:<16}{:>7.1}%{:>7.1}%{:>7.1}%",
                100.0 * jackknife,
                100.0 * plain,
                100.0 * (jackknife * (1.0 - jackknife) / n).sqrt()
            );
        }
        if held.len() < repetitions as usize {
            println!("{:>9}  {} panels had no fit", "", repetitions as usize - held.len());
        }
    }
}

/// Whether the interval of each column holds its truth: by CV3 with t, and by the plain sandwich with z as R's `robust` has it.
fn holds(panel: &Panel, truth: &[f64]) -> Option<[[bool; 2]; 2]> {
    let fitted = Cox::new(&panel.design, &panel.durations, &panel.event_observed).fit().ok()?;
    let own = fitted.cluster_covariance(&panel.clusters, ClusterErrors::Cv3).ok()?;
    let intervals = own.intervals(&fitted.coefficients, 0.95).ok()?;
    let errors = fitted.cluster_covariance(&panel.clusters, ClusterErrors::Cr0).ok()?.standard_errors();
    let plain = |column: usize| {
        let (centre, reach) = (fitted.coefficients[column], normal_critical(0.95) * errors[column]);
        Interval { low: centre - reach, high: centre + reach, level: 0.95 }.contains(truth[column])
    };
    Some([[0, 1].map(|column| intervals[column].contains(truth[column])), [0, 1].map(plain)])
}

fn panel(n_clusters: usize, seed: u64) -> Panel {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut of_cluster, mut of_row, mut durations) = (Vec::new(), Vec::new(), Vec::new());
    let (mut event_observed, mut labels) = (Vec::new(), Vec::new());
    let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
    for cluster in 0..n_clusters {
        let (shared, frailty) = (normal(&mut rng), SD_CLUSTER * normal(&mut rng));
        for _ in 0..ROWS_PER_CLUSTER {
            let own = normal(&mut rng);
            let hazard = (LAW[0] * shared + LAW[1] * own + frailty).exp();
            let waited: f64 = Exp1.sample(&mut rng);
            let (until, censored) = (waited / hazard, 2.0 * rng.random::<f64>());
            of_cluster.push(shared);
            of_row.push(own);
            durations.push(until.min(censored));
            event_observed.push(until <= censored);
            labels.push(cluster);
        }
    }
    let columns = COLUMNS.map(str::to_owned).into_iter().zip([of_cluster, of_row]).collect();
    Panel {
        design: Design::new(columns).expect("two columns of one length"),
        durations,
        event_observed,
        clusters: Clusters::from_labels(&labels),
    }
}
