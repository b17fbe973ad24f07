//! Events as they are read: account by account, in ascending order of accounts.

use std::ops::Range;

use dearly_domain::{AccountId, Instant};

use crate::cursor::Batch;
use crate::merge::Merge;
use crate::{Error, EventRow};

/// Which columns are read beside those that every reader needs. What is not read is `None` in every row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// The number that came with an event.
    pub value: bool,
    /// The id that deduplicates.
    pub message_id: bool,
    /// The custom attributes.
    pub attributes: bool,
    /// The source, what the event was attributed by, and the instants of the client's clock.
    pub origin: bool,
}

impl Projection {
    /// Account, user, event, product, when it happened, was recorded and linked, and count.
    pub const CORE: Projection =
        Projection { value: false, message_id: false, attributes: false, origin: false };
    /// Every cell.
    pub const ALL: Projection = Projection { value: true, message_id: true, attributes: true, origin: true };
}

/// All events of one account, its texts as places in sorted lists without doubles: what the scoring reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEvents {
    /// The account.
    pub account: AccountId,
    /// Its users, in byte order.
    pub users: Vec<String>,
    /// Its events' names, in byte order.
    pub events: Vec<String>,
    /// Its products, in byte order.
    pub products: Vec<String>,
    /// Its events, in the order of [`CompactRow::order`].
    pub rows: Vec<CompactRow>,
}

/// One event of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompactRow {
    /// When.
    pub at: Instant,
    /// When it became known; `None` is when it happened.
    pub recorded_at: Option<Instant>,
    /// When the user was linked to the account, where that was after the event: it counts as of that day and later.
    pub linked_at: Option<Instant>,
    /// The place of its user in [`AccountEvents::users`].
    pub user: Option<u32>,
    /// The place of its name in [`AccountEvents::events`].
    pub event: u32,
    /// The place of its product in [`AccountEvents::products`].
    pub product: Option<u32>,
    /// How many times.
    pub count: u32,
}

impl CompactRow {
    /// What rows of an account are sorted by: instant, user (none first), event, then the other cells.
    pub fn order(&self) -> impl Ord + use<> {
        let CompactRow { at, recorded_at, linked_at, user, event, product, count } = *self;
        (at, user, event, product, count, recorded_at, linked_at)
    }
}

/// Iterates over the accounts of a lake, each with its events in compact form; ends after the first error. Events
/// without an account are left out.
///
/// Memory: of every segment open one row group as it lies in the file and one decoded batch, and one account.
pub struct AccountScan {
    merge: Option<Merge>,
}

/// Iterates over the accounts of a lake, each with its whole rows in the order of [`EventRow::order`]; ends
/// after the first error. Events without an account are left out. For people to look at: [`AccountScan`] is several times as fast.
pub struct RowScan {
    merge: Option<Merge>,
}

impl AccountScan {
    pub(crate) fn new(merge: Merge) -> AccountScan {
        AccountScan { merge: Some(merge) }
    }
}

impl RowScan {
    pub(crate) fn new(merge: Merge) -> RowScan {
        RowScan { merge: Some(merge) }
    }
}

impl Iterator for AccountScan {
    type Item = Result<AccountEvents, Error>;

    fn next(&mut self) -> Option<Result<AccountEvents, Error>> {
        let mut gathered = Gathered::default();
        let next =
            self.merge.as_mut()?.next_account(|account, batch, rows| gathered.take(account, batch, rows));
        let item = next.map(|account| account.map(|account| gathered.finish(account))).transpose();
        if !matches!(item, Some(Ok(_))) {
            self.merge = None;
        }
        item
    }
}

impl Iterator for RowScan {
    type Item = Result<(AccountId, Vec<EventRow>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut gathered = Vec::new();
        let next = self.merge.as_mut()?.next_account(|_, batch, rows| {
            gathered.extend(rows.map(|row| whole_row(batch, row)));
        });
        let item = next.transpose().map(|account| {
            let account = account?;
            for row in &mut gathered {
                row.account = Some(account.clone());
            }
            gathered.sort_by(EventRow::order);
            Ok((account, gathered))
        });
        if !matches!(item, Some(Ok(_))) {
            self.merge = None;
        }
        item
    }
}

/// The row but for its account.
fn whole_row(batch: &Batch, row: usize) -> EventRow {
    EventRow {
        account: None,
        at: batch.at(row),
        event: batch.event.get(row).unwrap_or_default().to_owned(),
        user: batch.user.get(row).map(str::to_owned),
        product: batch.product.get(row).map(str::to_owned),
        count: batch.count(row),
        value: batch.value(row),
        message_id: batch.message_id(row).map(str::to_owned),
        recorded_at: batch.recorded_at(row),
        attributes: batch.attributes(row).map(str::to_owned),
        source: batch.source(row).map(str::to_owned),
        attributed_by: batch.attributed_by(row),
        linked_at: batch.linked_at(row),
        original_at: batch.original_at(row),
        sent_at: batch.sent_at(row),
    }
}

/// The rows of an account as they come, its texts numbered as they come; one text has several numbers when it
/// stands in several dictionaries.
#[derive(Default)]
struct Gathered {
    users: Vec<String>,
    events: Vec<String>,
    products: Vec<String>,
    rows: Vec<CompactRow>,
}

impl Gathered {
    fn take(&mut self, account: u64, batch: &mut Batch, rows: Range<usize>) {
        let Gathered { users, events, products, rows: gathered } = self;
        gathered.reserve(rows.len());
        for row in rows {
            gathered.push(CompactRow {
                at: batch.at(row),
                recorded_at: batch.recorded_at(row),
                linked_at: batch.linked_at(row),
                user: batch.user.number(row, account, |text| give(users, text)),
                event: batch.event.number(row, account, |text| give(events, text)).unwrap_or_default(),
                product: batch.product.number(row, account, |text| give(products, text)),
                count: batch.count(row),
            });
        }
    }

    fn finish(self, account: AccountId) -> AccountEvents {
        let Gathered { users, events, products, mut rows } = self;
        let ((users, user_places), (events, event_places)) = (sort(users), sort(events));
        let (products, product_places) = sort(products);
        for row in &mut rows {
            row.user = row.user.map(|number| user_places[number as usize]);
            row.event = event_places[row.event as usize];
            row.product = row.product.map(|number| product_places[number as usize]);
        }
        // One segment's rows are in order, and so are those of a segment per month. A stable sort finds the runs of
        // the others and merges them.
        if !rows.is_sorted_by_key(CompactRow::order) {
            rows.sort_by_key(CompactRow::order);
        }
        AccountEvents { account, users, events, products, rows }
    }
}

fn give(texts: &mut Vec<String>, text: &str) -> u32 {
    texts.push(text.to_owned());
    texts.len() as u32 - 1
}

/// The texts in byte order without doubles, and for each number its place there.
fn sort(mut texts: Vec<String>) -> (Vec<String>, Vec<u32>) {
    let mut numbers: Vec<u32> = (0..texts.len() as u32).collect();
    numbers.sort_unstable_by(|&left, &right| texts[left as usize].cmp(&texts[right as usize]));
    let mut places = vec![0; texts.len()];
    let mut sorted: Vec<String> = Vec::with_capacity(texts.len());
    for number in numbers {
        let text = std::mem::take(&mut texts[number as usize]);
        if sorted.last() != Some(&text) {
            sorted.push(text);
        }
        places[number as usize] = sorted.len() as u32 - 1;
    }
    (sorted, places)
}
