//! What a Cox model of 100,000 rows and 12 columns costs, in CPU seconds of one thread, median of five:
//! `cargo bench -p dearly-stats --bench cox`. `scripts/bench-stats` runs it beside its peers, on the same rows.

use dearly_stats::cox::{Cox, TimeScale};
use dearly_stats::{ClusterErrors, Clusters, Design};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

const ROWS: usize = 100_000;
const COLUMNS: usize = 12;
const TIMES: u32 = 5;

fn main() {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_122);
    let mut columns = vec![Vec::new(); COLUMNS];
    let (mut durations, mut entry) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
    let mut untied = Vec::with_capacity(ROWS);
    let (mut event_observed, mut accounts) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
    for row in 0..ROWS {
        let mut hazard = 0.02f64.ln();
        for (index, column) in columns.iter_mut().enumerate() {
            let value: f64 = StandardNormal.sample(&mut rng);
            column.push(value);
            hazard += value * (index as f64 - 5.5) * 0.08;
        }
        let waited: f64 = Exp1.sample(&mut rng);
        let (until, censored) = (waited / hazard.exp(), rng.random::<f64>() * 60.0);
        // Days of a five-year window: some hundred events a day are tied, as in a book of that size.
        let begun = (rng.random::<f64>() * 300.0).floor();
        entry.push(begun);
        durations.push(begun + (until.min(censored) * 30.0).ceil().max(1.0));
        untied.push(until.min(censored));
        event_observed.push(until <= censored);
        accounts.push(row / 4);
    }
    if let Some(folder) = std::env::var_os("DEARLY_BENCH_DATA") {
        let file = std::path::Path::new(&folder).join("cox_100k_12.csv");
        write_csv(&file, &columns, [&entry, &durations, &untied], &event_observed, &accounts);
    }
    let named =
        columns.into_iter().enumerate().map(|(index, column)| (format!("x{index}"), column)).collect();
    let design = Design::new(named).expect("finite columns");
    let clusters = Clusters::from_labels(&accounts);
    let plain = Cox::new(&design, &durations, &event_observed);
    time("cox_100k_12", || plain.fit().expect("a fit").log_likelihood);
    let by = |errors| {
        let covariance = plain.fit().expect("a fit").cluster_covariance(&clusters, errors);
        covariance.expect("many accounts").standard_errors()[0]
    };
    time("cox_100k_12_clusters", || by(ClusterErrors::Cr0));
    time("cox_100k_12_cv3", || by(ClusterErrors::Cv3));
    time("cox_100k_12_untied", || {
        Cox::new(&design, &untied, &event_observed).fit().expect("a fit").log_likelihood
    });
    time("cox_100k_12_truncated", || plain.clone().entry(&entry).fit().expect("a fit").log_likelihood);
    let fitted = plain.fit().expect("a fit");
    time("cox_100k_12_concordance", || fitted.concordance().expect("pairs"));
    time("cox_100k_12_proportional_hazards", || {
        fitted.proportional_hazards(TimeScale::KaplanMeier).expect("a test").global_statistic
    });
}

fn time(what: &str, mut run: impl FnMut() -> f64) {
    let mut taken: Vec<f64> = (0..5)
        .map(|_| {
            let begun = cpu_seconds();
            // The clock of the kernel ticks.
            for _ in 0..TIMES {
                std::hint::black_box(run());
            }
            (cpu_seconds() - begun) / f64::from(TIMES)
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    println!("{what} {:.6}", taken[2]);
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel that counts");
    let nanos: f64 =
        spent.split_whitespace().next().and_then(|first| first.parse().ok()).expect("nanoseconds");
    nanos / 1e9
}

fn write_csv(
    file: &std::path::Path,
    columns: &[Vec<f64>],
    [entry, durations, untied]: [&[f64]; 3],
    event_observed: &[bool],
    accounts: &[usize],
) {
    let mut text = String::from("entry,duration,untied,event,account");
    (0..COLUMNS).for_each(|index| text.push_str(&format!(",x{index}")));
    text.push('\n');
    for row in 0..ROWS {
        text.push_str(&format!(
            "{},{},{},{},{}",
            entry[row],
            durations[row],
            untied[row],
            u8::from(event_observed[row]),
            accounts[row]
        ));
        columns.iter().for_each(|column| text.push_str(&format!(",{}", column[row])));
        text.push('\n');
    }
    std::fs::write(file, text).expect("the file can be written");
}
