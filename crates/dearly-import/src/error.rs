//! What can stop a whole import, and what can stop a file of it.

use std::path::PathBuf;

use crate::mapping::Problem;

/// Why nothing can be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such folder or file.
    #[error("there is no folder or file {}", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// The folder holds no file of the book.
    #[error("{} holds no file of the book; expected accounts.csv, .jsonl or .parquet and the like (docs/BOOK.md){}", path.display(), found.as_ref().map_or_else(String::new, |found| format!("; found {found}")))]
    NoFiles {
        /// The folder.
        path: PathBuf,
        /// What it holds instead, with the nearest names.
        found: Option<String>,
    },
    /// The folder holds files of the book but no accounts.
    #[error("{} holds no accounts file, the one file that a book must have; found {found}. Name a single file to import it alone", path.display())]
    NoAccounts {
        /// The folder.
        path: PathBuf,
        /// What it holds instead.
        found: String,
    },
    /// A single file whose name is none of the book's.
    #[error("{} is not a file of the book{hint}; expected one of {expected}, as .csv, .jsonl, .ndjson or .parquet (csv and json lines also as .gz or .zst)", path.display())]
    NotOfTheBook {
        /// The file.
        path: PathBuf,
        /// The nearest name, as a question.
        hint: String,
        /// The names of the book.
        expected: String,
    },
    /// The mapping has errors, all of them listed.
    #[error("the mapping has {} error{}:\n{}", .0.len(), if .0.len() == 1 { "" } else { "s" }, .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Mapping(Vec<Problem>),
    /// The folder or the mapping cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file with another ending than those of tables.
    #[error("{} is not a table that can be read; expected a file that ends in one of {endings}", path.display())]
    NotATable {
        /// The file.
        path: PathBuf,
        /// The endings.
        endings: String,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why one file cannot be imported; the others are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// There is not even a header.
    #[error("{source_name} is empty; expected a header with {expected}")]
    Empty {
        /// The name of the file.
        source_name: String,
        /// The columns of the noun.
        expected: String,
    },
    /// The header lacks required columns.
    #[error("{source_name} has no column {missing}; expected {expected}; found {found}{hint}")]
    MissingColumns {
        /// The name of the file.
        source_name: String,
        /// The required columns that are not there.
        missing: String,
        /// The columns of the noun, `*` at the required ones.
        expected: String,
        /// The columns that are there.
        found: String,
        /// Columns that look like a missing one.
        hint: String,
    },
    /// Two columns have one name.
    #[error("{source_name} names the column {column:?} twice; rename or remove one of the two")]
    DuplicateColumn {
        /// The name of the file.
        source_name: String,
        /// The name that stands twice.
        column: String,
    },
    /// Two files hold one noun.
    #[error("{noun} stands in {files}; keep one of them")]
    SeveralFiles {
        /// The noun.
        noun: String,
        /// The files.
        files: String,
    },
    /// The file cannot be read at all, or not to its end.
    #[error("{source_name}: {reason}")]
    Unreadable {
        /// The name of the file.
        source_name: String,
        /// Why, and what to do.
        reason: String,
    },
}

impl FileError {
    pub(crate) fn unreadable(source_name: &str, reason: impl Into<String>) -> FileError {
        FileError::Unreadable { source_name: source_name.to_owned(), reason: reason.into() }
    }
}
