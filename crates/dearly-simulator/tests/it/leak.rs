use std::collections::BTreeMap;

use dearly_domain::book::Tense;
use dearly_domain::{Calendar, Cell, Day};
use dearly_health::Engine;
use dearly_simulator::{Settings, SimulatedAccount, score_components};

use crate::books::{book_facts, default_book, facts_of, is_first_of_slot, rows_of, small_book, workbook};

/// What can be read of the account on a day, by file and key. Versions of a row are told apart by what they say.
fn known_on(account: &SimulatedAccount, last: Day) -> BTreeMap<String, usize> {
    let calendar = Calendar::utc();
    let mut known = BTreeMap::new();
    for (file, mut row) in rows_of(account) {
        let mut happened = false;
        for (column, cell) in file.columns.iter().zip(&mut row.cells) {
            let day = match cell {
                Cell::Day(day) => *day,
                Cell::Instant(at) => calendar.day_of(*at),
                _ => continue,
            };
            if column.tense == Tense::Happened {
                happened |= day <= last;
                if day > last {
                    *cell = Cell::Empty;
                }
            }
        }
        // Who accepted or verified, and with what evidence, is told with the day on which they did.
        if file.name == "plans" && row.cells[4].is_empty() {
            row.cells[5] = Cell::Empty;
        }
        if file.name == "objectives" && row.cells[8].is_empty() {
            row.cells[9..].fill(Cell::Empty);
        }
        if happened {
            *known.entry(format!("{} {:?}", file.name, row.cells)).or_default() += 1;
        }
    }
    for row in account.facts.usage.rows.iter().filter(|row| calendar.day_of(row.at) <= last) {
        *known.entry(format!("events {row:?}")).or_default() += 1;
    }
    known
}

#[test]
fn facts_before_the_first_draw_do_not_depend_on_draws() {
    let book = |outcome_seed| small_book(Settings { n_accounts: 60, outcome_seed, ..Settings::default() });
    let (one, other) = (book(None), book(Some(4711)));
    assert_ne!(one.renewals().collect::<Vec<_>>(), other.renewals().collect::<Vec<_>>());
    let firsts = |book: &dearly_simulator::Simulation| -> Vec<SimulatedAccount> {
        book.accounts.iter().filter(|account| is_first_of_slot(&account.facts.account)).cloned().collect()
    };
    let mut compared = 0;
    for (a, b) in firsts(&one).iter().zip(&firsts(&other)) {
        let (Some(first), Some(same)) = (a.renewals.first(), b.renewals.first()) else {
            continue;
        };
        assert_eq!(
            (first.due_on, first.scores, first.probability),
            (same.due_on, same.scores, same.probability)
        );
        // Versions of the account itself: a stage is a matter of age alone.
        let (mut known, mut known_other) = (known_on(a, first.as_of), known_on(b, first.as_of));
        known.retain(|row, _| !row.starts_with("accounts") && !row.starts_with("people"));
        known_other.retain(|row, _| !row.starts_with("accounts") && !row.starts_with("people"));
        for row in known.keys().chain(known_other.keys()) {
            assert_eq!(known.get(row), known_other.get(row), "{row}");
        }
        compared += known.len();
    }
    assert!(compared > 10_000, "{compared} rows compared");
}

#[test]
fn the_scores_of_the_truth_are_those_of_the_whole_book() {
    let book = default_book();
    let (engine, book_facts) = (Engine::new(workbook()), book_facts(book));
    for account in book.accounts.iter().step_by(9) {
        let facts = facts_of(account);
        for renewal in &account.renewals {
            let scores = score_components(&engine, &facts, &book_facts, renewal.as_of);
            assert_eq!(scores, renewal.scores, "{} as of {}", renewal.account, renewal.as_of);
        }
    }
}
