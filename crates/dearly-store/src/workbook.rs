//! The workbook versions that were applied.

use dearly_domain::Instant;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// One document of a workbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its path within the workbook's folder.
    pub path: String,
    /// Its YAML, to the last character.
    pub text: String,
}

/// A workbook that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkbookVersion {
    /// 1, 2, …
    pub version: i64,
    /// When.
    pub applied_at: Instant,
    /// By whom.
    pub applied_by: String,
    /// [`content_hash`] of its documents.
    pub content_hash: String,
    /// Its documents.
    pub documents: Vec<Document>,
}

/// A hash of paths and texts, whatever the order of the documents.
pub fn content_hash(documents: &[Document]) -> String {
    let mut ordered: Vec<&Document> = documents.iter().collect();
    ordered.sort_by(|a, b| a.path.cmp(&b.path));
    let mut bytes = Vec::new();
    for text in ordered.into_iter().flat_map(|document| [&document.path, &document.text]) {
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes))
}

impl WorkbookVersion {
    fn from_row(row: &AnyRow) -> sqlx::Result<WorkbookVersion> {
        let documents: String = row.try_get(4)?;
        Ok(WorkbookVersion {
            version: row.try_get(0)?,
            applied_at: Instant::from_micros(row.try_get(1)?),
            applied_by: row.try_get(2)?,
            content_hash: row.try_get(3)?,
            documents: serde_json::from_str(&documents).map_err(|error| sqlx::Error::Decode(error.into()))?,
        })
    }
}

impl Store {
    /// [`View::workbook_versions`] of the present.
    pub async fn workbook_versions(&self) -> Result<Vec<WorkbookVersion>> {
        self.view().await?.workbook_versions().await
    }

    /// [`View::current_workbook`] of the present.
    pub async fn current_workbook(&self) -> Result<Option<WorkbookVersion>> {
        self.view().await?.current_workbook().await
    }
}

impl View {
    /// All versions, the newest first.
    pub async fn workbook_versions(&mut self) -> Result<Vec<WorkbookVersion>> {
        let rows = sqlx::query(
            r#"SELECT "version", "applied_at", "applied_by", "content_hash", "documents"
               FROM "workbook_versions" ORDER BY "version" DESC"#,
        )
        .fetch_all(self.connection())
        .await;
        rows.and_then(|rows| rows.iter().map(WorkbookVersion::from_row).collect())
            .map_err(|source| self.error("read workbook versions", source))
    }

    /// The version in force, where one was applied.
    pub async fn current_workbook(&mut self) -> Result<Option<WorkbookVersion>> {
        let row = sqlx::query(
            r#"SELECT "version", "applied_at", "applied_by", "content_hash", "documents"
               FROM "workbook_versions" ORDER BY "version" DESC LIMIT 1"#,
        )
        .fetch_optional(self.connection())
        .await;
        row.and_then(|row| row.as_ref().map(WorkbookVersion::from_row).transpose())
            .map_err(|source| self.error("read the workbook", source))
    }
}

impl Write {
    /// Records an applied workbook and answers its version.
    pub async fn insert_workbook_version(
        &mut self,
        applied_at: Instant,
        applied_by: &str,
        documents: &[Document],
    ) -> Result<i64> {
        let version = self.view().current_workbook().await?.map_or(1, |current| current.version + 1);
        self.changed = true;
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "workbook_versions" ("version", "applied_at", "applied_by", "content_hash", "documents")
               VALUES ($1, $2, $3, $4, $5)"#,
        )
        .bind(version)
        .bind(applied_at.micros())
        .bind(applied_by)
        .bind(content_hash(documents))
        .bind(serde_json::to_string(documents).expect("texts are JSON"))
        .execute(view.connection())
        .await;
        done.map(|_| version).map_err(|source| view.error("record a workbook", source))
    }
}
