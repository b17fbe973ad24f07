//! What holds for any file.

use std::collections::BTreeSet;

use dearly_import::{Book, Entry, Reading};
use proptest::prelude::*;

use crate::support::{Folder, Store, import, told};

/// Bytes that look like CSV more often than chance would have it.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-c0-9;.-]{0,4}".prop_map(String::into_bytes),
        2 => Just(b",".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\"".to_vec()),
        1 => Just(b"\"\"".to_vec()),
        1 => "a[0-9],[A-Z],2026-0[1-9]-1[0-9]\n".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..3),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn row() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["a1", "a2", "a3", "a4", "a5"]);
    let name = prop::sample::select(vec!["A", "B", "\"B\"", ""]);
    let parent = prop::sample::select(vec!["", "", "a1", "a2", "a9"]);
    let tier = prop::sample::select(vec!["1", "2", "1.0", "x"]);
    let recorded = prop::sample::select(vec!["", "2026-01-01", "2026-01-01T00:00:00Z", "2026-02-01"]);
    let extra = prop::sample::select(vec!["", "1", "2.5", "true", "no"]);
    (key, name, parent, tier, recorded, extra).prop_map(|(key, name, parent, tier, recorded, extra)| {
        format!("{key},{name},{parent},{tier},{recorded},{extra}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(head in any::<bool>(), bytes in bytes()) {
        let mut text = if head { b"external_id,name,customer_since\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        let folder = Folder::new(&[]);
        for name in ["accounts.csv", "accounts.jsonl", "accounts.csv.gz", "accounts.parquet"] {
            let path = folder.path().join(name);
            std::fs::write(&path, &text).unwrap();
            let book = Book::open(&path, None).unwrap();
            let store = Store::default();
            let Ok(prepared) = book.files()[0].prepare(&Reading::default()) else { continue };
            let mut lines = BTreeSet::new();
            let mut read = 0;
            for entry in prepared.rows(&store).unwrap() {
                read += 1;
                let line = match entry.unwrap() {
                    Entry::Row(row) => row.line,
                    Entry::Repeat { line } => line,
                    Entry::Reject(reject) => {
                        prop_assert_eq!(reject.raw.len(), prepared.reject_columns().len());
                        reject.line
                    }
                };
                prop_assert!(lines.insert(line), "line {} came twice", line);
            }
            prop_assert_eq!(read, prepared.len());
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in prop::collection::vec(row(), 0..12)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let taken = |rows: &[String]| {
            let text = format!("external_id,name,parent,tier,recorded_at,extra\n{}\n", rows.join("\n"));
            let folder = Folder::new(&[("accounts.csv", &text)]);
            let mut all = import(folder.path(), None, &mut Store::default());
            let mut imported = all.remove("accounts").unwrap();
            for key in ["a1", "a2", "a3", "a4", "a5"] {
                let recorded: Vec<_> = imported
                    .rows
                    .iter()
                    .filter(|row| row.key == key)
                    .map(|row| (row.recorded_at.is_none(), row.recorded_at))
                    .collect();
                assert!(recorded.is_sorted(), "{key} {recorded:?}");
            }
            imported.rows.iter_mut().for_each(|row| row.line = 0);
            imported.rows.sort_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
            let mut rejects: Vec<String> = imported
                .rejects
                .iter()
                .map(|reject| told(reject).chars().filter(|letter| !letter.is_ascii_digit()).collect())
                .collect();
            rejects.sort();
            (imported.rows, rejects, imported.report.unchanged)
        };
        prop_assert_eq!(taken(&rows), taken(&shuffled));
    }
}
