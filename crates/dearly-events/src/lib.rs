//! Telemetry at rest: deduplicated events as sorted Parquet segments, read back account by account.
//!
//! A [`Lake`] is the folder `events` of a data folder. Events go in through a [`Stager`], which sorts them and
//! writes [`Segment`]s; which segments are live is decided by the records database, in the same transaction as
//! the import that brought them. A file that is not live does not exist for any reader, so a crash leaves
//! nothing but files that [`Lake::sweep`] removes.
//!
//! Everything is synchronous; nothing here knows SQL or HTTP. No type of Arrow or Parquet leaves this crate.

mod error;
mod event_row;
mod key;
mod lake;
mod month;
mod scan;
mod segment;
mod stager;

mod columns;
mod cursor;
mod merge;
mod names;
mod segment_file;

pub use error::Error;
pub use event_row::EventRow;
pub use key::{EventKey, KnownKeys, Occurrences};
pub use lake::{Lake, Swept};
pub use month::Month;
pub use scan::{AccountEvents, AccountScan, CompactRow, Projection, RowScan};
pub use segment::Segment;
pub use stager::Stager;
