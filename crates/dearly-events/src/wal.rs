//! The write-ahead log: files `wal/<sequence>.log` of groups of batches.
//!
//! A group is what one sync makes durable: it is written only after the group before it was synced, and nothing of it
//! is acknowledged before its own. So bytes that are no group are an unacknowledged end if nothing valid follows
//! them, and damage if something does. A file also says where its predecessor ends, because what a failed sync left
//! behind that end was refused, however whole it looks.
//!
//! | bytes | of a file's header |
//! | --- | --- |
//! | 8 | `dearlywl` |
//! | 8 | version of the form, 1 |
//! | 8 | sequence number of the file |
//! | 8 | nonce, a seed of the checksums: a client cannot send what looks like a group |
//! | 8 | where the file before ends; 0 where there is none |
//! | 8 | XXH3 of the bytes before |
//!
//! | bytes | of a group |
//! | --- | --- |
//! | 4 | mark |
//! | 4 | length of the body |
//! | 8 | XXH3 of the body, seeded by nonce and offset |
//! | … | body: the batches one after the other |
//!
//! All numbers are little-endian.

mod reader;
mod recovery;
mod writer;

pub(crate) use reader::{GroupsError, LogReader};
pub(crate) use recovery::{put_aside, recover};
pub(crate) use writer::{Appended, LogWriter};

use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The folder of the log within a data folder.
pub(crate) const FOLDER: &str = "wal";
/// Where files with damage go once what is whole in them was flushed.
pub(crate) const DAMAGED: &str = "damaged";

pub(crate) const HEADER_BYTES: usize = 48;
pub(crate) const GROUP_HEADER_BYTES: usize = 16;
const MAGIC: &[u8; 8] = b"dearlywl";
const VERSION: u64 = 1;
const MARK: [u8; 4] = [0xde, 0xa7, 0x1f, 0x09];

pub(crate) fn path_of(folder: &Path, sequence: u64) -> PathBuf {
    folder.join(format!("{sequence:016}.log"))
}

pub(crate) fn sequence_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    (digits.len() == 16).then(|| digits.parse().ok())?
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) sequence: u64,
    pub(crate) nonce: u64,
    pub(crate) previous_end: u64,
}

impl Header {
    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        for (place, number) in [VERSION, self.sequence, self.nonce, self.previous_end].into_iter().enumerate()
        {
            bytes[8 + place * 8..16 + place * 8].copy_from_slice(&number.to_le_bytes());
        }
        let checksum = xxh3_64(&bytes[..HEADER_BYTES - 8]);
        bytes[HEADER_BYTES - 8..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// `None` for bytes that are not a header; `Err` with the version for one of another version.
    fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Option<Header>, u64> {
        let number = |place: usize| u64_at(bytes, 8 + place * 8);
        if &bytes[..8] != MAGIC || xxh3_64(&bytes[..HEADER_BYTES - 8]) != number(4) {
            return Ok(None);
        }
        if number(0) != VERSION {
            return Err(number(0));
        }
        Ok(Some(Header { sequence: number(1), nonce: number(2), previous_end: number(3) }))
    }

    /// The header of the group with this body at this offset.
    fn group(&self, offset: u64, body: &[u8]) -> [u8; GROUP_HEADER_BYTES] {
        let mut bytes = [0; GROUP_HEADER_BYTES];
        bytes[..4].copy_from_slice(&MARK);
        // A group is kept far below 4 GiB where it is made.
        bytes[4..8].copy_from_slice(&(body.len() as u32).to_le_bytes());
        bytes[8..].copy_from_slice(&xxh3_64_with_seed(body, self.nonce ^ offset).to_le_bytes());
        bytes
    }
}

/// The number at a place that is there.
fn u64_at(bytes: &[u8], place: usize) -> u64 {
    u64::from_le_bytes(bytes[place..place + 8].try_into().expect("eight bytes"))
}
