use dearly_stats::experiment::*;
use dearly_stats::proportion::{clopper_pearson, wilson};
use dearly_stats::{Clusters, Error};
use proptest::prelude::*;

use crate::golden::{bools, close, golden, number, numbers};

#[test]
fn proportions_equal_statsmodels() {
    let file = golden("proportion");
    for case in file["single"].as_array().unwrap() {
        let (k, n) = (case["k"].as_u64().unwrap(), case["n"].as_u64().unwrap());
        let level = number(&case["level"]);
        for (what, found) in [
            ("wilson", wilson(k, n, level).unwrap()),
            ("clopper_pearson", clopper_pearson(k, n, level).unwrap()),
        ] {
            let expected = numbers(&case[what]);
            // statsmodels leaves rounding where the bound is 0 or 1.
            assert!((found.low - expected[0]).abs() < 1e-12, "{what} {k} of {n}: {found:?}, {expected:?}");
            assert!((found.high - expected[1]).abs() < 1e-12, "{what} {k} of {n}: {found:?}, {expected:?}");
        }
    }
    for case in file["double"].as_array().unwrap() {
        let counts: Vec<u64> =
            case["counts"].as_array().unwrap().iter().map(|k| k.as_u64().unwrap()).collect();
        let found = risk_difference(counts[0], counts[1], counts[2], counts[3], 0.95).unwrap();
        let expected = numbers(&case["newcombe"]);
        assert!((found.interval.low - expected[0]).abs() < 1e-10, "{counts:?} {found:?} {expected:?}");
        assert!((found.interval.high - expected[1]).abs() < 1e-10, "{counts:?} {found:?} {expected:?}");
    }
    // Newcombe (1998), table II, (a) method 10: 56/70 against 48/80.
    let published = risk_difference(56, 70, 48, 80, 0.95).unwrap().interval;
    assert!((published.low - 0.0524).abs() < 5e-5 && (published.high - 0.3339).abs() < 5e-5, "{published:?}");
    // Twelve hits of twelve prove a coverage of 74 %, eleven of twelve one of 62 %, both rounded.
    assert!((clopper_pearson(12, 12, 0.95).unwrap().low - 0.735).abs() < 1e-3);
    assert!((clopper_pearson(11, 12, 0.95).unwrap().low - 0.615).abs() < 1e-3);
    assert!(wilson(3, 2, 0.95).is_err() && wilson(0, 0, 0.95).is_err());
}

#[test]
fn adjusted_differences_equal_statsmodels() {
    let file = golden("experiment");
    let (y, x, z) = (numbers(&file["y"]), numbers(&file["x"]), numbers(&file["z"]));
    let treated = bools(&file["treated"]);
    let found = cuped(&y, &treated, &x, 0.95).unwrap();
    let expected = numbers(&file["cuped"]);
    let interval = found.effect.interval;
    for (value, expected) in
        [found.effect.estimate, interval.low, interval.high, found.p_value, found.degrees]
            .iter()
            .zip(expected)
    {
        close("CUPED", *value, expected, 1e-9);
    }
    let plain = numbers(&file["plain"]);
    close("unadjusted", found.unadjusted, plain[0], 1e-10);
    close("unadjusted error", found.unadjusted_standard_error, plain[1], 1e-10);
    let covariates = [("score".to_owned(), x.clone()), ("log arr".to_owned(), z)];
    let found = lin(&y, &treated, &covariates, 0.95).unwrap();
    let expected = numbers(&file["lin"]);
    let effect = found.effect;
    for (value, expected) in
        [effect.estimate, effect.standard_error, effect.interval.low, effect.interval.high, found.p_value]
            .iter()
            .zip(expected)
    {
        close("Lin", *value, expected, 1e-9);
    }
    assert!(found.variance_reduction > 0.3, "{found:?}");
    // Without covariates HC2 is Welch's variance.
    let bare = lin(&y, &treated, &[], 0.95).unwrap();
    close("HC2 is Welch", bare.effect.standard_error, bare.unadjusted_standard_error, 1e-10);
}

#[test]
fn sizes_equal_r_and_the_figures_of_the_method() {
    let file = golden("experiment");
    for case in file["sizes"].as_array().unwrap() {
        let case = numbers(case);
        let n = sample_size_of_rates(case[0], case[1], Requirement::default()).unwrap();
        assert_eq!(n as f64, case[2].ceil(), "{case:?}");
        close("power", power_of_rates(case[0], case[1], 300, Requirement::default()).unwrap(), case[3], 1e-9);
    }
    for case in file["detectable"].as_array().unwrap() {
        let case = numbers(case);
        let rate = detectable_rate(case[0], case[1] as u64, Requirement::default()).unwrap().unwrap();
        close("detectable", rate, case[2], 1e-8);
    }
    let size = |control, treated| sample_size_of_rates(control, treated, Requirement::default()).unwrap();
    assert_eq!((size(0.80, 0.85), size(0.80, 0.90), size(0.88, 0.92)), (906, 199, 882));
    assert_eq!(sample_size_of_means(5.0, 15.0, 0.5, Requirement::default()).unwrap(), 71);
    let found = detectable_difference(15.0, 0.5, 71, Requirement::default()).unwrap();
    assert!(found < 5.0 && found > 4.9, "{found}");
    // Eight units learn nothing about a rate of 90 %.
    assert_eq!(detectable_rate(0.9, 8, Requirement::default()).unwrap(), None);
    // A holdout of a fifth needs fewer units itself and more in all.
    let fifth = Requirement { treated_per_control: 4.0, ..Requirement::default() };
    let holdout = sample_size_of_rates(0.80, 0.85, fifth).unwrap();
    assert!(holdout < 906 && 5 * holdout > 2 * 906, "{holdout}");
    assert!((power_of_rates(0.80, 0.85, holdout, fifth).unwrap() - 0.8).abs() < 1e-3);
    close("design effect", design_effect(21.0, 0.0, 0.05).unwrap(), 2.0, 1e-14);
    assert!(sample_size_of_rates(0.8, 0.8, Requirement::default()).is_err());
    assert!(sample_size_of_rates(0.8, 1.0, Requirement::default()).is_err());
}

#[test]
fn correlation_within_clusters_by_hand() {
    // Two clusters of two: means 1 and 5, MSB = 16, MSW = 2: (16 − 2) / (16 + 2).
    let clusters = Clusters::from_labels(&["a", "a", "b", "b"]);
    let found = intracluster_correlation(&[0.0, 2.0, 4.0, 6.0], &clusters).unwrap();
    close("ICC", found, 14.0 / 18.0, 1e-14);
    assert!(intracluster_correlation(&[1.0; 4], &clusters).is_err());
    assert!(intracluster_correlation(&[1.0, 2.0], &Clusters::singletons(2)).is_err());
}

#[test]
fn refuses_in_words() {
    let none = cuped(&[1.0, 2.0, 3.0], &[false; 3], &[1.0, 2.0, 4.0], 0.95).unwrap_err();
    assert!(none.to_string().contains("0 of 3 units are treated"), "{none}");
    let treated = [true, true, false, false];
    assert!(matches!(cuped(&[1.0; 4], &treated, &[2.0; 4], 0.95), Err(Error::ConstantColumn { .. })));
    let flat = cuped(&[2.0, 2.0, 1.0, 1.0], &treated, &[2.0, 1.0, 4.0, 3.0], 0.95).unwrap_err();
    assert!(flat.to_string().contains("same for all units of each arm"), "{flat}");
    assert!(permuted_blocks(&Clusters::singletons(4), &[1], 1).is_err());
    assert!(permuted_blocks(&Clusters::singletons(4), &[1, 0], 1).is_err());
}

proptest! {
    #[test]
    fn arms_never_drift_apart_by_more_than_a_block(
        labels in prop::collection::vec(0u8..4, 1..120), first in 1usize..4, second in 1usize..4, seed in any::<u64>()
    ) {
        let strata = Clusters::from_labels(&labels);
        let arms = permuted_blocks(&strata, &[first, second], seed).unwrap();
        for members in strata.members() {
            let block = first + second;
            let whole = members.len() / block;
            let treated: usize = members.iter().map(|&row| arms[row]).sum();
            prop_assert!(treated >= whole * second && treated <= whole * second + second);
        }
        prop_assert_eq!(permuted_blocks(&strata, &[first, second], seed).unwrap(), arms);
    }

    #[test]
    fn intervals_mirror(k in 0u64..60, more in 1u64..60, level in 0.5f64..0.999) {
        let n = k + more;
        for interval in [wilson, clopper_pearson] {
            let (found, mirror) = (interval(k, n, level).unwrap(), interval(n - k, n, level).unwrap());
            prop_assert!((found.low - (1.0 - mirror.high)).abs() < 1e-10);
            prop_assert!(found.contains(k as f64 / n as f64));
        }
    }
}

/// The draw of a seed is part of what is promised: a list drawn last year must come out the same.
#[test]
fn the_seed_gives_these_arms() {
    let strata = Clusters::from_labels(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    let arms = permuted_blocks(&strata, &[2, 1], 20_261_122).unwrap();
    let text: String = arms.iter().map(ToString::to_string).collect();
    assert_eq!(text, "0010100011");
}
