//! The days that are asked for, and counts on each of them.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use dearly_domain::Day;

/// Above this many days, places are searched for rather than looked up.
const LONGEST_TABLE: i64 = 40_000;

/// The days that are asked for, and which of them the windows of a measure reach from any day: made once for all accounts.
pub struct WantedDays {
    /// Ascending and distinct.
    days: Arc<[i32]>,
    /// By window, as they were asked for; with a table from the second account on.
    reaches: Mutex<Vec<Arc<Reaches>>>,
}

impl WantedDays {
    /// The days, in any order.
    pub fn new(days: &[Day]) -> WantedDays {
        let mut days: Vec<i32> = days.iter().map(|day| day.days()).collect();
        days.sort_unstable();
        days.dedup();
        WantedDays { days: days.into(), reaches: Mutex::default() }
    }

    /// The days, ascending and distinct.
    pub fn days(&self) -> impl ExactSizeIterator<Item = Day> + '_ {
        self.days.iter().map(|day| Day::from_days(*day))
    }

    /// The place of a wanted day.
    pub(crate) fn place_of(&self, day: Day) -> Option<usize> {
        self.days.binary_search(&day.days()).ok()
    }

    pub(super) fn len(&self) -> usize {
        self.days.len()
    }

    /// What each day reaches through the window, to be asked of so many days. A table pays off for many of them, or when the next
    /// account asks: days that only one account is asked for are mostly few.
    pub(super) fn reaches(&self, window: Window, n_days: usize) -> Arc<Reaches> {
        let mut known = self.reaches.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|known| known.window == window);
        let is_first = place.is_none() && n_days < self.days.len();
        match place {
            Some(place) if !known[place].is_first => {}
            Some(place) => known[place] = Arc::new(Reaches::new(&self.days, window, false)),
            None => known.push(Arc::new(Reaches::new(&self.days, window, is_first))),
        }
        Arc::clone(&known[place.unwrap_or(known.len() - 1)])
    }

    /// The places of the wanted days of an epoch.
    #[inline]
    pub(super) fn of(&self, epoch: Epoch) -> Places {
        if epoch == Epoch::ALWAYS {
            return Places { from: 0, until: self.len() as u32 };
        }
        let (from, until) = (i64::from(epoch.from), i64::from(epoch.until));
        Places { from: place(&self.days, from), until: place(&self.days, until + 1) }
    }
}

/// The place of the first wanted day that is not before the day; the number of days where there is none.
fn place(days: &[i32], day: i64) -> u32 {
    days.partition_point(|wanted| i64::from(*wanted) < day) as u32
}

/// Wanted days that follow one another, by their places; `until` is the first after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) from: u32,
    pub(super) until: u32,
}

impl Places {
    const NONE: Places = Places { from: 0, until: 0 };

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.from >= self.until
    }
}

/// For each day, the wanted days whose window holds it. With the day, neither end goes down.
pub(super) struct Reaches {
    window: Window,
    days: Arc<[i32]>,
    /// The first day whose places are in the table.
    first: i32,
    /// Empty where it were too long, and where few days are asked for the first time.
    table: Vec<Places>,
    is_first: bool,
}

impl Reaches {
    fn new(days: &Arc<[i32]>, window: Window, is_first: bool) -> Reaches {
        let mut reaches = Reaches { window, days: Arc::clone(days), first: 0, table: Vec::new(), is_first };
        let (Some(first), Some(last), false) = (days.first(), days.last(), is_first) else { return reaches };
        let (back, within) = (i64::from(window.back), i64::from(window.within));
        // Days before these reach no wanted day any more, days after them none yet.
        let first = i64::from(*first) - back - within + 1;
        let n_days = i64::from(*last) - back - first + 1;
        if let (Ok(from), 0..=LONGEST_TABLE) = (i32::try_from(first), n_days) {
            reaches.first = from;
            let mut places = Places::NONE;
            reaches.table.extend((first..first + n_days).map(|day| {
                let passed = |place: u32, until: i64| {
                    days[place as usize..].iter().take_while(|wanted| i64::from(**wanted) < until).count()
                };
                places.from += passed(places.from, day + back) as u32;
                places.until += passed(places.until, day + back + within) as u32;
                places
            }));
        }
        reaches
    }

    #[inline]
    pub(super) fn of(&self, day: i32) -> Places {
        let after = i64::from(day) - i64::from(self.first);
        match self.table.get(after as usize) {
            Some(places) => *places,
            None => self.search(i64::from(day)),
        }
    }

    fn search(&self, day: i64) -> Places {
        let from = day + i64::from(self.window.back);
        let until = from + i64::from(self.window.within);
        Places { from: place(&self.days, from), until: place(&self.days, until) }
    }
}

/// Days as of which some rows are known, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epoch {
    pub(super) from: i32,
    pub(super) until: i32,
}

impl Epoch {
    pub(super) const ALWAYS: Epoch = Epoch { from: i32::MIN, until: i32::MAX };
}

/// Rows of a count on each wanted day, gathered as differences between one day and the next.
pub(super) struct Counts {
    n_days: usize,
    /// Row by row, each with the day after the last; they wrap around below zero, and their sums do not.
    differences: Vec<u64>,
}

impl Counts {
    pub(super) fn new(wanted: &WantedDays, n_rows: usize) -> Counts {
        Counts { n_days: wanted.len(), differences: vec![0; n_rows * (wanted.len() + 1)] }
    }

    #[inline]
    pub(super) fn row(&mut self, row: usize) -> Row<'_> {
        let n_columns = self.n_days + 1;
        Row(&mut self.differences[row * n_columns..(row + 1) * n_columns])
    }

    /// Makes one row the same as another.
    pub(super) fn copy(&mut self, from: usize, to: usize) {
        let n_columns = self.n_days + 1;
        self.differences.copy_within(from * n_columns..(from + 1) * n_columns, to * n_columns);
    }

    pub(super) fn finish(self) -> Answer {
        let Counts { n_days, differences: mut counts } = self;
        for row in counts.chunks_exact_mut(n_days + 1) {
            let mut sum = 0u64;
            for count in row {
                sum = sum.wrapping_add(*count);
                *count = sum;
            }
        }
        Answer { n_days, counts: counts.into() }
    }
}

/// One of the rows.
pub(super) struct Row<'c>(&'c mut [u64]);

impl Row<'_> {
    /// Adds to every wanted day of the places that is also among those known.
    #[inline]
    pub(super) fn add(&mut self, places: Places, known: Places, count: u64) {
        let (from, until) = (places.from.max(known.from), places.until.min(known.until));
        if from < until {
            let (from, until) = (from as usize, until as usize);
            self.0[from] = self.0[from].wrapping_add(count);
            self.0[until] = self.0[until].wrapping_sub(count);
        }
    }
}

/// A count per wanted day, in their order; of several things, where several were asked for.
#[derive(Clone, Debug)]
pub struct Answer {
    n_days: usize,
    counts: Rc<[u64]>,
}

impl Answer {
    /// The counts of the thing at a place.
    #[inline]
    pub fn of(&self, place: usize) -> &[u64] {
        &self.counts[place * (self.n_days + 1)..][..self.n_days]
    }
}

/// The counts of the only thing.
impl Deref for Answer {
    type Target = [u64];

    #[inline]
    fn deref(&self) -> &[u64] {
        self.of(0)
    }
}

/// The window of so many days that ends `back` days before the day that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) within: i32,
    pub(crate) back: i32,
}

impl Window {
    /// The window that ends with the day itself.
    pub(crate) fn of(within: i32) -> Window {
        Window { within, back: 0 }
    }
}

/// Wanted days on which a user counts, as far as they hang together: gathered until there is a gap, then counted at once.
#[derive(Clone, Copy)]
pub(super) struct Stretch(Places);

impl Stretch {
    pub(super) const NONE: Stretch = Stretch(Places::NONE);

    /// Adds places, neither end before those of the call before; what was gathered before a gap, which is to be counted now.
    #[inline]
    pub(super) fn add(&mut self, places: Places) -> Option<Places> {
        if places.from > self.0.until {
            return Some(std::mem::replace(&mut self.0, places));
        }
        self.0.until = places.until;
        None
    }

    /// Whether there is anything to be counted.
    #[inline]
    pub(super) fn is_begun(&self) -> bool {
        !self.0.is_empty()
    }

    /// What was gathered last; nothing is, then.
    #[inline]
    pub(super) fn take(&mut self) -> Places {
        std::mem::replace(&mut self.0, Places::NONE)
    }
}

/// Counts a user on every wanted day whose window holds at least `at_least` of their `days`, which ascend without
/// doubles: of any so many neighbours, from when the window reaches the last until it leaves the first.
pub(super) fn count_user(
    counts: &mut Counts,
    row: usize,
    days: &[i32],
    at_least: usize,
    reaches: &Reaches,
    known: Places,
) {
    let mut stretch = Stretch::NONE;
    for (last, first) in days.iter().skip(at_least - 1).zip(days) {
        let places = Places { from: reaches.of(*last).from, until: reaches.of(*first).until };
        if places.is_empty() {
            continue;
        }
        if let Some(done) = stretch.add(places) {
            counts.row(row).add(done, known, 1);
        }
    }
    counts.row(row).add(stretch.take(), known, 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By definition, day by day.
    fn plainly(wanted: &[i32], days: &[i32], at_least: usize, window: Window, epoch: Epoch) -> Vec<u64> {
        let holds = |day: i32| {
            let end = day - window.back;
            let within = days.iter().filter(|own| end - window.within < **own && **own <= end).count();
            epoch.from <= day && day <= epoch.until && within >= at_least
        };
        wanted.iter().map(|day| u64::from(holds(*day))).collect()
    }

    #[test]
    fn a_user_counts_where_the_window_holds_enough_days() {
        let all: Vec<i32> = (-10..60).collect();
        let far = vec![-500_000, 3, 29, 31, 400_000];
        for wanted in [all, far, vec![7], vec![]] {
            for days in [&[][..], &[0], &[0, 1, 2, 20], &[0, 27, 28, 29], &[5, 6, 30, 31, 32, 33, 59]] {
                for at_least in 1..=4 {
                    for window in [(1, 0), (28, 0), (7, 7), (28, 364), (0, 0)] {
                        let window = Window { within: window.0, back: window.1 };
                        for epoch in [Epoch::ALWAYS, Epoch { from: 10, until: 30 }] {
                            let own: Vec<Day> = wanted.iter().map(|day| Day::from_days(*day)).collect();
                            let places = WantedDays::new(&own);
                            let mut counts = Counts::new(&places, 1);
                            let n_asked = if epoch == Epoch::ALWAYS { 0 } else { 1_000_000 };
                            let reaches = places.reaches(window, n_asked);
                            count_user(&mut counts, 0, days, at_least, &reaches, places.of(epoch));
                            let expected = plainly(&wanted, days, at_least, window, epoch);
                            assert_eq!(
                                counts.finish()[..],
                                expected,
                                "{days:?} {at_least} {window:?} {epoch:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}
