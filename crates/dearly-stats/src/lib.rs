//! Statistics of renewals, without a customer in it: values in, values out.
//!
//! Every public function says what goes in and comes out, in which shape and unit, what is refused, and by whose book
//! (`docs/METHOD.md` of the project has the defaults). Three conventions hold throughout:
//!
//! - `f64` only, and no NaN gets in: what takes rows refuses the first number that is not finite, with its row and
//!   column ([`Error::NotFinite`]). A function of a few single numbers (a distribution, a score) gives NaN for NaN.
//! - No hidden randomness: whatever draws takes a seed, and gives the same result for any number of threads.
//! - What cannot be estimated is an [`Error`] that says what to do, never a large number with a large error.

pub mod aipw;
mod bootstrap;
pub mod calibration;
mod cluster;
mod collinearity;
pub mod compare;
pub mod cox;
mod design;
pub mod discrimination;
pub mod distribution;
mod dominance;
mod error;
pub mod evalue;
pub mod experiment;
mod firth;
pub mod forecast;
pub mod formula;
pub mod gate;
mod glm;
pub mod hazard;
pub mod hurdle;
mod hypothesis;
mod interval;
mod matrix;
pub mod mediation;
pub mod multiplicity;
pub mod optimism;
mod ordinal;
mod profile;
pub mod proportion;
pub mod quadrature;
mod random;
mod sandwich;
pub mod scoring;
pub mod sensitivity;
mod separation;
pub mod spline;
pub mod split;
pub mod standardisation;
pub mod survival;
mod table;

pub use bootstrap::BootstrappedCoefficients;
pub use cluster::Clusters;
pub use collinearity::{Collinearity, JointEffect};
pub use design::Design;
pub use dominance::{Component, Dominance, DominanceOf};
pub use error::Error;
pub use firth::{FittedFirth, Flic};
pub use glm::{Family, FittedGlm, Glm};
pub use hypothesis::{TestResult, likelihood_ratio_test};
pub use interval::{Estimate, Interval};
pub use matrix::{Cholesky, Matrix};
pub use ordinal::{FittedOrdinal, Ordinal};
pub use sandwich::{ClusterErrors, Covariance, CovarianceKind};
pub use separation::{Separation, SeparationKind};
pub use table::{Column, Table, Texts, TextsBuilder};
