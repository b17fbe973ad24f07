//! Texts that repeat, as numbers.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::StringArray;
use dearly_domain::Texts;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Every distinct text once, numbered in the order of arrival.
#[derive(Default)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, u32, TextHashing>,
    texts: Vec<Arc<str>>,
    bytes: usize,
}

/// The texts of [`Names`] in byte order, and for each number its place there.
pub(crate) struct SortedNames {
    pub(crate) texts: Arc<StringArray>,
    pub(crate) places: Vec<u32>,
}

impl Names {
    /// The number of a text.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = Arc::from(text);
        self.bytes += text.len();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn sorted(&self) -> SortedNames {
        let mut numbers: Vec<u32> = (0..self.texts.len() as u32).collect();
        numbers.sort_unstable_by(|&left, &right| self.text(left).cmp(self.text(right)));
        let mut places = vec![0; numbers.len()];
        for (place, &number) in numbers.iter().enumerate() {
            places[number as usize] = place as u32;
        }
        let texts = StringArray::from_iter_values(numbers.iter().map(|&number| self.text(number)));
        SortedNames { texts: Arc::new(texts), places }
    }

    pub(crate) fn clear(&mut self) {
        self.numbers.clear();
        self.texts.clear();
        self.bytes = 0;
    }
}

/// Names that all accounts share, as those of events: numbered once by who reads, told to who gathers.
#[derive(Default)]
pub(crate) struct SharedNames {
    names: Mutex<Names>,
}

impl SharedNames {
    /// The numbers of the texts of a dictionary.
    pub(crate) fn numbers(&self, texts: &StringArray) -> Arc<[u32]> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().map(|text| names.number(text.unwrap_or_default())).collect()
    }

    /// The texts of numbers.
    pub(crate) fn texts(&self, numbers: &[u32]) -> Texts {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.iter().map(|number| names.text(*number)).collect()
    }
}

/// Hashes short texts in one go, which is most of what an import does, from a seed that no file can foresee.
struct TextHashing {
    seed: u64,
}

struct TextHasher(u64);

impl Default for TextHashing {
    fn default() -> TextHashing {
        TextHashing { seed: RandomState::new().hash_one(0_u8) }
    }
}

impl BuildHasher for TextHashing {
    type Hasher = TextHasher;
    fn build_hasher(&self) -> TextHasher {
        TextHasher(self.seed)
    }
}

impl Hasher for TextHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u8(&mut self, byte: u8) {
        self.0 ^= u64::from(byte);
    }
}
