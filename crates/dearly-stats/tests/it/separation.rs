use dearly_stats::{Design, Error, Family, Glm, SeparationKind};

use crate::golden::golden;
use crate::panel::uniform;

/// The books that `tests/golden/separation.py` draws.
fn book(seed: u64) -> (Design, Vec<f64>) {
    let n = 14 + (seed % 27) as usize;
    let mut columns = vec![Vec::new(); 4];
    let mut outcome = Vec::new();
    for row in 0..n {
        let u: Vec<f64> = (0..6).map(|k| uniform(seed, 8 * row + k)).collect();
        let number = ((u[3] * 8.0 - 4.0) * 100.0).round() / 100.0;
        let x = [f64::from(u[0] < 0.5), f64::from(u[1] < 0.2), (u[2] * 4.0).floor(), number];
        let eta = 2.0 * x[0] + 1.5 * (x[2] - 1.5) + 0.7 * x[3] - 0.5;
        outcome.push(f64::from(u[4] < 1.0 / (1.0 + (-eta).exp())));
        columns.iter_mut().zip(x).for_each(|(column, value)| column.push(value));
    }
    let names = ["half", "few", "steps", "number"];
    let named = names.iter().zip(columns).map(|(name, values)| ((*name).to_owned(), values)).collect();
    (Design::with_intercept(n, named).unwrap(), outcome)
}

#[test]
fn agrees_with_the_linear_program_in_kind_and_in_rows_told() {
    let cases = golden("separation")["cases"].as_array().unwrap().clone();
    assert!(cases.len() > 300);
    for case in cases {
        let (seed, kind, told) =
            (case[0].as_u64().unwrap(), case[1].as_str().unwrap(), case[2].as_u64().unwrap());
        let (design, outcome) = book(seed);
        let glm = Glm::new(Family::Logit);
        let found = glm.separation(&design, &outcome).unwrap();
        assert_eq!((found.kind.as_str(), found.n_separated as u64), (kind, told), "book {seed}: {found:?}");
        // A fit notices by itself, and one that is not separated arrives.
        for family in [Family::Logit, Family::ComplementaryLogLog] {
            match Glm::new(family).fit(&design, &outcome) {
                Ok(_) => assert_eq!(kind, "none", "book {seed}"),
                Err(Error::Separated { terms }) => assert_eq!(terms, found.terms, "book {seed}"),
                Err(other) => panic!("book {seed}, {kind}: {other}"),
            }
        }
        let firth = glm.fit_firth(&design, &outcome).unwrap();
        assert!(firth.fitted.coefficients.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn names_who_separates() {
    let n = 60;
    let noise: Vec<f64> = (0..n).map(|row| uniform(11, row)).collect();
    let other: Vec<f64> = (0..n).map(|row| uniform(12, row) * 1e6).collect();
    let y: Vec<f64> = (0..n).map(|row| f64::from(row % 3 == 0)).collect();
    let told = |name: &str, values: Vec<f64>| {
        let columns = vec![
            ("noise".to_owned(), noise.clone()),
            (name.to_owned(), values),
            ("arr".into(), other.clone()),
        ];
        let design = Design::with_intercept(n, columns).unwrap();
        Glm::new(Family::Logit).separation(&design, &y).unwrap()
    };
    // One column that says it all, in whatever units.
    let found = told("leak", y.iter().zip(&noise).map(|(y, noise)| (y + 0.5 * noise) * 1e-7).collect());
    assert_eq!((found.kind, found.n_separated), (SeparationKind::Complete, n));
    assert_eq!(found.terms, ["leak"]);
    // A dummy that is 1 for two renewals only.
    let found = told("rare", (0..n).map(|row| f64::from(row == 0 || row == 33)).collect());
    assert_eq!((found.kind, found.n_separated), (SeparationKind::QuasiComplete, 2));
    assert_eq!(found.terms, ["rare"]);
    let found = told("fair", (0..n).map(|row| f64::from(row < 20)).collect());
    assert_eq!((found.kind, found.terms.len()), (SeparationKind::None, 0));
}

/// Shares between 0 and 1 hold on to every column they vary with; counts above 0 do too.
#[test]
fn shares_and_counts_separate_by_their_ends_only() {
    let dummy = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let design = Design::with_intercept(7, vec![("dummy".into(), dummy)]).unwrap();
    let fractional = Glm::new(Family::FractionalLogit);
    let found = fractional.fit(&design, &[0.2, 0.9, 1.0, 0.4, 1.0, 1.0, 1.0]).unwrap_err();
    assert_eq!(found, Error::Separated { terms: vec!["dummy".into()] });
    assert!(fractional.fit(&design, &[0.2, 0.9, 1.0, 0.4, 1.0, 0.99, 1.0]).is_ok());
    let poisson = Glm::new(Family::Poisson);
    let found = poisson.fit(&design, &[2.0, 0.0, 1.0, 3.0, 0.0, 0.0, 0.0]).unwrap_err();
    assert_eq!(found, Error::Separated { terms: vec!["dummy".into()] });
    assert!(poisson.fit(&design, &[2.0, 0.0, 1.0, 3.0, 0.0, 1.0, 0.0]).is_ok());
}

/// Large, with fifty columns: the answer is there in the time of a few fits.
#[test]
fn a_large_book_is_answered_too() {
    let (n, p) = (20_000, 40);
    let mut columns: Vec<(String, Vec<f64>)> = (0..p)
        .map(|k| (format!("x{k}"), (0..n).map(|row| uniform(20 + k as u64, row) - 0.5).collect()))
        .collect();
    let eta: Vec<f64> =
        (0..n).map(|row| columns.iter().take(5).map(|(_, values)| values[row]).sum()).collect();
    let y: Vec<f64> =
        (0..n).map(|row| f64::from(uniform(99, row) < 1.0 / (1.0 + (-2.0 * eta[row]).exp()))).collect();
    let plain = Design::with_intercept(n, columns.clone()).unwrap();
    assert_eq!(Glm::new(Family::Logit).separation(&plain, &y).unwrap().kind, SeparationKind::None);
    let first = y.iter().position(|&y| y == 1.0).unwrap();
    columns.push(("once".into(), (0..n).map(|row| f64::from(row == first)).collect()));
    let design = Design::with_intercept(n, columns).unwrap();
    let error = Glm::new(Family::Logit).fit(&design, &y).unwrap_err();
    assert_eq!(error, Error::Separated { terms: vec!["once".into()] });
}
