//! Telemetry at rest: deduplicated events as sorted Parquet segments, read back account by account.
//!
//! A [`Lake`] is the folder `events` of a data folder. Events go in through a [`Stager`], which sorts them and
//! writes [`Segment`]s; which segments are live is decided by the records database, in the same transaction as
//! the import that brought them. A file that is not live does not exist for any reader, so a crash leaves
//! nothing but files that [`Lake::sweep`] removes.
//!
//! Everything is synchronous; nothing here knows SQL or HTTP. No type of Arrow or Parquet leaves this crate.

mod ahead;
mod compaction;
mod disk;
mod error;
mod event_row;
mod event_scan;
mod files;
mod gather;
mod ingest;
mod key;
mod lake;
mod month;
mod rewrite;
mod scan;
mod segment;
mod stager;

mod columns;
mod cursor;
mod dedup;
mod merge;
mod names;
mod row_merge;
mod row_writer;
mod segment_file;
mod segment_writer;
mod texts;
mod wal;

pub use ahead::ReadAhead;
pub use compaction::{Compaction, Eagerness};
pub use disk::{Disk, DiskFile, Entry, RealDisk};
pub use error::Error;
pub use event_row::EventRow;
pub use event_scan::EventScan;
pub use files::{Draft, Files, Listed, LocalFiles};
pub use gather::{AccountRuns, Gatherer};
pub use ingest::{
    Accepted, Batch, Busy, BusyReason, Damage, Ingest, IngestError, IngestOptions, IngestStats, NextFlush,
    NotARecord, Record, RecordKind, Sealed, SealedEntry,
};
pub use key::{EventKey, KnownKeys, Occurrences};
pub use lake::{Lake, Swept};
pub use month::Month;
pub use rewrite::{Fate, Owners, Rewritten, Selection};
pub use scan::{AccountEvents, AccountScan, Projection, RowScan};
pub use segment::Segment;
pub use stager::Stager;
