//! SQL over records and telemetry: the only crate that knows DataFusion.
//!
//! A [`Session`] answers questions about one book as of one day. Its tables are a fixed, documented list ([`TABLES`]);
//! rows of records come through a [`Source`] and are loaded only for the tables that a question names, telemetry is read
//! from exactly the files of a [`Telemetry`]. Nothing else can be reached: no other file, no other address, nothing that
//! writes.
//!
//! Nothing here knows HTTP, the records database, or scores. Arrow's record batches are the only foreign type handed out.

mod answer;
#[doc(hidden)]
pub mod engine;
mod error;
mod live_files;
mod measure;
mod parquet;
mod pruned;
mod read_only;
mod records;
mod room;
mod session;
mod stop;
mod table;
mod telemetry;
mod text;

pub use answer::{Answer, AnswerColumn, JsonRow};
pub use datafusion::arrow::array::RecordBatch;
pub use error::{Error, Place, Result};
pub use measure::{Reading, check, check_measure};
pub use parquet::write_parquet;
pub use records::{Source, SourceError, batch};
pub use session::{Limits, Moment, Session};
pub use table::{Column, Origin, TABLES, Table, table};
pub use telemetry::{Check, SegmentFile, Telemetry};
