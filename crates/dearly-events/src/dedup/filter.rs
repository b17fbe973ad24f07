//! A blocked Bloom filter over keys that are hashes already.

use crate::EventKey;

/// Words of a block: one line of the processor's cache.
const WORDS: usize = 8;
/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = WORDS * 8;
/// Bits set for a key, all in one block.
const BITS_PER_KEY: u32 = 6;
/// Bits of a filter for each key as it is built: about one wrong *perhaps* in a thousand.
pub(super) const ROOM_PER_KEY: u64 = 16;
/// A filter may be halved this often: then it has two bits for each key.
pub(super) const MOST_FOLDS: u32 = 3;

/// Says of a key whether it is surely not in a set.
///
/// The block of a key grows with the key. So the filter of sorted keys is written from front to back without being
/// held, and it is halved by uniting neighbours.
pub(super) struct Filter {
    blocks: Vec<Block>,
}

#[derive(Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Block([u64; WORDS]);

/// How many blocks a filter of so many keys has; it can be halved [`MOST_FOLDS`] times.
pub(super) fn blocks_for(keys: u64) -> u64 {
    (keys * ROOM_PER_KEY)
        .div_ceil(BLOCK_BYTES as u64 * 8)
        .next_multiple_of(1 << MOST_FOLDS)
        .max(1 << MOST_FOLDS)
}

/// The block of a key among so many.
pub(super) fn block_of(key: EventKey, blocks: u64) -> u64 {
    (((key.0 >> 64) * u128::from(blocks)) >> 64) as u64
}

impl Block {
    pub(super) fn insert(&mut self, key: EventKey) {
        for bit in bits_of(key) {
            self.0[bit >> 6] |= 1 << (bit & 63);
        }
    }

    fn may_contain(&self, key: EventKey) -> bool {
        bits_of(key).all(|bit| self.0[bit >> 6] & (1 << (bit & 63)) != 0)
    }

    fn unite(&mut self, other: &Block) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
    }

    pub(super) fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut bytes = [0; BLOCK_BYTES];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Block {
        let mut block = Block::default();
        for (word, chunk) in block.0.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        }
        block
    }
}

/// The places of a key's bits in its block: nine bits of the lower half of the key each. The block comes of the
/// upper half, so both are independent.
fn bits_of(key: EventKey) -> impl Iterator<Item = usize> {
    let low = key.0 as u64;
    (0..BITS_PER_KEY).map(move |number| (low >> (number * 9)) as usize & 511)
}

impl Filter {
    /// A filter of blocks in their order, of which each 2^folds are united as they come.
    pub(super) fn collect(blocks: impl Iterator<Item = Block>, count: u64, folds: u32) -> Filter {
        let mut united: Vec<Block> = Vec::with_capacity((count >> folds) as usize);
        for (place, block) in blocks.enumerate() {
            match united.last_mut().filter(|_| place & ((1 << folds) - 1) != 0) {
                Some(last) => last.unite(&block),
                None => united.push(block),
            }
        }
        Filter { blocks: united }
    }

    /// `false`: the key is not in the set. `true`: look.
    pub(super) fn may_contain(&self, key: EventKey) -> bool {
        self.blocks[block_of(key, self.blocks.len() as u64) as usize].may_contain(key)
    }

    /// The same set in half the memory, with more wrong *perhaps*.
    pub(super) fn halved(&self) -> Filter {
        Filter::collect(self.blocks.iter().copied(), self.blocks.len() as u64, 1)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.blocks.len() as u64 * BLOCK_BYTES as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> EventKey {
        EventKey::of_source("web", &number.to_string())
    }

    fn filter_of(keys: &mut [EventKey]) -> Filter {
        let count = blocks_for(keys.len() as u64);
        let mut blocks = vec![Block::default(); count as usize];
        for &key in keys.iter() {
            blocks[block_of(key, count) as usize].insert(key);
        }
        Filter::collect(blocks.into_iter(), count, 0)
    }

    #[test]
    fn it_never_denies_a_key_and_seldom_confirms_another_however_often_it_was_halved() {
        let mut keys: Vec<EventKey> = (0..100_000).map(key).collect();
        let mut filter = filter_of(&mut keys);
        for most in [0.004, 0.05, 0.4, 0.99] {
            assert!(keys.iter().all(|&key| filter.may_contain(key)));
            let wrong = (200_000..300_000).filter(|&number| filter.may_contain(key(number))).count();
            assert!((wrong as f64) < most * 100_000.0, "{wrong} of 100,000 in {} bytes", filter.bytes());
            filter = filter.halved();
        }
    }
}
