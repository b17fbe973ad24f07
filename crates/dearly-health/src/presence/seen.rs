//! Events grouped by user, each user's in the order of days.
//!
//! Lists rather than bitmaps over days: a list is what falls out of the sort, it is as long as the user was active, and
//! every window of every wanted day is one walk along it. A bitmap per user and feature of two years is 92 bytes
//! however little they did, and most users use few features on few days.

use std::borrow::Cow;

use dearly_domain::usage::{Usage, UsageRows};
use dearly_domain::{Calendar, Day};

use super::wanted::Epoch;

/// An event of a user, as much of it as windows need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) day: i32,
    pub(super) event: u32,
    /// Or [`UsageRows::NONE`].
    pub(super) product: u32,
}

/// An event that came to the account by a link made on a later day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Late {
    /// Or [`UsageRows::NONE`].
    pub(super) user: u32,
    pub(super) seen: Seen,
    /// The day of the link: as of earlier days the event is not known.
    pub(super) from: i32,
    pub(super) count: u32,
}

/// All events of an account.
pub(super) struct ByUser {
    seen: Vec<Seen>,
    /// Where the events of each user start and end in `seen`.
    spans: Vec<(u32, u32)>,
    /// By user, then day.
    late: Vec<Late>,
    /// Σ of counts by day, ascending, late ones aside.
    per_day: Vec<(i32, u64)>,
    /// The first day with a user, with a product: late ones aside.
    pub(super) first_user_day: Option<i32>,
    pub(super) first_product_day: Option<i32>,
}

/// The columns of rows in the order of their days.
struct InOrder<'a> {
    days: Cow<'a, [Day]>,
    user: Cow<'a, [u32]>,
    event: Cow<'a, [u32]>,
    product: Option<Cow<'a, [u32]>>,
    count: Option<Cow<'a, [u32]>>,
    late: Vec<Late>,
}

impl<'a> InOrder<'a> {
    fn of(usage: &'a Usage, calendar: &Calendar) -> InOrder<'a> {
        let rows = &usage.rows;
        let days = calendar.days_of(rows.at());
        let late: Vec<(usize, Late)> = rows.linked().iter().filter_map(|(place, linked_at)| {
            let place = *place as usize;
            let (from, day) = (calendar.day_of(*linked_at).days(), days[place].days());
            let product = rows.product().map_or(UsageRows::NONE, |product| product[place]);
            let seen = Seen { day, event: rows.event()[place], product };
            let count = rows.count().map_or(1, |count| count[place]);
            // Linked on the day itself is no later than known anyway.
            (from > day).then_some((place, Late { user: rows.user()[place], seen, from, count }))
        }).collect();
        let mut columns = InOrder {
            days: Cow::Owned(days),
            user: Cow::Borrowed(rows.user()),
            event: Cow::Borrowed(rows.event()),
            product: rows.product().map(Cow::Borrowed),
            count: rows.count().map(Cow::Borrowed),
            late: Vec::new(),
        };
        if !late.is_empty() || !columns.days.is_sorted() {
            columns = columns.reordered(&late);
        }
        columns.late = late.into_iter().map(|(_, late)| late).collect();
        columns.late.sort_unstable();
        columns
    }

    /// Without the late rows, in the order of days.
    fn reordered(&self, late: &[(usize, Late)]) -> InOrder<'a> {
        let mut late = late.iter().map(|(place, _)| *place).peekable();
        let mut order: Vec<usize> =
            (0..self.days.len()).filter(|place| late.next_if_eq(place).is_none()).collect();
        order.sort_by_key(|place| self.days[*place]);
        let take = |column: &[u32]| Cow::Owned(order.iter().map(|place| column[*place]).collect());
        InOrder {
            days: order.iter().map(|place| self.days[*place]).collect(),
            user: take(&self.user),
            event: take(&self.event),
            product: self.product.as_ref().map(|column| take(column)),
            count: self.count.as_ref().map(|column| take(column)),
            late: Vec::new(),
        }
    }
}

impl ByUser {
    pub(super) fn of(usage: &Usage, calendar: &Calendar) -> ByUser {
        let InOrder { days, user, event, product, count, late } = InOrder::of(usage, calendar);
        // A counting sort: rows come in the order of days, so each user's do too.
        let mut spans = vec![(0u32, 0u32); usage.users.len()];
        for user in user.iter().filter(|user| **user != UsageRows::NONE) {
            spans[*user as usize].1 += 1;
        }
        let mut total = 0;
        for (start, end) in &mut spans {
            *start = total;
            total += std::mem::replace(end, total);
        }
        let mut seen = vec![Seen { day: 0, event: 0, product: UsageRows::NONE }; total as usize];
        for (row, user) in user.iter().enumerate().filter(|(_, user)| **user != UsageRows::NONE) {
            let (start, end) = &mut spans[*user as usize];
            let product = product.as_ref().map_or(UsageRows::NONE, |product| product[row]);
            let own = Seen { day: days[row].days(), event: event[row], product };
            // The same again on one day is nothing new for any window.
            if *end == *start || seen[*end as usize - 1] != own {
                seen[*end as usize] = own;
                *end += 1;
            }
        }
        let mut per_day: Vec<(i32, u64)> = Vec::new();
        for (row, day) in days.iter().enumerate() {
            let count = count.as_ref().map_or(1, |count| u64::from(count[row]));
            match per_day.last_mut() {
                Some((last, sum)) if *last == day.days() => *sum += count,
                _ => per_day.push((day.days(), count)),
            }
        }
        let first = |column: &[u32]| column.iter().position(|number| *number != UsageRows::NONE);
        ByUser {
            seen,
            spans,
            late,
            per_day,
            first_user_day: first(&user).map(|row| days[row].days()),
            first_product_day: product.as_deref().and_then(first).map(|row| days[row].days()),
        }
    }

    /// Σ of counts by day, ascending, late ones aside.
    pub(super) fn per_day(&self) -> &[(i32, u64)] {
        &self.per_day
    }

    pub(super) fn late(&self) -> &[Late] {
        &self.late
    }

    /// The first day with an event, late ones aside.
    pub(super) fn first_day(&self) -> Option<i32> {
        self.per_day.first().map(|(day, _)| *day)
    }

    fn of_user(&self, user: usize) -> &[Seen] {
        let (start, end) = self.spans[user];
        &self.seen[start as usize..end as usize]
    }

    /// Calls `visit` with each user's events in the order of days, and the days as of which just these are known: once,
    /// or once for the days before each link and once for those after the last.
    pub(super) fn each_user(&self, mut visit: impl FnMut(u32, &[Seen], Epoch)) {
        let mut late = self.late.chunk_by(|a, b| a.user == b.user).peekable();
        for user in 0..self.spans.len() {
            match late.next_if(|late| late[0].user as usize == user) {
                None => {
                    let own = self.of_user(user);
                    if !own.is_empty() {
                        visit(user as u32, own, Epoch::ALWAYS);
                    }
                }
                Some(late) => {
                    for epoch in epochs(late.iter().map(|late| late.from)) {
                        let own = self.known_in(user, late, epoch);
                        visit(user as u32, &own, epoch);
                    }
                }
            }
        }
    }

    /// The user's events that are known as of the days of an epoch.
    fn known_in(&self, user: usize, late: &[Late], epoch: Epoch) -> Vec<Seen> {
        let known = late.iter().filter(|late| late.from <= epoch.from).map(|late| late.seen);
        let mut own: Vec<Seen> = self.of_user(user).iter().copied().chain(known).collect();
        own.sort_by_key(|seen| seen.day);
        own
    }
}

/// The epochs that links on the days part: the one before any, and one from each on.
pub(super) fn epochs(links: impl Iterator<Item = i32>) -> Vec<Epoch> {
    let mut from: Vec<i32> = std::iter::once(i32::MIN).chain(links).collect();
    from.sort_unstable();
    from.dedup();
    let until = from[1..].iter().map(|from| from - 1).chain([i32::MAX]);
    from.iter().zip(until).map(|(from, until)| Epoch { from: *from, until }).collect()
}
