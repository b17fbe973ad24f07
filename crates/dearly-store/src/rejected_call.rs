//! Calls of telemetry that could not be taken.

use dearly_domain::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::view::View;
use crate::write::Write;

/// How many are kept of each source: enough to see what is wrong, and no store for what is not wanted.
pub const REJECTED_CALLS_KEPT: usize = 200;

/// A call that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedCall {
    /// The same when the same call is sent again.
    pub id: String,
    /// Which source sent it.
    pub source: String,
    /// When it came.
    pub received_at: Instant,
    /// Whose it is, as far as it could be read.
    pub user: Option<String>,
    /// The user's other id, where it has one.
    pub anonymous: Option<String>,
    /// Why it could not be taken.
    pub reason: String,
    /// How it begins. May hold personal data.
    pub excerpt: String,
}

impl RejectedCall {
    fn from_row(row: &AnyRow) -> sqlx::Result<RejectedCall> {
        Ok(RejectedCall {
            id: row.try_get(0)?,
            source: row.try_get(1)?,
            received_at: Instant::from_micros(row.try_get(2)?),
            user: row.try_get(3)?,
            anonymous: row.try_get(4)?,
            reason: row.try_get(5)?,
            excerpt: row.try_get(6)?,
        })
    }
}

impl View {
    /// The newest calls of all sources that could not be taken, the newest first.
    pub async fn rejected_calls(&mut self, limit: i64) -> Result<Vec<RejectedCall>> {
        let rows = sqlx::query(
            r#"SELECT "id", "source", "received_at", "user", "anonymous", "reason", "excerpt" FROM "rejected_calls"
               ORDER BY "received_at" DESC, "id" LIMIT $1"#,
        )
        .bind(limit)
        .fetch_all(self.connection())
        .await;
        rows.and_then(|rows| rows.iter().map(RejectedCall::from_row).collect())
            .map_err(|source| self.error("read rejected calls", source))
    }
}

impl Write {
    /// Keeps calls of one source that could not be taken, and forgets the oldest beyond [`REJECTED_CALLS_KEPT`].
    pub async fn keep_rejected_calls(&mut self, source: &str, calls: &[RejectedCall]) -> Result<()> {
        let view = self.view();
        let kept = calls.len().min(REJECTED_CALLS_KEPT);
        let result = async {
            for call in &calls[calls.len() - kept..] {
                sqlx::query(
                    r#"INSERT INTO "rejected_calls"
                           ("id", "source", "received_at", "user", "anonymous", "reason", "excerpt")
                       VALUES ($1, $2, $3, $4, $5, $6, $7)
                       ON CONFLICT ("source", "id") DO UPDATE SET
                           "received_at" = excluded."received_at", "user" = excluded."user",
                           "anonymous" = excluded."anonymous""#,
                )
                .bind(call.id.clone())
                .bind(source.to_owned())
                .bind(call.received_at.micros())
                .bind(call.user.clone())
                .bind(call.anonymous.clone())
                .bind(call.reason.clone())
                .bind(call.excerpt.clone())
                .execute(view.connection())
                .await?;
            }
            sqlx::query(
                r#"DELETE FROM "rejected_calls" WHERE "source" = $1 AND "id" NOT IN (
                       SELECT "id" FROM "rejected_calls" WHERE "source" = $1
                       ORDER BY "received_at" DESC, "id" LIMIT $2)"#,
            )
            .bind(source.to_owned())
            .bind(REJECTED_CALLS_KEPT as i64)
            .execute(view.connection())
            .await
        };
        result.await.map(|_| ()).map_err(|source| view.error("keep rejected calls", source))
    }
}
