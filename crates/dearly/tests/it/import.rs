//! `dearly import`: reports, modes, formats, and what is kept.

use std::fs;

use serde_json::{Value, json};

use crate::book;
use crate::support::Place;

/// A place with the small book as files, not yet imported.
fn prepared() -> Place {
    let place = Place::new();
    place.write_files("book", &book::files());
    place
}

const ADDED: &str = "\
accounts 2 2 0 0 0
people 3 3 0 0 0
subscriptions 2 2 0 0 0
steps 3 3 0 0 0
licences 3 3 0 0 0
activities 2 2 0 0 0
tickets 2 2 0 0 0
surveys 2 2 0 0 0
invoices 1 1 0 0 0
plans 1 1 0 0 0
objectives 2 2 0 0 0
initiatives 1 1 0 0 0
escalations 1 1 0 0 0
judgements 1 1 0 0 0
events 83 83 0 0 0
";

/// The counts of a report in which everything was known.
fn unchanged() -> String {
    ADDED
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {n} 0 0 {n} 0\n", words[0], n = words[1])
        })
        .collect()
}

#[test]
fn every_file_of_a_book_is_taken_and_again_nothing_changes() {
    let place = prepared();
    let first = place.dearly("import book --format json").run();
    assert_eq!(first.counts(), ADDED);
    assert_eq!(first.stderr, "", "the report says it all");
    let state = place.state("data");
    let again = place.dearly("import book --format json").run();
    assert_eq!(again.counts(), unchanged());
    assert_eq!(place.state("data"), state);
    assert_eq!(place.names("data/rejects"), Vec::<String>::new());
}

#[test]
fn the_report_of_an_import_has_stable_keys() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name,arr_band\nacme,Acme,high\nbeta,,low\n");
    let mut report = place.dearly("import book --format json").run().json();
    let id = report["import"].as_str().unwrap().to_owned();
    assert_eq!(report["report"]["import_id"], id.as_str());
    for instant in ["started_at", "finished_at"] {
        let text = report[instant].as_str().unwrap();
        assert!(text.ends_with('Z') && text.contains('T'), "{instant} {text}");
        report[instant] = json!("INSTANT");
    }
    let text = serde_json::to_string_pretty(&report).unwrap().replace(&id, "IMPORT");
    insta::assert_snapshot!(text, @r#"
    {
      "import": "IMPORT",
      "started_at": "INSTANT",
      "finished_at": "INSTANT",
      "source": "book",
      "mode": "upsert",
      "kept": true,
      "report": {
        "import_id": "IMPORT",
        "mode": "upsert",
        "dry_run": false,
        "files": [
          {
            "file": "accounts",
            "sources": [
              "accounts.csv"
            ],
            "read": 2,
            "added": 1,
            "changed": 0,
            "unchanged": 0,
            "rejected": 1,
            "notes": [
              "no recorded_at: every fact counts as known from its own day",
              "unknown columns kept as attributes: arr_band (text)"
            ],
            "samples": [
              {
                "source": "accounts.csv",
                "line": 3,
                "column": "name",
                "reason": "is empty and required"
              }
            ],
            "rejects": "rejects/IMPORT/accounts.csv"
          }
        ],
        "notes": []
      }
    }
    "#);
}

#[test]
fn the_report_for_people_is_a_table_with_what_is_to_be_said_beside_it() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name\nacme,Acme\n");
    place.write("book/acounts.csv", "external_id,name\n");
    let said = place.dearly("import book").run();
    insta::assert_snapshot!(said.stdout, @r"
    ┌──────────┬──────┬───────┬─────────┬───────────┬──────────┐
    │ file     ┆ read ┆ added ┆ changed ┆ unchanged ┆ rejected │
    ╞══════════╪══════╪═══════╪═════════╪═══════════╪══════════╡
    │ accounts ┆    1 ┆     1 ┆       0 ┆         0 ┆        0 │
    │ total    ┆    1 ┆     1 ┆       0 ┆         0 ┆        0 │
    └──────────┴──────┴───────┴─────────┴───────────┴──────────┘
    ");
    said.warns(&["note: ", "acounts.csv", "accounts", "no recorded_at"]);
    let csv = place.dearly("import book --format csv").run().csv();
    assert_eq!(csv[0]["unchanged"], "1");
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let place = prepared();
    place.dearly("import book").run();
    place.write_files("reversed", &book::reversed());
    let said = place.dearly("import reversed --format json").data("other").run();
    assert_eq!(said.counts(), ADDED);
    assert_eq!(place.state("data"), place.state("other"));
    assert_eq!(place.dearly("import reversed --format json").run().counts(), unchanged());
}

#[test]
fn every_format_says_the_same() {
    let place = prepared();
    place.dearly("import book").run();
    let state = place.state("data");
    place.write_files("lines", &book::json_lines());
    for (name, text) in book::files() {
        place.write(&format!("packed/{name}.gz"), gzip(text.as_bytes()));
    }
    for folder in ["lines", "packed"] {
        let fresh = place.dearly("import --format json").argument(folder).data(folder).run();
        assert_eq!(fresh.counts(), ADDED, "{folder}");
        assert_eq!(place.state(folder), state, "{folder}");
        let same = place.dearly("import --format json").argument(folder).run();
        assert_eq!(same.counts(), unchanged(), "{folder} over CSV");
    }
}

#[test]
fn a_single_file_may_come_alone() {
    let place = prepared();
    place.dearly("import book").run();
    let text = book::files().into_iter().find(|own| own.0 == "tickets.csv").unwrap().1;
    place.write("tickets.csv", text + "t3,beta,1,2025-06-29T10:00:00Z,p3,,,\n");
    let said = place.dearly("import tickets.csv --format json").run();
    assert_eq!(said.counts(), "tickets 3 1 0 2 0\n");
}

#[test]
fn update_adds_nothing_and_insert_changes_nothing() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name,segment\nacme,Acme,smb\n");
    place.dearly("import book").run();
    place.write("new/accounts.csv", "external_id,name,segment\nacme,Acme,enterprise\nbeta,Beta,smb\n");

    let update = place.dearly("import new --mode update --format json").run();
    assert_eq!(update.counts(), "accounts 2 0 1 0 1\n");
    let sample = &update.json()["report"]["files"][0]["samples"][0];
    assert_eq!(sample["line"], 3);
    assert!(sample["reason"].as_str().unwrap().contains("--mode update adds none"), "{sample}");

    let insert = place.dearly("import new --mode insert --format json").run();
    assert_eq!(insert.counts(), "accounts 2 1 0 0 1\n");
    let sample = &insert.json()["report"]["files"][0]["samples"][0];
    assert_eq!(sample["line"], 2);
    assert!(sample["reason"].as_str().unwrap().contains("--mode insert changes none"), "{sample}");

    assert_eq!(place.dearly("import new --format json").run().counts(), "accounts 2 0 0 2 0\n");
}

#[test]
fn modes_hold_for_events_too() {
    let place = Place::new();
    let header = "at,account,event,user,message_id\n";
    let one = "2025-06-01T08:00:00Z,acme,login,u1,m1\n";
    let two = "2025-06-02T08:00:00Z,acme,login,u1,m2\n";
    place
        .write("book/accounts.csv", "external_id,name\nacme,Acme\n")
        .write("book/events.csv", format!("{header}{one}"));
    place.dearly("import book").run();
    place.write("events.csv", format!("{header}{one}{two}"));
    assert_eq!(
        place.dearly("import events.csv --mode update --format json").run().counts(),
        "events 2 0 0 1 1\n"
    );
    assert_eq!(
        place.dearly("import events.csv --mode insert --format json").run().counts(),
        "events 2 1 0 0 1\n"
    );
    assert_eq!(place.dearly("import events.csv --format json").run().counts(), "events 2 0 0 2 0\n");
}

#[test]
fn a_dry_run_says_what_would_happen_and_keeps_nothing() {
    let place = prepared();
    place.write("book/accounts.csv", "external_id,name,arr_band\nacme,Acme,high\nbeta,,low\n");
    let dry = place.dearly("import book --dry-run --format json").run();
    let report = dry.json();
    assert_eq!(report["report"]["dry_run"], true);
    assert_eq!(report["report"]["files"][0]["rejected"], 1);
    assert_eq!(place.dearly("accounts --all --format json").run().json(), json!([]));
    assert_eq!(place.names("data/rejects"), Vec::<String>::new());
    assert!(crate::support::files_below(&place.path("data/events")).is_empty());
    let table = place.dearly("import book --dry-run").run();
    table.warns(&["dry run: nothing was kept"]);
    // And then it happens just so.
    let kept = place.dearly("import book --format json").run();
    assert_eq!(kept.counts(), dry.counts());
}

#[test]
fn strict_keeps_nothing_unless_all_rows_can_be_taken() {
    let place = prepared();
    place.dearly("import book").run();
    let state = place.state("data");
    let files = crate::support::files_below(&place.path("data/events"));
    place.write("new/accounts.csv", "external_id,name\nceta,Ceta\n,Nobody\n");
    place.write("new/events.csv", "at,account,event,user\n2025-06-30T08:00:00Z,ceta,login,u\n");
    let said = place.dearly("import new --strict").exits(1).run();
    said.warns(&[
        "line 3, column external_id",
        "strict: nothing was kept",
        "rejected rows of accounts: data/rejects/",
    ]);
    assert_eq!(place.state("data"), state);
    assert_eq!(crate::support::files_below(&place.path("data/events")), files, "telemetry is taken back too");
    place.write("new/accounts.csv", "external_id,name\nceta,Ceta\n");
    let said = place.dearly("import new --strict --format json").run();
    assert_eq!(said.counts(), "accounts 1 1 0 0 0\nevents 1 1 0 0 0\n");
}

#[test]
fn rejected_rows_wait_in_a_file_that_can_be_corrected_and_imported() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name\nacme,Acme\n");
    place.write(
        "book/tickets.csv",
        "\
external_id,account,severity,opened_at,subject,region
t1,acme,2,2025-06-01T10:00:00Z,\"Export, stops\",north
t2,acme,2,2025-06-31T10:00:00Z,\"It says \"\"no\"\", why?\",north
t3,zeta,2,2025-06-03T10:00:00Z,Slow,south
",
    );
    let said = place.dearly("import book --format json").run();
    assert_eq!(said.counts(), "accounts 1 1 0 0 0\ntickets 3 1 0 0 2\n");
    let path = said.json()["report"]["files"][1]["rejects"].as_str().unwrap().to_owned();
    let rejects = place.read(&format!("data/{path}"));
    let mut lines = rejects.lines();
    assert_eq!(
        lines.next().unwrap(),
        "external_id,account,severity,opened_at,subject,region,_line,_column,_reason"
    );
    let second = lines.next().unwrap();
    let (row, reason) = second.split_once(",3,opened_at,").unwrap();
    assert_eq!(row, "t2,acme,2,2025-06-31T10:00:00Z,\"It says \"\"no\"\", why?\",north");
    assert!(reason.contains("2025-06-31"), "{reason}");
    assert_eq!(
        lines.next().unwrap(),
        "t3,zeta,2,2025-06-03T10:00:00Z,Slow,south,4,account,\"account \"\"zeta\"\" does not exist\""
    );
    assert_eq!(lines.next(), None);

    place.write("tickets.csv", rejects.replace("2025-06-31", "2025-06-30").replace("zeta", "acme"));
    let said = place.dearly("import tickets.csv --format json").run();
    assert_eq!(said.counts(), "tickets 2 2 0 0 0\n");
    let notes = said.json()["report"]["files"][0]["notes"].to_string();
    assert!(notes.contains("left out: _line, _column, _reason"), "what we added is no attribute: {notes}");
    assert!(notes.contains("unknown columns kept as attributes: region (text)\""), "{notes}");
}

#[test]
fn a_row_twice_counts_once_and_two_that_differ_count_not_at_all() {
    let place = Place::new();
    place.write(
        "book/accounts.csv",
        "external_id,name\nacme,Acme\nacme,Acme\nbeta,Beta\nceta,Ceta\nbeta,Other\n",
    );
    let said = place.dearly("import book --format json").run();
    assert_eq!(said.counts(), "accounts 5 2 0 1 2\n");
    let samples = &said.json()["report"]["files"][0]["samples"];
    let reason = |place: usize| samples[place]["reason"].as_str().unwrap();
    assert!(reason(0).starts_with("differs from line 6"), "{}", reason(0));
    assert!(reason(1).starts_with("differs from line 4"), "{}", reason(1));
    let rows = place.dearly("accounts --all --sort name --format json").run().json();
    let names: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap()).collect();
    assert_eq!(names, ["acme", "ceta"]);
}

#[test]
fn two_equal_events_of_a_file_are_two_and_the_same_file_again_adds_none() {
    let place = Place::new();
    let row = "2025-06-01T08:00:00Z,acme,login,u1\n";
    place.write("book/accounts.csv", "external_id,name\nacme,Acme\n");
    place.write("book/events.csv", format!("at,account,event,user\n{row}{row}"));
    assert!(place.dearly("import book --format json").run().counts().ends_with("events 2 2 0 0 0\n"));
    assert!(place.dearly("import book --format json").run().counts().ends_with("events 2 0 0 2 0\n"));
    place.write("book/events.csv", format!("at,account,event,user\n{row}{row}{row}"));
    assert!(place.dearly("import book --format json").run().counts().ends_with("events 3 1 0 2 0\n"));
}

/// The account row of the list on a day, with the group of its custom attribute.
fn shown(place: &Place, day: &str) -> (Value, Value, Value) {
    let rows = place.dearly("accounts --all --format json --as-of").argument(day).run().json();
    let row = rows.as_array().unwrap().iter().find(|row| row["account"] == "acme").unwrap().clone();
    let (from, to) = (day.to_owned(), format!("{}9-12-31", &day[..3]));
    let report = place
        .dearly("retention --by arr_band --format json --from")
        .argument(from)
        .argument("--to")
        .argument(to)
        .run()
        .json();
    (row["segment"].clone(), row["csm"].clone(), report["groups"][0]["group"].clone())
}

#[test]
fn an_absent_column_keeps_and_an_empty_cell_clears() {
    let place = Place::new();
    place.write(
        "book/accounts.csv",
        "external_id,name,segment,csm,arr_band,customer_since,recorded_at\nacme,Acme,smb,lee@example.com,high,2025-01-01,2025-01-01T00:00:00Z\n",
    );
    place.write(
        "book/subscriptions.csv",
        "external_id,account,product,starts_on,arr,currency\ns1,acme,core,2025-01-01,100,EUR\n",
    );
    place.dearly("import book").run();
    let text = |text: &str| Value::from(text);
    assert_eq!(shown(&place, "2025-01-15"), (text("smb"), text("lee@example.com"), text("high")));

    // `csm` and `arr_band` are not named: they stay.
    place.write(
        "accounts.csv",
        "external_id,name,segment,recorded_at\nacme,Acme,enterprise,2025-02-01T00:00:00Z\n",
    );
    assert_eq!(place.dearly("import accounts.csv --format json").run().counts(), "accounts 1 0 1 0 0\n");
    assert_eq!(shown(&place, "2025-02-15"), (text("enterprise"), text("lee@example.com"), text("high")));

    // Both are named and empty: they are gone, and the segment stays.
    place.write(
        "accounts.csv",
        "external_id,name,csm,arr_band,recorded_at\nacme,Acme,,,2025-03-01T00:00:00Z\n",
    );
    assert_eq!(place.dearly("import accounts.csv --format json").run().counts(), "accounts 1 0 1 0 0\n");
    assert_eq!(shown(&place, "2025-03-15"), (text("enterprise"), Value::Null, Value::Null));

    // In JSON Lines `null` clears, and what is not there stays.
    place.write(
        "accounts.jsonl",
        "{\"external_id\":\"acme\",\"name\":\"Acme\",\"segment\":null,\"arr_band\":\"low\",\"recorded_at\":\"2025-04-01T00:00:00Z\"}\n",
    );
    assert_eq!(place.dearly("import accounts.jsonl --format json").run().counts(), "accounts 1 0 1 0 0\n");
    assert_eq!(shown(&place, "2025-04-15"), (Value::Null, Value::Null, text("low")));

    // And what was true before is still true of then.
    assert_eq!(shown(&place, "2025-01-15"), (text("smb"), text("lee@example.com"), text("high")));
    assert_eq!(shown(&place, "2025-02-15"), (text("enterprise"), text("lee@example.com"), text("high")));
}

#[test]
fn an_import_leaves_the_files_it_read_as_they_were() {
    let place = prepared();
    let before: Vec<String> =
        book::files().iter().map(|(name, _)| place.read(&format!("book/{name}"))).collect();
    place.dearly("import book").run();
    let after: Vec<String> =
        book::files().iter().map(|(name, _)| place.read(&format!("book/{name}"))).collect();
    assert_eq!(before, after);
    assert_eq!(fs::read_dir(place.path("book")).unwrap().count(), book::files().len());
}

/// A gzip file whose content is stored, not compressed (RFC 1952, RFC 1951 section 3.2.4).
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let chunks: Vec<&[u8]> = content.chunks(65_535).collect();
    for (place, chunk) in chunks.iter().enumerate() {
        let length = u16::try_from(chunk.len()).unwrap();
        file.push(u8::from(place + 1 == chunks.len()));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend_from_slice(chunk);
    }
    let mut check = u32::MAX;
    for byte in content {
        check ^= u32::from(*byte);
        for _ in 0..8 {
            check = if check & 1 == 1 { (check >> 1) ^ 0xedb8_8320 } else { check >> 1 };
        }
    }
    file.extend((!check).to_le_bytes());
    file.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    file
}
