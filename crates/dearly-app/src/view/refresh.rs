//! What the daily run did.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// What a daily run did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Refreshed {
    /// The day up to which scores were brought.
    pub as_of: Day,
    /// All accounts of the book.
    pub n_accounts: i64,
    /// Of which no score was kept.
    pub n_first: i64,
    /// With facts that are new since they were reckoned.
    pub n_new_facts: i64,
    /// Whose days reckoned ahead had run out.
    pub n_due: i64,
    /// That needed no look.
    pub n_untouched: i64,
}
