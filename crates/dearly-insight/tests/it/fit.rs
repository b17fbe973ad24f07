//! `fit` on data whose answer is published, and what must hold for any.

use std::path::Path;

use dearly_insight::fit::{FitMethod, FitReport, FitRequest, fit};
use dearly_insight::{Column, Table, TableBuilder};

/// One of the published sets beside the public data; `None`, with a word about it, where they are not there.
fn published(name: &str) -> Option<Table> {
    let folder = std::env::var_os("DEARLY_TEST_DATA")?;
    let path = Path::new(&folder).parent()?.join("stats-published").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    let mut lines = text.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"')));
    let mut table = TableBuilder::new(lines.next()?.map(str::to_owned).collect());
    lines.for_each(|cells| table.push(cells.map(Some)));
    Some(table.finish().unwrap())
}

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() < tolerance, "{value} is not {expected}");
}

fn estimate(report: &FitReport, term: &str) -> f64 {
    report.terms.iter().find(|own| own.term == term).unwrap().estimate
}

/// Heinze and Schemper (2002), table II: neovasculization separates; Firth's estimates 2.929, −0.035, −2.604.
#[test]
fn the_endometrial_study_is_separated_and_firths_method_answers() {
    let Some(table) = published("endometrial.csv") else {
        eprintln!("SKIPPED: DEARLY_TEST_DATA names no folder beside stats-published");
        return;
    };
    let report = fit(&table, &FitRequest::new("HG ~ NV + PI + EH")).unwrap();
    assert_eq!((report.method, report.n), ("firth", 79));
    assert_eq!(
        (report.separation.kind, &report.separation.terms[..]),
        ("quasi_complete", &["NV".to_owned()][..])
    );
    close(estimate(&report, "NV"), 2.929, 5e-4);
    close(estimate(&report, "PI"), -0.035, 5e-4);
    close(estimate(&report, "EH"), -2.604, 5e-4);
    let nv = report.terms.iter().find(|own| own.term == "NV").unwrap();
    close(nv.interval.low, 0.61, 5e-3);
    close(nv.interval.high, 7.85, 5e-3);
    assert_eq!(nv.interval.kind, "penalized_profile");
    assert!(report.out_of_fold.is_some(), "{:?}", report.notes);
}

/// Without a model the formula's coefficients are counted by hand: of 40 rows with it 30 renewed, of 60 without 20.
fn counted() -> Table {
    let mut rows = Vec::new();
    for (with, renewed, n) in [(1.0, 1.0, 30), (1.0, 0.0, 10), (0.0, 1.0, 20), (0.0, 0.0, 40)] {
        rows.extend(std::iter::repeat_n((with, renewed), n));
    }
    Table::new(vec![
        ("with".to_owned(), Column::numbers(rows.iter().map(|row| row.0))),
        ("renewed".to_owned(), Column::numbers(rows.iter().map(|row| row.1))),
        ("account".to_owned(), Column::numbers((0..100).map(f64::from))),
    ])
    .unwrap()
}

#[test]
fn a_two_by_two_table_is_its_odds_ratio() {
    let report = fit(&counted(), &FitRequest::new("renewed ~ with")).unwrap();
    assert_eq!((report.n_events, report.n_rarer, report.method), (Some(50), Some(50), "ml"));
    let with = &report.terms[1];
    close(with.odds_ratio.unwrap(), 6.0, 1e-9);
    close(with.standard_error, (1f64 / 30.0 + 1.0 / 10.0 + 1.0 / 20.0 + 1.0 / 40.0).sqrt(), 1e-9);
    // Of 50 · 50 pairs 30 · 40 are in order and 30 · 10 + 20 · 40 tied.
    close(report.apparent.unwrap().auc.estimate, (1200.0 + 550.0) / 2500.0, 1e-12);
    let firth = FitRequest { method: FitMethod::Firth, ..FitRequest::new("renewed ~ with") };
    let firth = fit(&counted(), &firth).unwrap();
    // Firth's method adds half a row to each cell of a saturated table; FLIC's probabilities keep the observed rate.
    close(firth.terms[1].odds_ratio.unwrap(), (30.5 * 40.5) / (10.5 * 20.5), 1e-8);
    assert!(firth.flic_intercept.is_some());
}

#[test]
fn ten_of_the_rarer_outcome_for_each_parameter_are_the_border() {
    let table = |events: usize| {
        let outcome = (0..200).map(|row| f64::from(u8::from(row < events)));
        let mix = |by: usize| Column::numbers((0..200).map(move |row| ((row * by) % 17) as f64));
        Table::new(vec![
            ("y".to_owned(), Column::numbers(outcome)),
            ("a".to_owned(), mix(5)),
            ("b".to_owned(), mix(29)),
        ])
        .unwrap()
    };
    let method = |events| fit(&table(events), &FitRequest::new("y ~ a + b")).unwrap().method;
    assert_eq!((method(20), method(19), method(180), method(181)), ("ml", "firth", "ml", "firth"));
}

#[test]
fn json_is_the_report_and_keys_keep_their_order() {
    let request = FitRequest { clusters: vec!["account".to_owned()], ..FitRequest::new("renewed ~ with") };
    let json = serde_json::to_value(fit(&counted(), &request).unwrap()).unwrap();
    close(json["vif"]["with"].as_f64().unwrap(), 1.0, 1e-12);
    assert_eq!(json["terms"][0]["term"], "intercept");
    assert_eq!(json["terms"][1]["interval"]["kind"], "cv3");
    assert_eq!(json["apparent"]["auc"].get("by_cluster"), None, "each cluster has one row");
}
