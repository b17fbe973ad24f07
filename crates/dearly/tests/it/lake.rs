//! The event lake on the command line: status, compaction, erasure, retention, another place.

use std::collections::BTreeSet;
use std::time::Duration;

use dearly_testing::S3Server;
use serde_json::{Value, json};

use crate::support::{Place, Server, files_below};

/// A place into which events of two months were imported in many steps, user by user.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "accounts.csv",
        "external_id,name,customer_since\nacme,Acme,2025-01-01\nbeta,Beta,2025-01-01\n",
    );
    place.dearly("import accounts.csv").run();
    for user in 0..4 {
        let mut events = "at,account,event,user\n".to_owned();
        for day in 1..=28 {
            for month in ["05", "06"] {
                let account = if day % 2 == 0 { "acme" } else { "beta" };
                events.push_str(&format!("2025-{month}-{day:02}T08:00:00Z,{account},login,u{user}\n"));
            }
        }
        place.write(&format!("part{user}/events.csv"), events);
        place.dearly(&format!("import part{user}/events.csv")).run();
    }
    place
}

fn status(place: &Place) -> Value {
    place.dearly("lake status --format json").run().json()
}

fn list<'a>(status: &'a Value, key: &str) -> Vec<&'a str> {
    status["segments"].as_array().unwrap().iter().map(|own| own[key].as_str().unwrap()).collect()
}

fn usage(place: &Place) -> String {
    place.dearly("score --from 2025-05-31 --to 2025-06-30 --every week --format json").run().stdout
}

#[test]
fn many_small_files_become_one_a_month_and_no_number_changes() {
    let place = place();
    let (before, scores) = (status(&place), usage(&place));
    assert_eq!((before["n_events"].as_u64(), list(&before, "path").len()), (Some(224), 8));
    let change = place.dearly("lake compact --format json").run().json();
    assert_eq!(
        (change["n_segments_added"].as_u64(), change["n_segments_removed"].as_u64()),
        (Some(2), Some(8))
    );
    let after = status(&place);
    assert_eq!((after["n_events"].as_u64(), after["n_retired"].as_u64()), (Some(224), Some(8)));
    assert_eq!(list(&after, "month"), ["2025-05", "2025-06"]);
    assert_eq!(usage(&place), scores);
    // Whoever began before still finds every file.
    let files = files_below(&place.path("data/events"));
    assert_eq!(files.len(), 10);
    assert!(list(&before, "path").iter().all(|path| files.contains(&path.replace("events/", ""))));

    let table = place.dearly("lake status").run();
    assert!(table.stdout.contains("2025-06"), "{}", table.stdout);
    assert!(table.stderr.contains("8 files of"), "{}", table.stderr);
    let idle = place.dearly("lake compact --format json").run().json();
    assert_eq!(idle["n_segments_added"], 0);
}

#[test]
fn a_merge_that_is_killed_leaves_what_was_or_what_is_to_be() {
    let place = place();
    let scores = usage(&place);
    let mut sizes = BTreeSet::new();
    for milliseconds in [0, 4, 8, 12, 16, 20, 30, 40, 60, 90, 150] {
        let mut merge = place.dearly("lake compact").start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        merge.kill().unwrap();
        merge.wait().unwrap();
        let status = status(&place);
        assert_eq!(status["n_events"], 224, "after {milliseconds} ms");
        assert_eq!(usage(&place), scores, "after {milliseconds} ms");
        sizes.insert(list(&status, "path").len());
    }
    // Eight files, five after the first month, two after the second.
    assert!(sizes.iter().all(|size| [8, 5, 2].contains(size)), "{sizes:?}");
    place.dearly("lake compact").run();
    place.dearly("lake erase --user u3").run();
    let after = status(&place);
    assert_eq!((after["n_events"].as_u64(), list(&after, "path").len()), (Some(168), 2));
}

#[test]
fn eight_imports_of_one_month_are_merged_by_the_last() {
    let place = place();
    for user in 4..8 {
        let events = format!("at,account,event,user\n2025-06-01T08:00:00Z,acme,login,u{user}\n");
        place.write(&format!("part{user}/events.csv"), events);
        place.dearly(&format!("import part{user}/events.csv")).run();
    }
    let after = status(&place);
    assert_eq!(
        (after["months"][0]["n_segments"].as_u64(), after["months"][1]["n_segments"].as_u64()),
        (Some(4), Some(1))
    );
    assert_eq!(after["n_events"], 228);
}

#[test]
fn an_erased_user_is_in_no_file() {
    let place = place();
    place.dearly("lake compact").run();
    let change = place.dearly("lake erase --user u1 --user nobody --format json").run().json();
    assert_eq!(change["n_dropped"], 56);
    let after = status(&place);
    assert_eq!((after["n_events"].as_u64(), after["n_retired"].as_u64()), (Some(168), Some(0)));
    // The files that were merged before are gone, too.
    assert_eq!(files_below(&place.path("data/events")).len(), list(&after, "path").len());
    let again = place.dearly("lake erase --user u1").run();
    assert!(again.stderr.contains("no event in the lake names u1"), "{}", again.stderr);
    place.dearly("lake erase --user").exits(2).run();
}

#[test]
fn old_events_go() {
    let place = place();
    let before = files_below(&place.path("data/events"));
    let change = place.dearly("lake retain --from 2025-06-15 --format json").run().json();
    assert_eq!((change["n_dropped"].as_u64(), change["n_segments_removed"].as_u64()), (Some(168), Some(8)));
    let after = status(&place);
    assert_eq!(list(&after, "month"), ["2025-06"; 4]);
    assert_eq!(after["first_at"], "2025-06-15T08:00:00Z");
    assert!(
        before.iter().all(|file| place.path("data/events").join(file).exists()),
        "readers may still be at it"
    );
    // Every event is years old by now, or will be.
    let all = place.dearly("lake retain --months 0 --format json").run().json();
    assert_eq!(all["n_dropped"], 56);
    assert_eq!(status(&place)["n_events"], 0);
    place.dearly("lake retain --from 2999-01-01").exits(1).run().warns(&["a day to come"]);
    let said = place.dearly("lake retain").exits(2).run();
    assert!(said.stderr.contains("--months"), "{}", said.stderr);
}

#[test]
fn a_missing_or_damaged_file_stops_what_needs_it() {
    let place = place();
    let before = status(&place);
    let path = place.path("data").join(list(&before, "path")[0]);
    let bytes = std::fs::read(&path).unwrap();
    let mut damaged = bytes.clone();
    damaged[100] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    for (command, argument) in
        [("lake compact", None), ("lake erase --user u0", None), ("query", Some("select 1 from events"))]
    {
        let command_line = place.dearly(command);
        let said = match argument {
            Some(argument) => command_line.argument(argument).exits(1).run(),
            None => command_line.exits(1).run(),
        };
        assert!(said.stderr.contains("is damaged"), "{command}: {}", said.stderr);
        assert!(
            said.stderr.contains(path.file_name().unwrap().to_str().unwrap()),
            "{command}: {}",
            said.stderr
        );
    }
    std::fs::remove_file(&path).unwrap();
    let said = place.dearly("lake compact").exits(1).run();
    assert!(said.stderr.contains("is missing"), "{}", said.stderr);
    // Nothing was published, and the file restored is all that it takes.
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(list(&status(&place), "path").len(), list(&before, "path").len());
    place.dearly("lake compact").run();
    assert_eq!(status(&place)["n_events"], 224);
}

#[test]
fn a_lake_elsewhere_is_remembered() {
    let place = Place::new();
    place.write_files("book", &crate::book::files());
    let elsewhere = format!("file://{}", place.path("elsewhere").display());
    place.dearly(&format!("import book --lake {elsewhere}")).run();
    assert!(!place.path("data/events").exists());
    assert!(!files_below(&place.path("elsewhere/events")).is_empty());
    let status = status(&place);
    assert!(status["place"].as_str().unwrap().contains("elsewhere"), "{status}");
    // The same numbers as from the data folder.
    place.dearly("import book").data("plain").run();
    assert_eq!(place.state("data"), place.state("plain"));

    let said = place.dearly("lake status --lake s3://other/place").exits(1).run();
    assert!(
        said.stderr.contains("lie at file://") && said.stderr.contains("leave --lake out"),
        "{}",
        said.stderr
    );
    let said = place.dearly(&format!("lake status --lake {elsewhere}")).data("plain").exits(1).run();
    assert!(said.stderr.contains("lie in it"), "{}", said.stderr);
    let said = place.dearly("import book --lake somewhere").data("new").exits(1).run();
    assert!(said.stderr.contains("expected s3://bucket/prefix"), "{}", said.stderr);
}

/// Import, scores, SQL, ingestion, merging, erasure and retention, with nothing of the lake in the data folder.
#[test]
fn a_lake_in_s3_serves_every_command() {
    let Some(server) = S3Server::start() else { return };
    server.create_bucket("lake");
    let place = Place::new().with_environment(server.environment());
    place.write_files("book", &crate::book::files());
    let said = place.dearly("import book --lake s3://nowhere/at/all").data("none").exits(1).run();
    assert!(said.stderr.contains("NoSuchBucket"), "{}", said.stderr);
    place.dearly("import book --lake s3://lake/customers/dearly").run();
    place.dearly("import book").data("plain").run();
    assert_eq!(place.state("data"), place.state("plain"), "the same numbers as from a folder");
    assert!(!place.path("data/events").exists());
    let before = status(&place);
    assert!(
        before["segments"][0]["file"]
            .as_str()
            .unwrap()
            .starts_with("s3://lake/customers/dearly/events/month=")
    );
    let sql = |data: &str| {
        place
            .dearly("query --format csv")
            .data(data)
            .argument("select account, sum(count) from events group by account order by account")
            .run()
            .stdout
    };
    assert_eq!(sql("data"), sql("plain"));

    let key = place.dearly("key create --write --source web --format json").run().json();
    let key = key["key"].as_str().unwrap();
    let dearly = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    let calls = [1, 2, 3].map(|number| {
        json!({"type": "track", "event": "login", "userId": "late", "messageId": number.to_string(),
               "context": {"groupId": "acme"}})
    });
    let (status_code, answer) = dearly.send(key, &json!({ "batch": calls }).to_string());
    assert_eq!(status_code, 200, "{answer}");
    assert_eq!(dearly.stop(), Some(0), "what was received is written when it ends");
    let n_events = |status: &Value| status["n_events"].as_u64().unwrap();
    assert_eq!(n_events(&status(&place)), n_events(&before) + 3);
    place.dearly("lake compact").run();
    assert!(!place.path("data/events").exists());
    place.dearly("lake erase --user late").run();
    assert_eq!(n_events(&status(&place)), n_events(&before));
    assert_eq!(place.state("data"), place.state("plain"));
}
