//! How fast rows like tickets are put into SQLite, compared again, and read back: rows per second.
//!
//! `cargo bench -p dearly-store`, or with the profile of development `cargo bench -p dearly-store --profile dev`.

use std::time::Instant as Clock;

use dearly_domain::{AccountId, Cell, File, Instant};
use dearly_store::{Incoming, Mode, NewImport, Store, Target};

const N_ROWS: usize = 100_000;
const BATCH: usize = 2_000;
const N_ACCOUNTS: usize = 1_000;

fn ticket(number: usize) -> Incoming {
    let key = format!("ticket-{:08}", (number * 7_919) % N_ROWS);
    let opened = 1_700_000_000_000_000 + number as i64 * 60_000_000;
    let at = |minutes: i64| Some(Cell::Instant(Instant::from_micros(opened + minutes * 60_000_000)));
    Incoming {
        cells: vec![
            Some(Cell::Text(key.clone())),
            Some(Cell::Text(format!("account-{:05}", number % N_ACCOUNTS))),
            Some(Cell::Integer(1 + number as i64 % 4)),
            at(0),
            Some(Cell::Text(format!("person-{:06}", number % 9_000))),
            at(30),
            if number.is_multiple_of(5) { Some(Cell::Empty) } else { at(600) },
            at(1_440),
            Some(Cell::Text("how_to".into())),
            Some(Cell::Text(format!("The report of last month shows no rows for team {}", number % 77))),
        ],
        key,
        ..Incoming::default()
    }
}

async fn put_all(store: &Store, id: &str, file: &'static File) -> f64 {
    let now = Instant::now();
    let batches: Vec<Vec<Incoming>> =
        (0..N_ROWS).step_by(BATCH).map(|from| (from..from + BATCH).map(ticket).collect()).collect();
    let started = Clock::now();
    let mut write = store.write("measure").await.expect("a free lock");
    let import = NewImport { id: id.into(), started_at: now, source: "bench".into(), mode: Mode::Upsert };
    write.insert_import(&import).await.expect("a new id");
    for batch in batches {
        write.put(file, batch, Mode::Upsert, now, id).await.expect("rows are taken");
    }
    write.commit().await.expect("committed");
    N_ROWS as f64 / started.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let tickets = File::named("tickets").expect("a file of the book");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(&Target::folder(folder.path())).await.expect("an empty folder");
    println!("put, all new:       {:>9.0} rows/s", put_all(&store, "first", tickets).await);
    println!("put, all unchanged: {:>9.0} rows/s", put_all(&store, "second", tickets).await);
    let started = Clock::now();
    let n_versions = store.versions(tickets, None).await.expect("readable").len();
    println!("read, all:          {:>9.0} rows/s", n_versions as f64 / started.elapsed().as_secs_f64());
    let started = Clock::now();
    for number in 0..100 {
        let account = AccountId(format!("account-{number:05}"));
        store.versions(tickets, Some(&[account])).await.expect("readable");
    }
    println!("read, one account:  {:>9.2} ms", started.elapsed().as_secs_f64() * 10.0);
}
