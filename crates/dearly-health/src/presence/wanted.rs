//! The days that are asked for, and counts on each of them.

use std::rc::Rc;

/// Above this many days from the first wanted day to the last, places are searched for rather than looked up.
const LONGEST_TABLE: i64 = 20_000;

/// Wanted days, ascending and distinct.
pub(super) struct Wanted {
    days: Vec<i32>,
    /// For each day from the first wanted one to the day after the last, the place of the first wanted day that is not
    /// before it; empty where that were too long.
    places: Vec<u32>,
}

impl Wanted {
    pub(super) fn new(days: Vec<i32>) -> Wanted {
        let (first, last) = (days.first().copied().unwrap_or(0), days.last().copied().unwrap_or(0));
        let mut places = Vec::new();
        let span = i64::from(last) - i64::from(first);
        if span <= LONGEST_TABLE {
            places.reserve(span as usize + 2);
            for (place, day) in days.iter().enumerate() {
                places.resize((day - first) as usize + 1, place as u32);
            }
            places.push(days.len() as u32);
        }
        Wanted { days, places }
    }

    pub(super) fn len(&self) -> usize {
        self.days.len()
    }

    /// The place of the first wanted day that is not before the day; `len` where there is none.
    #[inline]
    fn place(&self, day: i64) -> usize {
        if self.places.is_empty() {
            return self.days.partition_point(|wanted| i64::from(*wanted) < day);
        }
        let after = day - self.days.first().map_or(0, |first| i64::from(*first));
        self.places[after.clamp(0, self.places.len() as i64 - 1) as usize] as usize
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

/// A count on each wanted day, gathered as differences between one and the next.
pub(super) struct Counts<'w> {
    wanted: &'w Wanted,
    differences: Vec<i64>,
}

impl<'w> Counts<'w> {
    pub(super) fn new(wanted: &'w Wanted) -> Counts<'w> {
        Counts { wanted, differences: vec![0; wanted.len() + 1] }
    }

    /// Adds to every wanted day from `from` to `until`, both included, as far as the epoch reaches.
    #[inline]
    pub(super) fn add(&mut self, from: i64, until: i64, epoch: Epoch, count: i64) {
        let (from, until) = (from.max(i64::from(epoch.from)), until.min(i64::from(epoch.until)));
        if from <= until {
            self.differences[self.wanted.place(from)] += count;
            self.differences[self.wanted.place(until + 1)] -= count;
        }
    }

    pub(super) fn finish(self) -> Rc<[u64]> {
        let mut sum = 0;
        let days = &self.differences[..self.wanted.len()];
        days.iter()
            .map(|difference| {
                sum += difference;
                sum as u64
            })
            .collect()
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

    /// The first and the last of the days whose window holds the day.
    #[inline]
    pub(super) fn seen_from(self, day: i32) -> (i64, i64) {
        let first = i64::from(day) + i64::from(self.back);
        (first, first + i64::from(self.within) - 1)
    }
}

/// Days on which a user counts, as far as they hang together: gathered until there is a gap, then counted at once.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    from: i64,
    until: i64,
}

impl Stretch {
    pub(super) const NONE: Stretch = Stretch { from: 0, until: i64::MIN / 2 };

    /// Adds the days from `from` to `until`, neither before those of the call before.
    #[inline]
    pub(super) fn add(&mut self, counts: &mut Counts<'_>, (from, until): (i64, i64), epoch: Epoch) {
        if from > self.until + 1 {
            self.end(counts, epoch);
            self.from = from;
        }
        self.until = until;
    }

    /// Whether there is anything to be counted.
    #[inline]
    pub(super) fn is_begun(&self) -> bool {
        self.from <= self.until
    }

    /// Counts what was gathered.
    #[inline]
    pub(super) fn end(&mut self, counts: &mut Counts<'_>, epoch: Epoch) {
        if self.is_begun() {
            counts.add(self.from, self.until, epoch, 1);
        }
        *self = Stretch::NONE;
    }
}

/// Counts a user on every wanted day whose window holds at least `at_least` of their `days`, which ascend without
/// doubles: of any so many neighbours, from when the window reaches the last until it leaves the first.
pub(super) fn count_user(
    counts: &mut Counts<'_>,
    days: &[i32],
    at_least: usize,
    window: Window,
    epoch: Epoch,
) {
    let mut stretch = Stretch::NONE;
    for (last, first) in days.iter().skip(at_least - 1).zip(days) {
        let (from, until) = (window.seen_from(*last).0, window.seen_from(*first).1);
        if from <= until {
            stretch.add(counts, (from, until), epoch);
        }
    }
    stretch.end(counts, epoch);
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
                            let places = Wanted::new(wanted.clone());
                            let mut counts = Counts::new(&places);
                            count_user(&mut counts, days, at_least, window, epoch);
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
