//! What readers ask for again and again, kept while facts and workbook stay as they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dearly_domain::{Calendar, Day, Instant};
use dearly_health::facts::BookFacts;

use crate::accounts::Listed;
use crate::app::{InForce, When};
use crate::statements::{StatementKey, Values};

/// How many days' lists are kept.
const LISTS: usize = 8;

/// How many answers to measures in SQL are kept: a few measures over years of weeks.
const STATEMENTS: usize = 1_024;

/// The first and the last day with a fact, whatever today is.
pub(crate) type Span = (Option<Day>, Option<Day>);

/// A workbook as it was parsed, and the currency that the book had decided by then.
type Parsed = (Option<String>, Arc<InForce>);

/// A revision of the book, and what may be known of it.
type BookKey = (i64, Option<Instant>);

/// A revision of the book, and the day that was asked about.
type ListKey = (i64, When);

#[derive(Default)]
pub(crate) struct Cache {
    workbook: Mutex<Option<Parsed>>,
    /// By revision and time zone.
    span: Mutex<Option<((i64, Calendar), Span)>>,
    /// By revision and what may be known.
    book: Mutex<Option<(BookKey, BookFacts)>>,
    lists: Mutex<Vec<(ListKey, Arc<Listed>)>>,
    statements: Mutex<HashMap<StatementKey, Arc<Values>>>,
    /// One at a time makes a list that is not there yet: the others wait for it instead of doing the same.
    pub(crate) making: tokio::sync::Mutex<()>,
}

impl Cache {
    pub(crate) fn workbook(&self, version: i64, currency: Option<&str>) -> Option<Arc<InForce>> {
        let kept = self.workbook.lock().expect("no panic while held");
        let (decided, kept) = kept.as_ref()?;
        (kept.version == version && decided.as_deref() == currency).then(|| Arc::clone(kept))
    }

    pub(crate) fn keep_workbook(&self, currency: Option<String>, in_force: Arc<InForce>) {
        *self.workbook.lock().expect("no panic while held") = Some((currency, in_force));
    }

    pub(crate) fn span(&self, revision: i64, calendar: &Calendar) -> Option<Span> {
        let kept = self.span.lock().expect("no panic while held");
        kept.as_ref().filter(|((own, zone), _)| *own == revision && zone == calendar).map(|(_, span)| *span)
    }

    pub(crate) fn keep_span(&self, revision: i64, calendar: &Calendar, span: Span) {
        *self.span.lock().expect("no panic while held") = Some(((revision, calendar.clone()), span));
    }

    pub(crate) fn book(&self, revision: i64, known_by: Option<Instant>) -> Option<BookFacts> {
        let kept = self.book.lock().expect("no panic while held");
        kept.as_ref().filter(|(key, _)| *key == (revision, known_by)).map(|(_, facts)| *facts)
    }

    pub(crate) fn keep_book(&self, revision: i64, known_by: Option<Instant>, facts: BookFacts) {
        *self.book.lock().expect("no panic while held") = Some(((revision, known_by), facts));
    }

    /// What a statement of the workbook in force says of a day.
    pub(crate) fn statement(&self, key: &StatementKey) -> Option<Arc<Values>> {
        self.statements.lock().expect("no panic while held").get(key).map(Arc::clone)
    }

    pub(crate) fn keep_statement(&self, key: StatementKey, values: Arc<Values>) {
        let mut kept = self.statements.lock().expect("no panic while held");
        if kept.len() >= STATEMENTS {
            kept.clear();
        }
        kept.retain(|own, _| own.0 == key.0);
        kept.insert(key, values);
    }

    /// The list of a day at a revision of the book.
    pub(crate) fn list(&self, revision: i64, when: When) -> Option<Arc<Listed>> {
        let lists = self.lists.lock().expect("no panic while held");
        lists.iter().find(|(key, _)| *key == (revision, when)).map(|(_, list)| Arc::clone(list))
    }

    pub(crate) fn keep_list(&self, revision: i64, when: When, list: Arc<Listed>) {
        let mut lists = self.lists.lock().expect("no panic while held");
        lists.retain(|(key, _)| key.0 == revision && key.1 != when);
        if lists.len() >= LISTS {
            lists.remove(0);
        }
        lists.push(((revision, when), list));
    }
}
