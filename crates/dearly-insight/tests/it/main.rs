//! The analyses, on panels whose answer is known.

mod drivers;
mod fit;
mod panel;
mod table;
