//! The analyses, on panels whose answer is known.

mod table;
