//! The daily run: only what changed is reckoned again, and what is kept is what would be reckoned.

use serde_json::Value;

use crate::support::{Place, Server};

/// The counts of a daily run: first, new facts, due, untouched.
fn refresh(place: &Place, as_of: &str) -> [i64; 4] {
    let done = place.dearly("refresh --format json --as-of").argument(as_of).run().json();
    ["n_first", "n_new_facts", "n_due", "n_untouched"].map(|count| done[count].as_i64().unwrap())
}

/// Scores of a span, as kept and as reckoned anew; they are the same.
fn scores(place: &Place, from: &str, to: &str) -> String {
    let command = format!("score --every day --format json --from {from} --to {to}");
    let kept = place.dearly(&command).run().stdout;
    let anew = place.dearly(&command).argument("--anew").run().stdout;
    assert_eq!(kept, anew, "{from} to {to}");
    kept
}

#[test]
fn only_accounts_with_new_facts_or_due_days_are_touched() {
    let place = Place::with_demo();
    let n_accounts =
        place.dearly("accounts --all --format json").run().json().as_array().unwrap().len() as i64;
    assert_eq!(refresh(&place, "2026-06-20"), [n_accounts, 0, 0, 0]);
    assert_eq!(refresh(&place, "2026-06-20"), [0, 0, 0, n_accounts]);
    // Four weeks ahead are reckoned: facts on the way were known, none is new, and nobody is touched.
    assert_eq!(refresh(&place, "2026-07-15"), [0, 0, 0, n_accounts]);
    let before = scores(&place, "2026-06-15", "2026-07-15");

    // An event of one account, a ticket of another.
    let rows = place.dearly("accounts --format json").run().json();
    let account = |at: usize| rows[at]["account"].as_str().unwrap().to_owned();
    place.write(
        "events.csv",
        format!("at,account,event,user\n2026-07-01T10:00:00Z,{},report,u-new\n", account(0)),
    );
    place.dearly("import events.csv").run();
    assert_eq!(refresh(&place, "2026-07-15"), [0, 1, 0, n_accounts - 1]);
    place.write(
        "tickets.csv",
        format!("external_id,account,opened_at,severity\nt-new,{},2026-07-02T10:00:00Z,1\n", account(1)),
    );
    place.dearly("import tickets.csv").run();
    assert_eq!(refresh(&place, "2026-07-15"), [0, 1, 0, n_accounts - 1]);
    let after = scores(&place, "2026-06-15", "2026-07-15");
    assert_ne!(before, after, "a ticket of severity 1 moves a score");

    // Long after, everyone's days ahead have run out.
    assert_eq!(refresh(&place, "2026-10-15"), [0, 0, n_accounts, 0]);
    scores(&place, "2026-10-10", "2026-10-20");

    // Other rules begin anew.
    place.apply(&[("features.yaml", crate::book::FEATURES)]);
    assert_eq!(refresh(&place, "2026-10-15"), [n_accounts, 0, 0, 0]);
    scores(&place, "2026-10-15", "2026-10-15");
}

#[test]
fn telemetry_is_a_new_fact_like_any_other() {
    let place = Place::with_demo();
    let (from, to) = ("2026-06-10", "2026-06-28");
    let before = scores(&place, from, to);
    let rows = place.dearly("accounts --format json").run().json();
    let account = rows[0]["account"].as_str().unwrap();
    let key = place.dearly("key create --write --format json --source web").run().json();
    // Forty new users on eight days, who come by the door and not in a file.
    let calls: Vec<Value> = (0..320)
        .map(|call| {
            serde_json::json!({
                "type": "track", "event": "report", "userId": format!("new{}", call % 40), "messageId": format!("m{call}"),
                "timestamp": format!("2026-06-{:02}T10:00:00Z", 12 + call / 40), "context": { "groupId": account },
            })
        })
        .collect();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    let body = serde_json::json!({ "batch": calls }).to_string();
    let key = key["key"].as_str().unwrap();
    while server.post("/v1/batch", Some(key), &body).0 == 503 {}
    assert_eq!(server.stop(), Some(0));
    assert_ne!(before, scores(&place, from, to), "so many users more move adoption");
}

#[test]
fn the_past_is_made_anew_where_a_late_fact_reaches_it() {
    let place = Place::with_book();
    let before = scores(&place, "2025-05-01", "2025-06-30");
    assert_eq!(scores(&place, "2025-05-01", "2025-06-30"), before, "kept from the first time");
    place
        .write("tickets.csv", "external_id,account,opened_at,severity\nt-late,acme,2025-05-20T10:00:00Z,1\n");
    place.dearly("import tickets.csv").run();
    let after = scores(&place, "2025-05-01", "2025-06-30");
    let on = |text: &str, day: &str| {
        let rows: Value = serde_json::from_str(text).unwrap();
        let rows = rows.as_array().unwrap().clone();
        let found = rows.into_iter().find(|row| row["account"] == "acme" && row["as_of"] == day);
        found.unwrap()["experience"].clone()
    };
    assert_eq!(on(&before, "2025-05-19"), on(&after, "2025-05-19"));
    assert_ne!(on(&before, "2025-05-20"), on(&after, "2025-05-20"));
}
