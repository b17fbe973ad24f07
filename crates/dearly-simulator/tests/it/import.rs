use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;

use dearly_import::{Book, Checks, Entry, Reading};
use dearly_simulator::Settings;

use crate::books::small_book;

/// Knows the rows of the book that came before.
#[derive(Default)]
struct Known(Mutex<HashSet<(&'static str, String)>>);

impl Checks for Known {
    fn knows(&self, file: &str, key: &str) -> bool {
        let known = self.0.lock().unwrap();
        dearly_domain::File::named(file).is_some_and(|file| known.contains(&(file.name, key.to_owned())))
    }
}

/// Rows taken of each file; nothing may be refused.
pub(crate) fn taken(dir: &Path) -> Vec<(&'static str, u64)> {
    let book = Book::open(dir, None).unwrap();
    let known = Known::default();
    let mut counts = Vec::new();
    for file in book.files() {
        let prepared = file.prepare(&Reading::default()).unwrap();
        let mut count = 0;
        for entry in prepared.rows(&known).unwrap() {
            match entry.unwrap() {
                Entry::Row(row) => {
                    count += 1;
                    if file.file().name != "events" {
                        known.0.lock().unwrap().insert((file.file().name, row.key));
                    }
                }
                other => panic!("{}: {other:?}", file.file().name),
            }
        }
        counts.push((file.file().name, count));
    }
    counts
}

#[test]
fn the_import_takes_every_row_of_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let written = small_book(Settings { n_accounts: 40, ..Settings::default() }).write(dir.path()).unwrap();
    let counts = taken(dir.path());
    assert_eq!(counts.len(), dearly_domain::book::FILES.len(), "{counts:?}");
    let records: u64 = counts.iter().filter(|count| count.0 != "events").map(|count| count.1).sum();
    assert_eq!(
        (records, counts.iter().find(|count| count.0 == "events").unwrap().1),
        (written.n_records, written.n_events)
    );
}
