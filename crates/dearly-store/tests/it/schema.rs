//! The tables, and databases that this program must not touch.

use std::collections::BTreeSet;

use dearly_domain::book::FILES;
use dearly_domain::{File, Kind};
use dearly_store::{Error, OpenOptions, Store, Target};
use dearly_testing::{Database, each_database};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

async fn columns_of(
    database: &Database,
    connection: &mut AnyConnection,
    file: &File,
) -> Vec<(String, String)> {
    let sql = if database.is_sqlite() {
        "SELECT name, upper(type) FROM pragma_table_info($1) ORDER BY cid"
    } else {
        "SELECT CAST(column_name AS TEXT), upper(CAST(data_type AS TEXT)) FROM information_schema.columns \
         WHERE table_name = $1 ORDER BY ordinal_position"
    };
    let rows = sqlx::query(sql).bind(file.name).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn every_table_has_the_columns_that_its_file_declares() {
    each_database(async |database| {
        database.open().await.close().await;
        let mut connection = AnyConnection::connect(&database.url()).await.unwrap();
        for file in FILES.iter().filter(|file| file.name != "events") {
            let mut expect: Vec<(String, String)> = [
                ("key", "TEXT"),
                ("sequence", "BIGINT"),
                ("recorded_at", "BIGINT"),
                ("imported_at", "BIGINT"),
                ("import_id", "TEXT"),
                ("content", "BIGINT"),
                ("attributes", "TEXT"),
            ]
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .to_vec();
            for column in file.columns {
                let kind = match column.kind {
                    Kind::Text | Kind::List => "TEXT",
                    Kind::Decimal => "DOUBLE PRECISION",
                    Kind::Integer | Kind::Money | Kind::Day | Kind::Instant | Kind::Boolean => "BIGINT",
                };
                expect.push((column.field.to_owned(), kind.to_owned()));
            }
            assert_eq!(columns_of(database, &mut connection, file).await, expect, "{file:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn names_of_columns_do_not_clash() {
    for file in FILES {
        let names: BTreeSet<&str> = file.columns.iter().map(|column| column.field).collect();
        for own in ["key", "sequence", "recorded_at", "imported_at", "import_id", "content", "attributes"] {
            assert!(!names.contains(own), "{file:?} {own}");
        }
    }
}

async fn spoil(database: &Database, sql: &str) {
    let mut connection = AnyConnection::connect(&database.url()).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    each_database(async |database| {
        database.open().await.close().await;
        spoil(
            database,
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             SELECT 9999, 'from tomorrow', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
        let error = Store::open(database.target()).await.unwrap_err();
        assert!(matches!(error, Error::NewerSchema { found: 9999, known: 21.., .. }), "{error:?}");
        assert!(error.to_string().contains("use the newer program"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_schema_of_another_build_is_refused() {
    each_database(async |database| {
        database.open().await.close().await;
        let other = "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 1) \
                     WHERE version = 7";
        spoil(database, other).await;
        let error = Store::open(database.target()).await.unwrap_err();
        assert!(matches!(error, Error::OtherSchema { step: 7, .. }), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn opening_twice_at_once_migrates_once() {
    each_database(async |database| {
        let target = database.target();
        let (one, other, third) = tokio::join!(Store::open(target), Store::open(target), Store::open(target));
        for store in [one, other, third] {
            assert_eq!(store.unwrap().revision().await.unwrap(), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn records_are_not_begun_where_none_are_wanted() {
    each_database(async |database| {
        let options = OpenOptions { create: false, ..OpenOptions::default() };
        let error = Store::open_with(database.target(), options.clone()).await.unwrap_err();
        assert!(matches!(error, Error::Missing { .. }), "{error:?}");
        assert!(!database.sqlite_file().is_some_and(|file| file.exists()));
        database.open().await.close().await;
        Store::open_with(database.target(), options).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_folder_may_have_any_name() {
    let database = Database::sqlite();
    let folder = database.folder().join("böök #1 100%? & 'more'");
    let store = Store::open(&Target::folder(&folder)).await.unwrap();
    assert_eq!(store.revision().await.unwrap(), 0);
    assert!(folder.join("dearly.db").exists());
}

#[tokio::test]
async fn a_damaged_or_foreign_file_is_named_as_such() {
    let database = Database::sqlite();
    let file = database.sqlite_file().unwrap();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "this is no database, however long one looks at it ".repeat(100)).unwrap();
    let error = Store::open(database.target()).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");

    std::fs::remove_file(&file).unwrap();
    let blocked = database.folder().join("file");
    std::fs::write(&blocked, "").unwrap();
    let error = Store::open(&Target::folder(blocked.join("data"))).await.unwrap_err();
    assert!(matches!(error, Error::Folder { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_as_such() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let url = database.url().replace("localhost/test_", "localhost/absent_");
    let error = Store::open(&Target::Url(url)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}
