//! `fit` on data whose answer is published, and what must hold for any.

use std::path::Path;

use dearly_insight::fit::{FitFamily, FitMethod, FitReport, FitRequest, fit};
use dearly_insight::{Column, Table, TableBuilder};

use crate::random::Random;

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

/// Rows that are all alike tell nothing of an order: where only a few differ, one that is told may be chance.
#[test]
fn an_order_among_few_rows_that_differ_warns_and_does_not_bar() {
    for (n_others, bars) in [(29, false), (30, true)] {
        let outcome: Vec<f64> = (0..500).map(|row| f64::from((row - 500 + n_others + 1).max(0))).collect();
        let honest: Vec<f64> = (0..500).map(|row| f64::from(row * 7 % 11)).collect();
        let told: Vec<f64> = outcome.iter().zip(&honest).map(|(y, x)| y + 0.01 * x).collect();
        let table = Table::new(vec![
            ("outcome".to_owned(), Column::numbers(outcome)),
            ("told".to_owned(), Column::numbers(told)),
        ]);
        let request = FitRequest { family: FitFamily::Gaussian, ..FitRequest::new("outcome ~ told") };
        let report = fit(&table.unwrap(), &request).unwrap();
        let alarms: Vec<_> = report.alarms.iter().map(|own| (own.column.as_deref(), own.bars)).collect();
        assert_eq!(alarms, [(Some("told"), bars)], "{n_others} rows that differ from the others");
    }
}

/// Noise in two ways of clustering: outcome and column have nothing to do with each other or with either way.
fn crossed(seed: u64, rows: usize, ways: [usize; 2]) -> Table {
    let mut state = seed;
    let mut drawn = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let column = |values: Vec<f64>| Column::numbers(values);
    let x: Vec<f64> = (0..rows).map(|_| (0..12).map(|_| drawn()).sum::<f64>() - 6.0).collect();
    let y: Vec<f64> = (0..rows).map(|_| (0..12).map(|_| drawn()).sum::<f64>() - 6.0).collect();
    let way = |n: usize| (0..rows).map(|row| (row / (rows / n.max(1)).max(1)).min(n - 1) as f64).collect();
    let other = (0..rows).map(|row| (row % ways[1]) as f64).collect();
    // The rows of the second cluster of the second way.
    let told = (0..rows).map(|row| f64::from(u8::from(row % ways[1] == 1))).collect();
    Table::new(vec![
        ("x".to_owned(), column(x)),
        ("y".to_owned(), column(y)),
        ("told".to_owned(), column(told)),
        ("one".to_owned(), column(way(ways[0]))),
        ("other".to_owned(), column(other)),
    ])
    .unwrap()
}

fn by(clusters: &[&str], formula: &str) -> FitRequest {
    FitRequest {
        family: FitFamily::Gaussian,
        clusters: clusters.iter().map(|own| (*own).to_owned()).collect(),
        ..FitRequest::new(formula)
    }
}

#[test]
fn two_clusters_are_never_surer_than_one_of_them() {
    let mut raised = 0;
    for seed in 0..200 {
        let table = crossed(seed, 60, [8, 6]);
        let both = fit(&table, &by(&["one", "other"], "y ~ x")).unwrap();
        let (one, other) =
            (fit(&table, &by(&["one"], "y ~ x")).unwrap(), fit(&table, &by(&["other"], "y ~ x")).unwrap());
        let slope = &both.terms[1];
        let least = one.terms[1].standard_error.max(other.terms[1].standard_error);
        assert!(slope.standard_error >= least * (1.0 - 1e-12), "seed {seed}: {slope:?}");
        let width = |own: &dearly_insight::fit::Term| own.interval.high - own.interval.low;
        let widest = width(&one.terms[1]).max(width(&other.terms[1]));
        assert!(width(slope) >= widest * (1.0 - 1e-12), "seed {seed}: {slope:?}");
        let is_raised = slope.standard_errors.two_way.unwrap() < least;
        assert!(is_raised || slope.standard_error == slope.standard_errors.two_way.unwrap());
        let says_so = both.notes.iter().any(|note| note.contains("come out below") && note.contains('x'));
        assert_eq!(is_raised, says_so, "seed {seed}: {:?}", both.notes);
        raised += usize::from(is_raised);
    }
    assert!((20..190).contains(&raised), "{raised} of 200");
}

#[test]
fn a_column_that_one_cluster_tells_is_refused_whichever_way_is_named_first() {
    let table = crossed(3, 120, [10, 12]);
    for clusters in [["one", "other"], ["other", "one"]] {
        let refusal = fit(&table, &by(&clusters, "y ~ x + told")).unwrap_err().to_string();
        assert!(
            refusal.starts_with("without the cluster other = 1 there is no coefficient of told"),
            "{refusal}"
        );
    }
}

#[test]
fn firths_method_goes_by_the_first_cluster_where_the_second_tells_a_column() {
    let table = crossed(3, 120, [10, 12]);
    let renewed: Vec<f64> = (0..120).map(|row| f64::from(u8::from((row * 7 + row / 5) % 3 == 0))).collect();
    let mut columns: Vec<(String, Column)> = vec![("renewed".to_owned(), Column::numbers(renewed))];
    for name in ["x", "told", "one", "other"] {
        columns.push((name.to_owned(), table.column(name).unwrap().clone()));
    }
    let table = Table::new(columns).unwrap();
    let by = |clusters: &[&str]| {
        let clusters = clusters.iter().map(|own| (*own).to_owned()).collect();
        let request =
            FitRequest { method: FitMethod::Firth, clusters, ..FitRequest::new("renewed ~ x + told") };
        fit(&table, &request).unwrap()
    };
    let (both, one) = (by(&["one", "other"]), by(&["one"]));
    assert_eq!(both.terms, one.terms);
    assert!(both.notes.iter().any(|note| note.contains("by the first cluster alone")), "{:?}", both.notes);
    assert!(one.notes.iter().all(|note| !note.contains("alone")), "{:?}", one.notes);
}

#[test]
fn without_an_intercept_there_is_no_likelihood_ratio() {
    let table = crossed(5, 100, [10, 10]);
    assert!(fit(&table, &by(&[], "y ~ x")).unwrap().likelihood_ratio.is_some());
    assert_eq!(fit(&table, &by(&[], "y ~ x - 1")).unwrap().likelihood_ratio, None);
}

#[test]
fn a_single_event_is_fitted_and_a_row_far_out_is_no_end() {
    let table = |x: &dyn Fn(usize) -> f64, y: &dyn Fn(usize) -> f64, n: usize| {
        let columns = [("x", (0..n).map(x).collect::<Vec<f64>>()), ("y", (0..n).map(y).collect())];
        let columns = columns.map(|(name, values)| (name.to_owned(), Column::numbers(values)));
        Table::new(columns.to_vec()).unwrap()
    };
    let x = |row: usize| ((row * 37) % 100) as f64 / 25.0 - 2.0;
    let one = fit(&table(&x, &|row| f64::from(u8::from(row == 40)), 60), &FitRequest::new("y ~ x")).unwrap();
    assert_eq!((one.method, one.n_rarer, one.apparent.is_none()), ("firth", Some(1), true));
    assert!(
        one.notes.iter().any(|note| note.starts_with("no validation on the rows of the fit")),
        "{:?}",
        one.notes
    );
    // The outcome goes with x, and one row is four thousand standard deviations away, on the side it should be.
    let y =
        |row: usize| f64::from(u8::from((x(row) + ((row * 61) % 83) as f64 / 15.0 - 2.8 > 0.0) || row == 7));
    let far = table(&|row| if row == 7 { 4_000.0 } else { x(row) }, &y, 300);
    let report = fit(&far, &FitRequest::new("y ~ x")).unwrap();
    let near =
        fit(&table(&|row| if row == 7 { 40.0 } else { x(row) }, &y, 300), &FitRequest::new("y ~ x")).unwrap();
    close(estimate(&report, "x"), estimate(&near, "x"), 1e-6);
}

#[test]
fn calibration_out_of_fold_goes_by_cluster() {
    // Each account has a level of its own, and twenty rows.
    let mut state = 9_u64;
    let mut drawn = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let levels: Vec<f64> = (0..60).map(|_| 4.0 * drawn() - 2.0).collect();
    let of_account: Vec<f64> = (0..60).map(|_| 4.0 * drawn() - 2.0).collect();
    let x: Vec<f64> = (0..1_200).map(|row| of_account[row / 20] + 0.2 * drawn()).collect();
    let y: Vec<f64> = (0..1_200)
        .map(|row| f64::from(u8::from(drawn() < 1.0 / (1.0 + (-x[row] - levels[row / 20]).exp()))))
        .collect();
    let table = Table::new(vec![
        ("x".to_owned(), Column::numbers(x)),
        ("y".to_owned(), Column::numbers(y)),
        ("account".to_owned(), Column::numbers((0..1_200).map(|row| f64::from(row / 20)))),
    ])
    .unwrap();
    let width = |clusters: Vec<String>| {
        let request = FitRequest { clusters, ..FitRequest::new("y ~ x") };
        let own = fit(&table, &request).unwrap().out_of_fold.unwrap().calibration.slope_interval.unwrap();
        own.high - own.low
    };
    let (by_account, by_row) = (width(vec!["account".to_owned()]), width(Vec::new()));
    assert!(by_account > 1.3 * by_row, "{by_account} and {by_row}");
}

/// Columns of noise beside an outcome that is 0 or 1, a share and a count with fractions.
fn of_every_family() -> Table {
    let mut random = Random(4);
    let rows: Vec<[f64; 4]> = (0..200)
        .map(|_| {
            let x = random.normal();
            let chance = 1.0 / (1.0 + (-x).exp());
            let binary = f64::from(random.uniform() < chance);
            [x, binary, chance, (8.0 * random.uniform()).floor() / 4.0]
        })
        .collect();
    let column =
        |(at, name): (usize, &str)| (name.to_owned(), Column::numbers(rows.iter().map(|row| row[at])));
    Table::new(["x", "binary", "share", "quarters"].into_iter().enumerate().map(column).collect()).unwrap()
}

#[test]
fn outcomes_of_0_and_1_are_counted_under_every_family() {
    let table = of_every_family();
    let counts = |family, formula: &str| {
        let report = fit(&table, &FitRequest { family, ..FitRequest::new(formula) }).unwrap();
        (report.n_events, report.n_rarer)
    };
    let expected = counts(FitFamily::Binomial, "binary ~ x");
    assert!(expected.0.is_some() && expected.1.is_some());
    for family in [FitFamily::Cloglog, FitFamily::Gaussian, FitFamily::Fractional, FitFamily::Poisson] {
        assert_eq!(counts(family, "binary ~ x"), expected, "{family:?}");
    }
    assert_eq!(counts(FitFamily::Gaussian, "quarters ~ x"), (None, None));
    assert_eq!(counts(FitFamily::Fractional, "share ~ binary"), (None, None));
}

#[test]
fn counts_that_are_no_whole_numbers_are_said_to_be_rates() {
    let notes = |formula: &str| {
        fit(&of_every_family(), &FitRequest { family: FitFamily::Poisson, ..FitRequest::new(formula) })
            .unwrap()
            .notes
    };
    let says_so = |notes: &[String]| {
        notes.iter().any(|note| note.contains("no whole numbers") && note.contains("rates"))
    };
    let own = notes("quarters ~ x");
    assert!(says_so(&own) && own[0].starts_with("quarters is 1.75 in data row 1,"), "{own:?}");
    assert!(!says_so(&notes("binary ~ x")));
}

/// One column can be inflated alone, with a condition number that is no cause of concern.
#[test]
fn a_column_that_is_inflated_alone_is_said_to_be() {
    let mut random = Random(6);
    let parts: Vec<[f64; 5]> = (0..300).map(|_| [(); 5].map(|()| random.normal())).collect();
    let mut columns: Vec<(String, Column)> =
        (0..4).map(|at| (format!("part_{at}"), Column::numbers(parts.iter().map(|row| row[at])))).collect();
    let sum = parts.iter().map(|row| row[..4].iter().sum::<f64>() + 0.9 * row[4]);
    columns.push(("sum".to_owned(), Column::numbers(sum)));
    columns.push(("y".to_owned(), Column::numbers((0..300).map(|row| f64::from(row * 7 % 11 < 5)))));
    let table = Table::new(columns).unwrap();
    let report = fit(&table, &FitRequest::new("y ~ part_0 + part_1 + part_2 + part_3 + sum")).unwrap();
    assert!(report.condition_number.unwrap() < 30.0 && report.joint.is_none(), "{:?}", report.vif);
    assert!(report.notes.iter().all(|note| !note.contains("condition number")), "{:?}", report.notes);
    assert!(
        report.notes.iter().any(|note| note.starts_with("sum is nearly a combination of the others")),
        "{:?}",
        report.notes
    );
}
