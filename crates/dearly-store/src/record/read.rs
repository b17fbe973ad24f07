//! Reading versions.

use std::collections::HashSet;

use dearly_domain::{AccountId, File, Instant, Row, Version};
use futures_util::TryStreamExt as _;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Arguments as _, AssertSqlSafe, Row as _};

use super::StoredVersion;
use super::cell;
use super::statement::{Table, in_list};
use crate::error::{Error, Result};
use crate::open::Store;
use crate::view::View;

impl Store {
    /// [`View::versions`] of the present.
    pub async fn versions(
        &self,
        file: &'static File,
        accounts: Option<&[AccountId]>,
    ) -> Result<Vec<StoredVersion>> {
        self.view().await?.versions(file, accounts).await
    }

    /// [`View::versions_of`] of the present.
    pub async fn versions_of(&self, file: &'static File, keys: &[&str]) -> Result<Vec<StoredVersion>> {
        self.view().await?.versions_of(file, keys).await
    }

    /// [`View::keys`] of the present.
    pub async fn keys(&self, file: &'static File) -> Result<HashSet<String>> {
        self.view().await?.keys(file).await
    }
}

impl View {
    /// All versions of the rows of a file, ascending by key, each key's in the order in which they were stored.
    ///
    /// With accounts, only of rows of which any version belongs to one of them — objectives and initiatives through
    /// their plan —, but then with all versions: a row may have moved, and a day before must be readable.
    ///
    /// # Errors
    /// [`Error::NoTable`] for events.
    pub async fn versions(
        &mut self,
        file: &'static File,
        accounts: Option<&[AccountId]>,
    ) -> Result<Vec<StoredVersion>> {
        let table = Table::of(file).ok_or(Error::NoTable { file: file.name })?;
        let mut versions = Vec::new();
        let read = match accounts {
            None => {
                let sql = AssertSqlSafe(table.all.clone());
                collect(self.connection(), table, sql, AnyArguments::default(), &mut versions).await
            }
            Some(accounts) => {
                let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
                collect_listed(self.connection(), table, table.by_account(), &accounts, &mut versions).await
            }
        };
        read.map_err(|source| self.error(format!("read {}", file.name), source))?;
        Ok(in_order(versions))
    }

    /// All versions of the rows with these keys, in the order of [`View::versions`].
    ///
    /// # Errors
    /// [`Error::NoTable`] for events.
    pub async fn versions_of(&mut self, file: &'static File, keys: &[&str]) -> Result<Vec<StoredVersion>> {
        let table = Table::of(file).ok_or(Error::NoTable { file: file.name })?;
        let mut versions = Vec::new();
        let read = collect_listed(self.connection(), table, table.by_key(), keys, &mut versions).await;
        read.map_err(|source| self.error(format!("read {}", file.name), source))?;
        Ok(in_order(versions))
    }

    /// The keys of the rows of a file.
    ///
    /// # Errors
    /// [`Error::NoTable`] for events.
    pub async fn keys(&mut self, file: &'static File) -> Result<HashSet<String>> {
        let table = Table::of(file).ok_or(Error::NoTable { file: file.name })?;
        let sql = AssertSqlSafe(format!(r#"SELECT "key" FROM "{}" WHERE "sequence" = 1"#, table.file.name));
        let mut keys = HashSet::new();
        let mut rows = sqlx::query(sql).fetch(self.connection());
        let read = loop {
            match rows.try_next().await {
                Ok(Some(row)) => match row.try_get(0) {
                    Ok(key) => keys.insert(key),
                    Err(error) => break Err(error),
                },
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
        };
        drop(rows);
        read.map_err(|source| self.error(format!("read the keys of {}", file.name), source))?;
        Ok(keys)
    }
}

/// A version with its place among those of its key.
pub(super) struct Numbered {
    pub(super) sequence: i64,
    pub(super) stored: StoredVersion,
}

async fn collect_listed(
    connection: &mut AnyConnection,
    table: &Table,
    statements: &[std::sync::Arc<str>; 3],
    keys: &[&str],
    versions: &mut Vec<Numbered>,
) -> sqlx::Result<()> {
    for (sql, keys) in in_list(statements, keys) {
        let mut arguments = AnyArguments::default();
        for key in keys {
            arguments.add(key).map_err(sqlx::Error::Encode)?;
        }
        collect(connection, table, sql, arguments, versions).await?;
    }
    Ok(())
}

async fn collect(
    connection: &mut AnyConnection,
    table: &Table,
    sql: AssertSqlSafe<std::sync::Arc<str>>,
    arguments: AnyArguments,
    versions: &mut Vec<Numbered>,
) -> sqlx::Result<()> {
    let mut rows = sqlx::query_with(sql, arguments).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        versions.push(numbered(table, &row)?);
    }
    Ok(())
}

pub(super) fn numbered(table: &Table, row: &AnyRow) -> sqlx::Result<Numbered> {
    const N_BEFORE: usize = 5;
    let columns = table.file.columns.iter().enumerate();
    let cells = columns.map(|(index, column)| cell::read(row, N_BEFORE + index, column.kind));
    let version = Version {
        recorded_at: row.try_get::<Option<i64>, _>(2)?.map(Instant::from_micros),
        imported_at: Instant::from_micros(row.try_get(3)?),
        row: Row { cells: cells.collect::<sqlx::Result<_>>()?, attributes: cell::read_attributes(row, 4)? },
    };
    Ok(Numbered { sequence: row.try_get(1)?, stored: StoredVersion { key: row.try_get(0)?, version } })
}

/// Byte order, which databases do not agree on; rows that several lists found are there once.
fn in_order(mut versions: Vec<Numbered>) -> Vec<StoredVersion> {
    versions.sort_by(|a, b| (a.stored.key.as_str(), a.sequence).cmp(&(b.stored.key.as_str(), b.sequence)));
    versions.dedup_by(|a, b| a.sequence == b.sequence && a.stored.key == b.stored.key);
    versions.into_iter().map(|numbered| numbered.stored).collect()
}
