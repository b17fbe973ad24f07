//! Events held in memory, compactly, and their order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dearly_domain::{Calendar, Instant};

use crate::event_row::order_of_values;
use crate::names::{Names, SortedNames};
use crate::{EventKey, EventRow};

/// No user, no product.
const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Buffer {
    accounts: Names,
    users: Names,
    events: Names,
    products: Names,
    rows: Vec<Held>,
    keys: Vec<u128>,
    /// Message ids and attributes, which hardly ever repeat.
    texts: String,
}

/// One event, its texts as numbers.
pub(super) struct Held {
    pub(super) at: i64,
    pub(super) recorded_at: Option<i64>,
    pub(super) value: Option<f64>,
    account: u32,
    user: u32,
    event: u32,
    product: u32,
    pub(super) count: u32,
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
pub(super) struct Sorted {
    pub(super) rows: Vec<Place>,
    pub(super) accounts: SortedNames,
    pub(super) users: SortedNames,
    pub(super) events: SortedNames,
    pub(super) products: SortedNames,
}

/// A row with the most significant parts of its order; names stand for their places in byte order.
#[derive(Clone, Copy)]
pub(super) struct Place {
    account: u32,
    /// One more than its place, zero for none.
    user: u32,
    at: i64,
    event: u32,
    row: u32,
}

impl Buffer {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of all texts held.
    pub(super) fn bytes(&self) -> usize {
        self.texts.len()
            + self.accounts.bytes()
            + self.users.bytes()
            + self.events.bytes()
            + self.products.bytes()
    }

    /// Bytes of the texts of a row.
    pub(super) fn text_bytes(row: &EventRow) -> usize {
        let optional = [&row.user, &row.product, &row.message_id, &row.attributes];
        row.account.as_str().len()
            + row.event.len()
            + optional.into_iter().flatten().map(String::len).sum::<usize>()
    }

    pub(super) fn push(&mut self, row: &EventRow, key: EventKey) {
        let message_id = self.keep(row.message_id.as_deref());
        let attributes = self.keep(row.attributes.as_deref());
        self.rows.push(Held {
            at: row.at.micros(),
            recorded_at: row.recorded_at.map(Instant::micros),
            value: row.value,
            account: self.accounts.number(row.account.as_str()),
            user: row.user.as_deref().map_or(NONE, |user| self.users.number(user)),
            event: self.events.number(&row.event),
            product: row.product.as_deref().map_or(NONE, |product| self.products.number(product)),
            count: row.count,
            message_id,
            attributes,
        });
        self.keys.push(key.0);
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

    pub(super) fn row(&self, place: Place) -> &Held {
        &self.rows[place.row as usize]
    }

    pub(super) fn key(&self, place: Place) -> u128 {
        self.keys[place.row as usize]
    }

    pub(super) fn message_id(&self, place: Place) -> Option<&str> {
        self.piece(self.row(place).message_id)
    }

    pub(super) fn attributes(&self, place: Place) -> Option<&str> {
        self.piece(self.row(place).attributes)
    }

    pub(super) fn account(&self, place: Place) -> &str {
        self.accounts.text(self.row(place).account)
    }

    pub(super) fn clear(&mut self) {
        for names in [&mut self.accounts, &mut self.users, &mut self.events, &mut self.products] {
            names.clear();
        }
        self.rows.clear();
        self.keys.clear();
        self.texts.clear();
    }

    pub(super) fn sorted(&self) -> Sorted {
        let (accounts, users) = (self.accounts.sorted(), self.users.sorted());
        let (events, products) = (self.events.sorted(), self.products.sorted());
        let place = |(number, row): (usize, &Held)| Place {
            account: accounts.places[row.account as usize],
            user: if row.user == NONE { 0 } else { users.places[row.user as usize] + 1 },
            at: row.at,
            event: events.places[row.event as usize],
            row: number as u32,
        };
        let mut rows: Vec<Place> = self.rows.iter().enumerate().map(place).collect();
        rows.sort_unstable_by(|left, right| {
            let order = |place: &Place| (place.account, place.user, place.at, place.event);
            order(left).cmp(&order(right)).then_with(|| self.order_of_the_rest(&products, *left, *right))
        });
        Sorted { rows, accounts, users, events, products }
    }

    /// The cells after the event, as in [`EventRow::order`], and the key to decide between equal rows.
    fn order_of_the_rest(&self, products: &SortedNames, left: Place, right: Place) -> Ordering {
        let product = |row: &Held| (row.product != NONE).then(|| products.places[row.product as usize]);
        let (a, b) = (self.row(left), self.row(right));
        (product(a), a.count, a.recorded_at)
            .cmp(&(product(b), b.count, b.recorded_at))
            .then_with(|| order_of_values(a.value, b.value))
            .then_with(|| self.message_id(left).cmp(&self.message_id(right)))
            .then_with(|| self.attributes(left).cmp(&self.attributes(right)))
            .then_with(|| self.key(left).cmp(&self.key(right)))
    }
}

impl Sorted {
    /// The rows of each year (of UTC), in their order.
    pub(super) fn by_year(&self) -> BTreeMap<i16, Vec<Place>> {
        let mut years = BTreeMap::new();
        let mut current = Year::of(0);
        for &place in &self.rows {
            if !current.holds(place.at) {
                current = Year::of(place.at);
            }
            years.entry(current.number).or_insert_with(Vec::new).push(place);
        }
        years
    }

    pub(super) fn account(place: Place) -> i32 {
        place.account as i32
    }

    pub(super) fn user(place: Place) -> Option<i32> {
        place.user.checked_sub(1).map(|user| user as i32)
    }

    pub(super) fn event(place: Place) -> i32 {
        place.event as i32
    }

    pub(super) fn product(&self, row: &Held) -> Option<i32> {
        (row.product != NONE).then(|| self.products.places[row.product as usize] as i32)
    }
}

/// A calendar year of UTC. Instants outside the years 1 to 9999 belong to the nearest.
struct Year {
    number: i16,
    first: i64,
    /// Exclusive.
    end: i64,
}

impl Year {
    fn of(micros: i64) -> Year {
        let calendar = Calendar::utc();
        let day = calendar.day_of(Instant::from_micros(micros));
        let date = day.date();
        let first = day.plus_days(1 - i32::from(date.day_of_year()));
        let days = i32::from(date.days_in_year());
        let number = date.year();
        Year {
            number,
            first: if number == 1 { i64::MIN } else { calendar.start_of(first).micros() },
            end: if number == 9999 { i64::MAX } else { calendar.start_of(first.plus_days(days)).micros() },
        }
    }

    fn holds(&self, micros: i64) -> bool {
        self.first <= micros && micros < self.end
    }
}
