//! Events as they are read: account by account, in ascending order of accounts.

use dearly_domain::usage::{Usage, UsageRows};
use dearly_domain::{AccountId, Texts};

use crate::cursor::Batch;
use crate::gather::Gatherer;
use crate::merge::Merge;
use crate::{Error, EventRow};

/// Which columns are read beside those that every reader needs. What is not read is `None` in every row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// When an event became known.
    pub recorded_at: bool,
    /// The number that came with an event.
    pub value: bool,
    /// The id that deduplicates.
    pub message_id: bool,
    /// The custom attributes.
    pub attributes: bool,
    /// The source, what the event was attributed by, and the instants of the client's clock.
    pub origin: bool,
}

impl Projection {
    /// Account, user, event, product, when it happened and was linked, and count.
    pub const CORE: Projection =
        Projection { recorded_at: false, value: false, message_id: false, attributes: false, origin: false };
    /// Every cell.
    pub const ALL: Projection =
        Projection { recorded_at: true, value: true, message_id: true, attributes: true, origin: true };
}

/// All events of one account in compact form: what the scoring reads.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountEvents {
    /// The account.
    pub account: AccountId,
    /// Its users, each once.
    pub users: Texts,
    /// Its events' names, each once.
    pub events: Texts,
    /// Its products, each once.
    pub products: Texts,
    /// Its events; they ascend in time where segments do not overlap.
    pub rows: UsageRows,
}

impl From<AccountEvents> for Usage {
    fn from(events: AccountEvents) -> Usage {
        let AccountEvents { account: _, users, events, products, rows } = events;
        Usage { users, events, products, rows }
    }
}

/// Iterates over the accounts of a lake, each with its events in compact form; ends after the first error. Events
/// without an account are left out.
///
/// Memory: of every segment open one row group as it lies in the file and one decoded batch, and one account.
pub struct AccountScan {
    merge: Option<Merge>,
    gatherer: Gatherer,
}

/// Iterates over the accounts of a lake, each with its whole rows in the order of [`EventRow::order`]; ends
/// after the first error. Events without an account are left out. For people to look at: [`AccountScan`] is several times as fast.
pub struct RowScan {
    merge: Option<Merge>,
}

impl AccountScan {
    pub(crate) fn new(merge: Merge) -> AccountScan {
        AccountScan { merge: Some(merge), gatherer: Gatherer::new(None) }
    }
}

impl RowScan {
    pub(crate) fn new(merge: Merge) -> RowScan {
        RowScan { merge: Some(merge) }
    }
}

impl Iterator for AccountScan {
    type Item = Result<AccountEvents, Error>;

    fn next(&mut self) -> Option<Result<AccountEvents, Error>> {
        let next = self.merge.as_mut()?.next_runs().transpose();
        let item = next.map(|runs| runs.map(|runs| self.gatherer.gather(runs)));
        if !matches!(item, Some(Ok(_))) {
            self.merge = None;
        }
        item
    }
}

impl Iterator for RowScan {
    type Item = Result<(AccountId, Vec<EventRow>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.merge.as_mut()?.next_runs().transpose();
        let item = next.map(|account| {
            let account = account?;
            let runs = account.runs.iter();
            let mut rows: Vec<EventRow> =
                runs.flat_map(|(batch, rows)| rows.clone().map(|row| whole_row(batch, row))).collect();
            rows.sort_by(EventRow::order);
            Ok((account.account, rows))
        });
        if !matches!(item, Some(Ok(_))) {
            self.merge = None;
        }
        item
    }
}

/// A row with all cells that were read.
pub(crate) fn whole_row(batch: &Batch, row: usize) -> EventRow {
    EventRow {
        account: batch.account.get(row).map(AccountId::from),
        at: batch.at(row),
        event: batch.event.get(row).unwrap_or_default().to_owned(),
        user: batch.user.get(row).map(str::to_owned),
        product: batch.product.get(row).map(str::to_owned),
        count: batch.count(row),
        value: batch.value(row),
        message_id: batch.message_id(row).map(str::to_owned),
        recorded_at: batch.recorded_at(row),
        attributes: batch.attributes(row).map(str::to_owned),
        source: batch.source(row).map(str::to_owned),
        attributed_by: batch.attributed_by(row),
        linked_at: batch.linked_at(row),
        original_at: batch.original_at(row),
        sent_at: batch.sent_at(row),
    }
}
