//! What one request brings.

use dearly_domain::Instant;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use crate::EventKey;
use crate::ingest::record::{NotARecord, Reader, Record, put_length};

/// The records of one request of one source, encoded one after the other in one buffer.
#[derive(Clone, Debug)]
pub struct Batch {
    source: String,
    received_at: Instant,
    seed: u64,
    /// For each record its key and where its bytes end.
    pub(crate) entries: Vec<(EventKey, u32)>,
    pub(crate) bytes: Vec<u8>,
}

/// Apart from the seeds of whole rows and of messages of imports: a key of one never stands for another's.
const SEED_OF_SOURCES: u64 = 0x736f_7572_6365_0001;

impl EventKey {
    /// The key of a message of a source.
    pub fn of_source(source: &str, message_id: &str) -> EventKey {
        EventKey::of_seed(seed_of(source), message_id)
    }

    fn of_seed(seed: u64, message_id: &str) -> EventKey {
        EventKey(xxh3_128_with_seed(message_id.as_bytes(), seed))
    }
}

fn seed_of(source: &str) -> u64 {
    xxh3_64_with_seed(source.as_bytes(), SEED_OF_SOURCES)
}

impl Batch {
    /// An empty batch of a source, which was received at this instant. From it the window of deduplication counts.
    pub fn new(source: &str, received_at: Instant) -> Batch {
        Batch {
            source: source.to_owned(),
            received_at,
            seed: seed_of(source),
            entries: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Adds a record under its message id.
    pub fn push(&mut self, message_id: &str, record: &Record<'_>) {
        Record { message_id, ..*record }.encode(&mut self.bytes);
        // A batch is far below 4 GiB (a larger one is refused when it is submitted, before this is read).
        self.entries.push((EventKey::of_seed(self.seed, message_id), self.bytes.len() as u32));
    }

    /// The id of its source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// When it was received.
    pub fn received_at(&self) -> Instant {
        self.received_at
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no record.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes it takes in the queue and, about, in the log.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.source.len() + self.entries.len() * 20 + 32
    }

    /// The bytes of the record at a place.
    fn record(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.entries[before].1);
        &self.bytes[start as usize..self.entries[place].1 as usize]
    }

    /// Appends the records at `places` as a part of a group: source, instant, count, and each record led by its
    /// key and its length.
    pub(crate) fn write_part(&self, places: &[u32], buffer: &mut Vec<u8>) {
        put_length(buffer, self.source.len());
        buffer.extend_from_slice(self.source.as_bytes());
        buffer.extend_from_slice(&self.received_at.micros().to_le_bytes());
        put_length(buffer, places.len());
        for &place in places {
            let record = self.record(place as usize);
            buffer.extend_from_slice(&self.entries[place as usize].0.0.to_le_bytes());
            put_length(buffer, record.len());
            buffer.extend_from_slice(record);
        }
    }
}

/// An entry of a group, its record not yet decoded.
#[derive(Clone, Copy)]
pub(crate) struct RawEntry<'a> {
    pub(crate) source: &'a str,
    pub(crate) received_at: Instant,
    pub(crate) key: EventKey,
    pub(crate) record: &'a [u8],
}

/// Calls `each` for every entry of the parts that [`Batch::write_part`] wrote one after the other.
pub(crate) fn read_parts<'a, E: From<NotARecord>>(
    group: &'a [u8],
    mut each: impl FnMut(RawEntry<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = Reader(group);
    while !reader.0.is_empty() {
        let source = reader.text()?;
        let received_at = reader.instant()?;
        for _ in 0..reader.length()? {
            let key = EventKey(u128::from_le_bytes(reader.array()?));
            let length = reader.length()?;
            let record = reader.take(length)?;
            each(RawEntry { source, received_at, key, record })?;
        }
    }
    Ok(())
}
