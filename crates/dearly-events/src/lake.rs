//! The folder of all telemetry.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use dearly_domain::AccountId;

use crate::columns::KEY;
use crate::merge::Merge;
use crate::scan::{AccountScan, Projection, RowScan};
use crate::segment::{FOLDER, PARTIAL, checksum_of};
use crate::segment_file::SegmentFile;
use crate::{Error, EventKey, KnownKeys, Month, Segment, Stager};

/// The events of one data folder. Knows no segment by itself: the records say which are live.
#[derive(Clone, Debug)]
pub struct Lake {
    folder: PathBuf,
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Lake {
    /// The lake of a data folder, in its folder `events`; nothing is read or created yet.
    pub fn open(data: impl Into<PathBuf>) -> Lake {
        Lake { folder: data.into() }
    }

    /// Where new events go in.
    pub fn stage(&self) -> Stager {
        Stager::new(self.folder.clone())
    }

    /// The keys of all events of the segments, to tell which events are new.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], [`Error::NotASegment`], [`Error::Io`].
    pub fn known_keys(&self, segments: &[Segment]) -> Result<KnownKeys, Error> {
        let mut keys = KnownKeys::default();
        keys.reserve(segments.iter().map(|segment| segment.rows as usize).sum());
        for segment in segments {
            let file = SegmentFile::open(&self.folder, segment)?;
            for row_group in 0..file.row_groups() {
                for batch in file.read(row_group, &[KEY])? {
                    let batch = batch.map_err(|error| file.damaged(error.to_string()))?;
                    for key in batch.column(0).as_fixed_size_binary().iter().flatten() {
                        let key = key.try_into().map_err(|_| file.damaged("a key has not 16 bytes"))?;
                        keys.insert(EventKey(u128::from_be_bytes(key)));
                    }
                }
            }
        }
        Ok(keys)
    }

    /// All events of the segments in compact form, of all accounts or of those named, in ascending order of
    /// accounts. Accounts without events are left out.
    ///
    /// Every item may be one of the errors of [`Lake::known_keys`].
    pub fn accounts(&self, segments: &[Segment], accounts: Option<&BTreeSet<AccountId>>) -> AccountScan {
        AccountScan::new(Merge::new(self.folder.clone(), segments, accounts, Projection::CORE))
    }

    /// All events of the segments as whole rows, otherwise as [`Lake::accounts`].
    pub fn scan(
        &self,
        segments: &[Segment],
        accounts: Option<&BTreeSet<AccountId>>,
        projection: Projection,
    ) -> RowScan {
        RowScan::new(Merge::new(self.folder.clone(), segments, accounts, projection))
    }

    /// Removes segments that did not, or do not any more, count as live. One that is gone already is no error.
    ///
    /// # Errors
    /// [`Error::NotASegment`] before anything is removed, [`Error::Io`].
    pub fn discard(&self, segments: &[Segment]) -> Result<(), Error> {
        for segment in segments {
            segment.checksum()?;
        }
        for segment in segments {
            remove(&self.folder.join(&segment.path))?;
        }
        Ok(())
    }

    /// Removes what attempts that never became live left behind: partial files, and segments not in `live`.
    /// Files that are none of ours stay. The caller holds the writer lock, or it removes another's work.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sweep(&self, live: &[Segment]) -> Result<Swept, Error> {
        let live: HashSet<&str> = live.iter().map(|segment| segment.path.as_str()).collect();
        let mut swept = Swept::default();
        for (month, folder) in entries(&self.folder.join(FOLDER))? {
            if Month::of_folder(&month).is_none() {
                continue;
            }
            for (name, path) in entries(&folder)? {
                let partial = name.strip_suffix(PARTIAL).is_some_and(|name| checksum_of(name).is_some());
                let dead = checksum_of(&name).is_some()
                    && !live.contains(format!("{FOLDER}/{month}/{name}").as_str());
                if partial || dead {
                    swept.bytes += fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
                    swept.files += 1;
                    remove(&path)?;
                }
            }
        }
        Ok(swept)
    }
}

/// The names and paths in a folder; none where there is no such folder, or it is a file.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let reading = |error| Error::io("reading", folder, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(reading(error)),
    };
    let named = |entry: fs::DirEntry| Some((entry.file_name().into_string().ok()?, entry.path()));
    let entries: Vec<fs::DirEntry> = entries.collect::<Result<_, _>>().map_err(reading)?;
    Ok(entries.into_iter().filter_map(named).collect())
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("removing", path, error)),
        _ => Ok(()),
    }
}
