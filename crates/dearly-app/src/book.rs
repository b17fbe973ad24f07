//! Facts of accounts, read from the records and the lake, ready for the engine.

use std::collections::{BTreeSet, HashMap, VecDeque};

use dearly_domain::account::Account;
use dearly_domain::money::Rates;
use dearly_domain::plan::Plan;
use dearly_domain::subscription::Subscription;
use dearly_domain::{AccountId, Calendar, Held, Instant, Record};
use dearly_events::{AccountRuns, Gatherer, Lake};
use dearly_health::facts::{AccountFacts, BookFacts, Usage};
use dearly_store::View;
use rayon::prelude::*;

use crate::app::{App, InForce};
use crate::error::{Error, Result};
use crate::statements::ReadingsOf;

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
                    held(view.versions(Plan::FILE, None).await?, known_by, &calendar);
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
        let wanted: BTreeSet<AccountId> = ids.iter().cloned().collect();
        let ids: Vec<AccountId> = wanted.iter().cloned().collect();
        let segments = if needs == Needs::Everything { self.segments.as_slice() } else { &[] };
        let mut portions = self.lake.read_ahead(segments, Some(&wanted), self.known_by.is_some());
        let gatherer = Gatherer::new(self.known_by);
        let mut events: VecDeque<AccountRuns> = VecDeque::new();
        for chunk in ids.chunks(CHUNK) {
            let mut facts: VecDeque<AccountFacts> = self.records(chunk, needs).await?.into();
            while let Some(last) = facts.back().map(|facts| facts.account.clone()) {
                // What is known of the events decides how many of the accounts are complete.
                while events.iter().map(AccountRuns::rows).sum::<usize>() < CHUNK_ROWS
                    && events.back().is_none_or(|runs| *runs.account() <= last)
                {
                    match portions.next() {
                        Some(portion) => events.extend(portion?),
                        None => break,
                    }
                }
                let upto = events.back().map_or(last.clone(), |runs| runs.account().clone().min(last));
                let complete = facts.partition_point(|facts| facts.account <= upto);
                let own = events.partition_point(|runs| *runs.account() <= upto);
                let own: Vec<AccountRuns> = events.drain(..own).collect();
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

    /// The records of the accounts, in their order; telemetry left empty.
    async fn records(&mut self, ids: &[AccountId], needs: Needs) -> Result<Vec<AccountFacts>> {
        let mut facts: Vec<AccountFacts> =
            ids.iter().map(|id| AccountFacts { account: id.clone(), ..AccountFacts::default() }).collect();
        if !self.readings.is_empty() {
            for own in &mut facts {
                own.readings = self.readings.get(&own.account).cloned().unwrap_or_default();
            }
        }
        let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        macro_rules! load {
            ($field:ident, $noun:ty, |$row:ident| $account:expr) => {
                let versions = self.view.versions(<$noun>::FILE, Some(ids)).await?;
                for held in held::<$noun>(versions, self.known_by, &self.calendar) {
                    let $row = &held.value;
                    if let Some(place) = places.get($account) {
                        facts[*place].$field.push(held);
                    }
                }
            };
        }
        use dearly_domain::{
            activity::Activity, escalation::Escalation, invoice::Invoice, judgement::Judgement,
            licence::Licence, objective::Objective, person::Person, step::Step, survey::Survey,
            ticket::Ticket,
        };
        load!(attributes, Account, |row| row.external_id.as_str());
        load!(subscriptions, Subscription, |row| row.account.as_str());
        for account in &mut facts {
            for term in &mut account.subscriptions {
                self.in_reporting_currency(&mut term.value)?;
            }
        }
        if needs == Needs::Terms {
            return Ok(facts);
        }
        load!(people, Person, |row| row.account.as_str());
        load!(steps, Step, |row| row.account.as_str());
        load!(licences, Licence, |row| row.account.as_str());
        load!(activities, Activity, |row| row.account.as_str());
        load!(tickets, Ticket, |row| row.account.as_str());
        load!(surveys, Survey, |row| row.account.as_str());
        load!(invoices, Invoice, |row| row.account.as_str());
        load!(plans, Plan, |row| row.account.as_str());
        load!(escalations, Escalation, |row| row.account.as_str());
        load!(judgements, Judgement, |row| row.account.as_str());
        let owners: HashMap<String, String> = facts
            .iter()
            .flat_map(|facts| {
                facts.plans.iter().map(|plan| (plan.value.external_id.0.clone(), facts.account.0.clone()))
            })
            .collect();
        load!(objectives, Objective, |row| owners.get(row.plan.as_str()).map_or("", String::as_str));
        for account in &mut facts {
            for invoice in &mut account.invoices {
                let row = &mut invoice.value;
                row.amount_cents = self.convert(row.amount_cents, row.currency.as_deref())?;
                row.currency = None;
            }
        }
        Ok(facts)
    }

    /// The initiatives of the account, for its page.
    pub(crate) async fn initiatives(
        &mut self,
        account: &AccountId,
    ) -> Result<Vec<Held<dearly_domain::initiative::Initiative>>> {
        let file = dearly_domain::initiative::Initiative::FILE;
        let versions = self.view.versions(file, Some(std::slice::from_ref(account))).await?;
        Ok(held(versions, self.known_by, &self.calendar))
    }

    fn in_reporting_currency(&self, term: &mut Subscription) -> Result<()> {
        let cents = self.convert(term.annual_cents(), term.currency.as_deref())?;
        term.arr_cents = Some(cents);
        term.mrr_cents = None;
        term.currency = None;
        Ok(())
    }

    fn convert(&self, cents: i64, currency: Option<&str>) -> Result<i64> {
        self.rates.convert(cents, currency).ok_or_else(|| {
            let (from, to) = (currency.unwrap_or_default(), self.rates.currency.as_deref().unwrap_or_default());
            Error::Invalid(format!(
                "the book holds amounts in {from}, and the workbook has no rate from {from} to {to}; add it under \
                 rates in organisation.yaml and apply"
            ))
        })
    }
}

/// Held rows of a noun from the versions of many keys, which come ordered by key.
fn held<T: Record>(
    versions: Vec<dearly_store::StoredVersion>,
    known_by: Option<Instant>,
    calendar: &Calendar,
) -> Vec<Held<T>> {
    let mut rows = Vec::with_capacity(versions.len());
    for same in versions.chunk_by(|a, b| a.key == b.key) {
        // Nearly every row has one version, and nothing is left out of it.
        if let ([only], None) = (same, known_by) {
            rows.push(Held::always(T::from_row(&only.version.row)));
            continue;
        }
        let versions: Vec<_> = same.iter().map(|stored| stored.version.clone()).collect();
        rows.extend(dearly_domain::history::held_as::<T>(&versions, known_by, calendar));
    }
    rows
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
