//! `dearly query`, and measures in SQL.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Place;

#[test]
fn the_same_answer_in_every_format() {
    let place = Place::with_book();
    let ask = |format: &str| {
        let sql = "select external_id, churned_on, attributes from accounts order by 1";
        place.dearly("query --as-of 2025-06-30 --format").argument(format).argument(sql).run()
    };
    let said = ask("json").json();
    assert_eq!(said["as_of"], "2025-06-30");
    assert_eq!(said["truncated"], false);
    assert_eq!(said["columns"][1], json!({ "name": "churned_on", "type": "day" }));
    let ids: Vec<&str> =
        said["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect();
    assert_eq!(ids, ["acme", "beta"]);
    let csv = ask("csv").stdout;
    assert!(csv.starts_with("external_id,churned_on,attributes\nacme,"), "{csv}");
    ask("table").says(&["external_id", "acme", "beta"]);
}

#[test]
fn every_table_is_as_of_the_day() {
    let place = Place::with_demo();
    let count = |day: &str, sql: &str| {
        let rows = place.dearly("query --format json --as-of").argument(day).argument(sql).run().json();
        rows["rows"][0][0].as_i64().unwrap()
    };
    for (table, at) in
        [("tickets", "opened_at"), ("activities", "at"), ("events", "at"), ("subscriptions", "starts_on")]
    {
        let later = format!("select count(*) from {table} where cast({at} as date) > :as_of");
        assert_eq!(count("2026-01-31", &later), 0, "{table}");
        let all = format!("select count(*) from {table}");
        let (then, now) = (count("2026-01-31", &all), count("2026-06-30", &all));
        assert!(0 < then && then < now, "{table}: {then}, {now}");
        // What is known now of what was then: nothing in this book was recorded late.
        assert_eq!(
            count("2026-06-30", &format!("{all} where cast({at} as date) <= date '2026-01-31'")),
            then,
            "{table}"
        );
    }
    let resolved = "select count(*) from tickets where resolved_at > :as_of + interval '1 day'";
    assert_eq!(count("2026-01-31", resolved), 0);
}

#[test]
fn tables_agree_with_the_other_commands() {
    let place = Place::with_demo();
    let rows = |sql: &str| place.dearly("query --format json").argument(sql).run().json()["rows"].clone();
    let scores = place.dearly("score --format json").run().json();
    let asked = rows(
        "select account, outcomes, outcomes_colour, experience from scores where status = 'customer' order by 1",
    );
    let mut expected: Vec<Value> = scores
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let outcomes = &own["outcomes"];
            json!([own["account"], outcomes["score"], outcomes["colour"], own["experience"]["score"]])
        })
        .collect();
    expected.sort_by_key(|row| row[0].as_str().unwrap().to_owned());
    assert_eq!(asked, Value::from(expected));
    // Running terms add up to the recurring revenue that the list shows.
    let arr = rows(
        "select s.arr_cents, sum(t.annual_cents) filter (where t.is_running) from scores s left join subscriptions t \
         on t.account = s.account where s.status = 'customer' group by s.account, s.arr_cents",
    );
    assert!(arr.as_array().unwrap().iter().all(|row| row[0] == row[1] && row[0].as_i64() > Some(0)), "{arr}");
    let due = place.dearly("retention --from 2025-07-01 --to 2026-07-01 --format json").run().json();
    let asked = rows(
        "select count(*) filter (where outcome <> 'open'), sum(due_arr_cents) filter (where outcome = 'churned') \
                      from renewals where due_on >= '2025-07-01' and due_on < '2026-07-01'",
    );
    let n_decided = due["due"]["n_due"].as_i64().unwrap() - due["due"]["n_open"].as_i64().unwrap();
    assert_eq!(asked[0][0], n_decided);
    assert_eq!(asked[0][1].as_i64().unwrap_or(0), due["due"]["churned_arr_cents"].as_i64().unwrap());
}

#[test]
fn the_text_may_come_from_stdin_and_rows_may_be_limited() {
    let place = Place::with_book();
    let said = place.shell("echo 'describe events' | \"$DEARLY\" query - --data data").run();
    said.says(&["linked_at", "Timestamp"]);
    let said = place
        .dearly("query --limit 1 --format csv")
        .argument("select external_id from accounts order by 1")
        .run();
    assert_eq!(said.stdout, "external_id\nacme\n");
    said.warns(&["there are more rows than --limit let through"]);
}

#[test]
fn what_cannot_be_answered_is_said() {
    let place = Place::with_book();
    for (sql, words) in [
        (
            "select * from tickts",
            &["there is no table `tickts` at line 1, column 15", "did you mean `tickets`?"][..],
        ),
        ("drop table accounts", &["`drop table …` is refused: a question only reads"]),
        ("select nam from accounts", &["line 1, column 8"]),
        ("select 1; select 2", &["there are several statements"]),
        ("select * from '/etc/passwd'", &["there is no table"]),
    ] {
        place.dearly("query").argument(sql).exits(1).run().warns(words);
    }
    assert_eq!(
        place.dearly("query --format csv").argument("select count(*) from accounts").run().stdout,
        "count(*)\n2\n"
    );
}

/// An experience scorecard of three measures.
fn experience(values: [&str; 3]) -> String {
    let [urgent, recent, users] = values;
    format!(
        "kind: scorecard\nid: experience\nminimum_coverage: 0%\nnew_for: 0d\ncomponents:\n  support:\n    weight: 1\n    measures:\n\
         \x20     urgent: {{ weight: 3, value: {urgent}, points: {{ 0: 100, 3: 0 }} }}\n\
         \x20     recent: {{ weight: 2, value: {recent}, points: {{ 0: 100, 20: 0 }} }}\n\
         \x20     users: {{ weight: 1, value: {users}, points: {{ 0: 0, 30: 100 }} }}\n"
    )
}

const BUILT_IN: [&str; 3] = [
    "{ open_tickets: { severity_up_to: 2 } }",
    "{ tickets_opened: { within: 30d } }",
    "{ active_users: { within: 28d }, per: one }",
];

const SQL: [&str; 3] = [
    "{ sql: \"select account, count(*) filter (where severity <= 2 and resolved_at is null) as value from tickets group by account\" }",
    "{ sql: \"select account, count(*) filter (where cast(opened_at as date) > :as_of - 30) as value from tickets group by account\" }",
    "{ sql: \"select account, count(distinct user) filter (where day > :as_of - 28) as value from daily_usage where user is not null group by account\" }",
];

#[test]
fn a_measure_in_sql_gives_the_numbers_of_the_built_in_one() {
    let place = Place::with_demo();
    let questions = [
        "score --from 2025-06-30 --to 2026-06-30 --every month --format json",
        "accounts --all --as-of 2026-03-31 --format json",
    ];
    let mut answers = Vec::new();
    for values in [BUILT_IN, SQL] {
        place.apply(&[("scorecards/experience.yaml", &experience(values))]);
        answers.push(questions.map(|question| place.dearly(question).run().json()));
    }
    assert_eq!(answers[0], answers[1]);
    let scores = answers[1][0].as_array().unwrap();
    let known = scores.iter().filter(|row| row["experience"]["score"].is_number()).count();
    assert!(known > 100, "{known} of {}", scores.len());
    // What was kept of one run is right in the next.
    assert_eq!(place.dearly(questions[0]).run().json(), answers[1][0]);
    place.dearly("refresh -q").run();
    assert_eq!(place.dearly(questions[0]).run().json(), answers[1][0]);

    let id = scores[0]["account"].as_str().unwrap();
    let explained = place.dearly("explain --format json").argument(id).run().json();
    let measure = &explained["experience"]["components"][0]["measures"][0];
    assert_eq!(measure["state"], "present");
    assert!(measure["note"].as_str().unwrap().starts_with("select account, count(*) filter"), "{measure}");
}

#[test]
fn a_new_fact_reaches_a_measure_in_sql() {
    let place = Place::with_book();
    // Of the other account: what one account reads may be the whole book.
    let of_all = "{ sql: \"select a.external_id as account, count(t.external_id) as value from accounts a, tickets t group by 1\" }";
    place.apply(&[("scorecards/experience.yaml", &experience([of_all, BUILT_IN[1], BUILT_IN[2]]))]);
    let value = || {
        let explained = place.dearly("explain beta --as-of 2025-06-30 --format json").run().json();
        explained["experience"]["components"][0]["measures"][0]["value"].as_f64().unwrap()
    };
    let score = || {
        place.dearly("score --account beta --as-of 2025-06-30 --format json").run().json()[0]["experience"]
            .clone()
    };
    let (before, score_before) = (value(), score());
    place.write(
        "tickets.csv",
        "external_id,account,severity,opened_at\nnew-1,acme,2,2025-06-01T00:00:00Z\nnew-2,acme,2,2025-06-01T00:00:00Z\n",
    );
    place.dearly("import tickets.csv").run();
    assert_eq!(value(), before + 2.0);
    assert_ne!(score(), score_before);
}

/// What only shows in the answer names the measure.
#[test]
fn a_measure_that_fails_as_of_a_day_is_named() {
    let place = Place::with_book();
    place.dearly("workbook init wb").run();
    let wrong = [
        "{ sql: \"select external_id as account, 1 / (tier - tier) as value from accounts\" }",
        "open_tickets",
        "open_tickets",
    ];
    place.write("wb/scorecards/experience.yaml", experience(wrong));
    place.dearly("workbook apply wb").run();
    let said = place.dearly("score --as-of 2025-06-30").exits(1).run();
    said.warns(&["select external_id as account, 1 / (tier - tier)", "as of 2025-06-30", "ivide by zero"]);
}

#[test]
fn a_workbook_with_wrong_sql_is_refused_at_its_place() {
    let place = Place::new();
    place.dearly("workbook init wb").run();
    let wrong = [
        "{ sql: \"select account, count(*) as value from tickts group by account\" }",
        "{ sql: \"select account, outcomes as value from scores\" }",
        "{ sql: \"delete from tickets\" }",
    ];
    place.write("wb/scorecards/experience.yaml", experience(wrong));
    let said = place.dearly("workbook validate wb").exits(1).run();
    said.says(&[
        "scorecards/experience.yaml:9:42: the SQL of the measure cannot be asked: there is no table `tickts` (line 1, column 40 of the SQL); did you mean `tickets`?",
        "scorecards/experience.yaml:10:42: the SQL of the measure cannot be asked: a measure may not read `scores`",
        "scorecards/experience.yaml:11:41: the SQL of the measure cannot be asked: `delete from …` is refused",
    ]);
    place.write(
        "wb/scorecards/experience.yaml",
        experience(["sql", "{ sql: \"\", per: one }", "{ sql: { a: 1 } }"]),
    );
    place.dearly("workbook validate wb").exits(1).run().says(&["`sql` needs a statement"]);
}

#[test]
fn an_interrupted_question_leaves_nothing_behind() {
    let place = Place::with_book();
    let left = || std::fs::read_dir(place.path("data/query")).map_or(0, |entries| entries.count());
    let endless = "select count(*) from generate_series(1, 9000000000000) where value % 7 = 3";
    let mut asking = place.dearly("query").argument(endless).start();
    let began = Instant::now();
    while left() == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Time for the work to begin.
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &asking.id().to_string()]).status().unwrap().success());
    assert_eq!(asking.wait().unwrap().code(), Some(130));
    assert_eq!(left(), 0);

    // Of one that was killed the next takes it away.
    let mut asking = place.dearly("query").argument(endless).start();
    while left() == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    asking.kill().unwrap();
    asking.wait().unwrap();
    assert_eq!(left(), 1);
    place.dearly("query").argument("select 1").run();
    assert_eq!(left(), 0);
}
