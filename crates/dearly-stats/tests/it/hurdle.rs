use dearly_stats::hurdle::{Occurrence, Severity, fit_hurdle};
use dearly_stats::{Design, Error, Family, Glm};

use crate::golden::close;

/// Ratios of renewals by a formula: health drives all parts.
fn drawn(n: usize) -> (Design, Vec<f64>, Vec<f64>) {
    let mut state = 20_261_122u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 + 0.5) / (1u64 << 31) as f64
    };
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    let (mut health, mut ratios, mut amounts) = (vec![], vec![], vec![]);
    for _ in 0..n {
        let h = uniform() + uniform() + uniform() - 1.5;
        health.push(h);
        amounts.push((8.0 + 3.0 * uniform()).exp());
        let (churn, down, up) = (uniform(), uniform(), uniform());
        ratios.push(if churn > expit(2.2 + h) {
            0.0
        } else if down < expit(-2.0 - h) {
            1.0 - (0.05 + 0.5 * uniform())
        } else if up < expit(-0.5 + h) {
            1.0 + 0.3 * (0.5 * h).exp() * -uniform().ln()
        } else {
            1.0
        });
    }
    (Design::with_intercept(n, vec![("health".to_owned(), health)]).unwrap(), ratios, amounts)
}

#[test]
fn the_parts_agree_with_the_book_and_with_a_fractional_logit() {
    let (design, ratios, amounts) = drawn(4000);
    let fitted = fit_hurdle(&design, &ratios).unwrap();
    assert_eq!(fitted.counts.iter().sum::<usize>(), 4000);
    let rows = fitted.expect(&design).unwrap();
    let n = rows.len() as f64;
    // With an intercept every logit reproduces its mean; the product does so to a fraction of a point.
    let seen_gross = ratios.iter().map(|ratio| ratio.min(1.0)).sum::<f64>() / n;
    let seen_net = ratios.iter().sum::<f64>() / n;
    assert!((rows.iter().map(|row| row.gross).sum::<f64>() / n - seen_gross).abs() < 0.002);
    assert!((rows.iter().map(|row| row.net).sum::<f64>() / n - seen_net).abs() < 0.005);
    let capped: Vec<f64> = ratios.iter().map(|ratio| ratio.min(1.0)).collect();
    let whole = Glm::new(Family::FractionalLogit).fit(&design, &capped).unwrap();
    let direct = whole.predict(&design, None).unwrap();
    let total: f64 = amounts.iter().sum();
    let gross = direct.iter().zip(&amounts).map(|(share, amount)| share * amount).sum::<f64>() / total;
    let book = fitted.expect_book(&design, &amounts).unwrap();
    assert!((book.gross - gross).abs() < 0.005, "{} and {gross}", book.gross);
    assert!(book.gross < book.logo && book.net > book.gross);
    for row in &rows {
        assert!(row.gross <= row.renewal && row.net >= row.gross);
    }
    let Occurrence::Model(renew) = &fitted.renew else { panic!("a model of renewal") };
    close("renewal", renew.predict(&design, None).unwrap()[0], rows[0].renewal, 1e-15);
}

#[test]
fn few_cases_have_a_mean_and_bad_ratios_are_refused() {
    let (design, mut ratios, amounts) = drawn(300);
    // Ten downsells of a fifth, no expansion.
    for (row, ratio) in ratios.iter_mut().enumerate() {
        *ratio = if row % 10 == 0 {
            0.0
        } else if row % 30 == 7 {
            0.8
        } else {
            1.002
        };
    }
    let fitted = fit_hurdle(&design, &ratios).unwrap();
    assert_eq!(fitted.counts, [30, 10, 260, 0]);
    assert!(matches!(fitted.lost, Severity::Mean(lost) if (lost - 0.2).abs() < 1e-12));
    assert!(matches!(fitted.expand, Occurrence::Share(0.0)));
    let book = fitted.expect_book(&design, &amounts).unwrap();
    assert_eq!(book.gross, book.net);
    ratios[4] = -0.1;
    assert!(matches!(fit_hurdle(&design, &ratios), Err(Error::OutOfRange { .. })));
    assert!(fitted.expect_book(&design, &vec![0.0; 300]).is_err());
}
