//! The drivers' model once more, by the same library: for books whose report a check bars, and for all books together.

use dearly_insight::drivers::Range;
use dearly_insight::panel::PanelRow;
use dearly_simulator::Coefficients;
use dearly_stats::standardisation::Standardisation;
use dearly_stats::{ClusterErrors, Clusters, Design, Family, Glm, Interval};

use crate::book::Book;

const NAMES: [&str; 8] =
    ["deployment", "engagement", "adoption", "roi", "log(arr)", "tenure_years", "smb", "enterprise"];
/// Fewer churns than this for each column, and the drivers take Firth's method.
const CHURNS_PER_COLUMN: usize = 10;
/// Adoption below this is red.
const RED_BELOW: f64 = 50.0;
/// What red adoption is raised to, in the what-if.
const TARGET: f64 = 75.0;

/// A row as the model takes it.
pub(crate) struct Row {
    account: String,
    renewed: f64,
    shock: f64,
    /// In the order of [`NAMES`].
    x: [f64; 8],
    pub(crate) is_add_on: bool,
    /// What the law adds to the probability of renewal where adoption is [`TARGET`] instead.
    lift: f64,
}

/// The book's rows that the drivers take.
pub(crate) fn rows(book: &Book) -> Vec<Row> {
    book.panel.rows.iter().filter_map(|row| of(row, book)).collect()
}

fn of(row: &PanelRow, book: &Book) -> Option<Row> {
    let PanelRow { decision, seen, .. } = row;
    if seen.early.is_some() || !seen.is_customer || seen.arr_cents <= 0 {
        return None;
    }
    let mut x = [0.0; 8];
    for (value, score) in x.iter_mut().zip(seen.components) {
        *value = (score? - 60.0) / 10.0;
    }
    x[4] = (seen.arr_cents as f64 / 100.0).ln();
    x[5] = f64::from(seen.tenure_days?) / 365.25;
    x[6] = f64::from(seen.segment.as_deref() == Some("smb"));
    x[7] = f64::from(seen.segment.as_deref() == Some("enterprise"));
    let drawn = (decision.account.clone(), decision.due_on, decision.product.clone());
    let (logit, adoption_per_10) = (book.drawn[&drawn], Coefficients::default().adoption_per_10);
    Some(Row {
        account: format!("{}/{}", book.seed, decision.account),
        renewed: f64::from(decision.is_renewed()),
        shock: book.shock,
        lift: expit(logit + adoption_per_10 * ((TARGET - 60.0) / 10.0 - x[2])) - expit(logit),
        x,
        is_add_on: decision.product != "plan",
    })
}

fn expit(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn data(rows: &[&Row]) -> (Design, Vec<f64>, Clusters) {
    let columns = NAMES.iter().enumerate();
    let columns = columns.map(|(at, name)| ((*name).to_owned(), rows.iter().map(|row| row.x[at]).collect()));
    let design = Design::with_intercept(rows.len(), columns.collect()).expect("columns of one length");
    let accounts: Vec<&str> = rows.iter().map(|row| row.account.as_str()).collect();
    (design, rows.iter().map(|row| row.renewed).collect(), Clusters::from_labels(&accounts))
}

/// The components' log-odds for 10 points in one book, with their 95 % intervals as the drivers make them.
pub(crate) fn components(rows: &[Row]) -> Vec<Range> {
    let rows: Vec<&Row> = rows.iter().collect();
    let (design, outcome, clusters) = data(&rows);
    if is_sparse(&outcome) {
        return firth(&rows)[2].clone();
    }
    let fitted = Glm::new(Family::Logit).fit(&design, &outcome).expect("enough churns, of all kinds");
    let covariance = fitted.cluster_covariance(&design, &clusters, ClusterErrors::Cv3);
    let intervals = covariance.expect("many accounts").intervals(&fitted.coefficients, 0.95);
    ranges(&fitted.coefficients, &intervals.expect("a level within (0, 1)"))
}

/// What if red adoption stood at [`TARGET`]: the model's answer for the rows with it, by how much their renewals would be
/// likelier, and the law's. `None` where a book has no such row.
pub(crate) fn what_if(rows: &[Row]) -> Option<(Range, f64)> {
    let (design, outcome, clusters) = data(&rows.iter().collect::<Vec<_>>());
    let glm = Glm::new(Family::Logit);
    let fitted = if is_sparse(&outcome) {
        glm.fit_firth(&design, &outcome).expect("both outcomes").fitted
    } else {
        glm.fit(&design, &outcome).expect("enough churns, of all kinds")
    };
    let covariance =
        fitted.cluster_covariance(&design, &clusters, ClusterErrors::Cv3).expect("many accounts");
    let red = |row: &Row| row.x[2] < (RED_BELOW - 60.0) / 10.0;
    let weights: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(red(row)))).collect();
    let n = weights.iter().sum::<f64>();
    if n == 0.0 {
        return None;
    }
    let own = Standardisation::new(&fitted, &covariance).weights(&weights);
    let own = own.what_if(&design, "adoption", (TARGET - 60.0) / 10.0, 0.95).expect("a column of the model");
    let law = rows.iter().filter(|row| red(row)).map(|row| row.lift).sum::<f64>() / n;
    Some((Range { estimate: own.estimate, low: own.interval.low, high: own.interval.high }, law))
}

fn is_sparse(outcome: &[f64]) -> bool {
    outcome.iter().filter(|renewed| **renewed == 0.0).count() < CHURNS_PER_COLUMN * NAMES.len()
}

/// What [`sparse`] gives.
pub(crate) const SPARSE: [&str; 4] = [
    "Firth: penalised profile",
    "Firth: CV3 by account, t",
    "Firth: profile stretched by CV3 / model error",
    "Firth without add-ons: penalised profile",
];

/// Other intervals of a book that is sparse; empty of others.
pub(crate) fn sparse(rows: &[Row]) -> Vec<Vec<Range>> {
    let all: Vec<&Row> = rows.iter().collect();
    if !is_sparse(&all.iter().map(|row| row.renewed).collect::<Vec<_>>()) {
        return Vec::new();
    }
    let mut found = firth(&all);
    let plan: Vec<&Row> = all.into_iter().filter(|row| !row.is_add_on).collect();
    found.push(firth(&plan).swap_remove(0));
    found
}

/// Firth's estimates with intervals of the first three kinds of [`SPARSE`].
fn firth(rows: &[&Row]) -> Vec<Vec<Range>> {
    let (design, outcome, clusters) = data(rows);
    let glm = Glm::new(Family::Logit);
    let firth = glm.fit_firth(&design, &outcome).expect("both outcomes");
    let profile = |at| glm.firth_profile_interval(&design, &outcome, &firth, at, 0.95);
    let profile: Vec<Interval> = (0..=4).map(|at| profile(at).expect("an interval with two ends")).collect();
    let fitted = &firth.fitted;
    let covariance = fitted.cluster_covariance(&design, &clusters, ClusterErrors::Cv3);
    let covariance = covariance.expect("many accounts");
    let wald = covariance.intervals(&fitted.coefficients, 0.95).expect("a level within (0, 1)");
    let (by_account, by_model) = (covariance.standard_errors(), fitted.standard_errors());
    let stretched = profile.iter().enumerate().map(|(at, own)| {
        let (centre, by) = (fitted.coefficients[at], (by_account[at] / by_model[at]).max(1.0));
        own.map(|end| centre + by * (end - centre))
    });
    let stretched: Vec<Interval> = stretched.collect();
    [profile, wald, stretched].map(|intervals| ranges(&fitted.coefficients, &intervals)).into()
}

fn ranges(coefficients: &[f64], intervals: &[Interval]) -> Vec<Range> {
    let range =
        |at: usize| Range { estimate: coefficients[at], low: intervals[at].low, high: intervals[at].high };
    (1..=4).map(range).collect()
}

/// The components' coefficients on all books together, with their errors by account.
///
/// The drivers' columns are not the law's: products stand together, though an add-on lapses more easily; tenure is not
/// capped; the shocks of the two calendar years of the window have no column. So the logit is not exactly linear in these
/// columns, and its coefficients on ever more rows go here, not to the law. The mean shock of a book is given, because in
/// one book the constant takes it up.
pub(crate) fn population<'a>(rows: impl Iterator<Item = &'a Row>) -> [(f64, f64); 4] {
    let rows: Vec<&Row> = rows.collect();
    let (design, outcome, clusters) = data(&rows);
    let shocks: Vec<f64> = rows.iter().map(|row| row.shock).collect();
    let fitted =
        Glm::new(Family::Logit).offset(&shocks).fit(&design, &outcome).expect("all books have a fit");
    let covariance = fitted.cluster_covariance(&design, &clusters, ClusterErrors::Cr1s);
    let errors = covariance.expect("many accounts").standard_errors();
    std::array::from_fn(|at| (fitted.coefficients[at + 1], errors[at + 1]))
}
