//! The records of one account as the store keeps them, and the facts that follow from them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use dearly_domain::history::held_as;
use dearly_domain::{Calendar, Cell, Day, File, Held, Record, Version};
use dearly_health::Readings;
use dearly_health::facts::{AccountFacts, Usage};

/// Every version of every row, by file, and the events.
#[derive(Clone)]
pub(crate) struct Records {
    pub(super) versions: BTreeMap<&'static str, Vec<Version>>,
    pub(super) usage: Usage,
}

impl Records {
    /// The facts, as the engine gets them.
    pub(crate) fn facts(&self, calendar: &Calendar) -> AccountFacts {
        AccountFacts {
            account: "a".into(),
            attributes: self.held(calendar),
            people: self.held(calendar),
            subscriptions: self.held(calendar),
            steps: self.held(calendar),
            licences: self.held(calendar),
            activities: self.held(calendar),
            tickets: self.held(calendar),
            surveys: self.held(calendar),
            invoices: self.held(calendar),
            plans: self.held(calendar),
            objectives: self.held(calendar),
            escalations: self.held(calendar),
            judgements: self.held(calendar),
            usage: self.usage.clone(),
            readings: readings(),
        }
    }

    fn held<T: Record>(&self, calendar: &Calendar) -> Vec<Held<T>> {
        let mut rows: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        for version in &self.versions[T::FILE.name] {
            rows.entry(T::FILE.key_of(&version.row)).or_default().push(version.clone());
        }
        rows.values().flat_map(|versions| held_as(versions, None, calendar)).collect()
    }
}

/// A number on every other day, as if asked.
fn readings() -> Readings {
    let (mut readings, statement) = (Readings::default(), Arc::from(super::workbook::STATEMENT));
    let first: Day = "2020-01-01".parse().expect("a day");
    for later in (0..5_000).filter(|later| later % 2 == 0) {
        readings.put(&statement, first.plus_days(later), f64::from(later % 97));
    }
    readings
}

/// A line for each version, without its empty cells: a minimal counterexample should fit a screen.
impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, versions) in &self.versions {
            let file = File::named(name).expect("a file of the book");
            for version in versions {
                let cells = file
                    .columns
                    .iter()
                    .zip(&version.row.cells)
                    .filter(|(_, cell)| !matches!(cell, Cell::Empty));
                let cells: Vec<String> =
                    cells.map(|(column, cell)| format!("{} {cell}", column.name)).collect();
                let known = match version.recorded_at {
                    Some(at) => format!("recorded {at}"),
                    None => format!("imported {}", version.imported_at),
                };
                writeln!(f, "{name}: {} {:?} ({known})", cells.join(", "), version.row.attributes)?;
            }
        }
        for row in self.usage.rows.iter() {
            let user = row.user.map(|user| &self.usage.users[user as usize]);
            let product = row.product.map(|product| &self.usage.products[product as usize]);
            let event = &self.usage.events[row.event as usize];
            write!(f, "event: {} {event} by {user:?} in {product:?} x{}", row.at, row.count)?;
            match row.linked_at {
                Some(linked_at) => writeln!(f, ", linked {linked_at}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
