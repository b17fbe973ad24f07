//! Bad input: each gives a clear error or reject, and loses nothing.

use serde_json::Value;

use crate::support::Place;

/// Imports the folder `bad` over a good book; the counts, and the sample of its first reject.
#[track_caller]
fn reject(files: &[(&str, &[u8])]) -> (String, Value) {
    let place = good();
    let before = place.state("data");
    for (name, content) in files {
        place.write(&format!("bad/{name}"), content);
    }
    let said = place.dearly("import bad --format json").run();
    let explained = place.dearly("explain acme --as-of 2025-06-30 --since 2025-05-31 --format json").run();
    assert!(before.contains(&explained.stdout), "acme is as it was");
    let report = said.json();
    let file = report["report"]["files"].as_array().unwrap().iter().find(|file| file["rejected"] != 0);
    let sample = file.unwrap_or_else(|| panic!("nothing was rejected: {report:#}"))["samples"][0].clone();
    (said.counts(), sample)
}

fn good() -> Place {
    let place = Place::new();
    place.write_files("book", &crate::book::files());
    place.dearly("import book").run();
    place
}

/// Imports a whole file that cannot be taken: exit code 1, the words, and all as it was.
#[track_caller]
fn refuse(files: &[(&str, &[u8])], words: &[&str]) {
    let place = good();
    let before = place.state("data");
    for (name, content) in files {
        place.write(&format!("bad/{name}"), content);
    }
    let said = place.dearly("import bad").exits(1).run();
    said.warns(words);
    assert_eq!(place.state("data"), before);
}

#[track_caller]
fn is(sample: &Value, source: &str, line: u64, column: &str, reason: &str) {
    assert_eq!(
        (&sample["source"], &sample["line"], &sample["column"]),
        (&source.into(), &line.into(), &column.into())
    );
    let said = sample["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not said: {said}");
}

const ACCOUNTS: &[u8] = b"external_id,name\nceta,Ceta\n";

#[test]
fn a_missing_folder() {
    let place = Place::new();
    let said = place.dearly("import nowhere").exits(1).run();
    said.warns(&["there is no folder or file nowhere"]);
    assert_eq!(said.stdout, "");
}

#[test]
fn a_folder_without_a_book() {
    let place = Place::new();
    place.write("bad/acounts.csv", "external_id,name\n");
    place.dearly("import bad").exits(1).run().warns(&[
        "holds no file of the book",
        "acounts.csv",
        "accounts",
    ]);
    place.write("people/people.csv", "external_id,account\n");
    place.dearly("import people").exits(1).run().warns(&["holds no accounts file", "people.csv"]);
    place.write("ticket.csv", "external_id\n");
    place
        .dearly("import ticket.csv")
        .exits(1)
        .run()
        .warns(&["ticket.csv is not a file of the book", "tickets"]);
}

#[test]
fn an_empty_file() {
    refuse(
        &[("accounts.csv", b"")],
        &["accounts.csv is empty", "expected a header with external_id*, name*"],
    );
}

#[test]
fn a_wrong_header_names_the_nearest_columns() {
    refuse(
        &[("accounts.csv", b"externl_id,nmae\nceta,Ceta\n")],
        &[
            "accounts.csv has no column external_id, name",
            "\"externl_id\" for external_id",
            "\"nmae\" for name",
        ],
    );
}

#[test]
fn a_column_twice() {
    refuse(&[("accounts.csv", b"external_id,name,name\nceta,Ceta,C\n")], &["\"name\" twice"]);
}

#[test]
fn one_file_twice() {
    refuse(
        &[("accounts.csv", ACCOUNTS), ("accounts.jsonl", b"{\"external_id\":\"ceta\",\"name\":\"Ceta\"}\n")],
        &["accounts.csv", "accounts.jsonl", "keep one of them"],
    );
}

#[test]
fn what_is_no_gzip() {
    refuse(&[("accounts.csv.gz", b"external_id,name\nceta,Ceta\n")], &["accounts.csv.gz"]);
}

#[test]
fn a_file_that_cannot_be_taken_does_not_stop_the_others() {
    let place = Place::new();
    place
        .write("bad/accounts.csv", ACCOUNTS)
        .write("bad/people.csv", "")
        .write("bad/steps.csv", "account,product,step\nceta,core,one\n");
    let said = place.dearly("import bad --format json").exits(1).run();
    assert_eq!(said.counts(), "accounts 1 1 0 0 0\npeople 0 0 0 0 0\nsteps 1 1 0 0 0\n");
    assert!(said.json()["report"]["files"][1]["error"].as_str().unwrap().contains("people.csv is empty"));
}

#[test]
fn a_broken_quote() {
    let (counts, sample) = reject(&[("accounts.csv", b"external_id,name\nceta,\"Ceta\ndelta,Delta\n")]);
    is(&sample, "accounts.csv", 2, "name", "the quote is not closed by the end of the file");
    assert_eq!(counts, "accounts 2 1 0 0 1\n", "the row after it is not swallowed");
}

#[test]
fn too_few_and_too_many_cells() {
    let (counts, sample) =
        reject(&[("accounts.csv", b"external_id,name,tier\nceta,Ceta\ndelta,Delta,1,2\neta,Eta,1\n")]);
    assert_eq!(counts, "accounts 3 1 0 0 2\n");
    assert_eq!(sample["line"], 2);
}

#[test]
fn a_date_that_is_none() {
    let (counts, sample) = reject(&[(
        "accounts.csv",
        b"external_id,name,customer_since\nceta,Ceta,2025-02-30\ndelta,Delta,2025-02-28\n",
    )]);
    is(&sample, "accounts.csv", 2, "customer_since", "\"2025-02-30\" is not a date like ");
    assert_eq!(counts, "accounts 2 1 0 0 1\n");
}

#[test]
fn a_negative_seat_count() {
    let (_, sample) = reject(&[
        ("accounts.csv", ACCOUNTS),
        ("licences.csv", b"account,product,on,assigned,activated\nceta,core,2025-01-31,-4,2\n"),
    ]);
    is(&sample, "licences.csv", 2, "assigned", "-4 is less than 0");
    let (_, sample) = reject(&[
        ("accounts.csv", ACCOUNTS),
        (
            "subscriptions.csv",
            b"external_id,account,product,starts_on,arr,quantity\nx,ceta,core,2025-01-31,100,-4\n",
        ),
    ]);
    is(&sample, "subscriptions.csv", 2, "quantity", "-4 is less than 0");
}

#[test]
fn an_account_that_does_not_exist() {
    let (counts, sample) = reject(&[
        ("accounts.csv", ACCOUNTS),
        (
            "events.csv",
            b"at,account,event,user\n2025-06-01T08:00:00Z,acne,login,u\n2025-06-01T08:00:00Z,ceta,login,u\n",
        ),
    ]);
    is(&sample, "events.csv", 2, "account", "account \"acne\" does not exist");
    assert_eq!(counts, "accounts 1 1 0 0 0\nevents 2 1 0 0 1\n");
}

#[test]
fn two_currencies_without_a_rate() {
    let place = good();
    place.write(
        "subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency\nus1,beta,extra,2025-03-01,2026-03-01,1000,USD\n",
    );
    let said = place.dearly("import subscriptions.csv").run();
    said.warns(&["line 2, column currency: there is no rate from USD to EUR", "rates", "organisation.yaml"]);
    let arr = || {
        let rows = place.dearly("accounts --as-of 2025-06-30 --search beta --format json").run().json();
        rows[0]["arr_cents"].clone()
    };
    assert_eq!(arr(), 1_200_050);
    // With the rate that it names the same file is taken, and converted.
    place.apply(&[("organisation.yaml", "kind: organisation\ncurrency: EUR\nrates: { USD: 0.92 }\n")]);
    let said = place.dearly("import subscriptions.csv --format json").run();
    assert_eq!(said.counts(), "subscriptions 1 1 0 0 0\n");
    assert_eq!(arr(), 1_200_050 + 92_000);
}

#[test]
fn a_field_of_ten_million_characters() {
    let long = "x".repeat(10_000_000);
    let csv = format!("external_id,name\nceta,Ceta\ndelta,{long}\neta,Eta\n");
    let (counts, sample) = reject(&[("accounts.csv", csv.as_bytes())]);
    is(&sample, "accounts.csv", 3, "name", "longer than 1 MiB");
    assert_eq!(counts, "accounts 3 2 0 0 1\n");
    let lines = format!(
        "{{\"external_id\":\"delta\",\"name\":\"{long}\"}}\n{{\"external_id\":\"eta\",\"name\":\"Eta\"}}\n"
    );
    let (counts, sample) = reject(&[("accounts.jsonl", lines.as_bytes())]);
    is(&sample, "accounts.jsonl", 1, "name", "longer than 1 MiB");
    assert_eq!(counts, "accounts 2 1 0 0 1\n");
}

#[test]
fn text_that_is_not_utf_8() {
    let (counts, sample) = reject(&[("accounts.csv", b"external_id,name\nceta,C\xe9ta\ndelta,Delta\n")]);
    is(&sample, "accounts.csv", 2, "name", "not UTF-8");
    assert_eq!(counts, "accounts 2 1 0 0 1\n");
}

#[test]
fn json_that_is_none() {
    let (counts, sample) = reject(&[(
        "accounts.jsonl",
        b"{\"external_id\":\"ceta\",\"name\":\n{\"external_id\":\"delta\",\"name\":\"Delta\"}\n[1]\n",
    )]);
    assert_eq!(sample["line"], 1);
    assert_eq!(counts, "accounts 3 1 0 0 2\n");
}

#[test]
fn a_file_that_is_no_parquet() {
    refuse(&[("accounts.parquet", b"external_id,name\nceta,Ceta\n")], &["accounts.parquet"]);
}

#[test]
fn a_data_folder_that_is_a_file() {
    let place = Place::new();
    place.write("data", "no folder").write("book/accounts.csv", ACCOUNTS);
    place.dearly("import book").exits(1).run().warns(&["data"]);
    assert_eq!(place.read("data"), "no folder");
}

#[test]
fn a_database_that_is_none() {
    let place = Place::new();
    place.write("data/dearly.db", "this is no database, whatever its name says; leave it alone");
    place.write("book/accounts.csv", ACCOUNTS);
    place.dearly("import book").exits(1).run().warns(&["data"]);
    place.dearly("score").exits(1).run().warns(&["data"]);
    assert_eq!(place.read("data/dearly.db"), "this is no database, whatever its name says; leave it alone");
}

#[test]
fn a_mapping_with_mistakes() {
    let place = Place::new();
    place.write("tables/kunden.csv", "id,name\n1,Acme\n");
    place.write(
        "mapping.yaml",
        "kind: mapping\nid: own\nsources: { customers: kunden.csv }\nbook:\n  accounts:\n    from: custmers\n    columns: { external_id: id, name: name }\n",
    );
    let said = place.dearly("import tables --mapping mapping.yaml").exits(1).run();
    said.warns(&["mapping.yaml:6:", "custmers", "customers"]);
    let said = place.dearly("import tables --mapping nowhere.yaml").exits(1).run();
    said.warns(&["nowhere.yaml"]);
}
