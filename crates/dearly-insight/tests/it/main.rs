//! The analyses, on panels whose answer is known.

mod drivers;
mod fit;
mod panel;
mod random;
mod scale;
mod separation;
mod table;
