//! Write keys at hand, so that a request asks the records for none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dearly_store::Store;

use crate::error::Result;
use crate::write_keys::hash_of;

/// How old what is at hand may be: a key revoked elsewhere works this long.
const FRESH: Duration = Duration::from_secs(5);

/// How often a key that is not at hand makes us look again: a new one works after this, and guessing costs us little.
const AGAIN: Duration = Duration::from_millis(500);

pub(super) struct KeyRing {
    store: Store,
    ring: Mutex<Option<Ring>>,
    /// One at a time looks.
    looking: tokio::sync::Mutex<()>,
}

struct Ring {
    looked: Instant,
    /// Sources by the hashes of keys in force.
    sources: HashMap<String, Arc<str>>,
}

/// What the ring says of a key.
enum Known {
    Source(Arc<str>),
    Unknown,
    /// It must be looked up.
    Stale,
}

impl KeyRing {
    pub(super) fn new(store: Store) -> KeyRing {
        KeyRing { store, ring: Mutex::new(None), looking: tokio::sync::Mutex::new(()) }
    }

    /// The source that sends with this key; none where nobody may.
    pub(super) async fn source_of(&self, key: &str) -> Result<Option<Arc<str>>> {
        let hash = hash_of(key);
        if let Some(known) = self.known(&hash) {
            return Ok(known);
        }
        let _looking = self.looking.lock().await;
        // Another request may have looked meanwhile.
        if let Some(known) = self.known(&hash) {
            return Ok(known);
        }
        match self.look().await {
            Ok(()) => {}
            // Records that do not answer for a moment stop nobody whose key was good a moment ago.
            Err(error) => match self.last(&hash) {
                Some(source) => return Ok(Some(source)),
                None => return Err(error),
            },
        }
        Ok(self.last(&hash))
    }

    /// What is at hand; `None` where it must be looked up.
    fn known(&self, hash: &str) -> Option<Option<Arc<str>>> {
        match self.state(hash) {
            Known::Source(source) => Some(Some(source)),
            Known::Unknown => Some(None),
            Known::Stale => None,
        }
    }

    fn state(&self, hash: &str) -> Known {
        let ring = self.ring.lock().expect("no panic while held");
        let Some(ring) = ring.as_ref() else { return Known::Stale };
        let age = ring.looked.elapsed();
        match ring.sources.get(hash) {
            Some(source) if age < FRESH => Known::Source(Arc::clone(source)),
            None if age < AGAIN => Known::Unknown,
            _ => Known::Stale,
        }
    }

    fn last(&self, hash: &str) -> Option<Arc<str>> {
        let ring = self.ring.lock().expect("no panic while held");
        ring.as_ref().and_then(|ring| ring.sources.get(hash).map(Arc::clone))
    }

    async fn look(&self) -> Result<()> {
        let keys = self.store.write_keys().await?.into_iter().filter(|key| key.revoked_at.is_none());
        let sources = keys.map(|key| (key.hash, Arc::from(key.source))).collect();
        *self.ring.lock().expect("no panic while held") = Some(Ring { looked: Instant::now(), sources });
        Ok(())
    }
}
