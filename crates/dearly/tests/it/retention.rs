//! `dearly retention`: the worked check of the defaults, on both bases.

use serde_json::{Value, json};

use crate::support::Place;

/// 10.0 at the start, 0.6 contraction, 0.9 churn, 1.8 expansion, in millions; `a` changes its segment in the period.
fn worked() -> Place {
    let place = Place::new();
    place.write(
        "book/accounts.csv",
        "\
external_id,name,segment,customer_since,recorded_at
a,Alpha,enterprise,2024-01-15,2024-01-15T08:00:00Z
a,Alpha,smb,2024-01-15,2025-06-01T08:00:00Z
b,Beta,smb,2024-04-01,2024-04-01T08:00:00Z
c,Ceta,smb,2024-07-01,2024-07-01T08:00:00Z
d,Delta,enterprise,2024-10-01,2024-10-01T08:00:00Z
e,Eta,enterprise,2025-03-01,2025-03-01T08:00:00Z
",
    );
    place.write(
        "book/subscriptions.csv",
        "\
external_id,account,product,starts_on,ends_on,arr,currency
a1,a,core,2024-01-15,2025-01-15,4000000,EUR
a2,a,core,2025-01-15,2026-01-15,5800000,EUR
b1,b,core,2024-04-01,2025-04-01,2000000,EUR
b2,b,core,2025-04-01,2026-04-01,1400000,EUR
c1,c,core,2024-07-01,2025-07-01,900000,EUR
d1,d,core,2024-10-01,2025-10-01,3100000,EUR
d2,d,core,2025-10-01,2026-10-01,3100000,EUR
e1,e,core,2025-03-01,2026-03-01,500000,EUR
",
    );
    place.dearly("import book").run();
    place
}

const YEAR: &str = "retention --from 2025-01-01 --to 2026-01-01 --as-of 2026-01-31 --format json";

#[track_caller]
fn close(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
}

#[test]
fn the_worked_check_holds_on_both_bases() {
    let report = worked().dearly(YEAR).run().json();
    let book = &report["book"];
    for (key, cents) in [
        ("start_arr_cents", 1_000_000_000),
        ("new_arr_cents", 50_000_000),
        ("churned_arr_cents", 90_000_000),
        ("contraction_arr_cents", 60_000_000),
        ("expansion_arr_cents", 180_000_000),
        ("end_arr_cents", 1_030_000_000),
    ] {
        assert_eq!(book[key], cents, "{key}");
    }
    close(&book["gross_revenue_retention"], 0.85);
    close(&book["net_revenue_retention"], 1.03);
    close(&book["logo_retention"], 0.75);
    let due = &report["due"];
    assert_eq!(due["due_arr_cents"], 1_000_000_000);
    close(&due["gross_renewal_rate"], 0.85);
    close(&due["net_renewal_rate"], 1.03);
    for (key, n) in [("n_due", 4), ("n_renewed", 3), ("n_churned", 1), ("n_open", 0)] {
        assert_eq!(due[key], n, "{key}");
    }
    assert_eq!(report["currency"], "EUR");
    assert_eq!(report["groups"], json!([]));
}

/// Those of the issue, and beside them what docs/API.md names; programs rely on each.
#[test]
fn the_keys_are_stable() {
    let report = worked().dearly(YEAR).run().json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    insta::assert_snapshot!(keys(&report), @"from to as_of currency book due groups");
    insta::assert_snapshot!(keys(&report["book"]), @"start_arr_cents new_arr_cents churned_arr_cents contraction_arr_cents expansion_arr_cents end_arr_cents n_start n_end gross_revenue_retention net_revenue_retention logo_retention");
    insta::assert_snapshot!(keys(&report["due"]), @"due_arr_cents open_arr_cents renewed_arr_cents churned_arr_cents contraction_arr_cents expansion_arr_cents gross_renewal_rate net_renewal_rate logo_renewal_rate n_due n_renewed n_churned n_open");
}

#[test]
fn groups_are_those_of_the_opening_day() {
    let report = worked().dearly(YEAR).argument("--by").argument("segment").run().json();
    let groups: Vec<(&str, i64, i64, i64)> = report["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let cents = |key: &str| group["book"][key].as_i64().unwrap() / 100;
            let name = group["group"].as_str().unwrap();
            (name, cents("start_arr_cents"), cents("end_arr_cents"), cents("new_arr_cents"))
        })
        .collect();
    // `a` was of the enterprises when the year began, and is of the small ones when it ends.
    assert_eq!(groups, [("enterprise", 7_100_000, 8_900_000, 500_000), ("smb", 2_900_000, 1_400_000, 0)]);
}

#[test]
fn nothing_due_and_nobody_there_are_no_rates() {
    let place = worked();
    let report = place.dearly("retention --from 2020-01-01 --to 2021-01-01 --format json").run().json();
    for rate in ["gross_revenue_retention", "net_revenue_retention", "logo_retention"] {
        assert_eq!(report["book"][rate], Value::Null, "{rate}");
    }
    for rate in ["gross_renewal_rate", "net_renewal_rate", "logo_renewal_rate"] {
        assert_eq!(report["due"][rate], Value::Null, "{rate}");
    }
    assert_eq!(report["book"]["start_arr_cents"], 0);
}

#[test]
fn what_is_not_decided_on_the_day_is_open() {
    // The term of Ceta ended on 1 July; until 31 July it may still be renewed.
    let place = worked();
    let due = |day: &str| {
        let report =
            place.dearly("retention --from 2025-07-01 --to 2025-08-01 --format json --as-of").argument(day);
        let due = &report.run().json()["due"];
        (due["n_open"].clone(), due["n_churned"].clone(), due["gross_renewal_rate"].clone())
    };
    assert_eq!(due("2025-07-30"), (json!(1), json!(0), Value::Null));
    assert_eq!(due("2025-08-15"), (json!(0), json!(1), json!(0.0)));
}

#[test]
fn table_and_csv_say_the_same() {
    let place = worked();
    let year = "retention --from 2025-01-01 --to 2026-01-01 --as-of 2026-01-31";
    let table = place.dearly(year).run();
    table.says(&["85.0 %", "103.0 %", "10,000,000"]).warns(&["as known on 2026-01-31", "in EUR"]);
    let csv = place.dearly(year).argument("--format").argument("csv").run();
    csv.says(&["all,book,gross_revenue_retention,0.85\n", "all,due,net_renewal_rate,1.03\n"]);
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    let place = worked();
    let said = place.dearly("retention --from 2025-02-01 --to 2025-02-01").exits(1).run();
    said.warns(&["from 2025-02-01 is not before to 2025-02-01", "to is the day after the last"]);
    assert_eq!(said.stdout, "");
    place.dearly("retention --from 2025-02-01").exits(2).run().warns(&["--to <DAY>"]);
}
