//! Days and instants that tend to coincide and to lie on the edges of windows.

use dearly_domain::{Day, Instant};
use proptest::prelude::*;
use proptest::sample::select;

/// Days that scores are asked for; 2024-10-04 and the two years after it hold the whole book.
const FIRST: i32 = 20_000;
const LENGTH: i32 = 700;
const ASKED: [i32; 4] = [FIRST + 400, FIRST + 401, FIRST + 430, FIRST + 520];
/// Lengths of windows, SLAs, graces, ages and cadences of the defaults.
const EDGES: [i32; 16] = [0, 1, 7, 14, 27, 28, 29, 30, 56, 60, 61, 90, 180, 184, 275, 365];
const TIMES_OF_DAY: [i64; 5] = [0, 1_800_000_000, 43_200_000_000, 84_600_000_000, 86_399_999_999];

/// Any day of the book, mostly one on the edge of something.
pub(super) fn day() -> impl Strategy<Value = Day> + Clone {
    prop_oneof![
        5 => (select(&ASKED[..]), select(&EDGES[..]), -1..=1).prop_map(|(asked, edge, by)| Day::from_days(asked - edge + by)),
        2 => (0..LENGTH).prop_map(|days| Day::from_days(FIRST + days)),
    ]
}

/// A day shortly before one that is asked for.
pub(super) fn recent_day() -> impl Strategy<Value = Day> + Clone {
    (select(&ASKED[..]), 0..35).prop_map(|(asked, back)| Day::from_days(asked - back))
}

/// A day that a score is asked for.
pub(super) fn as_of() -> impl Strategy<Value = Day> + Clone {
    prop_oneof![
        3 => select(&ASKED[..]).prop_map(Day::from_days),
        1 => (-2..LENGTH + 2).prop_map(|days| Day::from_days(FIRST + days)),
    ]
}

/// An instant of the day, in UTC.
pub(super) fn instant(day: impl Strategy<Value = Day> + Clone) -> impl Strategy<Value = Instant> + Clone {
    (day, select(&TIMES_OF_DAY[..]))
        .prop_map(|(day, time)| Instant::from_micros(i64::from(day.days()) * 86_400_000_000 + time))
}
