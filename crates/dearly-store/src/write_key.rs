//! Keys that may send telemetry.

use dearly_domain::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// A key that may send telemetry. The key itself is kept nowhere, only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteKey {
    /// By which it is listed and revoked; no secret.
    pub id: String,
    /// The source whose telemetry it sends.
    pub source: String,
    /// SHA-256 of the key, hexadecimal.
    pub hash: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl WriteKey {
    fn from_row(row: &AnyRow) -> sqlx::Result<WriteKey> {
        Ok(WriteKey {
            id: row.try_get(0)?,
            source: row.try_get(1)?,
            hash: row.try_get(2)?,
            created_at: Instant::from_micros(row.try_get(3)?),
            revoked_at: row.try_get::<Option<i64>, _>(4)?.map(Instant::from_micros),
        })
    }
}

impl Store {
    /// [`View::write_keys`] of the present.
    pub async fn write_keys(&self) -> Result<Vec<WriteKey>> {
        self.view().await?.write_keys().await
    }

    /// The key with this hash.
    pub async fn write_key_of_hash(&self, hash: &str) -> Result<Option<WriteKey>> {
        self.view().await?.write_key_of_hash(hash).await
    }
}

impl View {
    /// The key with this hash.
    pub async fn write_key_of_hash(&mut self, hash: &str) -> Result<Option<WriteKey>> {
        let row = sqlx::query(
            r#"SELECT "id", "source", "hash", "created_at", "revoked_at" FROM "write_keys" WHERE "hash" = $1"#,
        )
        .bind(hash.to_owned())
        .fetch_optional(self.connection())
        .await;
        row.and_then(|row| row.as_ref().map(WriteKey::from_row).transpose())
            .map_err(|source| self.error("read a write key", source))
    }

    /// All keys, revoked ones too, in the order in which they were made.
    pub async fn write_keys(&mut self) -> Result<Vec<WriteKey>> {
        let rows =
            sqlx::query(r#"SELECT "id", "source", "hash", "created_at", "revoked_at" FROM "write_keys""#)
                .fetch_all(self.connection())
                .await;
        let mut keys: Vec<WriteKey> = rows
            .and_then(|rows| rows.iter().map(WriteKey::from_row).collect())
            .map_err(|source| self.error("read write keys", source))?;
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(keys)
    }
}

impl Write {
    /// Adds a key; its source must be there ([`Write::ensure_source`]).
    pub async fn insert_write_key(&mut self, key: &WriteKey) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "write_keys" ("id", "source", "hash", "created_at", "revoked_at")
               VALUES ($1, $2, $3, $4, $5)"#,
        )
        .bind(key.id.clone())
        .bind(key.source.clone())
        .bind(key.hash.clone())
        .bind(key.created_at.micros())
        .bind(key.revoked_at.map(Instant::micros))
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("add a write key", source))
    }

    /// Revokes a key; `false` where there is none of this id that was not revoked before.
    pub async fn revoke_write_key(&mut self, id: &str, at: Instant) -> Result<bool> {
        let view = self.view();
        let done = sqlx::query(
            r#"UPDATE "write_keys" SET "revoked_at" = $1 WHERE "id" = $2 AND "revoked_at" IS NULL"#,
        )
        .bind(at.micros())
        .bind(id.to_owned())
        .execute(view.connection())
        .await;
        done.map(|done| done.rows_affected() > 0).map_err(|source| view.error("revoke a write key", source))
    }
}
