//! One suite for both databases.

mod analyses;
mod history;
mod limits;
mod nouns;
mod people;
mod record;
mod schema;
mod score_history;
mod telemetry;
mod writer;

use dearly_domain::{File, Instant};
use dearly_store::{Incoming, Mode, NewImport, Outcome, Store, Write};
use dearly_testing::instant;

/// A transaction with an import begun in it.
async fn begin(store: &Store, id: &str) -> Write {
    let mut write = store.write(&format!("import {id}")).await.unwrap();
    let import = NewImport {
        id: id.into(),
        started_at: instant("2026-06-01"),
        source: "books/a".into(),
        mode: Mode::Upsert,
    };
    write.insert_import(&import).await.unwrap();
    write
}

/// Puts rows by an import of its own.
async fn put_as(
    store: &Store,
    id: &str,
    imported_at: Instant,
    mode: Mode,
    file: &'static File,
    rows: Vec<Incoming>,
) -> Vec<Outcome> {
    let mut write = begin(store, id).await;
    let outcomes = write.put(file, rows, mode, imported_at, id).await.unwrap();
    write.commit().await.unwrap();
    outcomes
}

/// The outcomes in words, one letter each: added, changed, unchanged, rejected.
fn letters(outcomes: &[Outcome]) -> String {
    let letter = |outcome: &Outcome| match outcome {
        Outcome::Added => 'a',
        Outcome::Changed => 'c',
        Outcome::Unchanged => 'u',
        Outcome::Rejected(_) => 'r',
    };
    outcomes.iter().map(letter).collect()
}

fn reason(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rejected(violation) => format!("{}: {}", violation.column, violation.reason),
        other => panic!("{other:?} is no reject"),
    }
}
