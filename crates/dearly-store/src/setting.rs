//! Settings of a data folder, by name.

use sqlx::Row;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

impl Store {
    /// [`View::setting`] of the present.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        self.view().await?.setting(name).await
    }
}

impl View {
    /// The value of a setting, where it was set.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>> {
        let row = sqlx::query(r#"SELECT "value" FROM "settings" WHERE "name" = $1"#)
            .bind(name)
            .fetch_optional(self.connection())
            .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(|source| self.error("read a setting", source))
    }
}

impl Write {
    /// Sets a setting, or takes it away.
    pub async fn set_setting(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let view = self.view();
        let query = match value {
            Some(value) => sqlx::query(
                r#"INSERT INTO "settings" ("name", "value") VALUES ($1, $2)
                   ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value""#,
            )
            .bind(name)
            .bind(value),
            None => sqlx::query(r#"DELETE FROM "settings" WHERE "name" = $1"#).bind(name),
        };
        let done = query.execute(view.connection()).await;
        done.map(|_| ()).map_err(|source| view.error("set a setting", source))
    }
}
