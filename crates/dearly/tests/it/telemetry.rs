//! Keys on the command line, and telemetry into the real server.

use serde_json::{Value, json};

use crate::support::{Place, Server};

fn key(place: &Place, source: &str) -> Value {
    place.dearly("key create --write --format json --source").argument(source).run().json()
}

fn batch(ids: &[&str]) -> String {
    let calls: Vec<Value> = ids
        .iter()
        .map(|id| json!({"type": "track", "event": "report", "userId": "u1", "messageId": id, "context": {"groupId": "acme"}}))
        .collect();
    json!({ "batch": calls }).to_string()
}

fn n_events(place: &Place) -> u64 {
    place.dearly("lake status --format json").run().json()["n_events"].as_u64().unwrap()
}

#[test]
fn a_key_is_shown_once_and_revoked_by_its_id() {
    let place = Place::new();
    let own = key(&place, "web");
    let secret = own["key"].as_str().unwrap();
    assert!(secret.starts_with("dearly_write_") && secret.len() == 13 + 64, "{own}");
    let said = place.dearly("key create --write --source ios").run();
    said.says(&["ios", "dearly_write_"]).warns(&["shown this once"]);
    let listed = place.dearly("key list --format json").run();
    assert!(!listed.stdout.contains("dearly_write_"), "{}", listed.stdout);
    let keys = listed.json();
    assert_eq!((keys.as_array().unwrap().len(), &keys[0]["id"]), (2, &own["id"]));
    let id = own["id"].as_str().unwrap();
    let revoked = place.dearly("key revoke --format json").argument(id).run().json();
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    let said = place.dearly("key revoke").argument(id).exits(1).run();
    said.warns(&["no write key in force", id, "dearly key list"]);
    place.dearly("key create --write --source").argument("My Web").exits(1).run().warns(&["My Web", "a-z"]);
    place.dearly("key create --source web").exits(2).run().warns(&["--write"]);
}

#[test]
fn what_is_acknowledged_is_there_after_a_stop_and_after_a_kill() {
    let place = Place::with_book();
    let before = n_events(&place);
    let own = key(&place, "web");
    let secret = own["key"].as_str().unwrap();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    assert_eq!(server.send(secret, &batch(&["1", "2", "2"])), (200, "{\"success\":true}".to_owned()));
    assert_eq!(server.stop(), Some(0));
    assert_eq!(n_events(&place), before + 2, "told to stop, it makes visible what it took");
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    assert_eq!(server.send(secret, &batch(&["2", "3"])).0, 200);
    drop(server);
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    assert_eq!(server.send(secret, &batch(&["3", "4"])).0, 200);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(n_events(&place), before + 4, "killed, it loses nothing, and counts nothing twice");
}

#[test]
fn a_server_without_keys_serves_and_takes_nothing() {
    let place = Place::with_book();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    server.get("/api/v1/book");
    let (status, said) = server.send("none", &batch(&["1"]));
    assert!(status == 401 && said.contains("unknown_key") && said.contains("dearly key create"), "{said}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn one_server_takes_telemetry_into_a_folder() {
    let place = Place::with_book();
    let own = key(&place, "web");
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    assert_eq!(server.send(own["key"].as_str().unwrap(), &batch(&["1"])).0, 200);
    let said = place.dearly("serve --listen 127.0.0.1:0").exits(1).run();
    said.warns(&["cannot take telemetry", "data/wal is in use by process", "one process at a time"]);
    assert_eq!(server.send(own["key"].as_str().unwrap(), &batch(&["2"])).0, 200, "the first goes on");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn telemetry_alone_may_be_reached_from_elsewhere() {
    let place = Place::with_book();
    let own = key(&place, "web");
    let command = place.dearly("serve --listen 127.0.0.1:0 --ingest-listen 0.0.0.0:0");
    let server = Server::start(command);
    let telemetry = server.telemetry();
    assert_eq!(telemetry.send(own["key"].as_str().unwrap(), &batch(&["1"])).0, 200);
    for path in ["/", "/api/v1/book", "/healthz"] {
        assert_eq!(telemetry.answer(path).0, 404, "{path}");
    }
    server.get("/api/v1/book");
    assert_eq!(server.stop(), Some(0));
}

/// Names that a program invents, a million of them, cost their bytes on the disk and no memory that stays.
#[test]
#[cfg(target_os = "linux")]
fn a_million_distinct_names_hurt_nobody() {
    const PER_BATCH: usize = 5_000;
    const MOST_MIB: u64 = 640;
    let place = Place::with_book();
    let before = n_events(&place);
    let own = key(&place, "web");
    let secret = own["key"].as_str().unwrap();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    for batch in 0..1_000_000 / PER_BATCH {
        let calls: Vec<String> = (0..PER_BATCH)
            .map(|number| format!(r#"{{"type":"track","event":"name {batch} {number}","userId":"u","messageId":"{batch}-{number}"}}"#))
            .collect();
        let body = format!(r#"{{"context":{{"groupId":"acme"}},"batch":[{}]}}"#, calls.join(","));
        while server.send(secret, &body).0 == 429 {}
    }
    // Its page is asked for while they are written into the lake, and answers.
    server.get("/api/v1/accounts/acme/usage");
    let peak_mib = server.peak_memory_mib();
    assert_eq!(server.stop(), Some(0));
    assert_eq!(n_events(&place), before + 1_000_000);
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    server.get("/api/v1/accounts/acme/usage");
    server.get("/api/v1/telemetry");
    let peak_mib = peak_mib.max(server.peak_memory_mib());
    assert!(peak_mib < MOST_MIB, "{peak_mib} MiB");
    eprintln!("a million distinct names: {peak_mib} MiB at most");
}
