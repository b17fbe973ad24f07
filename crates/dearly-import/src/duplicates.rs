//! Which rows of a file repeat or contradict one another.
//!
//! Two differing rows of one key with the same `recorded_at`, or both without, are both rejected: nothing says which
//! one is right, and the order of rows must not. Identical rows count once. Rows of one key with different
//! `recorded_at` are versions. A row without a key (an event without `message_id`) is known by what it says, and by
//! how often it was said before.

use std::collections::{HashMap, HashSet};

use dearly_domain::Instant;

/// What the first pass remembers of a row: the hash of the key, of the content, and the place; then `recorded_at`
/// where the file has it.
#[derive(Debug)]
enum Entries {
    Narrow(Vec<[u64; 3]>),
    Wide(Vec<[u64; 4]>),
}

/// Where a row stands: its input and its line, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(u64);

const LINE_BITS: u32 = 42;
const PLACE_BITS: u32 = 47;
const PLACE_MASK: u64 = (1 << PLACE_BITS) - 1;
const KEYLESS: u64 = 1 << PLACE_BITS;

impl Place {
    /// The most inputs of a file that can be told apart.
    pub(crate) const MOST_INPUTS: usize = 1 << (PLACE_BITS - LINE_BITS);

    pub(crate) fn new(input: usize, line: u64) -> Place {
        debug_assert!(input < Place::MOST_INPUTS);
        Place(((input as u64) << LINE_BITS) | (line & ((1 << LINE_BITS) - 1)))
    }

    pub(crate) fn input(self) -> usize {
        (self.0 >> LINE_BITS) as usize
    }

    pub(crate) fn line(self) -> u64 {
        self.0 & ((1 << LINE_BITS) - 1)
    }
}

/// What becomes of a row that is not the only one of its key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    /// It says the same as an earlier one.
    Repeats,
    /// It contradicts the one at this place.
    Differs(Place),
}

/// Collects the rows of the first pass.
#[derive(Debug)]
pub(crate) struct Collector {
    entries: Entries,
}

/// What the whole file says about its rows.
#[derive(Debug, Default)]
pub(crate) struct Duplicates {
    standings: HashMap<Place, Standing>,
    /// Keys with several versions, and how many rows of each are taken.
    versions: HashMap<u64, u32>,
    /// The contents of rows without a key that are said more than once.
    repeated: HashSet<u128>,
}

impl Collector {
    pub(crate) fn new(has_recorded_at: bool) -> Collector {
        Collector {
            entries: if has_recorded_at { Entries::Wide(Vec::new()) } else { Entries::Narrow(Vec::new()) },
        }
    }

    /// Remembers a row; `key` is `None` for one that has no key.
    pub(crate) fn add(
        &mut self,
        key: Option<u128>,
        content: u128,
        recorded_at: Option<Instant>,
        place: Place,
    ) {
        // Without a key the content stands for it, and its other half for the content.
        let hash = key.unwrap_or(content);
        let other = if key.is_some() { content as u64 } else { (content >> 64) as u64 };
        let word =
            ((hash >> 112) as u64) << (PLACE_BITS + 1) | if key.is_none() { KEYLESS } else { 0 } | place.0;
        let recorded = recorded_at.map_or(u64::MAX, |at| at.micros() as u64 ^ (1 << 63));
        match &mut self.entries {
            Entries::Narrow(entries) => entries.push([hash as u64, other, word]),
            Entries::Wide(entries) => entries.push([hash as u64, other, word, recorded]),
        }
    }

    pub(crate) fn settle(self) -> Duplicates {
        match self.entries {
            Entries::Narrow(entries) => settle(entries),
            Entries::Wide(entries) => settle(entries),
        }
    }
}

fn settle<const N: usize>(mut entries: Vec<[u64; N]>) -> Duplicates {
    let group = |entry: &[u64; N]| (entry[0], entry[2] >> PLACE_BITS);
    let recorded = |entry: &[u64; N]| entry.get(3).copied().unwrap_or(u64::MAX);
    let place = |entry: &[u64; N]| Place(entry[2] & PLACE_MASK);
    entries.sort_unstable_by_key(|entry| (group(entry), recorded(entry), entry[1], place(entry)));
    let mut duplicates = Duplicates::default();
    for rows in entries.chunk_by(|a, b| group(a) == group(b)) {
        if rows.len() == 1 {
            continue;
        }
        if rows[0][2] & KEYLESS != 0 {
            for same in rows.chunk_by(|a, b| a[1] == b[1]).filter(|same| same.len() > 1) {
                duplicates.repeated.insert(u128::from(same[0][1]) << 64 | u128::from(same[0][0]));
            }
            continue;
        }
        let (mut versions, mut taken) = (0, 0);
        for rivals in rows.chunk_by(|a, b| recorded(a) == recorded(b)) {
            versions += 1;
            if rivals[0][1] == rivals[rivals.len() - 1][1] {
                taken += 1;
                for row in &rivals[1..] {
                    duplicates.standings.insert(place(row), Standing::Repeats);
                }
                continue;
            }
            // The first place of each content; every row names the first that says something else.
            let mut firsts: Vec<(Place, u64)> =
                rivals.chunk_by(|a, b| a[1] == b[1]).map(|same| (place(&same[0]), same[0][1])).collect();
            firsts.sort_unstable();
            for row in rivals {
                let other = firsts.iter().find(|(_, content)| *content != row[1]).expect("contents differ").0;
                duplicates.standings.insert(place(row), Standing::Differs(other));
            }
        }
        if versions > 1 && taken > 0 {
            duplicates.versions.insert(rows[0][0], taken);
        }
    }
    duplicates
}

impl Duplicates {
    /// What is known of the row at a place; `None` where it is the only one.
    pub(crate) fn standing(&self, place: Place) -> Option<Standing> {
        self.standings.get(&place).copied()
    }

    /// How many versions of the key are handed out, where there may be several.
    pub(crate) fn versions(&self, key: u128) -> Option<u32> {
        if self.versions.is_empty() { None } else { self.versions.get(&(key as u64)).copied() }
    }

    /// Whether a row without a key is said more than once.
    pub(crate) fn is_repeated(&self, content: u128) -> bool {
        !self.repeated.is_empty() && self.repeated.contains(&content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standings(rows: &[(Option<u128>, u128, Option<i64>)]) -> Vec<Option<Standing>> {
        let mut collector = Collector::new(rows.iter().any(|row| row.2.is_some()));
        for (line, (key, content, recorded)) in rows.iter().enumerate() {
            collector.add(*key, *content, recorded.map(Instant::from_micros), Place::new(0, line as u64));
        }
        let duplicates = collector.settle();
        (0..rows.len()).map(|line| duplicates.standing(Place::new(0, line as u64))).collect()
    }

    #[test]
    fn rows_of_one_key_repeat_differ_or_are_versions() {
        let differs = |line| Some(Standing::Differs(Place::new(0, line)));
        let repeats = Some(Standing::Repeats);
        for (rows, expected) in [
            (vec![(Some(1), 10, None), (Some(2), 10, None)], vec![None, None]),
            (vec![(Some(1), 10, None), (Some(1), 10, None)], vec![None, repeats]),
            (vec![(Some(1), 10, None), (Some(1), 11, None)], vec![differs(1), differs(0)]),
            (
                vec![(Some(1), 10, None), (Some(1), 10, None), (Some(1), 9, None)],
                vec![differs(2), differs(2), differs(0)],
            ),
            (vec![(Some(1), 10, Some(-5)), (Some(1), 11, Some(6))], vec![None, None]),
            (vec![(Some(1), 10, Some(5)), (Some(1), 11, Some(5))], vec![differs(1), differs(0)]),
            (vec![(None, 10, None), (None, 10, None)], vec![None, None]),
        ] {
            assert_eq!(standings(&rows), expected, "{rows:?}");
        }
        assert_eq!(Place::new(3, 77).input(), 3);
        assert_eq!(Place::new(3, 77).line(), 77);
    }

    #[test]
    fn rows_without_a_key_are_counted() {
        let (twice, once) = (7 << 64 | 5, 8 << 64 | 5);
        let mut collector = Collector::new(false);
        for (line, content) in [twice, once, twice].into_iter().enumerate() {
            collector.add(None, content, None, Place::new(0, line as u64));
        }
        let duplicates = collector.settle();
        assert!(duplicates.is_repeated(twice));
        assert!(!duplicates.is_repeated(once));
    }
}
