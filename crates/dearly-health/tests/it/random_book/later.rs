//! Facts that become known after a day.

use std::collections::BTreeMap;

use dearly_domain::history::held;
use dearly_domain::usage::UsageRow;
use dearly_domain::{Calendar, Cell, Column, Day, File, Tense, Version};

use super::Records;

/// The dates from which a row is there, in order, where they are not required ones.
const OWN_DAYS: [(&str, &[&str]); 4] = [
    ("people", &["since"]),
    ("steps", &["done_on"]),
    ("invoices", &["issued_on"]),
    ("plans", &["created_on", "accepted_on"]),
];

impl Records {
    /// The records with those of `later` added as far as they say nothing about the day or the days before it: rows
    /// whose own day is later, and versions of known rows that are recorded later and tell of later days.
    pub(crate) fn with_later(&self, later: &Records, day: Day, calendar: &Calendar) -> Records {
        let mut records = self.clone();
        for (name, versions) in &mut records.versions {
            let file = File::named(name).expect("a file of the book");
            let known = versions.clone();
            for (index, other) in later.versions[name].iter().enumerate() {
                let appended = match known.get(index) {
                    Some(changed) if index % 2 == 0 => {
                        Some(later_version(file, &known, changed, other, day, calendar))
                    }
                    _ => later_row(file, index, other, day, calendar),
                };
                let is_new =
                    |row: &Version| known.iter().all(|old| file.key_of(&old.row) != file.key_of(&row.row));
                let appended = appended.filter(|row| row.recorded_at == Some(row.imported_at) || is_new(row));
                versions.extend(appended);
            }
        }
        let usage = &mut records.usage;
        let (users, events, products) = (usage.users.len(), usage.events.len(), usage.products.len());
        // New names beside the known ones.
        usage.users.extend(later.usage.users.iter().map(|user| format!("later {user}")));
        usage.events.extend(later.usage.events.iter().map(|event| format!("later {event}")));
        usage.products.extend(later.usage.products.iter().map(|product| format!("later {product}")));
        // Events of later days, and those of any day that a later link brings.
        let becomes_known = |row: &UsageRow| row.known_from(calendar) > day;
        for (index, mut row) in later.usage.rows.iter().filter(becomes_known).enumerate() {
            if index % 3 == 0 {
                row.user = row.user.map(|user| user + users as u32);
                row.event += events as u32;
                row.product = row.product.map(|product| product + products as u32);
            }
            usage.rows.push(row);
        }
        records
    }
}

/// A version of the row of `changed`, recorded after the day and after all that is known of the row. What it says of
/// days up to the day, the row's last version says too.
fn later_version(
    file: &File,
    known: &[Version],
    changed: &Version,
    other: &Version,
    day: Day,
    calendar: &Calendar,
) -> Version {
    let mut version = other.clone();
    let same_key = |old: &&Version| file.key_of(&old.row) == file.key_of(&changed.row);
    let versions: Vec<Version> = known.iter().filter(same_key).cloned().collect();
    let last = held(file, &versions, None, calendar).pop().expect("a row has a last version").value;
    let known_at = known.iter().flat_map(|old| [Some(old.imported_at), old.recorded_at]).flatten().max();
    version.imported_at =
        version.imported_at.max(calendar.end_of(day)).max(known_at.expect("a known version"));
    version.recorded_at = Some(version.imported_at);
    for (index, column) in file.columns.iter().enumerate() {
        let cell = &mut version.row.cells[index];
        let is_key = file.key.contains(&column.name);
        if is_key || has_its_day(column) && !is_after(cell, day, calendar) {
            *cell = last.cells[index].clone();
        }
    }
    version
}

/// A new row whose dates are all later than the day.
fn later_row(file: &File, index: usize, other: &Version, day: Day, calendar: &Calendar) -> Option<Version> {
    let mut version = Version { recorded_at: None, ..other.clone() };
    let mut days: BTreeMap<&str, bool> = BTreeMap::new();
    for (column, cell) in file.columns.iter().zip(&mut version.row.cells) {
        match (column.name, column.tense, &*cell) {
            ("external_id", ..) => *cell = Cell::Text(format!("later-{index}")),
            (name, Tense::Happened | Tense::Began, Cell::Day(_) | Cell::Instant(_)) => {
                days.insert(name, is_after(cell, day, calendar));
            }
            _ => {}
        }
    }
    let own = OWN_DAYS.iter().find(|(name, _)| *name == file.name).map(|(_, own)| own.to_vec());
    let required = file.columns.iter().filter(|column| column.required && has_its_day(column));
    let own = own.unwrap_or_else(|| required.map(|column| column.name).collect());
    let has_own_day = own.iter().any(|column| days.contains_key(column));
    (has_own_day && days.values().all(|is_after| *is_after)).then_some(version)
}

/// Whether it dates something, rather than agreeing a date beforehand.
fn has_its_day(column: &Column) -> bool {
    matches!(column.tense, Tense::Happened | Tense::Began)
}

fn is_after(cell: &Cell, day: Day, calendar: &Calendar) -> bool {
    match cell {
        Cell::Day(own) => *own > day,
        Cell::Instant(at) => calendar.day_of(*at) > day,
        _ => true,
    }
}
