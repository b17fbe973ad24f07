use dearly_stats::cox::{Cox, FittedCox, TimeScale};
use dearly_stats::survival::{SurvivalCurve, kaplan_meier, kaplan_meier_truncated};
use dearly_stats::{ClusterErrors, Clusters, CovarianceKind, Design, Error};
use proptest::prelude::*;
use serde_json::Value;

use crate::golden::{bools, close, golden, number, numbers};

fn check_curve(curve: &SurvivalCurve, expected: &Value) {
    let column = |name: &str| numbers(&expected[name]);
    assert_eq!(curve.points.len(), column("time").len());
    for (index, point) in curve.points.iter().enumerate() {
        assert_eq!(point.time, column("time")[index]);
        assert_eq!(point.n_at_risk as f64, column("n_at_risk")[index]);
        assert_eq!(point.n_events as f64, column("n_events")[index]);
        close("survival", point.survival, column("survival")[index], 1e-12);
        let bounds = [("standard_error", point.standard_error), ("low", point.low), ("high", point.high)];
        for (what, found) in bounds {
            // R has no interval where the curve is 0.
            match &expected[what][index] {
                Value::Null => assert_eq!(point.survival, 0.0),
                value => close(what, found, number(value), 1e-11),
            }
        }
    }
}

#[test]
fn kaplan_meier_equals_survfit() {
    let golden = golden("survival");
    let data = &golden["data"];
    let (time, event, entry) = (numbers(&data["time"]), bools(&data["event"]), numbers(&data["entry"]));
    check_curve(&kaplan_meier(&time, &event, 0.95).unwrap(), &golden["kaplan_meier"]);
    let truncated = kaplan_meier_truncated(&time, &event, &entry, 0.95).unwrap();
    check_curve(&truncated, &golden["kaplan_meier_truncated"]);
}

#[test]
fn a_curve_ends_at_zero_stays_at_one_and_refuses() {
    let curve = kaplan_meier(&[1.0, 2.0, 2.0], &[true, true, true], 0.9).unwrap();
    let last = curve.points[1];
    assert_eq!((last.survival, last.standard_error, last.low), (0.0, 0.0, 0.0));
    assert_eq!(last.high, curve.points[0].high);
    assert_eq!(curve.quantile(0.5), Some(2.0));
    let still = kaplan_meier(&[1.0, 2.0], &[false, false], 0.95).unwrap();
    assert_eq!((still.points.len(), still.survival_at(9.0), still.median()), (0, 1.0, None));
    assert!(matches!(kaplan_meier(&[], &[], 0.95), Err(Error::Empty { .. })));
    assert!(matches!(kaplan_meier(&[-1.0], &[true], 0.95), Err(Error::OutOfRange { .. })));
    assert!(matches!(kaplan_meier(&[f64::NAN], &[true], 0.95), Err(Error::NotFinite { row: 0, .. })));
    assert!(matches!(kaplan_meier(&[1.0], &[true], 95.0), Err(Error::OutOfRange { .. })));
    let entered = kaplan_meier_truncated(&[1.0], &[true], &[1.0], 0.95);
    assert_eq!(
        entered.unwrap_err().to_string(),
        "entry in row 0 is 1, expected before the row's duration: drop rows watched for no time"
    );
}

fn check_cox(name: &str, fitted: &FittedCox, clusters: &Clusters, expected: &Value) {
    let same = |what: &str, found: &[f64], key: &str, tolerance: f64| {
        for (index, value) in numbers(&expected[key]).into_iter().enumerate() {
            close(&format!("{name}: {what} {index}"), found[index], value, tolerance);
        }
    };
    same("coefficient", &fitted.coefficients, "coefficients", 1e-10);
    same("model error", &fitted.model_covariance.standard_errors(), "model", 1e-10);
    if expected["cluster"].is_array() {
        let by_cluster = fitted.cluster_covariance(clusters, ClusterErrors::Cr0).unwrap();
        same("error by cluster", &by_cluster.standard_errors(), "cluster", 1e-10);
    }
    same("log-likelihood", &[fitted.log_likelihood_null, fitted.log_likelihood], "log_likelihood", 1e-12);
    close(name, fitted.concordance().unwrap(), number(&expected["concordance"]), 1e-12);
    assert_eq!(fitted.n_events as f64, number(&expected["n_events"]));
    for (scale, key) in [
        (TimeScale::KaplanMeier, "km"),
        (TimeScale::Rank, "rank"),
        (TimeScale::Identity, "identity"),
        (TimeScale::Log, "log"),
    ] {
        let test = fitted.proportional_hazards(scale).unwrap();
        let (statistics, p_values) =
            (numbers(&expected["zph"][key]["chisq"]), numbers(&expected["zph"][key]["p"]));
        for column in 0..3 {
            close(&format!("{name} {key}"), test.statistics[column], statistics[column], 1e-8);
            close(&format!("{name} {key} p"), test.p_values[column], p_values[column], 1e-8);
        }
        close(&format!("{name} {key} global"), test.global_statistic, statistics[3], 1e-8);
        close(&format!("{name} {key} global p"), test.global_p_value, p_values[3], 1e-8);
    }
    if expected["martingale"].is_array() {
        let found = fitted.martingale_residuals();
        for (row, value) in numbers(&expected["martingale"]).into_iter().enumerate() {
            assert!((found[row] - value).abs() < 1e-10, "{name}: martingale residual of row {row}");
        }
    }
    if expected["score_residuals"].is_array() {
        let found = fitted.score_residuals();
        for (row, values) in expected["score_residuals"].as_array().unwrap().iter().enumerate() {
            for (column, value) in numbers(values).into_iter().enumerate() {
                assert!((found[(row, column)] - value).abs() < 1e-10, "{name}: score residual of row {row}");
            }
        }
    }
    if expected["scaled_schoenfeld"].is_array() {
        // Sorted, for rows tied in time may stand in any order.
        let mut found: Vec<(f64, Vec<f64>)> = fitted
            .scaled_schoenfeld_residuals()
            .into_iter()
            .map(|(time, _, values)| (time, values))
            .collect();
        let times = numbers(&expected["scaled_schoenfeld_time"]);
        let mut other: Vec<(f64, Vec<f64>)> = times
            .into_iter()
            .zip(expected["scaled_schoenfeld"].as_array().unwrap().iter().map(numbers))
            .collect();
        let order = |a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)| a.partial_cmp(b).unwrap();
        found.sort_by(order);
        other.sort_by(order);
        for (found, other) in found.iter().zip(&other) {
            assert_eq!(found.0, other.0);
            for (value, expected) in found.1.iter().zip(&other.1) {
                assert!((value - expected).abs() < 1e-8 * (1.0 + expected.abs()), "{value} {expected}");
            }
        }
    }
}

#[test]
fn cox_equals_coxph() {
    let golden = golden("survival");
    let data = &golden["data"];
    let column = |name: &str| numbers(&data[name]);
    let design =
        Design::new(["adoption", "roi", "plan"].map(|name| (name.to_owned(), column(name))).to_vec())
            .unwrap();
    let (time, fine, event, entry) = (column("time"), column("fine"), bools(&data["event"]), column("entry"));
    let clusters = Clusters::from_labels(&column("account").iter().map(|&id| id as u32).collect::<Vec<_>>());
    let segments: Vec<&str> =
        data["segment"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let (strata, weights) = (Clusters::from_labels(&segments), column("weight"));
    let tied = Cox::new(&design, &time, &event);
    let truncated = tied.clone().entry(&entry);
    let stratified = truncated.clone().strata(&strata);
    let check = |name: &str, cox: &Cox<'_>| {
        check_cox(name, &cox.fit().unwrap(), &clusters, &golden["cox"][name]);
    };
    check("plain", &Cox::new(&design, &fine, &event));
    check("tied", &tied);
    check("clustered", &tied);
    check("truncated", &truncated);
    check("stratified", &stratified);
    check("repeated", &stratified.clone().frequency_weights(&weights));
    let warm = Cox::new(&design, &time, &event).start(&tied.fit().unwrap().coefficients).fit().unwrap();
    assert!(warm.iterations <= 2);
    close("warm", warm.coefficients[0], tied.fit().unwrap().coefficients[0], 1e-12);
    let hazard = tied.fit().unwrap().cumulative_hazard(&[0.5, -1.0, 1.0], 0).unwrap();
    for (index, (time, hazard)) in hazard.into_iter().enumerate() {
        assert_eq!(time, numbers(&golden["cumulative_hazard"]["time"])[index]);
        close("hazard", hazard, numbers(&golden["cumulative_hazard"]["hazard"])[index], 1e-10);
    }
}

#[test]
fn the_linearised_jackknife_equals_its_definition() {
    let golden = golden("survival");
    let data = &golden["data"];
    let column = |name: &str| numbers(&data[name]);
    let columns = ["adoption", "roi", "plan"].map(|name| (name.to_owned(), column(name)));
    let design = Design::new(columns.to_vec()).unwrap();
    let (time, event, entry) = (column("time"), bools(&data["event"]), column("entry"));
    let ids: Vec<u32> = column("account").iter().map(|&id| id as u32).collect();
    let managers: Vec<u32> = ids.iter().map(|id| (id - 1) % 9).collect();
    let (accounts, managers) = (Clusters::from_labels(&ids), Clusters::from_labels(&managers));
    let segments: Vec<&str> =
        data["segment"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let (strata, weights) = (Clusters::from_labels(&segments), column("weight"));
    let tied = Cox::new(&design, &time, &event);
    let stratified = tied.clone().entry(&entry).strata(&strata);
    let repeated = stratified.clone().frequency_weights(&weights);
    for (name, cox, clusters) in [
        ("clustered", &tied, &accounts),
        ("few", &tied, &managers),
        ("stratified", &stratified, &accounts),
        ("repeated", &repeated, &accounts),
    ] {
        let found = cox.fit().unwrap().cluster_covariance(clusters, ClusterErrors::Cv3).unwrap();
        let expected = &golden["cv3"][name];
        let count = number(&expected["clusters"]);
        assert_eq!((found.kind, found.degrees), (CovarianceKind::Cv3, Some(count - 1.0)), "{name}");
        for (found, expected) in found.standard_errors().iter().zip(numbers(&expected["standard_errors"])) {
            close(name, *found, expected, 1e-9);
        }
    }
}

#[test]
fn errors_by_cluster_are_ordered_and_refuse() {
    let n = 90;
    let ([x, z, _, time], event) = drawn(3, n);
    let groups: Vec<usize> = (0..n).map(|row| row % 10).collect();
    let managers = Clusters::from_labels(&groups);
    let first: Vec<f64> = groups.iter().map(|&group| f64::from(u8::from(group == 4))).collect();
    let columns = |third: &[f64]| {
        let columns = [("x", x.as_slice()), ("z", z.as_slice()), ("w", third)];
        Design::new(columns.map(|(name, values)| (name.to_owned(), values.to_vec())).to_vec()).unwrap()
    };
    let design = columns(&first);
    let fitted = Cox::new(&design, &time, &event).fit().unwrap();
    let by = |errors| fitted.cluster_covariance(&managers, errors).map(|own| own.standard_errors()[0]);
    let (cr0, cr1, cr1s) =
        (by(ClusterErrors::Cr0).unwrap(), by(ClusterErrors::Cr1).unwrap(), by(ClusterErrors::Cr1s).unwrap());
    close("CR1", cr1, cr0 * (10.0f64 / 9.0).sqrt(), 1e-12);
    close("CR1S", cr1s, cr1 * (89.0f64 / 87.0).sqrt(), 1e-12);
    // Without the rows of manager 4 nothing is known of w.
    assert_eq!(
        by(ClusterErrors::Cv3).unwrap_err(),
        Error::ToldByOneCluster { column: Some("w".to_owned()), cluster: 4 }
    );
    let other: Vec<f64> = (0..n).map(|row| ((row * 7) % 11) as f64).collect();
    let design = columns(&other);
    let fitted = Cox::new(&design, &time, &event).fit().unwrap();
    let by = |errors| fitted.cluster_covariance(&managers, errors).unwrap();
    let (cr1, cv3) = (by(ClusterErrors::Cr1), by(ClusterErrors::Cv3));
    assert!(cv3.standard_errors().iter().zip(cr1.standard_errors()).all(|(cv3, cr1)| *cv3 > cr1 * 0.999));
    // Two ways that are the same are one.
    let both = fitted.two_way_covariance(&managers, &managers).unwrap();
    for (both, cr1) in both.standard_errors().iter().zip(cr1.standard_errors()) {
        close("two ways", *both, cr1, 1e-12);
    }
    assert_eq!((both.kind, both.degrees), (CovarianceKind::TwoWay, Some(9.0)));
    let short = Clusters::singletons(n - 1);
    assert!(matches!(
        fitted.cluster_covariance(&short, ClusterErrors::Cv3),
        Err(Error::LengthMismatch { expected: 90, found: 89, .. })
    ));
    let one = Clusters::from_labels(&["a"; 90]);
    assert_eq!(
        fitted.cluster_covariance(&one, ClusterErrors::Cv3).unwrap_err(),
        Error::TooFewClusters { found: 1 }
    );
}

#[test]
fn cox_equals_lifelines() {
    let (data, other) = (&golden("survival")["data"], golden("lifelines"));
    let columns = ["adoption", "roi", "plan"].map(|name| (name.to_owned(), numbers(&data[name])));
    let design = Design::new(columns.to_vec()).unwrap();
    let (time, event, entry) = (numbers(&data["time"]), bools(&data["event"]), numbers(&data["entry"]));
    let tied = Cox::new(&design, &time, &event);
    for (cox, key) in [(tied.clone(), "tied"), (tied.entry(&entry), "truncated")] {
        let (fitted, expected) = (cox.fit().unwrap(), &other[key]);
        for column in 0..3 {
            let value = |name: &str| numbers(&expected[name])[column];
            close(key, fitted.coefficients[column], value("coefficients"), 1e-8);
            close(key, fitted.model_covariance.standard_errors()[column], value("standard_errors"), 1e-8);
        }
        close(key, fitted.log_likelihood, number(&expected["log_likelihood"]), 1e-10);
    }
    let curve = kaplan_meier(&time, &event, 0.95).unwrap();
    let (times, survival) = (numbers(&other["curve"]["time"]), numbers(&other["curve"]["survival"]));
    for (time, survival) in times.into_iter().zip(survival) {
        close("curve", curve.survival_at(time), survival, 1e-12);
    }
}

#[test]
fn the_column_that_runs_away_is_named_among_others() {
    for seed in 0..20 {
        let ([x, z, entry, time], mut event) = drawn(seed, 200);
        // Accounts on the old plan have all stayed; the other columns are as they may be.
        let old: Vec<f64> = (0..200).map(|row| f64::from(u8::from(row % 7 == 0))).collect();
        (0..200).filter(|row| row % 7 == 0).for_each(|row| event[row] = false);
        let columns = [("x", x), ("old plan", old), ("z", z)].map(|(name, values)| (name.to_owned(), values));
        let design = Design::new(columns.to_vec()).unwrap();
        let refusal = Cox::new(&design, &time, &event).entry(&entry).fit().unwrap_err();
        assert_eq!(refusal, Error::Monotone { terms: vec!["old plan".to_owned()] }, "seed {seed}");
        // One of them leaves after all: a wide interval, but a finite one.
        event[70] = true;
        let fitted = Cox::new(&design, &time, &event).entry(&entry).fit();
        assert!(fitted.is_ok_and(|fitted| fitted.coefficients[1].abs() < 10.0), "seed {seed}");
    }
}

#[test]
fn cox_refuses_in_words() {
    let column = |values: &[f64]| Design::new(vec![("x".to_owned(), values.to_vec())]).unwrap();
    let time = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let event = [true; 6];
    let words = |fitted: Result<FittedCox, Error>| fitted.unwrap_err().to_string();
    // Who has x = 1 goes first, all of them.
    let monotone = column(&[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    let refusal = Cox::new(&monotone, &time, &event).fit().unwrap_err();
    assert_eq!(refusal, Error::Monotone { terms: vec!["x".to_owned()] });
    // No event in the group of x = 1.
    let never = [false, true, false, true, false, true];
    let spared = column(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!(
        words(Cox::new(&spared, &time, &never).fit()),
        "x tells at every event which row's it is, so that the likelihood has no maximum and the hazard ratio no bound: leave it out, or merge groups without an event with others"
    );
    assert!(matches!(Cox::new(&spared, &time, &[false; 6]).fit(), Err(Error::OneClass { value: 0.0, .. })));
    assert!(words(Cox::new(&column(&[2.0; 6]), &time, &event).fit()).contains("same value in every row"));
    let twice = Design::new(vec![
        ("a".to_owned(), vec![1.0, 5.0, 2.0, 4.0, 3.0, 6.0]),
        ("b".to_owned(), vec![2.0, 10.0, 4.0, 8.0, 6.0, 12.0]),
    ])
    .unwrap();
    assert_eq!(
        Cox::new(&twice, &time, &event).fit().unwrap_err(),
        Error::Collinear { column: "b".to_owned() }
    );
    // The last, alone at risk: whoever it is compared with is gone.
    let (all, only_last) =
        (column(&[1.0, 5.0, 2.0, 4.0, 3.0, 6.0]), [false, false, false, false, false, true]);
    let last = Cox::new(&all, &time, &only_last).fit();
    assert!(words(last).starts_with("at no event was anybody at risk whose columns differ"));
    let half = [0.5; 6];
    assert!(words(Cox::new(&spared, &time, &event).frequency_weights(&half).fit()).contains("whole number"));
}

#[test]
fn cox_finds_the_law_and_sees_it_drift() {
    let n = 4000;
    let ([x, z, ..], _) = drawn(7, n);
    let ([u, ..], _) = drawn(8, n);
    let design = Design::new(vec![("x".to_owned(), x.clone()), ("z".to_owned(), z.clone())]).unwrap();
    // Exponential with hazard exp(0.8 x − 0.3 z), censored at 1.5.
    let waited = |row: usize, ratio: f64| -(u[row] + 0.5).clamp(1e-9, 1.0 - 1e-9).ln() / ratio;
    let steady: Vec<f64> = (0..n).map(|row| waited(row, (0.8 * x[row] - 0.3 * z[row]).exp())).collect();
    let (time, event): (Vec<f64>, Vec<bool>) = steady.iter().map(|&time| (time.min(1.5), time < 1.5)).unzip();
    let fitted = Cox::new(&design, &time, &event).fit().unwrap();
    for (term, truth) in fitted.terms(&fitted.model_covariance, 0.95).unwrap().iter().zip([0.8, -0.3]) {
        assert!((term.estimate - truth).abs() < 4.0 * term.standard_error, "{term:?}");
        assert!(
            (term.hazard_ratio.ln() - term.estimate).abs() < 1e-12 && term.interval.contains(term.estimate)
        );
    }
    assert!(fitted.likelihood_ratio_test().p_value < 1e-10);
    assert!(fitted.proportional_hazards(TimeScale::KaplanMeier).unwrap().p_values[0] > 1e-3);
    // The effect of x is gone after 0.3: a hazard of 1 from then on.
    let drifting: Vec<f64> = (0..n)
        .map(|row| {
            let early = waited(row, (3.0 * x[row]).exp());
            if early < 0.3 { early } else { 0.3 + (early - 0.3) * (3.0 * x[row]).exp() }
        })
        .collect();
    let (time, event): (Vec<f64>, Vec<bool>) =
        drifting.iter().map(|&time| (time.min(1.5), time < 1.5)).unzip();
    let fitted = Cox::new(&design, &time, &event).fit().unwrap();
    let test = fitted.proportional_hazards(TimeScale::KaplanMeier).unwrap();
    assert!(test.p_values[0] < 1e-8 && test.p_values[1] > 1e-3 && test.global_p_value < 1e-6, "{test:?}");
    // Residuals: events less the expected ones, and the score, are zero in sum.
    assert!(fitted.martingale_residuals().iter().sum::<f64>().abs() < 1e-8);
    let residuals = fitted.score_residuals();
    let score: f64 = (0..n).map(|row| residuals[(row, 0)]).sum();
    assert!(score.abs() < 1e-8);
}

#[test]
fn tiny_and_tied_panels_do_not_break_it() {
    let column = |values: &[f64]| Design::new(vec![("x".to_owned(), values.to_vec())]).unwrap();
    // Of two rows one is always first.
    let two = Cox::new(&column(&[0.0, 1.0]), &[1.0, 2.0], &[true, true]).fit();
    assert!(matches!(two, Err(Error::Monotone { .. })), "{two:?}");
    let one = Cox::new(&column(&[1.0]), &[1.0], &[true]).fit();
    assert!(one.is_err());
    // All at one time: nothing tells who was first, and the estimate is 0.
    let tied = Cox::new(&column(&[0.0, 1.0, 2.0, 3.0]), &[1.0; 4], &[true; 4]).fit().unwrap();
    assert!(tied.coefficients[0].abs() < 1e-10, "{tied:?}");
    let none = [0.0; 4];
    let weightless =
        Cox::new(&column(&[0.0, 1.0, 2.0, 3.0]), &[1.0; 4], &[true; 4]).frequency_weights(&none).fit();
    assert!(matches!(weightless, Err(Error::Empty { .. })));
    assert!(matches!(
        Cox::new(&column(&[0.0, 1.0]), &[1.0], &[true]).fit(),
        Err(Error::LengthMismatch { expected: 1, found: 2, .. })
    ));
}

/// Rows drawn by a formula of a seed: two columns, entry, time, event.
fn drawn(seed: u64, n: usize) -> ([Vec<f64>; 4], Vec<bool>) {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let (mut x, mut z, mut entry, mut time, mut event) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..n {
        x.push(uniform() - 0.5);
        z.push((uniform() * 4.0).floor());
        entry.push((uniform() * 3.0).floor());
        time.push(entry[entry.len() - 1] + 1.0 + (uniform() * 8.0).floor());
        event.push(uniform() < 0.7);
    }
    ([x, z, entry, time], event)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_copies_and_units_do_what_they_must(seed in 0u64..10_000, scale in 0.01..1000.0f64) {
        let n = 80;
        let ([x, z, entry, time], event) = drawn(seed, n);
        let design = |x: &[f64], z: &[f64]| Design::new(vec![("x".to_owned(), x.to_vec()), ("z".to_owned(), z.to_vec())]).unwrap();
        let d = design(&x, &z);
        let accounts: Vec<usize> = (0..n).map(|row| row / 3).collect();
        let clusters = Clusters::from_labels(&accounts);
        let fit = Cox::new(&d, &time, &event).entry(&entry).fit().unwrap();

        let back: Vec<usize> = (0..n).rev().collect();
        let turned = |values: &[f64]| back.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (time_back, entry_back) = (turned(&time), turned(&entry));
        let event_back: Vec<bool> = back.iter().map(|&row| event[row]).collect();
        let (d_back, c_back) = (design(&turned(&x), &turned(&z)), clusters.rows_of(&back));
        let other = Cox::new(&d_back, &time_back, &event_back).entry(&entry_back).fit().unwrap();
        close("order", other.coefficients[0], fit.coefficients[0], 1e-9);
        let errors = |fit: &FittedCox, clusters: &Clusters| fit.cluster_covariance(clusters, ClusterErrors::Cv3).unwrap().standard_errors();
        close("order, error", errors(&other, &c_back)[1], errors(&fit, &clusters)[1], 1e-9);

        let two = vec![2.0; n];
        let weighted = Cox::new(&d, &time, &event).entry(&entry).frequency_weights(&two).fit().unwrap();
        let copies: Vec<usize> = (0..n).chain(0..n).collect();
        let doubled = |values: &[f64]| copies.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (time_two, entry_two, event_two) = (doubled(&time), doubled(&entry), copies.iter().map(|&row| event[row]).collect::<Vec<_>>());
        let (d_two, c_two) = (d.rows_of(&copies), clusters.rows_of(&copies));
        let repeated = Cox::new(&d_two, &time_two, &event_two).entry(&entry_two).fit().unwrap();
        close("copies", weighted.coefficients[0], repeated.coefficients[0], 1e-9);
        close("copies, error", errors(&weighted, &clusters)[0], errors(&repeated, &c_two)[0], 1e-9);
        close("copies, likelihood", weighted.log_likelihood, repeated.log_likelihood, 1e-11);
        close("copies, concordance", weighted.concordance().unwrap(), repeated.concordance().unwrap(), 1e-12);

        let scaled: Vec<f64> = x.iter().map(|value| value * scale + 7.0).collect();
        let d_scaled = design(&scaled, &z);
        let units = Cox::new(&d_scaled, &time, &event).entry(&entry).fit().unwrap();
        close("units", units.coefficients[0] * scale, fit.coefficients[0], 1e-8);
        close("units, error", errors(&units, &clusters)[0] * scale, errors(&fit, &clusters)[0], 1e-8);
        close("units, other", units.coefficients[1], fit.coefficients[1], 1e-8);
    }
}
