//! Published and reference values, and what must hold for any data.

mod calibration;
mod discrimination;
mod distribution;
mod experiment;
mod forecast;
mod gate;
mod glm;
mod golden;
mod multiplicity;
mod validation;
