//! A consistent view of the records.

use std::fmt;
use std::sync::Arc;

use sqlx::{Any, AnyConnection, Transaction};

use crate::error::{Error, Result};
use crate::open::Inner;

/// One state of the records, from [`Store::view`](crate::Store::view) or, with what is written so far, from
/// [`Write::view`](crate::Write::view). What each noun lets one read stands in the noun's own file.
pub struct View {
    transaction: Transaction<'static, Any>,
    inner: Arc<Inner>,
}

impl View {
    pub(crate) fn new(transaction: Transaction<'static, Any>, inner: Arc<Inner>) -> View {
        View { transaction, inner }
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    pub(crate) fn error(&self, doing: impl Into<String>, source: sqlx::Error) -> Error {
        self.inner.error(doing, source)
    }

    pub(crate) async fn commit(self) -> Result<()> {
        let View { transaction, inner } = self;
        transaction.commit().await.map_err(|source| inner.error("commit", source))
    }

    pub(crate) async fn roll_back(self) -> Result<()> {
        let View { transaction, inner } = self;
        transaction.rollback().await.map_err(|source| inner.error("roll back", source))
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({})", self.inner.database)
    }
}
