use dearly_stats::distribution::*;

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
