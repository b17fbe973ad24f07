use dearly_stats::calibration::*;
use dearly_stats::scoring::{brier, log_loss, scaled_brier};
use dearly_stats::spline::RestrictedCubicSpline;
use dearly_stats::{Clusters, Error};
use proptest::prelude::*;

use crate::golden::{bools, close, golden, number, numbers};

#[test]
fn equals_scikit_learn_statsmodels_and_r() {
    for panel in golden("calibration")["panels"].as_array().unwrap() {
        let name = panel["name"].as_str().unwrap();
        let (y, p) = (bools(&panel["y"]), numbers(&panel["p"]));
        let expect =
            |what: &str, found: f64| close(&format!("{name}: {what}"), found, number(&panel[what]), 1e-10);
        expect("brier", brier(&y, &p).unwrap());
        expect("scaled_brier", scaled_brier(&y, &p).unwrap());
        expect("log_loss", log_loss(&y, &p).unwrap());
        let found = calibration(&y, &p, 0.95).unwrap();
        expect("observed_over_expected", found.observed_over_expected.estimate);
        for (what, estimate) in [("in_the_large", found.in_the_large), ("slope", found.slope)] {
            let expected = numbers(&panel[what]);
            close(what, estimate.estimate, expected[0], 1e-8);
            close(what, estimate.standard_error, expected[1], 1e-8);
        }
        let bins = calibration_error(&y, &p, 10).unwrap();
        expect("ece", bins.expected);
        expect("squared_debiased", bins.squared_debiased);
        for (knots, key) in [(3, "curve_3"), (5, "curve_5")] {
            let curve = CalibrationCurve::fit(&y, &p, knots).unwrap();
            let expected = numbers(&panel[key]);
            for (found, expected) in [curve.ici, curve.e50, curve.e90, curve.e_max].iter().zip(expected) {
                close(key, *found, expected, 1e-7);
            }
            let at = curve.at(0.3);
            let interval = curve.interval(0.3, 0.95).unwrap();
            assert!(interval.contains(at) && interval.low > 0.0 && interval.high < 1.0);
        }
        let split = corp(&y, &p).unwrap();
        close("brier", split.brier, number(&panel["brier"]), 1e-12);
        close("after isotonic", split.brier - split.miscalibration, number(&panel["isotonic_brier"]), 1e-9);
        for (found, expected) in split.recalibrated.iter().zip(numbers(&panel["isotonic"])) {
            assert!((found - expected).abs() < 1e-9);
        }
    }
}

#[test]
fn refuses_in_words() {
    let y = [true, false, true, false];
    let certain = calibration(&y, &[0.5, 1.0, 0.3, 0.2], 0.95).unwrap_err();
    assert!(certain.to_string().contains("row 1") && certain.to_string().contains("no logit"), "{certain}");
    assert!(matches!(calibration(&y, &[0.4; 4], 0.95), Err(Error::ConstantColumn { .. })));
    assert!(log_loss(&y, &[0.0, 0.1, 0.2, 0.3]).unwrap_err().to_string().contains("row 0"));
    assert!(brier(&y, &[0.0, 0.1, 0.2, 1.3]).unwrap_err().to_string().contains("row 3 is 1.3"));
    assert!(scaled_brier(&[true; 4], &[0.5; 4]).is_err());
    assert!(matches!(calibration_error(&y, &[0.5; 4], 10), Err(Error::Empty { needed: 20, .. })));
    assert!(RestrictedCubicSpline::at_quantiles(&[1.0; 9], 3).is_err());
}

#[test]
fn a_curve_through_two_values_is_a_line() {
    // The median of two values half and half lies between them, and would be a third knot.
    let y = [true, false, false, false, true, true, true, false];
    let p = [[0.1; 4], [0.9; 4]].concat();
    for n_knots in [3, 4, 5] {
        let curve = CalibrationCurve::fit(&y, &p, n_knots).unwrap();
        close("at the lower", curve.at(0.1), 0.25, 1e-9);
        close("at the upper", curve.at(0.9), 0.75, 1e-9);
    }
}

/// Isotonic regression by its definition: the greatest over starts of the least over ends of the means between.
fn max_min(values: &[f64]) -> Vec<f64> {
    let mean = |from: usize, to: usize| values[from..=to].iter().sum::<f64>() / (to - from + 1) as f64;
    (0..values.len())
        .map(|at| {
            let least =
                |from: usize| (at..values.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
            (0..=at).map(least).fold(f64::NEG_INFINITY, f64::max)
        })
        .collect()
}

#[test]
fn what_is_no_number_has_no_place_in_an_order() {
    for (values, weights) in [
        ([1.0, f64::NAN], [1.0, 1.0]),
        ([f64::INFINITY, 1.0], [1.0, 1.0]),
        ([1.0, 2.0], [f64::NAN, 1.0]),
        ([1.0, 2.0], [1.0, 0.0]),
    ] {
        assert!(pool_adjacent_violators(&values, &weights).is_err(), "{values:?} weighted {weights:?}");
    }
}

proptest! {
    #[test]
    fn pooling_is_isotonic_regression(values in prop::collection::vec(-3i32..4, 1..40)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let found = pool_adjacent_violators(&values, &vec![1.0; values.len()]).unwrap();
        for (found, expected) in found.iter().zip(max_min(&values)) {
            prop_assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn corp_splits_the_score(rows in prop::collection::vec((any::<bool>(), 0u32..=20), 1..80)) {
        let y: Vec<bool> = rows.iter().map(|row| row.0).collect();
        let p: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 20.0).collect();
        let split = corp(&y, &p).unwrap();
        let sum = split.miscalibration - split.discrimination + split.uncertainty;
        prop_assert!((sum - split.brier).abs() < 1e-12);
        prop_assert!(split.miscalibration > -1e-12 && split.discrimination > -1e-12);
        // Calibration error, too, is blind to row order.
        if y.len() >= 20 {
            let error = calibration_error(&y, &p, 10).unwrap();
            let back: (Vec<bool>, Vec<f64>) = rows.iter().rev().map(|row| (row.0, f64::from(row.1) / 20.0)).unzip();
            let reversed = calibration_error(&back.0, &back.1, 10).unwrap();
            prop_assert!((error.expected - reversed.expected).abs() < 1e-12);
        }
    }
}

#[test]
fn clusters_widen_what_depends() {
    let file = golden("calibration");
    let panel = &file["panels"][0];
    let (y, p) = (bools(&panel["y"]), numbers(&panel["p"]));
    let plain = calibration(&y, &p, 0.95).unwrap();
    // Rows of their own: the same estimates, errors close to those of the model, which holds for the slope alone.
    let single = calibration_by_cluster(&y, &p, &Clusters::singletons(y.len()), 0.95).unwrap();
    assert_eq!(single.slope.estimate, plain.slope.estimate);
    close("slope's error", single.slope.standard_error, plain.slope.standard_error, 0.1);
    close("O/E", single.observed_over_expected.estimate, plain.observed_over_expected.estimate, 1e-14);
    assert!(single.observed_over_expected.standard_error <= plain.observed_over_expected.standard_error);
    // Every row three times in one cluster: as if it were there once.
    let (mut y3, mut p3, mut of) = (Vec::new(), Vec::new(), Vec::new());
    for (row, (&outcome, &probability)) in y.iter().zip(&p).enumerate() {
        for _ in 0..3 {
            y3.push(outcome);
            p3.push(probability);
            of.push(row);
        }
    }
    let tripled = calibration_by_cluster(&y3, &p3, &Clusters::from_labels(&of), 0.95).unwrap();
    close("slope", tripled.slope.standard_error, single.slope.standard_error, 1e-7);
    let (found, expected) = (tripled.observed_over_expected, single.observed_over_expected);
    close("O/E", found.standard_error, expected.standard_error, 1e-10);
    assert!(matches!(
        calibration_by_cluster(&y, &p, &Clusters::from_labels(&vec![1; y.len()]), 0.95),
        Err(Error::TooFewClusters { .. })
    ));
}
