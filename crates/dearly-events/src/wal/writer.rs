//! Appends groups to one file of the log.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use super::{GROUP_HEADER_BYTES, HEADER_BYTES, Header, path_of};
use crate::disk::{Disk, DiskFile};

/// A file of the log that is being written.
pub(crate) struct LogWriter {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    header: Header,
    end: u64,
}

/// What became of a group.
pub(crate) enum Appended {
    /// It is durable.
    Synced,
    /// It is not there, and the file is as before.
    Refused(io::Error),
    /// Nobody knows whether it is there: the file ends before it, and nothing may be written to it any more.
    Spoilt(io::Error),
}

impl LogWriter {
    /// Creates the file durably, after one that ends at `previous_end`.
    pub(crate) fn create(
        disk: &dyn Disk,
        folder: &Path,
        sequence: u64,
        previous_end: u64,
    ) -> io::Result<LogWriter> {
        let path = path_of(folder, sequence);
        let header = Header { sequence, nonce: RandomState::new().hash_one(sequence), previous_end };
        let made = disk.create(&path).and_then(|mut file| {
            file.append(&header.encode())?;
            file.sync()?;
            disk.sync_folder(folder)?;
            Ok(file)
        });
        match made {
            Ok(file) => Ok(LogWriter { path, file, header, end: HEADER_BYTES as u64 }),
            Err(error) => {
                // The next attempt has the same number; what lies there has no group and says nothing.
                let _ = disk.remove(&path);
                Err(error)
            }
        }
    }

    /// Appends a group and makes it durable. The first [`GROUP_HEADER_BYTES`] of `group` are room for its header.
    pub(crate) fn append(&mut self, group: &mut [u8]) -> Appended {
        let (header, body) = group.split_at_mut(GROUP_HEADER_BYTES);
        header.copy_from_slice(&self.header.group(self.end, body));
        if let Err(error) = self.file.append(group) {
            return match self.file.truncate(self.end) {
                Ok(()) => Appended::Refused(error),
                Err(_) => Appended::Spoilt(error),
            };
        }
        if let Err(error) = self.file.sync() {
            // The system may have dropped what it could not write and call the next sync a success.
            let _ = self.file.truncate(self.end);
            return Appended::Spoilt(error);
        }
        self.end += group.len() as u64;
        Appended::Synced
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn header(&self) -> Header {
        self.header
    }

    /// Where its last durable group ends.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }
}
