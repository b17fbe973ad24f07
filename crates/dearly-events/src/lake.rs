//! The folder of all telemetry.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use dearly_domain::{AccountId, Instant};

use crate::columns::{KEY, ROW_GROUP_ROWS, SCHEMA};
use crate::files::{Files, LocalFiles};
use crate::merge::Merge;
use crate::scan::{AccountScan, Projection, RowScan};
use crate::segment::{FOLDER, Ours, ours};
use crate::segment_file::{Footers, SegmentFile};
use crate::segment_writer::Naming;
use crate::{Error, EventKey, KnownKeys, Segment, Stager};

/// The events of one data folder. Knows no segment by itself: the records say which are live. Clones share what they
/// remember of files.
#[derive(Clone, Debug)]
pub struct Lake {
    pub(crate) files: Arc<dyn Files>,
    footers: Arc<Footers>,
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
        Lake::on(Arc::new(LocalFiles::new(data)))
    }

    /// The lake of another place, in its folder `events`.
    pub fn on(files: Arc<dyn Files>) -> Lake {
        Lake { files, footers: Arc::default() }
    }

    /// Where a file of the lake lies, in words for people.
    pub fn locate(&self, path: &str) -> PathBuf {
        self.files.locate(path)
    }

    /// A segment, opened for reading.
    pub(crate) fn segment_file(&self, segment: &Segment) -> Result<SegmentFile, Error> {
        SegmentFile::open(&self.files, &self.footers, segment)
    }

    /// Where new events go in. The caller holds the writer's lock until they are live.
    pub fn stage(&self) -> Stager {
        Stager::new(Arc::clone(&self.files), Naming::ByContent)
    }

    /// The keys of all events of the segments, to tell which events are new.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], [`Error::NotASegment`], [`Error::Io`].
    pub fn known_keys(&self, segments: &[Segment]) -> Result<KnownKeys, Error> {
        let mut keys = KnownKeys::default();
        keys.reserve(segments.iter().map(|segment| segment.rows as usize).sum());
        for segment in segments {
            let file = self.segment_file(segment)?;
            for row_group in 0..file.row_groups() {
                for batch in file.read(row_group, &[KEY], ROW_GROUP_ROWS)? {
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
        AccountScan::new(Merge::new(self, segments, accounts, Projection::CORE))
    }

    /// All events of the segments as whole rows, otherwise as [`Lake::accounts`].
    pub fn scan(
        &self,
        segments: &[Segment],
        accounts: Option<&BTreeSet<AccountId>>,
        projection: Projection,
    ) -> RowScan {
        RowScan::new(Merge::new(self, segments, accounts, projection))
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
            self.delete(&segment.path)?;
        }
        Ok(())
    }

    /// Sees that the file of each segment is there and has its size.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], [`Error::NotASegment`], [`Error::Io`].
    pub fn check(&self, segments: &[Segment]) -> Result<(), Error> {
        segments.iter().try_for_each(|segment| self.segment_file(segment).map(drop))
    }

    /// Sees that every byte of a segment that will be decoded has its checksum: for those who read the file themselves. A
    /// file that was found whole is not looked at again; memory holds one row group.
    ///
    /// # Errors
    /// Those of [`Lake::check`].
    pub fn verify(&self, segment: &Segment) -> Result<(), Error> {
        if self.footers.is_whole(&segment.path) {
            return Ok(());
        }
        let file = self.segment_file(segment)?;
        let columns: Vec<usize> = (0..SCHEMA.fields().len()).collect();
        for row_group in 0..file.row_groups() {
            file.checked(row_group, &columns)?;
        }
        self.footers.keep_whole(&segment.path);
        Ok(())
    }

    /// Removes what attempts that never became live left behind, and what is live no more: drafts, and segments whose
    /// path is not in `keep`. What was made without the writer's lock goes only if it was last written before the
    /// instant: a younger file may be somebody's work that becomes live in a moment. The caller holds the lock. Files
    /// that are none of ours stay.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sweep<'a>(
        &self,
        keep: impl IntoIterator<Item = &'a str>,
        before: Instant,
    ) -> Result<Swept, Error> {
        let keep: HashSet<&str> = keep.into_iter().collect();
        let folder = format!("{FOLDER}/");
        let listed = self.files.list(&folder);
        let mut swept = Swept::default();
        for file in listed.map_err(|error| Error::io("reading", &self.locate(FOLDER), error))? {
            let is_over = match ours(&file.path) {
                Some(Ours::UnderTheLock) => true,
                Some(Ours::OfItsOwn) => file.modified_at < before,
                None => false,
            };
            if is_over && !keep.contains(file.path.as_str()) {
                self.delete(&file.path)?;
                swept.files += 1;
                swept.bytes += file.bytes;
            }
        }
        Ok(swept)
    }

    fn delete(&self, path: &str) -> Result<(), Error> {
        self.files.delete(path).map_err(|error| Error::io("removing", &self.locate(path), error))
    }
}
