//! What all accounts of a book share: the grid of four-week periods, the year shocks, the engine.

use std::collections::BTreeMap;

use dearly_domain::{Calendar, Day, Instant};
use dearly_health::Engine;
use dearly_workbook::Workbook;

use crate::random::{Purpose, Random};
use crate::settings::Settings;

/// Days of a period: latent health moves once in each.
pub(crate) const PERIOD_DAYS: i32 = 28;
/// Renewals are drawn from the scores so many days before they are due.
pub(crate) const LEAD_DAYS: i32 = 90;
/// The currency of everything.
pub(crate) const CURRENCY: &str = "EUR";
/// Records begin so long before the first renewal, so that windows of a year are full when it is scored.
const RECORDS_BEFORE_DAYS: i32 = 460;
/// Telemetry begins so long before the first renewal: 90 days and two windows of 28.
const TELEMETRY_BEFORE_DAYS: i32 = 147;

pub(crate) struct World<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) engine: Engine<'a>,
    pub(crate) calendar: Calendar,
    /// The first day of the first period; the last period ends on `until`.
    pub(crate) first_day: Day,
    pub(crate) n_periods: i32,
    /// The first day on which a renewal can be due.
    pub(crate) history_from: Day,
    pub(crate) telemetry_from: Day,
    pub(crate) year_shocks: BTreeMap<i32, f64>,
}

impl<'a> World<'a> {
    pub(crate) fn new(settings: &'a Settings, workbook: &'a Workbook) -> World<'a> {
        let history_from = settings.until.plus_months(-12 * settings.years.max(1)).plus_days(1);
        let n_periods =
            (settings.until - history_from + 1 + RECORDS_BEFORE_DAYS + PERIOD_DAYS - 1) / PERIOD_DAYS;
        let mut random = Random::of(settings.seed, 0, 0, Purpose::Year);
        let years = year_of(history_from)..=year_of(settings.until.plus_days(LEAD_DAYS));
        World {
            settings,
            engine: Engine::new(workbook),
            calendar: workbook.calendar(),
            first_day: settings.until.plus_days(1 - PERIOD_DAYS * n_periods),
            n_periods,
            history_from,
            telemetry_from: history_from.plus_days(-TELEMETRY_BEFORE_DAYS),
            year_shocks: years
                .map(|year| (year, settings.coefficients.year_shock_sd * random.normal()))
                .collect(),
        }
    }

    /// The first day of a period.
    pub(crate) fn period_start(&self, period: i32) -> Day {
        self.first_day.plus_days(PERIOD_DAYS * period)
    }

    /// The period that holds the day.
    pub(crate) fn period_of(&self, day: Day) -> i32 {
        (day - self.first_day).div_euclid(PERIOD_DAYS)
    }
}

pub(crate) fn year_of(day: Day) -> i32 {
    i32::from(day.date().year())
}

/// Monday is 0.
pub(crate) fn weekday(day: Day) -> i32 {
    (day.days() + 3).rem_euclid(7)
}

/// The day itself, or the Monday after a weekend.
pub(crate) fn working_day(day: Day) -> Day {
    match weekday(day) {
        5 => day.plus_days(2),
        6 => day.plus_days(1),
        _ => day,
    }
}

/// So many seconds after midnight, UTC.
pub(crate) fn instant(day: Day, seconds: i32) -> Instant {
    Instant::from_micros((i64::from(day.days()) * 86_400 + i64::from(seconds)) * 1_000_000)
}

/// The UTC day of an instant.
pub(crate) fn day_of(at: Instant) -> Day {
    Day::from_days(at.micros().div_euclid(86_400_000_000) as i32)
}
