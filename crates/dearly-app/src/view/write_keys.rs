//! Keys that send telemetry.

use dearly_domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;

/// A key that may send telemetry.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WriteKeyRow {
    /// By which it is revoked; no secret.
    pub id: String,
    /// The source whose telemetry it sends.
    pub source: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked; null while it is in force.
    pub revoked_at: Option<Instant>,
}

/// A key that was made just now: the one time that it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NewWriteKey {
    /// By which it is revoked; no secret.
    pub id: String,
    /// The source whose telemetry it sends.
    pub source: String,
    /// The key itself.
    pub key: String,
    /// When it was made.
    pub created_at: Instant,
}
