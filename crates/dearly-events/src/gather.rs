//! From rows as they lie in segments to the events of an account.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::Arc;

use dearly_domain::usage::{UsageRow, UsageRows};
use dearly_domain::{AccountId, Instant};

use crate::cursor::{Batch, Words};
use crate::scan::AccountEvents;
use crate::texts::Texts;

/// The rows of one account, decoded but not gathered: what a reader hands to those who work side by side.
pub struct AccountRuns {
    pub(crate) account: AccountId,
    pub(crate) runs: Vec<(Arc<Batch>, Range<usize>)>,
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

/// Gathers accounts, one after the other; each thread has its own, for the memory that it keeps.
pub struct Gatherer {
    users: Numbers,
    events: Numbers,
    products: Numbers,
    known_by: Option<Instant>,
}

impl Gatherer {
    /// Gathers the events that were known by an instant, or all.
    pub fn new(known_by: Option<Instant>) -> Gatherer {
        let seed = RandomState::new().hash_one(0_u8);
        let numbers = || Numbers { texts: Texts::new(seed), given: Vec::new(), dictionary: 0 };
        Gatherer { users: numbers(), events: numbers(), products: numbers(), known_by }
    }

    /// The events of the account. They ascend in time where its segments do not overlap, as those of different months.
    pub fn gather(&mut self, account: AccountRuns) -> AccountEvents {
        let mut rows = UsageRows::with_capacity(account.rows());
        let mut former: Option<Arc<Batch>> = None;
        for (batch, range) in account.runs {
            self.users.enter(&batch.user, former.as_ref().map(|former| &former.user));
            self.events.enter(&batch.event, former.as_ref().map(|former| &former.event));
            self.products.enter(&batch.product, former.as_ref().map(|former| &former.product));
            let (has_links, has_products) = (batch.has_links(), batch.product.has_any());
            for row in range {
                if self.known_by.is_some_and(|by| batch.recorded_at(row).unwrap_or(batch.at(row)) > by) {
                    continue;
                }
                rows.push(UsageRow {
                    at: batch.at(row),
                    user: self.users.number(&batch.user, row),
                    event: self.events.number(&batch.event, row).unwrap_or_default(),
                    product: if has_products { self.products.number(&batch.product, row) } else { None },
                    count: batch.count(row),
                    linked_at: if has_links { batch.linked_at(row) } else { None },
                });
            }
            former = Some(batch);
        }
        AccountEvents {
            account: account.account,
            users: self.users.texts.take(),
            events: self.events.texts.take(),
            products: self.products.texts.take(),
            rows,
        }
    }
}

/// The numbers that an account gives the texts of one kind, and those known of the dictionary at hand.
struct Numbers {
    texts: Texts,
    /// For each text of the dictionary the number it was given, and in which dictionary that was.
    given: Vec<Given>,
    /// Counts the dictionaries that were entered, over all accounts.
    dictionary: u64,
}

#[derive(Clone, Copy, Default)]
struct Given {
    dictionary: u64,
    number: u32,
}

impl Numbers {
    /// Turns to a dictionary; batches of one row group mostly share theirs.
    fn enter(&mut self, words: &Words, former: Option<&Words>) {
        if former.is_none_or(|former| !former.shares_texts(words)) {
            self.dictionary += 1;
            if self.given.len() < words.n_texts() {
                self.given.resize(words.n_texts(), Given::default());
            }
        }
    }

    #[inline]
    fn number(&mut self, words: &Words, row: usize) -> Option<u32> {
        let place = words.place(row)?;
        let given = &mut self.given[place];
        if given.dictionary != self.dictionary {
            *given = Given { dictionary: self.dictionary, number: self.texts.number(words.text_at(place)) };
        }
        Some(given.number)
    }
}
