//! Whole analyses over `dearly-stats`: a panel and a question in, out a report that carries everything which must stand
//! beside an estimate: its interval, what was dropped, what cannot be told apart, how it does on rows it has not seen.
//!
//! No SQL, HTTP or files here. The reports are `serde` shapes: the command line prints them as they are, and
//! `docs/FIT.md` documents them, so that a key, once there, stays.

pub mod alarm;
pub mod drivers;
pub mod effect;
mod error;
pub mod fit;
pub mod panel;
pub mod report;
mod table;

/// The number of the rules of the analyses: it grows whenever the same panel gives another report or more of it is kept, so
/// that a run of an earlier program is not taken for its own.
pub const RULES: u32 = 7;

pub use error::{Error, Result};
pub use table::TableBuilder;

pub use dearly_stats::{Column, Table, Texts};
