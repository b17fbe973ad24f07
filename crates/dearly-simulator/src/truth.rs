//! The truth behind a renewal: what it was drawn from, and what came out.

use dearly_domain::{AccountId, Day, SubscriptionId};

use crate::law::ComponentScores;

/// One renewal as it was drawn. Those due after the end of the book are drawn as well; the book does not show them.
#[derive(Clone, Debug, PartialEq)]
pub struct RenewalTruth {
    /// Whose renewal.
    pub account: AccountId,
    /// The first of the terms that end.
    pub subscription: SubscriptionId,
    /// Their product.
    pub product: &'static str,
    /// Whether it is an add-on beside the main product.
    pub add_on: bool,
    /// When it is due.
    pub due_on: Day,
    /// The day whose scores the law looked at.
    pub as_of: Day,
    /// Those scores.
    pub scores: ComponentScores,
    /// The segment.
    pub segment: &'static str,
    /// Full years from `customer_since` to the due day.
    pub tenure_years: f64,
    /// The calendar year of the due day.
    pub year: i32,
    /// The shock of that year, on the logit scale.
    pub year_shock: f64,
    /// The logit of renewing.
    pub linear_predictor: f64,
    /// The probability of renewing.
    pub probability: f64,
    /// Whether it was renewed.
    pub renewed: bool,
    /// ARR due, in cents.
    pub due_cents: i64,
    /// ARR renewed, in cents; 0 where it was not.
    pub renewed_cents: i64,
}

/// A play as it was decided on, in one period of four weeks.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayTruth {
    /// Which play.
    pub playbook: &'static str,
    /// The first day of the period.
    pub period_start: Day,
    /// The latent health that the manager perceived, on which alone the chance depends.
    pub perceived_health: f64,
    /// The probability with which the manager runs it.
    pub chance: f64,
    /// Whether it was run.
    pub is_run: bool,
}

impl RenewalTruth {
    /// `churned`, `contraction`, `flat` or `expansion`.
    pub fn outcome(&self) -> &'static str {
        let ratio = self.renewed_cents as f64 / self.due_cents.max(1) as f64;
        match ratio {
            _ if !self.renewed => "churned",
            ratio if ratio < 0.995 => "contraction",
            ratio if ratio > 1.005 => "expansion",
            _ => "flat",
        }
    }
}
