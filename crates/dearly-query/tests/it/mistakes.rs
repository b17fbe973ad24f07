//! What cannot be answered, and what is said about it.

use dearly_query::{Error, Limits, Place};

use crate::small_book::{day, mistake, session};

#[tokio::test]
async fn a_mistake_is_named_with_its_place_and_the_nearest_name() {
    let session = session(Limits::default());
    for (sql, words) in [
        (
            "select * from tickts",
            &["there is no table `tickts` at line 1, column 15", "did you mean `tickets`?"][..],
        ),
        (
            "select 1\n from weather",
            &["there is no table `weather` at line 2, column 7", "the tables are accounts, people"],
        ),
        ("select * from other.tickets", &["write `tickets` alone"]),
        ("select nam from accounts", &["nam", "line 1, column 8", "name"]),
        ("select accounts.nam from accounts", &["nam", "line 1, column 8", "name"]),
        ("select coun(*) from accounts", &["invalid function 'coun'", "did you mean `count`?"]),
        ("select * form accounts", &["expected", "form", "line 1, column 10"]),
        ("select 'open", &["line 1, column 8"]),
        ("select name from accounts group by tier", &["name"]),
        ("select name + 1 from accounts", &["cannot coerce", "line 1, column 8"]),
        ("select cast(name as bigint) from accounts", &["Acme"]),
        ("select 1 / 0", &["divide by zero"]),
        ("select :asof", &["there is no parameter `:asof` at line 1, column 8", "`:as_of`"]),
        ("select (select 1 from accounts where 1", &["expected"]),
    ] {
        let said = mistake(&session, sql).await;
        for word in words {
            assert!(said.contains(word), "{sql}: {word:?} is not in {said:?}");
        }
    }
    let error = session.ask("select *\nfrom   tickts", day("2025-06-30")).await.err().unwrap();
    let Error::Sql { place, .. } = error else { panic!("{error}") };
    assert_eq!(place, Some(Place { line: 2, column: 8 }));
}

#[tokio::test]
async fn nothing_else_can_be_reached_or_changed() {
    let session = session(Limits::default());
    for sql in [
        "select * from '/etc/passwd'",
        "select * from 'file:///etc/passwd'",
        "select * from \"http://localhost/x.parquet\"",
        "select * from read_csv('/etc/passwd')",
        "select * from read_parquet('/tmp/x')",
        "select * from parquet_metadata('/tmp/x')",
        "select * into copy_of from accounts",
        "with gone as (delete from accounts) select 1",
        "explain analyze select 1",
        "create table t as select 1",
        "copy (select 1) to '/tmp/dearly-must-not-be.csv' stored as csv",
        "set datafusion.catalog.information_schema = false",
        "drop table accounts",
        "insert into accounts select * from accounts",
    ] {
        mistake(&session, sql).await;
    }
    assert!(!std::path::Path::new("/tmp/dearly-must-not-be.csv").exists());
    assert_eq!(crate::small_book::ask(&session, "select count(*) from accounts").await, "[2]");
}

#[tokio::test]
async fn deep_and_long_texts_are_mistakes_and_no_crashes() {
    let session = session(Limits::default());
    let chain = |link: &str, n: usize, with: &str| vec![link; n].join(with);
    for sql in [
        format!("select {}", chain("1", 24_000, "+")),
        format!("select 1 where {}", chain("1=1", 8_000, " or ")),
        format!("select {}1{}", "abs(".repeat(8_000), ")".repeat(8_000)),
        chain("select 1", 2_600, " union all "),
        format!("select 1 from {}", chain("accounts", 5_000, ",")),
        format!("select {} 1 {}", "case when true then".repeat(1_000), "end ".repeat(1_000)),
        format!("select {}", chain("(select 1)", 200, "+")),
        format!("with {} select 1", chain("a as (select 1)", 200, ",")),
        format!("select cast(null as {}int{})", "array<".repeat(4_000), ">".repeat(4_000)),
        format!("select cast(null as int{})", "[]".repeat(20_000)),
        format!("select {} '1 day'", "interval ".repeat(4_000)),
        format!("{}select 1{}", "with a as (".repeat(40), ") select 1".repeat(40)),
        format!("select {}1{}", "try_cast(".repeat(90), " as int)".repeat(90)),
    ] {
        assert!(
            matches!(session.ask(&sql, day("2025-06-30")).await, Err(Error::Sql { .. })),
            "{}",
            &sql[..40]
        );
    }
    // What is allowed is also answered, in planning and over rows.
    let tier = chain("coalesce(tier, 1)", 90, "+");
    assert_eq!(
        crate::small_book::ask(&session, &format!("select {tier}, count(*) from accounts group by {tier}"))
            .await,
        "[90,2]"
    );
    let condition = chain("external_id <> 'x'", 49, " and ");
    assert_eq!(
        crate::small_book::ask(&session, &format!("select count(*) from accounts where {condition}")).await,
        "[2]"
    );
    let unions = chain("select external_id from accounts", 50, " union all ");
    assert_eq!(crate::small_book::ask(&session, &format!("select count(*) from ({unions})")).await, "[100]");
    for sql in [
        format!("select {}1{}", "(".repeat(3_000), ")".repeat(3_000)),
        format!("select {}", vec!["1"; 60_000].join("+")),
        "select ".to_owned() + &"x".repeat(200_000),
        "\0".to_owned(),
        "select '\0'; \u{202e}".to_owned(),
    ] {
        if let Ok(mut answer) = session.ask(&sql, day("2025-06-30")).await {
            while let Ok(Some(_)) = answer.next().await {}
        }
    }
}
