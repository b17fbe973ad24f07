//! Writes five million events and reads them back: rows per second and peak memory of each step.
//!
//! `cargo bench -p dearly-events`; another number of rows as its argument.

use std::collections::BTreeSet;
use std::fs;
use std::time::Instant as Clock;

use dearly_domain::{AccountId, Instant};
use dearly_events::{EventRow, Lake, Occurrences, Projection};

const ACCOUNTS: u64 = 1_000;
const USERS_PER_ACCOUNT: u64 = 50;
const EVENTS: u64 = 40;
const DAYS: u64 = 3 * 365;

fn main() {
    let rows: u64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(5_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lake = Lake::open(folder.path());

    measure("make rows and keys only", rows, || {
        let mut occurrences = Occurrences::default();
        let keys = (0..rows).map(|number| occurrences.key(&row(number, rows)).0 as u64);
        format!("{:x}", keys.fold(0, |sum, key| sum ^ key) & 0xff)
    });
    let mut segments = Vec::new();
    measure("write, with keys", rows, || {
        let (mut stager, mut occurrences) = (lake.stage(), Occurrences::default());
        for number in 0..rows {
            let row = row(number, rows);
            let key = occurrences.key(&row);
            stager.push(&row, key).expect("room on the disk");
        }
        segments = stager.finish().expect("room on the disk");
        let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
        format!("{} segments, {:.1} bytes per row", segments.len(), bytes as f64 / rows as f64)
    });
    measure("known keys", rows, || {
        format!("{} keys", lake.known_keys(&segments).expect("whole files").len())
    });
    measure("scan, compact", rows, || {
        let accounts = lake.accounts(&segments, None).map(|account| account.expect("whole files"));
        let (accounts, found) =
            accounts.fold((0, 0), |(accounts, found), account| (accounts + 1, found + account.rows.len()));
        assert_eq!(found as u64, rows, "every row is read");
        format!("{accounts} accounts")
    });
    measure("scan, whole rows", rows, || {
        let accounts =
            lake.scan(&segments, None, Projection::ALL).map(|account| account.expect("whole files"));
        format!("{} rows", accounts.map(|(_, rows)| rows.len()).sum::<usize>())
    });
    let one = BTreeSet::from([AccountId::from("account-0500")]);
    measure("scan, one account", rows / ACCOUNTS, || {
        let account = lake.accounts(&segments, Some(&one)).next().expect("one account").expect("whole files");
        format!("{} rows", account.rows.len())
    });
}

/// The events of a book in the order of time, as a file of them is.
fn row(number: u64, rows: u64) -> EventRow {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let account = (mixed >> 40) % ACCOUNTS;
    let user = (mixed >> 20) % USERS_PER_ACCOUNT;
    // Some features are used far more than others.
    let event = ((mixed >> 8) % EVENTS) * ((mixed >> 14) % EVENTS) / EVENTS;
    let micros =
        1_672_531_200_000_000 + (number as f64 / rows as f64 * (DAYS * 86_400_000_000_u64) as f64) as i64;
    EventRow {
        user: Some(format!("user-{account:04}-{user:02}")),
        product: Some(if event.is_multiple_of(3) { "core" } else { "analytics" }.to_owned()),
        count: 1 + (mixed % 3) as u32,
        ..EventRow::new(
            Some(AccountId(format!("account-{account:04}"))),
            Instant::from_micros(micros / 1_000_000 * 1_000_000),
            format!("feature_{event}_used"),
        )
    }
}

fn measure(what: &str, rows: u64, run: impl FnOnce() -> String) {
    // Where the system lets us, each step has its own peak.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let clock = Clock::now();
    let result = run();
    let seconds = clock.elapsed().as_secs_f64();
    println!("{what:24} {seconds:7.3} s {:>12.0} rows/s, peak {}; {result}", rows as f64 / seconds, peak());
}

fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
