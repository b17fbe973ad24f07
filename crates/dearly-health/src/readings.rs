//! What was read of an account elsewhere: measures in SQL are asked before the engine runs, and handed in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dearly_domain::Day;

/// The values of one account, by the statement of the measure and by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    by_statement: HashMap<Arc<str>, BTreeMap<Day, f64>>,
}

impl Readings {
    /// Keeps what a statement says of the account on a day.
    pub fn put(&mut self, statement: &Arc<str>, day: Day, value: f64) {
        self.by_statement.entry(Arc::clone(statement)).or_default().insert(day, value);
    }

    /// What a statement says of the account on the day; `None` where it has no row for it, or was not asked.
    pub fn get(&self, statement: &str, day: Day) -> Option<f64> {
        self.by_statement.get(statement)?.get(&day).copied()
    }
}
