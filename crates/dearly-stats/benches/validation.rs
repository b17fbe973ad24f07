//! What validation and forecasts cost, in CPU seconds of one thread: `cargo bench -p dearly-stats --bench validation`.
//!
//! `scripts/bench-stats` runs it beside its peers, on the same rows.

use std::hint::black_box;

use dearly_stats::compare::{Metric, Resampling, measure};
use dearly_stats::discrimination::{auc, compare_auc};
use dearly_stats::forecast::{Book, PoissonBinomial, Predictor, Severity, Uncertainty, YearShock, draw_plan};
use dearly_stats::{Clusters, Design, Matrix};

/// The median of five runs, in CPU seconds of this thread.
fn report<T>(name: &str, times: usize, work: impl Fn() -> T) {
    let mut seconds: Vec<f64> = (0..5)
        .map(|_| {
            let begun = cpu_seconds();
            for _ in 0..times {
                black_box(work());
            }
            (cpu_seconds() - begun) / times as f64
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!("{name} {:.6}", seconds[2]);
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel that counts");
    let nanos: f64 =
        spent.split_whitespace().next().and_then(|first| first.parse().ok()).expect("nanoseconds");
    nanos / 1e9
}

/// Where `DEARLY_BENCH_DATA` names a folder, the rows for the peers.
fn share(name: &str, header: &str, columns: &[&[f64]]) {
    let Some(folder) = std::env::var_os("DEARLY_BENCH_DATA") else { return };
    let mut text = format!("{header}\n");
    for row in 0..columns[0].len() {
        let values: Vec<String> = columns.iter().map(|column| column[row].to_string()).collect();
        text += &values.join(",");
        text.push('\n');
    }
    std::fs::write(std::path::Path::new(&folder).join(format!("{name}.csv")), text)
        .expect("a folder to write in");
}

/// A number in (0, 1) that looks random.
fn noise(row: usize, column: usize) -> f64 {
    let mut mixed = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (column as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

fn main() {
    // One thread, and that one this one, so that its clock counts all.
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool");
    let n = 100_000;
    let outcomes: Vec<bool> = (0..n).map(|row| noise(row, 0) < 0.1).collect();
    let scores = |column: usize| -> Vec<f64> {
        (0..n).map(|row| noise(row, column) + 0.3 * f64::from(u8::from(outcomes[row]))).collect()
    };
    let (first, second) = (scores(1), scores(2));
    let events: Vec<f64> = outcomes.iter().map(|&outcome| f64::from(u8::from(outcome))).collect();
    share("auc_100k", "outcome,first,second", &[&events, &first, &second]);
    report("auc_delong_100k", 10, || auc(&outcomes, &first, 0.95));
    report("auc_delong_paired_100k", 5, || compare_auc(&outcomes, &first, &second, 0.95));

    let calibrated: Vec<f64> = first.iter().map(|score| 0.02 + 0.2 * score / 1.3).collect();
    let pairs = Clusters::from_labels(&(0..n).map(|row| row / 2).collect::<Vec<_>>());
    let resampling = Resampling { replicates: 100, seed: 1, level: 0.95 };
    for (name, metric) in [("auc", Metric::Auc), ("scaled_brier", Metric::ScaledBrier)] {
        report(&format!("bootstrap_100_{name}_100k"), 1, || {
            measure(metric, &outcomes, &calibrated, &pairs, resampling)
        });
    }

    let probabilities: Vec<f64> = (0..5_000).map(|row| 0.8 + 0.19 * noise(row, 3)).collect();
    share("poisson_binomial_5k", "p", &[&probabilities]);
    report("poisson_binomial_5k", 5, || PoissonBinomial::exact(&probabilities));
    report("poisson_binomial_5k_dft", 2, || PoissonBinomial::by_dft(&probabilities));

    // A plan of 2,000 accounts: eight slopes, contraction and expansion, a year's shock, two groupings.
    let rows = 2_000;
    let columns = (0..8)
        .map(|column| (format!("x{column}"), (0..rows).map(|row| noise(row, 10 + column) - 0.5).collect()));
    let columns: Vec<(String, Vec<f64>)> = columns.collect();
    let values: Vec<&[f64]> = columns.iter().map(|(_, values)| values.as_slice()).collect();
    share("plan_2k", "x0,x1,x2,x3,x4,x5,x6,x7", &values);
    let design = Design::with_intercept(rows, columns).expect("a design");
    let mut covariance = Matrix::identity(9);
    covariance.values.iter_mut().for_each(|value| *value *= 0.01);
    let slopes = || Uncertainty::of_slopes(&design, &covariance, &[0.0; 9]).expect("an uncertainty");
    let logits = |base: f64| (0..rows).map(|row| base + noise(row, 20) - 0.5).collect::<Vec<f64>>();
    let part = |base: f64| Predictor::uncertain(logits(base), slopes()).expect("a predictor");
    let (renewal, contraction, expansion) = (part(2.2), part(-2.5), part(-1.0));
    let amounts: Vec<f64> = (0..rows).map(|row| 10_000.0 / noise(row, 30)).collect();
    let (lost, gained) = (Severity::Resampled(vec![0.1, 0.2, 0.5]), Severity::Expected(vec![0.15; rows]));
    let shock = YearShock::fit(&[0.1, -0.2, 0.05, 0.15], &[0.12, 0.1, 0.11, 0.1]).expect("a shock");
    let segments = Clusters::from_labels(&(0..rows).map(|row| row % 4).collect::<Vec<_>>());
    let quarters = Clusters::from_labels(&(0..rows).map(|row| row % 7 % 4).collect::<Vec<_>>());
    let book = Book {
        amounts: &amounts,
        renewal: &renewal,
        year_shock: Some(&shock),
        contraction: Some((&contraction, &lost)),
        expansion: Some((&expansion, &gained)),
        decided: None,
        groups: &[&segments, &quarters],
    };
    report("plan_2k_10k_draws", 1, || draw_plan(&book, 10_000, 1).expect("a plan"));
}
