//! The use cases, one file each; API and command line are thin over them.
//!
//! Nothing here knows HTTP or SQL. What is shown has one set of shapes, [`view`].

pub mod view;

mod app;
mod book;
mod cache;
mod error;

mod account;
pub mod accounts;
pub mod drivers;
mod explain;
mod history;
mod invoices;
mod people;
mod plans;
mod proposal;
pub mod query;
mod refresh;
mod retention;
pub mod score;
mod score_history;
mod sources;
mod spill;
mod statements;
mod tables;
mod telemetry;
mod tickets;
mod timeline;
mod usage;
mod versions;
mod write_keys;

pub mod demo;
pub mod effect;
pub mod fit;
pub mod import;
pub mod ingest;
pub mod lake;
mod panel;
mod remote_files;
pub mod workbook;

pub use app::{App, When};
pub use error::{Error, Result};
