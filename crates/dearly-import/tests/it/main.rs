//! The import against files on disk.

mod bad_input;
mod examples;
mod formats;
mod mapping;
mod properties;
mod support;
mod versions;
