use dearly_stats::Interval;
use dearly_stats::distribution::normal_two_sided;
use dearly_stats::evalue::{e_value, risk_ratio_of_odds_ratio};
use dearly_stats::multiplicity::*;
use proptest::prelude::*;

use crate::golden::{close, golden, numbers};

#[test]
fn equals_statsmodels() {
    for set in golden("multiplicity")["sets"].as_array().unwrap() {
        let p = numbers(&set["p"]);
        for (found, expected) in holm(&p).unwrap().iter().zip(numbers(&set["holm"])) {
            close("Holm", *found, expected, 1e-14);
        }
        for (found, expected) in benjamini_hochberg(&p).unwrap().iter().zip(numbers(&set["bh"])) {
            close("Benjamini–Hochberg", *found, expected, 1e-14);
        }
    }
    assert!(holm(&[0.1, 1.1]).unwrap_err().to_string().contains("row 1"));
    assert!(holm(&[f64::NAN]).is_err());
    assert!(holm(&[]).unwrap().is_empty());
}

#[test]
fn degrees_that_are_none_are_refused() {
    let candidate = |degrees: f64| Candidate {
        estimate: 3.0,
        standard_error: 1.0,
        degrees: Some(degrees),
        p_value: 0.01,
    };
    for degrees in [0.0, -1.0, f64::NAN] {
        let error = select_with_intervals(&[candidate(9.0), candidate(degrees)], 0.1).unwrap_err();
        assert!(error.to_string().contains("the degrees of freedom in row 1"), "{error}");
    }
}

#[test]
fn selected_intervals_are_wider() {
    let candidate = |estimate: f64| Candidate {
        estimate,
        standard_error: 1.0,
        degrees: None,
        p_value: normal_two_sided(estimate),
    };
    let found =
        select_with_intervals(&[candidate(4.0), candidate(0.3), candidate(-3.0), candidate(1.0)], 0.1)
            .unwrap();
    assert!(found[1].is_none() && found[3].is_none());
    // Two of four at q 0.1: level 0.95.
    let first = found[0].unwrap();
    close("level", first.level, 0.95, 1e-14);
    close("low", first.low, 4.0 - 1.959_963_984_540_054, 1e-12);
    assert_eq!(found[2].unwrap().level, first.level);
    assert!(select_with_intervals(&[candidate(0.1)], 0.1).unwrap()[0].is_none());
    assert!(select_with_intervals(&[candidate(0.1)], 10.0).is_err());
    assert!(false_coverage_level(0, 4, 0.1).is_err());
}

#[test]
fn e_values() {
    let interval = |low: f64, high: f64| Interval { low, high, level: 0.95 };
    let published = e_value(3.9, interval(1.8, 8.7)).unwrap();
    close("estimate", published.estimate, 7.26, 1e-3);
    close("bound", published.bound, 3.0, 1e-12);
    // A protective ratio is that of its inverse; an interval with no effect in it has 1.
    let inverse = e_value(1.0 / 3.9, interval(1.0 / 8.7, 1.0 / 1.8)).unwrap();
    close("inverse", inverse.bound, published.bound, 1e-12);
    assert_eq!(e_value(0.8, interval(0.6, 1.1)).unwrap().bound, 1.0);
    assert_eq!(risk_ratio_of_odds_ratio(4.0, false).unwrap(), 2.0);
    assert!(e_value(-1.0, interval(0.5, 2.0)).is_err() && e_value(3.0, interval(0.5, 2.0)).is_err());
}

proptest! {
    #[test]
    fn adjusted_are_ordered_as_the_raw_ones_and_not_smaller(p in prop::collection::vec(0.0f64..=1.0, 1..40)) {
        let (strict, mild) = (holm(&p).unwrap(), benjamini_hochberg(&p).unwrap());
        for i in 0..p.len() {
            prop_assert!(strict[i] >= mild[i] - 1e-15 && mild[i] >= p[i] - 1e-15 && strict[i] <= 1.0);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || mild[i] <= mild[j] && strict[i] <= strict[j]);
            }
        }
    }
}
