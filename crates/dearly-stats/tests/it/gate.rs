use dearly_stats::compare::Resampling;
use dearly_stats::gate::*;
use dearly_stats::{Clusters, Interval};

use crate::golden::{bools, close, golden, numbers};

fn interval(low: f64, high: f64) -> Interval {
    Interval { low, high, level: 0.95 }
}

/// A book that is proven, to take things away from.
fn proven() -> Evidence {
    Evidence {
        n: 1_280,
        n_churns: 144,
        parameters: 8,
        cox_snell: Some(0.12),
        look_ahead_failures: Vec::new(),
        held_out: Some(HeldOut {
            n_origins: 3,
            n_churns: 210,
            auc: interval(0.76, 0.84),
            scaled_brier: interval(0.10, 0.22),
            slope: 0.95,
            slope_interval: interval(0.78, 1.12),
            observed_over_expected: interval(0.91, 1.09),
            in_the_large: -0.03,
        }),
        past_plans: vec![
            PastPlan { interval: Interval { low: 0.86, high: 0.95, level: 0.9 }, actual: 0.91 };
            4
        ],
    }
}

#[test]
fn published_sizes() {
    // Riley et al. (2020), the example of the method's section 10; their own program rounds C1 to C3 the same way.
    let size = sample_size(0.288, 24, 0.174).unwrap();
    assert_eq!((size.shrinkage, size.optimism, size.base_rate), (623, 662, 221));
    assert_eq!(size.riley(), 662);
    assert_eq!(sample_size(0.1, 10, 0.3).unwrap().prediction_error, 461);
    let error = mean_absolute_prediction_error(461, 10, 0.3).unwrap();
    assert!(error <= 0.05 && error > 0.0499, "{error}");
    // Eight parameters at a churn of 10 %: 690 to 960 renewals, 71 to 98 churns, over the R² of ordinary books.
    let (many, few) = (sample_size(0.0719, 8, 0.1).unwrap(), sample_size(0.0985, 8, 0.1).unwrap());
    assert!(many.riley() > 950 && few.riley() < 700, "{many:?} {few:?}");
    assert!(sample_size(0.0, 8, 0.1).is_err() && sample_size(0.6, 8, 0.1).is_err());
    assert!(sample_size(0.1, 0, 0.1).is_err() && sample_size(0.1, 8, 0.0).is_err());
}

#[test]
fn explained_shares() {
    // LR 40 of 400 rows and 8 parameters: R² = 1 − exp(−0.1), shrunk by (40 − 8) / 40.
    close("adjusted", adjusted_cox_snell(40.0, 400, 8).unwrap(), 0.8 * (1.0 - (-0.1f64).exp()), 1e-14);
    // The base rate itself explains nothing; certainty would explain the maximum.
    let y = [true, false, false, false];
    assert!(held_out_cox_snell(&y, &[0.25; 4]).unwrap().abs() < 1e-12);
    let base: f64 = 0.25f64.ln() * 0.25 + 0.75f64.ln() * 0.75;
    close("maximum", held_out_cox_snell(&y, &[1.0, 0.0, 0.0, 0.0]).unwrap(), 1.0 - (2.0 * base).exp(), 1e-12);
    assert!(held_out_cox_snell(&y, &[0.1, 0.6, 0.6, 0.6]).unwrap() < 0.0);
}

#[test]
fn levels_go_up_line_by_line_and_down_again() {
    let verdict = gate(&proven()).unwrap();
    assert_eq!(verdict.level, Level::Proven, "{:#?}", verdict.lines);
    assert_eq!(verdict.failing().count(), 0);

    let failing = |change: &dyn Fn(&mut Evidence)| {
        let mut evidence = proven();
        change(&mut evidence);
        let verdict = gate(&evidence).unwrap();
        let words: Vec<String> = verdict.failing().map(|line| line.words.clone()).collect();
        (verdict.level, words.join("; "))
    };
    let held = |change: &dyn Fn(&mut HeldOut)| {
        failing(&|evidence: &mut Evidence| change(evidence.held_out.as_mut().unwrap()))
    };
    type Case<'a> = (&'a str, (Level, String), Level, &'a str);
    let cases: Vec<Case<'_>> = vec![
        (
            "a leak",
            failing(&|e| e.look_ahead_failures.push("lead decay".into())),
            Level::Descriptive,
            "lead decay",
        ),
        ("few churns", failing(&|e| e.n_churns = 29), Level::Descriptive, "29 churns of 30 needed"),
        ("no fit", failing(&|e| e.cox_snell = None), Level::Indicative, "no model was fitted"),
        ("no signal", failing(&|e| e.cox_snell = Some(-0.01)), Level::Indicative, "explains nothing"),
        ("no origins", failing(&|e| e.held_out = None), Level::Indicative, "0 rolling origins of 2 needed"),
        ("one origin", held(&|h| h.n_origins = 1), Level::Indicative, "1 rolling origin of 2 needed"),
        ("few held out", held(&|h| h.n_churns = 49), Level::Indicative, "49 held-out churns of 50 needed"),
        ("no order", held(&|h| h.auc.low = 0.6), Level::Indicative, "held-out AUC is at least 0.600"),
        (
            "no gain",
            held(&|h| h.scaled_brier.low = 0.0),
            Level::Indicative,
            "scaled Brier score is at least 0.000",
        ),
        ("slope low", held(&|h| h.slope = 0.79), Level::Indicative, "held-out slope is 0.79"),
        (
            "slope surely off",
            held(&|h| h.slope_interval = interval(1.16, 1.3)),
            Level::Indicative,
            "(1.16 to 1.30)",
        ),
        (
            "too many churns",
            held(&|h| h.observed_over_expected = interval(1.02, 1.4)),
            Level::Indicative,
            "1.02 to 1.40",
        ),
        ("99 held out", held(&|h| h.n_churns = 99), Level::Predictive, "99 held-out churns of 100 needed"),
        ("slope unsure", held(&|h| h.slope_interval = interval(0.7, 1.2)), Level::Predictive, "0.50 wide"),
        (
            "in the large",
            held(&|h| h.in_the_large = 0.2),
            Level::Predictive,
            "calibration in the large is 0.20",
        ),
        (
            "three plans",
            failing(&|e| e.past_plans.truncate(3)),
            Level::Predictive,
            "3 past plans of 4 needed",
        ),
        (
            "plans missed",
            failing(&|e| e.past_plans[..3].iter_mut().for_each(|plan| plan.actual = 0.7)),
            Level::Predictive,
            "1 of 4 past plans held",
        ),
    ];
    for (name, (level, words), expected_level, expected_words) in cases {
        assert_eq!(level, expected_level, "{name}: {words}");
        assert!(words.contains(expected_words), "{name}: {words}");
    }
}

#[test]
fn says_how_many_churns_are_missing() {
    // 410 renewals with 41 churns and 8 parameters, R² 0.097: about 700 renewals are needed, which bring 71 churns.
    let evidence =
        Evidence { n: 410, n_churns: 41, parameters: 8, cox_snell: Some(0.097), ..Evidence::default() };
    let verdict = gate(&evidence).unwrap();
    assert_eq!(verdict.level, Level::Indicative);
    let words: Vec<&str> = verdict.failing().map(|line| line.words.as_str()).collect();
    assert_eq!(words[0], "41 churns of 71 needed");
    assert!(words[1].starts_with("410 renewals of 70"), "{words:?}");
    assert_eq!(verdict.churns_needed, 71);
    // Nothing at all is level 0, without a panic.
    let nothing = gate(&Evidence::default()).unwrap();
    assert_eq!(nothing.level, Level::Descriptive);
    assert_eq!(nothing.failing().next().unwrap().words, "0 churns of 30 needed");
    assert!(gate(&Evidence { n: 3, n_churns: 4, ..Evidence::default() }).is_err());
    assert!(gate(&Evidence { cox_snell: Some(f64::NAN), ..proven() }).is_err());
    let exchanged = HeldOut { observed_over_expected: interval(1.2, 0.9), ..proven().held_out.unwrap() };
    let error = gate(&Evidence { held_out: Some(exchanged), ..proven() }).unwrap_err();
    assert!(error.to_string().contains("not above the upper bound"), "{error}");
}

#[test]
fn held_out_rows_are_measured() {
    let file = golden("calibration");
    let panel = &file["panels"][0];
    let (y, p) = (bools(&panel["y"]), numbers(&panel["p"]));
    let resampling = Resampling { replicates: 500, seed: 4, level: 0.95 };
    let single = HeldOut::measure(&y, &p, &Clusters::singletons(y.len()), 2, resampling).unwrap();
    assert_eq!(single.n_churns as usize, y.iter().filter(|&&churned| churned).count());
    close("slope", single.slope, numbers(&panel["slope"])[0], 1e-8);
    close("large", single.in_the_large, numbers(&panel["in_the_large"])[0], 1e-8);
    // The panel was made too extreme by 1.6: the gate must see it.
    let evidence = Evidence {
        n: 2_000,
        n_churns: 400,
        parameters: 4,
        cox_snell: Some(0.12),
        held_out: Some(single),
        ..Evidence::default()
    };
    let verdict = gate(&evidence).unwrap();
    assert_eq!(verdict.level, Level::Indicative);
    assert!(verdict.failing().any(|line| line.name == "held_out_slope"), "{:#?}", verdict.lines);
    let pairs = Clusters::from_labels(&(0..y.len()).map(|row| row / 2).collect::<Vec<_>>());
    let paired = HeldOut::measure(&y, &p, &pairs, 2, resampling).unwrap();
    assert!((paired.auc.low - single.auc.low).abs() < 0.02);
}
