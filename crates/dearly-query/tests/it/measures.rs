//! Measures in SQL.

use dearly_query::{Error, Limits, Reading, check_measure};

use crate::small_book::{day, session};

#[tokio::test]
async fn a_measure_is_a_number_for_each_account() {
    let session = session(Limits::default());
    let sql = "select account, count(*) as value from tickets where opened_at >= :as_of - interval '30 days' group by account";
    check_measure(sql).unwrap();
    let mut readings = session.measure(sql, day("2025-06-30")).await.unwrap();
    readings.sort_by(|a, b| a.account.cmp(&b.account));
    let of = |account: &str, value| Reading { account: account.to_owned(), value };
    assert_eq!(readings, [of("acme", 2.0), of("beta", 1.0)]);
    // Nothing is no number.
    let sql = "select external_id as account, tier as value from accounts";
    assert_eq!(session.measure(sql, day("2025-06-30")).await.unwrap(), [of("beta", 1.0)]);
    let twice = "select account, severity as value from tickets";
    let error = session.measure(twice, day("2025-06-30")).await.unwrap_err().to_string();
    assert_eq!(error, "the account \"acme\" has more than one row; group by account");
}

#[test]
fn what_is_no_measure_is_refused_without_a_book() {
    for (sql, words) in [
        ("select account from tickets", "there is no column `value` among account"),
        ("select severity as account, 1 as value from tickets", "`account` is not the id of an account"),
        ("select account, subject as value from tickets", "`value` is no number"),
        ("select account, count(*) as value from tickts group by account", "did you mean `tickets`?"),
        ("select account, outcomes as value from scores", "a measure may not read `scores`"),
        (
            "select account, c.n as value from (select account, count(*) n from components group by 1) c",
            "`components`",
        ),
        (
            "select account, date_part('year', now()) as value from tickets",
            "a measure may not ask `now`, which is another each time",
        ),
        ("select account, 1 as value from tickets where opened_at < current_date", "`current_date`"),
        ("select account, (select random()) as value from tickets", "`random`"),
        ("drop table accounts", "a question only reads"),
        ("select account, value", "account"),
        ("explain select account, 1 as value from tickets", "account"),
        ("", "there is no statement"),
    ] {
        let error = check_measure(sql).unwrap_err();
        assert!(matches!(error, Error::Sql { .. }) && error.to_string().contains(words), "{sql}: {error}");
    }
    check_measure(
        "select account, sum(events) as value from daily_usage where day > :as_of - 28 group by account",
    )
    .unwrap();
}
