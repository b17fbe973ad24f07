//! Events that must go or change: only the segments that hold any are written anew.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use dearly_domain::{AccountId, Instant};

use crate::columns::{ACCOUNT, AT, ROW_GROUP_ROWS, USER};
use crate::row_merge::RowMerge;
use crate::row_writer::{RowWriter, Size};
use crate::scan::whole_row;
use crate::segment_file::SegmentFile;
use crate::segment_writer::Naming;
use crate::{Error, EventRow, Lake, Segment, Stager};

/// Which events may have to change; what it does not select stays as it is, and segments without any are not
/// written. Every part narrows the selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only events of these users.
    pub users: Option<BTreeSet<String>>,
    /// Only events of these accounts, or of none.
    pub accounts: Option<Owners>,
    /// Only events before this instant.
    pub before: Option<Instant>,
}

/// Accounts, and perhaps none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Events of these accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Also events that have no account.
    pub unattributed: bool,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, as it is or as it was changed.
    Keep,
    /// It goes.
    Drop,
}

/// What a rewriting came to. The added segments are on disk for good and live once the records say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Segments that are to be live.
    pub added: Vec<Segment>,
    /// Segments that are to be live no more.
    pub removed: Vec<Segment>,
    /// How many events go.
    pub n_dropped: u64,
    /// How many events change.
    pub n_changed: u64,
    /// Accounts that lose or gain events, each with the first instant from which it reads differently.
    pub touched: BTreeMap<AccountId, Instant>,
    /// Whether events went unread, so that any account may have lost some.
    pub touches_all: bool,
}

impl Rewritten {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl Rewritten {
    /// Notes that the event counts no more, or now does. A linked one counts only from its link on.
    fn touch(&mut self, row: &EventRow) {
        let Some(account) = &row.account else {
            return;
        };
        let from = row.linked_at.map_or(row.at, |linked_at| linked_at.max(row.at));
        match self.touched.get_mut(account) {
            Some(first) => *first = from.min(*first),
            None => {
                self.touched.insert(account.clone(), from);
            }
        }
    }
}

impl Selection {
    /// Whether the segment may hold such an event, by what the records keep of it.
    pub fn may_touch(&self, segment: &Segment) -> bool {
        let of_owner = |owners: &Owners| {
            let named = match (&segment.min_account, &segment.max_account) {
                (Some(least), Some(greatest)) => owners.accounts.range(least..=greatest).next().is_some(),
                _ => false,
            };
            named || (owners.unattributed && segment.n_unattributed > 0)
        };
        self.users.as_ref().is_none_or(|users| !users.is_empty())
            && self.accounts.as_ref().is_none_or(of_owner)
            && self.before.is_none_or(|before| segment.min_at < before)
    }

    fn holds(&self, account: Option<&str>, user: Option<&str>, at: Instant) -> bool {
        let of_owner = |owners: &Owners| match account {
            Some(account) => owners.accounts.contains(&AccountId::from(account)),
            None => owners.unattributed,
        };
        self.before.is_none_or(|before| at < before)
            && self.users.as_ref().is_none_or(|users| user.is_some_and(|user| users.contains(user)))
            && self.accounts.as_ref().is_none_or(of_owner)
    }
}

impl Lake {
    /// Rewrites the segments that hold selected events: `change` decides what becomes of each of them. It may change
    /// every cell but the instant; the key of an event stays. Events that change go into segments of their own, in
    /// order, the others stay in theirs.
    ///
    /// Needs no lock; whoever publishes the result holds it and sees that what is removed is still live. Memory as of
    /// a [`Stager`].
    ///
    /// # Errors
    /// Those of [`Lake::known_keys`], [`Error::DiskFull`]; nothing is left behind then.
    pub fn rewrite(
        &self,
        segments: &[Segment],
        selection: &Selection,
        mut change: impl FnMut(&mut EventRow) -> Fate,
    ) -> Result<Rewritten, Error> {
        let mut rewriting = Rewriting {
            lake: self.clone(),
            stager: Stager::new(Arc::clone(&self.files), Naming::OfItsOwn),
            result: Rewritten::default(),
        };
        for segment in segments.iter().filter(|segment| selection.may_touch(segment)) {
            rewriting.segment(segment, selection, &mut change)?;
        }
        rewriting.finish()
    }

    /// Drops all events before the instant. Segments that are older as a whole are not even opened.
    ///
    /// # Errors
    /// Those of [`Lake::rewrite`].
    pub fn drop_before(&self, segments: &[Segment], before: Instant) -> Result<Rewritten, Error> {
        let (old, rest): (Vec<Segment>, Vec<Segment>) =
            segments.iter().cloned().partition(|segment| segment.max_at < before);
        let selection = Selection { before: Some(before), ..Selection::default() };
        let mut result = self.rewrite(&rest, &selection, |_| Fate::Drop)?;
        result.n_dropped += old.iter().map(|segment| segment.rows).sum::<u64>();
        result.touches_all = !old.is_empty();
        result.removed.extend(old);
        Ok(result)
    }

    /// Which of the segments hold an event of one of the users.
    ///
    /// # Errors
    /// Those of [`Lake::known_keys`].
    pub fn segments_of(&self, segments: &[Segment], users: &BTreeSet<String>) -> Result<Vec<Segment>, Error> {
        let selection = Selection { users: Some(users.clone()), ..Selection::default() };
        let mut found = Vec::new();
        for segment in segments {
            if any_selected(&self.segment_file(segment)?, &selection)? {
                found.push(segment.clone());
            }
        }
        Ok(found)
    }
}

/// Dropped before the end, it removes what it wrote.
struct Rewriting {
    lake: Lake,
    /// Events that changed.
    stager: Stager,
    result: Rewritten,
}

impl Rewriting {
    fn segment(
        &mut self,
        segment: &Segment,
        selection: &Selection,
        change: &mut impl FnMut(&mut EventRow) -> Fate,
    ) -> Result<(), Error> {
        // Most segments hold none: a look at three columns is enough to leave them alone.
        if !any_selected(&self.lake.segment_file(segment)?, selection)? {
            return Ok(());
        }
        let most = Size { rows: u64::MAX, bytes: u64::MAX };
        let mut writer = RowWriter::new(&self.lake, segment.month()?, most);
        let (mut n_dropped, mut n_changed) = (0, 0);
        let mut rows = RowMerge::open(&self.lake, std::slice::from_ref(segment))?;
        while let Some((batch, row)) = rows.row() {
            if selection.holds(batch.account.get(row), batch.user.get(row), batch.at(row)) {
                let own = whole_row(batch, row);
                let mut changed = own.clone();
                match change(&mut changed) {
                    Fate::Drop => {
                        self.result.touch(&own);
                        n_dropped += 1;
                    }
                    Fate::Keep if changed == own => writer.push(batch, row)?,
                    Fate::Keep => {
                        changed.at = own.at;
                        self.stager.push(&changed, batch.key(row))?;
                        self.result.touch(&own);
                        self.result.touch(&changed);
                        n_changed += 1;
                    }
                }
            } else {
                writer.push(batch, row)?;
            }
            rows.advance()?;
        }
        if n_dropped + n_changed > 0 {
            self.result.added.extend(writer.finish()?);
            self.result.removed.push(segment.clone());
            self.result.n_dropped += n_dropped;
            self.result.n_changed += n_changed;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Rewritten, Error> {
        let stager = std::mem::replace(&mut self.stager, self.lake.stage());
        self.result.added.extend(stager.finish()?);
        Ok(std::mem::take(&mut self.result))
    }
}

impl Drop for Rewriting {
    fn drop(&mut self) {
        // What cannot be removed now is not live, and a later sweep removes it.
        let _ = self.lake.discard(&self.result.added);
    }
}

/// Whether any event of the file is selected.
fn any_selected(file: &SegmentFile, selection: &Selection) -> Result<bool, Error> {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Int32Type, TimestampMicrosecondType};

    for row_group in 0..file.row_groups() {
        for batch in file.read(row_group, &[ACCOUNT, USER, AT], ROW_GROUP_ROWS)? {
            let batch = batch.map_err(|error| file.damaged(error.to_string()))?;
            let words = |column: usize| {
                batch.column(column).as_dictionary_opt::<Int32Type>().zip(
                    batch
                        .column(column)
                        .as_any_dictionary_opt()
                        .and_then(|all| all.values().as_string_opt::<i32>()),
                )
            };
            let (Some((accounts, account_texts)), Some((users, user_texts))) = (words(0), words(1)) else {
                return Err(file.damaged("a column of texts has no dictionary"));
            };
            // Few texts stand for many rows: those wanted are found once.
            let wanted: Option<HashSet<i32>> = selection.users.as_ref().map(|wanted| {
                let numbers = (0..).zip(user_texts.iter());
                numbers
                    .filter(|(_, text)| text.is_some_and(|text| wanted.contains(text)))
                    .map(|(n, _)| n)
                    .collect()
            });
            if wanted.as_ref().is_some_and(HashSet::is_empty) {
                continue;
            }
            let at = batch.column(2).as_primitive::<TimestampMicrosecondType>();
            let selected = |row: &usize| {
                let user = users.is_valid(*row).then(|| users.keys().value(*row));
                if wanted.as_ref().is_some_and(|wanted| !user.is_some_and(|user| wanted.contains(&user))) {
                    return false;
                }
                let account = accounts.key(*row).map(|key| account_texts.value(key));
                let user = user.map(|user| user_texts.value(user as usize));
                selection.holds(account, user, Instant::from_micros(at.value(*row)))
            };
            if (0..batch.num_rows()).any(|row| selected(&row)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
