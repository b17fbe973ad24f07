//! `dearly demo`.

use crate::support::{Place, Said};

const DEMO: &str = "demo --accounts 12 --seed 3 --no-serve --format json";

fn report(said: &Said) -> String {
    let id = said.json()["import"].as_str().unwrap().to_owned();
    said.json()["report"].to_string().replace(&id, "IMPORT")
}

#[test]
fn the_same_seed_gives_the_same_book() {
    let place = Place::new();
    let first = place.dearly(DEMO).data("one").run();
    let second = place.dearly(DEMO).data("two").run();
    assert_eq!(report(&first), report(&second));
    assert!(first.counts().starts_with("accounts "), "{}", first.counts());
    let scores = |data: &str| {
        let question = "score --from 2025-12-31 --to 2026-06-30 --every month --format json";
        place.dearly(question).data(data).run().stdout
    };
    assert_eq!(scores("one"), scores("two"));
    assert!(scores("one").lines().count() > 60);
    for data in ["one", "two"] {
        let rows = place.dearly("score --format json").data(data).run().json();
        let known =
            rows.as_array().unwrap().iter().filter(|row| row["outcomes"]["score"].is_number()).count();
        assert!(known >= 6, "only {known} of twelve have a score");
        assert!(rows.as_array().unwrap().iter().all(|row| row["as_of"] == "2026-06-30"));
    }
}

#[test]
fn there_already_is_no_failure_and_another_book_is_left_alone() {
    let place = Place::with_demo();
    let scores = place.dearly("score --format json").run().stdout;
    let said = place.dearly("demo --accounts 12 --seed 3 --no-serve").run();
    said.warns(&["the demo book is there already"]);
    let said = place.dearly("demo --accounts 12 --seed 4 --no-serve").exits(1).run();
    said.warns(&["already holds another demo book (accounts 12, seed 3, until 2026-06-30)", "--data"]);
    assert_eq!(place.dearly("score --format json").run().stdout, scores);

    place.write("book/accounts.csv", "external_id,name\nacme,Acme\n");
    place.dearly("import book").data("mine").run();
    let said = place.dearly("demo --accounts 12 --no-serve").data("mine").exits(1).run();
    said.warns(&["mine already holds a book", "--data"]);
    let rows = place.dearly("accounts --all --format json").data("mine").run().json();
    assert_eq!(rows.as_array().unwrap().len(), 1);
}

#[test]
fn it_refuses_to_serve_beyond_this_machine_before_it_makes_anything() {
    let place = Place::new();
    let said = place.dearly("demo --accounts 12 --listen 0.0.0.0:0").exits(1).run();
    said.warns(&["0.0.0.0:0 is open to other machines", "no users yet"]);
    assert!(!place.path("data").exists());
}
