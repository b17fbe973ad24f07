//! Synthetic books with known truth, in the book's format: for the demo, and for tests of whatever claims to find it.
//!
//! Latent health moves; facts follow from it; `dearly-health` scores the facts; each renewal is drawn from a logit in
//! the four component scores 90 days before it is due. The same settings give the same files, byte for byte, on any
//! number of threads.

mod billing;
mod catalogue;
mod contracts;
mod deployment;
mod ending;
mod health;
mod law;
mod life;
mod names;
mod people;
mod random;
mod score;
mod settings;
mod simulation;
mod support;
mod texts;
mod touchpoints;
mod truth;
mod usage;
mod value;
mod workbook;
mod world;
mod write;

pub use law::ComponentScores;
pub use life::{Recorded, SimulatedAccount};
pub use score::score_components;
pub use settings::{Coefficients, Experiment, Hurdle, Settings};
pub use simulation::{Simulation, simulate};
pub use truth::{PlayTruth, RenewalTruth};
pub use workbook::workbook_documents;
pub use write::{WriteError, Written};
