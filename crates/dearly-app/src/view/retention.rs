//! Retention.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A retention report on both bases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionReport {
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub to: Day,
    /// The day whose knowledge it uses.
    pub as_of: Day,
    /// The reporting currency.
    pub currency: Option<String>,
    /// On the opening book.
    pub book: BookRetention,
    /// On what was due.
    pub due: DueRetention,
    /// By group, where asked for: groups as of the opening day.
    pub groups: Vec<RetentionGroup>,
}

/// A group of a retention report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionGroup {
    /// The value of the attribute grouped by; null where accounts have none.
    pub group: Option<String>,
    /// On the opening book.
    pub book: BookRetention,
    /// On what was due.
    pub due: DueRetention,
}

/// Retention of the opening book.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BookRetention {
    /// ARR on the day before the period.
    pub start_arr_cents: i64,
    /// ARR at the end of accounts that had none at the start.
    pub new_arr_cents: i64,
    /// Opening ARR of accounts that have none at the end.
    pub churned_arr_cents: i64,
    /// ARR lost at accounts that stayed.
    pub contraction_arr_cents: i64,
    /// ARR won at accounts that stayed.
    pub expansion_arr_cents: i64,
    /// ARR at the end of the opening accounts.
    pub end_arr_cents: i64,
    /// Accounts with opening ARR.
    pub n_start: i64,
    /// Of them, those with closing ARR.
    pub n_end: i64,
    /// A fraction; null on a zero base.
    pub gross_revenue_retention: Option<f64>,
    /// A fraction; null on a zero base.
    pub net_revenue_retention: Option<f64>,
    /// A fraction; null on a zero base.
    pub logo_retention: Option<f64>,
}

/// Retention of what was due.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DueRetention {
    /// ARR due and decided.
    pub due_arr_cents: i64,
    /// ARR due and still open.
    pub open_arr_cents: i64,
    /// Of it renewed, upsell excluded.
    pub renewed_arr_cents: i64,
    /// Due ARR of renewals that churned.
    pub churned_arr_cents: i64,
    /// Lost at renewal.
    pub contraction_arr_cents: i64,
    /// Won at renewal.
    pub expansion_arr_cents: i64,
    /// A fraction; null on a zero base.
    pub gross_renewal_rate: Option<f64>,
    /// A fraction; null on a zero base.
    pub net_renewal_rate: Option<f64>,
    /// Renewed / decided, by count of renewals; null where none.
    pub logo_renewal_rate: Option<f64>,
    /// Renewals due in the period.
    pub n_due: i64,
    /// Renewed.
    pub n_renewed: i64,
    /// Churned.
    pub n_churned: i64,
    /// Not yet decided.
    pub n_open: i64,
}
