//! `dearly explain`: parts that add up, and the same numbers on the page.

use serde_json::Value;

use crate::support::{Place, Server};

#[track_caller]
fn close(value: f64, expected: f64, what: &Value) {
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}: {what:#}");
}

fn sum<'a>(values: impl Iterator<Item = &'a Value>, key: &str) -> f64 {
    values.map(|value| value[key].as_f64().unwrap()).sum()
}

/// Insists that every score is the sum of its parts and every move that of its lines; how many of each there were.
fn adds_up(explained: &Value) -> (usize, usize) {
    let (mut scores, mut moves) = (0, 0);
    for score in [&explained["outcomes"], &explained["experience"]] {
        let components = score["components"].as_array().unwrap();
        for component in components {
            let measures = component["measures"].as_array().unwrap();
            close(
                sum(measures.iter(), "contribution"),
                component["contribution"].as_f64().unwrap(),
                component,
            );
            for measure in measures.iter().filter(|measure| measure["points"].is_number()) {
                let product =
                    measure["points"].as_f64().unwrap() * measure["effective_weight"].as_f64().unwrap();
                close(measure["contribution"].as_f64().unwrap(), product, measure);
            }
        }
        let Some(value) = score["score"].as_f64() else {
            continue;
        };
        let caps = score["caps"].as_array().unwrap();
        let whole = sum(components.iter(), "contribution") + sum(caps.iter(), "contribution");
        close(whole, value, score);
        scores += 1;
        if let Some(before) = score["moved"]["from"].as_f64() {
            let moved = &score["moved"];
            close(moved["to"].as_f64().unwrap(), value, moved);
            close(sum(moved["lines"].as_array().unwrap().iter(), "change"), value - before, moved);
            moves += 1;
        }
    }
    (scores, moves)
}

#[test]
fn parts_add_up_for_every_account_of_a_demo() {
    let place = Place::with_demo();
    let rows = place.dearly("score --format json").run().json();
    let (mut scores, mut moves) = (0, 0);
    for row in rows.as_array().unwrap() {
        let account = row["account"].as_str().unwrap();
        let explained =
            place.dearly("explain --since 2026-03-31 --format json").argument(account).run().json();
        assert_eq!(explained["outcomes"]["score"], row["outcomes"]["score"]);
        assert_eq!(explained["experience"]["score"], row["experience"]["score"]);
        let found = adds_up(&explained);
        scores += found.0;
        moves += found.1;
    }
    assert!(scores >= 10 && moves >= 5, "{scores} scores, {moves} moves");
}

#[test]
fn a_score_opens_down_to_the_facts() {
    let place = Place::with_book();
    let explained = place.dearly("explain acme --as-of 2025-06-30 --format json").run().json();
    assert_eq!(adds_up(&explained).0, 2);
    assert_eq!(explained["workbook_version"], 1);
    let deployment = &explained["outcomes"]["components"][0];
    assert_eq!(deployment["component"], "deployment");
    let licences = &deployment["measures"][0];
    assert_eq!(licences["measure"], "licence_utilisation");
    assert_eq!((&licences["numerator"], &licences["denominator"]), (&38.0.into(), &44.0.into()));
    // Five months old: 75 % is worth 90 points, 100 % is worth 100.
    close(licences["points"].as_f64().unwrap(), 90.0 + (38.0 / 44.0 - 0.75) / 0.25 * 10.0, licences);
    assert_eq!(licences["facts"][0]["file"], "licences");
    assert_eq!(licences["facts"][0]["on"], "2025-06-30");
    let table = place.dearly("explain acme --as-of 2025-06-30 --facts").run();
    table.says(&[
        "Acme Machinery (acme) as of 2025-06-30",
        "38 of 44 seats activated (86 %)",
        "✓ 2025-06-30 licences",
    ]);
    let csv = place.dearly("explain acme --as-of 2025-06-30 --format csv").run();
    let row = csv.stdout.lines().find(|line| line.contains(",licence_utilisation,")).unwrap();
    assert!(row.contains(&licences["points"].to_string()), "{row}");
}

#[test]
fn what_moved_is_said() {
    let place = Place::with_book();
    let explained =
        place.dearly("explain acme --as-of 2025-06-30 --since 2025-06-09 --format json").run().json();
    let moved = &explained["outcomes"]["moved"];
    assert_eq!(moved["since"], "2025-06-09");
    let line = |id: &str| {
        let lines = moved["lines"].as_array().unwrap();
        lines.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("no line {id}: {moved:#}"))
    };
    // The second objective came due on 15 June, and is not done.
    let plan = line("plan_on_track");
    assert!(plan["change"].as_f64().unwrap() < 0.0, "{plan}");
    assert_eq!(plan["from_text"], "1 of 1 objective due on time (100 %)");
    assert_eq!(plan["to_text"], "1 of 2 objectives due on time (50 %)");
    // The first activity of the account is of 10 June: the whole of engagement came.
    assert_eq!(line("coverage")["to_text"], "100 % known");
    assert!(
        moved["sentence"].as_str().unwrap().starts_with("outcomes 76 → 76: ROI: success plan"),
        "{moved}"
    );
    let said = place.dearly("explain acme --as-of 2025-06-30 --since 2025-06-09").run();
    said.says(&["since 2025-06-09: outcomes "]);
}

#[test]
fn an_unknown_score_says_why() {
    let place = Place::with_book();
    let explained = place.dearly("explain beta --as-of 2025-03-10 --format json").run().json();
    assert_eq!(explained["outcomes"]["score"], Value::Null);
    assert_eq!(explained["outcomes"]["sentence"], "outcomes unknown: the account is in its first days");
    adds_up(&explained);
}

#[test]
fn what_cannot_be_explained_is_refused_in_words() {
    let place = Place::with_book();
    let said = place.dearly("explain acne").exits(1).run();
    said.warns(&["there is no account \"acne\""]);
    let said = place.dearly("explain acme --as-of 2025-06-01 --since 2025-06-30").exits(1).run();
    said.warns(&["since 2025-06-30 is not before 2025-06-01"]);
    place.dearly("explain").exits(2).run();
}

/// The JSON without the white space between its parts: numbers keep every digit as written.
fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    json.chars()
        .filter(|character| {
            if inside {
                inside = escaped || *character != '"';
                escaped = !escaped && *character == '\\';
                return true;
            }
            inside = *character == '"';
            !character.is_whitespace()
        })
        .collect()
}

#[test]
fn page_and_command_line_agree_to_the_last_digit() {
    let place = Place::with_demo();
    let rows = place.dearly("score --format json").run();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    for row in rows.json().as_array().unwrap().iter().take(4) {
        let account = row["account"].as_str().unwrap();
        for (query, more) in [
            ("since=2026-03-31", "--since 2026-03-31"),
            ("as_of=2026-05-17&since=2026-04-01", "--as-of 2026-05-17 --since 2026-04-01"),
        ] {
            let mut command = place.dearly("explain --format json").argument(account);
            for argument in more.split(' ') {
                command = command.argument(argument);
            }
            let page = server.get(&format!("/api/v1/accounts/{account}/explanation?{query}"));
            assert_eq!(compact(&page), compact(&command.run().stdout), "{account} {query}");
        }
    }
    let scores: Value = serde_json::from_str(&server.get("/api/v1/scores?as_of=2026-06-30")).unwrap();
    assert_eq!(scores["rows"], rows.json());
    let report = server.get("/api/v1/retention?from=2025-07-01&to=2026-07-01&by=segment");
    let said = place.dearly("retention --from 2025-07-01 --to 2026-07-01 --by segment --format json").run();
    assert_eq!(compact(&report), compact(&said.stdout));
}
