//! What the records keep of a segment.

use dearly_domain::{AccountId, Instant};

use crate::Error;

/// One file of at most a million events of one year, sorted by account. Immutable once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The path within the data folder, with slashes: `events/2026/segment-<id>.parquet`. The id is a checksum.
    pub path: String,
    /// The number of events.
    pub rows: u64,
    /// The first instant of an event.
    pub min_at: Instant,
    /// The last instant of an event.
    pub max_at: Instant,
    /// The first account, in byte order.
    pub min_account: AccountId,
    /// The last account, in byte order.
    pub max_account: AccountId,
    /// The size of the file.
    pub bytes: u64,
}

/// The folder of all segments within the data folder.
pub(crate) const FOLDER: &str = "events";
/// How the name of a file that is still being written ends.
pub(crate) const PARTIAL: &str = ".partial";
const PREFIX: &str = "segment-";
const SUFFIX: &str = ".parquet";
/// Hexadecimal digits of a checksum of 128 bits.
const ID_DIGITS: usize = 32;

/// The path of a segment of this year and checksum; `attempt` tells apart files of the very same content.
pub(crate) fn path_of(year: i16, checksum: u128, attempt: u32) -> String {
    match attempt {
        0 => format!("{FOLDER}/{year:04}/{PREFIX}{checksum:032x}{SUFFIX}"),
        _ => format!("{FOLDER}/{year:04}/{PREFIX}{checksum:032x}-{attempt}{SUFFIX}"),
    }
}

/// The checksum within the name of a segment's file, or `None` where the name is no segment's.
pub(crate) fn checksum_of(name: &str) -> Option<u128> {
    let id = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (checksum, attempt) = id.split_at_checked(ID_DIGITS)?;
    let ends_well = match attempt.strip_prefix('-') {
        Some(attempt) => !attempt.is_empty() && attempt.bytes().all(|digit| digit.is_ascii_digit()),
        None => attempt.is_empty(),
    };
    let hexadecimal = checksum.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    (ends_well && hexadecimal).then(|| u128::from_str_radix(checksum, 16).ok()).flatten()
}

/// Whether the name is that of a folder of one year.
pub(crate) fn is_year(name: &str) -> bool {
    name.len() == 4 && name.bytes().all(|digit| digit.is_ascii_digit())
}

impl Segment {
    /// The checksum that its path carries. A path that is no segment's is refused, so that no records, however
    /// they came about, can make us read or delete anything else.
    pub(crate) fn checksum(&self) -> Result<u128, Error> {
        let mut parts = self.path.split('/');
        let checksum = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(FOLDER), Some(year), Some(name), None) if is_year(year) => checksum_of(name),
            _ => None,
        };
        checksum.ok_or_else(|| Error::NotASegment { path: self.path.clone() })
    }
}
