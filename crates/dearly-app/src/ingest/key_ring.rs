//! Write keys at hand, so that a request asks the records for none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dearly_store::Store;

use crate::error::Result;
use crate::write_keys::hash_of;

/// How long a key is good without asking again: one that is revoked elsewhere works this long.
const FRESH: Duration = Duration::from_secs(5);

pub(super) struct KeyRing {
    store: Store,
    /// By the hashes of keys that were good when they were last looked up; others are kept nowhere.
    good: Mutex<HashMap<String, Good>>,
    /// One at a time asks the records: whoever tries out keys does not keep their connections busy.
    asking: tokio::sync::Mutex<()>,
}

struct Good {
    source: Arc<str>,
    looked_up: Instant,
}

impl KeyRing {
    pub(super) fn new(store: Store) -> KeyRing {
        KeyRing { store, good: Mutex::default(), asking: tokio::sync::Mutex::new(()) }
    }

    /// The source that sends with this key; none where nobody may.
    pub(super) async fn source_of(&self, key: &str) -> Result<Option<Arc<str>>> {
        let hash = hash_of(key);
        if let Some(source) = self.at_hand(&hash, FRESH) {
            return Ok(Some(source));
        }
        let _asking = self.asking.lock().await;
        // Another request may have asked meanwhile.
        if let Some(source) = self.at_hand(&hash, FRESH) {
            return Ok(Some(source));
        }
        let found = match self.store.write_key_of_hash(&hash).await {
            Ok(found) => found,
            // Records that do not answer for a moment stop nobody whose key was good a moment ago.
            Err(error) => {
                return self.at_hand(&hash, Duration::MAX).map(Some).ok_or_else(|| error.into());
            }
        };
        let mut good = self.good.lock().expect("no panic while held");
        let Some(key) = found.filter(|key| key.revoked_at.is_none()) else {
            good.remove(&hash);
            return Ok(None);
        };
        let source: Arc<str> = key.source.into();
        good.insert(hash, Good { source: Arc::clone(&source), looked_up: Instant::now() });
        Ok(Some(source))
    }

    fn at_hand(&self, hash: &str, for_at_most: Duration) -> Option<Arc<str>> {
        let good = self.good.lock().expect("no panic while held");
        let own = good.get(hash).filter(|own| own.looked_up.elapsed() < for_at_most)?;
        Some(Arc::clone(&own.source))
    }
}
