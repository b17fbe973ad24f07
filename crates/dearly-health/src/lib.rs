//! The as-of engine: facts of an account become measures, scores and their contributions for any set of days.
//!
//! A score is a pure function of the facts known by a day and of the workbook in force. The definitions, with the
//! choices they leave, stand in `docs/RULES.md`; `tests/it/naive.rs` says the same as plainly as it can be said.

pub mod facts;
pub mod key_people;
pub mod presence;
pub mod score;

mod as_of;
mod columns;
mod engine;
mod fields;
mod measure;
mod movement;
mod readings;
mod scorecard;

/// The number of the rules of this engine: it grows whenever the same facts and workbook give other scores, so that scores
/// kept from an earlier program are not taken for its own; or when those could have been wrong, as 1's where telemetry came in.
pub const RULES: u32 = 2;

pub use engine::{Engine, Opened, ScoreEvidence};
pub use movement::{Moved, What, movement};
pub use readings::Readings;
