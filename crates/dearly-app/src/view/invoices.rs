//! Invoices.

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// An invoice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvoiceRow {
    /// Its `external_id`.
    pub invoice: String,
    /// In the reporting currency.
    pub amount_cents: i64,
    /// When it was issued.
    pub issued_on: Option<Day>,
    /// When it is due.
    pub due_on: Day,
    /// When it was paid.
    pub paid_on: Option<Day>,
    /// When a payment failed.
    pub failed_on: Option<Day>,
    /// `paid`, `paid_late`, `due`, `overdue`, `failed`.
    pub state: String,
    /// Days past due, where overdue.
    pub days_overdue: Option<i32>,
}
