//! Who was erased while something of theirs waited in the log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dearly_domain::Instant;
use dearly_events::{Record, RecordKind, Sealed, SealedEntry};

use crate::error::Error;

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
        let mut named = [record.user, former_id(record)].into_iter().flatten();
        if named.any(|user| self.is_erased(user, entry.received_at)) {
            return true;
        }
        if record.kind != RecordKind::Rejected {
            return false;
        }
        let texts = [record.name, record.body];
        self.quoted.iter().any(|(quoted, at)| {
            entry.received_at <= *at && texts.iter().flatten().any(|text| text.contains(quoted))
        })
    }

    fn is_erased(&self, user: &str, received_at: Instant) -> bool {
        self.users.get(user).is_some_and(|at| received_at <= *at)
    }

    /// Other ids of those erased, of which nobody knew: calls say so that are left out. By the instant of the erasure.
    pub(super) fn former_ids(&self, sealed: &Sealed) -> Result<BTreeMap<Instant, BTreeSet<String>>, Error> {
        let mut former_ids: BTreeMap<Instant, BTreeSet<String>> = BTreeMap::new();
        if self.users.is_empty() {
            return Ok(former_ids);
        }
        sealed.for_each(|entry| {
            let record = &entry.record;
            let links = matches!(record.kind, RecordKind::Identify | RecordKind::Alias);
            let (Some(user), Some(former), true) = (record.user, former_id(record), links) else {
                return Ok(());
            };
            match self.users.get(user) {
                Some(at) if entry.received_at <= *at && !self.is_erased(former, entry.received_at) => {
                    former_ids.entry(*at).or_default().insert(former.to_owned());
                }
                _ => {}
            }
            Ok::<(), Error>(())
        })?;
        Ok(former_ids)
    }

    /// The instant of which older erasures are needed no more, once a log is flushed whose first entry was received then;
    /// `None` where there is none as old.
    pub(super) fn done_before(&self, first_received_at: Instant) -> Option<Instant> {
        let before = Instant::from_micros(first_received_at.micros() - LONGEST_WAY.as_micros() as i64);
        self.users.values().any(|at| *at < before).then_some(before)
    }
}

/// The id by which the user went until then, or goes beside. The name of an alias is one.
fn former_id<'a>(record: &Record<'a>) -> Option<&'a str> {
    match record.kind {
        RecordKind::Alias => record.name,
        _ => record.anonymous,
    }
}
