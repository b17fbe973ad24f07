//! Many segments read as one, account by account.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use dearly_domain::{AccountId, Instant};

use crate::cursor::{Cursor, Wanted, any_within, columns_of};
use crate::gather::AccountRuns;
use crate::names::SharedNames;
use crate::scan::Projection;
use crate::{Error, Lake, Segment};

/// Stands at the same account in every segment that has it. Segments are opened when their first account is
/// reached and closed after their last, so that segments of few accounts cost nothing while others are read.
pub(crate) struct Merge {
    lake: Lake,
    columns: Arc<[usize]>,
    wanted: Wanted,
    /// Segments not opened yet, the one of the least account last.
    waiting: Vec<Segment>,
    /// In the order of the first instants of their segments, so that the rows of an account mostly come in order.
    cursors: Vec<(Instant, Cursor)>,
    /// The names of events and products that were met.
    names: Arc<SharedNames>,
}

impl Merge {
    pub(crate) fn new(
        lake: &Lake,
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
        Merge { lake: lake.clone(), columns, wanted, waiting, cursors: Vec::new(), names: Arc::default() }
    }

    /// All rows of the next account, segment by segment.
    pub(crate) fn next_runs(&mut self) -> Result<Option<AccountRuns>, Error> {
        let Some(account) = self.next_id()? else {
            return Ok(None);
        };
        let mut runs = Vec::with_capacity(self.cursors.len());
        let mut at = 0;
        while at < self.cursors.len() {
            let cursor = &mut self.cursors[at].1;
            let mut more = true;
            while more && cursor.account() == account.as_str() {
                runs.extend(cursor.rows());
                more = cursor.advance()?;
            }
            if more {
                at += 1;
            } else {
                self.cursors.remove(at);
            }
        }
        Ok(Some(AccountRuns { account, runs, names: Arc::clone(&self.names) }))
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
            let file = self.lake.segment_file(&segment)?;
            let Some(cursor) =
                Cursor::open(file, Arc::clone(&self.columns), self.wanted.clone(), Arc::clone(&self.names))?
            else {
                continue;
            };
            let later = self.cursors.partition_point(|(first, _)| *first <= segment.min_at);
            self.cursors.insert(later, (segment.min_at, cursor));
        }
    }
}
