//! Users whose earlier events may belong elsewhere by what was learned since.

use std::collections::BTreeSet;

use sqlx::Row;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

impl Store {
    /// [`View::relinks`] of the present.
    pub async fn relinks(&self) -> Result<BTreeSet<String>> {
        self.view().await?.relinks().await
    }
}

impl View {
    /// The users of whom something was learned that is not applied yet.
    pub async fn relinks(&mut self) -> Result<BTreeSet<String>> {
        let rows = sqlx::query(r#"SELECT "user" FROM "relinks""#).fetch_all(self.connection()).await;
        rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect())
            .map_err(|source| self.error("read whose events move", source))
    }
}

impl Write {
    /// Notes users of whom something was learned.
    pub async fn insert_relinks(&mut self, users: &BTreeSet<String>) -> Result<()> {
        let view = self.view();
        for user in users {
            let done =
                sqlx::query(r#"INSERT INTO "relinks" ("user") VALUES ($1) ON CONFLICT ("user") DO NOTHING"#)
                    .bind(user.clone())
                    .execute(view.connection())
                    .await;
            done.map_err(|source| view.error("note whose events move", source))?;
        }
        Ok(())
    }

    /// Takes off users once what was learned of them is applied.
    pub async fn delete_relinks(&mut self, users: &BTreeSet<String>) -> Result<()> {
        let view = self.view();
        for user in users {
            let done = sqlx::query(r#"DELETE FROM "relinks" WHERE "user" = $1"#)
                .bind(user.clone())
                .execute(view.connection())
                .await;
            done.map_err(|source| view.error("note whose events have moved", source))?;
        }
        Ok(())
    }
}
