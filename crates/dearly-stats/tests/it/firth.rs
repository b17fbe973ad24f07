use std::path::PathBuf;

use dearly_stats::{ClusterErrors, Design, Error, Family, Glm};
use serde_json::Value;

use crate::golden::{close, golden, number, numbers};
use crate::panel::Panel;

/// A folder beside the public data, which is not part of the repository.
fn published() -> Option<PathBuf> {
    let folder =
        std::env::var_os("DEARLY_TEST_DATA").map(|data| PathBuf::from(data).join("../stats-published"));
    let there = folder.filter(|folder| folder.join("sex2.csv").exists());
    if there.is_none() {
        println!(
            "skipped: set DEARLY_TEST_DATA to the folder of public data, with stats-published beside it"
        );
    }
    there
}

/// The columns of a file of numbers.
fn columns(text: &str) -> Vec<(String, Vec<f64>)> {
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',').map(|name| name.trim_matches('"').to_owned());
    let mut columns: Vec<(String, Vec<f64>)> = names.map(|name| (name, Vec::new())).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.1.push(cell.parse().unwrap());
        }
    }
    columns
}

/// The rare outcome of the panel, which one column separates.
fn rare(panel: &Panel) -> (Design, Vec<f64>) {
    let (renewed, adoption, tenure) =
        (panel.column("renewed"), panel.column("adoption"), panel.column("tenure"));
    let outcome: Vec<f64> = renewed
        .iter()
        .zip(&adoption)
        .map(|(renewed, adoption)| f64::from(*renewed == 1.0 && *adoption > 0.9))
        .collect();
    let flag =
        outcome.iter().zip(&tenure).map(|(rare, tenure)| f64::from(*rare == 1.0 && *tenure > 3.0)).collect();
    let columns = vec![
        ("deployment".into(), panel.column("deployment")),
        ("tenure".into(), tenure),
        ("flag".into(), flag),
    ];
    (Design::with_intercept(180, columns).unwrap(), outcome)
}

fn check(design: &Design, outcome: &[f64], expected: &Value, printed: Option<&Value>) {
    let glm = Glm::new(Family::Logit);
    let firth = glm.fit_firth(design, outcome).unwrap();
    let coefficients = numbers(&expected["coefficients"]);
    for (column, name) in design.names().iter().enumerate() {
        assert_eq!(name, expected["names"][column].as_str().unwrap());
        close(name, firth.fitted.coefficients[column], coefficients[column], 1e-8);
        close(
            name,
            firth.fitted.standard_errors()[column],
            numbers(&expected["standard_errors"])[column],
            1e-8,
        );
        let interval = glm.firth_profile_interval(design, outcome, &firth, column, 0.95).unwrap();
        let bounds = numbers(&expected["intervals"][column]);
        close(name, interval.low, bounds[0], 1e-6);
        close(name, interval.high, bounds[1], 1e-6);
        let test = glm.firth_likelihood_ratio_test(design, outcome, &firth, column).unwrap();
        close(name, test.statistic, numbers(&expected["chi_squared"])[column], 1e-8);
        close(name, test.p_value, numbers(&expected["p_values"])[column], 1e-8);
        // What was printed stops at five digits by its program's own rule.
        if let Some(printed) = printed {
            close(name, firth.fitted.coefficients[column], numbers(&printed["coefficients"])[column], 1e-6);
            close(name, interval.low, numbers(&printed["intervals"][column])[0], 1e-6);
            close(name, interval.high, numbers(&printed["intervals"][column])[1], 1e-6);
        }
    }
    close("ℓ*", firth.penalized_log_likelihood, number(&expected["penalized_log_likelihood"]), 1e-11);
    let test = firth.likelihood_ratio_test().unwrap();
    close("LR", test.statistic, number(&expected["likelihood_ratio"]), 1e-8);
    let flic = glm.flic(design, outcome, &firth).unwrap();
    close("FLIC", flic.coefficients[0], number(&expected["flic_intercept"]), 1e-8);
    let probabilities = flic.predict(design).unwrap();
    let (predicted, observed) = (probabilities.iter().sum::<f64>(), outcome.iter().sum::<f64>());
    close("the mean prediction is the observed share", predicted, observed, 1e-10);
}

#[test]
fn the_published_analyses_of_sex2_and_endometrial() {
    let Some(folder) = published() else { return };
    let golden = golden("firth");
    for (name, outcome) in [("sex2", "case"), ("endometrial", "HG")] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
        let (answer, rest): (Vec<_>, Vec<_>) =
            columns(&text).into_iter().partition(|(column, _)| column == outcome);
        let design = Design::with_intercept(answer[0].1.len(), rest).unwrap();
        check(&design, &answer[0].1, &golden["data"][name], Some(&golden["published"][name]));
        // NV separates the endometrial data, and dia those of sex2.
        let error = Glm::new(Family::Logit).fit(&design, &answer[0].1).unwrap_err();
        let culprit = if name == "sex2" { "dia" } else { "NV" };
        assert_eq!(error, Error::Separated { terms: vec![culprit.to_owned()] });
    }
}

#[test]
fn a_separated_panel_equals_brglm2_and_a_direct_search() {
    let (design, outcome) = rare(&Panel::read());
    check(&design, &outcome, &golden("firth")["data"]["panel"], None);
    let error = Glm::new(Family::Logit).fit(&design, &outcome).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the outcome is separated by flag: no maximum-likelihood estimate exists; use Firth's method or leave it out"
    );
}

/// Two rows of one value of one column and outcomes of both kinds: the log odds with ½ added to each cell.
#[test]
fn a_table_of_four_cells_has_half_a_row_more_in_each() {
    let x: Vec<f64> = [vec![0.0; 10], vec![1.0; 7]].concat();
    let y: Vec<f64> = [vec![1.0; 3], vec![0.0; 7], vec![1.0; 7]].concat();
    let design = Design::with_intercept(17, vec![("x".into(), x)]).unwrap();
    let firth = Glm::new(Family::Logit).fit_firth(&design, &y).unwrap();
    close("intercept", firth.fitted.coefficients[0], (3.5f64 / 7.5).ln(), 1e-10);
    close("slope", firth.fitted.coefficients[1], (7.5f64 / 0.5).ln() - (3.5f64 / 7.5).ln(), 1e-10);
    // Weights that count rows are those rows.
    let rows = Design::with_intercept(3, vec![("x".into(), vec![0.0, 0.0, 1.0])]).unwrap();
    let weights = [3.0, 7.0, 7.0];
    let weighted =
        Glm::new(Family::Logit).frequency_weights(&weights).fit_firth(&rows, &[1.0, 0.0, 1.0]).unwrap();
    close("slope", weighted.fitted.coefficients[1], firth.fitted.coefficients[1], 1e-9);
    close("error", weighted.fitted.standard_errors()[1], firth.fitted.standard_errors()[1], 1e-9);
}

#[test]
fn firth_can_be_clustered_and_refuses_other_families() {
    let panel = Panel::read();
    let (design, outcome) = rare(&panel);
    let firth = Glm::new(Family::Logit).fit_firth(&design, &outcome).unwrap();
    let covariance = firth.fitted.cluster_covariance(&design, &panel.accounts, ClusterErrors::Cr1).unwrap();
    assert!(covariance.standard_errors().iter().all(|error| error.is_finite() && *error > 0.0));
    let error = Glm::new(Family::Poisson).fit_firth(&design, &outcome).unwrap_err();
    assert!(error.to_string().contains("for the logit only"), "{error}");
    let error = Glm::new(Family::Logit).fit_firth(&design, &[0.0; 180]).unwrap_err();
    assert_eq!(error, Error::OneClass { n: 180, value: 0.0 });
}

/// ℓ*(b) of a logit with one column, from its definition.
fn penalised(x: &[f64], y: &[f64], [constant, slope]: [f64; 2]) -> f64 {
    let (mut log_likelihood, mut sums) = (0.0, [0.0; 3]);
    for (x, y) in x.iter().zip(y) {
        let eta = constant + slope * x;
        log_likelihood += y * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p();
        let small = (-eta.abs()).exp();
        let weight = small / (1.0 + small).powi(2);
        (0..3).for_each(|power| sums[power] += weight * x.powi(power as i32));
    }
    log_likelihood + 0.5 * (sums[0] * sums[2] - sums[1] * sums[1]).ln()
}

/// The highest ℓ* with this slope, by a look at every constant in question.
fn highest(x: &[f64], y: &[f64], slope: f64) -> f64 {
    let constants = (-1_000..1_000).map(|step| slope * f64::from(step) * 1e-3);
    constants.map(|constant| penalised(x, y, [constant, slope])).fold(f64::NEG_INFINITY, f64::max)
}

/// Where every row is told the penalised likelihood may have two maxima: the one that the iterations come to first need not
/// be the higher.
#[test]
fn of_two_maxima_the_higher_is_taken() {
    let x = [
        -1.7, -1.6, -1.4, -1.1, -1.0, -1.0, -0.6, -0.1, -0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.6, 0.9, 1.1,
        1.5, 1.6,
    ];
    let y: Vec<f64> = x.iter().map(|&x| f64::from(x > 0.25)).collect();
    let design = Design::with_intercept(x.len(), vec![("x".to_owned(), x.to_vec())]).unwrap();
    let glm = Glm::new(Family::Logit);
    let firth = glm.fit_firth(&design, &y).unwrap();
    let best =
        (1..1_000).map(|step| highest(&x, &y, f64::from(step) * 0.1)).fold(f64::NEG_INFINITY, f64::max);
    let found = firth.penalized_log_likelihood;
    assert!((found - best).abs() < 1e-3, "{found} is not {best}: {:?}", firth.fitted.coefficients);
    let interval = glm.firth_profile_interval(&design, &y, &firth, 1, 0.95).unwrap();
    for bound in [interval.low, interval.high] {
        let fallen = 2.0 * (found - highest(&x, &y, bound));
        assert!((fallen - 3.841_459).abs() < 1e-2, "{fallen} at {bound}");
    }
}
