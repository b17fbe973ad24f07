//! The analyses, on panels whose answer is known.

mod fit;
mod table;
