//! Rows on their way to the lake.

use std::fmt;
use std::sync::Arc;

use dearly_domain::Instant;

use super::batch::read_parts;
use super::record::NotARecord;
use super::shared::Shared;
use super::unit::Unit;
use super::{Damage, IngestError, Record};
use crate::EventKey;
use crate::wal::{GroupsError, LogReader};

/// What the flusher is to do next.
#[derive(Debug)]
pub enum NextFlush {
    /// Flush these.
    Sealed(Sealed),
    /// There is nothing yet: ask again.
    Nothing,
    /// Ingest was closed, and everything was flushed.
    Closed,
}

/// Rows that wait in the log for the lake.
pub struct Sealed {
    unit: Arc<Unit>,
    shared: Arc<Shared>,
}

/// One of them, in the order in which they were taken.
#[derive(Clone, Copy, Debug)]
pub struct SealedEntry<'a> {
    /// The id of its source.
    pub source: &'a str,
    /// When it was received.
    pub received_at: Instant,
    /// Its key, of source and message id.
    pub key: EventKey,
    /// The event or call.
    pub record: Record<'a>,
}

/// Why a group could not be handed on.
enum Refused<E> {
    Unreadable(NotARecord),
    Taker(E),
}

impl<E> From<NotARecord> for Refused<E> {
    fn from(error: NotARecord) -> Refused<E> {
        Refused::Unreadable(error)
    }
}

impl Sealed {
    pub(super) fn new(unit: Arc<Unit>, shared: Arc<Shared>) -> Sealed {
        Sealed { unit, shared }
    }

    /// The number to store with the flush, for [`crate::Ingest::flushed`] and the next [`crate::Ingest::open`].
    pub fn through(&self) -> u64 {
        self.unit.through()
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.unit.rows
    }

    /// Their bytes in the log.
    pub fn bytes(&self) -> u64 {
        self.unit.bytes
    }

    /// Hands every row to `each`, in the order in which they were taken. It can be called again.
    ///
    /// Rows lost by damage to the log since it was written are left out and told by [`crate::Ingest::damage`].
    ///
    /// # Errors
    /// The first error of `each`; [`IngestError::Unreadable`] for a record that a newer program wrote; what the disk
    /// refuses.
    pub fn for_each<E: From<IngestError>>(
        &self,
        mut each: impl FnMut(SealedEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for file in &self.unit.files {
            let reading = |error: &std::io::Error| E::from(IngestError::io("reading", &file.path, error));
            let reader = LogReader::open(&*self.shared.disk, &file.path, file.header, file.end)
                .map_err(|error| reading(&error))?;
            let scanned = reader.groups(|group| {
                read_parts::<Refused<E>>(group, |raw| {
                    let record = Record::decode(raw.record)?;
                    let (source, received_at, key) = (raw.source, raw.received_at, raw.key);
                    each(SealedEntry { source, received_at, key, record }).map_err(Refused::Taker)
                })
            });
            let mut scanned = scanned.map_err(|error| match error {
                GroupsError::Io(error) => reading(&error),
                GroupsError::Each(Refused::Taker(error)) => error,
                GroupsError::Each(Refused::Unreadable(error)) => {
                    E::from(IngestError::Unreadable { path: file.path.clone(), found: error.to_string() })
                }
            })?;
            if scanned.end < file.end {
                scanned.damaged.push(scanned.end..file.end);
            }
            for range in scanned.damaged {
                file.set_damaged();
                self.shared.add_damage(Damage::unreadable(&file.path, range));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("through", &self.through()).field("rows", &self.rows()).finish()
    }
}
