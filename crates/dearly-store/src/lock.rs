//! One writer at a time (rules.md 20): a locked file in the data folder, an advisory lock on PostgreSQL.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use dearly_domain::Instant;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// Who holds the writer's lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// What it does, as in `import books/acme`.
    pub purpose: String,
    /// Since when.
    pub since: Instant,
}

impl Holder {
    fn own(purpose: &str) -> Holder {
        Holder { pid: std::process::id(), purpose: purpose.to_owned(), since: Instant::now() }
    }

    /// The holder in words, also where it is not known.
    pub(crate) fn name(holder: &Option<Holder>) -> String {
        holder
            .as_ref()
            .map_or_else(|| "another program that does not give its name".to_owned(), Holder::to_string)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({:?}, since {})", self.pid, self.purpose, self.since)
    }
}

const RETRY_EVERY: Duration = Duration::from_millis(50);

/// The locked file of a data folder. Dropped, it is free again, as it is when the process dies.
#[derive(Debug)]
pub(crate) struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Waits for the lock, and then says in the file who has it.
    pub(crate) async fn take(folder: &Path, purpose: &str, wait: Duration) -> Result<FolderLock> {
        let path = folder.join("writer.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| Error::folder(&path, source))?;
        let started = std::time::Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(Error::folder(&path, source)),
                Err(TryLockError::WouldBlock) if started.elapsed() < wait => {
                    tokio::time::sleep(RETRY_EVERY).await;
                }
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    let holder =
                        file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str(&text).ok());
                    return Err(Error::Busy { database: folder.display().to_string(), holder, waited: wait });
                }
            }
        }
        // Who holds the lock is a courtesy: a disk too full to say it must not hide what follows.
        let _ = write_holder(&mut file, purpose);
        Ok(FolderLock { file })
    }
}

fn write_holder(file: &mut File, purpose: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    serde_json::to_writer(&*file, &Holder::own(purpose))?;
    file.flush()
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// "DEARLY" in ASCII: the number of the advisory lock.
const ADVISORY_LOCK: i64 = 0x44_45_41_52_4c_59;

/// Takes the advisory lock for the running transaction, and says in `application_name` who has it.
pub(crate) async fn take_advisory(
    connection: &mut AnyConnection,
    database: &str,
    purpose: &str,
    wait: Duration,
) -> Result<()> {
    let error = |source| Error::new(database, "take the writer's lock", source);
    let started = std::time::Instant::now();
    loop {
        let row = sqlx::query("SELECT CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END")
            .bind(ADVISORY_LOCK)
            .fetch_one(&mut *connection)
            .await
            .map_err(error)?;
        if row.try_get::<i32, _>(0).map_err(error)? == 1 {
            break;
        }
        if started.elapsed() >= wait {
            let holder = advisory_holder(connection).await.map_err(error)?;
            return Err(Error::Busy { database: database.to_owned(), holder, waited: wait });
        }
        tokio::time::sleep(RETRY_EVERY).await;
    }
    sqlx::query("SELECT set_config('application_name', $1, true)")
        .bind(format!("dearly:{}:{purpose}", std::process::id()))
        .fetch_one(connection)
        .await
        .map_err(error)?;
    Ok(())
}

async fn advisory_holder(connection: &mut AnyConnection) -> sqlx::Result<Option<Holder>> {
    let row = sqlx::query(
        "SELECT a.application_name, CAST(EXTRACT(EPOCH FROM a.xact_start) * 1000000 AS BIGINT) \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
           AND CAST(l.classid AS BIGINT) * 4294967296 + CAST(l.objid AS BIGINT) = $1",
    )
    .bind(ADVISORY_LOCK)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (name, since): (Option<String>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    let holder = name.as_deref().and_then(|name| name.strip_prefix("dearly:")).and_then(|name| {
        let (pid, purpose) = name.split_once(':')?;
        let since = Instant::from_micros(since?);
        Some(Holder { pid: pid.parse().ok()?, purpose: purpose.to_owned(), since })
    });
    Ok(holder)
}
