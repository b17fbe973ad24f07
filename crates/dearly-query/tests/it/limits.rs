//! What an answer may cost.

use std::time::Duration;

use dearly_query::{Error, Limits};

use crate::small_book::{ask, day, session};

#[tokio::test]
async fn rows_beyond_the_limit_are_left_out_and_it_is_said() {
    for (rows, sql, n_rows, is_truncated) in [
        (2, "select * from tickets", 2, true),
        (3, "select * from tickets", 3, false),
        (0, "select * from tickets", 0, true),
        (10_000, "select * from generate_series(1, 100000)", 10_000, true),
        (5, "select * from tickets limit 1", 1, false),
        // What explains is whole.
        (1, "describe tickets", 11, true),
    ] {
        let session = session(Limits { rows: Some(rows), ..Limits::default() });
        let mut answer = session.ask(sql, day("2025-06-30")).await.unwrap();
        let mut count = 0;
        while let Some(batch) = answer.next().await.unwrap() {
            count += batch.num_rows();
        }
        if sql.starts_with("select") {
            assert_eq!((count, answer.is_truncated()), (n_rows, is_truncated), "{sql}");
        }
    }
}

#[tokio::test]
async fn texts_are_not_made_without_measure() {
    let session = session(Limits::default());
    for sql in [
        "select repeat('a', 300000000)",
        "select lpad(subject, 10001) from tickets",
        "select array_repeat(1, severity * 1000000) from tickets",
        "select 1 where exists (select repeat('a', 100000))",
    ] {
        let error = session.ask(sql, day("2025-06-30")).await.err().unwrap().to_string();
        assert!(error.contains("must be a number written out, 10000 at most"), "{sql}: {error}");
    }
    for sql in [
        "select repeat(repeat(repeat('a', 1000), 1000), 1000)",
        "with a as (select repeat('a', 10000) as x) select length(replace(x, 'a', repeat('b', 10000))) from a",
        "with a as (select repeat('a', 10000) as x) select length(replace(x, 'a', 'more than a hundred times as long: \
         more than a hundred times as long: more than a hundred times as long')) from a",
        "select replace(replace(subject, 'a', external_id), 'b', external_id) from tickets",
        "with a as (select repeat('a', 10000) as x), b as (select concat(x, x, x, x, x, x, x, x, x, x) as x from a), \
         c as (select concat(x, x, x, x, x, x, x, x, x, x) as x from b) select concat(x, x) from c",
        "select range(timestamp '2020-01-01', timestamp '2026-01-01', interval '1 day -86399 seconds')",
        "select cardinality(range(0, 500000000))",
        "select generate_series(1, severity) from tickets",
        "select range(timestamp '2020-01-01', timestamp '2026-01-01', interval '1 second')",
    ] {
        assert!(matches!(session.ask(sql, day("2025-06-30")).await, Err(Error::Sql { .. })), "{sql}");
    }
    assert_eq!(ask(&session, "select repeat('ab', 3), lpad('7', 3, '0')").await, "[\"ababab\",\"007\"]");
    let cleaned = "replace(replace(replace('a & <b>', '&', '&amp;'), '<', '&lt;'), '>', '&gt;')";
    assert_eq!(ask(&session, &format!("select {cleaned}")).await, "[\"a &amp; &lt;b&gt;\"]");
    let side_by_side =
        format!("select {cleaned} = {cleaned}, {cleaned}, length({cleaned}), length({cleaned}) + 1");
    assert!(ask(&session, &side_by_side).await.starts_with("[true"));
    assert_eq!(
        ask(&session, "select count(distinct replace(subject, 'a', external_id)) >= 0 from tickets").await,
        "[true]"
    );
    let series = "select cardinality(range(-5, 5)), cardinality(generate_series(date '2026-01-01', date '2026-02-01', \
                  interval '1 day')), (select count(*) from generate_series(1, 200000))";
    assert_eq!(ask(&session, series).await, "[10,32,200000]");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_takes_too_long_is_given_up() {
    let session = session(Limits { time: Some(Duration::from_millis(200)), ..Limits::default() });
    let endless = "select count(*) from generate_series(1, 9000000000000) where value % 7 = 3";
    let mut answer = session.ask(endless, day("2025-06-30")).await.unwrap();
    assert!(matches!(answer.next().await, Err(Error::TooSlow { .. })));
}

#[tokio::test]
async fn an_answer_that_needs_too_much_memory_is_refused_or_spilt() {
    let limits = Limits { memory_bytes: 4 << 20, ..Limits::default() };
    let large = "select sum(n) from (select value % 400000 as k, count(*) as n, max(cast(value as text) || 'a longer text') \
                 from generate_series(1, 800000) group by 1)";
    let narrow = session(limits.clone());
    let mut answer = narrow.ask(large, day("2025-06-30")).await.unwrap();
    assert!(matches!(answer.next().await, Err(Error::TooMuchMemory { limit_bytes: 4194304 })));
    let folder = tempfile::tempdir().unwrap();
    let spilling =
        session(Limits { spill: Some(folder.path().to_owned()), memory_bytes: 32 << 20, ..limits });
    assert_eq!(ask(&spilling, large).await, "[800000]");
}
