//! The throwaway server itself.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dearly_testing::{Database, each_database, postgres};

/// Set for the process that starts a server and is then killed.
const VICTIM: &str = "DEARLY_TESTING_VICTIM";

#[tokio::test]
async fn every_database_is_empty_and_of_its_own() {
    for _ in 0..2 {
        each_database(async |database| assert_eq!(database.open().await.revision().await.unwrap(), 0)).await;
    }
}

#[test]
fn a_killed_process_leaves_no_server() {
    if let Ok(path) = std::env::var(VICTIM) {
        let url = postgres::server().unwrap().new_database();
        std::fs::write(&path, url.split_once("host=").unwrap().1.replace("%2F", "/")).unwrap();
        std::thread::sleep(Duration::from_secs(60));
    }
    let Some(database) = Database::postgres() else {
        return;
    };
    let note = database.folder().join("server");
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_leaves_no_server"])
        .env(VICTIM, &note)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let folder = wait_for(|| std::fs::read_to_string(&note).ok().filter(|text| !text.is_empty()));
    assert!(std::path::Path::new(&folder).join("data/postmaster.pid").exists(), "{folder}");
    victim.kill().unwrap();
    victim.wait().unwrap();
    wait_for(|| (!std::path::Path::new(&folder).exists()).then_some(()));
}

fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "waited a minute in vain");
        std::thread::sleep(Duration::from_millis(50));
    }
}
