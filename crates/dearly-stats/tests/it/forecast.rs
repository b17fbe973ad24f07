use dearly_stats::forecast::*;
use dearly_stats::{Clusters, Design, Error, Interval, Matrix};
use proptest::prelude::*;

use crate::golden::{close, golden, number, numbers};

#[test]
fn counts_equal_scipy() {
    let file = golden("forecast");
    let case = &file["poisson_binomial"];
    let p = numbers(&case["p"]);
    let (exact, transformed) = (PoissonBinomial::exact(&p).unwrap(), PoissonBinomial::by_dft(&p).unwrap());
    for (count, expected) in numbers(&case["mass"]).into_iter().enumerate() {
        // Scipy takes the transform, too, so that its far tails have no digits.
        assert!((exact.mass()[count] - expected).abs() < 1e-14);
        assert!((transformed.mass()[count] - expected).abs() < 1e-14);
    }
    close("mean", exact.mean(), number(&case["mean"]), 1e-12);
    close("variance", exact.variance(), number(&case["variance"]), 1e-12);
    for pair in case["quantiles"].as_array().unwrap() {
        let pair = numbers(pair);
        assert_eq!(exact.quantile(pair[0]) as f64, pair[1]);
    }
    for case in file["beta_binomial"].as_array().unwrap() {
        let parameters = numbers(&case["parameters"]);
        let found = BetaBinomial::new(parameters[0], parameters[1], parameters[2] as u64).unwrap();
        for (found, expected) in found.mass().iter().zip(numbers(&case["mass"])) {
            close("beta-binomial", *found, expected, 1e-9);
        }
        close("mean", found.mean(), number(&case["mean"]), 1e-12);
        close("variance", found.variance(), number(&case["variance"]), 1e-10);
    }
}

/// Every subset looked at.
fn by_enumeration(p: &[f64]) -> Vec<f64> {
    let mut mass = vec![0.0; p.len() + 1];
    for subset in 0u32..1 << p.len() {
        let chance = |(index, p): (usize, &f64)| if subset >> index & 1 == 1 { *p } else { 1.0 - p };
        mass[subset.count_ones() as usize] += p.iter().enumerate().map(chance).product::<f64>();
    }
    mass
}

proptest! {
    #[test]
    fn counts_are_the_sum_over_subsets(p in prop::collection::vec(0.0f64..=1.0, 0..11)) {
        let expected = by_enumeration(&p);
        let (exact, transformed) = (PoissonBinomial::exact(&p).unwrap(), PoissonBinomial::by_dft(&p).unwrap());
        for (count, expected) in expected.iter().enumerate() {
            prop_assert!((exact.mass()[count] - expected).abs() <= 1e-12 * expected.max(1e-300));
            prop_assert!((transformed.mass()[count] - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn both_ways_agree_for_many(p in prop::collection::vec(0.0f64..=1.0, 200..400)) {
        let (exact, transformed) = (PoissonBinomial::exact(&p).unwrap(), PoissonBinomial::by_dft(&p).unwrap());
        let sum: f64 = exact.mass().iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-12);
        for (a, b) in exact.mass().iter().zip(transformed.mass()) {
            prop_assert!((a - b).abs() < 1e-13);
        }
        let interval = exact.interval(0.9).unwrap();
        prop_assert!(exact.cdf(interval.high as u64) >= 0.95 - 1e-12);
        prop_assert!(interval.low == 0.0 || exact.cdf(interval.low as u64 - 1) < 0.05);
    }
}

#[test]
fn equal_probabilities_are_binomial() {
    let found = PoissonBinomial::exact(&[0.9; 40]).unwrap();
    for count in 0..=40u64 {
        let expected = dearly_stats::distribution::binomial_ln_mass(count, 40, 0.9).exp();
        close("binomial", found.mass()[count as usize], expected, 1e-11);
    }
    assert!(PoissonBinomial::exact(&[0.5, 1.2]).unwrap_err().to_string().contains("row 1"));
    assert!(BetaBinomial::predictive(3, 2, 5).is_err());
    // Beta(1, 1) makes all counts equally likely.
    let uniform = BetaBinomial::new(1.0, 1.0, 9).unwrap();
    uniform.mass().iter().for_each(|mass| close("uniform", *mass, 0.1, 1e-12));
}

#[test]
fn a_new_year_equals_quadrature() {
    for case in golden("forecast")["years"].as_array().unwrap() {
        let (a, s) = (numbers(&case["a"]), numbers(&case["s"]));
        let found = YearShock::with_scale(&a, &s, number(&case["scale"])).unwrap();
        // The grid has 1,200 nodes; what is left is far below what any data can tell.
        close("tau", found.tau(), number(&case["tau"]), 1e-8);
        assert!((found.mean() - number(&case["mean"])).abs() < 1e-9);
        close("sd", found.standard_deviation(), number(&case["sd"]), 1e-8);
        for pair in case["quantiles"].as_array().unwrap() {
            let pair = numbers(pair);
            assert!((found.quantile(pair[0]).unwrap() - pair[1]).abs() < 1e-8, "{pair:?}");
        }
        assert_eq!(found.n_years, a.len());
    }
    assert!(matches!(YearShock::fit(&[], &[]), Err(Error::Empty { .. })));
    assert!(YearShock::fit(&[0.1], &[0.0]).is_err());
}

#[test]
fn scores_of_past_plans() {
    let case = &golden("forecast")["crps"];
    let draws = numbers(&case["draws"]);
    let actual = number(&case["actual"]);
    close("CRPS", continuous_ranked_probability_score(&draws, actual).unwrap(), number(&case["crps"]), 1e-10);
    close("CRPS of a point", continuous_ranked_probability_score(&[3.0], 5.0).unwrap(), 2.0, 1e-14);
    close("PIT", probability_integral_transform(&[1.0, 2.0, 3.0, 4.0], 2.0).unwrap(), 0.375, 1e-14);
    let interval = Interval { low: 0.86, high: 0.94, level: 0.9 };
    close("held", interval_score(interval, 0.9), 0.08, 1e-12);
    close("missed", interval_score(interval, 0.84), 0.08 + 20.0 * 0.02, 1e-12);
}

struct Small {
    amounts: Vec<f64>,
    design: Design,
    covariance: Matrix,
    centre: Vec<f64>,
    logits: Vec<f64>,
}

fn small() -> Small {
    let rows = 60;
    let x: Vec<f64> = (0..rows).map(|row| f64::from(row * 37 % 60) / 20.0).collect();
    let logits = x.iter().map(|x| 0.8 + 0.7 * x).collect();
    let mean = x.iter().sum::<f64>() / f64::from(rows);
    Small {
        amounts: (0..rows).map(|row| 1_000.0 + 150.0 * f64::from(row * 11 % 23)).collect(),
        design: Design::with_intercept(rows as usize, vec![("x".into(), x)]).unwrap(),
        covariance: Matrix { rows: 2, columns: 2, values: vec![0.3, -0.12, -0.12, 0.08] },
        centre: vec![1.0, mean],
        logits,
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn draws_agree_with_expectations_and_counts() {
    let Small { amounts, logits, .. } = small();
    let rows = amounts.len();
    let renewal = Predictor::known(logits.clone()).unwrap();
    let contraction = Predictor::known(vec![-1.5; rows]).unwrap();
    let expansion = Predictor::known(vec![-0.4; rows]).unwrap();
    let (lost, gained) = (Severity::Resampled(vec![0.1, 0.5]), Severity::Expected(vec![0.2; rows]));
    let halves = Clusters::from_labels(&(0..rows).map(|row| row % 2).collect::<Vec<_>>());
    let thirds = Clusters::from_labels(&(0..rows).map(|row| row % 3).collect::<Vec<_>>());
    let book = Book {
        amounts: &amounts,
        renewal: &renewal,
        year_shock: None,
        contraction: Some((&contraction, &lost)),
        expansion: Some((&expansion, &gained)),
        decided: None,
        groups: &[&halves, &thirds],
    };
    let plan = draw_plan(&book, 20_000, 5).unwrap();
    let (q, e) = (logistic(-1.5), logistic(-0.4));
    let start: f64 = amounts.iter().sum();
    let kept: f64 = amounts.iter().zip(&logits).map(|(a, l)| a * logistic(*l) * (1.0 - q * 0.3)).sum();
    let net: f64 = amounts
        .iter()
        .zip(&logits)
        .map(|(a, l)| a * logistic(*l) * (1.0 - q * 0.3 + (1.0 - q) * e * 0.2))
        .sum();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    // Monte Carlo of 20,000 draws: a mean is known to about 0.05 % of the book.
    assert!((mean(&plan.total.kept) - kept).abs() / start < 2e-3);
    assert!((mean(&plan.total.net) - net).abs() / start < 2e-3);
    close("expectation", plan.total.expected_kept[0], kept, 1e-12);
    close("all is chance", plan.total.share_of_chance(), 1.0, 1e-9);
    // The count of renewals is Poisson-binomial.
    let exact = PoissonBinomial::exact(&logits.iter().map(|l| logistic(*l)).collect::<Vec<_>>()).unwrap();
    for count in (40..60u32).step_by(4) {
        let found = plan.total.renewed.iter().filter(|&&renewed| renewed <= f64::from(count)).count();
        assert!((found as f64 / 20_000.0 - exact.cdf(u64::from(count))).abs() < 0.015);
    }
    // Parts add up to the whole in every draw and every grouping.
    for groups in &plan.groups {
        for draw in [0, 7, 19_999] {
            let sum: f64 = groups.iter().map(|group| group.kept[draw]).sum();
            close("sum of parts", sum, plan.total.kept[draw], 1e-12);
        }
        assert_eq!(groups.iter().map(|group| group.n_rows).sum::<usize>(), rows);
    }
    let gross = plan.total.gross_interval(0.9).unwrap();
    let retention = plan.total.net_interval(0.9).unwrap();
    assert!(gross.contains(kept / start) && gross.high <= 1.0 && retention.contains(net / start));
}

#[test]
fn uncertainty_widens_and_the_year_takes_the_intercepts_place() {
    let Small { amounts, design, covariance, centre, logits } = small();
    let shock = YearShock::fit(&[0.3, -0.4, 0.2], &[0.15, 0.15, 0.2]).unwrap();
    let full = Predictor::uncertain(logits.clone(), Uncertainty::of(&design, &covariance).unwrap()).unwrap();
    let slopes = Uncertainty::of_slopes(&design, &covariance, &centre).unwrap();
    let slopes = Predictor::uncertain(logits.clone(), slopes).unwrap();
    let known = Predictor::known(logits).unwrap();
    let width = |renewal: &Predictor, year_shock: Option<&YearShock>| {
        let book = Book {
            amounts: &amounts,
            renewal,
            year_shock,
            contraction: None,
            expansion: None,
            decided: None,
            groups: &[],
        };
        let plan = draw_plan(&book, 8_000, 2).unwrap();
        (plan.total.gross_interval(0.9).unwrap().width(), plan.total.share_of_chance())
    };
    let (plain, chance) = width(&known, None);
    assert!((chance - 1.0).abs() < 1e-9);
    let (centred, centred_chance) = width(&slopes, None);
    let (whole, _) = width(&full, None);
    let (with_year, year_chance) = width(&slopes, Some(&shock));
    assert!(
        plain < whole && plain < with_year && centred < with_year,
        "{plain} {whole} {centred} {with_year}"
    );
    assert!(centred_chance > year_chance, "{centred_chance} {year_chance}");
}

#[test]
fn a_plan_is_its_seed() {
    let Small { amounts, design, covariance, logits, .. } = small();
    let renewal = Predictor::uncertain(logits, Uncertainty::of(&design, &covariance).unwrap()).unwrap();
    let book = Book {
        amounts: &amounts,
        renewal: &renewal,
        year_shock: None,
        contraction: None,
        expansion: None,
        decided: None,
        groups: &[],
    };
    let run = |threads: usize, draws: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| draw_plan(&book, draws, 9).unwrap())
    };
    assert_eq!(run(1, 500), run(3, 500));
    assert_eq!(run(2, 500).total.kept[..100], run(2, 100).total.kept[..]);
}

#[test]
fn what_is_decided_is_the_same_in_every_draw() {
    let Small { amounts, logits, .. } = small();
    let renewal = Predictor::known(logits).unwrap();
    let contraction = Predictor::known(vec![-0.5; amounts.len()]).unwrap();
    let lost = Severity::Resampled(vec![0.1, 0.3, 0.7]);
    let open = Book {
        amounts: &amounts,
        renewal: &renewal,
        year_shock: None,
        contraction: Some((&contraction, &lost)),
        expansion: None,
        decided: None,
        groups: &[],
    };
    // The first has churned, the second pays half, the third a tenth more; the others are open.
    let mut came = vec![None; amounts.len()];
    came[..3].copy_from_slice(&[Some(0.0), Some(0.5 * amounts[1]), Some(1.1 * amounts[2])]);
    let parts = Clusters::from_labels(&(0..amounts.len()).map(|row| row < 3).collect::<Vec<_>>());
    let groups = [&parts];
    let plan = draw_plan(&Book { groups: &groups, ..open }, 200, 8).unwrap();
    let update = draw_plan(&Book { decided: Some(&came), groups: &groups, ..open }, 200, 8).unwrap();
    for draw in 0..200 {
        close("kept", update.groups[0][0].kept[draw], 0.5 * amounts[1] + amounts[2], 1e-12);
        close("net", update.groups[0][0].net[draw], 0.5 * amounts[1] + 1.1 * amounts[2], 1e-12);
    }
    assert_eq!(update.groups[0][0].renewed[0], 2.0);
    assert_eq!(update.groups[0][1], plan.groups[0][1]);
    came[4] = Some(-1.0);
    assert!(
        draw_plan(&Book { decided: Some(&came), ..open }, 2, 8).unwrap_err().to_string().contains("row 4")
    );
}

#[test]
fn what_is_not_known_scores_no_hit() {
    let plan = dearly_stats::Interval { low: 0.86, high: 0.94, level: 0.9 };
    assert!(interval_score(plan, f64::NAN).is_nan());
}

#[test]
fn plans_refuse_in_words() {
    let known = Predictor::known(vec![1.0, 2.0]).unwrap();
    let book = |amounts: &'static [f64]| Book {
        amounts,
        renewal: &known,
        year_shock: None,
        contraction: None,
        expansion: None,
        decided: None,
        groups: &[],
    };
    assert!(
        draw_plan(&book(&[1.0]), 10, 1)
            .unwrap_err()
            .to_string()
            .contains("the logit of renewal has 2 values")
    );
    assert!(draw_plan(&book(&[1.0, -2.0]), 10, 1).unwrap_err().to_string().contains("row 1 is -2"));
    assert!(draw_plan(&book(&[0.0, 0.0]), 10, 1).unwrap_err().to_string().contains("nothing to retain"));
    assert!(draw_plan(&book(&[1.0, 2.0]), 0, 1).is_err());
    let lost = Severity::Resampled(vec![1.5]);
    let with_loss = Book { contraction: Some((&known, &lost)), ..book(&[1.0, 2.0]) };
    assert!(draw_plan(&with_loss, 10, 1).unwrap_err().to_string().contains("1 at most"));
    assert!(Predictor::known(vec![f64::NAN]).is_err());
}
