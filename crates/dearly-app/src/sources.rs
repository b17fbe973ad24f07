//! Sources of facts: how much there is, how fresh, of how many accounts (S6, S118).

use std::collections::BTreeMap;

use dearly_domain::{Calendar, Day};
use dearly_health::facts::AccountFacts;

use crate::app::{App, When};
use crate::error::Result;
use crate::view::{AccountStatus, CoverageRow, SourceList, SourceRow};

/// Calls `each` with the file and the day of every fact of the account that has happened by the day.
pub(crate) fn each_fact(
    facts: &AccountFacts,
    calendar: &Calendar,
    day: Day,
    mut each: impl FnMut(&'static str, Day),
) {
    macro_rules! file {
        ($field:ident, $name:literal, |$row:ident| $on:expr) => {
            for $row in facts.$field.iter().filter_map(|held| held.at(day)) {
                let on: Option<Day> = $on;
                if let Some(on) = on.filter(|on| *on <= day) {
                    each($name, on);
                }
            }
        };
    }
    let of = |at| Some(calendar.day_of(at));
    file!(people, "people", |row| row
        .since
        .or(facts.attributes.first().and_then(|held| held.value.customer_since)));
    file!(subscriptions, "subscriptions", |row| Some(row.starts_on));
    file!(steps, "steps", |row| row.done_on);
    file!(licences, "licences", |row| Some(row.on));
    file!(activities, "activities", |row| of(row.at));
    file!(tickets, "tickets", |row| of(row.opened_at));
    file!(surveys, "surveys", |row| of(row.at));
    file!(invoices, "invoices", |row| row.issued_on.or(Some(row.due_on)));
    file!(plans, "plans", |row| row.created_on.or(row.accepted_on));
    file!(objectives, "objectives", |row| row.verified_on.or(row.completed_on));
    file!(escalations, "escalations", |row| of(row.opened_at));
    file!(judgements, "judgements", |row| Some(row.on));
    for row in facts.usage.rows.iter().filter(|row| row.known_from(calendar) <= day) {
        each("events", calendar.day_of(row.at));
    }
}

/// The sources of one account as of the day.
pub(crate) fn sources_of(facts: &AccountFacts, calendar: &Calendar, day: Day) -> Vec<SourceRow> {
    let mut sources: BTreeMap<&str, SourceRow> = BTreeMap::new();
    each_fact(facts, calendar, day, |file, on| add(&mut sources, file, on));
    sources.into_values().map(|row| SourceRow { n_accounts: 1, ..row }).collect()
}

fn add<'a>(sources: &mut BTreeMap<&'a str, SourceRow>, file: &'a str, on: Day) {
    let row =
        sources.entry(file).or_insert_with(|| SourceRow { file: file.to_owned(), ..SourceRow::default() });
    row.rows += 1;
    row.first_on = Some(row.first_on.map_or(on, |first| first.min(on)));
    row.last_on = row.last_on.max(Some(on));
}

impl App {
    /// The sources of the whole book as of the day, with coverage over its customers.
    pub async fn sources(&self, when: When) -> Result<SourceList> {
        let listed = self.listed(when).await?;
        let mut sources: BTreeMap<&str, SourceRow> = BTreeMap::new();
        for file in
            dearly_domain::book::FILES.iter().filter(|file| !matches!(file.name, "accounts" | "initiatives"))
        {
            sources.insert(file.name, SourceRow { file: file.name.to_owned(), ..SourceRow::default() });
        }
        let customers = || {
            listed.rows.iter().zip(&listed.sources).filter(|(row, _)| row.status == AccountStatus::Customer)
        };
        for own in customers().flat_map(|(_, sources)| sources) {
            let Some(total) = sources.get_mut(own.file.as_str()) else {
                continue;
            };
            total.rows += own.rows;
            total.n_accounts += 1;
            total.first_on = total.first_on.into_iter().chain(own.first_on).min();
            total.last_on = total.last_on.max(own.last_on);
        }
        // An imported event names an account that exists, or is rejected; one of telemetry may have none.
        let n_unattributed_events = self.store.segments().await?.iter().map(|own| own.n_unattributed).sum();
        Ok(SourceList {
            as_of: listed.day,
            n_customers: customers().count() as i64,
            sources: sources.into_values().collect(),
            n_unattributed_events,
        })
    }

    /// Which sources each customer has, by account.
    pub async fn coverage(&self, when: When) -> Result<Vec<CoverageRow>> {
        let listed = self.listed(when).await?;
        let customers =
            listed.rows.iter().zip(&listed.sources).filter(|(row, _)| row.status == AccountStatus::Customer);
        Ok(customers
            .map(|(row, sources)| CoverageRow {
                account: row.account.clone(),
                name: row.name.clone(),
                last_on: sources.iter().filter_map(|own| Some((own.file.clone(), own.last_on?))).collect(),
            })
            .collect())
    }
}
