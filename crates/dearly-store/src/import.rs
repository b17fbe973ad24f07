//! Imports: what was read from where, and what became of it.

use dearly_domain::Instant;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::record::Mode;
use crate::view::View;
use crate::write::Write;

/// What became of rows, in the words of the report (rules.md 18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows read.
    pub read: i64,
    /// Rows of new keys.
    pub added: i64,
    /// Rows that changed a known key.
    pub changed: i64,
    /// Rows that said what was known.
    pub unchanged: i64,
    /// Rows that were not taken.
    pub rejected: i64,
}

/// An import that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    /// Sorts by time, as in `20261122T093000-4f1c`.
    pub id: String,
    /// When it began.
    pub started_at: Instant,
    /// The path as it was given.
    pub source: String,
    /// What rows may do.
    pub mode: Mode,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Import {
    /// Sorts by time.
    pub id: String,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// The path as it was given.
    pub source: String,
    /// What rows could do.
    pub mode: Mode,
    /// What became of the rows of all files.
    pub counts: Counts,
    /// The whole report.
    pub report: Option<serde_json::Value>,
}

impl Import {
    fn from_row(row: &AnyRow) -> sqlx::Result<Import> {
        let mode: String = row.try_get(4)?;
        let report: Option<String> = row.try_get(10)?;
        let report = report.map(|text| serde_json::from_str(&text)).transpose();
        Ok(Import {
            id: row.try_get(0)?,
            started_at: Instant::from_micros(row.try_get(1)?),
            finished_at: row.try_get::<Option<i64>, _>(2)?.map(Instant::from_micros),
            source: row.try_get(3)?,
            mode: mode.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?,
            counts: Counts {
                read: row.try_get(5)?,
                added: row.try_get(6)?,
                changed: row.try_get(7)?,
                unchanged: row.try_get(8)?,
                rejected: row.try_get(9)?,
            },
            report: report.map_err(|error| sqlx::Error::Decode(error.into()))?,
        })
    }
}

impl Store {
    /// [`View::imports`] of the present.
    pub async fn imports(&self) -> Result<Vec<Import>> {
        self.view().await?.imports().await
    }

    /// [`View::import`] of the present.
    pub async fn import(&self, id: &str) -> Result<Option<Import>> {
        self.view().await?.import(id).await
    }
}

impl View {
    /// All imports, the newest first.
    pub async fn imports(&mut self) -> Result<Vec<Import>> {
        let rows = sqlx::query(
            r#"SELECT "id", "started_at", "finished_at", "source", "mode",
                      "n_read", "n_added", "n_changed", "n_unchanged", "n_rejected", "report"
               FROM "imports""#,
        )
        .fetch_all(self.connection())
        .await;
        let mut imports: Vec<Import> = rows
            .and_then(|rows| rows.iter().map(Import::from_row).collect())
            .map_err(|source| self.error("read imports", source))?;
        imports.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        Ok(imports)
    }

    /// The import with this id.
    pub async fn import(&mut self, id: &str) -> Result<Option<Import>> {
        let row = sqlx::query(
            r#"SELECT "id", "started_at", "finished_at", "source", "mode",
                      "n_read", "n_added", "n_changed", "n_unchanged", "n_rejected", "report"
               FROM "imports" WHERE "id" = $1"#,
        )
        .bind(id)
        .fetch_optional(self.connection())
        .await;
        row.and_then(|row| row.as_ref().map(Import::from_row).transpose())
            .map_err(|source| self.error("read an import", source))
    }
}

impl Write {
    /// Notes that an import begins; it comes before the rows that name it.
    pub async fn insert_import(&mut self, import: &NewImport) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "imports"
                   ("id", "started_at", "source", "mode", "n_read", "n_added", "n_changed", "n_unchanged", "n_rejected")
               VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0)"#,
        )
        .bind(import.id.clone())
        .bind(import.started_at.micros())
        .bind(import.source.clone())
        .bind(import.mode.as_str())
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("note an import", source))
    }

    /// Notes how an import ended, with its counts and its whole report.
    pub async fn finish_import(
        &mut self,
        id: &str,
        finished_at: Instant,
        counts: Counts,
        report: &serde_json::Value,
    ) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"UPDATE "imports"
               SET "finished_at" = $2, "n_read" = $3, "n_added" = $4, "n_changed" = $5, "n_unchanged" = $6,
                   "n_rejected" = $7, "report" = $8
               WHERE "id" = $1"#,
        )
        .bind(id)
        .bind(finished_at.micros())
        .bind(counts.read)
        .bind(counts.added)
        .bind(counts.changed)
        .bind(counts.unchanged)
        .bind(counts.rejected)
        .bind(report.to_string())
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("note how an import ended", source))
    }
}
