//! Who was erased while something of theirs waited in the log.

use std::collections::BTreeMap;
use std::time::Duration;

use dearly_domain::Instant;
use dearly_events::{RecordKind, SealedEntry};

/// How long after it was received a call may be appended to the log at most: a request that waits longer is long given up.
const LONGEST_WAY: Duration = Duration::from_secs(3_600);

/// Users of whom nothing is to be made visible that was received up to an instant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Erased {
    users: BTreeMap<String, Instant>,
    /// The texts by which calls that could not be taken name them.
    quoted: Vec<(String, Instant)>,
}

impl Erased {
    pub(super) fn new(users: BTreeMap<String, Instant>) -> Erased {
        let quoted =
            |(user, at): (&String, &Instant)| (serde_json::Value::from(user.as_str()).to_string(), *at);
        Erased { quoted: users.iter().map(quoted).collect(), users }
    }

    /// Whether the entry is of someone erased since.
    pub(super) fn has(&self, entry: &SealedEntry<'_>) -> bool {
        if self.users.is_empty() {
            return false;
        }
        let record = &entry.record;
        if record.kind == RecordKind::Rejected {
            let texts = [record.name, record.body];
            return self.quoted.iter().any(|(quoted, at)| {
                entry.received_at <= *at && texts.iter().flatten().any(|text| text.contains(quoted))
            });
        }
        // The name of an alias is the id until then.
        let former = (record.kind == RecordKind::Alias).then_some(record.name).flatten();
        [record.user, record.anonymous, former]
            .into_iter()
            .flatten()
            .any(|user| self.users.get(user).is_some_and(|at| entry.received_at <= *at))
    }

    /// The instant of which older erasures are needed no more, once a log is flushed whose first entry was received then;
    /// `None` where there is none as old.
    pub(super) fn done_before(&self, first_received_at: Instant) -> Option<Instant> {
        let before = Instant::from_micros(first_received_at.micros() - LONGEST_WAY.as_micros() as i64);
        self.users.values().any(|at| *at < before).then_some(before)
    }
}
