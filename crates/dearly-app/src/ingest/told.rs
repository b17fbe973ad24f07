//! What the calls of a flush tell, beside events: read from the log once, before the records are asked anything.

use std::collections::{BTreeMap, HashSet};

use dearly_domain::Instant;
use dearly_events::{RecordKind, Sealed, SealedEntry};
use dearly_store::{Alias, Link, REJECTED_CALLS_KEPT, RejectedCall, TraitSet};

use super::erased::Erased;
use super::traits;
use crate::error::Error;

#[derive(Debug, Default)]
pub(super) struct Told {
    /// Every source, with when it last sent and when its last event happened.
    pub(super) sources: BTreeMap<String, (Instant, Option<Instant>)>,
    /// Every id of a user of an event.
    pub(super) users: HashSet<String>,
    pub(super) links: Vec<Link>,
    pub(super) aliases: Vec<Alias>,
    /// What is said of accounts.
    pub(super) accounts: BTreeMap<String, Saying>,
    /// What is said of users.
    pub(super) people: BTreeMap<String, Saying>,
    /// What is said of those who have not said who they are.
    pub(super) visitors: BTreeMap<String, Saying>,
    /// When the first entry was received.
    pub(super) first_received_at: Option<Instant>,
    /// By source, the newest.
    pub(super) rejected: BTreeMap<String, Vec<RejectedCall>>,
}

/// What calls say of one account or user.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) traits: TraitSet,
    /// The account in the context of the last identify call that has one, and when that was.
    pub(super) group: Option<(Instant, String)>,
    /// When the last of the calls came, and from where.
    pub(super) received_at: Instant,
    pub(super) source: String,
}

impl Saying {
    pub(super) fn new(received_at: Instant, source: String) -> Saying {
        Saying { traits: TraitSet::new(), group: None, received_at, source }
    }
}

impl Told {
    pub(super) fn read(sealed: &Sealed, erased: &Erased) -> Result<Told, Error> {
        let mut told = Told::default();
        sealed.for_each(|entry| {
            let first = told.first_received_at.get_or_insert(entry.received_at);
            *first = entry.received_at.min(*first);
            if !erased.has(&entry) {
                told.take(&entry);
            }
            Ok::<(), Error>(())
        })?;
        Ok(told)
    }

    fn take(&mut self, entry: &SealedEntry<'_>) {
        let record = &entry.record;
        let is_event = record.kind == RecordKind::Event;
        let event_at = is_event.then_some(record.at);
        match self.sources.get_mut(entry.source) {
            Some((received_at, last)) => {
                *received_at = (*received_at).max(entry.received_at);
                *last = (*last).max(event_at);
            }
            None => drop(self.sources.insert(entry.source.to_owned(), (entry.received_at, event_at))),
        }
        match record.kind {
            RecordKind::Event => {
                if let Some(user) = record.user.filter(|user| !self.users.contains(*user)) {
                    self.users.insert(user.to_owned());
                }
            }
            RecordKind::Identify => self.identify(entry),
            RecordKind::Group => self.group(entry),
            RecordKind::Alias => {
                if let (Some(user), Some(previous)) = (record.user, record.name) {
                    self.alias(previous, user, entry);
                }
            }
            RecordKind::Rejected => {
                let calls = self.rejected.entry(entry.source.to_owned()).or_default();
                // A sender that is all wrong must not fill the memory.
                if calls.len() == 2 * REJECTED_CALLS_KEPT {
                    calls.drain(..REJECTED_CALLS_KEPT);
                }
                calls.push(RejectedCall {
                    id: record.message_id.to_owned(),
                    source: entry.source.to_owned(),
                    received_at: entry.received_at,
                    user: record.user.map(str::to_owned),
                    anonymous: record.anonymous.map(str::to_owned),
                    reason: record.name.unwrap_or_default().to_owned(),
                    excerpt: record.body.unwrap_or_default().to_owned(),
                });
            }
        }
    }

    fn identify(&mut self, entry: &SealedEntry<'_>) {
        let record = &entry.record;
        if let (Some(user), Some(anonymous)) = (record.user, record.anonymous) {
            self.alias(anonymous, user, entry);
        }
        match (record.user, record.anonymous) {
            (Some(user), _) => say(&mut self.people, user, entry),
            (None, Some(visitor)) => say(&mut self.visitors, visitor, entry),
            (None, None) => {}
        }
    }

    fn group(&mut self, entry: &SealedEntry<'_>) {
        let Some(account) = entry.record.group else { return };
        say(&mut self.accounts, account, entry);
        if let Some(user) = entry.record.user {
            self.links.push(Link {
                user: user.to_owned(),
                at: entry.record.at,
                account: account.into(),
                recorded_at: entry.received_at,
            });
        }
    }

    fn alias(&mut self, previous: &str, user: &str, entry: &SealedEntry<'_>) {
        if previous != user {
            self.aliases.push(Alias {
                previous: previous.to_owned(),
                at: entry.record.at,
                user: user.to_owned(),
                recorded_at: entry.received_at,
            });
        }
    }
}

fn say(all: &mut BTreeMap<String, Saying>, id: &str, entry: &SealedEntry<'_>) {
    let saying =
        all.entry(id.to_owned()).or_insert_with(|| Saying::new(entry.received_at, entry.source.to_owned()));
    saying.received_at = saying.received_at.max(entry.received_at);
    let group = entry.record.group.map(|group| (entry.record.at, group.to_owned()));
    saying.group = group.max(saying.group.take());
    if let Some(body) = entry.record.body {
        traits::fold(&mut saying.traits, entry.record.at, traits::read(body));
    }
}
