//! People by their e-mail.

use dearly_domain::Cell;
use dearly_store::{Incoming, Mode};
use dearly_testing::{each_store, file, incoming, instant};

use crate::{letters, put_as};

fn person(key: &str, email: &str) -> Incoming {
    let cells = [("external_id", key), ("account", "acme"), ("email", email)];
    Incoming { key: key.to_owned(), ..incoming(file("people"), &cells) }
}

#[tokio::test]
async fn people_are_found_by_their_newest_email() {
    each_store(async |store| {
        let day = instant("2026-06-01");
        let long = "ä".repeat(5_000);
        let rows = vec![
            person("p2", "Ada@Acme.example"),
            person("p1", "ada@acme.example"),
            person("p3", "bo@acme.example"),
            person("p4", &long),
        ];
        let outcomes = put_as(&store, "1", day, Mode::Upsert, file("people"), rows).await;
        assert_eq!(letters(&outcomes), "aaaa");
        let mut moved = person("p3", "bo@globex.example");
        moved.cells[file("people").position("name").unwrap()] = Some(Cell::Text("Bo".to_owned()));
        put_as(&store, "2", day, Mode::Upsert, file("people"), vec![moved]).await;
        let mut view = store.view().await.unwrap();
        let emails = ["ADA@acme.example", "bo@acme.example", "bo@globex.example", "nobody", &long];
        let people = view.people_by_email(&emails).await.unwrap();
        let people: Vec<(&str, &str)> =
            people.iter().map(|(email, key)| (email.as_str(), key.as_str())).collect();
        assert_eq!(people, [("ada@acme.example", "p1"), ("bo@globex.example", "p3")]);
        assert!(view.people_by_email(&[]).await.unwrap().is_empty());
    })
    .await;
}
