//! Compaction, erasure and retention of a lake with its records.

use std::sync::atomic::AtomicU32;

use dearly_events::{Occurrences, Projection};
use dearly_testing::{CutCommit, postgres};
use tempfile::TempDir;

use super::*;

async fn app() -> (TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), None).await.unwrap();
    (folder, app)
}

fn row(account: Option<&str>, user: &str, at: &str) -> EventRow {
    let account = account.map(dearly_domain::AccountId::from);
    EventRow { user: Some(user.to_owned()), ..EventRow::new(account, at.parse().unwrap(), "login") }
}

/// Puts the rows into the lake as one import.
async fn put(app: &App, rows: &[EventRow]) {
    let (mut stager, mut occurrences) = (app.lake.stage(), Occurrences::default());
    for row in rows {
        stager.push(row, occurrences.key(row)).unwrap();
    }
    let added = stager.finish().unwrap();
    let mut write = app.store.write("test").await.unwrap();
    publish(&app.lake, &mut write, &Rewritten { added, ..Rewritten::default() }).await.unwrap();
    write.commit().await.unwrap();
}

async fn events(app: &App) -> Vec<EventRow> {
    let live = app.live().await.unwrap();
    app.lake.events(&live).unwrap().map(|event| event.unwrap().0).collect()
}

fn files(folder: &TempDir) -> usize {
    let months = std::fs::read_dir(folder.path().join("events")).unwrap().map(|month| month.unwrap().path());
    months.filter(|month| month.is_dir()).map(|month| std::fs::read_dir(month).unwrap().count()).sum()
}

fn named(users: &[&str]) -> BTreeSet<String> {
    users.iter().map(|user| (*user).to_owned()).collect()
}

#[tokio::test]
async fn a_late_link_moves_events_within_the_callers_transaction() {
    let (folder, app) = app().await;
    let imported = row(Some("beta"), "ann", "2026-01-03");
    let grouped =
        EventRow { attributed_by: Some(Attribution::Group), ..row(Some("beta"), "ann", "2026-01-04") };
    let rows = [row(None, "ann", "2026-01-01"), row(None, "bob", "2026-01-02"), imported, grouped];
    put(&app, &rows).await;
    let before = events(&app).await;
    let owners = Owners { accounts: BTreeSet::from(["beta".into()]), unattributed: true };
    let link: Instant = "2026-02-01".parse().unwrap();
    let attribute = |row: &mut EventRow| {
        row.account = Some("acme".into());
        row.attributed_by = Some(Attribution::Membership);
        row.linked_at = Some(link);
    };

    // Rolled back, nothing moved, and nothing is left behind.
    let mut write = app.store.write("link").await.unwrap();
    let rewritten = app.reattribute(&mut write, &named(&["ann"]), &owners, attribute).await.unwrap();
    write.roll_back().await.unwrap();
    app.discard(&rewritten).unwrap();
    assert_eq!((events(&app).await, files(&folder)), (before, 1));

    let mut write = app.store.write("link").await.unwrap();
    let rewritten = app.reattribute(&mut write, &named(&["ann"]), &owners, attribute).await.unwrap();
    assert_eq!(rewritten.n_changed, 1);
    assert_eq!(rewritten.touched, BTreeMap::from([("acme".into(), link)]), "days before the link stay");
    let revision = write.commit().await.unwrap();
    let changes = app.store.view().await.unwrap().account_changes(revision - 1).await.unwrap().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].account.as_str(), changes[0].from), ("acme", "2026-01-31".parse().unwrap()));
    let live = app.live().await.unwrap();
    let accounts: Vec<_> =
        app.lake.scan(&live, None, Projection::ALL).map(|account| account.unwrap()).collect();
    assert_eq!(accounts.len(), 2);
    assert_eq!((accounts[0].0.as_str(), accounts[0].1[0].linked_at), ("acme", Some(link)));
    assert_eq!(accounts[1].1.len(), 2, "what was imported or names its account stays");
    let status = app.lake_status().await.unwrap();
    assert_eq!((status.n_events, status.n_unattributed, status.n_retired), (4, 1, 1));
}

#[tokio::test]
async fn what_comes_while_events_are_erased_is_erased_too() {
    let (folder, app) = app().await;
    put(&app, &[row(Some("acme"), "ann", "2026-01-01"), row(Some("acme"), "bob", "2026-01-01")]).await;
    let (calls, other) = (AtomicU32::new(0), app.clone());
    let selection = Selection { users: Some(named(&["ann"])), ..Selection::default() };
    let rewrite = move |lake: &Lake, live: &[Segment]| {
        let rewritten = lake.rewrite(live, &selection, |_| Fate::Drop);
        let runtime = tokio::runtime::Handle::current();
        match calls.fetch_add(1, Ordering::Relaxed) {
            // An import ends just after the first look, and with it a merge of what was looked at.
            0 => runtime.block_on(async {
                put(&other, &[row(Some("acme"), "ann", "2026-01-02")]).await;
                other.compact(Eagerness::Always, &mut |_, _| {}).await.unwrap();
            }),
            // Another before the lock is had the second time.
            1 => runtime.block_on(put(&other, &[row(Some("acme"), "ann", "2026-01-03")])),
            _ => {}
        }
        rewritten
    };
    // The lock is had in between: the lake is rewritten without it first.
    let change = app.rewrite("erase events", rewrite).await.unwrap();
    assert_eq!(change.n_dropped, 3);
    let left = events(&app).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].user.as_deref(), Some("bob"));
    app.erase(&named(&["ann"])).await.unwrap();
    assert_eq!(files(&folder), app.live().await.unwrap().len(), "no file of before is there");
}

#[tokio::test]
async fn a_merge_of_what_is_live_no_more_is_given_up() {
    let (folder, app) = app().await;
    for day in 1..=2 {
        put(&app, &[row(Some("acme"), "ann", &format!("2026-01-0{day}"))]).await;
    }
    let removed = app.live().await.unwrap();
    let plan = Compaction::plan(&removed, Eagerness::Always).unwrap().remove(0);
    let added = plan.run(&app.lake, |_| true).unwrap().unwrap();
    app.erase(&named(&["ann"])).await.unwrap();
    let merged = Rewritten { added, removed, ..Rewritten::default() };
    assert!(!app.published("compact events", 1, &merged).await.unwrap());
    assert_eq!((events(&app).await, files(&folder)), (Vec::new(), 0));
}

#[tokio::test]
async fn new_files_that_are_gone_are_not_published() {
    let (_folder, app) = app().await;
    for day in 1..=2 {
        put(&app, &[row(Some("acme"), "ann", &format!("2026-01-0{day}"))]).await;
    }
    let removed = app.live().await.unwrap();
    let plan = Compaction::plan(&removed, Eagerness::Always).unwrap().remove(0);
    let added = plan.run(&app.lake, |_| true).unwrap().unwrap();
    app.lake.discard(&added).unwrap();
    let merged = Rewritten { added, removed, ..Rewritten::default() };
    let error = app.published("compact events", 1, &merged).await.unwrap_err();
    assert!(error.to_string().contains("is missing"), "{error}");
    assert_eq!(events(&app).await.len(), 2);
}

#[tokio::test]
async fn the_background_merges_what_is_due_and_stops_when_told() {
    let (_folder, app) = app().await;
    for day in 1..=8 {
        put(&app, &[row(Some("acme"), "ann", &format!("2026-01-0{day}"))]).await;
    }
    assert!(app.lake_status().await.unwrap().months[0].is_due);
    let (stop, worker) = (Arc::new(AtomicBool::new(false)), app.clone());
    let told = Arc::clone(&stop);
    let running = tokio::spawn(async move { worker.compact_when_due(told, |error| panic!("{error}")).await });
    while app.live().await.unwrap().len() > 1 {
        assert!(!running.is_finished());
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    running.await.unwrap();
    assert_eq!(events(&app).await.len(), 8);
}

#[tokio::test]
async fn old_files_go_once_nobody_can_need_them() {
    let (folder, app) = app().await;
    for day in 1..=2 {
        put(&app, &[row(Some("acme"), "ann", &format!("2026-01-0{day}"))]).await;
    }
    app.compact(Eagerness::Always, &mut |_, _| {}).await.unwrap();
    assert_eq!(files(&folder), 3);
    assert_eq!(app.sweep_retired("sweep", grace_ends()).await.unwrap(), 0);
    let later = Instant::from_micros(Instant::now().micros() + 1);
    assert_eq!(app.sweep_retired("sweep", later).await.unwrap(), 2);
    assert_eq!((files(&folder), app.lake_status().await.unwrap().n_retired), (1, 0));
}

/// Where nobody hears whether a commit came to pass, its files must stay: it did.
#[tokio::test]
async fn a_commit_without_an_answer_loses_no_file() {
    let Some(server) = postgres::server_or_skip() else { return };
    for what in ["compact", "erase", "import"] {
        let way = CutCommit::new(server);
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), Some(way.url())).await.unwrap();
        for day in 1..=2 {
            let at = format!("2026-01-0{day}");
            put(&app, &[row(Some("acme"), "ann", &at), row(Some("acme"), "bob", &at)]).await;
        }
        let answer = match what {
            "compact" => {
                way.arm();
                app.compact(Eagerness::Always, &mut |_, _| {}).await.map(drop)
            }
            "erase" => {
                let selection = Selection { users: Some(named(&["ann"])), ..Selection::default() };
                way.arm();
                let rewrite =
                    move |lake: &Lake, live: &[Segment]| lake.rewrite(live, &selection, |_| Fate::Drop);
                app.rewrite("erase events", rewrite).await.map(drop)
            }
            _ => {
                let book = tempfile::tempdir().unwrap();
                let csv = "account,at,event,user\nacme,2026-01-03T00:00:00Z,login,cat\n";
                std::fs::write(book.path().join("events.csv"), csv).unwrap();
                let account = "external_id,name\nacme,Acme\n";
                std::fs::write(book.path().join("accounts.csv"), account).unwrap();
                let path = book.path().to_owned();
                way.arm();
                app.import(&crate::import::ImportRequest { path, ..Default::default() }, None).await.map(drop)
            }
        };
        let error = answer.unwrap_err();
        assert!(!way.is_armed(), "{what}: {error}");
        let users: Vec<String> = events(&app).await.into_iter().filter_map(|row| row.user).collect();
        let expected = match what {
            "compact" => &["ann", "ann", "bob", "bob"][..],
            "erase" => &["bob", "bob"],
            _ => &["ann", "ann", "bob", "bob", "cat"],
        };
        let mut users: Vec<&str> = users.iter().map(String::as_str).collect();
        users.sort();
        assert_eq!(users, expected, "{what}");
    }
}

#[tokio::test]
async fn a_sweep_spares_what_is_live_again() {
    let (folder, app) = app().await;
    let (rows, others) = ([row(Some("acme"), "ann", "2026-01-01")], [row(Some("acme"), "bob", "2026-02-01")]);
    put(&app, &rows).await;
    let first = app.live().await.unwrap();
    put(&app, &others).await;
    let live = app.live().await.unwrap();
    let mut write = app.store.write("test").await.unwrap();
    publish(&app.lake, &mut write, &Rewritten { removed: live, ..Rewritten::default() }).await.unwrap();
    write.commit().await.unwrap();
    // As after a crash between the deletion of a file and the note of it.
    app.lake.discard(&first).unwrap();
    put(&app, &rows).await;
    assert_eq!(app.live().await.unwrap(), first, "it is named by its content");
    let later = Instant::from_micros(Instant::now().micros() + 1);
    assert_eq!(app.sweep_retired("sweep", later).await.unwrap(), 1, "the other one");
    assert_eq!((events(&app).await.len(), files(&folder)), (1, 1));
}
