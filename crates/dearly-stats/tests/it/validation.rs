use dearly_stats::compare::{Metric, Resampling, cluster_bootstrap, compare, measure};
use dearly_stats::discrimination::{auc, compare_auc};
use dearly_stats::optimism::{heuristic_shrinkage, optimism};
use dearly_stats::scoring::{brier, log_loss, scaled_brier};
use dearly_stats::split::{RowTimes, grouped_folds, rolling_origin};
use dearly_stats::{Clusters, Design, Error, Family, Glm};
use proptest::prelude::*;

use crate::golden::{bools, close, golden, numbers};

fn panel(name: &str) -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let file = golden("discrimination");
    let panel = file["panels"].as_array().unwrap().iter().find(|panel| panel["name"] == name).unwrap();
    (bools(&panel["y"]), numbers(&panel["a"]), numbers(&panel["b"]))
}

#[test]
fn trains_on_what_was_on_record_and_tests_on_what_was_due() {
    // Rows: a year ago, decided early, due in the period, not yet decided, on record only after the first as-of moment.
    let times = RowTimes {
        as_of: &[-100, 40, 30, 50, 0],
        due_at: &[-10, 120, 110, 130, 90],
        outcome_recorded_at: &[Some(-5), Some(99), Some(115), None, Some(35)],
    };
    let splits = rolling_origin(times, &[100, 200]).unwrap();
    assert_eq!(splits[0].split.test, [2]);
    assert_eq!(splits[0].decided_early, [1]);
    // Row 4 was on record on day 35, but the test row is predicted as of day 30.
    assert_eq!(splits[0].split.train, [0]);
    assert_eq!(splits[0].purged, [1, 4]);
    assert!(rolling_origin(times, &[200, 100]).is_err());
    assert!(rolling_origin(times, &[100]).is_err());
}

proptest! {
    #[test]
    fn no_outcome_recorded_after_a_start_trains(
        rows in prop::collection::vec((0i64..1000, 0i64..200, 0i64..60, any::<bool>()), 1..80)
    ) {
        let as_of: Vec<i64> = rows.iter().map(|row| row.0 - row.1).collect();
        let due_at: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let recorded: Vec<Option<i64>> = rows.iter().map(|row| row.3.then_some(row.0 + row.2 - 10)).collect();
        let times = RowTimes { as_of: &as_of, due_at: &due_at, outcome_recorded_at: &recorded };
        for fold in rolling_origin(times, &[200, 400, 600, 800]).unwrap() {
            for &train in &fold.split.train {
                prop_assert!(recorded[train].unwrap() <= fold.start);
                prop_assert!(!fold.split.test.contains(&train));
                for &test in &fold.split.test {
                    prop_assert!(recorded[train].unwrap() <= as_of[test]);
                }
            }
        }
    }

    #[test]
    fn folds_keep_clusters_whole(labels in prop::collection::vec(0u8..30, 10..200), seed in any::<u64>()) {
        let clusters = Clusters::from_labels(&labels);
        prop_assume!(clusters.count() >= 5);
        let folds = grouped_folds(&clusters, 5, seed).unwrap();
        let mut tested = vec![0; labels.len()];
        for fold in &folds {
            prop_assert!(!fold.test.is_empty());
            prop_assert_eq!(fold.test.len() + fold.train.len(), labels.len());
            for &row in &fold.test {
                tested[row] += 1;
                prop_assert!(fold.train.iter().all(|&other| labels[other] != labels[row]));
            }
        }
        prop_assert!(tested.iter().all(|&times| times == 1));
        prop_assert_eq!(folds, grouped_folds(&clusters, 5, seed).unwrap());
    }

    #[test]
    fn weights_are_doubled_rows(rows in prop::collection::vec((any::<bool>(), 1u32..20, 0u8..4), 6..40)) {
        let y: Vec<bool> = rows.iter().map(|row| row.0).collect();
        let p: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 20.0).collect();
        let repeat = |_: ()| rows.iter().flat_map(|row| std::iter::repeat_n(row, row.2 as usize));
        let long_y: Vec<bool> = repeat(()).map(|row| row.0).collect();
        let long_p: Vec<f64> = repeat(()).map(|row| f64::from(row.1) / 20.0).collect();
        prop_assume!(y.iter().any(|&event| event) && y.iter().any(|&event| !event));
        prop_assume!(long_y.iter().any(|&event| event) && long_y.iter().any(|&event| !event));
        // The statistic of the bootstrap is what the plain functions give on the rows drawn: here one draw, by hand.
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
        let events = long_y.iter().filter(|&&event| event).count();
        prop_assume!(events >= 2 && long_y.len() - events >= 2);
        for (metric, expected) in [
            (Metric::Auc, auc(&long_y, &long_p, 0.9).unwrap().estimate),
            (Metric::Brier, brier(&long_y, &long_p).unwrap()),
            (Metric::ScaledBrier, scaled_brier(&long_y, &long_p).unwrap()),
            (Metric::LogLoss, log_loss(&long_y, &long_p).unwrap()),
        ] {
            let found = metric.weighted(&y, &p, &weights).unwrap();
            prop_assert!((found - expected).abs() < 1e-12, "{:?}: {} and {}", metric, found, expected);
        }
    }
}

#[test]
fn bootstrap_of_single_rows_agrees_with_delong() {
    let (y, a, b) = panel("fine");
    let rows = Clusters::singletons(y.len());
    let resampling = Resampling { replicates: 4_000, seed: 7, level: 0.95 };
    let found = measure(Metric::Auc, &y, &a, &rows, resampling).unwrap();
    let delong = auc(&y, &a, 0.95).unwrap();
    close("area", found.estimate, delong.estimate, 1e-12);
    // Both are estimates of one number; four thousand replicates give it to a few percent.
    close("standard error", found.standard_error, delong.standard_error, 0.06);
    let difference = compare(Metric::Auc, &y, &a, &b, &rows, resampling).unwrap();
    let paired = compare_auc(&y, &a, &b, 0.95).unwrap();
    close("difference", difference.estimate, paired.difference, 1e-9);
    close("its standard error", difference.standard_error, paired.standard_error, 0.06);
}

#[test]
fn a_bootstrap_is_the_same_for_any_number_of_threads() {
    let (y, a, _) = panel("ties");
    let clusters = Clusters::from_labels(&(0..y.len()).map(|row| row / 3).collect::<Vec<_>>());
    let p: Vec<f64> = a.iter().map(|a| 1.0 / (1.0 + (-a - 1.7f64).exp())).collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let resampling = Resampling { replicates: 300, seed: 11, level: 0.9 };
        pool.install(|| measure(Metric::CalibrationSlope, &y, &p, &clusters, resampling).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn bootstrap_refusals() {
    let one = Clusters::from_labels(&[1, 1, 1]);
    let statistic = |_: &[f64]| Ok(1.0);
    assert!(matches!(
        cluster_bootstrap(&one, Resampling::default(), statistic),
        Err(Error::TooFewClusters { found: 1 })
    ));
    let zero = Metric::Brier.weighted(&[true, false], &[0.3, 0.1], &[0.0, 0.0]).unwrap_err();
    assert!(zero.to_string().contains("every weight is 0"), "{zero}");
    assert!(Metric::Brier.weighted(&[true, false], &[0.3, 0.1], &[1.0, -1.0]).is_err());
    let nothing =
        Metric::ObservedOverExpected.weighted(&[true, false], &[0.0, 0.1], &[1.0, 0.0]).unwrap_err();
    assert!(nothing.to_string().contains("nothing was expected"), "{nothing}");
    let none = Resampling { replicates: 0, ..Resampling::default() };
    let fit = |_: &[f64]| Ok(vec![0.3, 0.1, 0.2]);
    let error =
        optimism(Metric::Brier, &[true, false, false], &Clusters::singletons(3), none, fit).unwrap_err();
    assert!(error.to_string().contains("the number of replicates is 0"), "{error}");
    // One event among three rows is not drawn in 8 of 27 replicates.
    let rows = Clusters::singletons(3);
    let error = measure(Metric::Auc, &[true, false, false], &[0.3, 0.1, 0.2], &rows, Resampling::default());
    assert!(error.unwrap_err().to_string().contains("gave no value"));
}

#[test]
fn optimism_of_noise_is_found_out() {
    // Twelve columns of noise on 150 rows: apparent area well above one half, corrected near it.
    let n = 150;
    let hash = |row: usize, column: usize| {
        let mixed = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ (column as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let columns = (0..12).map(|c| (format!("x{c}"), (0..n).map(|row| hash(row, c)).collect())).collect();
    let design = Design::with_intercept(n, columns).unwrap();
    let y: Vec<bool> = (0..n).map(|row| hash(row, 99) < 0.4).collect();
    let outcome: Vec<f64> = y.iter().map(|&event| f64::from(u8::from(event))).collect();
    let fit = |weights: &[f64]| {
        let fitted = Glm::new(Family::Logit).frequency_weights(weights).fit(&design, &outcome)?;
        Ok(fitted.linear_predictor.iter().map(|eta| 1.0 / (1.0 + (-eta).exp())).collect())
    };
    let resampling = Resampling { replicates: 200, seed: 3, level: 0.95 };
    let found = optimism(Metric::Auc, &y, &Clusters::singletons(n), resampling, fit).unwrap();
    assert!(found.apparent > 0.6 && found.optimism > 0.06, "{found:?}");
    assert!((found.corrected - 0.5).abs() < 0.09, "{found:?}");
    let slope = optimism(Metric::CalibrationSlope, &y, &Clusters::singletons(n), resampling, fit).unwrap();
    assert!((slope.apparent - 1.0).abs() < 1e-6 && slope.corrected < 0.6, "{slope:?}");
    close("shrinkage", heuristic_shrinkage(40.0, 8).unwrap(), 0.8, 1e-14);
    assert!(heuristic_shrinkage(0.0, 8).is_err());
}
