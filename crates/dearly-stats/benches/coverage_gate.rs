//! Whether the gate lets through what then holds, by simulation: `cargo bench -p dearly-stats --bench coverage_gate`.
//!
//! Four years of renewals with churn near 10 % and eight parameters; the gate is judged by rolling origins over years 2 to 4 (3 and 4
//! where the second cannot be fitted), the model of all years by its calibration slope on 4,000 renewals of the year after. Level 3
//! is given four past plans that held. `REPETITIONS` says how many books of each size (200).

use dearly_stats::calibration::calibration;
use dearly_stats::compare::Resampling;
use dearly_stats::distribution::{logistic, normal_quantile};
use dearly_stats::gate::{Evidence, HeldOut, Level, PastPlan, gate, held_out_cox_snell};
use dearly_stats::{Clusters, Design, Error, Family, Glm, Interval};
use rayon::prelude::*;

const YEARS: usize = 4;
const SLOPES: [f64; 8] = [-0.55, -0.5, -0.4, -0.3, -0.25, 0.15, 0.0, 0.0];

fn main() {
    let repetitions: u64 =
        std::env::var("REPETITIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    println!(
        "renewals  churns  level 0  1  2  3   slope in .8-1.25: all  at 2+  at 3   median slope: all  at 2+"
    );
    let mut pooled = Vec::new();
    for renewals in [160, 320, 640, 960, 1_280, 2_560, 5_120] {
        let books: Vec<(u64, Level, f64)> =
            (0..repetitions).into_par_iter().filter_map(|book| one_book(renewals, book).ok()).collect();
        summary(&format!("{renewals:8}"), &books);
        pooled.extend(books);
    }
    summary("     all", &pooled);
}

fn summary(name: &str, books: &[(u64, Level, f64)]) {
    let share = |level: Level| {
        100.0 * books.iter().filter(|book| book.1 == level).count() as f64 / books.len() as f64
    };
    let right = |least: Level| {
        let of: Vec<&(u64, Level, f64)> = books.iter().filter(|book| book.1 >= least).collect();
        let inside = of.iter().filter(|book| (0.8..=1.25).contains(&book.2)).count();
        inside as f64 / of.len() as f64
    };
    let median = |least: Level| {
        let mut slopes: Vec<f64> = books.iter().filter(|book| book.1 >= least).map(|book| book.2).collect();
        slopes.sort_by(f64::total_cmp);
        slopes.get(slopes.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let churns = books.iter().map(|book| book.0).sum::<u64>() as f64 / books.len() as f64;
    println!(
        "{name} {churns:7.0} {:7.0}% {:2.0}% {:2.0}% {:2.0}% {:18.2} {:6.2} {:5.2} {:18.2} {:6.2}",
        share(Level::Descriptive),
        share(Level::Indicative),
        share(Level::Predictive),
        share(Level::Proven),
        right(Level::Descriptive),
        right(Level::Predictive),
        right(Level::Proven),
        median(Level::Descriptive),
        median(Level::Predictive)
    );
}

/// Churns, the level reached, and the slope of the model a year later.
fn one_book(renewals: usize, book: u64) -> Result<(u64, Level, f64), Error> {
    let mut noise = Noise(book.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (renewals as u64) << 40);
    let rows = rows(&mut noise, renewals)?;
    let year_of = |row: usize| row * YEARS / renewals;
    let chosen = |wanted: &dyn Fn(usize) -> bool| (0..renewals).filter(|&row| wanted(year_of(row))).collect();

    let (mut churned, mut probabilities, mut n_origins) = (Vec::new(), Vec::new(), 0);
    for year in 1..YEARS {
        let train: Vec<usize> = chosen(&|of| of < year);
        let test: Vec<usize> = chosen(&|of| of == year);
        let Ok(predicted) = rows.predict(&train, &rows.0.rows_of(&test)) else { continue };
        n_origins += 1;
        churned.extend(test.iter().map(|&row| rows.1[row] == 1.0));
        probabilities.extend(predicted);
    }
    let resampling = Resampling { replicates: 200, seed: book, level: 0.95 };
    let single = Clusters::singletons(churned.len());
    let n_churns = rows.1.iter().sum::<f64>() as u64;
    let evidence = Evidence {
        n: renewals as u64,
        n_churns,
        parameters: SLOPES.len(),
        cox_snell: held_out_cox_snell(&churned, &probabilities).ok(),
        look_ahead_failures: Vec::new(),
        held_out: HeldOut::measure(&churned, &probabilities, &single, n_origins, resampling).ok(),
        past_plans: vec![PastPlan { interval: Interval { low: 0.0, high: 1.0, level: 0.9 }, actual: 0.9 }; 4],
    };
    let level = gate(&evidence)?.level;
    let later = self::rows(&mut noise, 4_000)?;
    let all: Vec<usize> = (0..renewals).collect();
    let predicted = rows.predict(&all, &later.0)?;
    let later_churned: Vec<bool> = later.1.iter().map(|&y| y == 1.0).collect();
    Ok((n_churns, level, calibration(&later_churned, &predicted, 0.95)?.slope.estimate))
}

struct Rows(Design, Vec<f64>);

impl Rows {
    fn predict(&self, train: &[usize], test: &Design) -> Result<Vec<f64>, Error> {
        let outcome: Vec<f64> = train.iter().map(|&row| self.1[row]).collect();
        let fitted = Glm::new(Family::Logit).fit(&self.0.rows_of(train), &outcome)?;
        Ok(test.linear_predictor(&fitted.coefficients).into_iter().map(logistic).collect())
    }
}

fn rows(noise: &mut Noise, n: usize) -> Result<Rows, Error> {
    let mut columns = vec![Vec::with_capacity(n); SLOPES.len()];
    let mut churned = Vec::with_capacity(n);
    for _ in 0..n {
        let common = noise.normal();
        let mut eta = -2.75;
        for (column, slope) in columns.iter_mut().zip(SLOPES) {
            let score = 0.3f64.sqrt() * common + 0.7f64.sqrt() * noise.normal();
            column.push(score);
            eta += slope * score;
        }
        churned.push(f64::from(u8::from(noise.uniform() < logistic(eta))));
    }
    let named =
        columns.into_iter().enumerate().map(|(index, column)| (format!("x{index}"), column)).collect();
    Ok(Rows(Design::with_intercept(n, named)?, churned))
}

/// A small stream of numbers for the simulation.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
}
