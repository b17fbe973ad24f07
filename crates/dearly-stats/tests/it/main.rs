//! Published and reference values, and what must hold for any data.

mod glm;
mod discrimination;
mod distribution;
mod golden;
mod survival;
