//! The manifest of the event lake: which Parquet segments are part of it.

use dearly_domain::Instant;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// A segment of the event lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The file, relative to the data folder.
    pub path: String,
    /// The import that wrote it, where it was one.
    pub import_id: Option<String>,
    /// How many events.
    pub rows: i64,
    /// The size of the file.
    pub bytes: i64,
    /// The first instant in it.
    pub min_at: Instant,
    /// The last instant in it.
    pub max_at: Instant,
    /// How many of its events have no account.
    pub n_unattributed: i64,
    /// The first account in it, where any event has one.
    pub min_account: Option<String>,
    /// The last account in it, where any event has one.
    pub max_account: Option<String>,
}

/// A segment that is no part of the lake any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiredSegment {
    /// The file, relative to the data folder.
    pub path: String,
    /// The size of the file.
    pub bytes: i64,
    /// Since when.
    pub retired_at: Instant,
}

impl RetiredSegment {
    fn from_row(row: &AnyRow) -> sqlx::Result<RetiredSegment> {
        Ok(RetiredSegment {
            path: row.try_get(0)?,
            bytes: row.try_get(1)?,
            retired_at: Instant::from_micros(row.try_get(2)?),
        })
    }
}

impl Segment {
    fn from_row(row: &AnyRow) -> sqlx::Result<Segment> {
        Ok(Segment {
            path: row.try_get(0)?,
            import_id: row.try_get(1)?,
            rows: row.try_get(2)?,
            bytes: row.try_get(3)?,
            min_at: Instant::from_micros(row.try_get(4)?),
            max_at: Instant::from_micros(row.try_get(5)?),
            n_unattributed: row.try_get(6)?,
            min_account: row.try_get(7)?,
            max_account: row.try_get(8)?,
        })
    }
}

impl Store {
    /// [`View::segments`] of the present.
    pub async fn segments(&self) -> Result<Vec<Segment>> {
        self.view().await?.segments().await
    }
}

impl View {
    /// All segments of the event lake, ascending by path.
    pub async fn segments(&mut self) -> Result<Vec<Segment>> {
        let rows = sqlx::query(
            r#"SELECT "path", "import_id", "rows", "bytes", "min_at", "max_at", "n_unattributed",
                      "min_account", "max_account"
               FROM "segments""#,
        )
        .fetch_all(self.connection())
        .await;
        let mut segments: Vec<Segment> = rows
            .and_then(|rows| rows.iter().map(Segment::from_row).collect())
            .map_err(|source| self.error("read segments", source))?;
        segments.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(segments)
    }
}

impl View {
    /// Segments that are no part of the lake any more and whose files may still be there, ascending by path.
    pub async fn retired_segments(&mut self) -> Result<Vec<RetiredSegment>> {
        let rows = sqlx::query(r#"SELECT "path", "bytes", "retired_at" FROM "retired_segments""#)
            .fetch_all(self.connection())
            .await;
        let mut retired: Vec<RetiredSegment> = rows
            .and_then(|rows| rows.iter().map(RetiredSegment::from_row).collect())
            .map_err(|source| self.error("read retired segments", source))?;
        retired.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(retired)
    }
}

impl Write {
    /// Makes a written segment part of the event lake, also one that was retired before: a segment is named by its content.
    pub async fn insert_segment(&mut self, segment: &Segment) -> Result<()> {
        self.changed = true;
        self.forget_segment(&segment.path).await?;
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "segments"
                   ("path", "import_id", "rows", "bytes", "min_at", "max_at", "n_unattributed",
                    "min_account", "max_account")
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
        )
        .bind(segment.path.clone())
        .bind(segment.import_id.clone())
        .bind(segment.rows)
        .bind(segment.bytes)
        .bind(segment.min_at.micros())
        .bind(segment.max_at.micros())
        .bind(segment.n_unattributed)
        .bind(segment.min_account.clone())
        .bind(segment.max_account.clone())
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("add a segment", source))
    }

    /// Takes a segment out of the event lake; `false` where it is no part of it. The file itself stays for readers that
    /// began before, until somebody who has read [`View::retired_segments`] deletes it.
    pub async fn retire_segment(&mut self, path: &str, bytes: i64, retired_at: Instant) -> Result<bool> {
        self.changed = true;
        let view = self.view();
        let deleted = sqlx::query(r#"DELETE FROM "segments" WHERE "path" = $1"#)
            .bind(path)
            .execute(view.connection())
            .await
            .map_err(|source| view.error("take out a segment", source))?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        let done = sqlx::query(
            r#"INSERT INTO "retired_segments" ("path", "bytes", "retired_at") VALUES ($1, $2, $3)"#,
        )
        .bind(path)
        .bind(bytes)
        .bind(retired_at.micros())
        .execute(view.connection())
        .await;
        done.map(|_| true).map_err(|source| view.error("take out a segment", source))
    }

    /// Forgets a retired segment, whose file is gone.
    pub async fn forget_segment(&mut self, path: &str) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(r#"DELETE FROM "retired_segments" WHERE "path" = $1"#)
            .bind(path)
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("forget a segment", source))
    }
}
