//! Published and reference values, and what must hold for any data.

mod calibration;
mod discrimination;
mod distribution;
mod dominance;
mod effects;
mod experiment;
mod firth;
mod forecast;
mod formula;
mod gate;
mod glm;
mod golden;
mod hazard;
mod hurdle;
mod multiplicity;
mod ordinal;
mod panel;
mod sandwich;
mod separation;
mod survival;
mod validation;
