use dearly_stats::{Design, Family, Glm};

#[test]
fn quick() {
    let n = 400;
    let x: Vec<f64> = (0..n).map(|i| ((i * 37 % 101) as f64) / 50.0 - 1.0).collect();
    let y: Vec<f64> =
        (0..n).map(|i| f64::from(x[i] + ((i * 7919 % 211) as f64) / 105.0 - 1.0 > 0.3)).collect();
    let d = Design::with_intercept(n, vec![("x".into(), x.clone())]).unwrap();
    for family in [
        Family::Logit,
        Family::ComplementaryLogLog,
        Family::Gaussian,
        Family::FractionalLogit,
        Family::Poisson,
    ] {
        let f = Glm::new(family).fit(&d, &y).unwrap();
        println!(
            "{family:?} {:?} {:?} {} {} {} {}",
            f.coefficients,
            f.standard_errors(),
            f.log_likelihood,
            f.null_log_likelihood,
            f.deviance,
            f.iterations
        );
    }
    let z: Vec<f64> = y.iter().map(|y| y + 0.7).collect();
    let f = Glm::new(Family::GammaLog).fit(&d, &z).unwrap();
    println!(
        "gamma {:?} {:?} {} {} {} {}",
        f.coefficients,
        f.standard_errors(),
        f.log_likelihood,
        f.null_log_likelihood,
        f.deviance,
        f.iterations
    );
}
