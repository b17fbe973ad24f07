//! Published and reference values, and what must hold for any data.

mod calibration;
mod discrimination;
mod distribution;
mod dominance;
mod firth;
mod formula;
mod glm;
mod golden;
mod hazard;
mod ordinal;
mod panel;
mod sandwich;
mod separation;
mod survival;
mod validation;
