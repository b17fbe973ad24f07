//! The texts of one account, numbered as they come.

use dearly_domain::Texts;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// No text yet.
const EMPTY: u32 = u32::MAX;

/// Every distinct text once. Kept from account to account for its memory.
///
/// Texts are told apart by 96 bits of hash under a seed that no file can foresee, and none is read to compare it: of a
/// million texts two are taken for one with a probability of 2⁻⁵⁷.
pub(crate) struct NumberedTexts {
    /// From hashes to numbers, by open addressing; a power of two of them, at most half full.
    slots: Vec<Slot>,
    texts: Texts,
    seed: u64,
}

/// 16 bytes, so that four lie together in the cache.
#[derive(Clone, Copy)]
struct Slot {
    low: u64,
    high: u32,
    number: u32,
}

impl Slot {
    const FREE: Slot = Slot { low: 0, high: 0, number: EMPTY };

    fn new(hash: u128, number: u32) -> Slot {
        Slot { low: hash as u64, high: (hash >> 64) as u32, number }
    }
}

impl NumberedTexts {
    /// `seed` is one that no file can foresee.
    pub(crate) fn new(seed: u64) -> NumberedTexts {
        NumberedTexts { slots: vec![Slot::FREE; 64], texts: Texts::default(), seed }
    }

    /// The number of a text.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        let hash = xxh3_128_with_seed(text.as_bytes(), self.seed);
        let place = self.place_of(hash);
        if self.slots[place].number != EMPTY {
            return self.slots[place].number;
        }
        let number = self.texts.len() as u32;
        self.slots[place] = Slot::new(hash, number);
        self.texts.push(text);
        if self.texts.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    /// The slot of the text with the hash, or the free one where it belongs.
    fn place_of(&self, hash: u128) -> usize {
        let (own, mask) = (Slot::new(hash, EMPTY), self.slots.len() - 1);
        let mut place = (hash >> 64) as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.number == EMPTY || (slot.low == own.low && slot.high == own.high) {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let slots = vec![Slot::FREE; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().filter(|slot| slot.number != EMPTY) {
            let place = self.place_of(u128::from(slot.high) << 64 | u128::from(slot.low));
            self.slots[place] = slot;
        }
    }

    /// All texts in the order of their numbers; none is left.
    pub(crate) fn take(&mut self) -> Texts {
        // A large account's table would cost every small one after it a sweep.
        let slots = (self.texts.len() * 4).next_power_of_two().clamp(64, self.slots.len());
        self.slots.truncate(slots);
        self.slots.fill(Slot::FREE);
        std::mem::take(&mut self.texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut texts = NumberedTexts::new(7);
        for round in 0..3 {
            let names: Vec<String> =
                (0..1_000 * round + 10).map(|number| format!("user {}", number * 7 % 1_000)).collect();
            let numbers: Vec<u32> = names.iter().map(|name| texts.number(name)).collect();
            let again: Vec<u32> = names.iter().map(|name| texts.number(name)).collect();
            assert_eq!(numbers, again);
            let taken = texts.take();
            for (name, number) in names.iter().zip(numbers) {
                assert_eq!(&taken[number as usize], name);
            }
            assert_eq!(taken.len(), names.iter().collect::<std::collections::HashSet<_>>().len());
        }
        assert_eq!(texts.take(), Texts::default());
        assert_eq!((texts.number(""), texts.number("ü"), texts.number("")), (0, 1, 0));
    }
}
