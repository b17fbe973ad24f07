use dearly_stats::distribution::*;
use proptest::prelude::*;

use crate::golden::{close, golden, number, numbers};

/// Every function, both tails, down to tails of 1e-10, against scipy to 1e-10 relative.
#[test]
fn equals_scipy_in_both_tails() {
    let mut failures = Vec::new();
    let mut worst = 0f64;
    for case in golden("distribution")["cases"].as_array().unwrap() {
        let a = numbers(&case["arguments"]);
        let name = case["function"].as_str().unwrap();
        let found = match name {
            "normal_cdf" => normal_cdf(a[0]),
            "normal_upper" => normal_upper(a[0]),
            "normal_quantile" => normal_quantile(a[0]),
            "t_cdf" => t_cdf(a[0], a[1]),
            "t_upper" => t_upper(a[0], a[1]),
            "t_quantile" => t_quantile(a[0], a[1]),
            "chi_squared_cdf" => chi_squared_cdf(a[0], a[1]),
            "chi_squared_upper" => chi_squared_upper(a[0], a[1]),
            "chi_squared_quantile" => chi_squared_quantile(a[0], a[1]),
            "f_cdf" => f_cdf(a[0], a[1], a[2]),
            "f_upper" => f_upper(a[0], a[1], a[2]),
            "f_quantile" => f_quantile(a[0], a[1], a[2]),
            "beta_cdf" => beta_cdf(a[0], a[1], a[2]),
            "beta_upper" => beta_upper(a[0], a[1], a[2]),
            "beta_quantile" => beta_quantile(a[0], a[1], a[2]),
            "binomial_cdf" => binomial_cdf(a[0] as u64, a[1] as u64, a[2]),
            "binomial_upper" => binomial_upper(a[0] as u64, a[1] as u64, a[2]),
            "binomial_ln_mass" => binomial_ln_mass(a[0] as u64, a[1] as u64, a[2]),
            other => panic!("no function {other}"),
        };
        let expected = number(&case["value"]);
        let difference = (found - expected).abs() / expected.abs().max(1e-290);
        // The median of t is 0 in both; scipy has it to rounding only.
        let nought = expected.abs() < 1e-12 && found.abs() < 1e-12 && name == "t_quantile";
        if !nought {
            worst = worst.max(difference);
            if difference.is_nan() || difference > 1e-10 {
                failures.push(format!("{name}{a:?}: {found:e}, scipy {expected:e}, off by {difference:e}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(worst < 1e-10, "{worst:e}");
}

#[test]
fn known_by_hand() {
    close("t with one degree is Cauchy", t_quantile(0.75, 1.0), 1.0, 1e-14);
    close("χ² with two degrees is exponential", chi_squared_upper(3.0, 2.0), (-1.5f64).exp(), 1e-14);
    close("Beta(2, 1) is x²", beta_quantile(0.49, 2.0, 1.0), 0.7, 1e-14);
    close("B(2, 3) = 1/12", ln_beta(2.0, 3.0), -(12f64.ln()), 1e-13);
    assert!(
        t_quantile(1.5, 3.0).is_nan()
            && beta_cdf(0.2, -1.0, 1.0).is_nan()
            && normal_quantile(f64::NAN).is_nan()
    );
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    close("critical value", normal_critical(0.95), 1.959_963_984_540_054, 1e-14);
}

#[test]
fn far_arguments_stay_numbers() {
    assert_eq!((t_upper(1e200, 3.0), t_upper(f64::INFINITY, 3.0)), (0.0, 0.0));
    assert_eq!((t_cdf(0.0, 5.0), f_upper(f64::INFINITY, 2.0, 9.0), f_cdf(0.0, 2.0, 9.0)), (0.5, 0.0, 0.0));
    assert_eq!((normal_upper(f64::INFINITY), normal_cdf(f64::INFINITY)), (0.0, 1.0));
    close("many degrees are normal", t_quantile(0.975, 1e9), 1.959_963_984_540_054, 3e-9);
    close("very many", t_quantile(0.975, f64::INFINITY), 1.959_963_984_540_054, 1e-14);
    assert!(chi_squared_quantile(1e-10, 0.05) >= 0.0);
}

proptest! {
    /// The quantile undoes the distribution function over parameters from 0.1 to 100,000, on the smaller tail.
    #[test]
    fn quantiles_undo(a in -1.0f64..5.0, b in -1.0f64..5.0, p in -10.0f64..-0.302, upper in any::<bool>()) {
        let (a, b, tail) = (10f64.powf(a), 10f64.powf(b), 10f64.powf(p));
        let p = if upper { 1.0 - tail } else { tail };
        let kept = |lower: f64, higher: f64| if upper { higher / (1.0 - p) } else { lower / p };
        let x = beta_quantile(p, a, b);
        // Near 1 a number has no room for the digits, near 0 none at all below the smallest.
        if x > 1e-300 && x < 0.999 {
            prop_assert!((kept(beta_cdf(x, a, b), beta_upper(x, a, b)) - 1.0).abs() < 1e-8, "beta {a} {b} {p}: {x}");
        }
        let x = chi_squared_quantile(p, a);
        if x > 1e-300 {
            let kept = kept(chi_squared_cdf(x, a), chi_squared_upper(x, a));
            prop_assert!((kept - 1.0).abs() < 1e-9, "chi {a} {p}: {x} {kept}");
        }
        let x = t_quantile(p, a);
        if x.abs() < 1e150 {
            prop_assert!((kept(t_cdf(x, a), t_upper(x, a)) - 1.0).abs() < 1e-9, "t {a} {p}: {x}");
        }
        let x = f_quantile(p, a, b);
        if x > 1e-150 && x < 1e150 {
            prop_assert!((kept(f_cdf(x, a, b), f_upper(x, a, b)) - 1.0).abs() < 1e-8, "F {a} {b} {p}: {x}");
        }
    }
}

#[test]
fn nothing_known_stays_nothing_known() {
    for value in
        [chi_squared_upper(f64::NAN, 3.0), chi_squared_cdf(f64::NAN, 3.0), f_upper(f64::NAN, 2.0, 9.0)]
    {
        assert!(value.is_nan());
    }
    let (infinite, none) = (f64::INFINITY, f64::NAN);
    for value in [f_upper(2.0, 1.0, infinite), f_cdf(2.0, infinite, 1.0), chi_squared_cdf(1.0, infinite)] {
        assert!(value.is_nan(), "degrees without end have no distribution here");
    }
    for value in [
        beta_cdf(0.5, 2.0, infinite),
        beta_upper(0.5, infinite, 2.0),
        normal_critical(-0.5),
        t_critical(1.5, 9.0),
    ] {
        assert!(value.is_nan(), "outside of the domain");
    }
    for p in [1.5, -0.5, none] {
        assert!(binomial_ln_mass(3, 3, p).is_nan() && binomial_ln_mass(0, 0, p).is_nan(), "p {p}");
    }
    close("t with ∞ degrees", t_upper(1.5, f64::INFINITY), normal_upper(1.5), 1e-14);
    assert_eq!(binomial_ln_mass(4, 3, 0.5), f64::NEG_INFINITY);
}
