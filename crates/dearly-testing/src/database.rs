//! A test on both databases.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dearly_store::{OpenOptions, Store, Target};
use tempfile::TempDir;

use crate::postgres;

/// An empty database for one test; a folder is removed with it.
#[derive(Debug)]
pub struct Database {
    target: Target,
    folder: TempDir,
}

impl Database {
    /// SQLite in a temporary folder.
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn sqlite() -> Database {
        let folder = tempfile::Builder::new().prefix("dearly-test-").tempdir().expect("a temporary folder");
        Database { target: Target::folder(folder.path().join("data")), folder }
    }

    /// A database of the PostgreSQL server of this process. Where there is none, `None` after saying so on standard
    /// error.
    ///
    /// # Panics
    /// Where there is none and `CI` is `true`: there the tests must be whole.
    pub fn postgres() -> Option<Database> {
        let server = postgres::server_or_skip()?;
        let folder = tempfile::Builder::new().prefix("dearly-test-").tempdir().expect("a temporary folder");
        Some(Database { target: Target::Url(server.new_database()), folder })
    }

    /// Both.
    pub fn both() -> impl Iterator<Item = Database> {
        [Some(Database::sqlite()), Database::postgres()].into_iter().flatten()
    }

    /// Where the records are.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// A folder for the files of the test: on SQLite the one that holds the data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.target, Target::Folder(_))
    }

    /// The file of SQLite.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        match &self.target {
            Target::Folder(path) => Some(path.join("dearly.db")),
            Target::Url(_) => None,
        }
    }

    /// The address for sqlx, for what the store does not do.
    pub fn url(&self) -> String {
        match &self.target {
            Target::Folder(path) => format!("sqlite://{}?mode=rwc", path.join("dearly.db").display()),
            Target::Url(url) => url.clone(),
        }
    }

    /// Opens the records; a second writer is told after 200 ms who holds the lock.
    ///
    /// # Panics
    /// When they cannot be opened.
    pub async fn open(&self) -> Store {
        let options = OpenOptions { wait: Duration::from_millis(200), ..OpenOptions::default() };
        Store::open_with(&self.target, options).await.unwrap_or_else(|error| panic!("{self}: {error}"))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_sqlite() { "SQLite" } else { "PostgreSQL" })
    }
}

/// Runs a test on an empty SQLite and on an empty PostgreSQL; the output of a failed test says on which it was.
pub async fn each_database(test: impl AsyncFn(&Database)) {
    for database in Database::both() {
        println!("on {database}");
        test(&database).await;
    }
}

/// [`each_database`] with the records opened.
pub async fn each_store(test: impl AsyncFn(Store)) {
    each_database(async |database| {
        let store = database.open().await;
        test(store.clone()).await;
        store.close().await;
    })
    .await;
}
