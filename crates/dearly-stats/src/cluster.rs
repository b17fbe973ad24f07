use std::collections::HashMap;
use std::hash::Hash;

use crate::Error;

/// Which rows belong together: the rows of one account, or of one customer-success manager.
///
/// Clusters are numbered by their first row, so that the order of labels decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    of_row: Vec<u32>,
    count: usize,
}

impl Clusters {
    /// Clusters from any labels, one for each row; rows of equal labels are one cluster.
    ///
    /// # Example
    /// Numbers go by the first row, not by the label.
    /// ```
    /// let accounts = dearly_stats::Clusters::from_labels(&["north", "acme", "north"]);
    /// assert_eq!((accounts.rows(), accounts.count()), (3, 2));
    /// assert_eq!((accounts.of(0), accounts.of(1), accounts.of(2)), (0, 1, 0));
    /// ```
    pub fn from_labels<L: Hash + Eq>(labels: &[L]) -> Clusters {
        let mut numbers: HashMap<&L, u32> = HashMap::new();
        let mut of_row = Vec::with_capacity(labels.len());
        for label in labels {
            let next = u32::try_from(numbers.len()).expect("fewer clusters than 2³²");
            of_row.push(*numbers.entry(label).or_insert(next));
        }
        Clusters { of_row, count: numbers.len() }
    }

    /// Every row a cluster of its own, for rows that are independent.
    pub fn singletons(rows: usize) -> Clusters {
        Clusters { of_row: (0..u32::try_from(rows).expect("fewer rows than 2³²")).collect(), count: rows }
    }

    /// The clusters in which both agree, as two-way errors need them: two rows are together if they are in both. Both
    /// must have the same rows, which is not checked; rows that only one has are dropped.
    pub fn crossed(&self, other: &Clusters) -> Clusters {
        let pairs: Vec<(u32, u32)> = self.of_row.iter().copied().zip(other.of_row.iter().copied()).collect();
        Clusters::from_labels(&pairs)
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.of_row.len()
    }

    /// Clusters.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The cluster of a row, from 0. Panics for a row that is not there.
    pub fn of(&self, row: usize) -> usize {
        self.of_row[row] as usize
    }

    /// How many clusters there are among these rows; too few, where there are under 2.
    pub(crate) fn among(&self, rows: impl Iterator<Item = usize>) -> Result<usize, Error> {
        let mut is_among = vec![false; self.count];
        rows.for_each(|row| is_among[self.of(row)] = true);
        match is_among.into_iter().filter(|&one| one).count() {
            found @ (0 | 1) => Err(Error::TooFewClusters { found }),
            n_clusters => Ok(n_clusters),
        }
    }

    /// The rows of each cluster, ascending; as many lists as there are clusters, none of them empty.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (row, &cluster) in self.of_row.iter().enumerate() {
            members[cluster as usize].push(row);
        }
        members
    }

    /// Rows sorted by cluster, and where each cluster begins, with the end of the last.
    pub(crate) fn sorted(&self) -> (Vec<usize>, Vec<u32>) {
        let mut begins = vec![0; self.count + 1];
        for &cluster in &self.of_row {
            begins[cluster as usize + 1] += 1;
        }
        for cluster in 0..self.count {
            begins[cluster + 1] += begins[cluster];
        }
        let mut next = begins.clone();
        let mut rows = vec![0; self.of_row.len()];
        for (row, &cluster) in self.of_row.iter().enumerate() {
            rows[next[cluster as usize]] = row as u32;
            next[cluster as usize] += 1;
        }
        (begins, rows)
    }

    /// Clusters of some of the rows, in the order given and numbered anew by it; a row may come more than once. Panics
    /// for a row that is not there.
    pub fn rows_of(&self, rows: &[usize]) -> Clusters {
        let labels: Vec<u32> = rows.iter().map(|&row| self.of_row[row]).collect();
        Clusters::from_labels(&labels)
    }
}
