//! What a regression costs, in CPU seconds of one thread: `cargo bench -p dearly-stats --bench regression`.
//!
//! With a task's name as argument, only that one. `scripts/bench-stats` runs it beside its peers, on the same rows.

use dearly_stats::compare::Resampling;
use dearly_stats::{ClusterErrors, Clusters, Design, Family, Glm};

fn main() {
    // One thread, and that one this one, so that its clock counts all.
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool");
    let large = Book::drawn("logit_100k_12", 100_000, 12);
    let small = Book::drawn("logit_2k_8", 2_000, 8);
    let glm = Glm::new(Family::Logit);
    let fit = |book: &Book| glm.fit(&book.design, &book.outcome).expect("a fit");
    report("logit_100k_12", 5, 20, || fit(&large).log_likelihood);
    for (name, errors) in [("cr1s", ClusterErrors::Cr1s), ("cv3", ClusterErrors::Cv3)] {
        report(&format!("logit_100k_12_{name}"), 5, 10, || {
            let covariance = fit(&large).cluster_covariance(&large.design, &large.clusters, errors);
            covariance.expect("a covariance").matrix.values[0]
        });
    }
    report("logit_2k_8", 5, 200, || fit(&small).log_likelihood);
    report("firth_2k_8", 5, 20, || {
        glm.fit_firth(&small.design, &small.outcome).expect("a fit").penalized_log_likelihood
    });
    let bootstrap = |book: &Book, replicates| {
        let resampling = Resampling { replicates, seed: 1, level: 0.95 };
        glm.bootstrap_clusters(&book.design, &book.outcome, &fit(book), &book.clusters, resampling)
            .expect("replicates")
            .standard_errors[0]
    };
    report("bootstrap_1000_logit_2k_8", 3, 1, || bootstrap(&small, 1_000));
    // A twentieth of the thousand, which scale.
    report("bootstrap_50_logit_100k_12", 1, 1, || bootstrap(&large, 50));
}

/// The median of some runs, in CPU seconds of this thread. What is short is done many times a run: the clock of the
/// kernel ticks.
fn report(name: &str, runs: usize, times: usize, work: impl Fn() -> f64) {
    if std::env::args().nth(1).is_some_and(|only| !only.starts_with('-') && only != name) {
        return;
    }
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let begun = cpu_seconds();
            for _ in 0..times {
                std::hint::black_box(work());
            }
            (cpu_seconds() - begun) / times as f64
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!("{name} {:.6}", seconds[runs / 2]);
}

/// Rows of one regression.
struct Book {
    design: Design,
    outcome: Vec<f64>,
    clusters: Clusters,
}

impl Book {
    /// Rows from a fixed stream: clusters of about four, columns of mean 0 and size 1, an outcome that follows them.
    fn draw(rows: usize, parameters: usize) -> Book {
        let mut state = 1u64;
        let mut uniform = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as f64 / u64::MAX as f64
        };
        let mut columns = vec![Vec::with_capacity(rows); parameters - 1];
        let (mut outcome, mut labels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for _ in 0..rows {
            let mut eta = 2.0;
            for (index, column) in columns.iter_mut().enumerate() {
                let value = (0..6).map(|_| uniform()).sum::<f64>() * 2f64.sqrt() - 18f64.sqrt();
                column.push(value);
                eta += value * (0.6 - 0.1 * index as f64);
            }
            outcome.push(f64::from(uniform() < 1.0 / (1.0 + (-eta).exp())));
            labels.push((uniform() * rows as f64 / 4.0) as u32);
        }
        let named =
            columns.into_iter().enumerate().map(|(index, column)| (format!("x{index}"), column)).collect();
        let design = Design::with_intercept(rows, named).expect("a design");
        Book { design, outcome, clusters: Clusters::from_labels(&labels) }
    }

    /// Drawn; and, where `DEARLY_BENCH_DATA` names a folder, written there for the peers: outcome, cluster, columns.
    fn drawn(name: &str, rows: usize, parameters: usize) -> Book {
        let book = Book::draw(rows, parameters);
        if let Some(folder) = std::env::var_os("DEARLY_BENCH_DATA") {
            let mut text = format!("outcome,cluster,{}\n", book.design.names()[1..].join(","));
            for row in 0..rows {
                text += &format!("{},{}", book.outcome[row], book.clusters.of(row));
                for value in &book.design.row(row)[1..] {
                    text += &format!(",{value}");
                }
                text.push('\n');
            }
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.csv")), text)
                .expect("a folder to write in");
        }
        book
    }
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel that counts");
    let nanos: f64 =
        spent.split_whitespace().next().and_then(|first| first.parse().ok()).expect("nanoseconds");
    nanos / 1e9
}
