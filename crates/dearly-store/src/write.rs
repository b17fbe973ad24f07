//! The one transaction that may write.

use std::collections::{HashMap, HashSet};

use dearly_domain::Day;

use crate::error::Result;
use crate::lock::FolderLock;
use crate::view::View;

/// One transaction under the writer's lock: all of it becomes visible with [`Write::commit`], none of it otherwise.
/// Dropped, it is rolled back. What each noun lets one write stands in the noun's own file.
#[derive(Debug)]
pub struct Write {
    // The order matters: the transaction ends before the lock is free.
    pub(crate) view: View,
    _lock: Option<FolderLock>,
    /// Whether facts or the workbook were changed.
    pub(crate) changed: bool,
    /// Accounts whose facts change, each with the first day that may read differently.
    pub(crate) account_changes: HashMap<String, Day>,
    /// Of tables that were empty at first: hashes of the keys put since. Other keys need no look-up.
    pub(crate) begun: HashMap<&'static str, Option<HashSet<u64>>>,
}

impl Write {
    pub(crate) fn new(view: View, lock: Option<FolderLock>) -> Write {
        Write { view, _lock: lock, changed: false, account_changes: HashMap::new(), begun: HashMap::new() }
    }

    /// The records with what is written so far.
    pub fn view(&mut self) -> &mut View {
        &mut self.view
    }

    /// Makes everything visible and lasting, and answers the revision of the records, grown where facts or the
    /// workbook changed.
    ///
    /// # Errors
    /// [`Error::DiskFull`](crate::Error::DiskFull), and then nothing was kept; others, after which it may have come to pass all
    /// the same ([`Error::is_surely_undone`](crate::Error::is_surely_undone)).
    pub async fn commit(mut self) -> Result<i64> {
        if self.changed {
            self.grow_revision().await?;
        }
        let revision = self.view.revision().await?;
        self.store_account_changes(revision).await?;
        let Write { view, _lock, .. } = self;
        view.commit().await?;
        Ok(revision)
    }

    /// Takes everything back and waits until it is so.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); the transaction is gone also then.
    pub async fn roll_back(self) -> Result<()> {
        let Write { view, _lock, .. } = self;
        view.roll_back().await
    }
}
