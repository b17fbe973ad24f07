//! `dearly score` and `dearly accounts`.

use serde_json::Value;

use crate::support::Place;

#[test]
fn json_and_csv_agree_to_the_last_digit() {
    let place = Place::with_demo();
    let question = "score --from 2026-03-30 --to 2026-06-30 --every month --format";
    let json = place.dearly(question).argument("json").run().json();
    let csv = place.dearly(question).argument("csv").run().csv();
    let rows = json.as_array().unwrap();
    assert!(rows.len() >= 4 * 12, "twelve customers on four days: {}", rows.len());
    assert_eq!(rows.len(), csv.len());
    let mut scored = 0;
    for (row, cells) in rows.iter().zip(&csv) {
        assert_eq!(row["account"], cells["account"]);
        assert_eq!(row["as_of"], cells["as_of"]);
        for score in ["outcomes", "experience", "deployment", "engagement", "adoption", "roi"] {
            let cell = if row[score].is_null() { &row["components"][score] } else { &row[score] };
            let text = cells[score].as_str().unwrap();
            let from_csv = text.parse::<f64>().map_or(Value::Null, Value::from);
            assert_eq!(cell["score"].as_f64(), from_csv.as_f64(), "{score} of {row}");
            assert_eq!(cell["colour"], cells[format!("{score}_colour")]);
            scored += usize::from(cell["score"].is_number());
            assert_eq!(cell["score"].is_null(), cell["colour"] == "unknown", "{cell}");
        }
    }
    assert!(scored > rows.len(), "only {scored} scores of {} rows", rows.len());
}

#[test]
fn a_span_is_the_same_as_its_days() {
    let place = Place::with_demo();
    let span =
        place.dearly("score --from 2026-06-16 --to 2026-06-30 --every week --format json").run().json();
    let mut days: Vec<Value> = ["2026-06-16", "2026-06-23", "2026-06-30"]
        .iter()
        .flat_map(|day| {
            let rows = place.dearly("score --format json --as-of").argument(day).run().json();
            rows.as_array().unwrap().clone()
        })
        .collect();
    days.sort_by_key(|row| (row["account"].to_string(), row["as_of"].to_string()));
    assert_eq!(span, Value::from(days));
}

#[test]
fn accounts_are_picked_by_id() {
    let place = Place::with_book();
    let rows =
        place.dearly("score --account beta --account acme --as-of 2025-06-30 --format json").run().json();
    let names: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap()).collect();
    assert_eq!(
        {
            let mut names = names;
            names.sort_unstable();
            names
        },
        ["acme", "beta"]
    );
    let said = place.dearly("score --account acme --account acne").exits(1).run();
    said.warns(&["there is no account \"acne\"", "external_id"]);
}

#[test]
fn the_day_that_counts_is_the_last_with_a_fact() {
    let place = Place::with_book();
    let rows = place.dearly("score --format csv").run().csv();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["as_of"] == "2025-06-30"), "{rows:?}");
}

#[test]
fn before_an_account_begins_it_has_no_score_and_in_its_first_days_no_colour() {
    let place = Place::with_book();
    let on = |day: &str| {
        let rows = place.dearly("score --account beta --format json --as-of").argument(day).run().json();
        let row = &rows[0];
        (row["status"].clone(), row["outcomes"]["score"].clone(), row["outcomes"]["reason"].clone())
    };
    assert_eq!(on("2025-02-28"), ("prospect".into(), Value::Null, "not_a_customer".into()));
    assert_eq!(on("2025-03-10"), ("customer".into(), Value::Null, "new".into()));
    // A prospect is in no list unless named.
    let rows = place.dearly("score --as-of 2025-02-28 --format csv").run().csv();
    assert_eq!(rows.iter().map(|row| row["account"].as_str().unwrap()).collect::<Vec<_>>(), ["acme"]);
}

#[test]
fn what_was_not_known_by_the_day_is_left_out() {
    let place = Place::with_book();
    let d1 = |known_by: &[&str]| {
        let mut command = place.dearly("explain acme --as-of 2025-06-30 --format json");
        for argument in known_by {
            command = command.argument(argument);
        }
        command.run().json()["outcomes"]["components"][0]["measures"][0].clone()
    };
    assert_eq!(d1(&[])["value_text"], "38 of 44 seats activated (86 %)");
    // The snapshot of 30 June became known on that day.
    assert_eq!(d1(&["--known-by", "2025-06-29"])["value_text"], "36 of 44 seats activated (82 %)");
    assert_eq!(d1(&["--known-by", "2025-05-30"])["state"], "missing");
}

#[test]
fn an_empty_book_has_no_rows_and_no_error() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name\n");
    place.dearly("import book").run();
    assert_eq!(place.dearly("score --format json").run().stdout.split_whitespace().collect::<String>(), "[]");
    assert_eq!(place.dearly("score --format csv").run().stdout.lines().count(), 1);
    place.dearly("accounts --format json").run();
}

#[test]
fn a_data_folder_that_is_not_there_is_named_and_not_made() {
    let place = Place::new();
    for command in ["score", "accounts", "explain acme", "retention --from 2025-01-01 --to 2026-01-01"] {
        let said = place.dearly(command).exits(1).run();
        said.warns(&["there is no data folder data", "dearly import PATH --data data"]);
    }
    assert!(!place.path("data").exists());
}

#[test]
fn wrong_usage_is_two() {
    let place = Place::with_book();
    for (arguments, words) in [
        ("frobnicate", "unrecognized subcommand 'frobnicate'"),
        ("score --as-of 2025-02-30", "\"2025-02-30\" is not a date"),
        ("score --as-of never", "\"never\" is not a date"),
        ("score --from 2025-01-01", "--to <DAY>"),
        ("score --from 2025-01-01 --to 2025-02-01 --as-of 2025-01-15", "cannot be used with"),
        (
            "score --from 2025-01-01 --to 2025-02-01 --every fortnight",
            "\"fortnight\" is none of day, week, month",
        ),
        ("score --format yaml", "possible values: table, json, csv"),
        ("score --known-by yesterday", "--known-by"),
        ("import", "<PATH>"),
        ("import book --mode replace", "possible values: upsert, update, insert"),
        ("demo --accounts 0", "--accounts"),
        ("accounts --sort wealth", "--sort"),
    ] {
        let said = place.dearly(arguments).exits(2).run();
        said.warns(&[words]);
        assert_eq!(said.stdout, "", "{arguments}");
    }
    let said = place.dearly("score --from 2025-02-01 --to 2025-01-01").exits(1).run();
    said.warns(&["from 2025-02-01 is after to 2025-01-01"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with_book();
    // The shell ends `true` at once; the output is longer than a pipe holds.
    for command in ["score --from 2025-01-01 --to 2025-06-30 --every day", "explain acme", "accounts"] {
        for format in ["json", "csv", "table"] {
            let script = format!("\"$DEARLY\" {command} --data data --format {format} | true");
            let said = place.shell(&script).run();
            assert_eq!(said.stderr, "", "{command} {format}");
        }
    }
}

#[test]
fn the_list_agrees_with_the_scores() {
    let place = Place::with_demo();
    let scores = place.dearly("score --format json").run().json();
    let list = place.dearly("accounts --format json").run().json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), scores.as_array().unwrap().len());
    for row in list {
        let own = scores.as_array().unwrap().iter().find(|own| own["account"] == row["account"]).unwrap();
        assert_eq!(row["outcomes"]["score"], own["outcomes"]["score"]);
        assert_eq!(row["experience"]["score"], own["experience"]["score"]);
    }
    let known: Vec<f64> = list.iter().filter_map(|row| row["outcomes"]["score"].as_f64()).collect();
    assert!(known.is_sorted(), "worst first: {known:?}");
}
