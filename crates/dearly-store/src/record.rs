//! Rows of the book as versions: what is known of a key is never overwritten, a change adds a version.
//!
//! Versions of a key are ordered as in [`dearly_domain::history`]. An incoming row is compared with the version in
//! force at its `recorded_at`, or at its import where it has none; only a difference is stored.

mod cell;
mod order;
mod put;
mod read;
mod statement;

use std::fmt;
use std::str::FromStr;

use dearly_domain::{Attributes, Cell, Instant, Version, Violation};
use serde::{Deserialize, Serialize};

pub use cell::unstorable;
pub(crate) use cell::{decimal, read as read_cell};
pub(crate) use put::arguments;
pub(crate) use statement::{Table, in_list};

/// What incoming rows may do (rules.md 16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Add new keys and change known ones.
    #[default]
    Upsert,
    /// Change known keys only.
    Update,
    /// Add new keys only.
    Insert,
}

impl Mode {
    /// The mode as on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Upsert => "upsert",
            Mode::Update => "update",
            Mode::Insert => "insert",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Mode, String> {
        let found = [Mode::Upsert, Mode::Update, Mode::Insert].into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is none of upsert, update, insert"))
    }
}

/// A row that comes in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    /// Its key, [`File::key_of`](dearly_domain::File::key_of).
    pub key: String,
    /// When it became known, where the book says so.
    pub recorded_at: Option<Instant>,
    /// A cell per column of the file; none where the column is absent and the value known so far stays.
    pub cells: Vec<Option<Cell>>,
    /// The custom attributes.
    pub attributes: Attributes,
    /// Whether attributes that are not given keep the value known so far.
    pub keep_attributes: bool,
    /// Of the attributes that would be kept, those to clear: their columns are there and empty.
    pub cleared_attributes: Vec<String>,
}

/// What became of an incoming row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its key is new.
    Added,
    /// It says something else than what was known.
    Changed,
    /// It says what was known: nothing was stored.
    Unchanged,
    /// It was not taken.
    Rejected(Violation),
}

/// A version as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredVersion {
    /// The key of the row.
    pub key: String,
    /// The version.
    pub version: Version,
}
