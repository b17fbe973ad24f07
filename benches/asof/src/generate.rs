//! Telemetry with the skew of real one, the same in every run: few accounts, users and features do most of it.

use std::path::Path;
use std::time::Instant as Clock;

use dearly_domain::{AccountId, Day, Instant};
use dearly_events::{EventKey, EventRow, Lake, Segment};

use crate::lake;

/// How many users and features there are.
const USERS: f64 = 1_000_000.0;
const FEATURES: u64 = 50;
/// The first day of telemetry, and the months that it lasts.
const FIRST: &str = "2024-07-01";
const MONTHS: i32 = 24;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The telemetry's first day and the one after its last.
pub(crate) fn span() -> (Day, Day) {
    let first: Day = FIRST.parse().expect("a day");
    (first, first.plus_months(MONTHS))
}

/// A generator of numbers: splitmix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, exclusive.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A rank from 0 to `n` − 1, each about as likely as one over its place: Zipf's law.
    fn rank(&mut self, n: u64) -> u64 {
        let rank = ((n + 1) as f64).powf(self.uniform()) as u64;
        rank.clamp(1, n) - 1
    }
}

/// The name of the account of a rank among so many: large ones lie anywhere among the others.
pub(crate) fn account(rank: u64, accounts: u64) -> String {
    format!("account-{:05}", (rank * 7_919 + 4_321) % accounts)
}

/// How many users the account of a rank among so many has: as many as its share of the events.
pub(crate) fn users(rank: u64, accounts: u64) -> u64 {
    let share = ((rank + 2) as f64 / (rank + 1) as f64).ln() / ((accounts + 1) as f64).ln();
    ((USERS * share) as u64).max(3)
}

/// The name of a feature; the first ten are called sticky.
pub(crate) fn feature(rank: u64) -> String {
    format!("feature_{rank:02}_used")
}

/// Writes the telemetry month by month, as it comes in.
pub(crate) fn run(folder: &Path, rows: u64, accounts: u64) -> anyhow::Result<()> {
    let clock = Clock::now();
    let lake = Lake::open(folder);
    let (first, end) = span();
    let days = f64::from(end - first);
    let mut random = Random::new(1);
    let mut written = 0;
    let mut segments: Vec<Segment> = Vec::new();
    let features: Vec<String> = (0..FEATURES).map(feature).collect();
    let names: Vec<String> = (0..accounts).map(|rank| account(rank, accounts)).collect();
    for month in 0..MONTHS {
        let (from, to) = (first.plus_months(month), first.plus_months(month + 1));
        let upto = (rows as f64 * f64::from(to - first) / days) as u64;
        let mut stager = lake.stage();
        // Day by day, as events come in: a month in several segments is cut by time.
        for day in 0..to - from {
            let upto_day = written + (upto - written) / (to - from - day) as u64;
            while written < upto_day {
                let rank = random.rank(accounts);
                let user = random.rank(users(rank, accounts));
                let instant = i64::from(from.days() + day) * MICROS_PER_DAY
                    + (random.uniform() * 86_400_000.0) as i64 * 1_000;
                let event = features[random.rank(FEATURES) as usize].clone();
                let account = names[rank as usize].clone();
                let mut row = EventRow::new(Some(AccountId(account)), Instant::from_micros(instant), event);
                row.user = Some(format!("user-{rank:05}-{user:06}"));
                stager.push(&row, EventKey(u128::from(random.next()) << 64 | u128::from(written)))?;
                written += 1;
            }
        }
        segments.extend(stager.finish()?);
    }
    lake::write_list(folder, &segments)?;
    let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    println!(
        "{written} events in {} segments, {:.1} bytes each, in {:.1} s",
        segments.len(),
        bytes as f64 / written as f64,
        clock.elapsed().as_secs_f64()
    );
    Ok(())
}
