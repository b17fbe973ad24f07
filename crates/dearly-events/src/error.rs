//! What can go wrong with telemetry at rest.

use std::io;
use std::path::{Path, PathBuf};

/// Why events could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No room on the disk, or the quota is used up. Nothing that was live is touched.
    #[error(
        "the disk is full: {} could not be written; nothing was changed: free some space there and run the same command again",
        path.display()
    )]
    DiskFull {
        /// The file that could not be written.
        path: PathBuf,
    },
    /// A live segment whose file is not there.
    #[error(
        "{} is missing, though the records named it as a live segment of events; if events were erased meanwhile, run \
         the same command again, else restore the data folder from a backup, or import into a new one",
        path.display()
    )]
    Missing {
        /// The file that should be there.
        path: PathBuf,
    },
    /// A file that is not, byte for byte, what was written.
    #[error(
        "{} is damaged: {found}; restore the data folder from a backup, or import into a new one",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// A segment's path that this crate never gives.
    #[error(
        "{path:?} is not the path of a segment, expected events/month=<month>/segment-<id>.parquet; the records were changed by hand"
    )]
    NotASegment {
        /// The path as it stands in the records.
        path: String,
    },
    /// A segment that another version of Dearly wrote.
    #[error(
        "{} has layout {found} of events, this program reads layout 2; import the book into a new data folder, or use \
         the version of Dearly that wrote it",
        path.display()
    )]
    OtherLayout {
        /// The file.
        path: PathBuf,
        /// The version of its layout.
        found: String,
    },
    /// An event too long to be kept.
    #[error(
        "an event of account {account:?} has {bytes} bytes of text, at most {limit} are kept; shorten its attributes"
    )]
    TooLong {
        /// The first characters of the account's id.
        account: String,
        /// The bytes of all its texts.
        bytes: usize,
        /// The most that is kept.
        limit: usize,
    },
    /// Anything else that the file system refuses.
    #[error("{action} {} failed", path.display())]
    Io {
        /// What was tried: "reading", "writing" …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Error {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Error::DiskFull { path: path.to_owned() }
            }
            _ => Error::Io { action, path: path.to_owned(), source },
        }
    }

    pub(crate) fn damaged(path: &Path, found: impl Into<String>) -> Error {
        Error::Damaged { path: path.to_owned(), found: found.into() }
    }
}
