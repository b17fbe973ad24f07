//! Facts of accounts, read from the records and the lake, ready for the engine.

use std::collections::{BTreeSet, VecDeque};

use dearly_domain::account::Account;
use dearly_domain::money::Rates;
use dearly_domain::plan::Plan;
use dearly_domain::{AccountId, Calendar, Held, Instant, Record};
use dearly_events::{AccountRuns, Gatherer, Lake, ReadAhead};
use dearly_health::Readings;
use dearly_health::facts::{AccountFacts, BookFacts, Usage};
use dearly_store::View;
use rayon::prelude::*;

use crate::app::{App, InForce};
use crate::error::{Error, Result};
use crate::statements::ReadingsOf;
use crate::versions::{Reading, Versions, held};

/// How many accounts are in memory at a time.
const CHUNK: usize = 256;
/// With so many events, fewer accounts are: only the largest account bounds what must be held.
const CHUNK_ROWS: usize = 500_000;

/// Which facts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// All.
    Everything,
    /// Accounts and their terms.
    Terms,
}

/// Reads facts as one consistent state of the book.
pub(crate) struct BookReader {
    pub(crate) view: View,
    /// The revision of the facts that it reads.
    pub(crate) revision: i64,
    lake: Lake,
    segments: Vec<dearly_events::Segment>,
    calendar: Calendar,
    rates: Rates,
    known_by: Option<Instant>,
    pub(crate) facts: BookFacts,
    /// What measures in SQL say, by account.
    pub(crate) readings: ReadingsOf,
}

impl App {
    pub(crate) async fn reader(&self, in_force: &InForce, known_by: Option<Instant>) -> Result<BookReader> {
        let mut view = self.store.view().await?;
        let revision = view.revision().await?;
        let segments = view.segments().await?.into_iter().map(segment).collect();
        let calendar = in_force.calendar.clone();
        let facts = match self.cache.book(revision, known_by) {
            Some(facts) => facts,
            None => {
                let plans: Vec<Held<Plan>> =
                    held(&view.versions(Plan::FILE, None).await?, known_by, &calendar);
                let began = |held: &Held<Plan>| {
                    held.value.created_on.or(held.value.accepted_on).unwrap_or(held.from).max(held.from)
                };
                let facts = BookFacts { plans_since: plans.iter().map(began).min() };
                self.cache.keep_book(revision, known_by, facts);
                facts
            }
        };
        let rates = in_force.workbook.rates();
        let readings = ReadingsOf::new();
        let lake = self.lake.clone();
        Ok(BookReader { view, revision, lake, segments, calendar, rates, known_by, facts, readings })
    }
}

impl BookReader {
    /// What may be known.
    pub(crate) fn known_by(&self) -> Option<Instant> {
        self.known_by
    }

    /// Every account of the book, in order.
    pub(crate) async fn accounts(&mut self) -> Result<Vec<AccountId>> {
        let mut ids: Vec<AccountId> =
            self.view.keys(Account::FILE).await?.into_iter().map(AccountId).collect();
        ids.sort();
        Ok(ids)
    }

    /// The facts of one account.
    pub(crate) async fn account(&mut self, id: &str) -> Result<AccountFacts> {
        let ids = [AccountId::from(id)];
        let mut facts = self.records(&ids, Needs::Everything).await?;
        let facts = facts.pop().filter(|facts| !facts.attributes.is_empty());
        let Some(mut facts) = facts else {
            let hint = Some("the book names its accounts by external_id".to_owned());
            return Err(Error::NotFound { what: "account", id: id.to_owned(), hint });
        };
        let wanted: BTreeSet<AccountId> = ids.into_iter().collect();
        let gatherer = Gatherer::new(self.known_by);
        for portion in self.lake.read_ahead(&self.segments, Some(&wanted), self.known_by.is_some()) {
            for runs in portion? {
                facts.usage = gatherer.gather(runs).into();
            }
        }
        Ok(facts)
    }

    /// Calls `each` with the facts of the accounts, in order, a few hundred at a time or fewer where they have many
    /// events. Meanwhile the next events are decoded on a thread of their own.
    pub(crate) async fn each(
        &mut self,
        ids: &[AccountId],
        needs: Needs,
        mut each: impl FnMut(Vec<AccountFacts>) -> Result<()>,
    ) -> Result<()> {
        let (ids, mut events) = self.events_of(ids, needs, self.known_by.is_some());
        let gatherer = Gatherer::new(self.known_by);
        for chunk in ids.chunks(CHUNK) {
            let mut facts: VecDeque<AccountFacts> = self.records(chunk, needs).await?.into();
            while let Some(last) = facts.back().map(|facts| facts.account.clone()) {
                let (upto, own) = events.next(last)?;
                let complete = facts.partition_point(|facts| facts.account <= upto);
                let usages: Vec<(AccountId, Usage)> = own
                    .into_par_iter()
                    .map(|runs| (runs.account().clone(), gatherer.gather(runs).into()))
                    .collect();
                let mut usages = usages.into_iter().peekable();
                let mut facts: Vec<AccountFacts> = facts.drain(..complete).collect();
                for facts in &mut facts {
                    if let Some((_, usage)) = usages.next_if(|(account, _)| *account == facts.account) {
                        facts.usage = usage;
                    }
                }
                each(facts)?;
            }
        }
        Ok(())
    }

    /// Calls `each` with all that was ever recorded of the accounts, in order, some at a time: for whoever asks what was
    /// known by different instants.
    pub(crate) async fn each_recorded(
        &mut self,
        ids: &[AccountId],
        mut each: impl FnMut(Vec<Recorded>) -> Result<()>,
    ) -> Result<()> {
        let (ids, mut events) = self.events_of(ids, Needs::Everything, true);
        for chunk in ids.chunks(CHUNK) {
            let versions = Versions::read(&mut self.view, chunk, Needs::Everything).await?;
            let mut versions = versions.by_account();
            let mut ids: VecDeque<&AccountId> = chunk.iter().collect();
            while let Some(last) = ids.back() {
                let (upto, own) = events.next((*last).clone())?;
                let complete = ids.partition_point(|id| **id <= upto);
                let mut own = own.into_iter().peekable();
                let recorded = ids.drain(..complete).map(|id| Recorded {
                    account: id.clone(),
                    versions: versions.remove(id).unwrap_or_default(),
                    events: own.next_if(|runs| runs.account() == id),
                    readings: self.readings.get(id).cloned().unwrap_or_default(),
                });
                each(recorded.collect())?;
            }
        }
        Ok(())
    }

    /// The accounts in order, and their events read ahead.
    fn events_of(&self, ids: &[AccountId], needs: Needs, recorded_at: bool) -> (Vec<AccountId>, Events) {
        let wanted: BTreeSet<AccountId> = ids.iter().cloned().collect();
        let ids: Vec<AccountId> = wanted.iter().cloned().collect();
        let segments = if needs == Needs::Everything { self.segments.as_slice() } else { &[] };
        let portions = self.lake.read_ahead(segments, Some(&wanted), recorded_at);
        (ids, Events { portions, waiting: VecDeque::new() })
    }

    /// The records of the accounts, in their order; telemetry left empty.
    async fn records(&mut self, ids: &[AccountId], needs: Needs) -> Result<Vec<AccountFacts>> {
        let versions = Versions::read(&mut self.view, ids, needs).await?;
        let mut facts = versions.facts(ids, self.known_by, &self.reading())?;
        if !self.readings.is_empty() {
            for own in &mut facts {
                own.readings = self.readings.get(&own.account).cloned().unwrap_or_default();
            }
        }
        Ok(facts)
    }

    /// How versions become facts.
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading { calendar: &self.calendar, rates: &self.rates }
    }

    /// The initiatives of the account, for its page.
    pub(crate) async fn initiatives(
        &mut self,
        account: &AccountId,
    ) -> Result<Vec<Held<dearly_domain::initiative::Initiative>>> {
        let file = dearly_domain::initiative::Initiative::FILE;
        let versions = self.view.versions(file, Some(std::slice::from_ref(account))).await?;
        Ok(held(&versions, self.known_by, &self.calendar))
    }
}

/// Events of accounts in order, some at a time.
struct Events {
    portions: ReadAhead,
    waiting: VecDeque<AccountRuns>,
}

impl Events {
    /// Up to which account the events are complete, `last` at most, and those events. What is known of the events
    /// decides how many accounts that are.
    fn next(&mut self, last: AccountId) -> Result<(AccountId, Vec<AccountRuns>)> {
        while self.waiting.iter().map(AccountRuns::rows).sum::<usize>() < CHUNK_ROWS
            && self.waiting.back().is_none_or(|runs| *runs.account() <= last)
        {
            match self.portions.next() {
                Some(portion) => self.waiting.extend(portion?),
                None => break,
            }
        }
        let upto = self.waiting.back().map_or(last.clone(), |runs| runs.account().clone().min(last));
        let own = self.waiting.partition_point(|runs| *runs.account() <= upto);
        Ok((upto, self.waiting.drain(..own).collect()))
    }
}

/// All that was ever recorded of an account.
pub(crate) struct Recorded {
    pub(crate) account: AccountId,
    pub(crate) versions: Versions,
    events: Option<AccountRuns>,
    readings: Readings,
}

impl Recorded {
    /// The facts of the account by what was known at an instant.
    pub(crate) fn known_by(&self, known_by: Instant, reading: &Reading<'_>) -> Result<AccountFacts> {
        self.facts(&self.versions, Some(known_by), known_by, reading)
    }

    /// The same facts in another way: what was recorded later is deleted, and the rest is read as if nothing had ever
    /// been. Rows that do not say when they were recorded were on their own days.
    pub(crate) fn replayed(&self, known_by: Instant, reading: &Reading<'_>) -> Result<AccountFacts> {
        let mut versions = self.versions.clone();
        versions.delete_after(known_by, reading.calendar);
        self.facts(&versions, None, known_by, reading)
    }

    fn facts(
        &self,
        versions: &Versions,
        records_by: Option<Instant>,
        events_by: Instant,
        reading: &Reading<'_>,
    ) -> Result<AccountFacts> {
        let mut facts = versions.facts(std::slice::from_ref(&self.account), records_by, reading)?.remove(0);
        facts.readings = self.readings.clone();
        if let Some(events) = &self.events {
            facts.usage = Gatherer::new(Some(events_by)).gather(events.clone()).into();
        }
        Ok(facts)
    }
}

/// A segment as the lake knows it.
pub(crate) fn segment(segment: dearly_store::Segment) -> dearly_events::Segment {
    dearly_events::Segment {
        path: segment.path,
        rows: segment.rows as u64,
        min_at: segment.min_at,
        max_at: segment.max_at,
        n_unattributed: segment.n_unattributed as u64,
        min_account: segment.min_account.map(AccountId),
        max_account: segment.max_account.map(AccountId),
        bytes: segment.bytes as u64,
    }
}
