//! Published and reference values, and what must hold for any data.

mod calibration;
mod discrimination;
mod distribution;
mod dominance;
mod effects;
mod firth;
mod formula;
mod glm;
mod golden;
mod hazard;
mod ordinal;
mod experiment;
mod firth;
mod forecast;
mod gate;
mod glm;
mod golden;
mod hazard;
mod multiplicity;
mod hurdle;
mod panel;
mod sandwich;
mod separation;
mod survival;
mod validation;
