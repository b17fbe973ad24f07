//! The analyses, on panels whose answer is known.

mod drivers;
mod panel;
mod table;
