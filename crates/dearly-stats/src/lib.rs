//! Statistics of renewals, without a customer in it: values in, values out.
//!
//! Every public function says what goes in and comes out, in which shape and unit, what is refused, and by whose book
//! (`docs/METHOD.md` of the project has the defaults). Three conventions hold throughout:
//!
//! - `f64` only, and no NaN gets in: what takes numbers refuses the first one that is not finite, with its row and
//!   column ([`Error::NotFinite`]).
//! - No hidden randomness: whatever draws takes a seed, and gives the same result for any number of threads.
//! - What cannot be estimated is an [`Error`] that says what to do, never a large number with a large error.

pub mod calibration;
mod cluster;
pub mod compare;
mod design;
pub mod discrimination;
pub mod distribution;
mod error;
pub mod evalue;
pub mod experiment;
pub mod forecast;
pub mod gate;
mod glm;
mod interval;
mod matrix;
pub mod multiplicity;
pub mod optimism;
pub mod proportion;
mod random;
pub mod scoring;
pub mod spline;
pub mod split;

pub use cluster::Clusters;
pub use design::Design;
pub use error::Error;
pub use glm::{Family, FittedGlm, Glm};
pub use interval::{Estimate, Interval};
pub use matrix::{Cholesky, Matrix};
