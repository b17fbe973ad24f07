//! Records as tables.

use dearly_query::Limits;

use crate::small_book::{ask, day, session};

#[tokio::test]
async fn rows_are_columns_with_types() {
    let session = session(Limits::default());
    assert_eq!(
        ask(&session, "select external_id, tier, attributes from accounts order by 1").await,
        "[\"acme\",null,{\"plan\":\"premier\",\"seats\":\"12\"}]\n[\"beta\",1,{}]"
    );
    assert_eq!(
        ask(&session, "select external_id from accounts where cast(attributes['seats'] as bigint) > 10")
            .await,
        "[\"acme\"]"
    );
    assert_eq!(ask(&session, "select attributes['nothing'] from accounts where tier = 1").await, "[null]");
    assert_eq!(
        ask(&session, "select roles, array_has(roles, 'champion') from people").await,
        "[[\"champion\",\"admin\"],true]"
    );
    let answer =
        session.ask("select *, 1.5 as x, opened_at > :as_of as late from tickets", day("2025-06-30"));
    let kinds: Vec<_> = answer.await.unwrap().columns().iter().map(|own| own.kind).collect();
    assert_eq!(
        kinds,
        [
            "text", "text", "integer", "instant", "text", "instant", "instant", "instant", "text", "text",
            "object", "number", "boolean"
        ]
    );
}

#[tokio::test]
async fn the_day_is_a_typed_parameter() {
    let session = session(Limits::default());
    let recent = "select account, count(*) as value from tickets where opened_at >= :as_of - interval '29 days' \
                  group by account order by account";
    assert_eq!(ask(&session, recent).await, "[\"acme\",1]\n[\"beta\",1]");
    assert_eq!(
        ask(&session, "select :as_of, :as_of - 1, ':as_of' /* :as_of */ -- :as_of").await,
        "[\"2025-06-30\",\"2025-06-29\",\":as_of\"]"
    );
    assert_eq!(
        ask(&session, "select external_id from tickets where cast(opened_at as date) = :as_of").await,
        "[\"t3\"]"
    );
    let mut answer = session.ask("select :as_of", day("2020-01-01")).await.unwrap();
    assert_eq!(answer.next_rows().await.unwrap().unwrap()[0][0], "2020-01-01");
}

#[tokio::test]
async fn values_are_written_as_everywhere() {
    let session = session(Limits::default());
    for (sql, row) in [
        ("select opened_at from tickets where external_id = 't2'", "[\"2025-05-31T23:59:59Z\"]"),
        (
            "select cast('nan' as double), cast(1 as real) / 3, 1e300, cast(1.50 as decimal(5,2))",
            "[null,0.33333334,1e+300,\"1.50\"]",
        ),
        (
            "select [1, null, 3], named_struct('a', 'x', 'b', [true])",
            "[[1,null,3],{\"a\":\"x\",\"b\":[true]}]",
        ),
        (
            "select interval '2 days', null, cast(18446744073709551615 as bigint unsigned)",
            "[\"2 days\",null,18446744073709551615]",
        ),
        ("select date_trunc('month', opened_at) from tickets limit 1", "[\"2025-06-01T00:00:00Z\"]"),
        ("with t(a) as (values (1), (2)) select sum(a), avg(a) from t", "[3,1.5]"),
    ] {
        assert_eq!(ask(&session, sql).await, row, "{sql}");
    }
}
