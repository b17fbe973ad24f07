//! What validation and forecasts cost on one thread: `RAYON_NUM_THREADS=1 cargo bench -p dearly-stats --bench validation`.

use std::hint::black_box;
use std::time::Instant;

use dearly_stats::discrimination::{auc, compare_auc};
use dearly_stats::forecast::{Book, PoissonBinomial, Predictor, Severity, Uncertainty, YearShock, draw_plan};
use dearly_stats::{Clusters, Design, Matrix};

/// The median of five runs.
fn timed<T>(what: &str, mut work: impl FnMut() -> T) {
    let mut seconds: Vec<f64> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!("{what}: {:.4} s", seconds[2]);
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
    let n = 100_000;
    let outcomes: Vec<bool> = (0..n).map(|row| noise(row, 0) < 0.1).collect();
    let scores = |column: usize| -> Vec<f64> {
        (0..n).map(|row| noise(row, column) + 0.3 * f64::from(u8::from(outcomes[row]))).collect()
    };
    let (first, second) = (scores(1), scores(2));
    timed("AUC with DeLong, 100,000 rows", || auc(&outcomes, &first, 0.95));
    timed("paired DeLong, 100,000 rows", || compare_auc(&outcomes, &first, &second, 0.95));

    let probabilities: Vec<f64> = (0..5_000).map(|row| 0.8 + 0.19 * noise(row, 3)).collect();
    timed("Poisson-binomial by convolution, 5,000 rows", || PoissonBinomial::exact(&probabilities));
    timed("Poisson-binomial by transform, 5,000 rows", || PoissonBinomial::by_dft(&probabilities));

    // A plan of 2,000 accounts: eight slopes, contraction and expansion, a year's shock, two groupings.
    let rows = 2_000;
    let columns = (0..8)
        .map(|column| (format!("x{column}"), (0..rows).map(|row| noise(row, 10 + column) - 0.5).collect()));
    let design = Design::with_intercept(rows, columns.collect()).expect("a design");
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
        groups: &[&segments, &quarters],
    };
    timed("10,000 draws of a plan of 2,000 accounts", || draw_plan(&book, 10_000, 1).expect("a plan"));
}
