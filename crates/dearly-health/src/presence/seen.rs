//! Events grouped by user, each user's in the order of days.
//!
//! Lists rather than bitmaps over days: a list is what falls out of the sort, it is as long as the user was active, and
//! every window of every wanted day is one walk along it. A bitmap per user and feature of two years is 92 bytes
//! however little they did, and most users use few features on few days.

use std::borrow::Cow;
use std::collections::HashMap;

use dearly_domain::usage::{Usage, UsageRows};
use dearly_domain::{Calendar, Day};

use super::wanted::Epoch;

/// An event of a user, as much of it as windows need. Eight bytes: an account may have millions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) day: i32,
    /// Which event in which product: its number among [`Kinds`].
    pub(super) kind: u32,
}

/// The pairs of event and product that there are, numbered.
pub(super) enum Kinds {
    /// No product is named: a kind is its event.
    Events(u32),
    /// Any pair there could be: event by event, each with no product first, then with every product.
    All { events: u32, products: u32 },
    /// Those that there are, where all that there could be are too many to number.
    Listed(HashMap<(u32, u32), u32>),
}

impl Kinds {
    fn of(usage: &Usage) -> Kinds {
        let (events, products) = (usage.events.len() as u32, usage.products.len() as u32);
        match (usage.rows.product(), events.checked_mul(products.saturating_add(1))) {
            (None, _) => Kinds::Events(events),
            (Some(_), Some(_)) => Kinds::All { events, products },
            (Some(product), None) => {
                let mut kinds = HashMap::new();
                for pair in usage.rows.event().iter().copied().zip(product.iter().copied()) {
                    let next = kinds.len() as u32;
                    kinds.entry(pair).or_insert(next);
                }
                Kinds::Listed(kinds)
            }
        }
    }

    /// The number of an event in a product, or in [`UsageRows::NONE`].
    #[inline]
    fn number(&self, event: u32, product: u32) -> u32 {
        match self {
            Kinds::Events(_) => event,
            // No product is the largest number there is: one more is zero.
            Kinds::All { products, .. } => event * (products + 1) + product.wrapping_add(1),
            Kinds::Listed(kinds) => kinds[&(event, product)],
        }
    }

    /// What `f` says of each kind's event and product, by number.
    pub(super) fn map<T: Clone>(&self, absent: T, f: impl Fn(u32, Option<u32>) -> T) -> Vec<T> {
        match self {
            Kinds::Events(events) => (0..*events).map(|event| f(event, None)).collect(),
            Kinds::All { events, products } => (0..*events)
                .flat_map(|event| {
                    std::iter::once((event, None))
                        .chain((0..*products).map(move |product| (event, Some(product))))
                })
                .map(|(event, product)| f(event, product))
                .collect(),
            Kinds::Listed(kinds) => {
                let mut told = vec![absent; kinds.len()];
                for ((event, product), number) in kinds {
                    told[*number as usize] = f(*event, (*product != UsageRows::NONE).then_some(*product));
                }
                told
            }
        }
    }
}

/// An event that came to the account by a link made on a later day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Late {
    /// Or [`UsageRows::NONE`].
    pub(super) user: u32,
    pub(super) seen: Seen,
    pub(super) has_product: bool,
    /// The day of the link: as of earlier days the event is not known.
    pub(super) from: i32,
    pub(super) count: u32,
}

/// All events of an account.
pub(super) struct ByUser {
    pub(super) kinds: Kinds,
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
    fn of(usage: &'a Usage, calendar: &Calendar, kinds: &Kinds) -> InOrder<'a> {
        let rows = &usage.rows;
        let days = calendar.days_of(rows.at());
        let late: Vec<(usize, Late)> = rows
            .linked()
            .iter()
            .filter_map(|(place, linked_at)| {
                let place = *place as usize;
                let (from, day) = (calendar.day_of(*linked_at).days(), days[place].days());
                let product = rows.product().map_or(UsageRows::NONE, |product| product[place]);
                let seen = Seen { day, kind: kinds.number(rows.event()[place], product) };
                let count = rows.count().map_or(1, |count| count[place]);
                let late = Late {
                    user: rows.user()[place],
                    seen,
                    has_product: product != UsageRows::NONE,
                    from,
                    count,
                };
                // Linked on the day itself is no later than known anyway.
                (from > day).then_some((place, late))
            })
            .collect();
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
        let kinds = Kinds::of(usage);
        let InOrder { days, user, event, product, count, late } = InOrder::of(usage, calendar, &kinds);
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
        let mut seen = vec![Seen { day: 0, kind: 0 }; total as usize];
        let mut see = |user: u32, own: Seen| {
            if user == UsageRows::NONE {
                return;
            }
            let (start, end) = &mut spans[user as usize];
            // The same again on one day is nothing new for any window.
            if *end == *start || seen[*end as usize - 1] != own {
                seen[*end as usize] = own;
                *end += 1;
            }
        };
        let rows = user.iter().zip(days.iter()).zip(event.iter());
        match &product {
            None => rows.for_each(|((user, day), event)| see(*user, Seen { day: day.days(), kind: *event })),
            Some(product) => rows.zip(product.iter()).for_each(|(((user, day), event), product)| {
                see(*user, Seen { day: day.days(), kind: kinds.number(*event, *product) });
            }),
        }
        let span = days
            .first()
            .zip(days.last())
            .map_or(0, |(first, last)| (last.days() - first.days()) as usize + 1);
        let mut per_day: Vec<(i32, u64)> = Vec::with_capacity(span.min(days.len()));
        for (row, day) in days.iter().enumerate() {
            let count = count.as_ref().map_or(1, |count| u64::from(count[row]));
            match per_day.last_mut() {
                Some((last, sum)) if *last == day.days() => *sum += count,
                _ => per_day.push((day.days(), count)),
            }
        }
        let first = |column: &[u32]| column.iter().position(|number| *number != UsageRows::NONE);
        ByUser {
            kinds,
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

    /// How many events name a user, doubles of a day aside.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
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
