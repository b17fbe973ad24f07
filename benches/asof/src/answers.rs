//! What is asked, and the answers.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use dearly_domain::Day;

use crate::generate::{feature, span};

/// How many weekly days are asked for; the last is the last day of telemetry.
pub(crate) const DAYS: i32 = 104;
/// Days of the windows.
pub(crate) const WITHIN: i32 = 28;
/// How many users make a feature used.
pub(crate) const USERS_AT_LEAST: u64 = 3;
const STICKY: u64 = 10;

/// The days, ascending.
pub(crate) fn days() -> Vec<Day> {
    let last = span().1.plus_days(-1);
    (0..DAYS).rev().map(|week| last.plus_days(-7 * week)).collect()
}

/// The features that are called sticky.
pub(crate) fn sticky() -> Vec<String> {
    (0..STICKY).map(feature).collect()
}

/// The answers for one account, by day.
pub(crate) struct Answers {
    pub(crate) account: String,
    pub(crate) days: Vec<OnDay>,
}

/// The answers for one account on one day.
#[derive(Clone, Copy, Default)]
pub(crate) struct OnDay {
    pub(crate) active_users: u32,
    pub(crate) events: u32,
    pub(crate) events_before: u32,
    pub(crate) features_used: u32,
}

/// Writes the answers as CSV, those that are not all zero.
pub(crate) fn write(path: &Path, answers: &[Answers]) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "account,day,active_users,events,events_before,features_used")?;
    for own in answers {
        for (day, on) in own.days.iter().enumerate() {
            let OnDay { active_users, events, events_before, features_used } = on;
            if active_users + events + events_before + features_used > 0 {
                writeln!(
                    file,
                    "{},{day},{active_users},{events},{events_before},{features_used}",
                    own.account
                )?;
            }
        }
    }
    file.flush()?;
    Ok(())
}
