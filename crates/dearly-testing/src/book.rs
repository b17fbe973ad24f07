//! Builders: cells, rows and incoming rows from the texts that a book would hold.

use std::str::FromStr;

use dearly_domain::book::Attributes;
use dearly_domain::{Cell, Day, File, Instant, Kind, Row};
use dearly_store::Incoming;

/// The file named so.
///
/// # Panics
/// When there is none.
pub fn file(name: &str) -> &'static File {
    File::named(name).unwrap_or_else(|| panic!("the book has no file {name:?}"))
}

/// A day, as in `2026-11-22`.
///
/// # Panics
/// When the text is none.
pub fn day(text: &str) -> Day {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// An instant; without offset it is UTC, and a date is its midnight.
///
/// # Panics
/// When the text is none.
pub fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A cell from its text; empty text is an empty cell, money is in minor units.
///
/// # Panics
/// When the text is none of the kind.
pub fn cell(kind: Kind, text: &str) -> Cell {
    fn parsed<T: FromStr>(kind: Kind, text: &str) -> T {
        text.parse().unwrap_or_else(|_| panic!("{text:?} is no {kind:?}"))
    }
    match kind {
        _ if text.is_empty() => Cell::Empty,
        Kind::Text => Cell::Text(text.to_owned()),
        Kind::List => Cell::List(text.split(';').map(str::to_owned).collect()),
        Kind::Integer | Kind::Money => Cell::Integer(parsed(kind, text)),
        Kind::Decimal => Cell::Decimal(parsed(kind, text)),
        Kind::Day => Cell::Day(day(text)),
        Kind::Instant => Cell::Instant(instant(text)),
        Kind::Boolean => Cell::Boolean(parsed(kind, text)),
    }
}

/// A whole row from `(column, text)`; columns that are not named are empty.
///
/// # Panics
/// When a column or a text is wrong.
pub fn row(file: &File, cells: &[(&str, &str)]) -> Row {
    let incoming = incoming(file, cells);
    Row {
        cells: incoming.cells.into_iter().map(Option::unwrap_or_default).collect(),
        attributes: Attributes::new(),
    }
}

/// An incoming row from `(column, text)`; columns that are not named are absent, `recorded_at` may be among them.
///
/// # Panics
/// When a column or a text is wrong.
pub fn incoming(file: &File, cells: &[(&str, &str)]) -> Incoming {
    let mut incoming = Incoming { cells: vec![None; file.columns.len()], ..Incoming::default() };
    for (name, text) in cells {
        if *name == "recorded_at" {
            incoming.recorded_at = Some(instant(text));
            continue;
        }
        let position = file.position(name).unwrap_or_else(|| panic!("{file:?} has no column {name:?}"));
        incoming.cells[position] = Some(cell(file.columns[position].kind, text));
    }
    let row = Row {
        cells: incoming.cells.iter().cloned().map(Option::unwrap_or_default).collect(),
        ..Row::default()
    };
    incoming.key = file.key_of(&row);
    incoming
}
