//! Whether the drivers find the law that drew the renewals: how often their 95 % intervals hold it, on simulated books.
//!
//! `cargo bench -p dearly-insight --bench law -- [SEEDS] [ACCOUNTS]`, by default 300 books of 1,000 accounts. Each book
//! has its own seed, shocks of the years included; the panel is that of twelve months, as `dearly drivers` builds it.
//!
//! And whether the what-if of that model, red adoption at 75, holds what the law says of just these renewals.
//!
//! Two truths: the law's own log-odds for 10 points, and the value to which the drivers' model goes on ever more rows
//! (`model::population`), because its columns are not exactly the law's.

mod book;
mod model;

use std::time::Instant;

use book::{Book, book};
use dearly_insight::drivers::{DriversReport, Range, drivers};
use dearly_insight::panel::COMPONENTS;
use dearly_simulator::{Coefficients, workbook_documents};
use model::Row;
use rayon::prelude::*;

/// Books that are kept at a time.
const AT_A_TIME: u64 = 10;

/// What the drivers said of a book.
struct Answer {
    seed: u64,
    report: DriversReport,
    /// The components' log-odds, also where a check bars the report from showing them.
    components: Vec<Range>,
    /// Other intervals of a sparse book.
    sparse: Vec<Vec<Range>>,
    /// What if red adoption stood at 75, and what the law says.
    what_if: Option<(Range, f64)>,
    rows: Vec<Row>,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let n_seeds = numbers.first().copied().unwrap_or(300);
    let n_accounts = numbers.get(1).map_or(1_000, |own| *own as usize);
    let parsed = dearly_workbook::parse(&workbook_documents(&dearly_workbook::defaults()));
    let workbook = parsed.workbook.expect("the default workbook has no problems");
    let begun = Instant::now();
    let mut answers = Vec::new();
    for first in (1..=n_seeds).step_by(AT_A_TIME as usize) {
        let seeds = first..=(first + AT_A_TIME - 1).min(n_seeds);
        // One book at a time on all cores: two at once would need their memory twice.
        let books: Vec<Book> = seeds.map(|seed| book(&workbook, seed, n_accounts)).collect();
        let said: Vec<Answer> = books.par_iter().map(answer).collect();
        answers.extend(said);
        eprintln!("{} books, {:.0} s", answers.len(), begun.elapsed().as_secs_f64());
    }
    println!("{} books of {n_accounts} accounts, {:.0} s", answers.len(), begun.elapsed().as_secs_f64());
    tell(&answers);
}

fn answer(book: &Book) -> Answer {
    let report = drivers(&book.panel, &[]).expect("a panel of finite numbers").report;
    let rows = model::rows(book);
    let components = model::components(&rows);
    if let Some(model) = &report.model {
        for (term, own) in model.terms.iter().zip(&components) {
            let said = term.log_odds;
            let differences = [said.estimate - own.estimate, said.low - own.low, said.high - own.high];
            let is_same = differences.iter().all(|difference| difference.abs() < 1e-6);
            assert!(is_same, "seed {}, {}: {said:?} is not {own:?}", book.seed, term.term);
        }
    }
    Answer {
        seed: book.seed,
        report,
        components,
        sparse: model::sparse(&rows),
        what_if: model::what_if(&rows),
        rows,
    }
}

/// The law's own log-odds for 10 points.
fn law() -> [f64; 4] {
    let law = Coefficients::default();
    [law.deployment_per_10, law.engagement_per_10, law.adoption_per_10, law.roi_per_10]
}

fn tell(answers: &[Answer]) {
    let mean =
        |of: &dyn Fn(&Answer) -> usize| answers.iter().map(of).sum::<usize>() as f64 / answers.len() as f64;
    println!(
        "rows {:.0}, of them churned {:.0}; left out: {:.1} decided early, {:.0} with an unknown value, {:.0} open",
        mean(&|own| own.report.counts.n_used),
        mean(&|own| own.report.counts.n_churned),
        mean(&|own| own.report.counts.n_early_signed + own.report.counts.n_early_notice),
        mean(&|own| own.report.counts.n_unknown),
        mean(&|own| own.report.counts.n_open),
    );
    let level = |least: u8| answers.iter().filter(|own| own.report.gate.level >= least).count();
    let models = answers.iter().filter_map(|own| own.report.model.as_ref());
    let by_firth = models.filter(|model| model.method == "firth").count();
    println!("a model (level 1 or higher) {}, by Firth {by_firth}; level 2 {}", level(1), level(2));
    for own in answers.iter().filter(|own| own.report.model.is_none()) {
        let barred = own.report.checks.iter().filter(|check| check.bars && check.passed == Some(false));
        let words: Vec<&str> = barred.map(|check| check.words.as_str()).collect();
        println!(
            "seed {}, no model: {} ({})",
            own.seed,
            own.report.gate.failing.join("; "),
            words.join("; ")
        );
    }
    let rows = || answers.iter().flat_map(|own| &own.rows);
    let all = model::population(rows());
    let plan = model::population(rows().filter(|row| !row.is_add_on));
    println!("\n{} rows together: their coefficients ± standard error, and without add-ons", rows().count());
    for (at, name) in COMPONENTS.iter().enumerate() {
        let (own, alone) = (plus_minus(all[at]), plus_minus(plan[at]));
        println!("{name:<12} law {:.2}   population {own}   without add-ons {alone}", law()[at]);
    }
    tell_what_if(answers);
    let population = all.map(|own| own.0);
    let every: Vec<&[Range]> = answers.iter().map(|own| own.components.as_slice()).collect();
    table("all books", &every, &population);
    let shown = answers.iter().filter(|own| own.report.model.is_some());
    table("books with a model", &shown.map(|own| own.components.as_slice()).collect::<Vec<_>>(), &population);
    for (kind, name) in model::SPARSE.iter().enumerate() {
        let books: Vec<&[Range]> =
            answers.iter().filter_map(|own| own.sparse.get(kind)).map(Vec::as_slice).collect();
        if !books.is_empty() {
            table(&format!("sparse books, {name}"), &books, &population);
        }
    }
}

fn tell_what_if(answers: &[Answer]) {
    let told: Vec<&(Range, f64)> = answers.iter().filter_map(|own| own.what_if.as_ref()).collect();
    let n = told.len() as f64;
    let mean = |of: &dyn Fn(&(Range, f64)) -> f64| told.iter().map(|own| of(own)).sum::<f64>() / n;
    let held = mean(&|(said, law)| f64::from(u8::from(said.low <= *law && *law <= said.high)));
    println!(
        "\nwhat if red adoption stood at 75, {n} books: law {:.4}, mean estimate {:.4}, width {:.4}, holds {:.1} ± {:.1} %",
        mean(&|own| own.1),
        mean(&|own| own.0.estimate),
        mean(&|own| own.0.high - own.0.low),
        100.0 * held,
        100.0 * (held * (1.0 - held) / n).sqrt()
    );
}

fn table(which: &str, books: &[&[Range]], population: &[f64; 4]) {
    let n = books.len() as f64;
    println!(
        "\n{} {which}\n{:<12}{:>6}{:>16}{:>7}{:>7}{:>19}{:>19}{:>9}",
        books.len(),
        "",
        "law",
        "mean ± MC",
        "SD",
        "width",
        "holds law ± MC",
        "population ± MC",
        "above 0"
    );
    for (at, name) in COMPONENTS.iter().enumerate() {
        let mean = |of: &dyn Fn(&Range) -> f64| books.iter().map(|own| of(&own[at])).sum::<f64>() / n;
        let centre = mean(&|own| own.estimate);
        let spread = mean(&|own| (own.estimate - centre).powi(2)).sqrt();
        println!(
            "{name:<12}{:>6.2}{:>16}{spread:>7.3}{:>7.3}{:>19}{:>19}{:>7.0} %",
            law()[at],
            plus_minus((centre, spread / n.sqrt())),
            mean(&|own| own.high - own.low),
            held(books, at..at + 1, &law()),
            held(books, at..at + 1, population),
            100.0 * mean(&|own| f64::from(own.low > 0.0)),
        );
    }
    println!("{:<48}{:>19}{:>19}", "all four", held(books, 0..4, &law()), held(books, 0..4, population));
}

/// The share of intervals that hold the truth. Those of one book depend on each other, so the error is by book.
fn held(books: &[&[Range]], which: std::ops::Range<usize>, truth: &[f64; 4]) -> String {
    let of_book = |own: &&[Range]| {
        let held = which.clone().filter(|at| own[*at].low <= truth[*at] && truth[*at] <= own[*at].high);
        held.count() as f64 / which.len() as f64
    };
    let shares: Vec<f64> = books.iter().map(of_book).collect();
    let n = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let variance = shares.iter().map(|own| (own - mean).powi(2)).sum::<f64>() / n;
    format!("{:.1} ± {:.1} %", 100.0 * mean, 100.0 * (variance / n).sqrt())
}

fn plus_minus((value, error): (f64, f64)) -> String {
    format!("{value:.3} ± {error:.3}")
}
