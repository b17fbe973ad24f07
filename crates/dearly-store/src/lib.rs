//! Records: every SQL statement and migration, one text for SQLite and PostgreSQL.
//!
//! [`Store::open`] opens the records of a data folder or of a PostgreSQL database. Reading goes through a [`View`],
//! which sees one state of the records however long it is read; writing goes through a [`Write`], one transaction
//! under the one writer's lock, which [`Write::commit`] makes visible as a whole.
//!
//! Rows of the book are kept as versions ([`record`]): a changed row adds a version and no version is ever changed.
//!
//! This crate knows no file formats, no workbook rules and no scores.

mod dialect;
pub mod error;
mod lock;
mod migration;
pub mod open;
mod person;
pub mod target;
pub mod view;
pub mod write;

pub mod account_change;
pub mod analysis;
pub mod coverage;
pub mod import;
pub mod published_score;
pub mod record;
mod revision;
pub mod score_history;
pub mod segment;
pub mod setting;
pub mod workbook;

pub mod alias;
pub mod erasure;
pub mod membership;
pub mod rejected_call;
pub mod relink;
pub mod source;
pub mod traits;
pub mod write_key;

mod many;

pub use account_change::AccountChange;
pub use alias::Alias;
pub use analysis::Analysis;
pub use coverage::{ColumnCoverage, Coverage};
pub use error::{Error, Result};
pub use import::{Counts, Import, NewImport};
pub use lock::Holder;
pub use membership::Link;
pub use open::{OpenOptions, Store};
pub use published_score::PublishedScore;
pub use record::{Incoming, Mode, Outcome, StoredVersion, unstorable};
pub use rejected_call::{REJECTED_CALLS_KEPT, RejectedCall};
pub use score_history::ScoreHistory;
pub use segment::{RetiredSegment, Segment};
pub use source::{Source, SourceDay};
pub use target::Target;
pub use traits::{Of, Said, TraitSet};
pub use view::View;
pub use workbook::{Document, WorkbookVersion, content_hash};
pub use write::Write;
pub use write_key::WriteKey;
