//! Months, by which the lake is cut.

use std::fmt;

use dearly_domain::{Calendar, Day, Instant};

/// A calendar month of UTC. Instants outside the years 1 to 9999 belong to the nearest month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// How the folder of a month begins, as Hive and all that read its layout have it.
const PREFIX: &str = "month=";

impl Month {
    const FIRST: Month = Month { year: 1, month: 1 };
    const LAST: Month = Month { year: 9999, month: 12 };

    /// The month of an instant.
    pub fn of(at: Instant) -> Month {
        let date = Calendar::utc().day_of(at).date();
        Month { year: date.year(), month: date.month() }.clamp(Month::FIRST, Month::LAST)
    }

    /// The month named `2026-11`.
    pub fn named(name: &str) -> Option<Month> {
        let (year, month) = name.split_once('-')?;
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (year >= 1 && (1..=12).contains(&month)).then_some(Month { year, month })
    }

    /// The month so many months later, or earlier where negative.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Month {
        let number = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        let year = number.div_euclid(12);
        if year < 1 {
            return Month::FIRST;
        }
        if year > 9999 {
            return Month::LAST;
        }
        Month { year: year as i16, month: number.rem_euclid(12) as i8 + 1 }
    }

    /// The first instant that belongs to the month.
    pub fn start(self) -> Instant {
        if self == Month::FIRST {
            return Instant::from_micros(i64::MIN);
        }
        let day = format!("{self}-01").parse::<Day>().expect("every month has a first day");
        Calendar::utc().start_of(day)
    }

    /// The first instant after the month; of the last month the last instant there is.
    pub fn end(self) -> Instant {
        if self == Month::LAST { Instant::from_micros(i64::MAX) } else { self.plus_months(1).start() }
    }

    /// Whether the instant belongs to the month.
    pub fn holds(self, at: Instant) -> bool {
        self.start() <= at && (at < self.end() || self == Month::LAST)
    }

    /// The name of its folder: `month=2026-11`.
    pub(crate) fn folder(self) -> String {
        format!("{PREFIX}{self}")
    }

    /// The month whose folder has this name.
    pub(crate) fn of_folder(name: &str) -> Option<Month> {
        Month::named(name.strip_prefix(PREFIX)?)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_utc() {
        for (at, expected) in [
            ("2025-12-31T23:59:59.999999Z", "2025-12"),
            ("2026-01-01T00:00:00Z", "2026-01"),
            ("2024-02-29T12:00:00+14:00", "2024-02"),
            ("2024-03-01T00:00:00+01:00", "2024-02"),
        ] {
            let at: Instant = at.parse().unwrap();
            let month = Month::of(at);
            assert_eq!(month.to_string(), expected);
            assert_eq!(Month::named(expected), Some(month));
            assert!(month.holds(at) && month.start() <= at && at < month.end());
            assert!(!month.plus_months(1).holds(at) && !month.plus_months(-1).holds(at));
        }
    }

    #[test]
    fn every_instant_has_a_month() {
        let (first, last) = (Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX));
        assert_eq!((Month::of(first), Month::of(last)), (Month::FIRST, Month::LAST));
        assert!(Month::FIRST.holds(first) && Month::LAST.holds(last));
    }

    #[test]
    fn months_are_counted_across_years() {
        let november = Month::named("2026-11").unwrap();
        for (months, expected) in [(0, "2026-11"), (2, "2027-01"), (-11, "2025-12"), (-24, "2024-11")] {
            assert_eq!(november.plus_months(months).to_string(), expected);
        }
        assert_eq!(november.plus_months(-100_000), Month::FIRST);
    }

    #[test]
    fn other_names_are_no_months() {
        for name in ["", "2026", "2026-13", "2026-00", "0000-01", "2026-1", "26-01", "2026-01-01", "+026-01"]
        {
            assert_eq!(Month::named(name), None, "{name}");
        }
        assert_eq!(Month::of_folder("month=2026-01"), Month::named("2026-01"));
        assert_eq!(Month::of_folder("2026-01"), None);
    }
}
