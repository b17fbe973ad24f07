//! Configuration as code: YAML with source spans becomes a typed, validated workbook, and a plan is the difference of
//! two.
//!
//! Text goes one way: [`Document`]s (path and text) are read into trees that know their lines and columns (`node`),
//! decoded into the [`model`] by one file per kind (`decode`), and every mistake becomes a [`Problem`]. Nothing here
//! knows SQL, HTTP or the facts; reading a folder is all the I/O there is.

pub mod condition;
pub mod model;

mod decode;
mod defaults;
mod difference;
mod document;
mod nearest;
mod node;
mod problem;
mod proposal;
mod schema;
mod shape;
mod workbook;

pub use condition::{Catalogue, Condition, ConditionError, FIELDS, Field, FieldKind, FieldValue, Fields};
pub use decode::{Loaded, Parsed, SqlStatement, load, parse};
pub use defaults::defaults;
pub use difference::{Difference, FileDifference, difference};
pub use document::{Document, content_hash, read, write};
pub use model::*;
pub use problem::{Problem, Severity};
pub use proposal::{EventUse, ProductUse, StepUse, UseSummary, propose};
pub use schema::{schema, write_schema};
