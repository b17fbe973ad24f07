//! The mappings of `examples/` on the public data sets, whose folder DEARLY_TEST_DATA names.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Place;

/// The folder of a data set, or none, with a word about it.
pub(crate) fn data_set(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DEARLY_TEST_DATA").map(|folder| Path::new(&folder).join(name));
    match folder {
        Some(folder) if folder.is_dir() => Some(folder),
        Some(folder) => {
            eprintln!("SKIPPED: {} is not there, so the data set {name} is not tested", folder.display());
            None
        }
        None => {
            eprintln!("SKIPPED: DEARLY_TEST_DATA names no folder, so the data set {name} is not tested");
            None
        }
    }
}

pub(crate) fn import(place: &Place, data: &Path, name: &str) -> String {
    let mapping =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).join("mapping.yaml");
    let command = place.dearly("import --format json").argument(data).argument("--mapping").argument(mapping);
    command.run().counts()
}

/// Neither set says enough for an outcomes score: each must be unknown, with its reason, and none a zero.
fn are_honest(rows: &Value, n_customers: usize) {
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), n_customers);
    for row in rows {
        let outcomes = &row["outcomes"];
        assert_eq!(outcomes["score"], Value::Null, "{row}");
        assert_eq!(outcomes["colour"], "unknown", "{row}");
        assert!(["coverage", "new"].contains(&outcomes["reason"].as_str().unwrap()), "{row}");
        assert!(outcomes["coverage"].as_f64().unwrap() < 0.6 || outcomes["reason"] == "new", "{row}");
        for part in row["components"].as_object().unwrap().values().chain([&row["experience"]]) {
            assert_eq!(part["score"].is_null(), part["colour"] == "unknown", "{row}");
        }
    }
}

#[test]
fn ravenstack() {
    let Some(data) = data_set("ravenstack") else {
        return;
    };
    let place = Place::new();
    let expected = "\
accounts 500 500 0 0 0
subscriptions 5000 4987 0 0 13
activities 600 600 0 0 0
tickets 2000 2000 0 0 0
surveys 1175 1175 0 0 0
events 25000 24958 0 0 42
";
    assert_eq!(import(&place, &data, "ravenstack"), expected);
    let rows = place.dearly("score --format json").run().json();
    are_honest(&rows, 500);
    assert!(rows.as_array().unwrap().iter().all(|row| row["experience"]["score"].is_null()));
    let again = import(&place, &data, "ravenstack");
    assert!(again.contains("subscriptions 5000 0 0 4987 13\n"), "{again}");
    assert!(again.contains("events 25000 0 0 24958 42\n"), "{again}");
}

#[test]
fn churnsim() {
    let Some(data) = data_set("churnsim-crm5") else {
        return;
    };
    let place = Place::new();
    let expected = "\
accounts 695 695 0 0 0
subscriptions 8465 8465 0 0 0
events 2042077 2042077 0 0 0
";
    assert_eq!(import(&place, &data, "churnsim"), expected);
    let rows = place.dearly("score --format json").run().json();
    are_honest(&rows, rows.as_array().unwrap().len());
    assert!(rows.as_array().unwrap().len() > 100);
}
