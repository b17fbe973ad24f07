//! What is taken, as it lies in the lake and among the records afterwards.

use dearly_domain::account::Account;
use dearly_domain::person::Person;
use dearly_domain::{Record as _, Row};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

struct Door {
    app: App,
    ingestion: Arc<Ingestion>,
    key: String,
    _folder: TempDir,
}

impl Door {
    async fn open() -> Door {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), None).await.unwrap();
        let key = app.create_write_key("web").await.unwrap().key;
        let options = IngestOptions { flush_after: Duration::from_secs(600), ..IngestOptions::default() };
        let ingestion = app.start_ingestion(options).await.unwrap();
        Door { app, ingestion, key, _folder: folder }
    }

    /// Sends lines like `3 a1 did x`, `5 u1 in acme`, `6 a1 is u1`, `7 u1 at acme did x`, on these days of March 2026.
    async fn send(&self, lines: &[&str]) {
        let calls: Vec<Value> = lines.iter().map(|line| call(line)).collect();
        let body = json!({ "batch": calls }).to_string();
        let taken = self.ingestion.take(Endpoint::Batch, Some(&self.key), body.as_bytes()).await.unwrap();
        assert_eq!(taken.rejected, 0, "{lines:?}");
    }

    /// The events as lines like `3 x: u1 at acme by membership from 5`.
    async fn events(&self) -> Vec<String> {
        self.ingestion.flush().await.unwrap();
        let live: Vec<_> =
            self.app.store.segments().await.unwrap().into_iter().map(crate::book::segment).collect();
        let mut lines = Vec::new();
        for event in self.app.lake.events(&live).unwrap() {
            let (row, _) = event.unwrap();
            let mut line =
                format!("{} {}: {}", day(row.at), row.event, row.user.as_deref().unwrap_or("nobody"));
            if let (Some(account), Some(by)) = (&row.account, row.attributed_by) {
                line.push_str(&format!(" at {account} by {by}"));
            }
            if let Some(linked_at) = row.linked_at {
                line.push_str(&format!(" from {}", day(linked_at)));
            }
            lines.push(line);
        }
        lines.sort();
        lines
    }

    /// The newest version of a row.
    async fn row(&self, file: &'static dearly_domain::File, key: &str) -> Option<Row> {
        let mut view = self.app.store.view().await.unwrap();
        let versions = view.versions_of(file, &[key]).await.unwrap();
        versions.into_iter().next_back().map(|own| own.version.row)
    }
}

fn day(at: Instant) -> i32 {
    dearly_domain::Calendar::utc().day_of(at) - "2026-02-28".parse().unwrap()
}

fn call(line: &str) -> Value {
    let words: Vec<&str> = line.split(' ').collect();
    let timestamp = format!("2026-03-{:02}T12:00:00Z", words[0].parse::<u32>().unwrap());
    let is_anonymous = words[1].starts_with('a');
    let id = if is_anonymous { "anonymousId" } else { "userId" };
    let mut call = json!({"timestamp": timestamp});
    call[id] = json!(words[1]);
    match words[2..] {
        ["did", event] => {
            call["type"] = json!("track");
            call["event"] = json!(event);
        }
        ["at", account, "did", event] => {
            call["type"] = json!("track");
            call["event"] = json!(event);
            call["context"] = json!({"groupId": account});
        }
        ["in", account] => {
            call["type"] = json!("group");
            call["groupId"] = json!(account);
        }
        ["is", user] if is_anonymous => {
            call["type"] = json!("identify");
            call["userId"] = json!(user);
        }
        ["is", user] => {
            call = json!({"timestamp": timestamp, "type": "alias", "previousId": words[1], "userId": user});
        }
        _ => panic!("{line}"),
    }
    call
}

#[tokio::test]
async fn what_is_learned_later_moves_earlier_events() {
    for (batches, events) in [
        (&[&["3 u1 did x"][..]][..], &["3 x: u1"][..]),
        (&[&["3 u1 did x", "2 u1 in acme"]], &["3 x: u1 at acme by membership"]),
        (&[&["3 u1 did x"], &["5 u1 in acme"]], &["3 x: u1 at acme by membership from 5"]),
        (
            &[&["3 u1 did x"], &["5 u1 in acme"], &["4 u1 in globex"]],
            &["3 x: u1 at globex by membership from 4"],
        ),
        (&[&["3 u1 did x"], &["5 u1 in acme"], &["2 u1 in globex"]], &["3 x: u1 at globex by membership"]),
        (
            &[&["3 u1 did x"], &["5 u1 in acme"], &["6 u1 in globex"]],
            &["3 x: u1 at acme by membership from 5"],
        ),
        // The latest call wins, also one that said nothing new when it came.
        (
            &[&["1 u1 in acme"], &["5 u1 in acme"], &["7 u1 in acme"], &["3 u1 in globex"], &["8 u1 did x"]],
            &["8 x: u1 at acme by membership"],
        ),
        (
            &[&["1 u1 in acme"], &["4 u1 did x", "6 u1 did y"], &["5 u1 in acme"], &["3 u1 in globex"]],
            &["4 x: u1 at globex by membership", "6 y: u1 at acme by membership"],
        ),
        (&[&["3 u1 at hooli did x"], &["5 u1 in acme"]], &["3 x: u1 at hooli by group"]),
        (
            &[&["3 u1 did x", "3 u2 did y"], &["5 u1 in acme"]],
            &["3 x: u1 at acme by membership from 5", "3 y: u2"],
        ),
        // A visitor who turns out to be a user.
        (&[&["3 a1 did x"], &["5 a1 is u1"]], &["3 x: a1"]),
        (&[&["3 a1 did x"], &["5 a1 is u1"], &["2 u1 in acme"]], &["3 x: u1 at acme by membership from 5"]),
        (
            &[&["3 a1 did x", "2 u1 in acme"], &["5 a1 is u1"], &["6 a1 did y"]],
            &["3 x: u1 at acme by membership from 5", "6 y: u1 at acme by membership"],
        ),
        (&[&["3 a1 at hooli did x"], &["5 a1 is u1", "2 u1 in acme"]], &["3 x: a1 at hooli by group"]),
        // What is learned of the user afterwards does not make the visitor known earlier.
        (
            &[&["3 a1 did x", "2 u1 in acme"], &["5 a1 is u1"], &["1 u1 in globex"]],
            &["3 x: u1 at acme by membership from 5"],
        ),
        (
            &[&["3 a1 did x", "6 u1 in acme"], &["5 a1 is u1"], &["2 u1 in globex"]],
            &["3 x: u1 at globex by membership from 6"],
        ),
        // Who belongs nowhere belongs where their former id did, from when it turned out on.
        (&[&["2 a1 in acme", "3 a1 is u1", "4 u1 did x"]], &["4 x: u1 at acme by membership"]),
        (&[&["4 u1 did x"], &["2 a1 in acme"], &["5 a1 is u1"]], &["4 x: u1 at acme by membership from 5"]),
        (&[&["3 a1 is u1"], &["2 a1 in acme"], &["4 u1 did x"]], &["4 x: u1 at acme by membership"]),
        (
            &[&["2 a1 in acme", "1 u1 in globex"], &["3 a1 is u1"], &["4 u1 did x"]],
            &["4 x: u1 at globex by membership"],
        ),
        (
            &[&["1 u0 in acme"], &["2 u0 is u5"], &["3 u5 is u1"], &["4 u1 did x"]],
            &["4 x: u1 at acme by membership"],
        ),
        // What is said of an id that is known for a user's is said of the user.
        (&[&["3 u0 is u1"], &["5 u0 in acme"], &["6 u1 did x"]], &["6 x: u1 at acme by membership"]),
        (
            &[
                &["1 u1 in globex"],
                &["3 a1 is u1", "7 a1 is u2"],
                &["5 a1 in acme", "9 a1 in hooli"],
                &["6 u1 did x", "9 u1 did y", "9 u2 did z"],
            ],
            &[
                "6 x: u1 at acme by membership",
                "9 y: u1 at acme by membership",
                "9 z: u2 at hooli by membership",
            ],
        ),
        // Of whom a visitor is known to be, their own membership decides, whatever the visitor's was, and whatever comes later.
        (
            &[&["1 a1 in globex", "2 u1 in acme", "3 a1 is u1"], &["5 a1 did x"], &["9 u1 in hooli"]],
            &["5 x: u1 at acme by membership"],
        ),
        (
            &[&["1 a1 in globex"], &["2 u1 in acme"], &["3 a1 is u1"], &["5 a1 did x"], &["4 u2 in hooli"]],
            &["5 x: u1 at acme by membership"],
        ),
        (
            &[&["5 a1 did x"], &["1 a1 in globex", "2 u1 in acme", "3 a1 is u1"]],
            &["5 x: u1 at acme by membership"],
        ),
        // Two ids of one user, one after the other.
        (&[&["3 u0 did x"], &["4 u0 is u1"], &["6 u1 in acme"]], &["3 x: u1 at acme by membership from 6"]),
    ] {
        let door = Door::open().await;
        for lines in batches {
            door.send(lines).await;
            door.ingestion.flush().await.unwrap();
        }
        assert_eq!(door.events().await, events, "{batches:?}");
        assert!(door.app.store.relinks().await.unwrap().is_empty(), "nothing is left to do");
        let n_unattributed = events.iter().filter(|line| !line.contains(" at ")).count() as i64;
        let telemetry = door.app.telemetry().await.unwrap();
        assert_eq!(telemetry.sources[0].total.n_unattributed, n_unattributed, "{batches:?}");
        assert_eq!(telemetry.n_unattributed_events, n_unattributed);
        door.ingestion.stop().await;
    }
}

#[tokio::test]
async fn events_keep_what_they_say() {
    let door = Door::open().await;
    let body = json!({"batch": [{
        "type": "track", "event": "Report Opened", "userId": 7, "messageId": "m1",
        "timestamp": "2026-03-03T12:00:00Z", "sentAt": "2026-03-03T12:00:10Z",
        "properties": {"product": "core", "value": 2.5, "list": [1, {"a": null}]}
    }]});
    door.ingestion.take(Endpoint::Batch, Some(&door.key), body.to_string().as_bytes()).await.unwrap();
    door.ingestion.flush().await.unwrap();
    let live: Vec<_> =
        door.app.store.segments().await.unwrap().into_iter().map(crate::book::segment).collect();
    let rows: Vec<_> = door.app.lake.events(&live).unwrap().map(|own| own.unwrap().0).collect();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    let instant = |text: &str| text.parse::<Instant>().unwrap();
    assert_eq!(
        (row.event.as_str(), row.user.as_deref(), row.source.as_deref()),
        ("Report Opened", Some("7"), Some("web"))
    );
    assert_eq!((row.product.as_deref(), row.value, row.count), (Some("core"), Some(2.5), 1));
    assert_eq!(row.message_id.as_deref(), Some("m1"));
    assert_eq!(row.original_at, Some(instant("2026-03-03T12:00:00Z")));
    assert_eq!(row.sent_at, Some(instant("2026-03-03T12:00:10Z")));
    assert_eq!(row.at.micros(), row.recorded_at.unwrap().micros() - 10_000_000, "ten seconds before it came");
    let attributes: Value = serde_json::from_str(row.attributes.as_deref().unwrap()).unwrap();
    assert_eq!(attributes, body["batch"][0]["properties"]);
    door.ingestion.stop().await;
}

/// Imports a book of accounts and people.
async fn import(door: &Door, accounts: &str, people: &str) {
    let book = tempfile::tempdir().unwrap();
    std::fs::write(book.path().join("accounts.csv"), accounts).unwrap();
    std::fs::write(book.path().join("people.csv"), people).unwrap();
    let request = crate::import::ImportRequest { path: book.path().to_owned(), ..Default::default() };
    door.app.import(&request, None).await.unwrap();
}

#[tokio::test]
async fn traits_become_accounts_and_people() {
    let door = Door::open().await;
    let body = |calls: Value| json!({ "batch": calls }).to_string();
    let take = async |calls: Value| {
        door.ingestion.take(Endpoint::Batch, Some(&door.key), body(calls).as_bytes()).await.unwrap();
        door.ingestion.flush().await.unwrap();
    };
    take(json!([{"type": "identify", "anonymousId": "a1", "traits": {"plan": "x", "name": "Before"}}])).await;
    take(json!([{"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"name": "Ada", "email": "ada@acme.example"}}])).await;
    assert_eq!(door.row(Person::FILE, "u1").await, None, "nobody knows yet where");
    take(json!([{"type": "group", "userId": "u1", "groupId": "acme", "traits": {"industry": "Banking"}}]))
        .await;
    let person = Person::from_row(&door.row(Person::FILE, "u1").await.unwrap());
    assert_eq!(
        (person.account.as_str(), person.name.as_deref(), person.email.as_deref()),
        ("acme", Some("Ada"), Some("ada@acme.example"))
    );
    assert_eq!(
        person.attributes["plan"].clone(),
        dearly_domain::Attribute::Text("x".to_owned()),
        "what was said of the visitor is of the user"
    );
    assert_eq!(door.row(Person::FILE, "a1").await, None, "a visitor is no person");
    let account = Account::from_row(&door.row(Account::FILE, "acme").await.unwrap());
    assert_eq!((account.name.as_str(), account.industry.as_deref()), ("acme", Some("Banking")));
    take(json!([{"type": "group", "userId": "u1", "groupId": "globex", "traits": {}}])).await;
    let person = Person::from_row(&door.row(Person::FILE, "u1").await.unwrap());
    assert_eq!(person.account.as_str(), "globex", "the latest membership");
    take(json!([{"type": "group", "userId": "u1", "groupId": "acme", "timestamp": "2026-03-03T12:00:00Z"}]))
        .await;
    let person = Person::from_row(&door.row(Person::FILE, "u1").await.unwrap());
    assert_eq!(person.account.as_str(), "globex", "a call that comes late is not the latest");
    assert!(door.app.imports().await.unwrap().is_empty(), "nobody imported anything");
    // What an import says afterwards stands until telemetry says something else of the same.
    let accounts = "external_id,name,industry\nacme,Acme GmbH,\n";
    let people = "external_id,account,name,email\nu1,acme,Ada Lovelace,ada@acme.example\n";
    import(&door, accounts, people).await;
    take(json!([{"type": "group", "userId": "u1", "groupId": "acme"}])).await;
    take(json!([{"type": "identify", "userId": "u1", "traits": {"title": "CFO"}}])).await;
    let account = Account::from_row(&door.row(Account::FILE, "acme").await.unwrap());
    assert_eq!((account.name.as_str(), account.industry.as_deref()), ("Acme GmbH", None));
    let person = Person::from_row(&door.row(Person::FILE, "u1").await.unwrap());
    assert_eq!((person.name.as_deref(), person.title.as_deref()), (Some("Ada Lovelace"), Some("CFO")));
    take(json!([{"type": "group", "userId": "u1", "groupId": "acme", "traits": {"industry": "Banking"}}]))
        .await;
    let account = Account::from_row(&door.row(Account::FILE, "acme").await.unwrap());
    assert_eq!(
        (account.name.as_str(), account.industry.as_deref()),
        ("Acme GmbH", Some("Banking")),
        "said again"
    );
    door.ingestion.stop().await;
}

#[tokio::test]
async fn a_person_may_be_named_by_their_email() {
    let door = Door::open().await;
    let people = "external_id,account,name,email,roles\np1,acme,Ada,Ada@acme.example,champion\n";
    import(&door, "external_id,name\nacme,Acme\n", people).await;
    let identify = |id: &str, traits: Value| json!({"type": "identify", "userId": id, "traits": traits});
    let calls = json!({"batch": [
        {"type": "group", "userId": "ada@acme.example", "groupId": "acme"},
        identify("ada@acme.example", json!({"title": "CTO", "plan": "pro"})),
        identify("p1", json!({"seats": 5})),
        identify("bo@acme.example", json!({"name": "Bo"})),
        {"type": "group", "userId": "bo@acme.example", "groupId": "acme"},
    ]});
    door.ingestion.take(Endpoint::Batch, Some(&door.key), calls.to_string().as_bytes()).await.unwrap();
    door.ingestion.flush().await.unwrap();
    let person = Person::from_row(&door.row(Person::FILE, "p1").await.unwrap());
    assert_eq!((person.name.as_deref(), person.title.as_deref()), (Some("Ada"), Some("CTO")));
    assert_eq!(person.attributes.keys().map(String::as_str).collect::<Vec<_>>(), ["plan", "seats"]);
    assert_eq!(door.row(Person::FILE, "ada@acme.example").await, None, "no second one");
    door.send(&["3 ada@acme.example did x", "4 p1 did y", "5 bo@acme.example did z"]).await;
    assert_eq!(door.events().await.len(), 3);
    door.app.erase(&std::collections::BTreeSet::from(["ada@acme.example".to_owned()])).await.unwrap();
    let left = door.events().await;
    assert!(left.len() == 1 && left[0].starts_with("5 z: bo@acme.example"), "{left:?}");
    assert!(door.row(Person::FILE, "bo@acme.example").await.is_some());
    door.ingestion.stop().await;
}

#[tokio::test]
async fn traits_are_of_whom_they_turn_out_to_be() {
    let identify = |day: u32, id: &str, value: &str, plan: Value| json!({"type": "identify", id: value, "timestamp": format!("2026-03-{day:02}T12:00:00Z"), "traits": {"plan": plan}});
    let alias = |day: u32, previous: &str, user: &str| json!({"type": "alias", "previousId": previous, "userId": user, "timestamp": format!("2026-03-{day:02}T12:00:00Z")});
    let group =
        json!({"type": "group", "userId": "u1", "groupId": "acme", "timestamp": "2026-03-20T12:00:00Z"});
    for (calls, plan) in [
        (vec![identify(1, "userId", "u0", json!("pro")), alias(2, "u0", "u1"), group.clone()], json!("pro")),
        // Said after it was known whose id it is.
        (
            vec![alias(1, "a1", "u1"), group.clone(), identify(2, "anonymousId", "a1", json!("pro"))],
            json!("pro"),
        ),
        // Of two users of one device, each has what was said before their name.
        (
            vec![
                identify(1, "anonymousId", "a1", json!("pro")),
                alias(2, "a1", "u1"),
                json!({"type": "identify", "anonymousId": "a1", "timestamp": "2026-03-03T12:00:00Z", "traits": {"seats": 5}}),
                alias(4, "a1", "u2"),
                group.clone(),
            ],
            json!("pro"),
        ),
        // One id turns out to be another's, and that a third's.
        (
            vec![
                identify(1, "userId", "u8", json!("pro")),
                alias(2, "u8", "u9"),
                alias(3, "u9", "u1"),
                group,
            ],
            json!("pro"),
        ),
    ] {
        for at_once in [true, false] {
            let door = Door::open().await;
            let batches: Vec<&[Value]> =
                if at_once { vec![&calls] } else { calls.iter().map(std::slice::from_ref).collect() };
            for batch in batches {
                let body = json!({ "batch": batch }).to_string();
                door.ingestion.take(Endpoint::Batch, Some(&door.key), body.as_bytes()).await.unwrap();
                door.ingestion.flush().await.unwrap();
            }
            let person = Person::from_row(&door.row(Person::FILE, "u1").await.unwrap());
            let own = person.attributes.get("plan");
            let plan = plan.as_str().map(|plan| dearly_domain::Attribute::Text(plan.to_owned()));
            assert_eq!(own, plan.as_ref(), "{calls:?} at once: {at_once}");
            // Apart, nobody knows of the second user yet.
            assert!(!at_once || !person.attributes.contains_key("seats"), "{calls:?}");
            door.ingestion.stop().await;
        }
    }
}

#[tokio::test]
async fn a_trait_too_large_for_a_number_takes_no_other_with_it() {
    let door = Door::open().await;
    let body = r#"{"batch": [{"type": "group", "userId": "u1", "groupId": "acme",
        "traits": {"name": "Acme", "big": 1e999, "deep": {"big": [1e999]}}}]}"#;
    door.ingestion.take(Endpoint::Batch, Some(&door.key), body.as_bytes()).await.unwrap();
    door.ingestion.flush().await.unwrap();
    let account = Account::from_row(&door.row(Account::FILE, "acme").await.unwrap());
    assert_eq!(account.name, "Acme");
    assert_eq!(account.attributes["big"], dearly_domain::Attribute::Text("1e999".to_owned()));
    assert_eq!(account.attributes["deep"], dearly_domain::Attribute::Text(r#"{"big": [1e999]}"#.to_owned()));
    door.ingestion.stop().await;
}

#[tokio::test]
async fn who_is_identified_within_an_account_that_is_known_is_a_person() {
    let door = Door::open().await;
    let take = async |calls: Value| {
        let body = json!({ "batch": calls }).to_string();
        door.ingestion.take(Endpoint::Batch, Some(&door.key), body.as_bytes()).await.unwrap();
        door.ingestion.flush().await.unwrap();
    };
    let identify = |user: &str, account: &str| json!({"type": "identify", "userId": user, "context": {"groupId": account}});
    take(json!([identify("u1", "acme")])).await;
    assert_eq!(door.row(Person::FILE, "u1").await, None, "the book does not know the account");
    let group = |user: &str, account: &str| json!({"type": "group", "userId": user, "groupId": account});
    take(json!([group("u2", "acme"), group("u3", "globex")])).await;
    take(json!([identify("u1", "acme"), identify("u2", "globex")])).await;
    // Once made, a person stays one.
    take(json!([{"type": "identify", "userId": "u1", "traits": {"name": "Ada"}}])).await;
    assert_eq!(Person::from_row(&door.row(Person::FILE, "u1").await.unwrap()).name.as_deref(), Some("Ada"));
    for (user, account) in [("u1", "acme"), ("u2", "acme")] {
        let person = Person::from_row(&door.row(Person::FILE, user).await.unwrap());
        assert_eq!(person.account.as_str(), account, "{user}");
    }
    door.ingestion.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However calls are cut into flushes, the lake says the same in the end. They come in the order of their days, for a
    /// membership that says nothing when it comes is not kept (docs/RULES.md).
    #[test]
    fn flushes_may_be_cut_anywhere(
        mut calls in prop::collection::vec((1u32..28, 1..4u8, 0..3u8, 0..3usize), 1..14),
        cuts in prop::collection::vec(any::<bool>(), 14),
    ) {
        calls.sort_by_key(|call| call.0);
        let lines: Vec<String> = calls
            .iter()
            .enumerate()
            .map(|(place, (day, user, kind, account))| {
                let account = ["acme", "globex", "hooli"][*account];
                match kind {
                    0 => format!("{day} u{user} in {account}"),
                    1 => format!("{day} u{user} at {account} did e{place}"),
                    _ => format!("{day} u{user} did e{place}"),
                }
            })
            .collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (whole, parts) = runtime.block_on(async {
            let whole = Door::open().await;
            let parts = Door::open().await;
            let all: Vec<&str> = lines.iter().map(String::as_str).collect();
            whole.send(&all).await;
            for (line, cut) in all.iter().zip(&cuts) {
                parts.send(&[line]).await;
                if *cut {
                    parts.ingestion.flush().await.unwrap();
                }
            }
            let answers = (whole.events().await, parts.events().await);
            whole.ingestion.stop().await;
            parts.ingestion.stop().await;
            answers
        });
        prop_assert_eq!(whole, parts, "{:?}", lines);
    }
}

#[tokio::test]
async fn who_is_erased_does_not_come_back_from_the_log() {
    let door = Door::open().await;
    door.send(&["1 a1 did x", "2 u1 in acme", "3 a1 is u1", "4 u1 did x", "4 u2 did x"]).await;
    assert_eq!(door.events().await.len(), 3);
    // These wait in the log.
    door.send(&["5 u1 did y", "5 a1 did y", "5 u1 in globex", "6 u1 is u9", "5 u2 did y"]).await;
    let bad = json!({"batch": [{"type": "track", "userId": "u1"}, {"type": "track", "userId": "u2"}]});
    let taken =
        door.ingestion.take(Endpoint::Batch, Some(&door.key), bad.to_string().as_bytes()).await.unwrap();
    assert_eq!(taken.rejected, 2);

    let users = std::collections::BTreeSet::from(["u1".to_owned()]);
    let change = door.app.erase(&users).await.unwrap();
    assert_eq!(change.n_dropped, 2, "the visitor's, too");
    assert!(change.n_records_deleted > 0);
    assert_eq!(door.events().await, ["4 x: u2", "5 y: u2"]);
    let mut view = door.app.store.view().await.unwrap();
    assert!(view.memberships(&["u1"]).await.unwrap().is_empty());
    assert!(view.aliases(&["a1", "u1"]).await.unwrap().is_empty());
    let rejected = view.rejected_calls(10).await.unwrap();
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert!(rejected[0].excerpt.contains("u2"), "{rejected:?}");
    drop(view);

    // Who comes back is counted again.
    door.send(&["7 u1 did z"]).await;
    assert_eq!(door.events().await, ["4 x: u2", "5 y: u2", "7 z: u1"]);
}

#[tokio::test]
async fn a_visitor_goes_with_the_user_though_the_link_still_waits() {
    let door = Door::open().await;
    door.send(&["1 a1 at acme did x", "1 a2 at acme did x", "1 u2 at acme did x"]).await;
    assert_eq!(door.events().await.len(), 3);
    // Nobody knows yet that these are one.
    door.send(&["2 a1 is u1", "3 a1 at acme did y", "3 a2 at acme did y", "4 a2 is u2"]).await;
    door.app.erase(&std::collections::BTreeSet::from(["u1".to_owned()])).await.unwrap();
    let left = ["1 x: a2 at acme by group", "1 x: u2 at acme by group", "3 y: a2 at acme by group"];
    assert_eq!(door.events().await, left);
    assert!(door.app.store.view().await.unwrap().aliases(&["a1"]).await.unwrap().is_empty());
    // Who comes back is counted again.
    door.send(&["7 a1 at acme did z"]).await;
    assert_eq!(door.events().await.len(), 4);
    door.ingestion.stop().await;
}

#[tokio::test]
async fn an_erasure_that_failed_half_way_is_done_again() {
    let door = Door::open().await;
    door.send(&["1 a1 at acme did x", "1 u2 at acme did x"]).await;
    assert_eq!(door.events().await.len(), 2);
    let users = std::collections::BTreeSet::from(["a1".to_owned()]);
    let segment = door.app.store.segments().await.unwrap().remove(0);
    let (file, aside) = (door.app.lake.locate(&segment.path), door.app.folder.join("aside"));
    std::fs::rename(&file, &aside).unwrap();
    let now = Instant::now();
    assert!(door.app.erase_former_ids(&users, now).await.is_err());
    std::fs::rename(&aside, &file).unwrap();
    assert!(
        door.app.store.view().await.unwrap().erasures().await.unwrap().is_empty(),
        "it is still to be done"
    );
    door.app.erase_former_ids(&users, now).await.unwrap();
    assert_eq!(door.events().await, ["1 x: u2 at acme by group"]);
    assert_eq!(door.app.store.view().await.unwrap().erasures().await.unwrap().len(), 1);
    door.ingestion.stop().await;
}

#[tokio::test]
async fn a_rejected_call_goes_with_its_user_however_it_names_them() {
    let filler = "x".repeat(2_000);
    for waits in [true, false] {
        let door = Door::open().await;
        door.send(&["1 u2 at acme did x"]).await;
        for call in [
            r#"{"type": "track", "userId": 7}"#.to_owned(),
            r#"{"type": "track", "userId": "\u0037"}"#.to_owned(),
            format!(r#"{{"type": "track", "properties": {{"a": "{filler}"}}, "userId": "7"}}"#),
            r#"{"type": "alias", "previousId": "7"}"#.to_owned(),
            r#"{"type": "track", "userId": "77"}"#.to_owned(),
        ] {
            let body = format!("{{\"batch\": [{call}]}}");
            let taken = door.ingestion.take(Endpoint::Batch, Some(&door.key), body.as_bytes()).await.unwrap();
            assert_eq!(taken.rejected, 1, "{call}");
        }
        if !waits {
            door.ingestion.flush().await.unwrap();
        }
        door.app.erase(&std::collections::BTreeSet::from(["7".to_owned()])).await.unwrap();
        door.ingestion.flush().await.unwrap();
        let rejected = door.app.store.view().await.unwrap().rejected_calls(10).await.unwrap();
        let left: Vec<Option<&str>> = rejected.iter().map(|call| call.user.as_deref()).collect();
        assert_eq!(left, [Some("77")], "waits: {waits}");
        door.ingestion.stop().await;
    }
}

#[tokio::test]
async fn an_id_that_turned_out_to_be_someones_is_erased_with_them_and_not_alone() {
    let door = Door::open().await;
    door.send(&["3 a1 did x", "4 a1 is u1", "5 u1 in acme"]).await;
    assert_eq!(door.events().await, ["3 x: u1 at acme by membership from 5"]);
    let erase =
        async |users: &[&str]| door.app.erase(&users.iter().map(|user| (*user).to_owned()).collect()).await;
    let error = erase(&["a1"]).await.unwrap_err().to_string();
    assert!(error.contains("a1 turned out to be an id of u1") && error.contains("name u1"), "{error}");
    assert_eq!(door.events().await.len(), 1, "nothing was done");
    erase(&["a1", "u1"]).await.unwrap();
    assert_eq!(door.events().await, [""; 0]);
    door.ingestion.stop().await;
}

#[tokio::test]
async fn who_is_known_by_telemetry_alone_is_erased_with_their_events() {
    let door = Door::open().await;
    let take = async |calls: Value| {
        let body = json!({ "batch": calls }).to_string();
        door.ingestion.take(Endpoint::Batch, Some(&door.key), body.as_bytes()).await.unwrap();
        door.ingestion.flush().await.unwrap();
    };
    import(&door, "external_id,name\nacme,Acme\n", "external_id,account,name\nu2,acme,Bo\n").await;
    for user in ["u1", "u2", "u3"] {
        take(json!([
            {"type": "group", "userId": user, "groupId": "acme"},
            {"type": "identify", "userId": user, "traits": {"email": format!("{user}@acme.example"), "role": "x"}},
        ]))
        .await;
    }
    let users = ["u1", "u2"].map(str::to_owned);
    door.app.erase(&std::collections::BTreeSet::from(users)).await.unwrap();
    assert_eq!(door.row(Person::FILE, "u1").await, None);
    let other = Person::from_row(&door.row(Person::FILE, "u2").await.unwrap());
    assert_eq!(other.name.as_deref(), Some("Bo"), "an import names them, too");
    assert!(door.row(Person::FILE, "u3").await.is_some());
    door.ingestion.stop().await;
}

#[tokio::test]
async fn what_an_erased_user_said_is_in_no_file() {
    let door = Door::open().await;
    door.send(&["1 u1 in acme"]).await;
    let said = json!({"batch": [
        {"type": "track", "userId": "u1", "context": {"note": "secret words"}},
        {"type": "track", "userId": "u1", "event": "x", "properties": {"note": "secret words"}},
    ]});
    door.ingestion.take(Endpoint::Batch, Some(&door.key), said.to_string().as_bytes()).await.unwrap();
    door.events().await;
    let places = || files_with(&door.app.folder, b"secret words");
    assert!(!places().is_empty(), "there is something to erase");
    door.app.erase(&std::collections::BTreeSet::from(["u1".to_owned()])).await.unwrap();
    // Not in what the database has set free, nor in its log.
    assert_eq!(places(), Vec::<std::path::PathBuf>::new());
}

/// The files below the folder that hold the bytes.
fn files_with(folder: &std::path::Path, bytes: &[u8]) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: std::path::PathBuf| {
        if path.is_dir() {
            return files_with(&path, bytes);
        }
        let content = std::fs::read(&path).unwrap();
        content.windows(bytes.len()).any(|own| own == bytes).then_some(path).into_iter().collect()
    };
    entries.flat_map(holds).collect()
}
