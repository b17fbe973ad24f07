//! `dearly fit`: what is printed, and what is refused, on panels of which the law is known.

use std::path::Path;

use serde_json::Value;

use crate::support::{Place, Said};

/// Numbers between 0 and 1 that are the same on every run.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Chance {
        Chance(20_261_122)
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// 200 accounts with two renewals each; renewal goes with adoption and ARR, the score of `roi` is noise.
fn panel() -> String {
    let mut chance = Chance::new();
    let mut text = String::from(
        "account_id,csm_id,renewed,adoption,roi,arr,segment,constant,nothing,twice,late,months,churned,entry,share,spend,tickets,same,one\n",
    );
    for account in 0..200 {
        let arr = 1_000.0 + (1_000_000.0 * chance.next().powi(3)).round();
        for renewal in 0..2 {
            let (adoption, roi) = ((100.0 * chance.next()).round(), (100.0 * chance.next()).round());
            let eta = 0.4 + 0.04 * (adoption - 50.0) + 0.3 * (arr.ln() - 11.0);
            let renewed = u8::from(chance.next() < 1.0 / (1.0 + (-eta).exp()));
            // Written down when all was over.
            let late = if renewed == 1 { 60.0 + 40.0 * chance.next() } else { 62.0 * chance.next() };
            let months = 1 + (24.0 * chance.next() * (1.0 + adoption / 100.0)) as u32;
            let roi = if account % 40 == 7 { String::new() } else { roi.to_string() };
            let segment = ["smb", "mid market", "enterprise"][account % 3];
            text.push_str(&format!(
                "a{account},c{},{renewed},{adoption},{roi},{arr},{segment},3,NaN,{},{late:.2},{months},{},{},{:.4},{:.4},{},x,{}\n",
                account % 31,
                2.0 * adoption,
                1 - renewed,
                (f64::from(months) * 0.4 * chance.next()).floor(),
                chance.next() * adoption / 100.0,
                (adoption / 20.0 * chance.next()).exp(),
                (adoption / 20.0 * chance.next()) as u32,
                u8::from(account == 11 && renewal == 0),
            ));
        }
    }
    text
}

fn place() -> Place {
    let place = Place::new();
    place.write("panel.csv", panel());
    place
}

/// Runs `dearly fit --panel panel.csv` on a formula, with more arguments.
fn fit(place: &Place, formula: &str, more: &str) -> Said {
    place.dearly(&format!("fit --panel panel.csv --format json {more} --formula")).argument(formula).run()
}

/// Insists that it is refused with these words.
#[track_caller]
fn refused(place: &Place, formula: &str, more: &str, words: &[&str]) {
    let said =
        place.dearly(&format!("fit --panel panel.csv {more} --formula")).argument(formula).exits(1).run();
    said.warns(words);
    assert_eq!(said.stdout, "", "nothing is printed beside a refusal");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[track_caller]
fn close(value: &Value, expected: f64) {
    let value = number(value);
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{value} is not {expected}");
}

fn term<'a>(report: &'a Value, name: &str) -> &'a Value {
    let terms = report["terms"].as_array().unwrap();
    terms.iter().find(|own| own["term"] == name).unwrap_or_else(|| panic!("no term {name} in {terms:?}"))
}

const FORMULA: &str = "renewed ~ adoption + roi + log(arr) + C(segment)";

#[test]
fn the_report_has_all_that_must_stand_beside_an_estimate() {
    let report = fit(&place(), FORMULA, "--cluster account_id").json();
    for key in [
        "formula",
        "family",
        "level",
        "n",
        "n_events",
        "n_rarer",
        "n_dropped",
        "dropped",
        "clusters",
        "method",
        "method_reason",
        "terms",
        "log_likelihood",
        "likelihood_ratio",
        "wald",
        "vif",
        "condition_number",
        "separation",
        "apparent",
        "out_of_fold",
        "alarms",
        "notes",
    ] {
        assert!(report.get(key).is_some_and(|value| !value.is_null()), "{key} is missing");
    }
    assert_eq!(report["n"], 390);
    assert_eq!(report["n_dropped"], 10);
    assert_eq!(report["dropped"], serde_json::json!([{ "column": "roi", "n": 10 }]));
    assert_eq!(
        report["clusters"],
        serde_json::json!([{ "column": "account_id", "n_clusters": 195, "largest": 2 }])
    );
    let events = report["n_events"].as_u64().unwrap();
    assert_eq!(report["n_rarer"].as_u64().unwrap(), events.min(390 - events));
    assert_eq!(report["method"], "ml");
    let names: Vec<&str> =
        report["terms"].as_array().unwrap().iter().map(|own| own["term"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["intercept", "adoption", "roi", "log(arr)", "C(segment)[mid market]", "C(segment)[smb]"]
    );
    let adoption = term(&report, "adoption");
    let errors = &adoption["standard_errors"];
    for kind in ["model", "cr0", "cr1", "cr1s", "cv3"] {
        assert!(number(&errors[kind]) > 0.0, "{kind}");
    }
    assert_eq!(errors["two_way"], Value::Null);
    close(&errors["cr1"], number(&errors["cr0"]) * (195.0f64 / 194.0).sqrt());
    // The interval is the one of the error beside it: CV3 with t of 194 degrees.
    assert_eq!(adoption["standard_error"], errors["cv3"]);
    assert_eq!(adoption["interval"]["kind"], "cv3");
    let (low, high) = (number(&adoption["interval"]["low"]), number(&adoption["interval"]["high"]));
    let reach = 1.972_267_532_579_456 * number(&errors["cv3"]);
    assert!(((high - low) / 2.0 - reach).abs() < 1e-8, "{low} to {high} is not ± {reach}");
    close(&adoption["odds_ratio"], number(&adoption["estimate"]).exp());
    close(&adoption["odds_ratio_interval"]["low"], low.exp());
    // What the panel was drawn from lies inside; noise is not found to be anything.
    assert!(low < 0.04 && 0.04 < high, "{adoption}");
    assert!(number(&term(&report, "roi")["p_value"]) > 0.01);
    assert_eq!(report["separation"]["kind"], "none");
    assert!(number(&report["vif"]["adoption"]) < 1.2);
    let (apparent, honest) = (&report["apparent"]["auc"], &report["out_of_fold"]["auc"]);
    assert!(number(&honest["estimate"]) < number(&apparent["estimate"]));
    assert!(
        number(&honest["low"]) < number(&honest["estimate"])
            && number(&honest["estimate"]) < number(&honest["high"])
    );
    for key in ["in_the_large", "slope", "ece", "ici"] {
        number(&report["out_of_fold"]["calibration"][key]);
    }
    assert!(number(&report["out_of_fold"]["top_decile_lift"]) > 1.0);
    assert_eq!(report["alarms"], serde_json::json!([]));
    // Twice the same is the same; another seed draws other folds and leaves the fit alone.
    let place = place();
    let other = fit(&place, FORMULA, "--cluster account_id --seed 2").json();
    assert_eq!(other["terms"], report["terms"]);
    assert_ne!(other["out_of_fold"], report["out_of_fold"]);
    assert_eq!(fit(&place, FORMULA, "--cluster account_id").json(), report);
}

#[test]
fn two_clusters_give_two_way_errors_and_none_the_models() {
    let place = place();
    let both = fit(&place, FORMULA, "--cluster account_id --cluster csm_id --level 0.9").json();
    let adoption = term(&both, "adoption");
    // Never surer than by one of them.
    let one = term(&fit(&place, FORMULA, "--cluster csm_id").json(), "adoption").clone();
    let wider = ["two_way", "cv3"].map(|kind| number(&adoption["standard_errors"][kind]));
    let wider = wider.into_iter().fold(number(&one["standard_errors"]["cv3"]), f64::max);
    close(&adoption["standard_error"], wider);
    assert_eq!(adoption["interval"]["kind"], "two_way");
    assert_eq!(adoption["interval"]["level"], 0.9);
    assert_eq!(both["clusters"][1]["n_clusters"], 31);
    let none = fit(&place, FORMULA, "").json();
    let adoption = term(&none, "adoption");
    assert_eq!(adoption["standard_error"], adoption["standard_errors"]["model"]);
    assert_eq!(adoption["interval"]["kind"], "model");
    assert_eq!(none["clusters"], serde_json::json!([]));
}

#[test]
fn each_family_fits_and_says_its_ratio() {
    let place = place();
    for (family, formula, ratio) in [
        ("cloglog", "churned ~ adoption + log(arr)", "hazard_ratio"),
        ("fractional", "share ~ adoption + log(arr)", "odds_ratio"),
        ("gamma", "spend ~ adoption", "mean_ratio"),
        ("poisson", "tickets ~ adoption + C(segment)", "mean_ratio"),
    ] {
        let report = fit(&place, formula, &format!("--family {family} --cluster account_id")).json();
        let adoption = term(&report, "adoption");
        close(&adoption[ratio], number(&adoption["estimate"]).exp());
        assert_eq!(report["method"], "ml", "{family}");
        assert_eq!(report["out_of_fold"].is_null(), family != "cloglog", "{family}");
    }
    let report = fit(&place, "months ~ adoption*C(segment) - 1", "--family gaussian").json();
    assert_eq!(term(&report, "adoption")["odds_ratio"], Value::Null);
    assert!(number(&report["dispersion"]) > 0.0);
}

#[test]
fn cox_takes_durations_and_no_left_side() {
    let place = place();
    let times = "--family cox --duration months --event churned --entry entry --cluster account_id";
    let report = fit(&place, "adoption + C(segment)", times).json();
    assert_eq!(report["n"], 400);
    let adoption = term(&report, "adoption");
    close(&adoption["hazard_ratio"], number(&adoption["estimate"]).exp());
    assert!(number(&adoption["estimate"]) < 0.0);
    assert_eq!(adoption["interval"]["kind"], "cv3");
    assert_eq!(adoption["standard_error"], adoption["standard_errors"]["cv3"]);
    assert!(number(&adoption["standard_errors"]["cv3"]) > number(&adoption["standard_errors"]["cr0"]));
    let both = fit(&place, "adoption + C(segment)", &format!("{times} --cluster csm_id")).json();
    assert_eq!(term(&both, "adoption")["interval"]["kind"], "two_way");
    assert!(number(&report["concordance"]) > 0.5);
    assert!(number(&report["proportional_hazards"]["global"]["p_value"]) > 0.0);
    assert_eq!(report["out_of_fold"], Value::Null);
    refused(&place, "churned ~ adoption", times, &["has the outcome churned", "no left side"]);
    refused(
        &place,
        "adoption",
        "--family cox --duration months",
        &["needs the column of durations", "event"],
    );
    refused(
        &place,
        "adoption",
        "--family cox --duration monhts --event churned",
        &["there is no column monhts; did you mean months?"],
    );
    refused(
        &place,
        "adoption",
        "--family cox --duration months --event tickets",
        &["tickets is", "expected 1 where the event came"],
    );
    refused(
        &place,
        "renewed ~ adoption",
        "--duration months",
        &["for the family cox", "ask for cox or leave them out"],
    );
}

#[test]
fn few_events_or_separation_take_firths_method_and_say_so() {
    let place = place();
    // 30 rows: far fewer than ten of the rarer outcome for each of three parameters.
    let few: String = panel().lines().take(31).fold(String::new(), |text, line| text + line + "\n");
    place.write("few.csv", few);
    let few = |more: &str| {
        place
            .dearly(&format!("fit --panel few.csv --format json {more} --formula"))
            .argument("renewed ~ adoption + log(arr) + months")
    };
    let report = few("").run().json();
    assert_eq!(report["method"], "firth");
    assert!(
        report["method_reason"].as_str().unwrap().contains("fewer than ten"),
        "{}",
        report["method_reason"]
    );
    assert_eq!(term(&report, "adoption")["interval"]["kind"], "penalized_profile");
    assert!(report["flic_intercept"].is_number());
    assert_eq!(few("--method ml").run().json()["method"], "ml");

    // The first outcome of every account that is alone in its group is told by it.
    let mut told = String::from("renewed,adoption,group\n");
    let mut chance = Chance::new();
    for row in 0..300 {
        let renewed = u8::from(chance.next() < 0.5);
        let group = if renewed == 1 && row % 3 == 0 { "always" } else { "other" };
        told.push_str(&format!("{renewed},{:.1},{group}\n", 100.0 * chance.next()));
    }
    place.write("told.csv", told);
    let told = |more: &str| {
        place
            .dearly(&format!("fit --panel told.csv --format json {more} --formula"))
            .argument("renewed ~ adoption + C(group)[always]")
    };
    let report = told("").run().json();
    assert_eq!(report["method"], "firth");
    assert_eq!(report["separation"]["kind"], "quasi_complete");
    assert_eq!(report["separation"]["terms"], serde_json::json!(["C(group)[always]"]));
    assert!(number(&term(&report, "C(group)[always]")["interval"]["low"]) > 0.0);
    assert!(report["out_of_fold"]["auc"]["estimate"].is_number());
    told("--method ml").exits(1).run().warns(&[
        "C(group)[always]",
        "no maximum-likelihood estimate exists",
        "auto or firth",
    ]);
    told("--family cloglog").exits(1).run().warns(&["no maximum-likelihood estimate exists", "leave it out"]);
    told("--family cloglog --method firth").exits(1).run().warns(&["family binomial", "ml or auto"]);
}

#[test]
fn a_column_recorded_after_the_decision_is_refused_until_somebody_signs_it_off() {
    let place = place();
    refused(
        &place,
        "renewed ~ adoption + late",
        "--cluster account_id",
        &["ALARM: late alone tells the outcome", "leak", "leave it out", "--sign-off late"],
    );
    let said = fit(&place, "renewed ~ adoption + late", "--cluster account_id --sign-off late");
    said.warns(&["ALARM: late alone tells the outcome"]);
    let report = said.json();
    assert_eq!(report["alarms"][0]["kind"], "single_feature");
    assert_eq!(report["alarms"][0]["column"], "late");
    assert!(number(&report["alarms"][0]["auc"]) > 0.95);
    assert_eq!(fit(&place, "renewed ~ adoption", "").stderr, "");
    // Nor is there a way round: as an offset, under another family, or for events of Cox.
    for (formula, more) in [
        ("renewed ~ adoption + offset(late)", ""),
        ("renewed ~ adoption + late", "--family gaussian"),
        ("adoption + late", "--family cox --duration months --event renewed"),
    ] {
        refused(&place, formula, more, &["ALARM: late alone", "--sign-off late"]);
    }
    refused(&place, "renewed ~ adoption", "--sign-off nobody", &["nobody is signed off and no column"]);
}

/// A panel of `id`, `y`, `x` and `q` from what a line says of each row.
fn small(rows: usize, line: impl Fn(usize, &mut Chance) -> [String; 4]) -> Place {
    let mut chance = Chance::new();
    let mut text = String::from("id,y,x,q\n");
    for row in 0..rows {
        text.push_str(&(line(row, &mut chance).join(",") + "\n"));
    }
    let place = Place::new();
    place.write("panel.csv", text);
    place
}

/// Rows of noise: the outcome comes in three of four rows.
fn noise(chance: &mut Chance) -> (String, String) {
    (u8::from(chance.next() < 0.75).to_string(), format!("{:.3}", chance.next()))
}

#[test]
fn clusters_are_told_apart_by_every_digit_of_their_names() {
    for name in [
        |account: usize| format!("{}", 7_300_000_000_000_000_001 + account),
        |account| format!("{}{}", ["", "0"][account % 2], account / 2 + 1),
    ] {
        let place = small(600, |row, chance| {
            let (y, x) = noise(chance);
            [name(row / 4), y, x, "0".to_owned()]
        });
        let report = fit(&place, "y ~ x", "--cluster id").json();
        assert_eq!(report["clusters"][0]["n_clusters"], 150);
    }
}

#[test]
fn what_separates_has_no_error_by_cluster_and_no_wald_test() {
    // Four rows have q, and all of them happen to have the outcome: noise, of which little is known.
    let place = small(300, |row, chance| {
        let (y, x) = noise(chance);
        let is_marked = row % 75 == 10;
        [
            (row / 3).to_string(),
            if is_marked { "1".to_owned() } else { y },
            x,
            u8::from(is_marked).to_string(),
        ]
    });
    let report = fit(&place, "y ~ x + q", "--cluster id").json();
    assert_eq!(report["separation"]["terms"], serde_json::json!(["q"]));
    let q = term(&report, "q");
    assert_eq!(q["standard_error"], q["standard_errors"]["model"]);
    assert_eq!((&q["standard_errors"]["cv3"], &q["standard_errors"]["cr0"]), (&Value::Null, &Value::Null));
    assert_eq!(q["interval"]["kind"], "penalized_profile");
    assert!(number(&q["p_value"]) > 0.05, "{q}");
    assert_eq!(report["wald"], Value::Null);
    assert!(report["notes"].to_string().contains("no errors by cluster of q, and no Wald test"), "{report}");
    let x = term(&report, "x");
    assert_eq!(x["standard_error"], x["standard_errors"]["cv3"]);
}

#[test]
fn numbers_out_of_reach_are_refused_for_what_they_are() {
    let place = small(400, |row, chance| {
        let (y, x) = noise(chance);
        let value: f64 = x.parse().unwrap();
        [row.to_string(), y, (1e6 + value).to_string(), format!("{}", value * 1e200)]
    });
    refused(&place, "y ~ x", "", &["x lies around 1000000", "take a constant off it"]);
    refused(&place, "y ~ q", "", &["out of reach of the arithmetic", "other units"]);
    let place = small(400, |row, chance| {
        let (y, x) = noise(chance);
        let value: f64 = x.parse().unwrap();
        [row.to_string(), y, (1e4 + value).to_string(), (2.0 * value + 3.0).to_string()]
    });
    fit(&place, "y ~ x", "");
    refused(&place, "q ~ x", "--family gaussian", &["q is told exactly by x", "leave out the column"]);
    let place = small(40, |row, chance| {
        let (y, x) = noise(chance);
        [row.to_string(), y, if row == 30 { "1,109".replace(',', ";") } else { x }, "1".to_owned()]
    });
    refused(&place, "y ~ x", "", &["x is \"1;109\" in data row 31; expected a number there"]);
    place.write("panel.csv", "intercept,y\n1,0\n2,1\n3,1\n");
    refused(&place, "y ~ intercept", "", &["a column is called intercept", "rename it"]);
    let command = place.dearly("fit --panel . --formula");
    command.argument("y ~ x").exits(1).run().warns(&["is not a table that can be read"]);
}

#[test]
fn bad_input_is_refused_in_words_that_say_what_to_do() {
    let place = place();
    refused(
        &place,
        "renewed ~ adopton",
        "",
        &["formula, character 11", "there is no column adopton", "did you mean adoption?"],
    );
    refused(
        &place,
        "renewed ~ adoption +",
        "",
        &["formula, character 21", "the formula ends where a column's name is expected"],
    );
    refused(&place, "renewed ~ Log(arr)", "", &["did you mean log()?"]);
    refused(&place, "adoption + roi", "", &["the formula has no outcome", "renewed ~ adoption + roi"]);
    refused(&place, "renewed ~ segment", "", &["segment holds words", "write C(segment)"]);
    refused(
        &place,
        "renewed ~ adoption + constant",
        "",
        &["constant has the same value in every row", "leave it out"],
    );
    refused(
        &place,
        "renewed ~ adoption + C(same)",
        "",
        &["C(same) has the same value in every row", "leave it out"],
    );
    refused(
        &place,
        "constant ~ adoption",
        "--family poisson",
        &["constant is 3 in all 400 rows", "take a longer window"],
    );
    refused(
        &place,
        "renewed ~ adoption + nothing",
        "",
        &["nothing has no value in any of the 400 rows", "leave it out"],
    );
    refused(
        &place,
        "renewed ~ adoption + twice",
        "",
        &["twice is a combination of the columns before it", "leave one of them out"],
    );
    refused(
        &place,
        "renewed ~ adoption",
        "--cluster same",
        &["all rows are one cluster of same", "leave the cluster out"],
    );
    refused(
        &place,
        "renewed ~ adoption",
        "--cluster account",
        &["there is no column account", "did you mean account_id?"],
    );
    refused(&place, "renewed ~ adoption", "--cluster account_id --cluster account_id", &["twice"]);
    refused(
        &place,
        "renewed ~ adoption",
        "--cluster account_id --cluster csm_id --cluster segment",
        &["segment is a third"],
    );
    refused(&place, "months ~ adoption", "", &["months is", "data row 1", "expects 0 or 1"]);
    refused(&place, "renewed ~ adoption", "--level 95", &["level 95 is not between 0 and 1"]);

    place.write("one.csv", "renewed,adoption\n1,3\n1,5\n1,2\n1,9\n");
    place
        .dearly("fit --panel one.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["renewed is 1 in all 4 rows", "take a longer window"]);
    place.write("two.csv", "renewed,adoption\n1,3\n0,5\n");
    place
        .dearly("fit --panel two.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["2 rows cannot carry 2 parameters", "take more rows"]);
    place.write("two-lives.csv", "months,left,adoption,none\n3,1,5,0\n9,1,8,0\n");
    let cox = |duration: &str| {
        place
            .dearly(&format!(
                "fit --panel two-lives.csv --family cox --duration {duration} --event left --formula"
            ))
            .argument("adoption")
            .exits(1)
            .run()
    };
    cox("months").warns(&[
        "With 2 events in 2 rows for 1 column that may be chance",
        "take more rows or a longer window",
    ]);
    cox("none").warns(&["none is 0 in all 2 rows", "name the column of days or months"]);
    place.write("none.csv", "renewed,adoption\n");
    place
        .dearly("fit --panel none.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["there are no rows"]);
    place.write("empty.csv", "");
    place
        .dearly("fit --panel empty.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["empty.csv", "is empty; expected a header"]);
    place.write("broken.csv", "renewed,adoption\n1,2\n0,1,7\n");
    place
        .dearly("fit --panel broken.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["broken.csv: line 3", "the row has 3 cells, the header has 2"]);
    place
        .dearly("fit --panel nowhere.csv --formula")
        .argument("renewed ~ adoption")
        .exits(1)
        .run()
        .warns(&["there is no folder or file nowhere.csv"]);
    place.write("panel.xlsx", "x");
    place.dearly("fit --panel panel.xlsx --formula").argument("renewed ~ adoption").exits(1).run().warns(&[
        "panel.xlsx is not a table that can be read",
        ".csv",
        ".parquet",
    ]);

    let mut many = String::from("renewed,id\n");
    (0..1_000_000).for_each(|row| many.push_str(&format!("{},i{row}\n", row % 2)));
    place.write("many.csv", many);
    place
        .dearly("fit --panel many.csv --formula")
        .argument("renewed ~ C(id)")
        .exits(1)
        .run()
        .warns(&["C(id) has 1000000 levels", "merge them to 200 at most"]);
}

#[test]
fn a_column_that_one_cluster_alone_tells_is_refused_by_name() {
    let place = place();
    let mut text = String::from("account_id,spend,adoption,one\n");
    let mut chance = Chance::new();
    for row in 0..120 {
        text.push_str(&format!(
            "a{},{:.3},{:.3},{}\n",
            row / 2,
            chance.next(),
            chance.next(),
            u8::from(row / 2 == 11)
        ));
    }
    place.write("one.csv", text);
    let command = place.dearly("fit --panel one.csv --family gaussian --cluster account_id --formula");
    command.argument("spend ~ adoption + one").exits(1).run().warns(&[
        "without the cluster account_id = a11 there is no coefficient of one",
        "leave the column out, merge its levels",
    ]);
}

#[test]
fn the_table_says_in_words_what_the_numbers_are_worth() {
    let place = place();
    let table = |formula: &str, more: &str| {
        place.dearly(&format!("fit --panel panel.csv {more} --formula")).argument(formula).run()
    };
    table(FORMULA, "--cluster account_id").says(&[
        "odds ratio",
        "C(segment)[smb]",
        "390 rows",
        "10 rows left out for a missing value: roi in 10",
        "195 clusters by account_id, the largest of 2 rows",
        "method: maximum likelihood; nothing separates",
        "on rows it has not seen (5 folds): AUC",
        "condition number",
        "cv3",
    ]);
    let said = place
        .dearly("fit --panel panel.csv --format csv --formula")
        .argument("renewed ~ adoption + roi")
        .run();
    let rows = said.csv();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1]["term"], "adoption");
    rows[1]["odds_ratio_low"].as_str().unwrap().parse::<f64>().unwrap();
}

#[test]
fn parquet_is_a_panel_too() {
    let place = Place::with_demo();
    place.dearly("rollup --out rolled").run();
    let said = place
        .dearly("fit --panel rolled/daily_usage.parquet --family poisson --cluster account --format json --formula")
        .argument("events ~ 1")
        .run();
    let report = said.json();
    assert!(report["n"].as_u64().unwrap() > 100, "{report}");
}

/// The worked example of `docs/FIT.md`.
#[test]
fn the_public_telco_set_is_told_as_well_as_can_be() {
    let folder = std::env::var_os("DEARLY_TEST_DATA").map(|folder| Path::new(&folder).join("ibm-telco"));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        eprintln!(
            "SKIPPED: DEARLY_TEST_DATA names no folder with ibm-telco, so the worked example is not tested"
        );
        return;
    };
    let place = Place::new();
    let run = |file: &str, formula: &str, more: &str| {
        let command = place.dearly(&format!("fit --format json {more} --panel")).argument(folder.join(file));
        command.argument("--formula").argument(formula).run()
    };
    let services = "C(Contract) + C(InternetService) + C(PaymentMethod) + PaperlessBilling + SeniorCitizen + Dependents + \
        PhoneService + C(MultipleLines)[Yes] + C(OnlineSecurity)[Yes] + C(OnlineBackup)[Yes] + C(DeviceProtection)[Yes] + \
        C(TechSupport)[Yes] + C(StreamingTV)[Yes] + C(StreamingMovies)[Yes]";
    let base = "Telco-Customer-Churn.csv.gz";
    let formula = format!("Churn ~ sqrt(tenure) + log1p(tenure) + {services}");
    for seed in [1, 2, 3] {
        let report = run(base, &formula, &format!("--cluster customerID --seed {seed}")).json();
        assert_eq!(report["n"], 7_043);
        assert_eq!(report["n_rarer"], 1_869);
        assert_eq!(report["alarms"], serde_json::json!([]));
        let own = &report["out_of_fold"];
        assert!(number(&own["auc"]["estimate"]) >= 0.849, "{own}");
        assert!(number(&own["brier"]) <= 0.1335, "{own}");
        assert!(number(&own["calibration"]["ece"]) <= 0.010, "{own}");
        let slope = number(&own["calibration"]["slope"]);
        assert!((0.95..=1.05).contains(&slope), "{own}");
    }
    // A straight line of the tenure does worse, and the services' own rows without internet say one thing six times.
    let line = run(base, &format!("Churn ~ tenure + {services}"), "").json();
    assert!(number(&line["out_of_fold"]["auc"]["estimate"]) < 0.849);
    let twice = place.dearly("fit --panel").argument(folder.join(base)).argument("--formula");
    twice
        .argument("Churn ~ C(OnlineSecurity) + C(TechSupport)")
        .exits(1)
        .run()
        .warns(&["C(TechSupport)[No internet service] is a combination"]);
    // What was written down after the customer had left.
    let status = "Telco_customer_churn_status.csv.gz";
    for (formula, column) in [
        ("Churn_Value ~ C(Customer_Status)", "Customer_Status"),
        ("Churn_Value ~ Satisfaction_Score", "Satisfaction_Score"),
        ("Churn_Value ~ Churn_Score", "model"),
    ] {
        let command = place.dearly("fit --panel").argument(folder.join(status)).argument("--formula");
        let said = command.argument(formula).exits(1).run();
        let rang =
            if column == "model" { "ALARM: the model tells" } else { &format!("ALARM: {column} alone") };
        said.warns(&[rang, "leave", &format!("--sign-off {column}")]);
    }
}

/// Numbers and times with columns made of them; and one that honestly goes with them.
fn numbers_with_leaks() -> Place {
    let mut chance = Chance::new();
    let mut text = String::from(
        "gain,spend,share,tickets,months,left,honest,of_gain,of_spend,of_share,of_tickets,of_months,exact\n",
    );
    for _ in 0..200 {
        let honest = chance.next();
        let gain = 10.0 * (honest + chance.next() - 1.0);
        let spend = 100.0 * (0.1 + honest + chance.next());
        let share = (honest + chance.next()) / 2.0;
        let tickets = (10.0 * (honest + chance.next())).floor();
        let months = 1.0 + (40.0 * (chance.next() + 1.0 - honest)).floor();
        let left = u8::from(chance.next() < 0.7);
        let near = |value: f64, chance: &mut Chance| value + 0.002 * (chance.next() - 0.5);
        text.push_str(&format!(
            "{gain},{spend},{share},{tickets},{months},{left},{honest},{},{},{share},{tickets},{},{spend}\n",
            near(gain, &mut chance),
            near(spend.ln(), &mut chance),
            // Nearer, and Cox's model has no maximum.
            months + chance.next(),
        ));
    }
    let place = Place::new();
    place.write("numbers.csv", text);
    place
}

#[test]
fn a_leak_of_a_number_or_a_time_is_refused_until_somebody_signs_it_off() {
    let place = numbers_with_leaks();
    for (family, outcome, leak) in [
        ("gaussian", "gain ~ ", "of_gain"),
        ("gamma", "spend ~ ", "of_spend"),
        ("fractional", "share ~ ", "of_share"),
        ("poisson", "tickets ~ ", "of_tickets"),
        ("cox --duration months --event left", "", "of_months"),
    ] {
        let fit = |columns: &str, more: &str| {
            place
                .dearly(&format!("fit --panel numbers.csv --family {family} {more} --format json --formula"))
                .argument(format!("{outcome}{columns}"))
        };
        let said = fit(&format!("honest + {leak}"), "").exits(1).run();
        said.warns(&[
            "ALARM",
            leak,
            "of all pairs in the order of the outcome",
            "leave it out",
            "--sign-off",
        ]);
        assert_eq!(said.stdout, "", "{family}: nothing is printed");
        let honest = fit("honest", "").run().json();
        assert_eq!(honest["alarms"].as_array().unwrap().len(), 0, "{family}: {honest}");
        let signed = fit(&format!("honest + {leak}"), &format!("--sign-off {leak}")).run().json();
        assert_eq!(signed["alarms"][0]["column"], leak, "{family}");
    }
    // An honest exposure nearly tells the count, and as an offset it may.
    let exposed = "fit --panel numbers.csv --family gamma --format json --formula";
    let exposed = place.dearly(exposed).argument("spend ~ honest + offset(log(of_spend))");
    assert_eq!(exposed.run().json()["alarms"], serde_json::json!([]));
    // Signed off or not: where nothing is left to explain there is no error to be had.
    let exact = |more: &str| {
        place
            .dearly(&format!("fit --panel numbers.csv --family gamma {more} --formula"))
            .argument("spend ~ log(exact)")
            .exits(1)
            .run()
    };
    exact("").warns(&["ALARM: exact alone puts 100.00 %", "With it there is no model at all"]);
    exact("--sign-off exact").warns(&["spend is told exactly by log(exact)"]);
}

#[test]
fn bad_input_is_refused_in_every_kind_of_model() {
    let place = place();
    for (family, outcome) in
        [("binomial", "renewed ~ "), ("gaussian", "spend ~ "), ("cox --duration months --event churned", "")]
    {
        for (columns, more, words) in [
            ("adopton", "", ["there is no column adopton", "did you mean adoption?"]),
            ("adoption + constant", "", ["constant has the same value in every row", "leave it out"]),
            ("adoption + nothing", "", ["nothing has no value in any of the 400 rows", "leave it out"]),
            (
                "adoption + twice",
                "",
                ["twice is a combination of the columns before it", "leave one of them out"],
            ),
            ("adoption", "--cluster same", ["all rows are one cluster of same", "leave the cluster out"]),
        ] {
            refused(&place, &format!("{outcome}{columns}"), &format!("--family {family} {more}"), &words);
        }
    }
}
