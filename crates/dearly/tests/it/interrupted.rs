//! Imports that do not reach their end: killed, or out of disk. Nothing of them is kept, and run again they are whole.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::{Place, Said, files_below};

const N_ACCOUNTS: usize = 2_000;
const N_EVENTS: usize = 40_000;

/// A book that takes a moment to import. The notes are as good as random, so that no compression makes it small.
fn write_large_book(place: &Place) {
    let mut seed = 7_u64;
    let mut number = || {
        // Knuth's multiplier and increment: any will do.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 11
    };
    let mut accounts = "external_id,name,segment,customer_since,arr_band,note\n".to_owned();
    let mut terms = "external_id,account,product,starts_on,ends_on,arr,currency\n".to_owned();
    for own in 0..N_ACCOUNTS {
        writeln!(accounts, "a{own},Account {own},smb,2025-01-01,large,{:x}{:x}", number(), number()).unwrap();
        writeln!(terms, "t{own},a{own},core,2025-01-01,2026-01-01,{},EUR", number() % 100_000).unwrap();
    }
    let mut events = "at,account,event,user,product,note\n".to_owned();
    for own in 0..N_EVENTS {
        let (day, hour, account) = (1 + own % 30, own % 24, number() as usize % N_ACCOUNTS);
        let (user, note) = (number() % 50, number());
        writeln!(
            events,
            "2025-06-{day:02}T{hour:02}:00:00Z,a{account},event{},u{user},core,{note:x}{:x}",
            own % 7,
            number()
        )
        .unwrap();
    }
    place
        .write("large/accounts.csv", accounts)
        .write("large/subscriptions.csv", terms)
        .write("large/events.csv", events);
}

/// What the large book says.
fn says(place: &Place, data: &str) -> String {
    let mut said = place.dearly("score --as-of 2025-06-30 --format json").data(data).run().stdout;
    said.push_str(
        &place
            .dearly("retention --from 2025-01-01 --to 2025-07-01 --by arr_band --format json")
            .data(data)
            .run()
            .stdout,
    );
    said
}

fn import_large(place: &Place, data: &str) -> Said {
    place.dearly("import large --format json").data(data).run()
}

fn whole() -> String {
    format!(
        "accounts {N_ACCOUNTS} {N_ACCOUNTS} 0 0 0\nsubscriptions {N_ACCOUNTS} {N_ACCOUNTS} 0 0 0\nevents {N_EVENTS} {N_EVENTS} 0 0 0\n"
    )
}

#[test]
fn a_killed_import_keeps_nothing_and_run_again_ends_in_the_same_state() {
    let place = Place::with_book();
    write_large_book(&place);
    let state = place.state("data");
    let pieces = files_below(&place.path("data/events"));

    // The state to be reached, and how long it takes to.
    place.write_files("book", &crate::book::files());
    place.dearly("import book").data("straight").run();
    place.dearly("workbook apply applied").data("straight").run();
    let started = Instant::now();
    assert_eq!(import_large(&place, "straight").counts(), whole());
    let duration = started.elapsed();

    let mut killed = 0;
    for share in [0.15, 0.35, 0.55, 0.75] {
        let mut import = place.dearly("import large").start();
        std::thread::sleep(duration.mul_f64(share));
        if import.try_wait().unwrap().is_some() {
            break;
        }
        // Half-way, readers see what was there before.
        let rows = place.dearly("accounts --all --format csv").run().stdout.lines().count();
        import.kill().unwrap();
        if import.wait().unwrap().success() {
            break;
        }
        assert_eq!(rows, 1 + 2);
        if place.state("data") != state {
            // It was done, and killed while it cleaned up: then all of it is there.
            assert!(
                place.state("data") == place.state("straight"),
                "killed at {share} of its time, half of it is there"
            );
            break;
        }
        killed += 1;
    }
    assert!(killed > 0, "no import was killed in its {duration:?}");

    let started = Instant::now();
    import_large(&place, "data");
    assert!(started.elapsed() < Duration::from_secs(8) + duration, "the lock of a killed writer is free");
    assert_eq!(says(&place, "data"), says(&place, "straight"));
    assert_eq!(place.state("data"), place.state("straight"));
    let left = files_below(&place.path("data/events"));
    assert_eq!(
        left.len(),
        files_below(&place.path("straight/events")).len(),
        "what was left behind is swept: {left:?}"
    );
    assert!(pieces.iter().all(|piece| left.contains(piece)));
    let again = import_large(&place, "data");
    let unchanged = format!("events {N_EVENTS} 0 0 {N_EVENTS} 0\n");
    assert!(again.counts().ends_with(&unchanged), "{}", again.counts());
}

#[test]
fn a_file_that_may_not_grow_stops_the_import_and_keeps_what_was_there() {
    let place = Place::with_book();
    write_large_book(&place);
    let state = place.state("data");
    let pieces = files_below(&place.path("data/events"));
    // In blocks of 512 bytes: telemetry does not fit, then the records do not.
    for blocks in [600, 1_200, 2_400] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$DEARLY\" import large --data data");
        let output = place.shell(&script).start().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            assert!(blocks > 600, "the smallest limit stops nothing");
            break;
        }
        assert_eq!(output.status.code(), Some(1), "{blocks}: {said}");
        assert!(said.starts_with("dearly: ") && said.contains("data"), "{blocks}: {said}");
        assert_eq!(place.state("data"), state, "{blocks}: {said}");
        assert_eq!(files_below(&place.path("data/events")), pieces, "{blocks}: {said}");
    }
    let rows = import_large(&place, "data").json();
    assert!(rows["finished_at"].is_string());
}

#[test]
fn a_full_disk_stops_the_import_and_keeps_what_was_there() {
    let place = Place::with_book();
    write_large_book(&place);
    let state = place.state("data");
    // A small disk of its own, seen by this script alone and gone with it.
    let on_disk = |megabytes: &str| {
        let unshare = "unshare --mount";
        let inner = "mkdir disk && mount -t tmpfs -o size=SIZE tmpfs disk || exit 77\n\
                     cp -r data disk/data || exit 78\n\
                     \"$DEARLY\" import large --data disk/data >import.txt 2>import.err; echo $? >import.code\n\
                     for question in 'score --from 2025-01-31 --to 2025-06-30 --every month' 'accounts --all --as-of 2025-06-30' \
                     'retention --from 2025-01-01 --to 2025-07-01 --by arr_band' \
                     'explain acme --as-of 2025-06-30 --since 2025-05-31'; do\n\
                     \"$DEARLY\" $question --format json --data disk/data || exit 79\n\
                     done";
        let inner = inner.replace("SIZE", megabytes);
        let own = std::process::Command::new("id").arg("-u").output().unwrap().stdout;
        let namespace =
            if own == b"0\n" { unshare.to_owned() } else { format!("{unshare} --user --map-root-user") };
        let _ = std::fs::remove_dir_all(place.path("disk"));
        place.write("script.sh", inner);
        let output = place.shell(&format!("{namespace} sh script.sh")).start().wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for size in ["1m", "2m"] {
        let (code, answers, errors) = on_disk(size);
        if code != Some(0) && !place.path("import.code").exists() {
            eprintln!(
                "SKIPPED: this machine lets nobody make a small disk ({code:?}: {errors}), so a full one is not tested"
            );
            return;
        }
        assert_eq!(code, Some(0), "{errors}");
        let said = place.read("import.err");
        assert_eq!(place.read("import.code"), "1\n", "{size}: {said}");
        assert!(said.contains("no space is left") || said.contains("the disk is full"), "{size}: {said}");
        assert!(said.contains("disk/data"), "{size}: {said}");
        assert_eq!(answers, state, "{size}: {said}");
        std::fs::remove_file(place.path("import.code")).unwrap();
    }
}
