//! What effects cost, in CPU seconds of one thread: `cargo bench -p dearly-stats --bench effects`.

#[path = "coverage/book.rs"]
#[expect(dead_code, reason = "the truths of the book are for the coverage")]
mod book;

use book::{Knobs, Renewal, book};
use dearly_stats::aipw::Aipw;
use dearly_stats::compare::Resampling;
use dearly_stats::mediation::Mediation;
use dearly_stats::{Clusters, Design};

fn main() {
    // All work on this thread, whose clock is read.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().expect("a pool");
    alone.install(|| {
        for (name, accounts) in [("2k", 500), ("100k", 25_000)] {
            let rows = book(&Knobs { accounts, years: 4, sd_account: 0.5, hidden: 0.0 }, 1);
            measure(name, &rows);
        }
    });
}

fn measure(name: &str, rows: &[Renewal]) {
    let column = |of: &dyn Fn(&Renewal) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
    let mut columns: Vec<(String, Vec<f64>)> =
        (0..4).map(|at| (format!("score {at}"), column(&|row| (row.baseline[at] - 60.0) / 10.0))).collect();
    columns.push(("log_arr".to_owned(), column(&|row| row.log_arr - 10.0)));
    columns.push(("segment".to_owned(), column(&|row| row.segment as f64)));
    columns.push(("tenure".to_owned(), column(&|row| row.tenure)));
    let confounders = Design::with_intercept(rows.len(), columns).expect("a design");
    let treatment: Vec<bool> = rows.iter().map(|row| row.plays[0]).collect();
    let outcome = column(&|row| f64::from(u8::from(row.renewed)));
    let accounts: Vec<u32> = rows.iter().map(|row| row.account).collect();
    let clusters = Clusters::from_labels(&accounts);
    time(&format!("aipw_{name}_8_5_folds"), || {
        Aipw::new(&confounders, &treatment, &outcome, &clusters).estimate().expect("an effect").ate.estimate
    });
    let mediators: Vec<(String, Vec<f64>)> =
        (0..4).map(|at| (format!("score {at} after"), column(&|row| row.scores[at] / 10.0))).collect();
    let replicates = if rows.len() > 10_000 { 20 } else { 1000 };
    time(&format!("mediation_{name}_8_{replicates}_bootstraps"), || {
        Mediation::new(&confounders, &treatment, &mediators, &outcome, &clusters)
            .resampling(Resampling { replicates, seed: 1, level: 0.95 })
            .estimate()
            .expect("a chain")
            .indirect
            .estimate
    });
}

fn time(what: &str, mut run: impl FnMut() -> f64) {
    let mut taken: Vec<(f64, f64)> = (0..3)
        .map(|_| {
            let begun = cpu_seconds();
            let result = std::hint::black_box(run());
            (cpu_seconds() - begun, result)
        })
        .collect();
    taken.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("{what} {:.4} ({:.6})", taken[1].0, taken[1].1);
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel that counts");
    let nanos: f64 =
        spent.split_whitespace().next().and_then(|first| first.parse().ok()).expect("nanoseconds");
    nanos / 1e9
}
