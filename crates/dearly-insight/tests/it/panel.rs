//! Which renewals are rows, and what is known before them.

use dearly_domain::account::Account;
use dearly_domain::renewal::RenewalOutcome;
use dearly_domain::subscription::Subscription;
use dearly_domain::{Cell, Day, Held, Record, Row};
use dearly_health::Engine;
use dearly_health::facts::{AccountFacts, BookFacts};
use dearly_insight::panel::{Early, Window, decisions, seen};
use dearly_workbook::Workbook;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn noun<T: Record>(cells: &[(&str, Cell)]) -> Held<T> {
    let mut row = Row { cells: vec![Cell::Empty; T::FILE.columns.len()], ..Row::default() };
    for (column, cell) in cells {
        row.cells[T::FILE.position(column).unwrap()] = cell.clone();
    }
    Held::always(T::from_row(&row))
}

fn term(id: &str, starts_on: &str, ends_on: &str, dollars: i64, more: &[(&str, &str)]) -> Held<Subscription> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut cells = vec![
        ("external_id", text(id)),
        ("account", text("acme")),
        ("product", text("core")),
        ("starts_on", Cell::Day(day(starts_on))),
        ("ends_on", Cell::Day(day(ends_on))),
        ("arr", Cell::Integer(dollars * 100)),
    ];
    cells.extend(more.iter().map(|(column, on)| (*column, Cell::Day(day(on)))));
    noun(&cells)
}

fn facts(terms: Vec<Held<Subscription>>) -> AccountFacts {
    let account = noun::<Account>(&[
        ("external_id", Cell::Text("acme".to_owned())),
        ("name", Cell::Text("Acme".to_owned())),
        ("segment", Cell::Text("smb".to_owned())),
        ("customer_since", Cell::Day(day("2023-01-01"))),
    ]);
    AccountFacts {
        account: "acme".into(),
        attributes: vec![account],
        subscriptions: terms,
        ..AccountFacts::default()
    }
}

fn window() -> Window {
    Window { from: day("2025-01-01"), to: day("2026-01-01"), lead_days: 90, known_until: day("2026-06-30") }
}

#[test]
fn a_row_is_a_renewal_due_in_the_window_and_decided_by_its_end() {
    for (next, expected) in [
        (None, (Some(RenewalOutcome::Churned), 0)),
        (Some(100), (Some(RenewalOutcome::RenewedFlat), 100)),
        (Some(60), (Some(RenewalOutcome::Contraction), 60)),
        (Some(140), (Some(RenewalOutcome::Expansion), 140)),
    ] {
        let mut terms = vec![term("t1", "2024-06-01", "2025-06-01", 100, &[])];
        terms.extend(next.map(|arr| term("t2", "2025-06-01", "2026-06-01", arr, &[])));
        let found = decisions(&facts(terms), window().from, &window(), 30);
        assert_eq!((found.decided.len(), found.open.len()), (1, 0));
        let own = &found.decided[0];
        assert_eq!((Some(own.outcome), own.successor_arr_cents / 100), expected);
        // A churn is certain once the grace is over, a renewal when it is signed or runs.
        let decided_on = if next.is_some() { "2025-06-01" } else { "2025-07-02" };
        assert_eq!(own.decided_on, day(decided_on));
        assert_eq!(own.known_on, day("2025-07-02"));
    }
    // Recorded long after it began.
    let mut late = facts(vec![
        term("t1", "2024-06-01", "2025-06-01", 100, &[]),
        term("t2", "2025-06-01", "2026-06-01", 100, &[]),
    ]);
    late.subscriptions[1].from = day("2025-09-15");
    assert_eq!(decisions(&late, window().from, &window(), 30).decided[0].known_on, day("2025-09-15"));
    // Due before the window, on its first and on its last day, and after; nothing follows any.
    for (ends_on, n_decided, n_open) in
        [("2024-12-31", 0, 0), ("2025-01-01", 1, 0), ("2025-12-31", 0, 1), ("2026-01-01", 0, 0)]
    {
        let found = decisions(
            &facts(vec![term("t1", "2024-01-01", ends_on, 100, &[])]),
            window().from,
            &window(),
            30,
        );
        assert_eq!((found.decided.len(), found.open.len()), (n_decided, n_open), "{ends_on}");
    }
    // Earlier ones are asked for by an earlier first day; open ones count in the window only.
    let earlier = facts(vec![term("t1", "2023-01-01", "2024-03-01", 100, &[])]);
    assert_eq!(decisions(&earlier, day("2023-06-01"), &window(), 30).decided.len(), 1);
}

#[test]
fn what_was_decided_by_the_as_of_day_is_early() {
    let workbook = Workbook::default();
    let engine = Engine::new(&workbook);
    let as_of = day("2025-03-03");
    let early = |terms: Vec<Held<Subscription>>| {
        let facts = facts(terms);
        let decision = decisions(&facts, window().from, &window(), 30).decided.remove(0);
        seen(&facts, &decision, &engine, &BookFacts::default(), as_of)
    };
    let next = |more: &[(&str, &str)]| term("t2", "2025-06-01", "2026-06-01", 100, more);
    let old = |more: &[(&str, &str)]| term("t1", "2024-06-01", "2025-06-01", 100, more);
    assert_eq!(early(vec![old(&[]), next(&[])]).early, None);
    assert_eq!(early(vec![old(&[]), next(&[("signed_on", "2025-03-03")])]).early, Some(Early::Signed));
    assert_eq!(early(vec![old(&[]), next(&[("signed_on", "2025-03-04")])]).early, None);
    assert_eq!(early(vec![old(&[("notice_on", "2025-03-03")])]).early, Some(Early::Notice));
    assert_eq!(early(vec![old(&[("notice_on", "2025-03-04")])]).early, None);
    let own = early(vec![old(&[]), next(&[])]);
    assert_eq!((own.is_customer, own.arr_cents, own.segment.as_deref()), (true, 10_000, Some("smb")));
    assert_eq!(own.tenure_days, Some(day("2025-03-03") - day("2023-01-01")));
}
