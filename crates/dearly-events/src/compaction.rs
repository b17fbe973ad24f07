//! Many small segments of a month become few large ones.

use std::collections::BTreeMap;

use crate::row_merge::RowMerge;
use crate::row_writer::{RowWriter, Size};
use crate::{Error, Lake, Month, Segment};

/// A segment is full at so many rows: a hundred million events of two years then lie in some thirty files, and a
/// reader of one account opens one or two a month. More would make the rewriting after an erasure, and what a reader
/// knows of a file before it reads any row of it, needlessly large.
const FULL_ROWS: u64 = 8_000_000;
/// The same for events with long attributes.
const FULL_BYTES: u64 = 256 * 1024 * 1024;
/// Segments of at least this share of a full one are left alone.
const LARGE_SHARE: u64 = 2;
/// A tier holds segments of up to so many times the rows of the tier below, and is merged when it has so many. A row
/// is so rewritten a few times on its way into a large segment, however small the segments are in which rows arrive.
const TIER: u64 = 8;
/// Rows of the lowest tier.
const LOWEST_ROWS: u64 = 4_096;
/// Bytes of the row groups that are in memory at once while segments are merged.
const OPEN_BYTES: u64 = 128 * 1024 * 1024;
/// Rows of a row group, about.
const GROUP_ROWS: u64 = crate::columns::ROW_GROUP_ROWS as u64;

/// When small segments are worth merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eagerness {
    /// When a month has eight of about one size, which bounds how often a row is written.
    WhenDue,
    /// Always, if a month has two.
    Always,
}

/// Segments of one month that are to become fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// The month.
    pub month: Month,
    /// At least two, small.
    pub segments: Vec<Segment>,
}

impl Compaction {
    /// What to merge first in each month, the earliest month first. After a merge there may be more to do: many
    /// segments are merged in several steps, so that memory stays bounded.
    ///
    /// # Errors
    /// [`Error::NotASegment`], [`Error::OtherLayout`].
    pub fn plan(segments: &[Segment], eagerness: Eagerness) -> Result<Vec<Compaction>, Error> {
        let mut months: BTreeMap<Month, Vec<&Segment>> = BTreeMap::new();
        for segment in segments {
            let small = months.entry(segment.month()?).or_default();
            if segment.rows < FULL_ROWS / LARGE_SHARE && segment.bytes < FULL_BYTES / LARGE_SHARE {
                small.push(segment);
            }
        }
        let plan = months.into_iter().filter_map(|(month, mut small)| {
            small.sort_by_key(|segment| (segment.rows, &segment.path));
            let due = match eagerness {
                Eagerness::Always => small.len(),
                Eagerness::WhenDue => due(&small),
            };
            let mut open = 0;
            let segments: Vec<Segment> = small[..due]
                .iter()
                .enumerate()
                .take_while(|(place, segment)| {
                    open += segment.bytes / segment.rows.div_ceil(GROUP_ROWS).max(1);
                    // Two always fit, or nothing would ever become less.
                    *place < 2 || open <= OPEN_BYTES
                })
                .map(|(_, segment)| (*segment).clone())
                .collect();
            (segments.len() >= 2).then_some(Compaction { month, segments })
        });
        Ok(plan.collect())
    }

    /// Bytes that will be read.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Merges the segments: the same events in the same order, in files that are live only once the records say so.
    /// `progress` is told how many rows were merged since it was told last; it may stop the merge by `false`, which
    /// gives `None`.
    ///
    /// Memory: about 300 MB at most, however large the segments are. Needs no lock.
    ///
    /// # Errors
    /// Those of [`Lake::known_keys`], [`Error::DiskFull`]; nothing is left behind then.
    pub fn run(
        &self,
        lake: &Lake,
        mut progress: impl FnMut(u64) -> bool,
    ) -> Result<Option<Vec<Segment>>, Error> {
        let most = Size { rows: FULL_ROWS, bytes: FULL_BYTES };
        let mut writer = RowWriter::new(lake, self.month, most);
        let mut rows = RowMerge::open(lake, &self.segments)?;
        let mut merged = 0;
        while let Some((batch, row)) = rows.row() {
            writer.push(batch, row)?;
            rows.advance()?;
            merged += 1;
            if merged == GROUP_ROWS && !progress(std::mem::take(&mut merged)) {
                return Ok(None);
            }
        }
        progress(merged);
        writer.finish().map(Some)
    }
}

/// How many of the segments, which ascend by rows, are to be merged: all up to the highest tier that is full.
fn due(small: &[&Segment]) -> usize {
    let (mut due, mut below, mut most) = (0, 0, LOWEST_ROWS);
    while below < small.len() {
        let above = small.partition_point(|segment| segment.rows <= most);
        if (above - below) as u64 >= TIER {
            due = above;
        }
        below = above;
        most = most.saturating_mul(TIER);
    }
    due
}

#[cfg(test)]
mod tests {
    use dearly_domain::Instant;

    use super::*;

    /// A segment of a month with so many rows of 30 bytes.
    fn segment(month: &str, number: u64, rows: u64) -> Segment {
        let at: Instant = format!("{month}-01T00:00:00Z").parse().unwrap();
        Segment {
            path: format!("events/month={month}/segment-{number:032x}.parquet"),
            rows,
            min_at: at,
            max_at: at,
            n_unattributed: 0,
            min_account: Some("a".into()),
            max_account: Some("b".into()),
            bytes: rows * 30,
        }
    }

    fn plan(sizes: &[(&str, u64)], eagerness: Eagerness) -> Vec<(String, Vec<u64>)> {
        let segments: Vec<Segment> =
            (0..).zip(sizes).map(|(number, (month, rows))| segment(month, number, *rows)).collect();
        let plan = Compaction::plan(&segments, eagerness).unwrap();
        let rows = |plan: &Compaction| plan.segments.iter().map(|segment| segment.rows).collect();
        plan.iter().map(|plan| (plan.month.to_string(), rows(plan))).collect()
    }

    #[test]
    fn two_small_segments_of_a_month_can_be_merged_and_eight_are_due() {
        let two = [("2026-01", 10), ("2026-02", 10), ("2026-02", 20)];
        assert_eq!(plan(&two, Eagerness::Always), [("2026-02".to_owned(), vec![10, 20])]);
        assert_eq!(plan(&two, Eagerness::WhenDue), []);
        let eight = vec![("2026-02", 100); 8];
        assert_eq!(plan(&eight, Eagerness::WhenDue), [("2026-02".to_owned(), vec![100; 8])]);
    }

    #[test]
    fn large_segments_are_left_alone() {
        let large = vec![("2026-02", 4_500_000); 9];
        assert_eq!(plan(&large, Eagerness::Always), []);
        assert_eq!(plan(&large, Eagerness::WhenDue), []);
    }

    #[test]
    fn a_full_tier_takes_the_lower_ones_with_it() {
        let mut sizes = vec![("2026-02", 100); 3];
        sizes.extend(vec![("2026-02", 20_000); 8]);
        sizes.extend(vec![("2026-02", 200_000); 7]);
        let expected = [vec![100; 3], vec![20_000; 8]].concat();
        assert_eq!(plan(&sizes, Eagerness::WhenDue), [("2026-02".to_owned(), expected)]);
    }

    #[test]
    fn what_does_not_fit_into_memory_is_merged_in_steps() {
        // A row group of each is 20 MB.
        let mut segments: Vec<Segment> =
            (0..20).map(|number| segment("2026-02", number, GROUP_ROWS)).collect();
        segments.iter_mut().for_each(|segment| segment.bytes = 20_000_000);
        let plan = Compaction::plan(&segments, Eagerness::Always).unwrap();
        assert_eq!(plan[0].segments.len(), 6);
    }

    #[test]
    fn a_row_is_written_few_times_however_it_arrives() {
        // A segment of a thousand rows after the other, as a stream of events makes them.
        let (mut live, mut written) = (Vec::new(), 0);
        for number in 0..8_000 {
            live.push(segment("2026-02", number, 1_000));
            while let Some(plan) = Compaction::plan(&live, Eagerness::WhenDue).unwrap().pop() {
                let rows: u64 = plan.segments.iter().map(|segment| segment.rows).sum();
                live.retain(|segment| !plan.segments.contains(segment));
                live.push(segment("2026-02", 1_000_000 + written, rows));
                written += rows;
            }
        }
        assert!(written <= 6 * 8_000_000, "{written} rows");
        assert!(live.len() <= 40, "{} segments", live.len());
    }
}
