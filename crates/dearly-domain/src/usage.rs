//! Use of the product by one account: its events as columns of numbers, with dictionaries of their texts.

use crate::texts::Texts;
use crate::time::{Calendar, Day, Instant};

/// The events of one account, with dictionaries of their texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Telemetry ids.
    pub users: Texts,
    /// Names of events.
    pub events: Texts,
    /// Names of products.
    pub products: Texts,
    /// The events, in any order; what reads them is fastest where they ascend in time.
    pub rows: UsageRows,
}

/// One event; the numbers index the dictionaries of its [`Usage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsageRow {
    /// When.
    pub at: Instant,
    /// By whom.
    pub user: Option<u32>,
    /// What.
    pub event: u32,
    /// In which product.
    pub product: Option<u32>,
    /// How many times.
    pub count: u32,
    /// The instant of the link by which it came to the account, where that was made after it happened: it counts as of
    /// the day of the link and later ones, and lies in windows on its own day (rules.md 5).
    pub linked_at: Option<Instant>,
}

impl UsageRow {
    /// The day from which on it is known: its own, or that of a later link.
    pub fn known_from(&self, calendar: &Calendar) -> Day {
        calendar.day_of(self.linked_at.map_or(self.at, |linked_at| linked_at.max(self.at)))
    }
}

/// Rows as columns, 16 bytes each where they name no product and count once: an account may have millions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageRows {
    at: Vec<Instant>,
    user: Vec<u32>,
    event: Vec<u32>,
    /// Empty as long as no row names a product.
    product: Vec<u32>,
    /// Empty as long as every row counts once.
    count: Vec<u32>,
    /// Of the few that were linked later: their places, ascending, and the instants of the links.
    linked: Vec<(u32, Instant)>,
}

impl UsageRows {
    /// Stands for no user, and for no product, in the columns.
    pub const NONE: u32 = u32::MAX;

    /// No rows yet, with room for so many.
    pub fn with_capacity(rows: usize) -> UsageRows {
        UsageRows {
            at: Vec::with_capacity(rows),
            user: Vec::with_capacity(rows),
            event: Vec::with_capacity(rows),
            ..UsageRows::default()
        }
    }

    /// Rows from whole columns. Users and products are [`UsageRows::NONE`] where there is none; products and counts may
    /// be left out altogether.
    ///
    /// # Panics
    /// Where columns differ in length.
    pub fn from_columns(
        at: Vec<Instant>,
        user: Vec<u32>,
        event: Vec<u32>,
        mut product: Vec<u32>,
        mut count: Vec<u32>,
        linked: Vec<(u32, Instant)>,
    ) -> UsageRows {
        if product.iter().all(|product| *product == Self::NONE) {
            product = Vec::new();
        }
        if count.iter().all(|count| *count == 1) {
            count = Vec::new();
        }
        let fits = |column: &[u32]| column.is_empty() || column.len() == at.len();
        assert!(user.len() == at.len() && event.len() == at.len(), "columns differ in length");
        assert!(fits(&product) && fits(&count), "columns differ in length");
        UsageRows { at, user, event, product, count, linked }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, row: UsageRow) {
        let place = self.at.len();
        self.at.push(row.at);
        self.user.push(row.user.unwrap_or(Self::NONE));
        self.event.push(row.event);
        if row.product.is_some() && self.product.is_empty() {
            self.product.resize(place, Self::NONE);
            self.product.push(row.product.unwrap_or(Self::NONE));
        } else if !self.product.is_empty() {
            self.product.push(row.product.unwrap_or(Self::NONE));
        }
        if row.count != 1 && self.count.is_empty() {
            self.count.resize(place, 1);
            self.count.push(row.count);
        } else if !self.count.is_empty() {
            self.count.push(row.count);
        }
        if let Some(linked_at) = row.linked_at {
            self.linked.push((place as u32, linked_at));
        }
    }

    /// The row at a place.
    ///
    /// # Panics
    /// Where there is none.
    pub fn get(&self, place: usize) -> UsageRow {
        let linked = self.linked.binary_search_by_key(&(place as u32), |(linked, _)| *linked);
        UsageRow { linked_at: linked.ok().map(|found| self.linked[found].1), ..self.unlinked(place) }
    }

    fn unlinked(&self, place: usize) -> UsageRow {
        let some = |number: u32| (number != Self::NONE).then_some(number);
        UsageRow {
            at: self.at[place],
            user: some(self.user[place]),
            event: self.event[place],
            product: self.product.get(place).copied().and_then(some),
            count: self.count.get(place).copied().unwrap_or(1),
            linked_at: None,
        }
    }

    /// The rows, one by one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = UsageRow> + '_ {
        let mut linked = self.linked.iter().peekable();
        (0..self.len()).map(move |place| UsageRow {
            linked_at: linked.next_if(|(at, _)| *at as usize == place).map(|(_, linked_at)| *linked_at),
            ..self.unlinked(place)
        })
    }

    /// When each row happened.
    pub fn at(&self) -> &[Instant] {
        &self.at
    }

    /// The user of each row, or [`UsageRows::NONE`].
    pub fn user(&self) -> &[u32] {
        &self.user
    }

    /// The event of each row.
    pub fn event(&self) -> &[u32] {
        &self.event
    }

    /// The product of each row, or [`UsageRows::NONE`]; `None` where no row names one.
    pub fn product(&self) -> Option<&[u32]> {
        (!self.product.is_empty()).then_some(&self.product)
    }

    /// How many times each row counts; `None` where each counts once.
    pub fn count(&self) -> Option<&[u32]> {
        (!self.count.is_empty()).then_some(&self.count)
    }

    /// The places of rows that were linked later, ascending, with the instants of the links.
    pub fn linked(&self) -> &[(u32, Instant)] {
        &self.linked
    }
}

impl Extend<UsageRow> for UsageRows {
    fn extend<T: IntoIterator<Item = UsageRow>>(&mut self, rows: T) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

impl FromIterator<UsageRow> for UsageRows {
    fn from_iter<T: IntoIterator<Item = UsageRow>>(rows: T) -> UsageRows {
        let mut gathered = UsageRows::default();
        gathered.extend(rows);
        gathered
    }
}

impl From<Vec<UsageRow>> for UsageRows {
    fn from(rows: Vec<UsageRow>) -> UsageRows {
        rows.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_as_they_went_in() {
        let row = |micros, user, product, count, linked: Option<i64>| UsageRow {
            at: Instant::from_micros(micros),
            user,
            event: 7,
            product,
            count,
            linked_at: linked.map(Instant::from_micros),
        };
        let rows = [
            row(5, Some(0), None, 1, None),
            row(3, None, None, 1, Some(9)),
            row(4, Some(2), Some(1), 1, None),
            row(4, Some(2), None, 0, Some(4)),
            row(6, None, Some(0), 3, None),
        ];
        for end in 0..=rows.len() {
            let columns = UsageRows::from(rows[..end].to_vec());
            assert_eq!((columns.len(), columns.is_empty()), (end, end == 0));
            let whole = UsageRows::from_columns(
                rows[..end].iter().map(|row| row.at).collect(),
                rows[..end].iter().map(|row| row.user.unwrap_or(UsageRows::NONE)).collect(),
                rows[..end].iter().map(|row| row.event).collect(),
                rows[..end].iter().map(|row| row.product.unwrap_or(UsageRows::NONE)).collect(),
                rows[..end].iter().map(|row| row.count).collect(),
                columns.linked().to_vec(),
            );
            assert_eq!(whole, columns);
            assert_eq!(columns.iter().collect::<Vec<_>>(), rows[..end]);
            assert_eq!((0..end).map(|place| columns.get(place)).collect::<Vec<_>>(), rows[..end]);
            assert_eq!(columns.product().is_some(), end > 2);
            assert_eq!(columns.count().is_some(), end > 3);
        }
    }
}
