//! Analyses as they were run, with the state of facts, rules and program behind each.

use dearly_domain::Instant;
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// A kept analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// Sorts by time.
    pub id: String,
    /// What was asked, as in `drivers`.
    pub kind: String,
    /// When it was run.
    pub made_at: Instant,
    /// The revision of the facts.
    pub revision: i64,
    /// The version of the workbook, 0 for the built-in default.
    pub workbook_version: i64,
    /// The hash of its documents; of the built-in default, its name.
    pub workbook_hash: String,
    /// The version of the program.
    pub code_version: String,
    /// What was asked in particular.
    pub request: Value,
    /// What came out.
    pub result: Value,
}

/// The columns, but for the result where only a list is wanted.
const COLUMNS: &str =
    r#""id", "kind", "made_at", "revision", "workbook_version", "workbook_hash", "code_version", "request""#;

impl Analysis {
    fn from_row(row: &AnyRow) -> sqlx::Result<Analysis> {
        let json = |place: usize| -> sqlx::Result<Value> {
            let text: String = row.try_get(place)?;
            serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))
        };
        Ok(Analysis {
            id: row.try_get(0)?,
            kind: row.try_get(1)?,
            made_at: Instant::from_micros(row.try_get(2)?),
            revision: row.try_get(3)?,
            workbook_version: row.try_get(4)?,
            workbook_hash: row.try_get(5)?,
            code_version: row.try_get(6)?,
            request: json(7)?,
            result: if row.len() > 8 { json(8)? } else { Value::Null },
        })
    }
}

impl Store {
    /// [`View::analysis`] of the present.
    pub async fn analysis(&self, id: &str) -> Result<Option<Analysis>> {
        self.view().await?.analysis(id).await
    }

    /// [`View::analysis_rows`] of the present.
    pub async fn analysis_rows(&self, id: &str) -> Result<Option<Vec<u8>>> {
        self.view().await?.analysis_rows(id).await
    }

    /// [`View::analyses`] of the present.
    pub async fn analyses(&self, kind: &str, limit: i64) -> Result<Vec<Analysis>> {
        self.view().await?.analyses(kind, limit).await
    }
}

impl View {
    /// The rows that an analysis was made of, as they were packed; `None` where none were kept.
    pub async fn analysis_rows(&mut self, id: &str) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query(r#"SELECT "rows" FROM "analyses" WHERE "id" = $1"#)
            .bind(id.to_owned())
            .fetch_optional(self.connection())
            .await;
        row.and_then(|row| row.map_or(Ok(None), |row| row.try_get(0)))
            .map_err(|source| self.error("read the rows of an analysis", source))
    }

    /// The newest analyses of a kind, the newest first, each without its result.
    pub async fn analyses(&mut self, kind: &str, limit: i64) -> Result<Vec<Analysis>> {
        let sql = format!(
            r#"SELECT {COLUMNS} FROM "analyses" WHERE "kind" = $1 ORDER BY "made_at" DESC, "id" DESC LIMIT $2"#
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(kind.to_owned())
            .bind(limit)
            .fetch_all(self.connection())
            .await;
        rows.and_then(|rows| rows.iter().map(Analysis::from_row).collect())
            .map_err(|source| self.error("read analyses", source))
    }

    /// One analysis with its result.
    pub async fn analysis(&mut self, id: &str) -> Result<Option<Analysis>> {
        let sql = format!(r#"SELECT {COLUMNS}, "result" FROM "analyses" WHERE "id" = $1"#);
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_owned()).fetch_optional(self.connection()).await;
        row.and_then(|row| row.as_ref().map(Analysis::from_row).transpose())
            .map_err(|source| self.error("read an analysis", source))
    }
}

impl Write {
    /// Keeps an analysis with the rows that it was made of. No fact changes by it.
    pub async fn insert_analysis(&mut self, own: &Analysis, rows: Vec<u8>) -> Result<()> {
        let view = self.view();
        let sql = format!(
            r#"INSERT INTO "analyses" ({COLUMNS}, "result", "rows") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(own.id.clone())
            .bind(own.kind.clone())
            .bind(own.made_at.micros())
            .bind(own.revision)
            .bind(own.workbook_version)
            .bind(own.workbook_hash.clone())
            .bind(own.code_version.clone())
            .bind(own.request.to_string())
            .bind(own.result.to_string())
            .bind(rows)
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("keep an analysis", source))
    }
}
