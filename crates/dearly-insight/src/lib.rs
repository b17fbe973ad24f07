//! Whole analyses over `dearly-stats`: a panel and a question in, out a report that carries everything which must stand
//! beside an estimate: its interval, what was dropped, what cannot be told apart, how it does on rows it has not seen.
//!
//! No SQL, HTTP or files here. The reports are `serde` shapes: the command line prints them as they are, and
//! `docs/FIT.md` documents them, so that a key, once there, stays.

pub mod alarm;
pub mod effect;
mod error;
pub mod fit;
pub mod report;
mod table;

pub use error::{Error, Result};
pub use table::TableBuilder;

pub use dearly_stats::{Column, Table, Texts};
