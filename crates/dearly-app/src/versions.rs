//! All versions of the records of some accounts, and the facts that they are by any instant.

use std::collections::{BTreeSet, HashMap};

use dearly_domain::account::Account;
use dearly_domain::activity::Activity;
use dearly_domain::escalation::Escalation;
use dearly_domain::invoice::Invoice;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::money::Rates;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{AccountId, Calendar, Cell, File, Held, Instant, Record};
use dearly_health::facts::AccountFacts;
use dearly_store::{StoredVersion, View};

use crate::book::Needs;
use crate::error::{Error, Result};

/// The files of an account and its terms.
const TERMS: [&File; 2] = [Account::FILE, Subscription::FILE];
/// The others, plans before objectives.
const OTHERS: [&File; 11] = [
    Person::FILE,
    Step::FILE,
    Licence::FILE,
    Activity::FILE,
    Ticket::FILE,
    Survey::FILE,
    Invoice::FILE,
    Plan::FILE,
    Escalation::FILE,
    Judgement::FILE,
    Objective::FILE,
];

/// Versions by file, each file's ascending by key, each key's in the order in which they were stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Versions {
    of_file: HashMap<&'static str, Vec<StoredVersion>>,
}

/// How versions become facts.
pub(crate) struct Reading<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) rates: &'a Rates,
}

impl Versions {
    /// Reads the versions of every row that was ever one of these accounts'.
    pub(crate) async fn read(view: &mut View, ids: &[AccountId], needs: Needs) -> Result<Versions> {
        let others: &[&'static File] = if needs == Needs::Everything { &OTHERS } else { &[] };
        let mut of_file = HashMap::new();
        for file in TERMS.iter().chain(others) {
            of_file.insert(file.name, view.versions(file, Some(ids)).await?);
        }
        Ok(Versions { of_file })
    }

    /// Deletes what was recorded after the instant: versions that say so, and versions that do not, of rows that began
    /// later, or that replaced another later.
    pub(crate) fn delete_after(&mut self, instant: Instant, calendar: &Calendar) {
        for (file, versions) in &mut self.of_file {
            let file = File::named(file).expect("a file of the book");
            let kept = versions.chunk_by(|a, b| a.key == b.key).flat_map(|same| {
                let is_known = |(place, own): &(usize, &StoredVersion)| match own.version.recorded_at {
                    Some(recorded_at) => recorded_at <= instant,
                    None if *place > 0 => own.version.imported_at <= instant,
                    None => file.began_at(&own.version.row, calendar).is_none_or(|began| began <= instant),
                };
                same.iter().enumerate().filter(is_known).map(|(_, own)| own.clone()).collect::<Vec<_>>()
            });
            *versions = kept.collect();
        }
    }

    /// The versions of each account by itself. A row that moved from one to another is among those of both.
    pub(crate) fn by_account(&self) -> HashMap<AccountId, Versions> {
        let mut plans: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for own in self.of(Plan::FILE) {
            plans.entry(&own.key).or_default().extend(text(Plan::FILE, own, "account"));
        }
        let mut accounts: HashMap<AccountId, Versions> = HashMap::new();
        for file in TERMS.iter().chain(&OTHERS) {
            let column = match file.name {
                name if name == Account::FILE.name => "external_id",
                name if name == Objective::FILE.name => "plan",
                _ => "account",
            };
            for same in self.of(file).chunk_by(|a, b| a.key == b.key) {
                let named = same.iter().filter_map(|own| text(file, own, column));
                let owners: BTreeSet<&str> = match column {
                    "plan" => named.flat_map(|plan| plans.get(plan).into_iter().flatten().copied()).collect(),
                    _ => named.collect(),
                };
                for owner in owners {
                    let own = accounts.entry(AccountId::from(owner)).or_default();
                    own.of_file.entry(file.name).or_default().extend_from_slice(same);
                }
            }
        }
        accounts
    }

    /// The facts of the accounts, in their order, by what was known at an instant; telemetry left empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] where an amount is in a currency that the workbook has no rate for.
    pub(crate) fn facts(
        &self,
        ids: &[AccountId],
        known_by: Option<Instant>,
        reading: &Reading<'_>,
    ) -> Result<Vec<AccountFacts>> {
        let mut facts: Vec<AccountFacts> =
            ids.iter().map(|id| AccountFacts { account: id.clone(), ..AccountFacts::default() }).collect();
        let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        macro_rules! load {
            ($field:ident, $noun:ty, |$row:ident| $account:expr) => {
                for held in held::<$noun>(self.of(<$noun>::FILE), known_by, reading.calendar) {
                    let $row = &held.value;
                    if let Some(place) = places.get($account) {
                        facts[*place].$field.push(held);
                    }
                }
            };
        }
        load!(attributes, Account, |row| row.external_id.as_str());
        load!(subscriptions, Subscription, |row| row.account.as_str());
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
            for term in &mut account.subscriptions {
                let row = &mut term.value;
                row.arr_cents = Some(reading.convert(row.annual_cents(), row.currency.as_deref())?);
                row.mrr_cents = None;
                row.currency = None;
            }
            for invoice in &mut account.invoices {
                let row = &mut invoice.value;
                row.amount_cents = reading.convert(row.amount_cents, row.currency.as_deref())?;
                row.currency = None;
            }
        }
        Ok(facts)
    }

    fn of(&self, file: &File) -> &[StoredVersion] {
        self.of_file.get(file.name).map_or(&[], Vec::as_slice)
    }
}

impl Reading<'_> {
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
pub(crate) fn held<T: Record>(
    versions: &[StoredVersion],
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

fn text<'a>(file: &File, own: &'a StoredVersion, column: &str) -> Option<&'a str> {
    match own.version.row.cells.get(file.position(column)?)? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}
