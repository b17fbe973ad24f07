//! What a regression costs, in CPU seconds of one thread: `cargo bench -p dearly-stats --bench regression`.
//!
//! With a path as argument, the data are read from that folder instead of drawn, so that `scripts/bench-stats` can
//! give peers the same rows.

use dearly_stats::{Design, Family, Glm};

fn main() {
    let (design, outcome) = book(100_000, 12);
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let begun = cpu_seconds();
        let fitted = Glm::new(Family::Logit).fit(&design, &outcome).expect("a fit");
        seconds.push(cpu_seconds() - begun);
        std::hint::black_box(fitted.iterations);
    }
    seconds.sort_by(f64::total_cmp);
    println!("logit_100k_12 {:.4}", seconds[2]);
}

/// Rows from a fixed stream: scores of one mean, an outcome that follows them.
fn book(rows: usize, parameters: usize) -> (Design, Vec<f64>) {
    let mut state = 1u64;
    let mut uniform = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    };
    let mut columns = vec![Vec::with_capacity(rows); parameters - 1];
    let mut outcome = Vec::with_capacity(rows);
    for _ in 0..rows {
        let mut eta = 2.0;
        for (index, column) in columns.iter_mut().enumerate() {
            let value = (0..6).map(|_| uniform()).sum::<f64>() * 2f64.sqrt() - 18f64.sqrt();
            column.push(value);
            eta += value * (0.6 - 0.1 * index as f64);
        }
        outcome.push(f64::from(uniform() < 1.0 / (1.0 + (-eta).exp())));
    }
    let named =
        columns.into_iter().enumerate().map(|(index, column)| (format!("x{index}"), column)).collect();
    (Design::with_intercept(rows, named).expect("a design"), outcome)
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel that counts");
    let nanos: f64 =
        spent.split_whitespace().next().and_then(|first| first.parse().ok()).expect("nanoseconds");
    nanos / 1e9
}
