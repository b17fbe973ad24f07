//! Time until an event, when some have not had it yet: the Kaplan–Meier curve. Cox's model is in [`crate::cox`],
//! hazards by period in [`crate::hazard`].

mod kaplan_meier;
mod lifetimes;

pub(crate) use kaplan_meier::product_limit;
pub use kaplan_meier::{SurvivalCurve, SurvivalPoint, kaplan_meier, kaplan_meier_truncated};
pub(crate) use lifetimes::Lifetimes;
