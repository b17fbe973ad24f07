//! References of a file to itself: a row whose parent is not taken is not taken either.

use std::collections::{HashMap, HashSet};

use crate::duplicates::Place;

/// The readable rows of a file that refers to itself.
#[derive(Debug, Default)]
pub(crate) struct Lineage {
    rows: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    place: Place,
    key: String,
    parents: Vec<String>,
}

impl Lineage {
    pub(crate) fn add(&mut self, place: Place, key: String, parents: Vec<String>) {
        self.rows.push(Member { place, key, parents });
    }

    /// The places of the rows that refer to a key that neither `exists` nor is taken from this file. A row that is
    /// not `admitted` is not taken. Rows that refer to one another in a ring stand or fall together: they stand.
    pub(crate) fn orphans(
        &self,
        exists: impl Fn(&str) -> bool,
        admitted: impl Fn(Place, &str) -> bool,
    ) -> HashSet<Place> {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let mut alive: Vec<bool> = Vec::with_capacity(self.rows.len());
        let mut children: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            let admitted = admitted(row.place, &row.key);
            alive.push(admitted);
            *taken.entry(&row.key).or_default() += usize::from(admitted);
            for parent in row.parents.iter().filter(|parent| !exists(parent)) {
                children.entry(parent).or_default().push(index);
            }
        }
        let mut gone: Vec<&str> = children
            .keys()
            .copied()
            .filter(|parent| taken.get(parent).is_none_or(|count| *count == 0))
            .collect();
        let mut orphans = HashSet::new();
        while let Some(parent) = gone.pop() {
            for child in children.remove(parent).unwrap_or_default() {
                let row = &self.rows[child];
                orphans.insert(row.place);
                if std::mem::take(&mut alive[child]) {
                    let count = taken.get_mut(row.key.as_str()).expect("every row is counted");
                    *count -= 1;
                    if *count == 0 {
                        gone.push(&row.key);
                    }
                }
            }
        }
        orphans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_falls_with_its_parent() {
        let mut lineage = Lineage::default();
        for (line, key, parents) in [
            (1, "a", vec!["b"]),
            (2, "b", vec!["c"]),
            (3, "c", vec!["missing"]),
            (4, "d", vec!["stored"]),
            (5, "e", vec!["d"]),
            (6, "x", vec!["y"]),
            (7, "y", vec!["x"]),
            (8, "refused", vec![]),
            (9, "z", vec!["refused"]),
        ] {
            let parents = parents.into_iter().map(str::to_owned).collect();
            lineage.add(Place::new(0, line), key.to_owned(), parents);
        }
        let orphans = lineage.orphans(|key| key == "stored", |place, _| place.line() != 8);
        let mut lines: Vec<_> = orphans.iter().map(|place| place.line()).collect();
        lines.sort_unstable();
        assert_eq!(lines, [1, 2, 3, 9]);
    }
}
