//! Random books, small and full of coincidences: days that lie on the edges of windows, rows that change and vanish,
//! sources that are missing, and workbooks that use every kind of measure.

mod days;
mod facts;
mod later;
mod records;
mod shuffle;
mod workbook;

use std::fmt;

use dearly_domain::Day;
use dearly_health::facts::BookFacts;
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) use records::Records;
pub(crate) use shuffle::shuffled;
pub(crate) use workbook::Recipe;

/// A workbook, one account of a book, and days to look at it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) recipe: Recipe,
    pub(crate) records: Records,
    pub(crate) book: BookFacts,
    pub(crate) days: Vec<Day>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<String> = self.days.iter().map(Day::to_string).collect();
        let plans_since = self.book.plans_since.map(|day| day.to_string());
        write!(f, "{:?}\nplans since {plans_since:?}, days {days:?}\n{:?}", self.recipe, self.records)
    }
}

/// Any case.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let plans_since = proptest::option::weighted(0.8, days::day());
    (workbook::recipe(), facts::records(), plans_since, vec(days::as_of(), 1..=6)).prop_map(
        |(recipe, records, plans_since, days)| Case {
            recipe,
            records,
            book: BookFacts { plans_since },
            days,
        },
    )
}

/// A case and the records of an account of which some are to become known later.
pub(crate) fn case_with_later_records() -> impl Strategy<Value = (Case, Records)> {
    (case(), facts::records())
}
