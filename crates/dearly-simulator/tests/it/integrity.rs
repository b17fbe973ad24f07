use std::collections::{HashMap, HashSet};

use dearly_domain::book::Tense;
use dearly_domain::{Calendar, Cell, Day, Record};
use dearly_simulator::SimulatedAccount;

use crate::books::{churned_on, default_book, rows_of};

fn day_of(cell: &Cell) -> Option<Day> {
    match cell {
        Cell::Day(day) => Some(*day),
        Cell::Instant(at) => Some(Calendar::utc().day_of(*at)),
        _ => None,
    }
}

#[test]
fn every_row_keeps_the_rules_of_its_file_and_refers_to_what_exists() {
    let book = default_book();
    let mut keys: HashMap<&str, HashSet<String>> = HashMap::new();
    let mut references = Vec::new();
    for account in &book.accounts {
        for (file, row) in rows_of(account) {
            (file.check)(&row).unwrap_or_else(|wrong| panic!("{file:?} {}: {wrong:?}", file.key_of(&row)));
            for (column, cell) in file.columns.iter().zip(&row.cells) {
                assert!(
                    !column.required || !cell.is_empty(),
                    "{file:?} {} has no {}",
                    file.key_of(&row),
                    column.name
                );
                let Some(target) = column.refers_to else { continue };
                match cell {
                    Cell::Empty => {}
                    Cell::List(texts) => references.extend(texts.iter().map(|text| (target, text.clone()))),
                    cell => references.push((target, cell.to_string())),
                }
            }
            let added = keys.entry(file.name).or_default().insert(file.key_of(&row));
            let versioned = ["accounts", "people"].contains(&file.name);
            assert!(added || versioned, "{file:?} {} is there twice", file.key_of(&row));
        }
    }
    assert!(references.len() > 100_000);
    for (file, key) in references {
        assert!(keys[file].contains(&key), "{file} {key} does not exist");
    }
}

#[test]
fn versions_of_a_row_are_recorded_at_different_instants() {
    for account in &default_book().accounts {
        let mut seen = HashSet::new();
        for version in &account.versions {
            assert!(seen.insert((version.record.external_id.to_string(), version.recorded_at)));
        }
        for version in &account.people {
            let key = (version.record.external_id.to_string(), version.recorded_at);
            assert!(seen.insert(key.clone()), "{key:?} is there twice");
        }
    }
}

#[test]
fn nothing_happens_after_the_end_or_after_the_account_left() {
    let book = default_book();
    let until = book.settings.until;
    for account in &book.accounts {
        let left = churned_on(account);
        for (file, row) in rows_of(account) {
            for (column, cell) in file.columns.iter().zip(&row.cells) {
                let Some(day) = day_of(cell) else { continue };
                if column.tense != Tense::Happened {
                    continue;
                }
                assert!(day <= until, "{file:?} {}: {} is {day}", file.key_of(&row), column.name);
                // What was owed may be paid later.
                if file.name != "invoices" && column.name != "churned_on" {
                    let late = left.is_some_and(|left| day >= left);
                    assert!(
                        !late,
                        "{file:?} {}: {} is {day}, it left on {left:?}",
                        file.key_of(&row),
                        column.name
                    );
                }
            }
        }
        let since = account.versions[0].record.customer_since.unwrap();
        for row in account.facts.usage.rows.iter() {
            let day = Calendar::utc().day_of(row.at);
            assert!(since <= day && day <= until && left.is_none_or(|left| day < left));
        }
    }
}

#[test]
fn files_are_of_a_sensible_size() {
    let book = default_book();
    let count = |of: fn(&SimulatedAccount) -> usize| book.accounts.iter().map(of).sum::<usize>();
    let events = count(|account| account.facts.usage.rows.len());
    assert!((2_000_000..4_200_000).contains(&events), "{events} events");
    let records = count(|account| rows_of(account).len());
    assert!((150_000..450_000).contains(&records), "{records} records");
}

#[test]
fn names_of_accounts_and_mails_of_people_are_told_apart() {
    let book = default_book();
    let (mut names, mut mails) = (HashSet::new(), HashMap::new());
    for account in &book.accounts {
        assert!(
            names.insert(account.versions[0].record.name.clone()),
            "{:?}",
            account.versions[0].record.name
        );
        for person in &account.people {
            let own =
                mails.entry(person.record.email.clone()).or_insert_with(|| person.record.external_id.clone());
            assert_eq!(*own, person.record.external_id, "{:?}", person.record.email);
        }
    }
}

#[test]
fn a_written_file_has_the_columns_of_the_format() {
    let dir = tempfile::tempdir().unwrap();
    let settings = dearly_simulator::Settings { n_accounts: 6, ..Default::default() };
    crate::books::small_book(settings).write(dir.path()).unwrap();
    for file in dearly_domain::book::FILES {
        if file.name == dearly_domain::event::Event::FILE.name {
            continue;
        }
        let text = std::fs::read_to_string(dir.path().join(format!("{}.csv", file.name))).unwrap();
        let columns: Vec<&str> = file.columns.iter().map(|column| column.name).collect();
        let header = text.lines().next().unwrap();
        assert_eq!(header.strip_suffix(",recorded_at").unwrap_or(header), columns.join(","));
    }
}
