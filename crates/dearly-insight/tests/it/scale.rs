//! Units: whatever they are, the answer is the same, or the refusal says which column is out of reach.

use dearly_insight::effect::{EffectRequest, effect};
use dearly_insight::fit::{FitFamily, FitReport, FitRequest, fit};
use dearly_insight::{Column, Table};

use crate::random::Random;

const ROWS: usize = 150;

/// Columns of noise: `x`, `u` far from 0, `t` of 0 and 1, `cluster`, an outcome `g` that goes with all, and a `count`. One
/// column in another unit.
fn table(name: &str, unit: &dyn Fn(f64) -> f64) -> Table {
    let mut random = Random(17);
    let rows: Vec<[f64; 6]> = (0..ROWS)
        .map(|row| {
            let (x, u) = (random.normal(), 100.0 * random.uniform());
            let t = f64::from(random.uniform() < 0.5);
            let g = 3.0 + x + 0.02 * u + 0.5 * t + random.normal();
            [x, u, t, (row / 3) as f64, g, (3.0 * random.uniform()).floor()]
        })
        .collect();
    let names = ["x", "u", "t", "cluster", "g", "count"];
    let column = |at: usize| {
        let own = rows.iter().map(move |row| row[at]);
        let changed: Vec<f64> = if names[at] == name { own.map(unit).collect() } else { own.collect() };
        (names[at].to_owned(), Column::numbers(changed))
    };
    Table::new((0..6).map(column).collect()).unwrap()
}

fn gaussian(table: &Table) -> dearly_insight::Result<FitReport> {
    let clusters = vec!["cluster".to_owned()];
    fit(table, &FitRequest { family: FitFamily::Gaussian, clusters, ..FitRequest::new("g ~ x + u") })
}

fn request() -> EffectRequest {
    EffectRequest {
        treatment: "t".to_owned(),
        outcome: "g".to_owned(),
        confounders: vec!["x".to_owned(), "u".to_owned()],
        cluster: None,
        level: 0.95,
        seed: 1,
        signed_off: Vec::new(),
    }
}

#[track_caller]
fn is_near(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9 * expected.abs(), "{value} is not {expected}");
}

#[test]
fn the_unit_of_an_outcome_scales_what_goes_with_it() {
    let (plain, of_effect) =
        (gaussian(&table("g", &|g| g)).unwrap(), effect(&table("g", &|g| g), &request()).unwrap());
    for unit in [1e-90, 1e-20, 1e-9, 1e9, 1e11, 1e12, 1e20, 1e90] {
        let table = table("g", &|g| g * unit);
        let report = gaussian(&table).unwrap_or_else(|error| panic!("{unit:e}: {error}"));
        for (own, plain) in report.terms.iter().zip(&plain.terms) {
            is_near(own.estimate, plain.estimate * unit);
            is_near(own.standard_error, plain.standard_error * unit);
            is_near(own.p_value, plain.p_value);
        }
        let report = effect(&table, &request()).unwrap_or_else(|error| panic!("{unit:e}: {error}"));
        let (own, plain) = (report.ate.unwrap(), of_effect.ate.as_ref().unwrap());
        is_near(own.estimate, plain.estimate * unit);
        is_near(own.standard_error, plain.standard_error * unit);
    }
}

#[test]
fn an_outcome_far_from_0_keeps_what_its_digits_say() {
    let plain = gaussian(&table("g", &|g| g)).unwrap();
    for away in [1e6, 1e12] {
        let report = gaussian(&table("g", &|g| g + away)).unwrap_or_else(|error| panic!("{away:e}: {error}"));
        for (own, plain) in report.terms.iter().zip(&plain.terms).skip(1) {
            assert!((own.estimate - plain.estimate).abs() < 1e-2 * plain.standard_error, "{own:?}");
            assert!((own.standard_error / plain.standard_error - 1.0).abs() < 1e-2, "{own:?}");
        }
    }
}

#[test]
fn an_outcome_out_of_reach_is_refused_by_its_name() {
    for unit in [1e-300, 1e-200, 1e-150, 1e150, 1e200, 1e300] {
        let table = table("g", &|g| g * unit);
        for error in
            [gaussian(&table).unwrap_err().to_string(), effect(&table, &request()).unwrap_err().to_string()]
        {
            assert!(error.starts_with("g goes as far as"), "{unit:e}: {error}");
            assert!(error.ends_with("give it in other units"), "{error}");
        }
    }
}

#[test]
fn a_confounder_out_of_reach_is_refused_for_its_scale() {
    for (unit, expected) in [
        (&(|x| x * 1e-200) as &dyn Fn(f64) -> f64, "x goes as far as"),
        (&|x| x * 1e200, "x goes as far as"),
        (&|x| x + 1e8, "x lies around 1"),
    ] {
        let error = effect(&table("x", unit), &request()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Rows whose offset is hundreds above that of others outweigh them by more than numbers have digits.
#[test]
fn an_offset_that_goes_too_far_is_named() {
    for (family, formula) in [
        (FitFamily::Poisson, "count ~ x + offset(u)"),
        (FitFamily::Poisson, "count ~ offset(u)"),
        (FitFamily::Binomial, "t ~ x + offset(u)"),
        (FitFamily::Cloglog, "t ~ x + offset(u)"),
        (FitFamily::Fractional, "t ~ x + offset(u)"),
    ] {
        let request = FitRequest { family, ..FitRequest::new(formula) };
        assert!(fit(&table("u", &|u| u / 100.0), &request).is_ok());
        let error = fit(&table("u", &|u| 100.0 * u), &request).unwrap_err().to_string();
        assert!(error.starts_with("the offset goes from "), "{error}");
    }
}
