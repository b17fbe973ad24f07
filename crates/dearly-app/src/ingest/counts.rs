//! What came from each source on each day, until it is written.

use std::collections::BTreeMap;

use dearly_domain::{Calendar, Day, Instant};
use dearly_store::SourceDay;

/// Counts by source and day of arrival (UTC).
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    sources: BTreeMap<String, BTreeMap<Day, SourceDay>>,
}

impl Counts {
    /// The counts of a source on the day of an instant. Asked for every event, so nothing is copied to find them.
    pub(super) fn of(&mut self, source: &str, received_at: Instant) -> &mut SourceDay {
        self.on(source, Calendar::utc().day_of(received_at))
    }

    fn on(&mut self, source: &str, day: Day) -> &mut SourceDay {
        if !self.sources.contains_key(source) {
            self.sources.insert(source.to_owned(), BTreeMap::new());
        }
        let days = self.sources.get_mut(source).expect("put there just now");
        days.entry(day).or_insert_with(|| SourceDay::new(source, day))
    }

    /// Calls that were known already: the log does not keep those.
    pub(super) fn duplicates(&mut self, source: &str, received_at: Instant, n: u32) {
        self.of(source, received_at).n_duplicates += i64::from(n);
    }

    /// Adds others.
    pub(super) fn add(&mut self, other: &Counts) {
        for counts in other.days() {
            let own = self.on(&counts.source, counts.day);
            own.n_events += counts.n_events;
            own.n_calls += counts.n_calls;
            own.n_duplicates += counts.n_duplicates;
            own.n_rejected += counts.n_rejected;
            own.n_unattributed += counts.n_unattributed;
        }
    }

    /// All of them.
    pub(super) fn days(&self) -> impl Iterator<Item = &SourceDay> {
        self.sources.values().flat_map(BTreeMap::values)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}
