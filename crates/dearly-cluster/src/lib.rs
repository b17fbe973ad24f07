//! The same SQL on several machines: the only crate that knows Ballista.
//!
//! One scheduler takes a statement and hands parts of it to executors; all are the same binary as the one who asks.
//! Records travel with the statement, telemetry is read from the lake that all of them see: a folder or an object store.
//! Without the feature `ballista` the crate is empty, so that nobody else builds it.
#![cfg(feature = "ballista")]

mod client;
mod codec;
mod executor;
mod scheduler;
mod strict;

pub use client::{again, ask, session};
pub use executor::{Executor, execute};
pub use scheduler::{Scheduler, schedule};

/// Why a part of a cluster does not run, or cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address, a folder or a setting that makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The cluster.
    #[error("the cluster failed: {0}")]
    Cluster(String),
    /// The tables.
    #[error(transparent)]
    Query(#[from] dearly_query::Error),
}

/// The result of running or asking a cluster.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The most bytes of one message: records travel within it.
const MESSAGE_BYTES: u32 = 512 << 20;
