//! Reads the groups of one file of the log, past damage.

use std::io;
use std::ops::Range;
use std::path::Path;

use super::{GROUP_HEADER_BYTES, HEADER_BYTES, Header, MARK};
use crate::disk::{Disk, DiskFile};

/// A file of the log, opened for reading.
pub(crate) struct LogReader {
    file: Box<dyn DiskFile>,
    header: Header,
    /// Where it ends: as its successor says, else its length.
    end: u64,
}

/// What a file holds beside its groups.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// Where the last group ends.
    pub(crate) end: u64,
    /// Bytes between groups that are no group.
    pub(crate) damaged: Vec<Range<u64>>,
}

/// Why the groups of a file were not all handed out.
#[derive(Debug)]
pub(crate) enum GroupsError<E> {
    /// The disk refused to read.
    Io(io::Error),
    /// Whoever took them refused one.
    Each(E),
}

impl<E> From<io::Error> for GroupsError<E> {
    fn from(error: io::Error) -> GroupsError<E> {
        GroupsError::Io(error)
    }
}

/// What the first bytes of a file say.
pub(crate) enum Opened {
    Header(Header),
    /// It was never finished: no group was ever written to it.
    Unfinished,
    /// It is not a header, and bytes follow it.
    NotAHeader,
    /// A newer program wrote it.
    Version(u64),
}

impl LogReader {
    /// Reads the header.
    pub(crate) fn header(file: &dyn DiskFile) -> io::Result<Opened> {
        let length = file.length()?;
        if length < HEADER_BYTES as u64 {
            return Ok(Opened::Unfinished);
        }
        let mut bytes = [0; HEADER_BYTES];
        file.read_at(0, &mut bytes)?;
        Ok(match Header::decode(&bytes) {
            Ok(Some(header)) => Opened::Header(header),
            Ok(None) if length == HEADER_BYTES as u64 => Opened::Unfinished,
            Ok(None) => Opened::NotAHeader,
            Err(version) => Opened::Version(version),
        })
    }

    /// A file whose end is known; else `end` is its length.
    pub(crate) fn new(file: Box<dyn DiskFile>, header: Header, end: u64) -> LogReader {
        LogReader { file, header, end }
    }

    /// Opens a file whose header and end are known.
    pub(crate) fn open(disk: &dyn Disk, path: &Path, header: Header, end: u64) -> io::Result<LogReader> {
        Ok(LogReader::new(disk.open(path)?, header, end))
    }

    /// Hands every whole group's body to `each`, in order. What is no group is skipped and told.
    pub(crate) fn groups<E>(
        &self,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Scanned, GroupsError<E>> {
        // Shorter than its successor says: cut by somebody else. The rest is missing, and told as damage.
        let end = self.end.min(self.file.length()?);
        let mut scanned = Scanned { end: HEADER_BYTES as u64, damaged: Vec::new() };
        let mut offset = scanned.end;
        let mut body = Vec::new();
        while offset < end {
            let Some(length) = self.group_at(offset, end, &mut body)? else {
                let Some(next) = self.next_group(offset + 1, end)? else { break };
                scanned.damaged.push(offset..next);
                offset = next;
                continue;
            };
            each(&body).map_err(GroupsError::Each)?;
            offset += length;
            scanned.end = offset;
        }
        Ok(scanned)
    }

    /// Reads the group at an offset, and gives the bytes it takes; `None` if there is none.
    fn group_at(&self, offset: u64, end: u64, body: &mut Vec<u8>) -> io::Result<Option<u64>> {
        let mut header = [0; GROUP_HEADER_BYTES];
        if end - offset < GROUP_HEADER_BYTES as u64 {
            return Ok(None);
        }
        self.file.read_at(offset, &mut header)?;
        let length = u32::from_le_bytes(header[4..8].try_into().expect("four bytes")) as usize;
        let bytes = (GROUP_HEADER_BYTES + length) as u64;
        if header[..4] != MARK || bytes > end - offset {
            return Ok(None);
        }
        body.resize(length, 0);
        self.file.read_at(offset + GROUP_HEADER_BYTES as u64, body)?;
        Ok((self.header.group(offset, body) == header).then_some(bytes))
    }

    /// The offset of the first group from `offset` on, wherever its neighbours' lengths point.
    fn next_group(&self, offset: u64, end: u64) -> io::Result<Option<u64>> {
        const WINDOW: u64 = 1 << 20;
        let (mut start, mut window, mut body) = (offset, Vec::new(), Vec::new());
        while start < end {
            let length = WINDOW.min(end - start);
            window.resize(length as usize, 0);
            self.file.read_at(start, &mut window)?;
            for (place, found) in window.windows(MARK.len()).enumerate() {
                let candidate = start + place as u64;
                if found == MARK && self.group_at(candidate, end, &mut body)?.is_some() {
                    return Ok(Some(candidate));
                }
            }
            if start + length == end {
                break;
            }
            // A mark may lie across two windows.
            start += length - (MARK.len() as u64 - 1);
        }
        Ok(None)
    }
}
