use dearly_stats::aipw::{Aipw, AipwEffect, Effect};
use dearly_stats::compare::Resampling;
use dearly_stats::evalue::e_value;
use dearly_stats::mediation::Mediation;
use dearly_stats::quadrature::gauss_hermite;
use dearly_stats::sensitivity::robustness_value;
use dearly_stats::split::Split;
use dearly_stats::standardisation::{Standardisation, Standardised};
use dearly_stats::{ClusterErrors, Clusters, Design, Error, Family, Glm};
use proptest::prelude::*;
use serde_json::Value;

use crate::golden::{close, golden, number, numbers};

struct Panel {
    columns: Value,
    clusters: Clusters,
    treatment: Vec<bool>,
    confounders: Design,
}

impl Panel {
    fn read(golden: &Value) -> Panel {
        let columns = golden["data"].clone();
        let column = |name: &str| numbers(&columns[name]);
        let accounts: Vec<u32> = column("account").into_iter().map(|value| value as u32).collect();
        let treatment: Vec<bool> = column("treatment").into_iter().map(|value| value == 1.0).collect();
        let confounders = Design::with_intercept(
            treatment.len(),
            ["health", "size"].map(|name| (name.to_owned(), column(name))).to_vec(),
        );
        Panel {
            clusters: Clusters::from_labels(&accounts),
            treatment,
            confounders: confounders.unwrap(),
            columns,
        }
    }

    fn column(&self, name: &str) -> Vec<f64> {
        numbers(&self.columns[name])
    }

    /// The folds of the reference: the account's number modulo 5.
    fn folds(&self) -> Vec<Split> {
        let accounts = self.column("account");
        let rows = |test: bool, fold: usize| {
            (0..accounts.len()).filter(|&row| (accounts[row] as usize % 5 == fold) == test).collect()
        };
        (0..5).map(|fold| Split { train: rows(false, fold), test: rows(true, fold) }).collect()
    }
}

fn check_effect(what: &str, found: &Effect, expected: &Value) {
    close(what, found.estimate, number(&expected[0]), 1e-9);
    close(what, found.standard_error, number(&expected[1]), 1e-9);
}

fn check_aipw(found: &AipwEffect, expected: &Value) {
    check_effect("ate", &found.ate, &expected["ate"]);
    check_effect("att", &found.att, &expected["att"]);
    check_effect("ato", &found.ato, &expected["ato"]);
    check_effect("treated", &found.mean_treated, &expected["mean_treated"]);
    check_effect("untreated", &found.mean_untreated, &expected["mean_untreated"]);
    close("naive", found.naive, number(&expected["naive"]), 1e-10);
    close("least", found.overlap.least_propensity, number(&expected["least"]), 1e-9);
    close("most", found.overlap.most_propensity, number(&expected["most"]), 1e-9);
    assert_eq!(found.overlap.n_trimmed as f64, number(&expected["n_trimmed"]));
    close("effective", found.overlap.effective_treated, number(&expected["effective"][0]), 1e-9);
    close("effective", found.overlap.effective_untreated, number(&expected["effective"][1]), 1e-9);
    for (balance, expected) in found.balance.iter().zip(expected["balance"].as_array().unwrap()) {
        let expected = numbers(expected);
        for (value, expected) in [balance.before, balance.after, balance.overlap].into_iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{}: {value}, expected {expected}", balance.term);
        }
    }
}

#[test]
fn aipw_equals_statsmodels_and_its_formulae() {
    let golden = golden("effects");
    let panel = Panel::read(&golden);
    let (adoption, renewed) = (panel.column("adoption"), panel.column("renewed"));
    let folds = panel.folds();
    let of = |outcome| Aipw::new(&panel.confounders, &panel.treatment, outcome, &panel.clusters);
    let whole = of(&adoption).folds(1, 0).trim(0.0).estimate().unwrap();
    let expected = &golden["statsmodels"];
    close("statsmodels", whole.ate.estimate, number(&expected["ate"]), 1e-9);
    close("statsmodels", whole.mean_treated.estimate, number(&expected["mean_treated"]), 1e-9);
    close("statsmodels", whole.mean_untreated.estimate, number(&expected["mean_untreated"]), 1e-9);
    check_aipw(&whole, &golden["aipw"]["score_whole"]);
    check_aipw(&of(&adoption).splits(&folds).estimate().unwrap(), &golden["aipw"]["score_folds"]);
    let renewal = of(&renewed).splits(&folds).trim(0.1).estimate().unwrap();
    check_aipw(&renewal, &golden["aipw"]["renewed_folds"]);
    let (ratio, expected) = (
        renewal.complement_risk_ratio().unwrap(),
        numbers(&golden["aipw"]["renewed_folds"]["complement_ratio"]),
    );
    close("ratio", ratio.estimate, expected[0], 1e-9);
    close("ratio low", ratio.interval.low, expected[1], 1e-8);
    close("ratio high", ratio.interval.high, expected[2], 1e-8);
    // Folds by the seed: the same again, whatever the threads; another for another seed.
    let by_seed = |seed| of(&renewed).folds(5, seed).estimate().unwrap().ate.estimate;
    assert_eq!(by_seed(7), by_seed(7));
    assert!(by_seed(7) != by_seed(8));
}

#[test]
fn aipw_refuses_in_words() {
    let golden = golden("effects");
    let panel = Panel::read(&golden);
    let outcome = panel.column("adoption");
    let no_one = vec![false; outcome.len()];
    let refusal = Aipw::new(&panel.confounders, &no_one, &outcome, &panel.clusters).estimate().unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "none of 600 rows were treated, so that there is no one to compare with: take rows of both kinds"
    );
    // Whoever is unhealthy was treated: no comparison is left.
    let health = panel.column("health");
    let sure: Vec<bool> = health.iter().map(|&value| value < 0.0).collect();
    let refusal = Aipw::new(&panel.confounders, &sure, &outcome, &panel.clusters).folds(1, 0).estimate();
    let words = refusal.unwrap_err().to_string();
    assert_eq!(
        words,
        "health tells with certainty who was treated on 600 rows: these have nobody to be compared with; leave the rows out, or \
         merge the levels, that were all treated or all not"
    );
    let aipw = Aipw::new(&panel.confounders, &panel.treatment, &outcome, &panel.clusters);
    assert!(matches!(aipw.trim(0.5).estimate(), Err(Error::OutOfRange { .. })));
    let mut splits = dearly_stats::split::grouped_folds(&panel.clusters, 5, 1).unwrap();
    let tested = splits[2].test[0];
    splits[2].train.push(tested);
    let leak = aipw.splits(&splits).estimate().unwrap_err().to_string();
    let words = format!("row {tested} trains in fold 3 on a cluster that is tested there");
    assert!(leak.contains(&words), "{leak}");
    assert!(matches!(aipw.folds(0, 0).estimate(), Err(Error::OutOfRange { .. })));
    let mut gap = outcome.clone();
    gap[3] = f64::NAN;
    let holed = Aipw::new(&panel.confounders, &panel.treatment, &gap, &panel.clusters).estimate();
    assert!(matches!(holed, Err(Error::NotFinite { row: 3, .. })));
}

#[test]
fn a_separated_outcome_takes_firths_method() {
    let golden = golden("effects");
    let panel = Panel::read(&golden);
    // Whoever was treated and is larger renewed: the outcome of the treated is separated.
    let size = panel.column("size");
    let mut renewed = panel.column("renewed");
    (0..size.len())
        .filter(|&row| panel.treatment[row])
        .for_each(|row| renewed[row] = f64::from(size[row] > -1.0));
    let effect =
        Aipw::new(&panel.confounders, &panel.treatment, &renewed, &panel.clusters).estimate().unwrap();
    assert_eq!(effect.n_penalized, 5);
    let treated = (0..size.len()).filter(|&row| panel.treatment[row]);
    let rate = treated.clone().map(|row| renewed[row]).sum::<f64>() / treated.count() as f64;
    assert!((effect.mean_treated.estimate - rate).abs() < 0.05);
}

fn check_standardised(found: &Standardised, expected: &Value) {
    let expected = numbers(expected);
    let found = [found.before, found.after, found.estimate, found.standard_error];
    for (found, expected) in found.into_iter().zip(expected) {
        close("standardised", found, expected, 1e-9);
    }
}

#[test]
fn standardisation_equals_the_delta_method_written_out() {
    let golden = golden("effects");
    let panel = Panel::read(&golden);
    let adoption = panel.column("adoption");
    let columns = vec![
        ("treatment".to_owned(), panel.column("treatment")),
        ("adoption".to_owned(), adoption.iter().map(|value| (value - 60.0) / 10.0).collect()),
        ("size".to_owned(), panel.column("size")),
    ];
    let design = Design::with_intercept(adoption.len(), columns).unwrap();
    let fitted = Glm::new(Family::Logit).fit(&design, &panel.column("renewed")).unwrap();
    let covariance = fitted.cluster_covariance(&design, &panel.clusters, ClusterErrors::Cr1s).unwrap();
    let standard = Standardisation::new(&fitted, &covariance);
    let treatment = standard.treatment_effect(&design, "treatment", 0.95).unwrap();
    check_standardised(&treatment, &golden["standardisation"]["treatment"]);
    let red: Vec<f64> = adoption
        .iter()
        .zip(panel.column("arr"))
        .map(|(&score, arr)| if score < 50.0 { arr } else { 0.0 })
        .collect();
    let chosen = standard.weights(&red);
    let what_if = chosen.what_if(&design, "adoption", 1.5, 0.95).unwrap();
    check_standardised(&what_if, &golden["standardisation"]["what_if"]);
    let gained: f64 = what_if.changes.iter().zip(&red).map(|(change, arr)| change * arr).sum();
    close("gain", what_if.estimate * what_if.total_weight, gained, 1e-12);

    // Draws agree with the delta method up to their own error: 2 % at 4,000 draws.
    let mut target = design.column(2);
    target.iter_mut().zip(&red).for_each(|(value, &weight)| *value = if weight > 0.0 { 1.5 } else { *value });
    let after = design.with_column(2, &target).unwrap();
    let drawn = chosen.compare_by_draws(&design, &after, 0.95, 4000, 11).unwrap();
    assert!((drawn.standard_error / what_if.standard_error - 1.0).abs() < 0.06);
    assert!((drawn.interval.low - what_if.interval.low).abs() < 0.1 * what_if.interval.width());
    assert_eq!(drawn, chosen.compare_by_draws(&design, &after, 0.95, 4000, 11).unwrap());
    let cv3 = fitted.cluster_covariance(&design, &panel.clusters, ClusterErrors::Cv3).unwrap();
    let wide = Standardisation::new(&fitted, &cv3).weights(&red).compare(&design, &after, 0.95).unwrap();
    assert!(wide.interval.width() > what_if.interval.width());

    let nothing = vec![0.0; adoption.len()];
    assert_eq!(
        standard.weights(&nothing).what_if(&design, "adoption", 1.5, 0.95).unwrap_err().to_string(),
        "no row was chosen: give at least one a weight above 0"
    );
    assert_eq!(
        standard.what_if(&design, "adoptoin", 1.5, 0.95).unwrap_err().to_string(),
        "the model has no column adoptoin: it has intercept, treatment, adoption, size"
    );
}

#[test]
fn mediation_equals_its_formula_and_no_thread_matters() {
    let golden = golden("effects");
    let panel = Panel::read(&golden);
    let (renewed, arr) = (panel.column("renewed"), panel.column("arr"));
    let mediators = ["adoption", "roi"].map(|name| (name.to_owned(), panel.column(name)));
    let mediation =
        Mediation::new(&panel.confounders, &panel.treatment, &mediators, &renewed, &panel.clusters)
            .amounts(&arr)
            .resampling(Resampling { replicates: 200, seed: 5, level: 0.95 });
    let chain = mediation.estimate().unwrap();
    let expected = &golden["mediation"];
    for at in 0..2 {
        close("link", chain.on_mediators[at].1.estimate, numbers(&expected["on_mediators"])[at], 1e-9);
        close("link", chain.on_outcome[at].1.estimate, numbers(&expected["on_outcome"])[at], 1e-9);
    }
    close("total", chain.total.estimate, number(&expected["total"]), 1e-9);
    close("indirect", chain.indirect.estimate, number(&expected["indirect"]), 1e-9);
    close("amount", chain.indirect_amount.unwrap().estimate, number(&expected["indirect_amount"]), 1e-9);
    let ratio = chain.indirect_complement_ratio;
    close("ratio", ratio.estimate, number(&expected["indirect_complement_ratio"]), 1e-9);
    assert!(ratio.interval.high < 1.0 && e_value(ratio.estimate, ratio.interval).unwrap().bound > 1.0);
    close("parts", chain.direct.estimate + chain.indirect.estimate, chain.total.estimate, 1e-12);
    assert!(chain.indirect.interval.contains(chain.indirect.estimate));
    assert!(chain.indirect.standard_error < chain.total.standard_error);
    assert_eq!((chain.indirect.n_replicates, chain.indirect.n_failed), (200, 0));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| mediation.estimate().unwrap()), chain);
    let moderated = mediation.moderated().estimate().unwrap();
    let expected = &golden["moderated"];
    for at in 0..2 {
        close(
            "moderated link",
            moderated.on_mediators[at].1.estimate,
            numbers(&expected["on_mediators"])[at],
            1e-9,
        );
    }
    close("moderated total", moderated.total.estimate, number(&expected["total"]), 1e-9);
    close("moderated indirect", moderated.indirect.estimate, number(&expected["indirect"]), 1e-9);
    let once = mediation.resampling(Resampling { replicates: 1, seed: 5, level: 0.95 });
    assert!(matches!(once.estimate(), Err(Error::OutOfRange { .. })));
}

#[test]
fn the_robustness_value_is_the_published_one() {
    // The Darfur example of Cinelli and Hazlett (2020), table 1: t = 4.18 on 783 degrees, 13.9 % and 7.6 %.
    let found = robustness_value(4.184, 783.0, 0.95).unwrap();
    assert!((found.estimate - 0.139).abs() < 5e-4 && (found.bound - 0.076).abs() < 5e-4, "{found:?}");
    // An effect that is not significant needs nothing to be voided.
    assert_eq!(robustness_value(-1.5, 783.0, 0.95).unwrap().bound, 0.0);
    assert!(robustness_value(f64::NAN, 783.0, 0.95).is_err() && robustness_value(2.0, 1.0, 0.95).is_err());
}

#[test]
fn nodes_equal_numpy() {
    let expected = &golden("effects")["quadrature"];
    let (nodes, weights) = gauss_hermite(40).unwrap();
    for (at, (node, weight)) in
        numbers(&expected["nodes"]).into_iter().zip(numbers(&expected["weights"])).enumerate()
    {
        close("node", nodes[at], node, 1e-13);
        close("weight", weights[at], weight, 1e-11);
    }
    let sum: f64 = weights.iter().sum();
    close("total weight", sum, std::f64::consts::PI.sqrt(), 1e-14);
    assert!(gauss_hermite(0).is_err());
    let (nodes, weights) = gauss_hermite(5).unwrap();
    // ∫ x⁸ exp(−x²) = 105 √π / 16.
    let eighth: f64 = nodes.iter().zip(&weights).map(|(node, weight)| weight * node.powi(8)).sum();
    close("eighth moment", eighth, 105.0 / 16.0 * std::f64::consts::PI.sqrt(), 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// What is done to the outcome is done to the effect, and the order of rows is nothing.
    #[test]
    fn effects_move_with_the_outcome(scale in 0.1..50.0f64, shift in -20.0..20.0f64) {
        let golden = golden("effects");
        let panel = Panel::read(&golden);
        let outcome = panel.column("adoption");
        let effect = Aipw::new(&panel.confounders, &panel.treatment, &outcome, &panel.clusters).folds(1, 0).estimate().unwrap();
        let moved: Vec<f64> = outcome.iter().map(|value| value * scale + shift).collect();
        let other = Aipw::new(&panel.confounders, &panel.treatment, &moved, &panel.clusters).folds(1, 0).estimate().unwrap();
        close("scaled", other.ate.estimate, scale * effect.ate.estimate, 1e-8);
        close("scaled", other.att.standard_error, scale * effect.att.standard_error, 1e-8);

        let back: Vec<usize> = (0..outcome.len()).rev().collect();
        let turned: Vec<f64> = back.iter().map(|&row| outcome[row]).collect();
        let treated: Vec<bool> = back.iter().map(|&row| panel.treatment[row]).collect();
        let confounders = panel.confounders.rows_of(&back);
        let clusters = panel.clusters.rows_of(&back);
        let order = Aipw::new(&confounders, &treated, &turned, &clusters).folds(1, 0).estimate().unwrap();
        close("order", order.ate.estimate, effect.ate.estimate, 1e-9);
        close("order", order.ato.standard_error, effect.ato.standard_error, 1e-9);
    }
}
