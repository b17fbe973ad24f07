//! Rows per second of reading a book, both passes, on one core: `cargo bench -p dearly-import`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use dearly_import::{Book, Checks, Entry, Reading};

struct Anything;

impl Checks for Anything {
    fn knows(&self, _file: &str, _key: &str) -> bool {
        true
    }
}

fn main() {
    let rows =
        std::env::var("DEARLY_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let mut events = "at,account,event,user,message_id\n".to_owned();
    let mut licences = "account,product,on,assigned,activated\n".to_owned();
    for row in 0..rows {
        let (day, account) = (row % 28 + 1, row % 997);
        let _ = writeln!(
            events,
            "2026-01-{day:02}T09:30:00Z,a{account},feature_{},u{},m{row}",
            row % 40,
            row % 5_003
        );
        let _ = writeln!(licences, "a{account},p{row},2026-01-{day:02},{},{}", row % 90 + 10, row % 10);
    }
    std::fs::write(folder.path().join("accounts.csv"), "external_id,name\na1,A\n").expect("a file");
    std::fs::write(folder.path().join("licences.csv"), &licences).expect("a file");
    let packed = std::fs::File::create(folder.path().join("events.csv.gz")).expect("a file");
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(events.as_bytes()).and_then(|()| packed.finish()).expect("a file");

    let book = Book::open(folder.path(), None).expect("a book");
    for file in book.files() {
        let begun = Instant::now();
        let prepared = file.prepare(&Reading::default()).expect("a readable file");
        let first = begun.elapsed();
        let mut taken = 0_u64;
        for entry in prepared.rows(&Anything).expect("a readable file") {
            taken += u64::from(matches!(entry.expect("a readable file"), Entry::Row(_)));
        }
        let all = begun.elapsed();
        println!(
            "{:<20} {taken:>9} rows  first pass {:>6.2} s  both {:>6.2} s  {:>9.0} rows/s",
            file.sources().join(" "),
            first.as_secs_f64(),
            all.as_secs_f64(),
            taken as f64 / all.as_secs_f64()
        );
    }
}
