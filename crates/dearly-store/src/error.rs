//! What can go wrong with the records, by what one can do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::dialect::Fault;
use crate::lock::Holder;

/// The result of an operation on the records.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with the records.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Someone else is writing: try again when they are done.
    #[error("{database} is being written by {}; waited {} s; try again when it is done", Holder::name(.holder), .waited.as_secs())]
    Busy {
        /// Which records.
        database: String,
        /// Who is writing, where they say so.
        holder: Option<Holder>,
        /// How long was waited.
        waited: Duration,
    },
    /// A newer program has changed the tables: use that one.
    #[error(
        "{database} was written by a newer dearly: its schema is at step {found}, this program knows {known}; \
         use the newer program, or another data folder"
    )]
    NewerSchema {
        /// Which records.
        database: String,
        /// The step that the database has reached.
        found: i64,
        /// The last step that this program knows.
        known: i64,
    },
    /// The tables were made by other migrations than this program's.
    #[error(
        "{database} was made by another build of dearly: step {step} of its schema differs from this program's; \
         import the book into a new data folder"
    )]
    OtherSchema {
        /// Which records.
        database: String,
        /// The first step that differs.
        step: i64,
    },
    /// No space is left: free some. Nothing of the transaction was kept, nothing stored earlier was lost.
    #[error("no space is left for {database}; nothing of this was kept; free some space and run it again")]
    DiskFull {
        /// The folder, or the database.
        database: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database is damaged: restore a backup.
    #[error("{database} is damaged; restore a backup, or import the book into a new data folder")]
    Corrupt {
        /// Which records.
        database: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// There are no records at the target.
    #[error("{database} holds no records; import a book first, or name the folder that was imported into")]
    Missing {
        /// Which records.
        database: String,
    },
    /// The folder cannot be used.
    #[error("cannot use {}", .path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be reached.
    #[error("cannot open {database}; check the address, and that the database exists and accepts this user")]
    Unreachable {
        /// Which records.
        database: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Events and other files without a table of their own.
    #[error("the rows of {file} are not kept among the records")]
    NoTable {
        /// The file.
        file: &'static str,
    },
    /// Anything else that the database said.
    #[error("cannot {doing} in {database}")]
    Database {
        /// What was being done, as in `read tickets`.
        doing: String,
        /// Which records.
        database: String,
        /// What the database said.
        source: sqlx::Error,
    },
}

impl Error {
    /// Whether a commit that failed with this surely kept nothing. Where the connection broke it may have come to pass.
    pub fn is_surely_undone(&self) -> bool {
        matches!(self, Error::DiskFull { .. } | Error::Busy { .. })
    }

    /// The error for what the system said of a folder or file.
    pub(crate) fn folder(path: &Path, source: io::Error) -> Error {
        if source.kind() == io::ErrorKind::StorageFull {
            return Error::DiskFull { database: path.display().to_string(), source: sqlx::Error::Io(source) };
        }
        Error::Folder { path: path.to_owned(), source }
    }

    /// The error for what the database said while something was done.
    pub(crate) fn new(database: &str, doing: impl Into<String>, source: sqlx::Error) -> Error {
        let database = database.to_owned();
        match Fault::of(&source) {
            Fault::DiskFull => Error::DiskFull { database, source },
            Fault::Corrupt => Error::Corrupt { database, source },
            Fault::Busy => Error::Busy { database, holder: None, waited: crate::dialect::BUSY_TIMEOUT },
            Fault::Unreachable => Error::Unreachable { database, source },
            Fault::NoTable | Fault::Other => Error::Database { doing: doing.into(), database, source },
        }
    }
}
