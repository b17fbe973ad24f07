//! `dearly drivers`: which renewals are rows, what is known before them, and what is refused.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Place, Server};

/// Accounts with one term each that ends in 2025, of which every third is not renewed; some are decided early.
fn book() -> Place {
    let place = Place::new();
    let mut accounts = String::from("external_id,name,segment,customer_since\n");
    let mut terms =
        String::from("external_id,account,product,starts_on,ends_on,arr,currency,signed_on,notice_on\n");
    for number in 0..12 {
        let month = number + 1;
        writeln!(accounts, "a{number},Account {number},smb,2024-{month:02}-01").unwrap();
        // Notice a hundred days before, and a signature as early: both are known on the as-of day.
        let notice = if number == 3 { "2024-12-20" } else { "" };
        writeln!(
            terms,
            "a{number}-1,a{number},core,2024-{month:02}-01,2025-{month:02}-01,1000,EUR,,{notice}"
        )
        .unwrap();
        if number % 3 != 0 {
            let signed = if number == 7 { "2025-01-05" } else { "" };
            writeln!(
                terms,
                "a{number}-2,a{number},core,2025-{month:02}-01,2026-{month:02}-01,1000,EUR,{signed},"
            )
            .unwrap();
        }
    }
    place.write("book/accounts.csv", accounts).write("book/subscriptions.csv", terms);
    place.dearly("import book").run();
    place
}

const YEAR: &str = "drivers --from 2025-01-01 --to 2026-01-01 --format json";

fn counts(run: &Value) -> Vec<i64> {
    let counts = &run["report"]["counts"];
    ["n_due", "n_open", "n_decided", "n_early_signed", "n_early_notice", "n_used"]
        .map(|name| counts[name].as_i64().unwrap())
        .to_vec()
}

#[test]
fn rows_are_counted_and_what_cannot_be_said_is_refused_in_words() {
    let place = book();
    let said = place.dearly(YEAR).exits(1).run();
    let run = said.json();
    // Twelve due; the one of December is decided, for what follows began; no score is known without people, licences, telemetry.
    assert_eq!(counts(&run), [12, 0, 12, 1, 1, 0]);
    let report = &run["report"];
    let refused = report["refused"].as_str().unwrap();
    assert!(refused.contains("no component is known for enough of 10 renewals"), "{refused}");
    assert_eq!(report["gate"]["level"], 0);
    assert_eq!((&report["model"], report["sentences"].as_array().unwrap().len()), (&Value::Null, 0));
    let by_colour: i64 =
        report["by_colour"].as_array().unwrap().iter().map(|own| own["renewed"]["n"].as_i64().unwrap()).sum();
    assert_eq!(by_colour, 10);
    place.dearly("drivers --from 2025-01-01 --to 2026-01-01").exits(1).run().says(&[
        "12 due: 0 open, 1 signed early, 1 under notice",
        "Nothing is claimed",
        "level 0 (descriptive)",
        "for the next level: no component is known for enough of the renewals",
    ]);
}

#[test]
fn nobody_churned_on_days_of_which_nothing_is_known() {
    // The last fact is of December 2025: of the eight terms that end in 2026 nobody knows what follows.
    let place = book();
    let run = place.dearly("drivers --from 2025-01-01 --to 2027-03-01 --format json").exits(1).run().json();
    assert_eq!(counts(&run), [20, 8, 12, 1, 1, 0]);
    assert_eq!(run["report"]["decided_by"], "2025-12-01");
    let rows = place.dearly("drivers --from 2025-01-01 --to 2027-03-01 --rows --format csv").run().csv();
    let open: Vec<&Value> = rows.iter().filter(|row| row["outcome"] == "open").collect();
    assert_eq!((rows.len(), open.len()), (20, 8));
    for row in open {
        assert_eq!(
            (&row["left_out"], &row["decided_on"]),
            (&"open at the end of the window".into(), &"".into())
        );
        assert!(row["as_of"].as_str() <= Some("2025-12-01"), "a day that has not come has no score: {row}");
    }
}

#[test]
fn the_renewals_behind_the_numbers_are_shown() {
    let rows = book().dearly("drivers --from 2025-01-01 --to 2026-01-01 --rows --format csv").run().csv();
    assert_eq!(rows.len(), 12);
    let row = |account: &str| rows.iter().find(|row| row["account"] == account).unwrap();
    assert_eq!(row("a3")["left_out"], "under notice on the as-of day");
    assert_eq!(row("a7")["left_out"], "signed before the as-of day");
    assert_eq!(row("a0")["outcome"], "churned");
    assert_eq!(row("a0")["name"], "Account 0");
    assert_eq!(row("a1")["outcome"], "flat");
    assert_eq!(
        (row("a1")["due_on"].as_str(), row("a1")["as_of"].as_str()),
        (Some("2025-02-01"), Some("2024-11-03"))
    );
    assert_eq!(row("a0")["decided_on"], "2025-02-01", "the day after the grace");
    // Looked at from the year after, they are those that models could have trained on.
    let later = book().dearly("drivers --from 2026-01-01 --to 2027-01-01 --rows --format csv").run().csv();
    let earlier: Vec<&Value> =
        later.iter().filter(|row| row["left_out"] == "due before the window").collect();
    assert_eq!((later.len(), earlier.len()), (20, 12));
}

#[test]
fn what_was_recorded_later_is_not_known_on_the_as_of_day() {
    let place = book();
    let rows = |place: &Place| -> Vec<Value> {
        place.dearly("drivers --from 2025-01-01 --to 2026-01-01 --rows --format csv").run().csv()
    };
    let before = rows(&place);
    // All of it happened before the as-of day of the November renewal, and was recorded after it.
    place.write(
        "late/tickets.csv",
        "external_id,account,severity,opened_at,recorded_at\nt1,a10,1,2025-06-01T08:00:00Z,2025-10-20T08:00:00Z\n",
    );
    place.write(
        "late/licences.csv",
        "account,product,on,assigned,activated,recorded_at\na10,core,2025-07-01,100,1,2025-10-20T08:00:00Z\n",
    );
    // An add-on that ran for months before anybody wrote it down: the account's ARR shows whether it was known.
    place.write(
        "late/subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency,recorded_at\n\
         extra,a10,extra,2025-01-01,2026-06-01,500,EUR,2025-10-20T08:00:00Z\n",
    );
    place.dearly("import late/subscriptions.csv").run();
    place.dearly("import late/tickets.csv").run();
    place.dearly("import late/licences.csv").run();
    assert_eq!(rows(&place), before);
    let run = place.dearly(YEAR).exits(1).run().json();
    let checks = run["report"]["checks"].as_array().unwrap();
    assert_eq!((&checks[0]["name"], &checks[0]["passed"]), (&"replay".into(), &true.into()), "{checks:?}");
}

#[test]
fn every_run_is_kept_and_not_made_again_of_the_same_facts() {
    let place = book();
    let first = place.dearly(YEAR).exits(1).run().json();
    let again = place.dearly(YEAR).exits(1).run().json();
    assert_eq!(first, again);
    let other = place.dearly(YEAR).argument("--lead").argument("60d").exits(1).run().json();
    assert_ne!(first["id"], other["id"]);
    // A renewal that the first book did not have.
    place.write("more/accounts.csv", "external_id,name,segment,customer_since\nb1,Beta,smb,2024-03-01\n").write(
        "more/subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency\nb1-1,b1,core,2024-03-01,2025-03-01,1000,EUR\n",
    );
    place.dearly("import more").run();
    let later = place.dearly(YEAR).exits(1).run().json();
    assert_ne!(first["id"], later["id"]);
    let runs = place.dearly("drivers --runs --format json").run().json();
    let ids: Vec<&Value> = runs.as_array().unwrap().iter().map(|run| &run["id"]).collect();
    assert_eq!(ids, [&later["id"], &other["id"], &first["id"]]);
    let kept =
        place.dearly("drivers --format json --run").argument(first["id"].as_str().unwrap()).exits(1).run();
    assert_eq!(kept.json(), first);
    // Its renewals are those that it knew, whatever the facts say now.
    let rows_of = |run: &Value| {
        place.dearly("drivers --rows --format csv --run").argument(run["id"].as_str().unwrap()).run().csv()
    };
    assert_eq!((rows_of(&first).len(), rows_of(&later).len()), (12, 13));
    assert_eq!(rows_of(&later).last().unwrap()["name"], "Beta");
}

#[test]
fn what_makes_no_sense_is_told() {
    let place = book();
    place.dearly("drivers --from 2026-01-01 --to 2025-01-01").exits(1).run().warns(&["is not before"]);
    place.dearly("drivers --lead 0d").exits(1).run().warns(&["not between 1 and 730"]);
    place.dearly("drivers --lead soon").exits(2).run().warns(&["no number of days", "90d"]);
    place.dearly("drivers --workbook 9").exits(1).run().warns(&["workbook version", "9"]);
    place
        .dearly("drivers --sign-off mood")
        .exits(1)
        .run()
        .warns(&["mood is signed off and no column", "model"]);
    place.dearly("drivers --run nothing").exits(1).run().warns(&["nothing", "--runs"]);
    place.dearly("drivers --run nothing --rows").exits(1).run().warns(&["nothing", "--runs"]);
}

/// A public book without licences, people or plans: nobody may claim anything of it.
#[test]
fn nothing_is_claimed_of_a_book_without_signal() {
    let Some(data) = crate::examples::data_set("ravenstack") else {
        return;
    };
    let place = Place::new();
    crate::examples::import(&place, &data, "ravenstack");
    let report = place.dearly("drivers --format json").exits(1).run().json()["report"].clone();
    assert!(report["counts"]["n_decided"].as_i64().unwrap() > 100, "{}", report["counts"]);
    assert_eq!(report["gate"]["level"], 0);
    assert_eq!((&report["model"], &report["sentences"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(report["refused"].is_string());
}

/// The demo book, whose law is known: probabilities may be told, and every surface tells the same.
#[test]
fn the_demo_book_reaches_probabilities_and_says_them_everywhere() {
    let place = Place::new();
    place.dearly("demo --accounts 1000 --no-serve").run();
    let run = place.dearly("drivers --format json").run().json();
    let report = &run["report"];
    assert_eq!(report["gate"]["level"], 2, "{}", report["gate"]);
    assert_eq!(report["gate"]["failing"], serde_json::json!(["0 past plans of 4 needed"]));
    // docs/SIMULATION.md: the law that drew the renewals.
    for (term, law) in [("deployment", 1.28), ("engagement", 1.16), ("adoption", 1.49), ("roi", 1.35)] {
        let terms = report["model"]["terms"].as_array().unwrap();
        let own = &terms.iter().find(|own| own["term"] == term).unwrap()["odds_ratio"];
        assert!(own["low"].as_f64() < Some(law) && own["high"].as_f64() > Some(law), "{term}: {own}");
    }
    let id = run["id"].as_str().unwrap();
    let words = place.dearly("drivers").run();
    words.says(&["Evidence: level 2 (predictive)", "  for the next level: 0 past plans of 4 needed"]);
    words.says(&[
        "Held out: ",
        "Adoption is associated with more renewal: 10 points more go with +",
        "Assumptions",
    ]);
    words.says(&[&format!("Kept as {id}"), "odds_ratio"]);
    assert!(!words.stdout.contains("cause"), "{}", words.stdout);
    let terms = place.dearly("drivers --format csv").run().csv();
    assert_eq!(terms.len(), 4);
    assert!(
        terms[2]["change_of_probability"].as_str().unwrap().parse::<f64>().unwrap() > 0.0,
        "{}",
        terms[2]
    );
    let shares: f64 = terms.iter().map(|own| own["share"].as_str().unwrap().parse::<f64>().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9, "shares of what the components explain add up: {shares}");
    let rows = place.dearly("drivers --rows --format csv").run().csv();
    let held_out = rows.iter().filter(|row| row["held_out_probability"] != "");
    assert_eq!(Some(held_out.count() as u64), report["validation"]["n"].as_u64());
    let count = |name: &str, value: &str| rows.iter().filter(|row| row[name] == value).count() as u64;
    assert_eq!(Some(count("outcome", "open")), report["counts"]["n_open"].as_u64());
    assert_eq!(Some(count("left_out", "due before the window")), report["counts"]["n_history"].as_u64());
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    let answer = |path: &str| -> Value { serde_json::from_str(&server.get(path)).unwrap() };
    assert_eq!(answer("/api/v1/drivers"), run, "the same facts, rules and program: the run that is kept");
    assert_eq!(answer(&format!("/api/v1/analyses/{id}")), run);
    assert_eq!(answer("/api/v1/drivers/rows").as_array().unwrap().len(), rows.len());
}
