//! How often 90 % intervals of next year's retention hold, by simulation: `cargo bench -p dearly-stats --bench coverage_plan`.
//!
//! Books of 400 accounts whose renewals follow four scores and a year's shock; the model is fitted on past years, frozen, and next
//! year's ARR-weighted retention and count of renewals are held against the intervals. Plug-in: fitted probabilities taken as
//! known, no year. Plan: slopes from N(b, V) by account, the year's shock with its half-normal(0.5) prior. `REPETITIONS` says how
//! many books of each setting (300).

use dearly_stats::distribution::{logistic, normal_quantile};
use dearly_stats::forecast::{Book, PlanDraws, Predictor, Uncertainty, YearShock, draw_plan};
use dearly_stats::{ClusterErrors, Clusters, Design, Error, Family, Glm, Interval};
use rayon::prelude::*;

const ACCOUNTS: usize = 400;
const SCORES: usize = 4;
const SLOPES: [f64; SCORES] = [0.25, 0.35, 0.45, 0.3];

fn main() {
    let repetitions: u64 =
        std::env::var("REPETITIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    println!("years  shock SD  books  ARR: plug-in  plan  (width)  count: plug-in  plan  (width)");
    for (years, shock_sd) in [(3, 0.0), (3, 0.25), (5, 0.0), (5, 0.25), (5, 0.5), (8, 0.25), (8, 0.5)] {
        let results: Vec<[f64; 6]> = (0..repetitions)
            .into_par_iter()
            .filter_map(|book| one_book(years, shock_sd, book).ok())
            .collect();
        let mean = |at: usize| results.iter().map(|result| result[at]).sum::<f64>() / results.len() as f64;
        println!(
            "{years:5} {shock_sd:9.2} {:6} {:13.3} {:5.3} {:7.3}% {:14.3} {:5.3} {:7.1}",
            results.len(),
            mean(0),
            mean(1),
            100.0 * mean(2),
            mean(3),
            mean(4),
            mean(5)
        );
    }
}

/// Whether plug-in and plan held, and the plan's width: for ARR, then for the count.
fn one_book(years: usize, shock_sd: f64, book: u64) -> Result<[f64; 6], Error> {
    let mut noise =
        Noise(book.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (years as u64) << 32 ^ shock_sd.to_bits());
    let amounts: Vec<f64> = (0..ACCOUNTS).map(|_| (10.0 + 1.1 * noise.normal()).exp()).collect();
    let shocks: Vec<f64> = (0..=years).map(|_| shock_sd * noise.normal()).collect();
    let mut scores = vec![Vec::new(); SCORES];
    let (mut renewed, mut year_of, mut account_of) = (Vec::new(), Vec::new(), Vec::new());
    for (year, shock) in shocks.iter().enumerate() {
        for account in 0..ACCOUNTS {
            let common = noise.normal();
            let mut eta = 2.6 + shock;
            for (column, slope) in scores.iter_mut().zip(SLOPES) {
                // Scores correlate by 0.3.
                let score = 0.3f64.sqrt() * common + 0.7f64.sqrt() * noise.normal();
                column.push(score);
                eta += slope * 1.6 * score;
            }
            renewed.push(f64::from(u8::from(noise.uniform() < logistic(eta))));
            year_of.push(year);
            account_of.push(account);
        }
    }
    let columns = scores.into_iter().enumerate().map(|(index, column)| (format!("score {index}"), column));
    let design = Design::with_intercept(renewed.len(), columns.collect())?;
    let rows_of = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..renewed.len()).filter(|&row| wanted(year_of[row])).collect()
    };
    let outcome_of = |rows: &[usize]| -> Vec<f64> { rows.iter().map(|&row| renewed[row]).collect() };

    let past = rows_of(&|year| year < years);
    let past_design = design.rows_of(&past);
    let fitted = Glm::new(Family::Logit).fit(&past_design, &outcome_of(&past))?;
    let accounts = Clusters::from_labels(&past.iter().map(|&row| account_of[row]).collect::<Vec<_>>());
    let covariance = fitted.cluster_covariance(&past_design, &accounts, ClusterErrors::Cv3)?.matrix;

    let (mut intercepts, mut errors) = (Vec::new(), Vec::new());
    for year in 0..years {
        let rows = rows_of(&|of| of == year);
        let offset = design.rows_of(&rows).linear_predictor(&fitted.coefficients);
        let constant = Design::with_intercept(rows.len(), Vec::new())?;
        let recalibrated = Glm::new(Family::Logit).offset(&offset).fit(&constant, &outcome_of(&rows))?;
        intercepts.push(recalibrated.coefficients[0]);
        errors.push(recalibrated.standard_errors()[0]);
    }
    let shock = YearShock::fit(&intercepts, &errors)?;

    let next = rows_of(&|year| year == years);
    let next_design = design.rows_of(&next);
    let logits = next_design.linear_predictor(&fitted.coefficients);
    let centre: Vec<f64> = (0..design.columns())
        .map(|column| past_design.column(column).iter().sum::<f64>() / past.len() as f64)
        .collect();
    let known = Predictor::known(logits.clone())?;
    let uncertain =
        Predictor::uncertain(logits, Uncertainty::of_slopes(&next_design, &covariance, &centre)?)?;
    let draw = |renewal: &Predictor, year_shock: Option<&YearShock>| {
        let book = Book {
            amounts: &amounts,
            renewal,
            year_shock,
            contraction: None,
            expansion: None,
            decided: None,
            groups: &[],
        };
        draw_plan(&book, 2_000, book_seed(book.amounts))
    };
    let (plug_in, plan) = (draw(&known, None)?, draw(&uncertain, Some(&shock))?);
    let kept: f64 = next.iter().zip(&amounts).map(|(&row, amount)| renewed[row] * amount).sum();
    let retention = kept / amounts.iter().sum::<f64>();
    let count: f64 = next.iter().map(|&row| renewed[row]).sum();
    let holds = |interval: Interval, actual: f64| f64::from(u8::from(interval.contains(actual)));
    let arr = plan.total.gross_interval(0.9)?;
    let counts = count_interval(&plan);
    Ok([
        holds(plug_in.total.gross_interval(0.9)?, retention),
        holds(arr, retention),
        arr.width(),
        holds(count_interval(&plug_in), count),
        holds(counts, count),
        counts.width(),
    ])
}

fn count_interval(plan: &PlanDraws) -> Interval {
    let mut counts = plan.total.renewed.clone();
    counts.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| counts[((counts.len() - 1) as f64 * share).round() as usize];
    Interval { low: at(0.05), high: at(0.95), level: 0.9 }
}

/// Another seed for each book.
fn book_seed(amounts: &[f64]) -> u64 {
    amounts[0].to_bits()
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
