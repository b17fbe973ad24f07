//! Books to test with.

use std::sync::OnceLock;

use dearly_domain::{AccountId, Day, File, Record, Row};
use dearly_health::facts::{AccountFacts, BookFacts};
use dearly_simulator::{Settings, SimulatedAccount, Simulation, simulate, workbook_documents};
use dearly_workbook::Workbook;

/// The workbook of simulated books.
pub(crate) fn workbook() -> &'static Workbook {
    static WORKBOOK: OnceLock<Workbook> = OnceLock::new();
    WORKBOOK.get_or_init(|| {
        let parsed = dearly_workbook::parse(&workbook_documents(&dearly_workbook::defaults()));
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        parsed.workbook.expect("no problems, hence a workbook")
    })
}

/// The book of the demo.
pub(crate) fn default_book() -> &'static Simulation {
    static BOOK: OnceLock<Simulation> = OnceLock::new();
    BOOK.get_or_init(|| simulate(&Settings::default(), workbook(), &|_, _| {}))
}

/// A smaller book.
pub(crate) fn small_book(settings: Settings) -> Simulation {
    simulate(&settings, workbook(), &|_, _| {})
}

/// The facts of an account as an import would give them.
pub(crate) fn facts_of(account: &SimulatedAccount) -> AccountFacts {
    let mut facts = account.facts.clone();
    account.hold(&mut facts, &workbook().calendar());
    facts
}

/// What the book as a whole says.
pub(crate) fn book_facts(book: &Simulation) -> BookFacts {
    let created = book
        .accounts
        .iter()
        .flat_map(|account| &account.facts.plans)
        .filter_map(|plan| plan.value.created_on);
    BookFacts { plans_since: created.min() }
}

/// The day on which the account left.
pub(crate) fn churned_on(account: &SimulatedAccount) -> Option<Day> {
    account.versions.last().and_then(|version| version.record.churned_on)
}

/// Every row of an account but its events, with its file.
pub(crate) fn rows_of(account: &SimulatedAccount) -> Vec<(&'static File, Row)> {
    fn row<T: Record>(record: &T) -> (&'static File, Row) {
        (T::FILE, record.to_row())
    }
    let facts = &account.facts;
    let mut rows: Vec<(&'static File, Row)> = Vec::new();
    rows.extend(account.versions.iter().map(|version| row(&version.record)));
    rows.extend(account.people.iter().map(|version| row(&version.record)));
    macro_rules! held {
        ($($list:ident),*) => {$( rows.extend(facts.$list.iter().map(|held| row(&held.value))); )*};
    }
    held!(
        subscriptions,
        steps,
        licences,
        activities,
        tickets,
        surveys,
        invoices,
        plans,
        objectives,
        escalations,
        judgements
    );
    rows.extend(account.initiatives.iter().map(row));
    rows
}

/// The slot and the place within it, from an id like `A00042-2`.
pub(crate) fn is_first_of_slot(id: &AccountId) -> bool {
    !id.as_str().contains('-')
}
