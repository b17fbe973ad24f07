//! What the records keep of a segment.

use dearly_domain::{AccountId, Instant};

use crate::{Error, Month};

/// One file of events of one month, in the order of [`crate::EventRow::order`]. Immutable once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The path within the data folder, with slashes: `events/month=2026-11/segment-<id>.parquet`. The id is a
    /// checksum.
    pub path: String,
    /// The number of events.
    pub rows: u64,
    /// The first instant of an event.
    pub min_at: Instant,
    /// The last instant of an event.
    pub max_at: Instant,
    /// How many of its events have no account.
    pub n_unattributed: u64,
    /// The first account, in byte order; `None` where no event has one.
    pub min_account: Option<AccountId>,
    /// The last account, in byte order; `None` where no event has one.
    pub max_account: Option<AccountId>,
    /// The size of the file.
    pub bytes: u64,
}

/// The folder of all segments within the data folder.
pub(crate) const FOLDER: &str = "events";
/// How the name of a file that is still being written ends.
pub(crate) const PARTIAL: &str = ".partial";
/// How the name of a file begins that is still being written under the writer's lock.
pub(crate) const UNDER_THE_LOCK: &str = "import";
/// The numbers of segments that are written without the writer's lock begin here.
pub(crate) const FIRST_OF_ITS_OWN: u32 = 1 << 31;
const PREFIX: &str = "segment-";
const SUFFIX: &str = ".parquet";
/// Hexadecimal digits of a checksum of 128 bits.
const ID_DIGITS: usize = 32;

/// The path of a segment of this month and checksum; `attempt` tells apart files of the very same content.
pub(crate) fn path_of(month: Month, checksum: u128, attempt: u32) -> String {
    let month = month.folder();
    match attempt {
        0 => format!("{FOLDER}/{month}/{PREFIX}{checksum:032x}{SUFFIX}"),
        _ => format!("{FOLDER}/{month}/{PREFIX}{checksum:032x}-{attempt}{SUFFIX}"),
    }
}

/// What the path of a file of ours says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    /// A segment, or a file on its way to one, whose writer holds the writer's lock.
    UnderTheLock,
    /// One whose writer need not hold the lock before it is published.
    OfItsOwn,
}

/// What a file is to us; `None` where it is none of ours.
pub(crate) fn ours(path: &str) -> Option<Ours> {
    let of = |is_locked: bool| Some(if is_locked { Ours::UnderTheLock } else { Ours::OfItsOwn });
    let (_, name) = path.split_once('/').filter(|(folder, _)| *folder == FOLDER)?;
    if !name.contains('/') && name.ends_with(PARTIAL) {
        return of(name.starts_with(UNDER_THE_LOCK));
    }
    parts_of(path).and_then(|(_, _, attempt)| of(attempt < FIRST_OF_ITS_OWN))
}

/// The checksum and the attempt within the name of a segment's file, or `None` where the name is no segment's.
fn id_of(name: &str) -> Option<(u128, u32)> {
    let id = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (checksum, attempt) = id.split_at_checked(ID_DIGITS)?;
    let attempt = match attempt.strip_prefix('-') {
        Some(attempt) if attempt.bytes().all(|digit| digit.is_ascii_digit()) => attempt.parse().ok()?,
        Some(_) => return None,
        None if attempt.is_empty() => 0,
        None => return None,
    };
    let hexadecimal = checksum.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    hexadecimal.then(|| u128::from_str_radix(checksum, 16).ok()).flatten().map(|checksum| (checksum, attempt))
}

/// Whether a path is one that an earlier version of Dearly gave: of a folder per year.
fn is_of_a_year(path: &str) -> bool {
    let mut parts = path.split('/');
    let is_year = |name: &str| name.len() == 4 && name.bytes().all(|digit| digit.is_ascii_digit());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(FOLDER), Some(year), Some(name), None) => is_year(year) && id_of(name).is_some(),
        _ => false,
    }
}

/// Month, checksum and attempt of a path that a segment of this layout may have.
fn parts_of(path: &str) -> Option<(Month, u128, u32)> {
    let mut parts = path.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(FOLDER), Some(month), Some(name), None) => {
            let (checksum, attempt) = id_of(name)?;
            Some((Month::of_folder(month)?, checksum, attempt))
        }
        _ => None,
    }
}

impl Segment {
    /// The month of all its events.
    ///
    /// # Errors
    /// [`Error::NotASegment`], [`Error::OtherLayout`].
    pub fn month(&self) -> Result<Month, Error> {
        self.month_and_checksum().map(|(month, _)| month)
    }

    /// The checksum that its path carries.
    pub(crate) fn checksum(&self) -> Result<u128, Error> {
        self.month_and_checksum().map(|(_, checksum)| checksum)
    }

    /// A path that is no segment's is refused, so that no records, however they came about, can make us read or
    /// delete anything else.
    fn month_and_checksum(&self) -> Result<(Month, u128), Error> {
        parts_of(&self.path).map(|(month, checksum, _)| (month, checksum)).ok_or_else(|| {
            let path = self.path.clone();
            if is_of_a_year(&path) {
                return Error::OtherLayout { path: path.into(), found: "1".to_owned() };
            }
            Error::NotASegment { path }
        })
    }
}
