//! How the lake stands.

use dearly_domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;

/// How the event lake stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LakeStatus {
    /// The folder of the events, or where else they lie.
    pub place: String,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// The size of all live files.
    pub bytes: u64,
    /// The first instant of an event.
    pub first_at: Option<Instant>,
    /// The last instant of an event.
    pub last_at: Option<Instant>,
    /// How many files are live no more and stay a while for readers that began before.
    pub n_retired: u64,
    /// Their size.
    pub retired_bytes: u64,
    /// The months with events, ascending.
    pub months: Vec<LakeMonth>,
    /// The live files, ascending by path: these and no others are the lake.
    pub segments: Vec<LakeSegment>,
}

/// The events of a month.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LakeMonth {
    /// The month, as in `2026-11`.
    pub month: String,
    /// How many live files.
    pub n_segments: u64,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// The size of its files.
    pub bytes: u64,
    /// Whether so many files are small that they are merged next.
    pub is_due: bool,
}

/// A live file of the lake.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LakeSegment {
    /// Its path within the data folder or the place of the lake.
    pub path: String,
    /// Where it lies.
    pub file: String,
    /// The month of its events.
    pub month: String,
    /// How many events.
    pub n_events: u64,
    /// How many of them have no account.
    pub n_unattributed: u64,
    /// Its size.
    pub bytes: u64,
    /// The first instant of an event.
    pub first_at: Instant,
    /// The last instant of an event.
    pub last_at: Instant,
    /// The first account, in byte order; null where no event has one.
    pub first_account: Option<String>,
    /// The last account, in byte order; null where no event has one.
    pub last_account: Option<String>,
}

/// What a change of the lake came to.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LakeChange {
    /// How many events went.
    pub n_dropped: u64,
    /// How many files became live.
    pub n_segments_added: u64,
    /// How many files are live no more.
    pub n_segments_removed: u64,
    /// The size of what became live.
    pub bytes_added: u64,
    /// The size of what is live no more.
    pub bytes_removed: u64,
    /// How many files were deleted for good.
    pub n_deleted: u64,
    /// How many rows went of what telemetry keeps beside events.
    pub n_records_deleted: u64,
}
