//! What the databases do not take, and a full disk.

use dearly_domain::{Attribute, Cell};
use dearly_store::{Error, Incoming, Mode, OpenOptions, Store};
use dearly_testing::{Database, each_store, file, incoming, instant};
use sqlx::{AnyConnection, Connection as _};

use crate::{begin, letters, put_as, reason};

fn account(key: &str, name: &str) -> Incoming {
    Incoming { key: key.to_owned(), ..incoming(file("accounts"), &[("external_id", key), ("name", name)]) }
}

#[tokio::test]
async fn what_cannot_be_kept_is_rejected_alone() {
    each_store(async |store| {
        let with = |attribute: (&str, Attribute)| Incoming {
            attributes: [(attribute.0.to_owned(), attribute.1)].into(),
            ..account("x", "X")
        };
        let mut wrong_kind = account("w", "W");
        wrong_kind.cells[file("accounts").position("tier").unwrap()] = Some(Cell::Text("high".into()));
        let long = "k".repeat(2_001);
        let rows = vec![
            account("a", "Ac\0me"),
            account("b\0", "Bolt"),
            account("c", "Cell"),
            account(&long, "Long"),
            with(("n\0", Attribute::Boolean(true))),
            with(("share", Attribute::Decimal(f64::INFINITY))),
            wrong_kind,
        ];
        let outcomes = put_as(&store, "1", instant("2026-06-01"), Mode::Upsert, file("accounts"), rows).await;
        assert_eq!(letters(&outcomes), "rrarrrr");
        assert_eq!(
            reason(&outcomes[0]),
            r#"name: "Ac\0me" has the character U+0000, which no text may have; remove it"#
        );
        assert!(reason(&outcomes[3]).contains("has 2001 bytes, and at most 2000 are kept"));
        assert_eq!(reason(&outcomes[6]), r#"tier: "high" is no Integer"#);
        assert_eq!(store.keys(file("accounts")).await.unwrap(), ["c".to_owned()].into());
    })
    .await;
}

#[tokio::test]
async fn a_text_of_ten_million_characters_and_the_longest_key_are_kept() {
    each_store(async |store| {
        let text = "ä".repeat(10_000_000);
        // Random enough that no index compresses it.
        let key: String = (0..2_000_u32)
            .map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 90))
            .collect();
        let rows = vec![account("a", &text), account(&key, "b")];
        let outcomes = put_as(&store, "1", instant("2026-06-01"), Mode::Upsert, file("accounts"), rows).await;
        assert_eq!(letters(&outcomes), "aa");
        let versions = store.versions_of(file("accounts"), &["a", &key]).await.unwrap();
        assert_eq!(versions.len(), 2);
        assert!(versions.iter().any(|stored| stored.version.row.cells[1] == Cell::Text(text.clone())));
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    let database = Database::sqlite();
    // SQLite answers the same for its own limit of pages as for a full disk.
    let options = OpenOptions { max_pages: Some(150), ..OpenOptions::default() };
    let store = Store::open_with(database.target(), options).await.unwrap();
    let accounts = file("accounts");
    let at = instant("2026-06-01");
    put_as(&store, "1", at, Mode::Upsert, accounts, vec![account("a", "Acme")]).await;
    let mut write = begin(&store, "2").await;
    let big = "x".repeat(100_000);
    let rows = (0..50).map(|number| account(&format!("b{number}"), &big)).collect();
    let error = write.put(accounts, rows, Mode::Upsert, at, "2").await.unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    let folder = database.sqlite_file().unwrap().parent().unwrap().display().to_string();
    assert!(error.to_string().contains(&folder), "{error}");
    write.roll_back().await.unwrap();
    assert_eq!(store.keys(accounts).await.unwrap(), ["a".to_owned()].into());
    let outcomes = put_as(&store, "3", at, Mode::Upsert, accounts, vec![account("c", "Cell")]).await;
    assert_eq!(letters(&outcomes), "a");
    store.close().await;

    let mut connection = AnyConnection::connect(&database.url()).await.unwrap();
    let sound: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(sound, "ok");
}

#[tokio::test]
async fn records_that_nobody_may_write_are_read() {
    let database = Database::sqlite();
    let store = database.open().await;
    let accounts = file("accounts");
    put_as(&store, "1", instant("2026-06-01"), Mode::Upsert, accounts, vec![account("a", "Acme")]).await;
    store.close().await;
    let file = database.sqlite_file().unwrap();
    let beside = || file.parent().unwrap().read_dir().unwrap().count();
    let n_files = beside();
    let mut permissions = file.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let store = database.open().await;
    assert_eq!(store.keys(accounts).await.unwrap(), ["a".to_owned()].into());
    assert_eq!(beside(), n_files, "nothing is made beside it");
    let mut write = store.write("import b").await.unwrap();
    let error = write.set_setting("lake", Some("elsewhere")).await.unwrap_err();
    assert!(format!("{error:?}").contains("readonly"), "{error:?}");
    // Somebody else begins to write.
    std::fs::write(file.with_extension("db-wal"), "").unwrap();
    let error = store.view().await.err().unwrap();
    assert!(format!("{error:?}").contains("ask again"), "{error:?}");
}
