//! Coefficients that run away: whichever they are, the intercept too, no error by cluster is shown of them.

use dearly_insight::fit::{FitReport, FitRequest, Term, fit};
use dearly_insight::{Column, Table};

use crate::random::Random;

/// A table of columns of numbers, and a column of clusters of three rows each.
fn table(columns: &[(&str, Vec<f64>)]) -> Table {
    let n = columns[0].1.len();
    let cluster = ("cluster".to_owned(), Column::numbers((0..n).map(|row| (row / 3) as f64)));
    let named = columns.iter().map(|(name, values)| ((*name).to_owned(), Column::numbers(values.clone())));
    Table::new(named.chain([cluster]).collect()).unwrap()
}

/// The same fit with clusters and without.
fn both(table: &Table, formula: &str, signed_off: &[&str]) -> [FitReport; 2] {
    [vec!["cluster".to_owned()], Vec::new()].map(|clusters| {
        let signed_off = signed_off.iter().map(|own| (*own).to_owned()).collect();
        fit(table, &FitRequest { clusters, signed_off, ..FitRequest::new(formula) }).unwrap()
    })
}

/// The clusters change nothing in what is shown of a coefficient.
#[track_caller]
fn goes_by_the_profile(clustered: &Term, plain: &Term) {
    assert_eq!(clustered.interval.kind, "penalized_profile", "{clustered:?}");
    assert_eq!(clustered, plain);
}

/// Nobody of the level that the others are counted from renews: the intercept is what runs away, and each level with it.
#[test]
fn an_intercept_that_runs_away_goes_by_the_profile() {
    let level: Vec<f64> = (0..120).map(|row| f64::from(row % 3)).collect();
    let y = (0..120).map(|row| f64::from(row % 3 > 0 && row * 7 % 11 < 5)).collect();
    let x = (0..120).map(|row| f64::from(row * 37 % 101)).collect();
    let [clustered, plain] = both(&table(&[("level", level), ("x", x), ("y", y)]), "y ~ C(level) + x", &[]);
    assert_eq!((clustered.method, clustered.separation.kind), ("firth", "quasi_complete"));
    assert_eq!(clustered.separation.terms, ["C(level)[1]", "C(level)[2]"]);
    for term in 0..3 {
        goes_by_the_profile(&clustered.terms[term], &plain.terms[term]);
    }
    // The other column is told by the rows that remain, and has its error by cluster.
    assert_eq!(clustered.terms[3].interval.kind, "cv3");
    assert!(clustered.notes.iter().any(|note| note.contains("intercept, C(level)[1], C(level)[2]")));
}

/// All rows are told, by one column alone: residuals are next to nothing in every row, and so would all errors be.
#[test]
fn where_all_rows_are_told_no_error_is_by_cluster() {
    let mut random = Random(3);
    let x: Vec<f64> = (0..57).map(|row| f64::from(row) + if row < 20 { 0.0 } else { 9.0 }).collect();
    let y = (0..57).map(|row| f64::from(row >= 20)).collect();
    let z = (0..57).map(|_| random.normal()).collect();
    let [clustered, plain] = both(&table(&[("x", x), ("z", z), ("y", y)]), "y ~ x + z", &["x"]);
    assert_eq!(
        (clustered.separation.kind, &clustered.separation.terms[..]),
        ("complete", &["x".to_owned()][..])
    );
    for (clustered, plain) in clustered.terms.iter().zip(&plain.terms) {
        goes_by_the_profile(clustered, plain);
    }
    assert!(clustered.wald.is_none());
}

/// The slope within a group that is told has no rows left to be told by, whether or not it separates.
#[test]
fn a_slope_within_rows_that_are_told_goes_by_the_profile() {
    let mut random = Random(8);
    // Within the group no side of z tells more than the other.
    let z = |row: usize| match row % 8 {
        0 => 1.0,
        4 => -1.0,
        _ => random.normal(),
    };
    let z: Vec<f64> = (0..120).map(z).collect();
    let group: Vec<f64> = (0..120).map(|row| f64::from(row % 4 == 0)).collect();
    let y = (0..120).map(|row| f64::from(row % 4 > 0 && random.uniform() < 0.5)).collect();
    let [clustered, plain] = both(&table(&[("group", group), ("z", z), ("y", y)]), "y ~ group*z", &[]);
    assert_eq!(clustered.separation.kind, "quasi_complete");
    let kinds: Vec<&str> = clustered.terms.iter().map(|term| term.interval.kind).collect();
    assert_eq!(kinds, ["cv3", "penalized_profile", "cv3", "penalized_profile"]);
    goes_by_the_profile(&clustered.terms[3], &plain.terms[3]);
}

/// Drawn books of 40 clusters of three rows, where in a fifth of them nobody of the first level renews.
#[test]
fn clustered_intervals_hold_the_truth_where_levels_are_told_in_some_books() {
    let (truth, books) = ([-3.3, 2.3, 0.5], 300);
    let mut held = [0; 3];
    let mut separated = 0;
    for book in 0..books {
        let mut random = Random(1_000 + book);
        let level: Vec<f64> = (0..120).map(|row| f64::from(row % 9 > 2)).collect();
        let x: Vec<f64> = (0..120).map(|_| random.normal()).collect();
        let y = (0..120)
            .map(|row| {
                let chance = 1.0 / (1.0 + (-truth[0] - truth[1] * level[row] - truth[2] * x[row]).exp());
                f64::from(random.uniform() < chance)
            })
            .collect();
        let table = table(&[("level", level), ("x", x), ("y", y)]);
        let request = FitRequest { clusters: vec!["cluster".to_owned()], ..FitRequest::new("y ~ level + x") };
        let report = fit(&table, &request).unwrap();
        separated += usize::from(report.separation.kind != "none");
        for (held, (term, truth)) in held.iter_mut().zip(report.terms.iter().zip(truth)) {
            *held += usize::from(term.interval.low <= truth && truth <= term.interval.high);
        }
    }
    assert!((15..200).contains(&separated), "{separated} of {books} separated");
    // Four standard errors of a share of 300 below 0.95.
    assert!(
        held.iter().all(|&held| held as f64 > 0.90 * books as f64),
        "{held:?} of {books}, {separated} separated"
    );
}
