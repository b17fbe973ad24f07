//! Whether intervals of 95 % hold the truth 95 % of the time, on books whose law is known:
//! `cargo bench -p dearly-stats --bench coverage -- [SEEDS] [ACCOUNTS] [YEARS] [REPLICATES]`, by default 300 books of
//! 500 accounts over 4 years, 200 bootstrap replicates for the chain.
//!
//! Truths come from the law itself, averaged over a book of 60,000 accounts; of the regression from its fit on that book.
//! The what-if is asked of the rows of each book, so that its truth is theirs.

mod book;

use std::time::Instant;

use book::{Knobs, PLAYS, Renewal, book};
use dearly_stats::aipw::Aipw;
use dearly_stats::compare::Resampling;
use dearly_stats::mediation::Mediation;
use dearly_stats::standardisation::Standardisation;
use dearly_stats::{ClusterErrors, Clusters, Design, Family, Glm, Interval};
use rayon::prelude::*;

const SCORES: [&str; 4] = ["deployment", "engagement", "adoption", "roi"];

/// An estimate with its interval beside the truth.
struct Shot {
    what: String,
    estimate: f64,
    interval: Interval,
    truth: f64,
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let argument = |at: usize, otherwise: usize| numbers.get(at).copied().unwrap_or(otherwise);
    let (seeds, replicates) = (argument(0, 300), argument(3, 200));
    let knobs = Knobs { accounts: argument(1, 500), years: argument(2, 4), sd_account: 0.5, hidden: 0.0 };
    println!(
        "{seeds} books of {} accounts over {} years, {replicates} replicates",
        knobs.accounts, knobs.years
    );
    run("plays that follow the scores", &knobs, seeds, replicates);
    run("plays that follow a hidden fit, too", &Knobs { hidden: 1.0, ..knobs }, seeds.div_ceil(3), 50);
}

fn run(title: &str, knobs: &Knobs, seeds: usize, replicates: usize) {
    let begun = Instant::now();
    let truth = Truth::of(knobs);
    let renewal = truth.renewal;
    let shots: Vec<Vec<Shot>> =
        (0..seeds as u64).into_par_iter().map(|seed| shoot(knobs, &truth, seed, replicates)).collect();
    println!("\n{title}: {:.1} % renew, {:.0} s", 100.0 * renewal, begun.elapsed().as_secs_f64());
    println!("{:<34}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}", "", "truth", "mean", "SD", "width", "coverage", "± MC");
    for at in 0..shots[0].len() {
        let of: Vec<&Shot> = shots.iter().map(|shots| &shots[at]).collect();
        let n = of.len() as f64;
        let mean = |value: &dyn Fn(&Shot) -> f64| of.iter().map(|shot| value(shot)).sum::<f64>() / n;
        let centre = mean(&|shot| shot.estimate);
        let spread =
            mean(&|shot| (shot.estimate - shot.truth - centre + mean(&|shot| shot.truth)).powi(2)).sqrt();
        let covered = mean(&|shot| f64::from(u8::from(shot.interval.contains(shot.truth))));
        println!(
            "{:<34}{:>9.4}{:>9.4}{:>9.4}{:>9.4}{:>9.1}%{:>8.1}%",
            of[0].what,
            mean(&|shot| shot.truth),
            centre,
            spread,
            mean(&|shot| shot.interval.width()),
            100.0 * covered,
            100.0 * (covered * (1.0 - covered) / n).sqrt()
        );
    }
}

struct Truth {
    renewal: f64,
    coefficients: Vec<f64>,
    effects: [f64; 3],
    on_treated: f64,
    indirect: f64,
}

impl Truth {
    fn of(knobs: &Knobs) -> Truth {
        let rows = book(&Knobs { accounts: 60_000, ..*knobs }, u64::MAX);
        let n = rows.len() as f64;
        let mean = |value: &dyn Fn(&Renewal) -> f64| rows.iter().map(value).sum::<f64>() / n;
        let treated: Vec<&Renewal> = rows.iter().filter(|row| row.plays[0]).collect();
        Truth {
            renewal: mean(&|row| row.probability),
            coefficients: Glm::new(Family::Logit)
                .fit(&model(&rows), &outcome(&rows))
                .expect("a fit")
                .coefficients,
            effects: std::array::from_fn(|play| mean(&|row| row.with[play] - row.without[play])),
            on_treated: treated.iter().map(|row| row.with[0] - row.without[0]).sum::<f64>()
                / treated.len() as f64,
            // All of the first play goes through the scores.
            indirect: mean(&|row| row.with[0] - row.without[0]),
        }
    }
}

fn shoot(knobs: &Knobs, truth: &Truth, seed: u64, replicates: usize) -> Vec<Shot> {
    let rows = book(knobs, seed);
    let (design, outcome) = (model(&rows), outcome(&rows));
    let accounts: Vec<u32> = rows.iter().map(|row| row.account).collect();
    let clusters = Clusters::from_labels(&accounts);
    let mut shots = Vec::new();

    let fitted = Glm::new(Family::Logit).fit(&design, &outcome).expect("a fit");
    let covariance = fitted.cluster_covariance(&design, &clusters, ClusterErrors::Cv3).expect("errors");
    let intervals = covariance.intervals(&fitted.coefficients, 0.95).expect("intervals");
    for at in 1..=4 {
        shots.push(Shot {
            what: format!("log odds, 10 points of {}", SCORES[at - 1]),
            estimate: fitted.coefficients[at],
            interval: intervals[at],
            truth: truth.coefficients[at],
        });
    }

    let reds: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.scores[2] < 50.0))).collect();
    let what_if = Standardisation::new(&fitted, &covariance)
        .weights(&reds)
        .what_if(&design, "adoption", 1.5, 0.95)
        .expect("a what-if");
    let of_reds = rows.iter().filter(|row| row.scores[2] < 50.0).map(|row| row.at_75 - row.probability);
    shots.push(Shot {
        what: "what if red adoption were 75".to_owned(),
        estimate: what_if.estimate,
        interval: what_if.interval,
        truth: of_reds.sum::<f64>() / what_if.total_weight,
    });

    let confounders = baseline(&rows);
    for (play, name) in PLAYS.iter().enumerate() {
        let treatment: Vec<bool> = rows.iter().map(|row| row.plays[play]).collect();
        let effect = Aipw::new(&confounders, &treatment, &outcome, &clusters)
            .folds(5, seed)
            .estimate()
            .expect("an effect");
        shots.push(Shot {
            what: format!(
                "AIPW, {name} ({:.0} % treated)",
                100.0 * effect.n_treated as f64 / effect.n as f64
            ),
            estimate: effect.ate.estimate,
            interval: effect.ate.interval,
            truth: truth.effects[play],
        });
        let variance = |treated: bool| {
            let of: Vec<f64> =
                (0..rows.len()).filter(|&at| treatment[at] == treated).map(|at| outcome[at]).collect();
            let mean = of.iter().sum::<f64>() / of.len() as f64;
            mean * (1.0 - mean) / of.len() as f64
        };
        let reach = 1.96 * (variance(true) + variance(false)).sqrt();
        shots.push(Shot {
            what: format!("  naive, {name}"),
            estimate: effect.naive,
            interval: Interval { low: effect.naive - reach, high: effect.naive + reach, level: 0.95 },
            truth: truth.effects[play],
        });
        if play == 0 {
            shots.push(Shot {
                what: "AIPW on the treated, enablement".to_owned(),
                estimate: effect.att.estimate,
                interval: effect.att.interval,
                truth: truth.on_treated,
            });
        }
    }

    let treatment: Vec<bool> = rows.iter().map(|row| row.plays[0]).collect();
    let mediators: Vec<(String, Vec<f64>)> = SCORES
        .iter()
        .enumerate()
        .map(|(at, name)| ((*name).to_owned(), rows.iter().map(|row| row.scores[at] / 10.0).collect()))
        .collect();
    let chain = Mediation::new(&confounders, &treatment, &mediators, &outcome, &clusters)
        .resampling(Resampling { replicates, seed, level: 0.95 })
        .estimate()
        .expect("a chain");
    for (what, found, truth) in [
        ("chain, total, enablement", chain.total, truth.effects[0]),
        ("chain, through scores, enablement", chain.indirect, truth.indirect),
    ] {
        shots.push(Shot { what: what.to_owned(), estimate: found.estimate, interval: found.interval, truth });
    }
    shots
}

fn outcome(rows: &[Renewal]) -> Vec<f64> {
    rows.iter().map(|row| f64::from(u8::from(row.renewed))).collect()
}

/// The renewal model: scores at the as-of day per 10 points, and what is known of the account.
fn model(rows: &[Renewal]) -> Design {
    let scores = SCORES.iter().enumerate().map(|(at, name)| {
        ((*name).to_owned(), rows.iter().map(|row| (row.scores[at] - 60.0) / 10.0).collect())
    });
    design(rows, scores.collect())
}

/// What was known before the plays.
fn baseline(rows: &[Renewal]) -> Design {
    let scores = SCORES.iter().enumerate().map(|(at, name)| {
        (format!("{name} before"), rows.iter().map(|row| (row.baseline[at] - 60.0) / 10.0).collect())
    });
    design(rows, scores.collect())
}

fn design(rows: &[Renewal], mut columns: Vec<(String, Vec<f64>)>) -> Design {
    columns.push(("log_arr".to_owned(), rows.iter().map(|row| row.log_arr - 10.0).collect()));
    for segment in 1..3 {
        let dummy = rows.iter().map(|row| f64::from(u8::from(row.segment == segment))).collect();
        columns.push((format!("segment {segment}"), dummy));
    }
    columns.push(("tenure".to_owned(), rows.iter().map(|row| row.tenure - 3.0).collect()));
    Design::with_intercept(rows.len(), columns).expect("finite columns")
}
