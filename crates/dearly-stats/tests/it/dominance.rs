use dearly_stats::compare::{Resampling, cluster_bootstrap};
use dearly_stats::{ClusterErrors, Clusters, Collinearity, Component, Design, Error, Family, Glm};

use crate::golden::{close, golden, number, numbers};
use crate::panel::Panel;

fn close_columns(panel: &Panel) -> Design {
    let beside =
        panel.column("adoption").iter().zip(panel.column("offset")).map(|(a, o)| a + 0.1 * o).collect();
    let columns = ["adoption", "deployment", "tenure"].map(|name| (name.to_owned(), panel.column(name)));
    let columns = columns.into_iter().chain([("beside".to_owned(), beside)]).collect();
    Design::with_intercept(180, columns).unwrap()
}

#[test]
fn collinearity_equals_statsmodels_and_singular_values() {
    let (panel, expected) = (Panel::read(), golden("dominance"));
    let check = |found: Collinearity, prefix: &str| {
        let factors = numbers(&expected[format!("{prefix}variance_inflation")]);
        for ((name, found), expected) in found.variance_inflation.iter().zip(factors) {
            close(name, *found, expected, 1e-9);
        }
        close("κ", found.condition_number, number(&expected[format!("{prefix}condition_number")]), 1e-9);
    };
    let plain = panel.design.collinearity().unwrap();
    assert!(!plain.is_serious());
    check(plain, "");
    let close_by = close_columns(&panel).collinearity().unwrap();
    assert!(close_by.is_serious());
    assert_eq!(close_by.inflated(), ["adoption", "beside"]);
    check(close_by, "close_");
    let twice = Design::with_intercept(
        180,
        vec![("a".into(), panel.column("score")), ("b".into(), panel.column("score"))],
    );
    assert_eq!(twice.unwrap().collinearity().unwrap_err(), Error::Collinear { column: "b".into() });
}

/// Neither of two columns that say the same is sure, their sum is.
#[test]
fn columns_that_cannot_be_told_apart_are_tested_together() {
    let panel = Panel::read();
    let design = close_columns(&panel);
    let fitted = Glm::new(Family::Logit).fit(&design, &panel.column("renewed")).unwrap();
    let covariance = fitted.cluster_covariance(&design, &panel.accounts, ClusterErrors::Cv3).unwrap();
    let joint = covariance.joint_effect(&fitted.coefficients, &[1, 4], 0.95).unwrap();
    let alone = covariance.p_values(&fitted.coefficients).unwrap();
    assert!(joint.p_value < 0.01 && alone[1] > 0.05 && alone[4] > 0.05, "{joint:?} {alone:?}");
    close("sum", joint.sum.estimate, fitted.coefficients[1] + fitted.coefficients[4], 1e-12);
    // The same model with the sum as a coefficient: adoption and what lies between.
    let between =
        design.column(4).iter().zip(design.column(1)).map(|(beside, adoption)| beside - adoption).collect();
    let columns = vec![
        ("adoption".to_owned(), design.column(1)),
        ("deployment".into(), design.column(2)),
        ("tenure".into(), design.column(3)),
        ("between".into(), between),
    ];
    let other = Design::with_intercept(180, columns).unwrap();
    let fitted = Glm::new(Family::Logit).fit(&other, &panel.column("renewed")).unwrap();
    let covariance = fitted.cluster_covariance(&other, &panel.accounts, ClusterErrors::Cv3).unwrap();
    close("sum", joint.sum.estimate, fitted.coefficients[1], 1e-8);
    close("error", joint.sum.standard_error, covariance.standard_errors()[1], 1e-7);
    let interval = covariance.intervals(&fitted.coefficients, 0.95).unwrap()[1];
    close("low", joint.sum.interval.low, interval.low, 1e-6);
}

#[test]
fn dominance_equals_all_subsets_fitted() {
    let (panel, expected) = (Panel::read(), golden("dominance"));
    let outcome = panel.column("renewed");
    let glm = Glm::new(Family::Logit);
    let run = |components: &[(&str, Vec<usize>)]| {
        let components: Vec<Component> = components
            .iter()
            .map(|(name, columns)| Component { name: (*name).to_owned(), columns: columns.clone() })
            .collect();
        let resampling = Resampling { replicates: 100, seed: 7, level: 0.9 };
        glm.dominance(&panel.design, &outcome, &components, &panel.accounts, resampling)
    };
    for (components, key) in [
        (vec![("adoption", vec![1]), ("deployment", vec![2]), ("tenure", vec![3])], "dominance"),
        (vec![("adoption", vec![1]), ("deployment", vec![2])], "dominance_beside_tenure"),
        (vec![("use", vec![1, 2]), ("tenure", vec![3])], "dominance_of_two"),
    ] {
        let found = run(&components).unwrap();
        for (found, expected) in found.components.iter().zip(numbers(&expected[key])) {
            close(key, found.contribution, expected, 1e-8);
            assert!(found.interval.low <= found.interval.high && found.interval.low >= 0.0);
        }
        close("R²", found.r2, number(&expected["r2"]), 1e-9);
        let (contributions, shares): (f64, f64) = found
            .components
            .iter()
            .map(|one| (one.contribution, one.share))
            .fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        close("contributions add up", contributions, found.r2 - found.baseline_r2, 1e-9);
        close("shares add up", shares, 1.0, 1e-12);
        if key == "dominance_beside_tenure" {
            close("baseline", found.baseline_r2, number(&expected["baseline_r2_of_tenure"]), 1e-9);
        }
        // The same seed, the same answer, on one thread too.
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| run(&components)).unwrap(), found);
    }
    assert!(
        run(&[("intercept", vec![0])])
            .unwrap_err()
            .to_string()
            .contains("the intercept can be in no component")
    );
    assert!(
        run(&[("a", vec![1]), ("b", vec![1])])
            .unwrap_err()
            .to_string()
            .contains("adoption is in two components")
    );
    assert!(run(&[]).unwrap_err().to_string().contains("from 1 to 10 components, not 0"));
}

/// Weights and a warm start find what a cold fit of the rows drawn does.
#[test]
fn a_bootstrap_by_weights_is_one_by_rows() {
    let panel = Panel::read();
    let outcome = panel.column("renewed");
    for family in [Family::Logit, Family::ComplementaryLogLog] {
        let glm = Glm::new(family);
        let fitted = glm.fit(&panel.design, &outcome).unwrap();
        let resampling = Resampling { replicates: 300, seed: 3, level: 0.95 };
        let run =
            || glm.bootstrap_clusters(&panel.design, &outcome, &fitted, &panel.accounts, resampling).unwrap();
        let found = run();
        assert_eq!((found.draws.rows, found.n_failed), (300, 0));
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(run), found);
        // The mean of what is drawn lies by the fit, and its spread by the errors by cluster.
        let covariance =
            fitted.cluster_covariance(&panel.design, &panel.accounts, ClusterErrors::Cr1).unwrap();
        for column in 0..4 {
            let ratio = found.standard_errors[column] / covariance.standard_errors()[column];
            assert!((0.8..1.4).contains(&ratio), "{ratio}");
            assert!(found.intervals[column].contains(fitted.coefficients[column]));
        }
        // Fitted anew from nothing, each replicate is the same.
        for column in 0..4 {
            let cold = cluster_bootstrap(&panel.accounts, resampling, |weights| {
                Ok(glm.frequency_weights(weights).fit(&panel.design, &outcome)?.coefficients[column])
            })
            .unwrap();
            close("spread", found.standard_errors[column], cold.standard_error, 1e-8);
            close("low", found.intervals[column].low, cold.interval.low, 1e-8);
            close("high", found.intervals[column].high, cold.interval.high, 1e-8);
        }
    }
    let fitted = Glm::new(Family::Logit).fit(&panel.design, &outcome).unwrap();
    let refused = |clusters: &Clusters, replicates, level| {
        let resampling = Resampling { replicates, seed: 1, level };
        Glm::new(Family::Logit)
            .bootstrap_clusters(&panel.design, &outcome, &fitted, clusters, resampling)
            .unwrap_err()
    };
    assert_eq!(refused(&Clusters::from_labels(&[0; 180]), 10, 0.95), Error::TooFewClusters { found: 1 });
    assert!(matches!(refused(&panel.accounts, 1, 0.95), Error::OutOfRange { .. }));
    assert!(matches!(refused(&panel.accounts, 10, 1.0), Error::OutOfRange { .. }));
    assert!(matches!(refused(&Clusters::singletons(9), 10, 0.95), Error::LengthMismatch { .. }));
}
