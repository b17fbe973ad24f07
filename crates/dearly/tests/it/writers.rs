//! Two writers on one data folder: one waits, then says who holds it; readers never wait.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::{Place, Server};

/// Holds the writer's lock as another program would.
fn hold(place: &Place) -> File {
    let mut file =
        File::options().create(true).truncate(true).write(true).open(place.path("data/writer.lock")).unwrap();
    file.lock().unwrap();
    file.write_all(br#"{"pid":4242,"purpose":"import the other book","since":"2026-01-02T03:04:05Z"}"#)
        .unwrap();
    file
}

#[test]
fn a_second_writer_waits_ten_seconds_and_says_who_holds_the_folder() {
    let place = Place::with_book();
    place.write("accounts.csv", "external_id,name\nceta,Ceta\n");
    let state = place.state("data");
    let held = hold(&place);
    let started = Instant::now();
    let waiting = place.dearly("import accounts.csv").start();

    // Readers beside a writer, and beside one that waits.
    assert_eq!(place.state("data"), state);
    place.dearly("workbook export exported").run();
    let server = Server::start(place.dearly("serve --listen 127.0.0.1:0"));
    server.get("/api/v1/accounts");

    let output = waiting.wait_with_output().unwrap();
    let waited = started.elapsed();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for word in [
        "data is being written by",
        "process 4242",
        "import the other book",
        "2026-01-02T03:04:05Z",
        "waited 10 s",
        "try again",
    ] {
        assert!(said.contains(word), "{word:?} is not said: {said}");
    }
    assert!(waited >= Duration::from_secs(10) && waited < Duration::from_secs(40), "{waited:?}");
    assert_eq!(place.state("data"), state);
    drop(held);
    assert_eq!(place.dearly("import accounts.csv --format json").run().counts(), "accounts 1 1 0 0 0\n");
}

#[test]
fn a_writer_goes_on_as_soon_as_the_folder_is_free() {
    let place = Place::with_book();
    place.write("accounts.csv", "external_id,name\nceta,Ceta\n");
    let held = hold(&place);
    let mut waiting = place.dearly("import accounts.csv").start();
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    drop(held);
    assert!(waiting.wait().unwrap().success());
    assert_eq!(place.dearly("accounts --all --format csv").run().stdout.lines().count(), 1 + 3);
}

#[test]
fn writers_at_one_time_lose_nothing() {
    let place = Place::with_book();
    let mut writers = Vec::new();
    for own in 0..4 {
        let rows: String = (0..200).map(|row| format!("w{own}-{row},Account {row}\n")).collect();
        let events: String =
            (0..200).map(|row| format!("2025-06-01T08:00:00Z,w{own}-{row},login,u{row}\n")).collect();
        place.write(&format!("writer{own}/accounts.csv"), format!("external_id,name\n{rows}"));
        place.write(&format!("writer{own}/events.csv"), format!("at,account,event,user\n{events}"));
        writers.push(place.dearly("import --format json").argument(format!("writer{own}")).start());
    }
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(place.dearly("accounts --all --format csv").run().stdout.lines().count(), 1 + 2 + 800);
    for own in 0..4 {
        let again = place.dearly("import --format json").argument(format!("writer{own}")).run();
        assert_eq!(again.counts(), "accounts 200 0 0 200 0\nevents 200 0 0 200 0\n");
    }
}
