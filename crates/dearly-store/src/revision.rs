//! The revision: a counter that grows with every commit that changes facts or the workbook.

use sqlx::Row;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

impl Store {
    /// [`View::revision`] of the present.
    pub async fn revision(&self) -> Result<i64> {
        self.view().await?.revision().await
    }
}

impl View {
    /// Grows with every commit that changes facts or the workbook: equal revisions mean equal answers.
    pub async fn revision(&mut self) -> Result<i64> {
        let row = sqlx::query(r#"SELECT "value" FROM "revision" WHERE "id" = 1"#)
            .fetch_one(self.connection())
            .await;
        row.and_then(|row| row.try_get(0)).map_err(|source| self.error("read the revision", source))
    }
}

impl Write {
    pub(crate) async fn grow_revision(&mut self) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(r#"UPDATE "revision" SET "value" = "value" + 1 WHERE "id" = 1"#)
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("count the revision", source))
    }
}
