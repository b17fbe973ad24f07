//! Whether 95 % intervals of effects hold what plays truly do, on simulated books:
//! `cargo bench -p dearly-insight --bench effects -- [SEEDS] [ACCOUNTS] [REPLICATES] [FIRST] [chains|aipw]`, by default 300 books
//! of 3,000 accounts from seed 1 on, 200 replicates for the chain; with `chains` nothing but the chain, with `aipw` nothing but
//! that, and only where managers' perceptions are known.
//!
//! A play is run or not in the four weeks that hold the day 160 days before an account's renewal, and the law looks at the
//! scores 90 days before it. The truth is the difference of books in which all accounts get the play and none does.
//! Managers act on health as they perceive it: once that is given among the confounders ("seen"), once only what a user's book
//! has ("user").

mod book;

use std::time::Instant;

use book::{ANY, PLAYS, Renewal, TREATMENTS, Truth, book, truth};
use dearly_insight::panel::COMPONENTS;
use dearly_simulator::workbook_documents;
use dearly_stats::aipw::{Aipw, AipwEffect, Effect};
use dearly_stats::compare::{Bootstrapped, Resampling};
use dearly_stats::mediation::{Chain, Mediation};
use dearly_stats::{Clusters, Design, Interval};
use rayon::prelude::*;

/// Books that are kept at a time.
const AT_A_TIME: u64 = 10;
/// Books for the truth.
const TRUTH_BOOKS: u64 = 10;
/// Where more rows than this have next to no counterpart, `dearly effect` says to go by the effect on the overlap.
const MOST_TRIMMED: f64 = 0.05;
/// The treatments whose way through the scores is followed: one play, and any of the four.
const CHAINS: [usize; 2] = [2, ANY];

/// An estimate with its interval; nothing where it was refused.
struct Shot {
    what: String,
    truth: f64,
    found: Option<(f64, Interval)>,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let argument = |at: usize, otherwise: u64| numbers.get(at).copied().unwrap_or(otherwise);
    let (n_seeds, n_accounts) = (argument(0, 300), argument(1, 3_000) as usize);
    let (replicates, first_seed) = (argument(2, 200) as usize, argument(3, 1));
    let has = |word: &str| std::env::args().any(|argument| argument == word);
    let only = Only { chains: has("chains"), aipw: has("aipw") };
    let parsed = dearly_workbook::parse(&workbook_documents(&dearly_workbook::defaults()));
    let workbook = parsed.workbook.expect("the default workbook has no problems");
    let begun = Instant::now();
    let truth = truth(&workbook, TRUTH_BOOKS.min(n_seeds), n_accounts);
    for (name, own) in TREATMENTS.iter().zip(&truth) {
        println!(
            "{name:<20} adds to the probability of renewal: {:.4} ± {:.4} of all, {:.4} of the treated, {:.4} on the overlap",
            own.on_all, own.error, own.on_treated, own.on_overlap
        );
    }
    let mut books: Vec<Vec<Shot>> = Vec::new();
    let (mut n_rows, mut n_treated, mut n_churned) = (0, [0_usize; 6], 0);
    let end = first_seed + n_seeds;
    for first in (first_seed..end).step_by(AT_A_TIME as usize) {
        let seeds = first..(first + AT_A_TIME).min(end);
        // One book at a time on all cores: two at once would need their memory twice.
        let some: Vec<(u64, Vec<Renewal>)> =
            seeds.map(|seed| (seed, book(&workbook, seed, n_accounts))).collect();
        for (_, rows) in &some {
            n_rows += rows.len();
            n_churned += rows.iter().filter(|row| !row.renewed).count();
            for (at, n) in n_treated.iter_mut().enumerate() {
                *n += rows.iter().filter(|row| row.treated[at]).count();
            }
        }
        books.extend(
            some.par_iter()
                .map(|(seed, rows)| shoot(rows, &truth, *seed, replicates, only))
                .collect::<Vec<_>>(),
        );
        eprintln!("{} books, {:.0} s", books.len(), begun.elapsed().as_secs_f64());
    }
    println!(
        "{} books of {n_accounts} accounts, {replicates} replicates, {:.0} s: {:.0} rows each, {:.0} churned",
        books.len(),
        begun.elapsed().as_secs_f64(),
        n_rows as f64 / books.len() as f64,
        n_churned as f64 / books.len() as f64
    );
    for (name, n) in TREATMENTS.iter().zip(n_treated) {
        println!("{name:<20} given to {:.1} %", 100.0 * n as f64 / n_rows as f64);
    }
    tell(&books);
}

fn tell(books: &[Vec<Shot>]) {
    println!(
        "\n{:<66}{:>9}{:>9}{:>9}{:>9}{:>10}{:>7}{:>9}",
        "", "truth", "mean", "SD", "width", "holds", "± MC", "missing"
    );
    for at in 0..books[0].len() {
        let shots: Vec<&Shot> = books.iter().map(|shots| &shots[at]).collect();
        let found: Vec<(f64, Interval)> = shots.iter().filter_map(|shot| shot.found).collect();
        let n = found.len() as f64;
        let truth = shots[0].truth;
        let mean = found.iter().map(|own| own.0).sum::<f64>() / n;
        let spread = (found.iter().map(|own| (own.0 - mean).powi(2)).sum::<f64>() / n).sqrt();
        let holds = found.iter().filter(|own| own.1.contains(truth)).count() as f64 / n;
        println!(
            "{:<66}{truth:>9.4}{mean:>9.4}{spread:>9.4}{:>9.4}{:>8.1} %{:>5.1} %{:>9}",
            shots[0].what,
            found.iter().map(|own| own.1.width()).sum::<f64>() / n,
            100.0 * holds,
            100.0 * (holds * (1.0 - holds) / n).sqrt(),
            shots.len() - found.len()
        );
    }
}

/// What alone is asked; of neither, everything.
#[derive(Clone, Copy)]
struct Only {
    chains: bool,
    aipw: bool,
}

/// All that is asked of a book.
fn shoot(rows: &[Renewal], truth: &[Truth; 6], seed: u64, replicates: usize, only: Only) -> Vec<Shot> {
    let outcome: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.renewed))).collect();
    // An account has one renewal of its main product in a year.
    let clusters = Clusters::singletons(rows.len());
    let mut shots = Vec::new();
    for (is_seen, words) in [(true, "seen"), (false, "user")] {
        if (only.chains || only.aipw) && !is_seen {
            continue;
        }
        for (at, name) in TREATMENTS.iter().enumerate() {
            let treatment: Vec<bool> = rows.iter().map(|row| row.treated[at]).collect();
            let confounders = confounders(rows, if is_seen { perceived(at) } else { &[] });
            if !only.chains {
                let aipw = Aipw::new(&confounders, &treatment, &outcome, &clusters).folds(5, seed).estimate();
                shots.extend(effects(&format!("{words}, {name}"), &truth[at], aipw.ok().as_ref()));
            }
            if CHAINS.contains(&at) && !only.aipw {
                let mediators = mediators(rows);
                let chain = Mediation::new(&confounders, &treatment, &mediators, &outcome, &clusters)
                    .resampling(Resampling { replicates, seed, level: 0.95 });
                // It helps the sick more.
                for (how, chain) in [("one effect for all", chain), ("moderated", chain.moderated())] {
                    let own = chain.estimate().ok();
                    shots.extend(links(&format!("{words}, {name}, {how}"), &truth[at], own.as_ref()));
                }
            }
        }
    }
    shots
}

fn effects(words: &str, truth: &Truth, aipw: Option<&AipwEffect>) -> [Shot; 4] {
    let shot = |what: &str, truth: f64, of: fn(&AipwEffect) -> Option<&Effect>| Shot {
        what: format!("{words}: AIPW {what}"),
        truth,
        found: aipw.and_then(of).map(|own| (own.estimate, own.interval)),
    };
    [
        shot("on all", truth.on_all, |own| Some(&own.ate)),
        shot("on all where it is told", truth.on_all, |own| {
            (own.overlap.share_trimmed <= MOST_TRIMMED).then_some(&own.ate)
        }),
        shot("on the treated", truth.on_treated, |own| Some(&own.att)),
        shot("on the overlap", truth.on_overlap, |own| Some(&own.ato)),
    ]
}

/// All that a play does goes through the scores.
fn links(words: &str, truth: &Truth, chain: Option<&Chain>) -> [Shot; 2] {
    let shot = |what: &str, of: fn(&Chain) -> &Bootstrapped| Shot {
        what: format!("{words}: chain {what}"),
        truth: truth.on_all,
        found: chain.map(|own| (of(own).estimate, of(own).interval)),
    };
    [shot("total", |own| &own.total), shot("through scores", |own| &own.indirect)]
}

/// The components on which the law drew, in steps of 10 points.
fn mediators(rows: &[Renewal]) -> Vec<(String, Vec<f64>)> {
    let of = |at: usize| rows.iter().map(|row| row.scores[at] / 10.0).collect();
    COMPONENTS.iter().enumerate().map(|(at, name)| ((*name).to_owned(), of(at))).collect()
}

/// The plays by whose perceived health a treatment is chosen.
fn perceived(treatment: usize) -> &'static [usize] {
    if treatment == ANY { &[0, 1, 2, 3] } else { std::slice::from_ref(&[0, 1, 2, 3, 4][treatment]) }
}

/// What was known before the play, and the health that the managers of these plays perceived.
fn confounders(rows: &[Renewal], perceived: &[usize]) -> Design {
    let column =
        |name: &str, value: &dyn Fn(&Renewal) -> f64| (name.to_owned(), rows.iter().map(value).collect());
    let mut columns: Vec<(String, Vec<f64>)> = COMPONENTS
        .iter()
        .enumerate()
        .map(|(at, name)| column(name, &|row| (row.before[at] - 60.0) / 10.0))
        .collect();
    columns.push(column("log ARR", &|row| row.log_arr));
    columns.push(column("tenure", &|row| row.tenure_years));
    columns.push(column("smb", &|row| f64::from(u8::from(row.is_smb))));
    columns.push(column("enterprise", &|row| f64::from(u8::from(row.is_enterprise))));
    for &play in perceived {
        columns.push(column(PLAYS[play], &|row| row.perceived[play]));
    }
    // Scores end at 0 and 100, so that what follows from health bends.
    let bent: Vec<(String, Vec<f64>)> = columns
        .iter()
        .filter(|(name, _)| COMPONENTS.contains(&name.as_str()) || PLAYS.contains(&name.as_str()))
        .map(|(name, values)| (format!("{name}²"), values.iter().map(|value| value * value).collect()))
        .collect();
    columns.extend(bent);
    Design::with_intercept(rows.len(), columns).expect("finite columns")
}
