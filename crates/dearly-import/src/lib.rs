//! Readers of files, mappings, the report and the rejects; rows in the form of the book come out.
//!
//! A file is read twice. The first pass finds what only the whole file can say: the type of each unknown column, and
//! which rows repeat or contradict one another. The second hands out the rows. So the order of rows never decides
//! what is taken, and memory stays bounded by a few dozen bytes per row, and by the rows of keys that the file gives in
//! several versions, which are handed out together.
//!
//! The crate knows no store: what exists already, and which currency has a rate, it asks through [`Checks`].

mod attribute;
mod duplicates;
mod format;
mod lineage;
mod nearest;
mod panel;
mod parse;
mod source;

pub mod book;
pub mod checks;
pub mod error;
pub mod mapping;
pub mod read;
pub mod rejects;
pub mod report;

pub use attribute::AttributeKind;
pub use book::{Book, BookFile, dominant_currency};
pub use checks::Checks;
pub use error::{Error, FileError};
pub use mapping::{Mapping, Problem};
pub use panel::Panel;
pub use read::{Entry, ParsedRow, Prepared, Progress, Reading, Reject, Rows};
pub use rejects::RejectWriter;
pub use report::{Change, FileReport, ImportReport, Mode};
