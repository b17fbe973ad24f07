//! The texts of one account, numbered as they come.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// No text yet.
const EMPTY: u32 = u32::MAX;

/// Every distinct text once. Kept from account to account for its memory.
pub(crate) struct Texts {
    /// From hashes to numbers, by open addressing; a power of two of them, at most half full.
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`.
    ends: Vec<usize>,
    seed: u64,
}

#[derive(Clone, Copy)]
struct Slot {
    /// The upper half of the hash, so that texts are mostly compared only with themselves.
    hash: u32,
    number: u32,
}

impl Texts {
    /// `seed` is one that no file can foresee.
    pub(crate) fn new(seed: u64) -> Texts {
        Texts { slots: vec![Slot { hash: 0, number: EMPTY }; 64], bytes: Vec::new(), ends: Vec::new(), seed }
    }

    /// The number of a text.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        let hash = xxh3_64_with_seed(text.as_bytes(), self.seed);
        let place = self.place_of(hash, text.as_bytes());
        if self.slots[place].number != EMPTY {
            return self.slots[place].number;
        }
        let number = self.ends.len() as u32;
        self.slots[place] = Slot { hash: (hash >> 32) as u32, number };
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    /// The slot of the text, or the free one where it belongs.
    fn place_of(&self, hash: u64, text: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.number == EMPTY || slot.hash == (hash >> 32) as u32 && self.text(slot.number) == text {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    fn text(&self, number: u32) -> &[u8] {
        let start = (number as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number as usize]]
    }

    fn grow(&mut self) {
        self.slots = vec![Slot { hash: 0, number: EMPTY }; self.slots.len() * 2];
        let mask = self.slots.len() - 1;
        for number in 0..self.ends.len() as u32 {
            let hash = xxh3_64_with_seed(self.text(number), self.seed);
            let mut place = hash as usize & mask;
            while self.slots[place].number != EMPTY {
                place = (place + 1) & mask;
            }
            self.slots[place] = Slot { hash: (hash >> 32) as u32, number };
        }
    }

    /// All texts in the order of their numbers; none is left.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let texts = (0..self.ends.len() as u32)
            .map(|number| String::from_utf8_lossy(self.text(number)).into_owned())
            .collect();
        // A large account's table would cost every small one after it a sweep.
        let slots = (self.ends.len() * 4).next_power_of_two().clamp(64, self.slots.len());
        self.slots.truncate(slots);
        self.slots.fill(Slot { hash: 0, number: EMPTY });
        self.bytes.clear();
        self.ends.clear();
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut texts = Texts::new(7);
        for round in 0..3 {
            let names: Vec<String> =
                (0..1_000 * round + 10).map(|number| format!("user {}", number * 7 % 1_000)).collect();
            let numbers: Vec<u32> = names.iter().map(|name| texts.number(name)).collect();
            let again: Vec<u32> = names.iter().map(|name| texts.number(name)).collect();
            assert_eq!(numbers, again);
            let taken = texts.take();
            for (name, number) in names.iter().zip(numbers) {
                assert_eq!(taken[number as usize], *name);
            }
            assert_eq!(taken.len(), names.iter().collect::<std::collections::HashSet<_>>().len());
        }
        assert_eq!(texts.take(), Vec::<String>::new());
        assert_eq!((texts.number(""), texts.number("ü"), texts.number("")), (0, 1, 0));
    }
}
