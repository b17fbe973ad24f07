//! Telemetry as tables.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::prefix::PrefixStore;
use tempfile::tempdir;

use crate::small_book::{Event, ask, at, moment, with_events, write_events};

const JUNE: [Event<'static>; 5] = [
    (Some("acme"), "ann", "login", "2025-06-29T22:30:00Z", 1, None),
    (Some("acme"), "ann", "login", "2025-06-29T23:30:00Z", 2, None),
    (Some("acme"), "ann", "login", "2025-07-01T00:00:00Z", 4, None),
    // Linked later to its account: on the 30th of June nobody knew.
    (Some("beta"), "bob", "export", "2025-06-10T10:00:00Z", 8, Some("2025-07-02T09:00:00Z")),
    (None, "eve", "login", "2025-06-11T10:00:00Z", 16, None),
];

#[tokio::test]
async fn only_what_was_visible_on_the_day_counts() {
    let folder = tempdir().unwrap();
    let files = vec![write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE, false)];
    let counts = "select (select sum(count) from events), (select sum(count) from unattributed_events)";
    for (as_of, row) in [
        ("2025-06-09", "[null,null]"),
        ("2025-06-10", "[null,8]"),
        ("2025-06-30", "[3,24]"),
        ("2025-07-01", "[7,24]"),
        ("2025-07-02", "[15,16]"),
    ] {
        let session = with_events(folder.path(), files.clone(), &moment(as_of, None));
        assert_eq!(ask(&session, counts).await, row, "{as_of}");
    }
    // Nor what the link has told is known before it: whose event it was.
    let users = "select \"user\", linked_at, attributed_by from unattributed_events where event = 'export'";
    let session = with_events(folder.path(), files.clone(), &moment("2025-06-30", None));
    assert_eq!(ask(&session, users).await, "[null,null,null]");
    let linked = with_events(folder.path(), files.clone(), &moment("2025-07-02", None));
    let users = "select \"user\" from events where event = 'export'";
    assert_eq!(ask(&linked, users).await, "[\"bob\"]");
    let mut known = moment("2025-07-02", None);
    known.known_by = Some(at("2025-06-29T23:00:00Z"));
    let session = with_events(folder.path(), files, &known);
    assert_eq!(ask(&session, counts).await, "[1,24]");
}

/// A file is not even looked at that holds nothing of the time that is asked for.
#[tokio::test]
async fn files_of_another_time_stay_closed() {
    let folder = tempdir().unwrap();
    let event = |at: &'static str| [(Some("acme"), "ann", "login", at, 1, None)];
    let files = vec![
        write_events(&folder, "events/may.parquet", &event("2025-05-10T10:00:00Z"), false),
        write_events(&folder, "events/june.parquet", &event("2025-06-10T10:00:00Z"), false),
        write_events(&folder, "events/july.parquet", &event("2025-07-10T10:00:00Z"), false),
    ];
    for gone in ["may", "july"] {
        std::fs::remove_file(folder.path().join(format!("events/{gone}.parquet"))).unwrap();
    }
    for (sql, answer) in [
        ("select count(*) from events where at >= timestamptz '2025-06-01T00:00:00Z'", "[1]"),
        ("select count(*) from events where at >= timestamp '2025-06-01T00:00:00'", "[1]"),
        ("select count(*) from events where at >= cast('2025-06-01' as timestamp)", "[1]"),
        ("select count(*) from events where at >= :as_of - interval '29 days'", "[1]"),
        ("select count(*) from events where at >= :as_of - 29 and event = 'login'", "[1]"),
        (
            "select count(*) from events where at between '2025-06-10T10:00:00Z' and '2025-06-10T10:00:00Z'",
            "[1]",
        ),
        ("select count(*) from events where at > '2025-06-29'", "[0]"),
        (
            "select count(*) from events where at < '2025-05-01' or at between '2025-06-01' and '2025-06-30'",
            "[1]",
        ),
    ] {
        // Of July nothing is known yet on the last day of June.
        let session = with_events(folder.path(), files.clone(), &moment("2025-06-30", None));
        assert_eq!(ask(&session, sql).await, answer, "{sql}");
    }
    let session = with_events(folder.path(), files, &moment("2025-06-30", None));
    let all = crate::small_book::mistake(&session, "select count(*) from events").await;
    assert!(all.contains("may.parquet is gone"), "{all}");
}

/// A time of day does not grow with the instant, and no first and last of a file say anything of it.
#[tokio::test]
async fn times_of_day_are_found_in_every_file() {
    let folder = tempdir().unwrap();
    let event = |at: &'static str| (Some("acme"), "ann", "login", at, 1, None);
    let june = ["2025-06-01T08:00:00Z", "2025-06-02T10:00:00Z", "2025-06-29T07:00:00Z"].map(event);
    let files = vec![write_events(&folder, "events/june.parquet", &june, false)];
    let session = with_events(folder.path(), files, &moment("2025-06-30", None));
    for condition in ["to_char(at, '%H:%M') >= '09:00'", "extract(hour from at) >= 9"] {
        let sql = format!("select count(*) from events where {condition}");
        assert_eq!(ask(&session, &sql).await, "[1]", "{sql}");
    }
    for condition in
        ["at::time >= '09:00'", "cast(at as time) > time '09:30:00'", "try_cast(at as time) >= '09:00'"]
    {
        let sql = format!("select count(*) from events where {condition}");
        let said = crate::small_book::mistake(&session, &sql).await;
        assert!(said.contains("ask for to_char(at, '%H:%M')"), "{sql}: {said}");
    }
    assert_eq!(ask(&session, "select time '09:30:00'").await, "[\"09:30:00\"]");
}

#[tokio::test]
async fn days_are_those_of_the_workbook() {
    let folder = tempdir().unwrap();
    let files = vec![write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE, false)];
    let daily = "select day, events from daily_usage where account = 'acme' order by day";
    let utc = with_events(folder.path(), files.clone(), &moment("2025-06-30", None));
    assert_eq!(ask(&utc, daily).await, "[\"2025-06-29\",3]");
    let berlin = with_events(folder.path(), files, &moment("2025-06-30", Some("Europe/Berlin")));
    assert_eq!(ask(&berlin, daily).await, "[\"2025-06-30\",3]");
}

#[tokio::test]
async fn files_of_any_age_are_read_and_dead_ones_are_not() {
    let folder = tempdir().unwrap();
    let old = write_events(&folder, "events/2025/segment-b.parquet", &JUNE[..1], true);
    let new = write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE[1..2], false);
    write_events(&folder, "events/month=2025-06/segment-dead.parquet", &JUNE, false);
    let session = with_events(folder.path(), vec![old, new], &moment("2025-06-30", None));
    assert_eq!(
        ask(
            &session,
            "select \"user\", month, sum(count), count(linked_at), count(product) from events group by 1, 2"
        )
        .await,
        "[\"ann\",\"2025-06\",3,0,0]"
    );
    // A bare `user` is the column, as in every other place.
    assert_eq!(
        ask(&session, "select user, count(distinct user) from events group by user").await,
        "[\"ann\",1]"
    );
    // A plan names files below the lake, and not where the lake is.
    let plan = ask(&session, "explain select count(*) from events where at >= '2025-06-29'").await;
    assert!(plan.contains("segment-a.parquet") && !plan.contains("segment-dead"), "{plan}");
    assert!(!plan.contains(folder.path().to_str().unwrap()), "{plan}");
}

#[tokio::test]
async fn a_file_that_is_gone_is_an_error() {
    let folder = tempdir().unwrap();
    let file = write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE, false);
    let session = with_events(folder.path(), vec![file.clone()], &moment("2025-06-30", None));
    std::fs::remove_file(folder.path().join(&file.path)).unwrap();
    let said = crate::small_book::mistake(&session, "select count(*) from events").await;
    assert!(said.contains("segment-a.parquet"), "{said}");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_no_mistake_of_the_question() {
    let folder = tempdir().unwrap();
    let file = write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE, false);
    let path = folder.path().join(&file.path);
    let whole = std::fs::read(&path).unwrap();
    let mut bent = whole.clone();
    // Where a writer puts which column is its own affair: more than half of the data is spoilt.
    let data = 4..whole.len() / 2;
    bent[data].fill(0xAA);
    let damages = [
        ("cut in half", &whole[..whole.len() / 2]),
        ("empty", &[]),
        ("no Parquet", b"PAR1 and nothing else PAR1"),
        ("bent", &bent),
    ];
    for (damage, bytes) in damages {
        std::fs::write(&path, bytes).unwrap();
        let session = with_events(folder.path(), vec![file.clone()], &moment("2025-06-30", None));
        let sql = "select min(account), max(event), count(*) from events group by \"user\"";
        let answer = async {
            let mut answer = session.ask(sql, crate::small_book::day("2025-06-30")).await?;
            while answer.next().await?.is_some() {}
            Ok::<_, dearly_query::Error>(())
        };
        let answer = answer.await;
        assert!(matches!(answer, Err(dearly_query::Error::Failed(_))), "{damage}: {answer:?}");
    }
}

#[tokio::test]
async fn telemetry_in_an_object_store_reads_alike() {
    let folder = tempdir().unwrap();
    let file = write_events(&folder, "events/month=2025-06/segment-a.parquet", &JUNE, false);
    let bytes = std::fs::read(folder.path().join(&file.path)).unwrap();
    // At the root of a bucket, and below a prefix, where a store may tell the whole path of a file.
    for prefix in ["", "customers/dearly"] {
        let store = Arc::new(InMemory::new());
        let path = [prefix, file.path.as_str()].join("/");
        object_store::ObjectStoreExt::put(&*store, &path.as_str().into(), bytes.clone().into())
            .await
            .unwrap();
        let telemetry =
            dearly_query::Telemetry::in_store(Arc::new(PrefixStore::new(store, prefix)), vec![file.clone()]);
        let session = dearly_query::Session::new(
            &moment("2025-06-30", None),
            Arc::new(crate::small_book::SmallBook),
            &telemetry,
            dearly_query::Limits::default(),
        )
        .unwrap();
        assert_eq!(ask(&session, "select sum(count) from events").await, "[3]", "{prefix:?}");
    }
}
