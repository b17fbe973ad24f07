//! Published and reference values, and what must hold for any data.

mod discrimination;
mod distribution;
mod firth;
mod glm;
mod golden;
mod panel;
mod sandwich;
mod separation;
