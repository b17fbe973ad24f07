//! How telemetry comes in.

use dearly_domain::{Day, Instant};
use serde::Serialize;
use utoipa::ToSchema;

/// What comes in by the telemetry API, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Telemetry {
    /// The sources, by name.
    pub sources: Vec<TelemetrySource>,
    /// Events in the lake that no account is known for, now.
    pub n_unattributed_events: i64,
    /// The newest calls that could not be taken, the newest first.
    pub rejected: Vec<RejectedCallRow>,
}

/// What came from a source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TelemetrySource {
    /// Its name.
    pub source: String,
    /// How many of its write keys are in force.
    pub n_keys: i64,
    /// When its last call came; null before the first.
    pub last_received_at: Option<Instant>,
    /// When its last event happened.
    pub last_event_at: Option<Instant>,
    /// Over the days below.
    pub total: TelemetryCounts,
    /// The last 30 days on which anything came, ascending.
    pub days: Vec<TelemetryDay>,
}

/// What came on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TelemetryDay {
    /// The day of arrival, in UTC.
    pub on: Day,
    /// How much.
    pub counts: TelemetryCounts,
}

/// How much came, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TelemetryCounts {
    /// Events that were taken.
    pub n_events: i64,
    /// Identify, group and alias calls that were taken.
    pub n_calls: i64,
    /// Calls that were known already.
    pub n_duplicates: i64,
    /// Calls that could not be taken.
    pub n_rejected: i64,
    /// Of the events: those that no account is known for.
    pub n_unattributed: i64,
}

/// A call that could not be taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectedCallRow {
    /// Which source sent it.
    pub source: String,
    /// When it came.
    pub received_at: Instant,
    /// Why it could not be taken.
    pub reason: String,
    /// How it begins, as it came.
    pub excerpt: String,
}
