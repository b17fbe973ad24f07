//! What can go wrong while events are taken.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a batch was not taken, or the log could not be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// No room on the disk, or the quota is used up. What was acknowledged is safe, and taking goes on by itself
    /// when there is room.
    #[error(
        "the disk is full: {} could not be written; nothing of this batch was kept: free some space there and send it again",
        path.display()
    )]
    DiskFull {
        /// The file that could not be written.
        path: PathBuf,
    },
    /// Another process takes events into this folder.
    #[error(
        "{} is in use by {holder}; one process at a time takes events into a data folder: stop that one, or use another folder",
        folder.display()
    )]
    Held {
        /// The folder of the log.
        folder: PathBuf,
        /// Who holds the lock.
        holder: String,
    },
    /// A file of the log that a newer program wrote.
    #[error("{} has version {version}, expected 1; start the newer dearly that wrote it", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version it names.
        version: u64,
    },
    /// A file of the window of deduplication that is not what was written. Without it, events of its days that are
    /// sent again would count twice.
    #[error(
        "{} is damaged: {found}; restore it from a backup, or move it away and accept that events of its days count twice if they are sent again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// A record in the log that this program cannot read.
    #[error("{} has a record that cannot be read: {found}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        found: String,
    },
    /// A batch larger than a group may be.
    #[error("a batch of {bytes} bytes is too large, at most {limit} are taken at once; send it in parts")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The log was closed before the batch was written.
    #[error("events are no longer taken: the server is shutting down; send the batch again")]
    Closed,
    /// Anything else that the file system refuses.
    #[error("{action} {} failed: {message}", path.display())]
    Io {
        /// What was tried: "reading", "writing" …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
}

impl IngestError {
    /// After how long to try again; `None` where trying again is of no use.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            IngestError::DiskFull { .. } => Some(Duration::from_secs(30)),
            IngestError::Closed | IngestError::Io { .. } | IngestError::Damaged { .. } => {
                Some(Duration::from_secs(10))
            }
            _ => None,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path, error: &io::Error) -> IngestError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                IngestError::DiskFull { path: path.to_owned() }
            }
            _ => IngestError::Io { action, path: path.to_owned(), message: error.to_string() },
        }
    }
}

/// Too much is on its way: nothing of the batch was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}; try again in {} s", retry_after.as_secs().max(1))]
pub struct Busy {
    /// After how long to try again.
    pub retry_after: Duration,
    /// What there is too much of.
    pub why: BusyReason,
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BusyReason {
    /// Batches that wait to be written.
    Queue,
    /// Events that are durable, but not yet in the lake.
    Unflushed,
    /// The server is shutting down.
    Closing,
}

impl fmt::Display for BusyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BusyReason::Queue => "more events arrive than can be written",
            BusyReason::Unflushed => "more events arrive than can be moved into the lake",
            BusyReason::Closing => "the server is shutting down",
        })
    }
}

/// Bytes of the log that were acknowledged and are no longer what was written. Everything around them was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file, as it is named now; it goes to `wal/damaged` once the rest of it was flushed.
    pub path: PathBuf,
    /// The bytes from which nothing could be read.
    pub bytes: Option<(u64, u64)>,
    /// What is wrong.
    pub found: String,
}

impl Damage {
    pub(crate) fn unreadable(path: &Path, bytes: Range<u64>) -> Damage {
        let found = "no group of events can be read".to_owned();
        Damage { path: path.to_owned(), bytes: Some((bytes.start, bytes.end)), found }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged: {}", self.path.display(), self.found)?;
        if let Some((from, to)) = self.bytes {
            write!(f, " in bytes {from} to {to}")?;
        }
        f.write_str(
            "; events in it may be lost, all others were read. The file is kept; check the disk, and restore the file from a \
             backup if there is one",
        )
    }
}
