//! The report of an import.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::book::BookFile;
use crate::error::FileError;
use crate::read::Reject;

/// How many rejects the report itself shows.
const SAMPLES: usize = 20;

/// What may become of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Unknown keys are added, known ones changed.
    #[default]
    Upsert,
    /// Known keys are changed; an unknown one is rejected.
    Update,
    /// Unknown keys are added; a known one is rejected.
    Insert,
}

/// What a row did to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its key is new.
    Added,
    /// Its key was known and it says something new.
    Changed,
    /// It says what was known.
    Unchanged,
}

/// What became of one file. `read` = `added` + `changed` + `unchanged` + `rejected`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileReport {
    /// The file of the book.
    pub file: String,
    /// The files on disk it was read from.
    pub sources: Vec<String>,
    /// The rows of the file.
    pub read: u64,
    /// Rows with a new key.
    pub added: u64,
    /// Rows that say something new of a known key.
    pub changed: u64,
    /// Rows that say what was known, or what another row of the file says.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: u64,
    /// What else is to be said.
    pub notes: Vec<String>,
    /// Why nothing of the file was taken, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first rejects.
    pub samples: Vec<Reject>,
    /// Where all rejects were written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects: Option<PathBuf>,
}

impl FileReport {
    /// The report of a file of which nothing has been read yet.
    pub fn new(file: &BookFile) -> FileReport {
        FileReport { file: file.file().name.to_owned(), sources: file.sources(), ..FileReport::default() }
    }

    /// Counts a row that was taken.
    pub fn count(&mut self, change: Change) {
        self.read += 1;
        match change {
            Change::Added => self.added += 1,
            Change::Changed => self.changed += 1,
            Change::Unchanged => self.unchanged += 1,
        }
    }

    /// Counts a row that was not taken, and keeps it among the samples while there are few.
    pub fn reject(&mut self, reject: &Reject) {
        self.read += 1;
        self.rejected += 1;
        if self.samples.len() < SAMPLES {
            self.samples.push(Reject { raw: Vec::new(), ..reject.clone() });
        }
    }

    /// Says why nothing of the file was taken.
    pub fn fail(&mut self, error: &FileError) {
        self.error = Some(error.to_string());
    }

    /// Whether every row of the file was taken.
    pub fn is_clean(&self) -> bool {
        self.rejected == 0 && self.error.is_none()
    }
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// The id of the import.
    pub import_id: String,
    /// What might become of a row.
    pub mode: Mode,
    /// Whether nothing was stored.
    pub dry_run: bool,
    /// The files, in the order they were read.
    pub files: Vec<FileReport>,
    /// What is to be said of the folder.
    pub notes: Vec<String>,
}

impl ImportReport {
    /// The sums over all files.
    pub fn total(&self) -> FileReport {
        let mut total = FileReport { file: "total".to_owned(), ..FileReport::default() };
        for file in &self.files {
            total.read += file.read;
            total.added += file.added;
            total.changed += file.changed;
            total.unchanged += file.unchanged;
            total.rejected += file.rejected;
        }
        total
    }

    /// Whether every row of every file was taken.
    pub fn is_clean(&self) -> bool {
        self.files.iter().all(FileReport::is_clean)
    }
}
