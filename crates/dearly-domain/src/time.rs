//! Days, instants and the calendar that turns one into the other.

use std::fmt;
use std::ops::Sub;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day, counted in days since 1970-01-01. *As of* a day means its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text that is not the date or the instant it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct TimeError {
    /// The text as it stood.
    pub text: String,
    /// What was expected, with an example.
    pub expected: &'static str,
}

const EXPECTED_DAY: &str = "a date like 2026-11-22";
const EXPECTED_INSTANT: &str = "an instant like 2026-11-22T09:30:00Z";
const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Day {
    /// Before every day that a book can hold.
    pub const MIN: Day = Day(-719_162);
    /// After every day that a book can hold.
    pub const MAX: Day = Day(2_932_896);

    /// The day with this count of days since 1970-01-01, clamped to years 1 to 9999.
    #[inline]
    pub fn from_days(days: i32) -> Day {
        Day(days.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Days since 1970-01-01.
    #[inline]
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day `days` later; negative counts go back. Clamped to years 1 to 9999.
    pub fn plus_days(self, days: i32) -> Day {
        Day::from_days(self.0.saturating_add(days))
    }

    /// The same day of the month `months` later, or the last of a shorter month.
    pub fn plus_months(self, months: i32) -> Day {
        self.date().checked_add(Span::new().months(months)).map_or(Day::MAX, Day::from)
    }

    /// Full months from `start` to this day; negative before `start`.
    pub fn months_since(self, start: Day) -> i32 {
        let (a, b) = (start.date(), self.date());
        let guess =
            (i32::from(b.year()) - i32::from(a.year())) * 12 + i32::from(b.month()) - i32::from(a.month());
        if start.plus_months(guess) > self { guess - 1 } else { guess }
    }

    /// The calendar date.
    pub fn date(self) -> Date {
        // Years here begin in March, so that the day that some have comes last; 400 of them have always 146,097 days.
        // Scoring asks for months all the time, and this is many times as fast as adding a span.
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i32::from(month <= 2);
        Date::new(year as i16, month as i8, day as i8).expect("clamped to years that there are")
    }

    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> i8 {
        // The first day of 1970 was a Thursday.
        (self.0 + 3).rem_euclid(7) as i8 + 1
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Day {
        // As in `Day::date`, the other way round.
        let (month, day) = (i32::from(date.month()), i32::from(date.day()));
        let year = i32::from(date.year()) - i32::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let from_march = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        let of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + of_year;
        Day::from_days(era * 146_097 + of_era - 719_468)
    }
}

/// The count of days from the right one to the left one.
impl Sub for Day {
    type Output = i32;
    fn sub(self, other: Day) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date(), f)
    }
}

impl FromStr for Day {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Day, TimeError> {
        let error = || TimeError { text: text.chars().take(40).collect(), expected: EXPECTED_DAY };
        let shape = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        if !shape {
            return Err(error());
        }
        text.parse::<Date>().map(Day::from).map_err(|_| error())
    }
}

impl Instant {
    /// The instant with this count of microseconds since the epoch.
    #[inline]
    pub const fn from_micros(micros: i64) -> Instant {
        Instant(micros)
    }

    /// Microseconds since the epoch.
    #[inline]
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The present, for the edges only: the core is handed its time.
    pub fn now() -> Instant {
        Instant(Timestamp::now().as_microsecond())
    }

    /// Reads RFC 3339; a bare instant (no offset) is UTC, and a bare date is its midnight in UTC.
    /// The flag says whether the offset was missing.
    pub fn parse(text: &str) -> Result<(Instant, bool), TimeError> {
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Ok((Instant(stamp.as_microsecond()), false));
        }
        if let Ok(day) = text.parse::<Day>() {
            return Ok((Instant(i64::from(day.0) * MICROS_PER_DAY), true));
        }
        let error = || TimeError { text: text.chars().take(40).collect(), expected: EXPECTED_INSTANT };
        let bare: DateTime = text.parse().map_err(|_| error())?;
        let stamp = bare.to_zoned(TimeZone::UTC).map_err(|_| error())?.timestamp();
        Ok((Instant(stamp.as_microsecond()), true))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX);
        fmt::Display::fmt(&stamp, f)
    }
}

impl FromStr for Instant {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Instant, TimeError> {
        Instant::parse(text).map(|(instant, _)| instant)
    }
}

/// Which day an instant belongs to: the day in the time zone of the workbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    utc: bool,
}

impl Calendar {
    /// Days of UTC.
    pub fn utc() -> Calendar {
        Calendar { zone: TimeZone::UTC, utc: true }
    }

    /// Days of an IANA time zone, as in `Europe/Berlin`. `None` where there is no such zone.
    pub fn named(name: &str) -> Option<Calendar> {
        let zone = TimeZone::get(name).ok()?;
        Some(Calendar { utc: zone == TimeZone::UTC, zone })
    }

    /// The day that holds the instant.
    #[inline]
    pub fn day_of(&self, instant: Instant) -> Day {
        if self.utc {
            return Day::from_days(instant.0.div_euclid(MICROS_PER_DAY) as i32);
        }
        let stamp = Timestamp::from_microsecond(instant.0).unwrap_or(Timestamp::MAX);
        Day::from(self.zone.to_datetime(stamp).date())
    }

    /// The days that hold the instants, in their order. Quick where instants mostly ascend: the offset of the zone is
    /// looked up once between two of its transitions.
    pub fn days_of(&self, instants: &[Instant]) -> Vec<Day> {
        let mut known = match self.utc {
            true => OffsetSpan { from: i64::MIN, until: i64::MAX, offset: 0 },
            false => OffsetSpan { from: i64::MAX, until: i64::MIN, offset: 0 },
        };
        let day = |instant: &Instant| {
            if instant.0 < known.from || instant.0 >= known.until {
                match self.offset_span(*instant) {
                    Some(span) => known = span,
                    None => return self.day_of(*instant),
                }
            }
            Day::from_days((instant.0 + known.offset).div_euclid(MICROS_PER_DAY) as i32)
        };
        instants.iter().map(day).collect()
    }

    /// From the instant to the next transition of the zone. `None` for instants that no clock shows.
    fn offset_span(&self, instant: Instant) -> Option<OffsetSpan> {
        let stamp = Timestamp::from_microsecond(instant.0).ok()?;
        let next = self.zone.following(stamp).next().map(|transition| transition.timestamp());
        Some(OffsetSpan {
            from: instant.0,
            until: next.unwrap_or(Timestamp::MAX).as_microsecond(),
            offset: i64::from(self.zone.to_offset(stamp).seconds()) * 1_000_000,
        })
    }

    /// The first instant of the day.
    pub fn start_of(&self, day: Day) -> Instant {
        if self.utc {
            return Instant(i64::from(day.0) * MICROS_PER_DAY);
        }
        let start = day.date().to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp().as_microsecond());
        Instant(start.unwrap_or(i64::from(day.0) * MICROS_PER_DAY))
    }

    /// The first instant after the day.
    pub fn end_of(&self, day: Day) -> Instant {
        self.start_of(day.plus_days(1))
    }
}

/// Instants of one offset from UTC, in microseconds; `until` is exclusive.
struct OffsetSpan {
    from: i64,
    until: i64,
    offset: i64,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar::utc()
    }
}

macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
serde_as_text!(Day, Instant);

#[cfg(feature = "openapi")]
macro_rules! described_as {
    ($($name:ty, $format:ident, $description:literal;)*) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::$format)))
                    .description(Some($description))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )*};
}
#[cfg(feature = "openapi")]
described_as! {
    Day, Date, "A calendar day.";
    Instant, DateTime, "An instant, RFC 3339 in UTC.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_read_and_write_iso_dates_only() {
        assert_eq!(day("1970-01-01").days(), 0);
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
        for wrong in ["2023-02-29", "22.11.2026", "2026-1-2", "", "20261122", "2026-11-22T00:00:00Z"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let mut date = Date::new(1, 1, 1).unwrap();
        for days in Day::MIN.days()..=Day::MAX.days() {
            let day = Day::from_days(days);
            assert_eq!((day.date(), Day::from(date)), (date, day), "{days}");
            assert_eq!(day.weekday(), date.weekday().to_monday_one_offset(), "{date}");
            if let Ok(next) = date.tomorrow() {
                date = next;
            }
        }
        assert_eq!(date.to_string(), "9999-12-31");
    }

    #[test]
    fn months_are_full_months() {
        for (from, to, months) in [
            ("2025-01-31", "2025-02-28", 1),
            ("2025-01-31", "2025-02-27", 0),
            ("2025-01-15", "2025-03-14", 1),
            ("2025-01-15", "2025-03-15", 2),
            ("2025-03-15", "2025-01-15", -2),
        ] {
            assert_eq!(day(to).months_since(day(from)), months, "{from} to {to}");
        }
    }

    #[test]
    fn an_instant_without_offset_is_utc_and_says_so() {
        let (given, bare) = Instant::parse("2026-11-22T10:00:00+02:00").unwrap();
        assert_eq!((given.to_string().as_str(), bare), ("2026-11-22T08:00:00Z", false));
        let (given, bare) = Instant::parse("2026-11-22T10:00:00").unwrap();
        assert_eq!((given.to_string().as_str(), bare), ("2026-11-22T10:00:00Z", true));
        assert!(Instant::parse("soon").is_err());
    }

    #[test]
    fn days_at_once_are_days_one_by_one() {
        let hour = 3_600_000_000;
        // Two years of odd steps around the transitions, the edges of what can be told, and backwards.
        let mut instants: Vec<Instant> = (0..20_000)
            .map(|step| Instant::from_micros(1_700_000_000_000_000 + step * 23 * hour / 24))
            .collect();
        instants.extend(
            [i64::MIN, i64::MAX, 0, -1, 253_402_207_200_000_001, -62_135_596_800_000_001].map(Instant),
        );
        instants.extend((0..100).rev().map(|step| Instant::from_micros(step * 3_000 * hour)));
        for zone in ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe"] {
            let calendar = Calendar::named(zone).unwrap();
            let one_by_one: Vec<Day> = instants.iter().map(|instant| calendar.day_of(*instant)).collect();
            assert_eq!(calendar.days_of(&instants), one_by_one, "{zone}");
        }
    }

    #[test]
    fn a_calendar_moves_the_day() {
        let late = "2026-03-28T23:30:00Z".parse().unwrap();
        assert_eq!(Calendar::utc().day_of(late), day("2026-03-28"));
        let berlin = Calendar::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.day_of(late), day("2026-03-29"));
        assert_eq!(berlin.start_of(day("2026-03-29")).to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(berlin.end_of(day("2026-03-29")).to_string(), "2026-03-29T22:00:00Z");
        assert!(Calendar::named("Mars/Olympus").is_none());
    }
}
