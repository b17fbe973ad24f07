//! `dearly serve`.

use serde_json::Value;

use crate::support::{Place, Server};

#[test]
fn it_listens_on_this_machine_only_and_says_why() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let said = place.dearly("serve --listen").argument(address).exits(1).run();
        said.warns(&[address, "open to other machines", "no users yet", "127.0.0.1"]);
    }
    assert!(!place.path("data").exists(), "nothing is made by a refusal");
}

#[test]
fn an_address_in_use_is_named() {
    let place = Place::with_book();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = place.dearly("serve --listen").argument(&address).exits(1).run();
    said.warns(&[&format!("cannot listen on {address}"), "--listen"]);
}

#[test]
fn readers_and_writers_work_beside_it_and_it_shows_what_they_wrote() {
    let place = Place::with_book();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    let accounts = || {
        let book: Value = serde_json::from_str(&server.get("/api/v1/book")).unwrap();
        book["n_accounts"].as_u64().unwrap()
    };
    assert_eq!(accounts(), 2);
    assert_eq!(place.dearly("score --format csv").run().csv().len(), 2);
    place.write("accounts.csv", "external_id,name\nceta,Ceta\n");
    assert_eq!(place.dearly("import accounts.csv --format json").run().counts(), "accounts 1 1 0 0 0\n");
    assert_eq!(accounts(), 3);
    let (status, problem) = server.answer("/api/v1/accounts/nobody/explanation");
    assert_eq!(status, 404);
    assert!(problem.contains("nobody"), "{problem}");
    assert_eq!(server.stop(), Some(0), "it ends in peace when told to");
}

#[test]
fn the_demo_serves_what_it_made() {
    let place = Place::new();
    let server = Server::start(place.dearly("demo --accounts 5 --seed 2 --listen 127.0.0.1:0"));
    let book: Value = serde_json::from_str(&server.get("/api/v1/book")).unwrap();
    assert_eq!(book["simulated"], "accounts 5, seed 2, until 2026-06-30");
    assert!(server.get("/").to_ascii_lowercase().contains("<!doctype html>"));
    assert_eq!(server.stop(), Some(0));
}
