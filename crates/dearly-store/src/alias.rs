//! Ids under which a telemetry user was known before.

use std::collections::{BTreeMap, BTreeSet};

use dearly_domain::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::many;
use crate::view::View;
use crate::write::Write;

/// Two ids of one user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The id until now, as before the user logged in.
    pub previous: String,
    /// From when on: when the call was made.
    pub at: Instant,
    /// The id from now on.
    pub user: String,
    /// When it was received.
    pub recorded_at: Instant,
}

impl Alias {
    fn from_row(row: &AnyRow) -> sqlx::Result<Alias> {
        Ok(Alias {
            previous: row.try_get(0)?,
            at: Instant::from_micros(row.try_get(1)?),
            user: row.try_get(2)?,
            recorded_at: Instant::from_micros(row.try_get(3)?),
        })
    }
}

impl View {
    /// The aliases of these former ids, by former id; each one's ascending by instant.
    pub async fn aliases(&mut self, previous: &[&str]) -> Result<BTreeMap<String, Vec<Alias>>> {
        let sql = r#"SELECT "previous", "at", "user", "recorded_at" FROM "aliases" WHERE "previous" IN {}"#;
        let aliases = self.aliases_by(sql, previous).await?;
        let mut by_previous: BTreeMap<String, Vec<Alias>> = BTreeMap::new();
        for alias in aliases {
            by_previous.entry(alias.previous.clone()).or_default().push(alias);
        }
        Ok(by_previous)
    }

    /// The aliases by which other ids turned out to be these users'.
    pub async fn aliases_of(&mut self, users: &[&str]) -> Result<BTreeSet<Alias>> {
        let sql = r#"SELECT "previous", "at", "user", "recorded_at" FROM "aliases" WHERE "user" IN {}"#;
        self.aliases_by(sql, users).await
    }

    async fn aliases_by(&mut self, sql: &str, keys: &[&str]) -> Result<BTreeSet<Alias>> {
        let mut aliases = BTreeSet::new();
        let read = many::by_keys(self.connection(), sql, keys, |row| {
            aliases.insert(Alias::from_row(row)?);
            Ok(())
        });
        read.await.map_err(|source| self.error("read aliases", source))?;
        Ok(aliases)
    }
}

impl Write {
    /// Adds aliases; one that is there already changes nothing.
    pub async fn insert_aliases(&mut self, aliases: &[Alias]) -> Result<()> {
        let view = self.view();
        for alias in aliases {
            let done = sqlx::query(
                r#"INSERT INTO "aliases" ("previous", "at", "user", "recorded_at") VALUES ($1, $2, $3, $4)
                   ON CONFLICT ("previous", "at", "user") DO NOTHING"#,
            )
            .bind(alias.previous.clone())
            .bind(alias.at.micros())
            .bind(alias.user.clone())
            .bind(alias.recorded_at.micros())
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("add aliases", source))?;
        }
        self.changed |= !aliases.is_empty();
        Ok(())
    }
}
