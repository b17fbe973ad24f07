//! What makes an event the same event.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use dearly_domain::AccountId;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::EventRow;

/// The identity of an event: a hash of its `message_id`, or without one of all its cells and of its occurrence
/// number in the file, so that the same file again adds nothing and two equal rows of one file both count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(pub u128);

// A seed per domain keeps a message id from ever standing for a whole row.
const SEED_OF_MESSAGES: u64 = 0x6d65_7373_6167_6500;
const SEED_OF_ROWS: u64 = 0x726f_7700_0000_0001;

impl EventKey {
    /// The key of every event with this message id.
    pub fn of_message(message_id: &str) -> EventKey {
        EventKey(xxh3_128_with_seed(message_id.as_bytes(), SEED_OF_MESSAGES))
    }

    /// The key of a row: of its message id, else of its cells and its occurrence number (0 for the first).
    pub fn of(row: &EventRow, occurrence: u32) -> EventKey {
        match &row.message_id {
            Some(message_id) => EventKey::of_message(message_id),
            None => EventKey::of_cells(row, occurrence, &mut Vec::new()),
        }
    }

    fn of_cells(row: &EventRow, occurrence: u32, buffer: &mut Vec<u8>) -> EventKey {
        let EventRow {
            account,
            at,
            event,
            user,
            product,
            count,
            value,
            recorded_at,
            attributes,
            // An id would stand for the whole row, and how a row was attributed and sent is not what happened.
            message_id: _,
            source: _,
            attributed_by: _,
            linked_at: _,
            original_at: _,
            sent_at: _,
        } = row;
        buffer.clear();
        // Each text is led by its length: ("ab", "c") is not ("a", "bc").
        let account = account.as_ref().map(AccountId::as_str);
        for text in [account, Some(event), user.as_deref(), product.as_deref(), attributes.as_deref()] {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            buffer.extend_from_slice(&length.to_le_bytes());
            buffer.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
        buffer.extend_from_slice(&at.micros().to_le_bytes());
        buffer.extend_from_slice(&count.to_le_bytes());
        buffer.push(u8::from(value.is_some()));
        buffer.extend_from_slice(&value.unwrap_or_default().to_bits().to_le_bytes());
        buffer.push(u8::from(recorded_at.is_some()));
        buffer.extend_from_slice(&recorded_at.map_or(0, |at| at.micros()).to_le_bytes());
        buffer.extend_from_slice(&occurrence.to_le_bytes());
        EventKey(xxh3_128_with_seed(buffer, SEED_OF_ROWS))
    }
}

/// Gives the rows of one file their keys, counting equal rows. A new one for every file.
#[derive(Debug, Default)]
pub struct Occurrences {
    seen: KnownKeys,
    /// Only rows that repeat are counted: most never do.
    repeats: HashMap<u128, u32, BuildHasherDefault<KeyHasher>>,
    buffer: Vec<u8>,
}

impl Occurrences {
    /// The key of the next row of the file.
    pub fn key(&mut self, row: &EventRow) -> EventKey {
        if let Some(message_id) = &row.message_id {
            return EventKey::of_message(message_id);
        }
        let first = EventKey::of_cells(row, 0, &mut self.buffer);
        if self.seen.insert(first) {
            return first;
        }
        let repeats = self.repeats.entry(first.0).or_insert(0);
        *repeats += 1;
        EventKey::of_cells(row, *repeats, &mut self.buffer)
    }
}

/// A set of event keys, 17 to 34 bytes each.
#[derive(Debug, Default)]
pub struct KnownKeys {
    keys: HashSet<u128, BuildHasherDefault<KeyHasher>>,
}

impl KnownKeys {
    /// Whether the key is in the set.
    pub fn contains(&self, key: EventKey) -> bool {
        self.keys.contains(&key.0)
    }

    /// Adds the key; `false` where it was there already, which is a duplicate.
    pub fn insert(&mut self, key: EventKey) -> bool {
        self.keys.insert(key.0)
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn remove(&mut self, key: EventKey) {
        self.keys.remove(&key.0);
    }

    /// The keys in ascending order.
    pub(crate) fn sorted(&self) -> Vec<EventKey> {
        let mut keys: Vec<EventKey> = self.keys.iter().map(|&key| EventKey(key)).collect();
        keys.sort_unstable();
        keys
    }

    pub(crate) fn reserve(&mut self, keys: usize) {
        self.keys.reserve(keys);
    }
}

/// A key is a hash already: half of it will do.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are hashed as one u128");
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
