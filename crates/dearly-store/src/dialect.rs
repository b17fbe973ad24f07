//! The little in which the two databases differ: pragmas, how a transaction begins, and the codes of their errors.

use std::time::Duration;

use sqlx::AnyConnection;

/// How long SQLite waits for a lock of a program that does not take the writer's lock.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Begins a transaction that reads one state of the records.
    pub(crate) fn begin_view(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Begins a transaction that writes.
    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// Prepares a fresh connection.
    pub(crate) async fn prepare(self, connection: &mut AnyConnection, writes: bool) -> sqlx::Result<()> {
        let statements: &[&'static str] = match (self, writes) {
            // WAL lets readers go on beside the writer; FULL makes a commit survive a power cut.
            (Dialect::Sqlite, true) => &[
                "PRAGMA busy_timeout = 10000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                // What is erased is overwritten, not only forgotten.
                "PRAGMA secure_delete = ON",
                "PRAGMA cache_size = -65536",
            ],
            (Dialect::Sqlite, false) => &[
                "PRAGMA busy_timeout = 10000",
                "PRAGMA foreign_keys = ON",
                "PRAGMA cache_size = -16384",
                "PRAGMA query_only = ON",
            ],
            (Dialect::Postgres, true) => &[],
            (Dialect::Postgres, false) => &["SET default_transaction_read_only = on"],
        };
        for statement in statements {
            sqlx::query(*statement).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// What kind of error a database has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    DiskFull,
    Corrupt,
    Busy,
    Unreachable,
    NoTable,
    Other,
}

impl Fault {
    pub(crate) fn of(error: &sqlx::Error) -> Fault {
        let database = match error {
            sqlx::Error::Database(database) => database,
            sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                return Fault::DiskFull;
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => {
                return Fault::Unreachable;
            }
            sqlx::Error::Migrate(migrate) => {
                return match &**migrate {
                    sqlx::migrate::MigrateError::Execute(inner)
                    | sqlx::migrate::MigrateError::ExecuteMigration(inner, _) => Fault::of(inner),
                    _ => Fault::Other,
                };
            }
            _ => return Fault::Other,
        };
        let code = database.code().unwrap_or_default();
        match code.parse::<i32>() {
            // SQLite's extended codes carry the primary one in the low byte. Codes of PostgreSQL have five places.
            Ok(code) if database.code().is_some_and(|text| text.len() < 5) => match code & 0xff {
                13 => Fault::DiskFull,
                // No room for the index of the write-ahead log.
                _ if code == 4874 => Fault::DiskFull,
                11 | 26 => Fault::Corrupt,
                5 | 6 => Fault::Busy,
                14 => Fault::Unreachable,
                1 if database.message().starts_with("no such table") => Fault::NoTable,
                _ => Fault::Other,
            },
            _ => match &*code {
                "53100" => Fault::DiskFull,
                "XX001" | "XX002" => Fault::Corrupt,
                "42P01" => Fault::NoTable,
                "3D000" | "57P03" | "53300" => Fault::Unreachable,
                other if other.starts_with("28") || other.starts_with("08") => Fault::Unreachable,
                _ => Fault::Other,
            },
        }
    }
}
