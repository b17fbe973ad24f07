//! Takes ten million events durably and once: events per second of wall time, and CPU time of each thread.
//!
//! `cargo bench -p dearly-events --bench ingest`; another number of events as its argument. One thread encodes batches
//! of 100 and keeps at most 64 unanswered, as many connections would; one reads back what is sealed, as a flusher.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant as Clock};

use dearly_domain::Instant;
use dearly_events::{Batch, Ingest, IngestError, IngestOptions, NextFlush, RealDisk, Record, RecordKind};

const BATCH: u64 = 100;
const UNANSWERED: usize = 64;
const PROPERTIES: &str = r#"{"plan":"business","seats":25,"path":"/reports/monthly","referrer":"dashboard"}"#;

fn main() {
    let events: u64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ingest = Ingest::open(folder.path(), Arc::new(RealDisk), IngestOptions::default(), 0)
        .expect("an empty folder opens");
    let done = AtomicBool::new(false);
    let clock = Clock::now();
    let mut bytes = 0;
    std::thread::scope(|scope| {
        let flusher = named("flusher", scope, || flush(&ingest));
        named("watch", scope, || watch(&ingest, &done));
        bytes = named("encoder", scope, || encode(&ingest, events)).join().expect("batches are taken");
        let wall = clock.elapsed().as_secs_f64();
        println!(
            "{events} events of {} bytes: {wall:.2} s, {:.0} events/s of wall time; peak {}",
            bytes / events,
            events as f64 / wall,
            peak()
        );
        ingest.close();
        flusher.join().expect("what was taken is read");
        done.store(true, Relaxed);
    });
    println!("{:?}", ingest.stats());

    let clock = Clock::now();
    drop(ingest);
    let ingest = Ingest::open(folder.path(), Arc::new(RealDisk), IngestOptions::default(), u64::MAX - 1)
        .expect("the folder opens again");
    println!(
        "opened again in {:.3} s; the window takes {} bytes",
        clock.elapsed().as_secs_f64(),
        ingest.stats().window_bytes
    );
}

fn encode(ingest: &Ingest, events: u64) -> u64 {
    let (sender, receiver) = mpsc::channel();
    let (mut unanswered, mut bytes) = (0, 0);
    let received_at = Instant::now();
    for first in (0..events).step_by(BATCH as usize) {
        let mut batch = Batch::new("web", received_at);
        for number in first..first + BATCH {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let (user, event, account) = (
                format!("user-{:05}", mixed >> 48),
                FEATURES[(mixed >> 32) as usize % 8],
                format!("account-{:03}", mixed >> 54),
            );
            let record = Record {
                user: Some(&user),
                name: Some(event),
                group: Some(&account),
                original_at: Some(received_at),
                sent_at: Some(received_at),
                body: Some(PROPERTIES),
                ..Record::new(RecordKind::Event, received_at)
            };
            batch.push(&format!("ajs-next-1795330000000-{mixed:016x}"), &record);
        }
        bytes += batch.bytes() as u64;
        let mut batch = Some(batch);
        while let Some(next) = batch.take() {
            let answer = sender.clone();
            let again = next.clone();
            match ingest.submit(next, move |result| answer.send(result).expect("somebody waits")) {
                Ok(()) => unanswered += 1,
                Err(_) => {
                    std::thread::sleep(Duration::from_millis(5));
                    batch = Some(again);
                }
            }
        }
        while unanswered >= UNANSWERED {
            assert_eq!(receiver.recv().expect("an answer").expect("room on the disk").added, BATCH as u32);
            unanswered -= 1;
        }
    }
    for _ in 0..unanswered {
        receiver.recv().expect("an answer").expect("room on the disk");
    }
    bytes
}

const FEATURES: [&str; 8] = [
    "report_opened",
    "report_shared",
    "dashboard_viewed",
    "filter_applied",
    "export_started",
    "alert_created",
    "member_invited",
    "search_run",
];

fn flush(ingest: &Ingest) {
    loop {
        match ingest.next_flush(Duration::from_secs(1)) {
            NextFlush::Sealed(sealed) => {
                let mut texts = 0;
                let count = |entry: dearly_events::SealedEntry<'_>| {
                    texts += entry.record.message_id.len();
                    Ok::<(), IngestError>(())
                };
                sealed.for_each(count).expect("whole files");
                ingest.flushed(sealed.through()).expect("room on the disk");
            }
            NextFlush::Nothing => {}
            NextFlush::Closed => break,
        }
    }
}

fn named<'scope, T: Send + 'scope>(
    name: &str,
    scope: &'scope std::thread::Scope<'scope, '_>,
    run: impl FnOnce() -> T + Send + 'scope,
) -> std::thread::ScopedJoinHandle<'scope, T> {
    std::thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, run).expect("a thread")
}

/// Follows the CPU time of the threads, since a thread that ended can no longer be asked.
fn watch(ingest: &Ingest, done: &AtomicBool) {
    let mut last = Vec::new();
    while !done.load(Relaxed) {
        let now = threads();
        if now.len() >= last.len() || last.is_empty() {
            last = now;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let added = ingest.stats().added as f64;
    for (name, seconds) in last {
        println!("{name:16} {seconds:6.2} CPU s, {:6.3} µs per event", seconds / added * 1e6);
    }
}

fn threads() -> Vec<(String, f64)> {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let mut threads: Vec<(String, f64)> = tasks.flatten().filter_map(|task| cpu_of(&task.path())).collect();
    threads.sort_by(|left, right| left.0.cmp(&right.0));
    threads
}

/// Name and CPU seconds of a thread, in ticks of a hundredth.
fn cpu_of(task: &Path) -> Option<(String, f64)> {
    let stat = fs::read_to_string(task.join("stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let ticks: f64 = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some((name.to_owned(), ticks / 100.0))
}

fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
