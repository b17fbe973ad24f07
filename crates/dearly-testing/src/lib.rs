//! Throwaway databases and builders of rows, for the tests of the other crates.
//!
//! [`each_store`] runs a test on SQLite in a temporary folder and on a PostgreSQL 15 server that is started once per
//! test process. It must never be a normal dependency.

pub mod book;
pub mod cut_commit;
pub mod database;
pub mod postgres;
pub mod s3;

pub use book::{cell, day, file, incoming, instant, row};
pub use cut_commit::CutCommit;
pub use database::{Database, each_database, each_store};
pub use s3::S3Server;
