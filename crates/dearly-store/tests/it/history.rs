//! A random sequence of puts makes the same history on both databases, and the one that a few lines define.

use std::sync::atomic::{AtomicU32, Ordering};

use dearly_domain::history::held;
use dearly_domain::{Attribute, Calendar, Cell, Instant, Row, Version};
use dearly_store::{Incoming, Mode, Outcome, Store};
use dearly_testing::{Database, file};
use proptest::prelude::*;

use crate::{begin, letters};

/// A row as drawn: `None` is an absent column, an empty text an empty cell.
#[derive(Clone, Debug)]
struct Drawn {
    key: u8,
    recorded_on: Option<u8>,
    name: Option<u8>,
    segment: Option<u8>,
    seats: Option<i64>,
    keep_attributes: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let recorded_on = proptest::option::of(0..9_u8);
    (
        0..3_u8,
        recorded_on,
        proptest::option::of(0..3_u8),
        proptest::option::of(0..3_u8),
        proptest::option::of(0..2_i64),
        any::<bool>(),
    )
        .prop_map(|(key, recorded_on, name, segment, seats, keep_attributes)| Drawn {
            key,
            recorded_on,
            name,
            segment,
            seats,
            keep_attributes,
        })
}

fn imports() -> impl Strategy<Value = Vec<(Mode, Vec<Drawn>)>> {
    let mode = prop_oneof![4 => Just(Mode::Upsert), 1 => Just(Mode::Update), 1 => Just(Mode::Insert)];
    proptest::collection::vec((mode, proptest::collection::vec(drawn(), 1..6)), 1..6)
}

fn instant_of(day: u8) -> Instant {
    Instant::from_micros(i64::from(day) * 86_400_000_000)
}

fn incoming_of(prefix: &str, drawn: &Drawn) -> Incoming {
    let accounts = file("accounts");
    let key = format!("{prefix}-{}", drawn.key);
    let mut cells = vec![None; accounts.columns.len()];
    let text = |value: u8| {
        if value == 0 { Cell::Empty } else { Cell::Text(format!("v{value}")) }
    };
    cells[accounts.position("external_id").unwrap()] = Some(Cell::Text(key.clone()));
    cells[accounts.position("name").unwrap()] = drawn.name.map(text);
    cells[accounts.position("segment").unwrap()] = drawn.segment.map(text);
    Incoming {
        key,
        recorded_at: drawn.recorded_on.map(instant_of),
        cells,
        attributes: drawn
            .seats
            .map(|seats| ("seats".to_owned(), Attribute::Integer(seats)))
            .into_iter()
            .collect(),
        keep_attributes: drawn.keep_attributes,
        cleared_attributes: Vec::new(),
    }
}

/// The definition: what one row does to the versions of its key, of which `n_earlier` are of earlier imports.
fn define(
    versions: &mut Vec<Version>,
    n_earlier: usize,
    incoming: &Incoming,
    mode: Mode,
    imported_at: Instant,
) -> char {
    let accounts = file("accounts");
    if mode == Mode::Update && versions.is_empty() || mode == Mode::Insert && n_earlier > 0 {
        return 'r';
    }
    let known_by = incoming.recorded_at.unwrap_or(imported_at);
    let row_of = |known_by| held(accounts, versions, known_by, &Calendar::utc());
    let in_force = row_of(Some(known_by)).pop().map(|span| span.value);
    let kept = in_force
        .clone()
        .or_else(|| row_of(None).into_iter().next().map(|span| span.value))
        .unwrap_or_default();
    let cell = |(index, cell): (usize, &Option<Cell>)| {
        cell.clone().or_else(|| kept.cells.get(index).cloned()).unwrap_or_default()
    };
    let cells: Vec<Cell> = incoming.cells.iter().enumerate().map(cell).collect();
    let mut attributes = if incoming.keep_attributes { kept.attributes } else { Default::default() };
    attributes.extend(incoming.attributes.clone());
    if cells[accounts.position("name").unwrap()].is_empty() {
        return 'r';
    }
    let row = Row { cells, attributes };
    if in_force.as_ref() == Some(&row) {
        return 'u';
    }
    versions.push(Version { recorded_at: incoming.recorded_at, imported_at, row });
    if versions.len() == 1 { 'a' } else { 'c' }
}

async fn put(
    store: &Store,
    prefix: &str,
    number: usize,
    mode: Mode,
    rows: Vec<Incoming>,
    at: Instant,
) -> Vec<Outcome> {
    let id = format!("{prefix}-{number}");
    let mut write = begin(store, &id).await;
    let outcomes = write.put(file("accounts"), rows, mode, at, &id).await.unwrap();
    write.commit().await.unwrap();
    outcomes
}

#[test]
fn both_databases_keep_the_history_that_is_defined() {
    static CASE: AtomicU32 = AtomicU32::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let databases: Vec<Database> = Database::both().collect();
    let stores: Vec<Store> = databases.iter().map(|database| runtime.block_on(database.open())).collect();
    proptest!(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() }, |(imports in imports())| {
        let prefix = format!("case{}", CASE.fetch_add(1, Ordering::Relaxed));
        let keys: Vec<String> = (0..3).map(|key| format!("{prefix}-{key}")).collect();
        let mut defined: Vec<Vec<Version>> = vec![Vec::new(); keys.len()];
        for (number, (mode, drawn)) in imports.iter().enumerate() {
            let imported_at = instant_of(2 * number as u8 + 1);
            let mut drawn = drawn.clone();
            drawn.sort_by_key(|row| (row.key, row.recorded_on));
            let rows: Vec<Incoming> = drawn.iter().map(|drawn| incoming_of(&prefix, drawn)).collect();
            let n_earlier: Vec<usize> = defined.iter().map(Vec::len).collect();
            let expect: String = drawn.iter().zip(&rows).map(|(drawn, incoming)| {
                let key = usize::from(drawn.key);
                define(&mut defined[key], n_earlier[key], incoming, *mode, imported_at)
            }).collect();
            for store in &stores {
                let outcomes = runtime.block_on(put(store, &prefix, number, *mode, rows.clone(), imported_at));
                prop_assert_eq!(letters(&outcomes), expect.clone(), "{:?}", outcomes);
            }
        }
        let listed: Vec<&str> = keys.iter().map(String::as_str).collect();
        let expect: Vec<(&str, &Version)> = listed.iter().copied().zip(&defined)
            .flat_map(|(key, versions)| versions.iter().map(move |version| (key, version))).collect();
        for store in &stores {
            let kept = runtime.block_on(store.versions_of(file("accounts"), &listed)).unwrap();
            let kept: Vec<(&str, &Version)> = kept.iter().map(|stored| (stored.key.as_str(), &stored.version)).collect();
            prop_assert_eq!(&kept, &expect);
        }
    });
}
