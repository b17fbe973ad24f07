use dearly_stats::{Design, Error, Family, FittedGlm, Glm, likelihood_ratio_test};
use proptest::prelude::*;
use serde_json::Value;

use crate::golden::{close, golden, number, numbers};
use crate::panel::{FAMILIES, Panel, uniform};

#[track_caller]
fn all_close(what: &str, found: &[f64], expected: &Value, tolerance: f64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        close(what, *found, expected, tolerance);
    }
}

#[track_caller]
fn equals_r(what: &str, fitted: &FittedGlm, expected: &Value) {
    // R stops on the deviance, statsmodels on the coefficients: the last digits of R's are its own.
    all_close(what, &fitted.coefficients, &expected["coefficients"], 1e-8);
    all_close(what, &fitted.standard_errors(), &expected["standard_errors"], 1e-8);
    close(what, fitted.deviance, number(&expected["deviance"]), 1e-10);
    close(what, fitted.null_deviance, number(&expected["null_deviance"]), 1e-10);
    close(what, fitted.dispersion, number(&expected["dispersion"]), 1e-8);
    if fitted.family.has_likelihood() {
        close(what, fitted.log_likelihood, number(&expected["log_likelihood"]), 1e-10);
    }
}

#[test]
fn equals_r_in_every_family_with_offset_and_with_weights() {
    let (panel, expected) = (Panel::read(), golden("regression_r"));
    let (offset, weights) = (panel.column("offset"), panel.column("weight"));
    for (name, family, outcome) in FAMILIES {
        let (outcome, expected) = (panel.column(outcome), &expected["families"][name]);
        let glm = Glm::new(family);
        let plain = glm.fit(&panel.design, &outcome).unwrap();
        equals_r(name, &plain, &expected["plain"]);
        equals_r(name, &glm.offset(&offset).fit(&panel.design, &outcome).unwrap(), &expected["offset"]);
        equals_r(
            name,
            &glm.frequency_weights(&weights).fit(&panel.design, &outcome).unwrap(),
            &expected["weighted"],
        );
        // A start elsewhere ends at the same place.
        let warm = glm.start(&[0.3, 0.1, -0.1, 0.05]).fit(&panel.design, &outcome).unwrap();
        equals_r(name, &warm, &expected["plain"]);
    }
}

#[test]
fn equals_statsmodels() {
    let (panel, expected) = (Panel::read(), golden("regression_python"));
    for (name, family, outcome) in FAMILIES.into_iter().filter(|(_, family, _)| family.has_likelihood()) {
        let expected = &expected["families"][name];
        let fitted = Glm::new(family).fit(&panel.design, &panel.column(outcome)).unwrap();
        all_close(name, &fitted.coefficients, &expected["coefficients"], 1e-9);
        all_close(name, &fitted.standard_errors(), &expected["standard_errors"], 1e-9);
    }
    let expected = &expected["families"]["logit"];
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &panel.column("renewed")).unwrap();
    close("ll", fitted.log_likelihood, number(&expected["log_likelihood"]), 1e-12);
    // Its empty model is fitted by another method, to ten digits.
    close("null ll", fitted.null_log_likelihood, number(&expected["null_log_likelihood"]), 1e-9);
    close("McFadden", fitted.mcfadden_r2(), number(&expected["mcfadden_r2"]), 1e-8);
    let test = fitted.likelihood_ratio_test().unwrap();
    close("LR", test.statistic, number(&expected["likelihood_ratio"][0]), 1e-8);
    close("p", test.p_value, number(&expected["likelihood_ratio"][1]), 1e-7);
    assert_eq!((fitted.n, fitted.n_events), (180.0, 96.0));
}

#[test]
fn a_likelihood_ratio_equals_r() {
    let (panel, expected) = (Panel::read(), golden("regression_r"));
    let outcome = panel.column("renewed");
    let full = Glm::new(Family::Logit).fit(&panel.design, &outcome).unwrap();
    let reduced = Glm::new(Family::Logit).fit(&panel.design.columns_of(&[0, 1, 3]), &outcome).unwrap();
    let test = likelihood_ratio_test(&full, &reduced).unwrap();
    close("LR", test.statistic, number(&expected["likelihood_ratio"]["statistic"]), 1e-9);
    close("p", test.p_value, number(&expected["likelihood_ratio"]["p_value"]), 1e-9);
    assert_eq!(test.degrees, 1.0);
    assert!(matches!(likelihood_ratio_test(&reduced, &full), Err(Error::Refused(_))));
}

/// Tolerance 1e-6: the reference is a search on deviances, which are flat near the bound to half the digits.
#[test]
fn profile_intervals_equal_a_direct_search_in_r() {
    let (panel, expected) = (Panel::read(), golden("regression_r"));
    for (name, family, outcome) in FAMILIES {
        let outcome = panel.column(outcome);
        let glm = Glm::new(family);
        let fitted = glm.fit(&panel.design, &outcome).unwrap();
        for column in 0..4 {
            let found = glm.profile_interval(&panel.design, &outcome, &fitted, column, 0.95);
            if family.has_dispersion() {
                assert!(matches!(found, Err(Error::Refused(_))));
                continue;
            }
            let (found, expected) = (found.unwrap(), numbers(&expected["profile"][name][column]));
            close(name, found.low, expected[0], 1e-6);
            close(name, found.high, expected[1], 1e-6);
        }
    }
}

#[test]
fn what_cannot_be_fitted_is_refused_in_words() {
    let x: Vec<f64> = (0..20).map(|row| uniform(1, row)).collect();
    let y: Vec<f64> = (0..20).map(|row| f64::from(uniform(2, row) < 0.5)).collect();
    let one = |values: &[f64]| Design::with_intercept(values.len(), vec![("x".to_owned(), values.to_vec())]);
    let check = |error: Error, words: &str| assert!(error.to_string().contains(words), "{error}");
    let logit = Glm::new(Family::Logit);
    let design = one(&x).unwrap();
    check(logit.fit(&design, &[1.0; 20]).unwrap_err(), "all 20 outcomes are 1");
    check(one(&[2.0; 20]).unwrap_err(), "x has the same value in every row");
    for short in [vec![], vec![2.0], vec![1.0, 2.0]] {
        let found = short.len();
        let error = Design::with_intercept(3, vec![("x".to_owned(), short)]).unwrap_err();
        check(error, &format!("x has {found} value"));
    }
    let mut holed = x.clone();
    holed[7] = f64::NAN;
    check(one(&holed).unwrap_err(), "x in row 7 is NaN");
    let mut outcome = y.clone();
    outcome[3] = f64::INFINITY;
    check(logit.fit(&design, &outcome).unwrap_err(), "the outcome in row 3 is inf");
    outcome[3] = 2.0;
    check(logit.fit(&design, &outcome).unwrap_err(), "the outcome of row 3 is 2, expected 0 or 1");
    check(logit.fit(&design, &y[..19]).unwrap_err(), "the outcome has 19 values, expected 20");
    let twice = Design::with_intercept(
        20,
        vec![("x".to_owned(), x.clone()), ("again".to_owned(), x.iter().map(|x| 3.0 * x - 1.0).collect())],
    );
    check(logit.fit(&twice.unwrap(), &y).unwrap_err(), "again is a combination of the columns before it");
    check(logit.fit(&one(&x[..2]).unwrap(), &[0.0, 1.0]).unwrap_err(), "2 rows cannot carry 2 parameters");
    check(logit.frequency_weights(&[0.0; 20]).fit(&design, &y).unwrap_err(), "every weight is 0");
    check(logit.frequency_weights(&[-1.0; 20]).fit(&design, &y).unwrap_err(), "the weight of row 0 is -1");
    check(Glm::new(Family::GammaLog).fit(&design, &y).unwrap_err(), "expected a number above 0");
    check(
        Glm::new(Family::FractionalLogit).fit(&design, &outcome).unwrap_err(),
        "expected a share from 0 to 1",
    );
    check(logit.offset(&[f64::NAN; 20]).fit(&design, &y).unwrap_err(), "the offset in row 0 is NaN");
    let fitted = logit.fit(&design, &y).unwrap();
    let other = Design::with_intercept(20, vec![("z".to_owned(), x.clone())]).unwrap();
    check(fitted.predict(&other, None).unwrap_err(), "the model was fitted on intercept, x");
}

#[test]
fn a_cold_start_with_a_large_offset_and_large_units_arrives() {
    let n = 300;
    let x: Vec<f64> = (0..n).map(|row| uniform(3, row) * 4e6).collect();
    let y: Vec<f64> =
        (0..n).map(|row| f64::from(uniform(4, row) < 1.0 / (1.0 + (1.0 - x[row] / 2e6).exp()))).collect();
    let design = Design::with_intercept(n, vec![("arr".to_owned(), x.clone())]).unwrap();
    let small =
        Design::with_intercept(n, vec![("arr".to_owned(), x.iter().map(|x| x / 1e6).collect())]).unwrap();
    let plain = Glm::new(Family::Logit).fit(&design, &y).unwrap();
    let scaled = Glm::new(Family::Logit).fit(&small, &y).unwrap();
    close("slope", plain.coefficients[1] * 1e6, scaled.coefficients[1], 1e-9);
    // An offset along the column is given back by the coefficient, however large.
    let offset: Vec<f64> = x.iter().map(|x| 40.0 + x * 1e-5).collect();
    for family in [Family::Logit, Family::ComplementaryLogLog, Family::Poisson] {
        let plain = Glm::new(family).fit(&small, &y).unwrap();
        let moved = Glm::new(family).offset(&offset).fit(&small, &y).unwrap();
        close("slope", moved.coefficients[1] + 10.0, plain.coefficients[1], 1e-7);
        close("intercept", moved.coefficients[0] + 40.0, plain.coefficients[0], 1e-7);
        close("likelihood", moved.log_likelihood, plain.log_likelihood, 1e-10);
    }
}

/// Large data start from a thin part of their rows; weights of 1, which count each row once, keep them from it.
#[test]
fn a_thin_start_ends_where_a_cold_one_does() {
    let n = 40_000;
    let x: Vec<f64> = (0..n).map(|row| uniform(8, row) * 6.0 - 3.0).collect();
    // No row of this is in the thin part, which therefore cannot be fitted.
    let rare: Vec<f64> = (0..n).map(|row| f64::from(row % 1600 == 5)).collect();
    let chance = |row: usize| 1.0 / (1.0 + (-0.5 - x[row] - 0.4 * rare[row]).exp());
    let y: Vec<f64> = (0..n).map(|row| f64::from(uniform(9, row) < chance(row))).collect();
    let ones = vec![1.0; n];
    for columns in
        [vec![("x".to_owned(), x.clone())], vec![("x".to_owned(), x.clone()), ("rare".into(), rare.clone())]]
    {
        let design = Design::with_intercept(n, columns).unwrap();
        for family in [Family::Logit, Family::ComplementaryLogLog, Family::Poisson, Family::Gaussian] {
            let thin = Glm::new(family).fit(&design, &y).unwrap();
            let cold = Glm::new(family).frequency_weights(&ones).fit(&design, &y).unwrap();
            for (thin, cold) in thin.coefficients.iter().zip(&cold.coefficients) {
                close("coefficient", *thin, *cold, 1e-9);
            }
            for (thin, cold) in thin.standard_errors().iter().zip(cold.standard_errors()) {
                close("error", *thin, cold, 1e-9);
            }
            close("likelihood", thin.log_likelihood, cold.log_likelihood, 1e-12);
        }
        // Of a separated book no part is fitted either.
        let told: Vec<f64> = x.iter().map(|x| f64::from(*x > 0.3)).collect();
        let error = Glm::new(Family::Logit).fit(&design, &told).unwrap_err();
        assert_eq!(error, Error::Separated { terms: vec!["x".into()] });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_weights_and_units_do_as_they_must(seed in 0u64..10_000, turn in 1usize..60, scale in 0.01f64..100.0) {
        let n = 60;
        let x: Vec<Vec<f64>> = (0..2).map(|k| (0..n).map(|row| uniform(seed + k, row) * 4.0 - 2.0).collect()).collect();
        let y: Vec<f64> = (0..n).map(|row| f64::from(uniform(seed + 7, row) < 1.0 / (1.0 + (-x[0][row]).exp()))).collect();
        let design = |order: &[usize], scale: f64| {
            let column = |k: usize, scale: f64| (format!("x{k}"), order.iter().map(|&row| x[k][row] * scale).collect());
            Design::with_intercept(order.len(), vec![column(0, scale), column(1, 1.0)]).unwrap()
        };
        let all: Vec<usize> = (0..n).collect();
        for family in [Family::Logit, Family::ComplementaryLogLog, Family::Poisson, Family::Gaussian] {
            let plain = Glm::new(family).fit(&design(&all, 1.0), &y).unwrap();
            let turned: Vec<usize> = (0..n).map(|row| (row * 7 + turn) % n).collect();
            let of = |order: &[usize]| order.iter().map(|&row| y[row]).collect::<Vec<f64>>();
            let reordered = Glm::new(family).fit(&design(&turned, 1.0), &of(&turned)).unwrap();
            let doubled: Vec<usize> = all.iter().chain(all.iter().take(turn)).copied().collect();
            let rows_twice = Glm::new(family).fit(&design(&doubled, 1.0), &of(&doubled)).unwrap();
            let weights: Vec<f64> = (0..n).map(|row| if row < turn { 2.0 } else { 1.0 }).collect();
            let weighted = Glm::new(family).frequency_weights(&weights).fit(&design(&all, 1.0), &y).unwrap();
            let scaled = Glm::new(family).fit(&design(&all, scale), &y).unwrap();
            let same = |a: f64, b: f64| (a - b).abs() <= 1e-8 * (1.0 + b.abs());
            for column in 0..3 {
                prop_assert!(same(reordered.coefficients[column], plain.coefficients[column]));
                prop_assert!(same(weighted.coefficients[column], rows_twice.coefficients[column]));
                prop_assert!(same(weighted.standard_errors()[column], rows_twice.standard_errors()[column]));
            }
            prop_assert!(same(weighted.log_likelihood, rows_twice.log_likelihood));
            prop_assert!(same(scaled.coefficients[1] * scale, plain.coefficients[1]));
            prop_assert!(same(scaled.log_likelihood, plain.log_likelihood));
        }
    }

    /// Whatever the columns: heavy tails in cents, rare dummies, one nearly the sum of two others.
    #[test]
    fn a_fit_is_where_the_score_is_nothing_or_there_is_none(seed in 0u64..1_000_000, n in 30usize..300) {
        let u = |k: u64, row: usize| uniform(seed + 31 * k, row);
        let tail: Vec<f64> = (0..n).map(|row| 1e7 * (3.0 * (u(1, row) + u(2, row) + u(3, row) - 1.5)).exp()).collect();
        let rare: Vec<f64> = (0..n).map(|row| f64::from(u(4, row) < 0.05)).collect();
        let small: Vec<f64> = (0..n).map(|row| 1e-5 * (u(5, row) - 0.5)).collect();
        let near: Vec<f64> = (0..n).map(|row| small[row] * 1e5 + rare[row] + 1e-3 * u(6, row)).collect();
        let named = [("tail", &tail), ("rare", &rare), ("small", &small), ("near", &near)];
        let columns = named.iter().map(|(name, values)| ((*name).to_owned(), (*values).clone())).collect();
        let Ok(design) = Design::with_intercept(n, columns) else { return Ok(()) };
        let eta = |row: usize| 4e5 * small[row] + (tail[row] / 1e7).ln() - 1.0;
        let y: Vec<f64> = (0..n).map(|row| f64::from(u(7, row) < 1.0 / (1.0 + (-eta(row)).exp()))).collect();
        for family in [Family::Logit, Family::ComplementaryLogLog, Family::FractionalLogit, Family::Poisson] {
            let glm = Glm::new(family);
            let fitted = match glm.fit(&design, &y) {
                Ok(fitted) => fitted,
                Err(Error::OneClass { .. }) => continue,
                Err(Error::Separated { terms }) => {
                    prop_assert_eq!(glm.separation(&design, &y).unwrap().terms, terms);
                    continue;
                }
                Err(other) => panic!("{family:?}: {other}"),
            };
            prop_assert_eq!(glm.separation(&design, &y).unwrap().n_separated, 0);
            // In units of its error no coefficient could be better by anything.
            for (column, error) in fitted.standard_errors().iter().enumerate() {
                let score: f64 = (0..n).map(|row| fitted.score_residuals[row] * design.row(row)[column]).sum();
                let error = error / fitted.dispersion.sqrt();
                prop_assert!((score * error).abs() < 1e-6, "{:?} {}: {}", family, fitted.names[column], score * error);
            }
        }
    }
}
