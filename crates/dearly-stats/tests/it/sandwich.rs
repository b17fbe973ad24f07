use dearly_stats::{ClusterErrors, Clusters, Design, Error, Family, Glm};

use crate::golden::{close, golden, number, numbers};
use crate::panel::{FAMILIES, Panel, uniform};

#[track_caller]
fn all_close(what: &str, found: &[f64], expected: &serde_json::Value, tolerance: f64) {
    for (found, expected) in found.iter().zip(numbers(expected)) {
        close(what, *found, expected, tolerance);
    }
}

#[test]
fn errors_by_cluster_equal_r_in_every_family() {
    let (panel, expected) = (Panel::read(), golden("regression_r"));
    let weights = panel.column("weight");
    for (name, family, outcome) in FAMILIES {
        let (outcome, expected) = (panel.column(outcome), &expected["families"][name]);
        let fitted = Glm::new(family).fit(&panel.design, &outcome).unwrap();
        for (errors, key) in
            [(ClusterErrors::Cr0, "cr0"), (ClusterErrors::Cr1, "cr1"), (ClusterErrors::Cr1s, "cr1s")]
        {
            let found = fitted.cluster_covariance(&panel.design, &panel.accounts, errors).unwrap();
            assert_eq!((found.kind.as_str(), found.n_clusters), (key, Some(43)));
            all_close(name, &found.standard_errors(), &expected[key], 1e-8);
        }
        let two = fitted.two_way_covariance(&panel.design, &panel.accounts, &panel.managers).unwrap();
        all_close(name, &two.standard_errors(), &expected["two_way"], 1e-8);
        assert_eq!(two.degrees, Some(8.0));
        let weighted = Glm::new(family).frequency_weights(&weights).fit(&panel.design, &outcome).unwrap();
        let found = weighted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cr1).unwrap();
        all_close(name, &found.standard_errors(), &expected["cr1_weighted"], 1e-8);
    }
}

#[test]
fn the_jackknife_equals_its_formula_and_for_a_linear_model_refits() {
    let (panel, expected) = (Panel::read(), golden("regression_python"));
    for (name, family, outcome, key, tolerance) in [
        ("logit", Family::Logit, "renewed", "cv3", 1e-9),
        ("poisson", Family::Poisson, "tickets", "cv3", 1e-9),
        ("gaussian", Family::Gaussian, "score", "cv3_refitted", 1e-9),
        // Refits of a logit differ from their linearisation; how far is what this line shows.
        ("logit", Family::Logit, "renewed", "cv3_refitted", 0.05),
    ] {
        let fitted = Glm::new(family).fit(&panel.design, &panel.column(outcome)).unwrap();
        let found = fitted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cv3).unwrap();
        all_close(name, &found.standard_errors(), &expected["families"][name][key], tolerance);
        assert_eq!(found.degrees, Some(42.0));
    }
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &panel.column("renewed")).unwrap();
    let found = fitted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cr1s).unwrap();
    all_close("statsmodels", &found.standard_errors(), &expected["families"]["logit"]["cr1s"], 1e-9);
}

#[test]
fn the_wald_test_by_cluster_equals_r() {
    let (panel, expected) = (Panel::read(), golden("regression_r"));
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &panel.column("renewed")).unwrap();
    let covariance = fitted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cr1).unwrap();
    let test = covariance.wald_test(&fitted.coefficients, &[1, 2]).unwrap();
    close("F", test.statistic, number(&expected["wald_cr1"]["statistic"]), 1e-8);
    close("p", test.p_value, number(&expected["wald_cr1"]["p_value"]), 1e-8);
    assert_eq!((test.degrees, test.denominator_degrees), (2.0, Some(42.0)));
    // One column: F is the square of t, and its p-value that of the interval.
    let cv3 = fitted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cv3).unwrap();
    let one = cv3.wald_test(&fitted.coefficients, &[1]).unwrap();
    close("p", one.p_value, cv3.p_values(&fitted.coefficients).unwrap()[1], 1e-10);
    let interval = cv3.intervals(&fitted.coefficients, 1.0 - one.p_value).unwrap()[1];
    assert!(interval.low.abs() < 1e-8, "the interval of level 1 − p ends at 0");
}

/// Every row a cluster: a jackknife of single rows takes the short way, which must arrive where the long one does.
#[test]
fn clusters_of_one_row_agree_with_the_same_rows_beside_one_of_no_weight() {
    let panel = Panel::read();
    let (n, outcome) = (180, panel.column("renewed"));
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &outcome).unwrap();
    let short =
        fitted.cluster_covariance(&panel.design, &Clusters::singletons(n), ClusterErrors::Cv3).unwrap();
    let rows: Vec<usize> = (0..n).chain(0..n).collect();
    let twice = panel.design.rows_of(&rows);
    let outcomes = [outcome.clone(), outcome].concat();
    let weights: Vec<f64> = (0..2 * n).map(|row| f64::from(row < n)).collect();
    let weighted = Glm::new(Family::Logit).frequency_weights(&weights).fit(&twice, &outcomes).unwrap();
    let long =
        weighted.cluster_covariance(&twice, &Clusters::from_labels(&rows), ClusterErrors::Cv3).unwrap();
    for (short, long) in short.matrix.values.iter().zip(&long.matrix.values) {
        assert!((short - long).abs() < 1e-11);
    }
}

#[test]
fn clusters_that_cannot_say_are_refused() {
    let panel = Panel::read();
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &panel.column("renewed")).unwrap();
    let one = Clusters::from_labels(&[0; 180]);
    let error = fitted.cluster_covariance(&panel.design, &one, ClusterErrors::Cr1).unwrap_err();
    assert_eq!(error, Error::TooFewClusters { found: 1 });
    let short = Clusters::from_labels(&[0; 179]);
    let error = fitted.cluster_covariance(&panel.design, &short, ClusterErrors::Cr1).unwrap_err();
    assert!(error.to_string().contains("179 values, expected 180"), "{error}");
    // A segment of one account: without it the segment has no row.
    let account = panel.accounts.of(20);
    let segment: Vec<f64> = (0..180).map(|row| f64::from(panel.accounts.of(row) == account)).collect();
    let x: Vec<f64> = (0..180).map(|row| uniform(5, row)).collect();
    let design = Design::with_intercept(180, vec![("x".into(), x), ("segment".into(), segment)]).unwrap();
    let fitted = Glm::new(Family::Gaussian).fit(&design, &panel.column("score")).unwrap();
    let error = fitted.cluster_covariance(&design, &panel.accounts, ClusterErrors::Cv3).unwrap_err();
    assert!(error.to_string().starts_with("segment cannot be told without cluster"), "{error}");
    assert!(fitted.cluster_covariance(&design, &panel.accounts, ClusterErrors::Cr1).is_ok());
    let covariance = fitted.model_covariance();
    assert!(matches!(covariance.intervals(&fitted.coefficients, 95.0), Err(Error::OutOfRange { .. })));
    assert!(matches!(covariance.wald_test(&fitted.coefficients, &[9]), Err(Error::OutOfRange { .. })));
    // Two clusters carry one direction, not two.
    let two = Clusters::from_labels(&(0..180).map(|row| row % 2).collect::<Vec<_>>());
    let covariance = fitted.cluster_covariance(&design, &two, ClusterErrors::Cr1).unwrap();
    let error = covariance.wald_test(&fitted.coefficients, &[1, 2]).unwrap_err();
    assert!(error.to_string().contains("cannot be tested together on 2 clusters"), "{error}");
}
