//! Telemetry users who are erased.

use std::collections::{BTreeMap, BTreeSet};

use dearly_domain::{Day, Instant};
use sqlx::{AssertSqlSafe, Row};

use crate::error::Result;
use crate::view::View;
use crate::write::Write;

/// Where telemetry users are named, beside the lake: table and column.
const NAMED: [(&str, &str); 5] = [
    ("memberships", "user"),
    ("aliases", "user"),
    ("aliases", "previous"),
    ("relinks", "user"),
    // Of accounts there are traits, too, but those are no users'.
    ("traits", "id"),
];

impl View {
    /// The users whose events are left out, each with up to when they were received.
    pub async fn erasures(&mut self) -> Result<BTreeMap<String, Instant>> {
        let rows = sqlx::query(r#"SELECT "user", "at" FROM "erasures""#).fetch_all(self.connection()).await;
        rows.and_then(|rows| {
            rows.iter().map(|row| Ok((row.try_get(0)?, Instant::from_micros(row.try_get(1)?)))).collect()
        })
        .map_err(|source| self.error("read who is erased", source))
    }
}

impl Write {
    /// Notes that what is received of these users up to the instant, or up to a later one noted before, is left out.
    pub async fn insert_erasures(&mut self, users: &BTreeSet<String>, at: Instant) -> Result<()> {
        let view = self.view();
        for user in users {
            let done = sqlx::query(
                r#"INSERT INTO "erasures" ("user", "at") VALUES ($1, $2)
                   ON CONFLICT ("user") DO UPDATE SET "at" = excluded."at"
                   WHERE excluded."at" > "erasures"."at""#,
            )
            .bind(user.clone())
            .bind(at.micros())
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("note who is erased", source))?;
        }
        Ok(())
    }

    /// Takes off erasures of before the instant.
    pub async fn delete_erasures(&mut self, before: Instant) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(r#"DELETE FROM "erasures" WHERE "at" < $1"#)
            .bind(before.micros())
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("forget who was erased", source))
    }

    /// Deletes what telemetry keeps of these users beside their events: memberships, aliases, traits, calls that could not
    /// be taken and name them, and people whom only this import names. How many rows went.
    pub async fn erase_telemetry_users(&mut self, users: &BTreeSet<String>, import_id: &str) -> Result<u64> {
        let view = self.view();
        let mut accounts: BTreeSet<String> = BTreeSet::new();
        let result = async {
            let mut n_deleted = 0;
            for user in users {
                let imports = sqlx::query(r#"SELECT "import_id", "account" FROM "people" WHERE "key" = $1"#)
                    .bind(user.clone())
                    .fetch_all(view.connection())
                    .await?;
                let imports: Vec<(String, String)> = imports
                    .iter()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                    .collect::<sqlx::Result<_>>()?;
                // A version holds what the ones before it said: of whom others know, too, no part can be taken out.
                if imports.iter().all(|(own, _)| own == import_id) {
                    let done = sqlx::query(r#"DELETE FROM "people" WHERE "key" = $1"#)
                        .bind(user.clone())
                        .execute(view.connection())
                        .await?;
                    n_deleted += done.rows_affected();
                    accounts.extend(imports.into_iter().map(|(_, account)| account));
                }
                for (table, column) in NAMED {
                    let of = if table == "traits" { r#" AND "of" <> 'account'"# } else { "" };
                    let sql = format!(r#"DELETE FROM "{table}" WHERE "{column}" = $1{of}"#);
                    let done =
                        sqlx::query(AssertSqlSafe(sql)).bind(user.clone()).execute(view.connection()).await?;
                    n_deleted += done.rows_affected();
                }
            }
            // Few are kept. Some say whose they are; the text of each may name others, too.
            let rows = sqlx::query(
                r#"SELECT "source", "id", "reason", "excerpt", "user", "anonymous" FROM "rejected_calls""#,
            )
            .fetch_all(view.connection())
            .await?;
            for row in rows {
                let (reason, excerpt): (String, String) = (row.try_get(2)?, row.try_get(3)?);
                let ids: [Option<String>; 2] = [row.try_get(4)?, row.try_get(5)?];
                let is_theirs = ids.into_iter().flatten().any(|id| users.contains(&id));
                if !is_theirs && !names_any(&excerpt, users) && !names_any(&reason, users) {
                    continue;
                }
                let (source, id): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                sqlx::query(r#"DELETE FROM "rejected_calls" WHERE "source" = $1 AND "id" = $2"#)
                    .bind(source)
                    .bind(id)
                    .execute(view.connection())
                    .await?;
                n_deleted += 1;
            }
            Ok(n_deleted)
        };
        let n_deleted = result.await.map_err(|source| view.error("erase telemetry users", source))?;
        self.changed |= n_deleted > 0;
        for account in accounts {
            self.note_change(&account, Day::MIN);
        }
        Ok(n_deleted)
    }
}

/// Whether the text has one of these as a string of JSON.
fn names_any(text: &str, users: &BTreeSet<String>) -> bool {
    users.iter().any(|user| {
        let quoted = serde_json::Value::from(user.as_str()).to_string();
        text.contains(&quoted)
    })
}
