//! The mappings of `examples/`, against the public data sets.

use std::path::Path;

use dearly_domain::Cell;
use dearly_import::{Book, Mapping};

use crate::support::{Imported, Store, data_set, import_book};

fn mapping(name: &str) -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).join("mapping.yaml");
    Mapping::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

fn counts(imported: &Imported) -> (u64, u64, u64, u64) {
    let report = &imported.report;
    (report.read, report.added, report.unchanged, report.rejected)
}

#[test]
fn the_mappings_of_the_examples_are_valid() {
    for name in ["ravenstack", "churnsim"] {
        assert_eq!(mapping(name).id, name);
    }
}

#[test]
fn ravenstack_imports_with_its_contradictions_told() {
    let Some(folder) = data_set("ravenstack") else {
        return;
    };
    let book = Book::open(&folder, Some(&mapping("ravenstack"))).unwrap_or_else(|error| panic!("{error}"));
    let mut store = Store::default();
    let files = import_book(&book, &mut store, true);
    let expected = [
        ("accounts", (500, 500, 0, 0)),
        ("subscriptions", (5_000, 4_987, 0, 13)),
        ("events", (25_000, 24_958, 0, 42)),
        ("tickets", (2_000, 2_000, 0, 0)),
        ("surveys", (1_175, 1_175, 0, 0)),
        ("activities", (600, 600, 0, 0)),
    ];
    for (file, expected) in expected {
        let imported = &files[file];
        assert_eq!(counts(imported), expected, "{file}: {:?}", imported.rejects.first());
    }
    assert_eq!(files.len(), expected.len());
    // Thirteen terms end on the day they begin; 21 usage ids stand for two different rows each.
    for reject in &files["subscriptions"].rejects {
        assert_eq!(reject.column.as_deref(), Some("ends_on"));
        assert!(reject.reason.contains("is not after starts_on"), "{}", reject.reason);
    }
    for reject in &files["events"].rejects {
        assert!(reject.reason.starts_with("differs from line "), "{}", reject.reason);
    }
    let ticket = files["tickets"].rows.iter().find(|row| row.key == "T-0024de").unwrap();
    let cell = |column: &str| {
        let position = dearly_domain::File::named("tickets").unwrap().position(column).unwrap();
        ticket.cells[position].clone().map(|cell| cell.to_string())
    };
    assert_eq!(cell("severity").as_deref(), Some("2"));
    assert_eq!(cell("opened_at").as_deref(), Some("2023-07-27T00:00:00Z"));
    assert_eq!(cell("first_response_at").as_deref(), Some("2023-07-27T01:14:00Z"));
    assert_eq!(cell("resolved_at").as_deref(), Some("2023-07-28T03:00:00Z"));
    assert_eq!(cell("category"), None);
    let sum: i64 = files["subscriptions"]
        .rows
        .iter()
        .map(|row| match row.cells[5] {
            Some(Cell::Integer(cents)) => cents,
            _ => 0,
        })
        .sum();
    assert_eq!(sum, 13_550_907_600, "ARR of all terms taken");
}

#[test]
fn churnsim_imports_whole() {
    let Some(folder) = data_set("churnsim-crm5") else {
        return;
    };
    let book = Book::open(&folder, Some(&mapping("churnsim"))).unwrap_or_else(|error| panic!("{error}"));
    let files = import_book(&book, &mut Store::default(), false);
    assert_eq!(counts(&files["accounts"]), (695, 695, 0, 0));
    assert_eq!(counts(&files["subscriptions"]), (8_465, 8_465, 0, 0));
    let events = 137_163 + 117_606 + 1_787_308;
    assert_eq!(counts(&files["events"]), (events, events, 0, 0));
    assert_eq!(files.len(), 3);
}

#[test]
fn the_mapping_of_the_guide_is_valid() {
    let guide = include_str!("../../../../examples/README.md");
    let (_, rest) = guide.split_once("```yaml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    Mapping::parse("README.md", text).unwrap_or_else(|problems| panic!("{problems:#?}"));
}
