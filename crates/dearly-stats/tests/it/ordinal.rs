use dearly_stats::{Design, Error, Ordinal};

use crate::golden::{close, golden, number, numbers};
use crate::panel::{Panel, uniform};

fn read() -> (Design, Vec<usize>, Vec<f64>) {
    let panel = Panel::read();
    let levels = panel.column("level").into_iter().map(|level| level as usize).collect();
    (panel.design.columns_of(&[1, 2, 3]), levels, panel.column("weight"))
}

#[test]
fn equals_clm_and_polr() {
    let ((design, levels, weights), expected) = (read(), golden("ordinal"));
    let fitted = Ordinal::default().fit(&design, &levels).unwrap();
    let found: Vec<f64> = fitted.thresholds.iter().chain(&fitted.coefficients).copied().collect();
    let errors = [fitted.threshold_standard_errors(), fitted.standard_errors()].concat();
    let clm = &expected["clm"];
    let stated = [numbers(&clm["thresholds"]), numbers(&clm["coefficients"])].concat();
    for (found, stated) in found.iter().zip(&stated) {
        close("clm", *found, *stated, 1e-8);
    }
    for (found, stated) in errors.iter().zip(numbers(&clm["standard_errors"])) {
        close("clm, errors", *found, stated, 1e-8);
    }
    close("ℓ", fitted.log_likelihood, number(&clm["log_likelihood"]), 1e-12);
    close("ℓ₀", fitted.null_log_likelihood, number(&clm["null_log_likelihood"]), 1e-12);
    let probabilities = fitted.predict(&design).unwrap();
    for (level, stated) in numbers(&clm["first_probabilities"]).into_iter().enumerate() {
        close("probability", probabilities[(0, level)], stated, 1e-8);
    }
    // polr stops where its optimiser does.
    let polr = &expected["polr"];
    for (found, stated) in fitted.coefficients.iter().zip(numbers(&polr["coefficients"])) {
        close("polr", *found, stated, 1e-5);
    }
    close("polr", fitted.log_likelihood, number(&polr["log_likelihood"]), 1e-12);
    let weighted = Ordinal::default().frequency_weights(&weights).fit(&design, &levels).unwrap();
    for (found, stated) in weighted.coefficients.iter().zip(numbers(&expected["weighted"]["coefficients"])) {
        close("weighted", *found, stated, 1e-8);
    }
    close("weighted", weighted.log_likelihood, number(&expected["weighted"]["log_likelihood"]), 1e-12);
}

#[test]
fn the_test_of_proportional_odds_equals_two_models_of_clm() {
    let ((design, levels, _), expected) = (read(), &golden("ordinal")["proportional_odds"]);
    let ordinal = Ordinal::default();
    let fitted = ordinal.fit(&design, &levels).unwrap();
    let test = ordinal.proportional_odds_test(&design, &levels, &fitted, &[0, 1, 2]).unwrap();
    close("all", test.statistic, number(&expected["all"]), 1e-8);
    assert_eq!(test.degrees, number(&expected["degrees"]));
    for (column, expected) in numbers(&expected["single"]).into_iter().enumerate() {
        let test = ordinal.proportional_odds_test(&design, &levels, &fitted, &[column]).unwrap();
        close("single", test.statistic, expected, 1e-8);
        assert_eq!(test.degrees, 2.0);
    }
}

/// One score that drives the lower step and another that drives the upper one: proportional odds are rejected.
#[test]
fn odds_that_are_not_proportional_are_found_out() {
    let n = 2000;
    let score = |k: u64| -> Vec<f64> { (0..n).map(|row| uniform(40 + k, row) * 4.0 - 2.0).collect() };
    let (deployment, adoption) = (score(0), score(1));
    let chance = |row: usize, k: u64, eta: f64| uniform(50 + k, row) < 1.0 / (1.0 + (-eta).exp());
    let levels: Vec<usize> = (0..n)
        .map(|row| {
            if !chance(row, 0, 1.0 + deployment[row]) {
                0
            } else {
                1 + usize::from(chance(row, 1, adoption[row] - 0.5))
            }
        })
        .collect();
    let columns = vec![("deployment".to_owned(), deployment), ("adoption".to_owned(), adoption)];
    let design = Design::new(columns).unwrap();
    let fitted = Ordinal::default().fit(&design, &levels).unwrap();
    let test = Ordinal::default().proportional_odds_test(&design, &levels, &fitted, &[0, 1]).unwrap();
    assert!(test.p_value < 1e-6, "{test:?}");
}

#[test]
fn what_is_no_order_is_refused() {
    let (design, levels, _) = read();
    let ordinal = Ordinal::default();
    let words = |error: Error, words: &str| assert!(error.to_string().contains(words), "{error}");
    words(ordinal.fit(&Panel::read().design, &levels).unwrap_err(), "leave the intercept out");
    words(ordinal.fit(&design, &[2; 180]).unwrap_err(), "all 180 outcomes are 2");
    let gap: Vec<usize> = levels.iter().map(|&level| if level == 3 { 4 } else { level }).collect();
    words(ordinal.fit(&design, &gap).unwrap_err(), "no row is at level 3");
    let two: Vec<usize> = levels.iter().map(|&level| usize::from(level > 1)).collect();
    let fitted = ordinal.fit(&design, &two).unwrap();
    words(ordinal.proportional_odds_test(&design, &two, &fitted, &[0]).unwrap_err(), "nothing to compare");
    let twice = design.columns_of(&[0, 1, 0]);
    words(ordinal.fit(&twice, &levels).unwrap_err(), "adoption is a combination");
    let told: Vec<f64> = levels.iter().map(|&level| level as f64).collect();
    let design = Design::new(vec![("told".into(), told)]).unwrap();
    words(ordinal.fit(&design, &levels).unwrap_err(), "did not converge");
}
