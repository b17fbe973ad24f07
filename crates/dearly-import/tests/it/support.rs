//! Books written for a test, and what comes out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dearly_import::{Book, Change, Checks, Entry, FileError, FileReport, Mapping, ParsedRow, Reading};
use tempfile::TempDir;

/// A folder of files.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The folder of a public data set, or a word on stderr that the test is skipped.
pub(crate) fn data_set(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DEARLY_TEST_DATA").map(|folder| PathBuf::from(folder).join(name));
    let found = folder.filter(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!(
            "skipped: no data set {name:?}; DEARLY_TEST_DATA must name the folder of the public data sets"
        );
    }
    found
}

/// A store that knows what was imported so far.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) keys: BTreeMap<String, BTreeSet<String>>,
    pub(crate) rates: Vec<&'static str>,
    pub(crate) refused: Vec<&'static str>,
}

impl Checks for Store {
    fn knows(&self, file: &str, key: &str) -> bool {
        self.keys.get(file).is_some_and(|keys| keys.contains(key))
    }

    fn convertible(&self, currency: &str) -> Result<(), String> {
        if self.rates.is_empty() || self.rates.contains(&currency) {
            return Ok(());
        }
        Err(format!("no rate is known for {currency:?}; add one to organisation.yaml"))
    }

    fn admits(&self, _file: &str, key: &str) -> Result<(), String> {
        if self.refused.contains(&key) { Err(format!("{key:?} is not wanted")) } else { Ok(()) }
    }
}

/// What came of a file.
pub(crate) struct Imported {
    pub(crate) report: FileReport,
    pub(crate) rows: Vec<ParsedRow>,
    pub(crate) rejects: Vec<dearly_import::Reject>,
}

/// Imports all files of a book as the app does, into memory.
pub(crate) fn import(
    path: &Path,
    mapping: Option<&Mapping>,
    store: &mut Store,
) -> BTreeMap<String, Imported> {
    let book = Book::open(path, mapping).unwrap_or_else(|error| panic!("{error}"));
    import_book(&book, store, true)
}

pub(crate) fn import_book(book: &Book, store: &mut Store, keep: bool) -> BTreeMap<String, Imported> {
    let mut all = BTreeMap::new();
    for file in book.files() {
        let mut imported = Imported { report: FileReport::new(file), rows: Vec::new(), rejects: Vec::new() };
        if let Err(error) = import_file(file, store, &mut imported, keep) {
            imported.report.fail(&error);
        }
        let report = &imported.report;
        assert_eq!(report.read, report.added + report.changed + report.unchanged + report.rejected);
        all.insert(report.file.clone(), imported);
    }
    all
}

fn import_file(
    file: &dearly_import::BookFile,
    store: &mut Store,
    imported: &mut Imported,
    keep: bool,
) -> Result<(), FileError> {
    let prepared = file.prepare(&Reading::default())?;
    imported.report.notes = prepared.notes().to_vec();
    let mut keys = BTreeSet::new();
    for entry in prepared.rows(store)? {
        match entry? {
            Entry::Row(row) => {
                let known = store.knows(file.file().name, &row.key) || keys.contains(&row.key);
                imported.report.count(if known { Change::Changed } else { Change::Added });
                if keep || file.file().name != "events" {
                    keys.insert(row.key.clone());
                }
                if keep {
                    imported.rows.push(row);
                }
            }
            Entry::Repeat { .. } => imported.report.count(Change::Unchanged),
            Entry::Reject(reject) => {
                imported.report.reject(&reject);
                imported.rejects.push(reject);
            }
        }
    }
    assert_eq!(imported.report.read, prepared.len());
    store.keys.entry(file.file().name.to_owned()).or_default().extend(keys);
    Ok(())
}

/// A reject in one line.
pub(crate) fn told(reject: &dearly_import::Reject) -> String {
    format!("{}: {}: {}", reject.line, reject.column.as_deref().unwrap_or("-"), reject.reason)
}
