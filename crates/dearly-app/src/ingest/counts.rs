//! What came from each source on each day, until it is written.

use std::collections::BTreeMap;

use dearly_domain::{Calendar, Day, Instant};
use dearly_store::SourceDay;

/// Counts by source and day of arrival (UTC).
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    days: BTreeMap<(String, Day), SourceDay>,
}

impl Counts {
    /// The counts of a source on the day of an instant.
    pub(super) fn of(&mut self, source: &str, received_at: Instant) -> &mut SourceDay {
        let day = Calendar::utc().day_of(received_at);
        // Nearly every call is of the source and the day of the one before.
        let key = (source.to_owned(), day);
        self.days.entry(key).or_insert_with(|| SourceDay::new(source, day))
    }

    /// Calls that were known already: the log does not keep those.
    pub(super) fn duplicates(&mut self, source: &str, received_at: Instant, n: u32) {
        self.of(source, received_at).n_duplicates += i64::from(n);
    }

    /// Adds others.
    pub(super) fn add(&mut self, other: Counts) {
        for ((source, day), counts) in other.days {
            let own = self.days.entry((source.clone(), day)).or_insert_with(|| SourceDay::new(source, day));
            own.n_events += counts.n_events;
            own.n_calls += counts.n_calls;
            own.n_duplicates += counts.n_duplicates;
            own.n_rejected += counts.n_rejected;
            own.n_unattributed += counts.n_unattributed;
        }
    }

    /// All of them.
    pub(super) fn days(&self) -> impl Iterator<Item = &SourceDay> {
        self.days.values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.days.is_empty()
    }
}
