//! Changed rows: the former version still answers for the days when it held.

use serde_json::Value;

use crate::support::Place;

fn with_term() -> Place {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name,customer_since\nacme,Acme,2025-01-15\n");
    place.write(
        "book/subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency\ns1,acme,core,2025-01-15,2026-01-15,26400,EUR\n",
    );
    place.dearly("import book").run();
    place
}

fn april(place: &Place, more: &str) -> Value {
    let mut command = place.dearly("retention --from 2025-04-01 --to 2025-05-01 --format json");
    for argument in more.split_whitespace() {
        command = command.argument(argument);
    }
    command.run().json()["book"].clone()
}

fn arr_cents(place: &Place, day: &str) -> Value {
    let rows = place.dearly("accounts --all --format json --as-of").argument(day).run().json();
    rows[0]["arr_cents"].clone()
}

#[test]
fn a_change_with_recorded_at_holds_from_then_on() {
    let place = with_term();
    assert_eq!(april(&place, "")["expansion_arr_cents"], 0);
    place.write(
        "subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency,recorded_at\n\
         s1,acme,core,2025-01-15,2026-01-15,30000,EUR,2025-04-10T09:00:00Z\n",
    );
    assert_eq!(
        place.dearly("import subscriptions.csv --format json").run().counts(),
        "subscriptions 1 0 1 0 0\n"
    );
    assert_eq!(
        place.dearly("import subscriptions.csv --format json").run().counts(),
        "subscriptions 1 0 0 1 0\n"
    );
    assert_eq!(arr_cents(&place, "2025-04-09"), 2_640_000);
    assert_eq!(arr_cents(&place, "2025-04-10"), 3_000_000);
    let book = april(&place, "");
    assert_eq!(book["start_arr_cents"], 2_640_000);
    assert_eq!(book["expansion_arr_cents"], 360_000);
    assert_eq!(book["end_arr_cents"], 3_000_000);
    // Whoever only knew what was recorded by 9 April saw no expansion.
    assert_eq!(april(&place, "--known-by 2025-04-09")["expansion_arr_cents"], 0);
    assert_eq!(april(&place, "--known-by 2025-04-10T09:00:00Z")["expansion_arr_cents"], 360_000);
}

#[test]
fn a_change_without_recorded_at_holds_from_the_day_of_its_import() {
    let place = with_term();
    let before =
        place.dearly("score --from 2025-01-31 --to 2025-12-31 --every month --format json").run().stdout;
    place.write(
        "subscriptions.csv",
        "external_id,account,product,starts_on,ends_on,arr,currency\ns1,acme,core,2025-01-15,2026-01-15,30000,EUR\n",
    );
    assert_eq!(
        place.dearly("import subscriptions.csv --format json").run().counts(),
        "subscriptions 1 0 1 0 0\n"
    );
    let after =
        place.dearly("score --from 2025-01-31 --to 2025-12-31 --every month --format json").run().stdout;
    assert_eq!(before, after, "the past says what it said");
    assert_eq!(arr_cents(&place, "2025-12-31"), 2_640_000);
    assert_eq!(april(&place, "")["expansion_arr_cents"], 0);
}

#[test]
fn versions_may_come_in_any_order_and_in_any_number_of_imports() {
    let rows = [
        "acme,Acme,onboarding,2025-01-15T08:00:00Z",
        "acme,Acme,adoption,2025-04-15T08:00:00Z",
        "acme,Acme,growth,2025-08-15T08:00:00Z",
    ];
    let header = "external_id,name,stage,recorded_at\n";
    let stages = |place: &Place| -> Vec<String> {
        ["2025-01-01", "2025-02-01", "2025-04-15", "2025-08-14", "2025-09-01"]
            .iter()
            .map(|day| {
                let rows = place.dearly("accounts --all --format json --as-of").argument(day).run().json();
                rows[0]["stage"].as_str().unwrap_or("none").to_owned()
            })
            .collect()
    };
    let expected = ["onboarding", "onboarding", "adoption", "adoption", "growth"];

    let together = Place::new();
    together.write("accounts.csv", format!("{header}{}\n{}\n{}\n", rows[2], rows[0], rows[1]));
    assert_eq!(together.dearly("import accounts.csv --format json").run().counts(), "accounts 3 1 2 0 0\n");
    assert_eq!(stages(&together), expected);
    assert_eq!(together.dearly("import accounts.csv --format json").run().counts(), "accounts 3 0 0 3 0\n");

    let apart = Place::new();
    for row in [rows[1], rows[2], rows[0]] {
        apart.write("accounts.csv", format!("{header}{row}\n"));
        apart.dearly("import accounts.csv").run();
    }
    assert_eq!(stages(&apart), expected);
}

#[test]
fn a_champion_that_was_one_is_one_on_the_days_before() {
    let place = Place::with_book();
    let champions = |day: &str| {
        let explained = place.dearly("explain acme --format json --as-of").argument(day).run().json();
        explained["outcomes"]["caps"][0]["holds"].clone()
    };
    assert_eq!(champions("2025-06-30"), false);
    place.write(
        "people.csv",
        "external_id,account,roles,recorded_at\np1,acme,end_user,2025-06-20T08:00:00Z\n",
    );
    assert_eq!(place.dearly("import people.csv --format json").run().counts(), "people 1 0 1 0 0\n");
    assert_eq!(champions("2025-06-19"), false);
    assert_eq!(champions("2025-06-20"), true, "the role was taken away, and no other champion is there");
    assert_eq!(champions("2025-06-30"), true);
}
