//! Where facts come from.

use std::collections::BTreeMap;

use dearly_domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A source of facts.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SourceRow {
    /// The file of the book.
    pub file: String,
    /// How many facts.
    pub rows: i64,
    /// How many accounts have any.
    pub n_accounts: i64,
    /// The first fact.
    pub first_on: Option<Day>,
    /// The last fact: how fresh it is.
    pub last_on: Option<Day>,
}

/// Sources with coverage over the customers of the day (S6, S118).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// The day.
    pub as_of: Day,
    /// How many customers there are.
    pub n_customers: i64,
    /// The sources.
    pub sources: Vec<SourceRow>,
    /// Events that name no account.
    pub n_unattributed_events: i64,
}

/// Which sources an account has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoverageRow {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The last fact by file; a file without any is absent.
    pub last_on: BTreeMap<String, Day>,
}
