//! `dearly effect`: what is printed, and what is refused, where the truth is known.

use serde_json::Value;

use crate::fit::Chance;
use crate::support::Place;

/// 1,200 accounts with two rows each. Plays go to those with low adoption, who renew less; the play adds 10 points.
fn place() -> Place {
    let mut chance = Chance::new();
    let mut text =
        String::from("account_id,enablement,renewed,adoption,segment,arr,later,all,coin,leak,exact,told\n");
    for account in 0..1_200 {
        let arr = 1_000.0 * (1.0 + 99.0 * chance.next());
        for row in 0..2 {
            let adoption = (100.0 * chance.next()).round();
            let treated = chance.next() < 0.8 - 0.6 * adoption / 100.0;
            let rate = 0.3 + 0.5 * adoption / 100.0 + if treated { 0.1 } else { 0.0 };
            let renewed = u8::from(chance.next() < rate);
            let segment = ["smb", "mid", "enterprise"][account % 3];
            let enablement = if treated { "yes" } else { "no" };
            text.push_str(&format!(
                "a{account},{enablement},{renewed},{adoption},{segment},{arr:.0},{},1,{},{},{renewed},{}\n",
                adoption / 2.0,
                (account / 2 + row) % 2,
                // Written down when all was over; and what only who was treated has.
                if account % 50 == 0 { 0.5 } else { f64::from(renewed) },
                u8::from(treated && account % 9 == 0),
            ));
        }
    }
    let place = Place::new();
    place.write("panel.csv", text);
    place
}

const ASKED: &str = "effect --panel panel.csv --treatment enablement --outcome renewed --cluster account_id";

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn what_is_no_confounder_is_refused() {
    let place = place();
    for confounders in ["adoption,0", "0,adoption,segment", "adoption,offset(arr)"] {
        let said = place.dearly(&format!("{ASKED} --confounders={confounders} --format json")).exits(1).run();
        assert!(
            said.stderr.contains("confounders are columns to adjust for"),
            "{confounders}: {}",
            said.stderr
        );
    }
}

#[test]
fn adjustment_finds_what_the_raw_difference_hides() {
    let place = place();
    let report =
        place.dearly(&format!("{ASKED} --confounders adoption,segment,log(arr) --format json")).run().json();
    assert_eq!(report["method"], "aipw");
    assert_eq!(report["grade"], "C");
    assert_eq!(report["n"], 2_400);
    assert_eq!(report["n_treated"].as_u64().unwrap() + report["n_untreated"].as_u64().unwrap(), 2_400);
    assert_eq!(report["clusters"][0]["n_clusters"], 1_200);
    assert_eq!(
        report["confounders"],
        serde_json::json!(["adoption", "C(segment)[mid]", "C(segment)[smb]", "log(arr)"])
    );
    let (low, high) = (number(&report["ate"]["interval"]["low"]), number(&report["ate"]["interval"]["high"]));
    assert!(low < 0.1 && 0.1 < high, "{low} to {high}");
    // Without adjustment, those who were in trouble speak against it.
    assert!(number(&report["naive"]) < low, "{report}");
    for key in ["att", "ato"] {
        assert!(number(&report[key]["standard_error"]) > 0.0);
    }
    let difference =
        number(&report["mean_treated"]["estimate"]) - number(&report["mean_untreated"]["estimate"]);
    assert!((difference - number(&report["ate"]["estimate"])).abs() < 1e-12);
    assert!(number(&report["e_value"]["estimate"]) >= number(&report["e_value"]["bound"]));
    let adoption = &report["balance"].as_array().unwrap()[0];
    assert!(number(&adoption["before"]) < -0.3 && number(&adoption["after"]).abs() < 0.1, "{adoption}");
    assert!(report["notes"][0].as_str().unwrap().contains("not drawn by lot"));
    let table = place.dearly(&format!("{ASKED} --confounders adoption")).run();
    table.says(&[
        "enablement is associated with more of renewed",
        "of the overlap",
        "E-value",
        "note: enablement was not drawn by lot",
    ]);
    assert!(!table.stdout.contains("cause"), "{}", table.stdout);
    // Of what does nothing, nothing is said.
    let coin = ASKED.replace("enablement", "coin");
    let coin = place.dearly(&format!("{coin} --confounders adoption")).run();
    coin.says(&["coin and renewed: not distinguishable from no effect ("]);
    assert!(!coin.stdout.contains("associated"), "{}", coin.stdout);
    let csv = place.dearly(&format!("{ASKED} --confounders adoption --format csv")).run().csv();
    assert_eq!(csv[0]["effect"], "ate");
}

#[test]
fn bad_input_is_refused_in_words_that_say_what_to_do() {
    let place = place();
    let refused = |arguments: &str, words: &[&str]| {
        place.dearly(arguments).exits(1).run().warns(words);
    };
    refused(
        &format!("{ASKED} --confounders adopton"),
        &["there is no column adopton; did you mean adoption?"],
    );
    refused(
        &format!("{ASKED} --confounders adoption,later"),
        &["later is a combination", "leave one of them out"],
    );
    refused(&format!("{ASKED} --confounders adoption,renewed"), &["renewed is the outcome"]);
    refused(
        &format!("{ASKED} --confounders adoption,enablement"),
        &["enablement is the treatment", "leave it out"],
    );
    refused(&format!("{ASKED} --confounders all"), &["all has the same value in every row"]);
    refused(
        &format!("{ASKED} --confounders adoption,told"),
        &["told tells with certainty who was treated", "nobody to be compared with"],
    );
    refused(
        &format!("{ASKED} --confounders adoption,leak"),
        &["ALARM: leak alone tells the outcome", "leave it out", "--sign-off leak"],
    );
    refused(
        &format!("{ASKED} --confounders adoption,exact"),
        &["ALARM: exact alone tells the outcome with an AUC of 1", "--sign-off exact"],
    );
    let signed = place.dearly(&format!("{ASKED} --confounders adoption,leak --sign-off leak --format json"));
    assert_eq!(signed.run().json()["alarms"][0]["column"], "leak");
    // A number that is the outcome but for noise; a column without values; levels without end.
    let mut chance = Chance::new();
    let mut text = String::from("enablement,gain,adoption,of_gain,nothing,id\n");
    for row in 0..1_000 {
        let (adoption, gain) = (chance.next(), chance.next());
        text.push_str(&format!("{},{gain},{adoption},{},,i{row}\n", row % 2, gain + 0.001 * chance.next()));
    }
    place.write("gains.csv", text);
    let gains = "effect --panel gains.csv --treatment enablement --outcome gain --confounders";
    refused(&format!("{gains} adoption,of_gain"), &["ALARM: of_gain alone puts", "--sign-off of_gain"]);
    place.dearly(&format!("{gains} adoption")).run();
    refused(&format!("{gains} adoption,nothing"), &["nothing has no value in any of the 1000 rows"]);
    refused(&format!("{gains} adoption,id"), &["id", "has 1000 levels", "merge them to 200 at most"]);
    place.write("two.csv", "account_id,enablement,renewed,adoption\na,1,1,5\nb,0,0,3\n");
    for cluster in ["", "--cluster account_id"] {
        refused(
            &format!(
                "effect --panel two.csv --treatment enablement --outcome renewed --confounders adoption {cluster}"
            ),
            &["2 rows are too few for 5 folds", "take at least 10 rows"],
        );
    }
    let other = |treatment: &str, outcome: &str, cluster: &str| {
        format!(
            "effect --panel panel.csv --confounders adoption --treatment {treatment} --outcome {outcome} --cluster {cluster}"
        )
    };
    refused(
        &other("adoption", "renewed", "account_id"),
        &["adoption is the treatment and cannot be a confounder"],
    );
    refused(
        &other("arr", "renewed", "account_id"),
        &["the treatment arr is", "expected 1 for treated and 0 for not"],
    );
    refused(&other("all", "renewed", "account_id"), &["all of 2400 rows were treated"]);
    refused(
        &other("enablment", "renewed", "account_id"),
        &["there is no column enablment; did you mean enablement?"],
    );
    refused(&other("enablement", "all", "account_id"), &["all is 1 in all 2400 rows"]);
    refused(
        &other("enablement", "renewed", "all"),
        &["1 cluster of all cannot fill 5 folds", "leave the cluster out"],
    );
    refused(
        "effect --panel nowhere.csv --treatment a --outcome b --confounders c",
        &["there is no folder or file nowhere.csv"],
    );
}

/// Hardly any account of the healthy two thirds is played: what a play would do to all of them nobody knows.
#[test]
fn what_nothing_tells_of_all_is_withheld() {
    let mut chance = Chance::new();
    let mut text = String::from("played,renewed,health\n");
    for _ in 0..2_000 {
        let health = chance.next();
        let played = u8::from(chance.next() < 0.6 * (1.0 - health).powi(12));
        let renewed = u8::from(chance.next() < 0.4 + 0.5 * health + 0.1 * f64::from(played));
        text.push_str(&format!("{played},{renewed},{health}\n"));
    }
    let place = Place::new();
    place.write("rare.csv", text);
    let asked = "effect --panel rare.csv --treatment played --outcome renewed --confounders health";
    let report = place.dearly(&format!("{asked} --format json")).run().json();
    assert!(number(&report["overlap"]["share_trimmed"]) > 0.05, "{}", report["overlap"]);
    for withheld in
        ["ate", "mean_treated", "mean_untreated", "risk_ratio", "complement_risk_ratio", "e_value"]
    {
        assert_eq!(report[withheld], Value::Null, "{withheld}");
    }
    let notes = report["notes"].to_string();
    assert!(notes.contains("have next to no counterpart") && notes.contains("is not told"), "{notes}");
    for told in ["att", "ato"] {
        assert!(number(&report[told]["standard_error"]) > 0.0, "{told}");
    }
    let said = place.dearly(asked).run();
    said.says(&["of the treated", "of the overlap", "of those who could well have been either"]);
    assert!(!said.stdout.contains("of all"), "{}", said.stdout);
    assert_eq!(place.dearly(&format!("{asked} --format csv")).run().csv().len(), 2);
}
