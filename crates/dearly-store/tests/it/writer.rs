//! One writer, readers beside it, and what a rollback leaves.

use std::time::{Duration, Instant};

use dearly_store::{Error, Mode};
use dearly_testing::{each_database, each_store, file, incoming, instant};

use crate::{begin, put_as};

#[tokio::test]
async fn a_second_writer_is_told_who_holds_the_lock() {
    each_database(async |database| {
        let (one, other) = (database.open().await, database.open().await);
        let first = one.write("import books/acme").await.unwrap();
        let started = Instant::now();
        let error = other.write("import again").await.unwrap_err();
        assert!(started.elapsed() >= Duration::from_millis(200));
        let words = error.to_string();
        let Error::Busy { holder: Some(holder), .. } = error else { panic!("{error:?}") };
        assert_eq!((holder.pid, holder.purpose.as_str()), (std::process::id(), "import books/acme"));
        assert!(words.contains("import books/acme") && words.contains("try again"), "{words}");
        first.roll_back().await.unwrap();
        let second = other.write("import again").await.unwrap();
        let error = one.write("third").await.unwrap_err();
        assert!(error.to_string().contains("import again"), "{error}");
        // Dropped, the lock is free as well.
        drop(second);
        one.write("fourth").await.unwrap().commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_waiting_writer_goes_on_when_the_first_is_done() {
    each_database(async |database| {
        let (one, other) = (database.open().await, database.open().await);
        let first = one.write("first").await.unwrap();
        let waiting = tokio::spawn(async move { other.write("second").await.map(drop) });
        tokio::time::sleep(Duration::from_millis(60)).await;
        first.commit().await.unwrap();
        waiting.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_writer_may_wait_longer_than_others() {
    each_database(async |database| {
        let (one, other) = (database.open().await, database.open().await);
        let first = one.write("import books/acme").await.unwrap();
        let patient = {
            let other = other.clone();
            tokio::spawn(async move { other.write_within("keep", Duration::from_secs(60)).await.map(drop) })
        };
        // Longer than `database.open` lets a writer wait.
        assert!(database.open().await.write("hasty").await.is_err());
        tokio::time::sleep(Duration::from_millis(100)).await;
        first.commit().await.unwrap();
        patient.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn readers_go_on_beside_a_writer_and_see_whole_commits_only() {
    each_database(async |database| {
        let store = database.open().await;
        let other = database.open().await;
        let accounts = file("accounts");
        let row_of = |key: &str| incoming(accounts, &[("external_id", key), ("name", "Acme")]);
        let at = instant("2026-06-01");
        put_as(&store, "1", at, Mode::Upsert, accounts, vec![row_of("a")]).await;

        let mut before = other.view().await.unwrap();
        assert_eq!(before.keys(accounts).await.unwrap().len(), 1);
        let mut write = begin(&store, "2").await;
        write.put(accounts, vec![row_of("b")], Mode::Upsert, at, "2").await.unwrap();
        assert_eq!(write.view().keys(accounts).await.unwrap().len(), 2);
        assert_eq!(store.keys(accounts).await.unwrap().len(), 1);
        assert_eq!(other.versions(accounts, None).await.unwrap().len(), 1);
        // Opening needs no lock either.
        assert_eq!(database.open().await.keys(accounts).await.unwrap().len(), 1);
        write.commit().await.unwrap();
        assert_eq!(before.keys(accounts).await.unwrap().len(), 1);
        assert_eq!(other.keys(accounts).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_rollback_leaves_nothing() {
    each_store(async |store| {
        let accounts = file("accounts");
        let row = incoming(accounts, &[("external_id", "a"), ("name", "Acme")]);
        let at = instant("2026-06-01");
        for explicit in [true, false] {
            let mut write = begin(&store, "1").await;
            write.put(accounts, vec![row.clone()], Mode::Upsert, at, "1").await.unwrap();
            write.set_setting("as_of", Some("2026-06-01")).await.unwrap();
            if explicit {
                write.roll_back().await.unwrap();
            } else {
                drop(write);
            }
            assert!(store.keys(accounts).await.unwrap().is_empty());
            assert!(store.imports().await.unwrap().is_empty());
            assert_eq!(store.setting("as_of").await.unwrap(), None);
            assert_eq!(store.revision().await.unwrap(), 0);
        }
        put_as(&store, "1", at, Mode::Upsert, accounts, vec![row]).await;
        assert_eq!(store.keys(accounts).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_revision_grows_with_facts_and_the_workbook_only() {
    each_store(async |store| {
        let accounts = file("accounts");
        let row = || vec![incoming(accounts, &[("external_id", "a"), ("name", "Acme")])];
        let at = instant("2026-06-01");
        put_as(&store, "1", at, Mode::Upsert, accounts, row()).await;
        assert_eq!(store.revision().await.unwrap(), 1);
        put_as(&store, "2", at, Mode::Upsert, accounts, row()).await;
        assert_eq!(store.revision().await.unwrap(), 1);
        let mut write = store.write("settings").await.unwrap();
        write.set_setting("as_of", Some("2026-06-01")).await.unwrap();
        assert_eq!(write.commit().await.unwrap(), 1);
        let mut write = store.write("workbook").await.unwrap();
        write.insert_workbook_version(at, "ada@example.com", &[]).await.unwrap();
        assert_eq!(write.commit().await.unwrap(), 2);
    })
    .await;
}
