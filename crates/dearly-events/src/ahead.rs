//! Reading on a thread of its own, so that decoding goes on while others work on what was read.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use dearly_domain::AccountId;

use crate::gather::AccountRuns;
use crate::merge::Merge;
use crate::scan::Projection;
use crate::{Error, Lake, Segment};

/// Portions that wait to be worked on.
const PORTIONS_AHEAD: usize = 2;
/// A portion is full with so many rows, or so many accounts.
const PORTION_ROWS: usize = 131_072;
const PORTION_ACCOUNTS: usize = 256;

/// Portions of accounts in ascending order, read ahead; ends after the first error.
///
/// Memory: of every open segment one row group as it lies in the file, and decoded rows of a few portions. An account
/// is never parted, so the largest one bounds what a portion can grow to.
pub struct ReadAhead {
    portions: Option<Receiver<Result<Vec<AccountRuns>, Error>>>,
    reader: Option<JoinHandle<()>>,
}

impl Lake {
    /// All events of the segments, of all accounts or of those named, read ahead on a thread of its own. Events without
    /// an account are left out. `recorded_at` says whether a [`crate::Gatherer`] will ask what was known by when.
    ///
    /// Every item may be one of the errors of [`Lake::known_keys`].
    pub fn read_ahead(
        &self,
        segments: &[Segment],
        accounts: Option<&BTreeSet<AccountId>>,
        recorded_at: bool,
    ) -> ReadAhead {
        let merge = Merge::new(self, segments, accounts, Projection { recorded_at, ..Projection::CORE });
        let (sender, receiver) = sync_channel(PORTIONS_AHEAD);
        let read = move || {
            let mut merge = merge;
            loop {
                let portion = portion(&mut merge);
                let ends = !matches!(&portion, Ok(accounts) if !accounts.is_empty());
                // Nobody listens any more, or there is no more to say.
                if portion.as_ref().is_ok_and(Vec::is_empty) || sender.send(portion).is_err() || ends {
                    return;
                }
            }
        };
        ReadAhead { portions: Some(receiver), reader: Some(std::thread::spawn(read)) }
    }
}

/// The next accounts, none at the end.
fn portion(merge: &mut Merge) -> Result<Vec<AccountRuns>, Error> {
    let (mut accounts, mut rows) = (Vec::new(), 0);
    while rows < PORTION_ROWS && accounts.len() < PORTION_ACCOUNTS {
        let Some(account) = merge.next_runs()? else { break };
        rows += account.rows();
        accounts.push(account);
    }
    Ok(accounts)
}

impl Iterator for ReadAhead {
    type Item = Result<Vec<AccountRuns>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.portions.as_ref()?.recv().ok()
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        // First the channel, at which the reader may be waiting.
        self.portions = None;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
