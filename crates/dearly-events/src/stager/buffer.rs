//! Events held in memory, compactly, and their order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dearly_domain::{AccountId, Attribution, Instant};

use crate::cursor::Batch;
use crate::event_row::order_of_values;
use crate::names::{Names, SortedNames};
use crate::{EventKey, EventRow, Month};

/// No account, no user, no product, no source.
const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(crate) struct Buffer {
    accounts: Names,
    users: Names,
    events: Names,
    products: Names,
    sources: Names,
    rows: Vec<Held>,
    keys: Vec<u128>,
    /// Message ids and attributes, which hardly ever repeat.
    texts: String,
}

/// One event, its texts as numbers.
pub(crate) struct Held {
    pub(crate) at: i64,
    pub(crate) recorded_at: Option<i64>,
    pub(crate) linked_at: Option<i64>,
    pub(crate) original_at: Option<i64>,
    pub(crate) sent_at: Option<i64>,
    pub(crate) value: Option<f64>,
    pub(crate) attributed_by: Option<Attribution>,
    account: u32,
    user: u32,
    event: u32,
    product: u32,
    source: u32,
    pub(crate) count: u32,
    message_id: Piece,
    attributes: Piece,
}

/// A piece of [`Buffer::texts`].
#[derive(Clone, Copy)]
struct Piece {
    start: u32,
    length: u32,
}

/// The order of a buffer's rows, and its names in byte order.
pub(crate) struct Sorted {
    pub(crate) rows: Vec<Place>,
    pub(crate) accounts: SortedNames,
    pub(crate) users: SortedNames,
    pub(crate) events: SortedNames,
    pub(crate) products: SortedNames,
    pub(crate) sources: SortedNames,
}

/// A row with the most significant parts of its order; names stand for their places in byte order.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    at: i64,
    /// One more than its place, zero for none.
    account: u32,
    /// One more than its place, zero for none.
    user: u32,
    event: u32,
    row: u32,
}

impl Buffer {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of all texts held.
    pub(crate) fn bytes(&self) -> usize {
        let names = [&self.accounts, &self.users, &self.events, &self.products, &self.sources];
        self.texts.len() + names.into_iter().map(Names::bytes).sum::<usize>()
    }

    /// Bytes of the texts of a row.
    pub(crate) fn text_bytes(row: &EventRow) -> usize {
        let optional = [&row.user, &row.product, &row.message_id, &row.attributes, &row.source];
        row.account.as_ref().map_or(0, |account| account.as_str().len())
            + row.event.len()
            + optional.into_iter().flatten().map(String::len).sum::<usize>()
    }

    pub(crate) fn push(&mut self, row: &EventRow, key: EventKey) {
        let message_id = self.keep(row.message_id.as_deref());
        let attributes = self.keep(row.attributes.as_deref());
        self.rows.push(Held {
            at: row.at.micros(),
            recorded_at: row.recorded_at.map(Instant::micros),
            linked_at: row.linked_at.map(Instant::micros),
            original_at: row.original_at.map(Instant::micros),
            sent_at: row.sent_at.map(Instant::micros),
            value: row.value,
            attributed_by: row.attributed_by,
            account: optional(&mut self.accounts, row.account.as_ref().map(AccountId::as_str)),
            user: optional(&mut self.users, row.user.as_deref()),
            event: self.events.number(&row.event),
            product: optional(&mut self.products, row.product.as_deref()),
            source: optional(&mut self.sources, row.source.as_deref()),
            count: row.count,
            message_id,
            attributes,
        });
        self.keys.push(key.0);
    }

    /// Takes a row of a batch of all columns as it stands. The filling tells apart what a batch learnt of this buffer
    /// from what it learnt before the buffer was cleared.
    pub(crate) fn push_row(&mut self, batch: &mut Batch, row: usize, filling: u64) {
        let message_id = self.keep(batch.message_id(row));
        let attributes = self.keep(batch.attributes(row));
        let Buffer { accounts, users, events, products, sources, .. } = self;
        let source = batch
            .origin
            .as_mut()
            .and_then(|origin| origin.source.number(row, filling, |text| sources.number(text)));
        self.rows.push(Held {
            at: batch.at(row).micros(),
            recorded_at: batch.recorded_at(row).map(Instant::micros),
            linked_at: batch.linked_at(row).map(Instant::micros),
            original_at: batch.original_at(row).map(Instant::micros),
            sent_at: batch.sent_at(row).map(Instant::micros),
            value: batch.value(row),
            attributed_by: batch.attributed_by(row),
            account: batch.account.number(row, filling, |text| accounts.number(text)).unwrap_or(NONE),
            user: batch.user.number(row, filling, |text| users.number(text)).unwrap_or(NONE),
            event: batch.event.number(row, filling, |text| events.number(text)).unwrap_or(NONE),
            product: batch.product.number(row, filling, |text| products.number(text)).unwrap_or(NONE),
            source: source.unwrap_or(NONE),
            count: batch.count(row),
            message_id,
            attributes,
        });
        self.keys.push(batch.key(row).0);
    }

    fn keep(&mut self, text: Option<&str>) -> Piece {
        let Some(text) = text else {
            return Piece { start: 0, length: NONE };
        };
        // The caller keeps all texts far below 4 GiB.
        let piece = Piece { start: self.texts.len() as u32, length: text.len() as u32 };
        self.texts.push_str(text);
        piece
    }

    fn piece(&self, piece: Piece) -> Option<&str> {
        let Piece { start, length } = piece;
        (length != NONE).then(|| &self.texts[start as usize..start as usize + length as usize])
    }

    pub(crate) fn row(&self, place: Place) -> &Held {
        &self.rows[place.row as usize]
    }

    pub(crate) fn key(&self, place: Place) -> u128 {
        self.keys[place.row as usize]
    }

    pub(crate) fn message_id(&self, place: Place) -> Option<&str> {
        self.piece(self.row(place).message_id)
    }

    pub(crate) fn attributes(&self, place: Place) -> Option<&str> {
        self.piece(self.row(place).attributes)
    }

    pub(crate) fn clear(&mut self) {
        let Buffer { accounts, users, events, products, sources, .. } = self;
        for names in [accounts, users, events, products, sources] {
            names.clear();
        }
        self.rows.clear();
        self.keys.clear();
        self.texts.clear();
    }

    pub(crate) fn sorted(&self) -> Sorted {
        let (accounts, users) = (self.accounts.sorted(), self.users.sorted());
        let (events, products) = (self.events.sorted(), self.products.sorted());
        let sources = self.sources.sorted();
        let place = |(number, row): (usize, &Held)| Place {
            at: row.at,
            account: if row.account == NONE { 0 } else { accounts.places[row.account as usize] + 1 },
            user: if row.user == NONE { 0 } else { users.places[row.user as usize] + 1 },
            event: events.places[row.event as usize],
            row: number as u32,
        };
        let mut rows: Vec<Place> = self.rows.iter().enumerate().map(place).collect();
        rows.sort_unstable_by(|left, right| {
            let order = |place: &Place| (place.account, place.at, place.user, place.event);
            order(left)
                .cmp(&order(right))
                .then_with(|| self.order_of_the_rest(&products, &sources, *left, *right))
        });
        Sorted { rows, accounts, users, events, products, sources }
    }

    /// The cells after the event, as in [`EventRow::order`], and the key to decide between equal rows.
    fn order_of_the_rest(
        &self,
        products: &SortedNames,
        sources: &SortedNames,
        left: Place,
        right: Place,
    ) -> Ordering {
        let place =
            |names: &SortedNames, number: u32| (number != NONE).then(|| names.places[number as usize]);
        let first = |row: &Held| (place(products, row.product), row.count, row.recorded_at, row.linked_at);
        let last = |row: &Held| (place(sources, row.source), row.attributed_by, row.original_at, row.sent_at);
        let (a, b) = (self.row(left), self.row(right));
        first(a)
            .cmp(&first(b))
            .then_with(|| order_of_values(a.value, b.value))
            .then_with(|| self.message_id(left).cmp(&self.message_id(right)))
            .then_with(|| self.attributes(left).cmp(&self.attributes(right)))
            .then_with(|| last(a).cmp(&last(b)))
            .then_with(|| self.key(left).cmp(&self.key(right)))
    }
}

fn optional(names: &mut Names, text: Option<&str>) -> u32 {
    text.map_or(NONE, |text| names.number(text))
}

impl Sorted {
    /// The rows of each month, in their order.
    pub(crate) fn by_month(&self) -> BTreeMap<Month, Vec<Place>> {
        let mut months = BTreeMap::new();
        let mut spans: Vec<(i64, i64, Month)> = Vec::new();
        let mut current: Option<(i64, i64, Month)> = None;
        for &place in &self.rows {
            let holds = |(start, end, _): &(i64, i64, Month)| *start <= place.at && place.at < *end;
            if !current.as_ref().is_some_and(holds) {
                let span = spans.iter().copied().find(holds).unwrap_or_else(|| {
                    let month = Month::of(Instant::from_micros(place.at));
                    let span = (month.start().micros(), month.end().micros(), month);
                    spans.push(span);
                    span
                });
                current = Some(span);
            }
            if let Some((_, _, month)) = current {
                months.entry(month).or_insert_with(Vec::new).push(place);
            }
        }
        months
    }

    pub(crate) fn account(place: Place) -> Option<i32> {
        place.account.checked_sub(1).map(|account| account as i32)
    }

    pub(crate) fn user(place: Place) -> Option<i32> {
        place.user.checked_sub(1).map(|user| user as i32)
    }

    pub(crate) fn event(place: Place) -> i32 {
        place.event as i32
    }

    pub(crate) fn product(&self, row: &Held) -> Option<i32> {
        (row.product != NONE).then(|| self.products.places[row.product as usize] as i32)
    }

    pub(crate) fn source(&self, row: &Held) -> Option<i32> {
        (row.source != NONE).then(|| self.sources.places[row.source as usize] as i32)
    }
}
