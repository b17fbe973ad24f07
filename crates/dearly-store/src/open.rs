//! Opening the records.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::{Duration, SystemTime};

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, AssertSqlSafe, ConnectOptions, Connection as _};

use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::lock::{self, FolderLock};
use crate::migration::{self, Standing};
use crate::target::Target;
use crate::view::View;
use crate::write::Write;

const N_READERS: u32 = 8;

/// How long a free connection may take to be had.
const SHORTLY: Duration = Duration::from_millis(250);

/// How records are opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// How long [`Store::write`] waits for another writer; ten seconds unless told.
    pub wait: Duration,
    /// Whether records are begun where there are none; otherwise that is [`Error::Missing`].
    pub create: bool,
    /// The most pages of 4 KiB to which SQLite's file may grow, beyond which all is as on a full disk.
    pub max_pages: Option<u32>,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions { wait: Duration::from_secs(10), create: true, max_pages: None }
    }
}

/// The records of a data folder or of a PostgreSQL database. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// The target in words, for messages.
    pub(crate) database: String,
    dialect: Dialect,
    folder: Option<PathBuf>,
    readers: AnyPool,
    writer: AnyPool,
    wait: Duration,
    /// Of a file that this process may not write, and nobody wrote when it was opened.
    still: Option<Still>,
}

impl Inner {
    pub(crate) fn error(&self, doing: impl Into<String>, source: sqlx::Error) -> Error {
        Error::new(&self.database, doing, source)
    }
}

impl Store {
    /// Opens the records, and begins them where there are none.
    ///
    /// # Errors
    /// [`Error::Folder`], [`Error::Unreachable`], [`Error::NewerSchema`], [`Error::OtherSchema`]; [`Error::Busy`] where
    /// the schema must be brought up to date while someone else writes.
    pub async fn open(target: &Target) -> Result<Store> {
        Store::open_with(target, OpenOptions::default()).await
    }

    /// [`Store::open`] with options.
    pub async fn open_with(target: &Target, options: OpenOptions) -> Result<Store> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let database = target.to_string();
        let mut still = None;
        let (dialect, folder, url) = match target {
            Target::Folder(path) => {
                let file = Target::database_file(path);
                if !options.create && !file.exists() {
                    return Err(Error::Missing { database });
                }
                std::fs::create_dir_all(path).map_err(|source| Error::folder(path, source))?;
                still = Still::of(&file);
                let mode = if still.is_some() { "ro&immutable=1" } else { "rwc" };
                (Dialect::Sqlite, Some(path.clone()), sqlite_url(&file, mode)?)
            }
            Target::Url(url) => (Dialect::Postgres, None, url.clone()),
        };
        let connect: AnyConnectOptions =
            url.parse().map_err(|source| Error::new(&database, "read the address", source))?;
        let connect = connect.disable_statement_logging();
        let max_pages = options.max_pages;
        let pool = |writes: bool| {
            let options = AnyPoolOptions::new().max_connections(if writes { 1 } else { N_READERS });
            let max_pages = max_pages.filter(|_| writes && dialect == Dialect::Sqlite);
            let options = options.after_connect(move |connection, _| {
                Box::pin(async move {
                    dialect.prepare(connection, writes).await?;
                    if let Some(max_pages) = max_pages {
                        let limit = AssertSqlSafe(format!("PRAGMA max_page_count = {max_pages}"));
                        sqlx::query(limit).execute(connection).await?;
                    }
                    Ok(())
                })
            });
            options.connect_lazy_with(connect.clone())
        };
        let (readers, writer) = (pool(false), pool(true));
        let store = Store {
            inner: Arc::new(Inner { database, dialect, folder, readers, writer, wait: options.wait, still }),
        };
        store.migrate(options.create).await?;
        Ok(store)
    }

    /// A view of the records as they are now; what is committed later does not show in it.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Database`].
    pub async fn view(&self) -> Result<View> {
        if self.inner.still.as_ref().is_some_and(Still::has_moved) {
            let source = sqlx::Error::Protocol("somebody writes them now; ask again".to_owned());
            return Err(self.inner.error("read", source));
        }
        let begin = self.inner.dialect.begin_view();
        let transaction =
            self.inner.readers.begin_with(begin).await.map_err(|source| self.inner.error("read", source))?;
        Ok(View::new(transaction, self.inner.clone()))
    }

    /// [`Store::write`] where nobody writes just now, else `None`: for what may as well be left undone.
    ///
    /// # Errors
    /// As [`Store::write`], but for [`Error::Busy`].
    pub async fn write_if_free(&self, purpose: &str) -> Result<Option<Write>> {
        match self.write_within(purpose, Duration::ZERO).await {
            Err(Error::Busy { .. }) => Ok(None),
            write => write.map(Some),
        }
    }

    /// Begins the one transaction that may write. The purpose is what a second writer is told, as in `import books/acme`.
    ///
    /// # Errors
    /// [`Error::Busy`] with the holder, after [`OpenOptions::wait`].
    pub async fn write(&self, purpose: &str) -> Result<Write> {
        self.write_within(purpose, self.inner.wait).await
    }

    /// [`Store::write`] for those who can wait shorter or longer than others.
    pub async fn write_within(&self, purpose: &str, wait: Duration) -> Result<Write> {
        let inner = &self.inner;
        let lock = match &inner.folder {
            Some(folder) => Some(FolderLock::take(folder, purpose, wait).await?),
            None => None,
        };
        let begin = inner.writer.begin_with(inner.dialect.begin_write());
        // The one connection may be in use within this process: without a folder to lock that shows only here.
        let begun = match tokio::time::timeout(wait.max(SHORTLY), begin).await {
            Ok(begun) => begun,
            Err(_) => {
                return Err(Error::Busy { database: inner.database.clone(), holder: None, waited: wait });
            }
        };
        let mut transaction = begun.map_err(|source| inner.error("begin to write", source))?;
        if inner.dialect == Dialect::Postgres {
            lock::take_advisory(&mut transaction, &inner.database, purpose, wait).await?;
        }
        Ok(Write::new(View::new(transaction, inner.clone()), lock))
    }

    /// Folds the write-ahead log of SQLite into the database, as far as readers allow, and empties it: what was overwritten is
    /// then in no file. Nothing where another database keeps the records.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn fold(&self) -> Result<()> {
        let inner = &self.inner;
        if inner.dialect == Dialect::Sqlite {
            let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&inner.writer).await;
            folded.map_err(|source| inner.error("fold the write-ahead log", source))?;
        }
        Ok(())
    }

    /// Closes all connections; on SQLite the write-ahead log is then folded into the database.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }

    async fn migrate(&self, create: bool) -> Result<()> {
        let inner = &self.inner;
        let error = |source| inner.error("bring the schema up to date", source);
        let exists = inner.folder.as_deref().is_none_or(|folder| Target::database_file(folder).exists());
        let mut standing = Standing::None;
        if exists {
            // Not from the pool, which would try a damaged file again and again before it says so.
            let mut reader = inner.readers.connect_options().connect().await.map_err(error)?;
            inner.dialect.prepare(&mut reader, false).await.map_err(error)?;
            standing = migration::standing(&mut reader).await.map_err(error)?;
            reader.close().await.map_err(error)?;
        }
        match standing {
            Standing::Current => return Ok(()),
            Standing::None if !create => {
                return Err(Error::Missing { database: inner.database.clone() });
            }
            Standing::None | Standing::Older => {}
            Standing::Newer { found, known } => {
                return Err(Error::NewerSchema { database: inner.database.clone(), found, known });
            }
            Standing::Other { step } => {
                return Err(Error::OtherSchema { database: inner.database.clone(), step });
            }
        }
        let _lock = match &inner.folder {
            Some(folder) => Some(FolderLock::take(folder, "bring the schema up to date", inner.wait).await?),
            None => None,
        };
        let mut writer = inner.writer.acquire().await.map_err(error)?;
        if inner.dialect == Dialect::Sqlite {
            // WAL keeps a half-made schema consistent; the steps need not each reach the disk.
            sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *writer).await.map_err(error)?;
        }
        migration::run(&mut writer).await.map_err(error)?;
        if inner.dialect == Dialect::Sqlite {
            sqlx::query("PRAGMA synchronous = FULL").execute(&mut *writer).await.map_err(error)?;
        }
        Ok(())
    }
}

/// A database file into which nobody writes now, nor may this process: it is read without the files that SQLite would make
/// beside it, and cannot, and without its locks.
#[derive(Debug)]
struct Still {
    file: PathBuf,
    stamp: (u64, Option<SystemTime>),
}

impl Still {
    fn of(file: &Path) -> Option<Still> {
        let metadata = file.metadata().ok()?;
        let may_write = !metadata.permissions().readonly() && File::options().append(true).open(file).is_ok();
        let own = Still { file: file.to_owned(), stamp: stamp(file) };
        (!may_write && !own.has_log()).then_some(own)
    }

    fn has_log(&self) -> bool {
        let mut path = self.file.as_os_str().to_owned();
        path.push("-wal");
        Path::new(&path).exists()
    }

    /// Whether somebody else has written into it since, or is about to: then what is read of it may not be one state.
    fn has_moved(&self) -> bool {
        self.has_log() || stamp(&self.file) != self.stamp
    }
}

fn stamp(file: &Path) -> (u64, Option<SystemTime>) {
    file.metadata().map_or((0, None), |own| (own.len(), own.modified().ok()))
}

/// The address of a database file, whatever characters its path has.
fn sqlite_url(file: &Path, mode: &str) -> Result<String> {
    let absolute = std::path::absolute(file).map_err(|source| Error::folder(file, source))?;
    let Some(path) = absolute.to_str() else {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not valid UTF-8");
        return Err(Error::Folder { path: absolute, source });
    };
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url.push_str("?mode=");
    url.push_str(mode);
    Ok(url)
}
