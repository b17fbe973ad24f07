//! Many segments read as one, account by account.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use dearly_domain::{AccountId, Instant};

use crate::cursor::{Batch, Cursor, Wanted, any_within, columns_of};
use crate::scan::Projection;
use crate::segment_file::SegmentFile;
use crate::{Error, Segment};

/// Stands at the same account in every segment that has it. Segments are opened when their first account is
/// reached and closed after their last, so that segments of few accounts cost nothing while others are read.
pub(crate) struct Merge {
    folder: PathBuf,
    columns: Arc<[usize]>,
    wanted: Wanted,
    /// Segments not opened yet, the one of the least account last.
    waiting: Vec<Segment>,
    /// In the order of the first instants of their segments, so that the rows of an account mostly come in order.
    cursors: Vec<(Instant, Cursor)>,
    /// How many accounts were read: the number of the current one, from 1.
    accounts: u64,
}

impl Merge {
    pub(crate) fn new(
        folder: PathBuf,
        segments: &[Segment],
        accounts: Option<&BTreeSet<AccountId>>,
        projection: Projection,
    ) -> Merge {
        let wanted: Wanted = accounts.map(|accounts| accounts.iter().cloned().collect());
        // Segments without an account at all have nothing for a reader of accounts.
        let within = |segment: &&Segment| match (&segment.min_account, &segment.max_account) {
            (Some(least), Some(greatest)) => {
                any_within(&wanted, least.as_str().as_bytes(), greatest.as_str().as_bytes())
            }
            _ => false,
        };
        let mut waiting: Vec<Segment> = segments.iter().filter(within).cloned().collect();
        waiting.sort_by_cached_key(|segment| Reverse((segment.min_account.clone(), segment.path.clone())));
        let columns = columns_of(projection).into();
        Merge { folder, columns, wanted, waiting, cursors: Vec::new(), accounts: 0 }
    }

    /// Hands all rows of the next account to `gather`, segment by segment, with the account's number.
    pub(crate) fn next_account(
        &mut self,
        mut gather: impl FnMut(u64, &mut Batch, Range<usize>),
    ) -> Result<Option<AccountId>, Error> {
        let Some(account) = self.next_id()? else {
            return Ok(None);
        };
        self.accounts += 1;
        let mut at = 0;
        while at < self.cursors.len() {
            let cursor = &mut self.cursors[at].1;
            let mut more = true;
            while more && cursor.account() == account.as_str() {
                if let Some((batch, rows)) = cursor.rows() {
                    gather(self.accounts, batch, rows);
                }
                more = cursor.advance()?;
            }
            if more {
                at += 1;
            } else {
                self.cursors.remove(at);
            }
        }
        Ok(Some(account))
    }

    /// The least account of all that are left, once every segment that could hold it is open.
    fn next_id(&mut self) -> Result<Option<AccountId>, Error> {
        loop {
            let least = self.cursors.iter().map(|(_, cursor)| cursor.account()).min();
            let reached = |segment: &Segment| {
                let first = segment.min_account.as_ref().map(AccountId::as_str);
                least.is_none_or(|least| first <= Some(least))
            };
            if !self.waiting.last().is_some_and(reached) {
                return Ok(least.map(AccountId::from));
            }
            let Some(segment) = self.waiting.pop() else {
                return Ok(None);
            };
            let file = SegmentFile::open(&self.folder, &segment)?;
            let Some(cursor) = Cursor::open(file, Arc::clone(&self.columns), self.wanted.clone())? else {
                continue;
            };
            let later = self.cursors.partition_point(|(first, _)| *first <= segment.min_at);
            self.cursors.insert(later, (segment.min_at, cursor));
        }
    }
}
