//! From rows as they lie in segments to the events of an account.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use dearly_domain::usage::UsageRows;
use dearly_domain::{AccountId, Instant, Texts};

use crate::cursor::{Batch, Words};
use crate::names::SharedNames;
use crate::scan::AccountEvents;
use crate::texts::NumberedTexts;

/// The rows of one account, decoded but not gathered: what a reader hands to those who work side by side.
#[derive(Clone)]
pub struct AccountRuns {
    pub(crate) account: AccountId,
    pub(crate) runs: Vec<(Arc<Batch>, Range<usize>)>,
    /// The names of events and products, which all accounts share.
    pub(crate) names: Arc<SharedNames>,
}

impl AccountRuns {
    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.runs.iter().map(|(_, rows)| rows.len()).sum()
    }
}

/// Gathers accounts, for several threads at a time. What it keeps of memory for each makes the next account cheaper.
pub struct Gatherer {
    known_by: Option<Instant>,
    idle: Mutex<Vec<Numbering>>,
}

impl Gatherer {
    /// Gathers the events that were known by an instant, or all.
    pub fn new(known_by: Option<Instant>) -> Gatherer {
        Gatherer { known_by, idle: Mutex::default() }
    }

    /// The events of the account. They ascend in time where its segments do not overlap, as those of different months.
    pub fn gather(&self, account: AccountRuns) -> AccountEvents {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let numbering = idle().pop();
        let mut numbering = numbering.unwrap_or_default();
        let events = numbering.gather(account, self.known_by);
        idle().push(numbering);
        events
    }
}

/// The numbers of texts, for one account at a time.
#[derive(Default)]
struct Numbering {
    users: Users,
    events: Local,
    products: Local,
}

impl Numbering {
    fn gather(&mut self, account: AccountRuns, known_by: Option<Instant>) -> AccountEvents {
        let n_rows = account.rows();
        let mut at = Vec::with_capacity(n_rows);
        let (mut user, mut event) = (Vec::with_capacity(n_rows), Vec::with_capacity(n_rows));
        let (mut product, mut count, mut linked) = (Vec::new(), Vec::new(), Vec::new());
        let mut former: Option<Arc<Batch>> = None;
        for (batch, range) in account.runs {
            self.users.enter(&batch.user, former.as_ref().map(|former| &former.user));
            let mut take = |rows: Range<usize>| {
                let begun = at.len();
                at.extend(batch.instants(rows.clone()));
                self.users.extend(&mut user, &batch.user, rows.clone());
                self.events.extend(&mut event, &batch.event, rows.clone());
                if batch.product.has_any() {
                    product.resize(begun, UsageRows::NONE);
                    self.products.extend(&mut product, &batch.product, rows.clone());
                }
                if batch.counts_differ() {
                    count.resize(begun, 1);
                    count.extend(rows.clone().map(|row| batch.count(row)));
                }
                if batch.has_links() {
                    let places = rows.clone().filter_map(|row| Some((row, batch.linked_at(row)?)));
                    linked.extend(
                        places.map(|(row, linked_at)| ((begun + row - rows.start) as u32, linked_at)),
                    );
                }
            };
            match known_by {
                None => take(range),
                Some(by) => known(&batch, range, by).into_iter().for_each(take),
            }
            former = Some(batch);
        }
        for (column, missing) in [(&mut product, UsageRows::NONE), (&mut count, 1)] {
            if !column.is_empty() {
                column.resize(at.len(), missing);
            }
        }
        let names = &account.names;
        AccountEvents {
            account: account.account,
            users: self.users.texts.take(),
            events: self.events.take(names),
            products: self.products.take(names),
            rows: UsageRows::from_columns(at, user, event, product, count, linked),
        }
    }
}

/// The pieces of the rows that were known in time.
fn known(batch: &Batch, rows: Range<usize>, by: Instant) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    // Whose event it was is known from the link on.
    let known_at = |row| {
        batch.recorded_at(row).unwrap_or(batch.at(row)).max(batch.linked_at(row).unwrap_or(batch.at(row)))
    };
    for row in rows.filter(|row| known_at(*row) <= by) {
        match pieces.last_mut() {
            Some(piece) if piece.end == row => piece.end += 1,
            _ => pieces.push(row..row + 1),
        }
    }
    pieces
}

/// The numbers that an account gives its users, of whom there may be many, and hardly any is known to another account.
struct Users {
    texts: NumberedTexts,
    /// For each text of the dictionary the number it was given, and in which dictionary that was.
    given: Vec<Given>,
    /// Counts the dictionaries that were entered, over all accounts.
    dictionary: u32,
}

#[derive(Clone, Copy, Default)]
struct Given {
    by: u32,
    number: u32,
}

impl Default for Users {
    fn default() -> Users {
        let texts = NumberedTexts::new(RandomState::new().hash_one(0_u8));
        Users { texts, given: Vec::new(), dictionary: 0 }
    }
}

impl Users {
    /// Turns to a dictionary; batches of one row group mostly share theirs.
    fn enter(&mut self, words: &Words, former: Option<&Words>) {
        if former.is_some_and(|former| former.shares_texts(words)) {
            return;
        }
        self.dictionary = self.dictionary.wrapping_add(1);
        if self.dictionary == 0 {
            self.given.clear();
            self.dictionary = 1;
        }
        if self.given.len() < words.n_texts() {
            self.given.resize(words.n_texts(), Given::default());
        }
    }

    fn extend(&mut self, column: &mut Vec<u32>, words: &Words, rows: Range<usize>) {
        let Users { texts, given, dictionary } = self;
        words.number_each(rows, column, UsageRows::NONE, |place| {
            let given = &mut given[place];
            if given.by != *dictionary {
                *given = Given { by: *dictionary, number: texts.number(words.text_at(place)) };
            }
            given.number
        });
    }
}

/// The numbers that an account gives names which all accounts share.
#[derive(Default)]
struct Local {
    /// For each shared name the number it was given, and by which account.
    given: Vec<Given>,
    /// Counts accounts, less one.
    account: u32,
    /// The shared numbers of this account's names.
    names: Vec<u32>,
}

impl Local {
    fn extend(&mut self, column: &mut Vec<u32>, words: &Words, rows: Range<usize>) {
        let shared = words.shared();
        words.number_each(rows, column, UsageRows::NONE, |place| {
            let shared = shared[place];
            if self.given.len() <= shared as usize {
                self.given.resize(shared as usize + 1, Given { by: u32::MAX, number: 0 });
            }
            let given = &mut self.given[shared as usize];
            if given.by != self.account {
                *given = Given { by: self.account, number: self.names.len() as u32 };
                self.names.push(shared);
            }
            given.number
        });
    }

    /// The names in the order of their numbers; the next account starts anew.
    fn take(&mut self, names: &SharedNames) -> Texts {
        self.account += 1;
        if self.account == u32::MAX {
            self.given.clear();
            self.account = 0;
        }
        let texts = names.texts(&self.names);
        self.names.clear();
        texts
    }
}
