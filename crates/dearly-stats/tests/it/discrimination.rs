use dearly_stats::Error;
use dearly_stats::discrimination::*;
use proptest::prelude::*;

use crate::golden::{bools, close, golden, number, numbers};

#[test]
fn equals_proc_and_scikit_learn() {
    for panel in golden("discrimination")["panels"].as_array().unwrap() {
        let name = panel["name"].as_str().unwrap();
        let (y, a, b) = (bools(&panel["y"]), numbers(&panel["a"]), numbers(&panel["b"]));
        for (scores, key) in [(&a, "a"), (&b, "b")] {
            let found = auc(&y, scores, 0.95).unwrap();
            close(name, found.estimate, number(&panel[format!("auc_{key}")]), 1e-12);
            close(name, found.standard_error.powi(2), number(&panel[format!("variance_{key}")]), 1e-10);
            let ap = average_precision(&y, scores).unwrap();
            close(name, ap, number(&panel[format!("average_precision_{key}")]), 1e-12);
            // The quadrature of the reference is good to six digits.
            let profit = expected_maximum_profit(&y, scores, &ChurnCampaign::default()).unwrap();
            let expected = numbers(&panel[format!("empc_{key}")]);
            close("EMPC", profit.profit, expected[0], 1e-7);
            close("share", profit.share_targeted, expected[1], 1e-4);
        }
        let dear = ChurnCampaign {
            lifetime_value: 1000.0,
            offer_cost: 200.0,
            contact_cost: 50.0,
            acceptance_a: 2.0,
            acceptance_b: 3.0,
        };
        let profit = expected_maximum_profit(&y, &a, &dear).unwrap();
        let expected = numbers(&panel["empc_a_dear"]);
        close("EMPC of a dear campaign", profit.profit, expected[0], 1e-7);
        close("share of a dear campaign", profit.share_targeted, expected[1], 1e-4);
        let test = compare_auc(&y, &a, &b, 0.95).unwrap();
        close(name, test.z, number(&panel["z"]), 1e-10);
        close(name, test.p_value, number(&panel["p"]), 1e-9);
    }
}

#[test]
fn by_hand() {
    let y = [true, false, true, false, false, false, false, false, false, false];
    let scores = [0.9, 0.1, 0.8, 0.2, 0.3, 0.3, 0.2, 0.1, 0.0, 0.5];
    // One of the two churners is in the top tenth: five times the base rate of a fifth.
    close("lift", lift(&y, &scores, 0.1).unwrap(), 5.0, 1e-12);
    // All scores tied: any share finds the base rate.
    close("lift of ties", lift(&y, &[1.0; 10], 0.3).unwrap(), 1.0, 1e-12);
    // Perfect order of two churners and eight others: two independent pairs bound the area by √0.025.
    let perfect = auc(&y, &scores, 0.95).unwrap();
    assert_eq!((perfect.estimate, perfect.interval.high), (1.0, 1.0));
    close("bound", perfect.interval.low, 0.025f64.sqrt(), 1e-12);
    // Identical scores differ by nothing.
    let same = compare_auc(&y, &scores, &scores, 0.95).unwrap();
    assert_eq!((same.difference, same.z, same.p_value), (0.0, 0.0, 1.0));
}

#[test]
fn refuses_in_words() {
    let one_class = auc(&[true, true], &[0.1, 0.2], 0.95).unwrap_err();
    assert!(one_class.to_string().contains("all 2 outcomes are 1"), "{one_class}");
    let two_rows = auc(&[true, false], &[0.1, 0.2], 0.95).unwrap_err();
    assert!(two_rows.to_string().contains("1 of 2 outcomes are true"), "{two_rows}");
    let nan = auc(&[true, false], &[0.1, f64::NAN], 0.95).unwrap_err();
    assert!(matches!(nan, Error::NotFinite { row: 1, .. }));
    assert!(matches!(auc(&[true, false], &[0.1], 0.95), Err(Error::LengthMismatch { .. })));
    assert!(matches!(auc(&[], &[], 0.95), Err(Error::Empty { .. })));
    assert!(matches!(auc(&[true, false], &[0.1, 0.2], 95.0), Err(Error::OutOfRange { .. })));
    assert!(lift(&[true, false], &[0.1, 0.2], 0.0).is_err());
    // All in order against all tied: each row gains a half, and nothing varies.
    let y = [true, true, false, false];
    let sure = compare_auc(&y, &[0.9, 0.8, 0.2, 0.1], &[0.5; 4], 0.95).unwrap_err();
    assert!(sure.to_string().contains("the areas are 1 and 0.5"), "{sure}");
}

/// The definition: every pair looked at.
fn by_pairs(y: &[bool], scores: &[f64]) -> f64 {
    let (mut won, mut pairs) = (0.0, 0.0);
    for (i, &event) in y.iter().enumerate().filter(|(_, event)| **event) {
        debug_assert!(event);
        for (j, _) in y.iter().enumerate().filter(|(_, event)| !**event) {
            pairs += 1.0;
            won += if scores[i] > scores[j] {
                1.0
            } else if scores[i] == scores[j] {
                0.5
            } else {
                0.0
            };
        }
    }
    won / pairs
}

proptest! {
    #[test]
    fn area_is_the_share_of_pairs_in_order(rows in prop::collection::vec((any::<bool>(), -5i32..5), 4..60)) {
        let y: Vec<bool> = rows.iter().map(|row| row.0).collect();
        let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
        let events = y.iter().filter(|&&event| event).count();
        prop_assume!(events >= 2 && y.len() - events >= 2);
        let found = auc(&y, &scores, 0.9).unwrap();
        prop_assert!((found.estimate - by_pairs(&y, &scores)).abs() < 1e-12);
        // Row order does not matter, a rising function of the score changes nothing, the mirror gives the complement.
        let reversed_y: Vec<bool> = y.iter().rev().copied().collect();
        let reversed: Vec<f64> = scores.iter().rev().copied().collect();
        prop_assert_eq!(auc(&reversed_y, &reversed, 0.9).unwrap(), found);
        let cubed: Vec<f64> = scores.iter().map(|score| score.powi(3) + 7.0).collect();
        prop_assert_eq!(auc(&y, &cubed, 0.9).unwrap(), found);
        let mirrored: Vec<f64> = scores.iter().map(|score| -score).collect();
        let mirror = auc(&y, &mirrored, 0.9).unwrap();
        prop_assert!((mirror.estimate + found.estimate - 1.0).abs() < 1e-12);
        prop_assert!((mirror.standard_error - found.standard_error).abs() < 1e-12);
        // The paired test against a constant is the test of the area against one half; of which nothing is known where
        // every pair is in order.
        match compare_auc(&y, &scores, &vec![0.0; y.len()], 0.9) {
            Ok(constant) => {
                prop_assert!((constant.standard_error - found.standard_error).abs() < 1e-12);
                prop_assert!((constant.difference - (found.estimate - 0.5)).abs() < 1e-12);
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::Refused(_)), "{error}");
                prop_assert_eq!(found.standard_error, 0.0);
                prop_assert!(found.estimate == 0.0 || found.estimate == 1.0);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is shuffled, and however: five errors are passed once in two million.
    #[test]
    fn a_permuted_outcome_gives_one_half(
        outcome in Just((0..400).map(|row| row % 5 == 0).collect::<Vec<bool>>()).prop_shuffle(),
        scores in prop::collection::vec(-50..50i32, 400),
    ) {
        let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
        let found = auc(&outcome, &scores, 0.95).unwrap();
        prop_assert!((found.estimate - 0.5).abs() < 5.0 * found.standard_error, "{found:?}");
    }
}
