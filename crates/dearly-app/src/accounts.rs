//! The list that people live in: every account with its scores as of a day.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use dearly_domain::renewal::end_of;
use dearly_domain::{Calendar, Day};
use dearly_health::facts::AccountFacts;
use dearly_health::score::AccountDay;
use dearly_health::{Engine, What, movement};
use dearly_workbook::model::Workbook;
use rayon::prelude::*;

use crate::app::{App, When};
use crate::book::Needs;
use crate::error::{Error, Result};
use crate::score::{cell, component_cells, status};
use crate::sources::sources_of;
use crate::view::{AccountList, AccountRow, AccountStatus, Colour, Facets, ScoreCell, SourceRow, Totals};

/// How many weekly days a trend shows.
pub(crate) const TREND_WEEKS: i32 = 27;

/// What changes are counted against.
pub(crate) const CHANGE_DAYS: i32 = 30;

/// Every account as of a day.
pub(crate) struct Listed {
    pub(crate) day: Day,
    pub(crate) rows: Vec<AccountRow>,
    /// The sources of each row.
    pub(crate) sources: Vec<Vec<SourceRow>>,
    pub(crate) facets: Facets,
}

/// Which accounts, in which order.
#[derive(Clone, Debug, Default)]
pub struct AccountQuery {
    /// Words that the name or the id must contain.
    pub q: Option<String>,
    /// Any of these segments; empty is all. The same for the lists below.
    pub segment: Vec<String>,
    /// Tiers.
    pub tier: Vec<i64>,
    /// Stages.
    pub stage: Vec<String>,
    /// Industries.
    pub industry: Vec<String>,
    /// Regions.
    pub region: Vec<String>,
    /// Owners.
    pub csm: Vec<String>,
    /// Colours of the outcomes score.
    pub colour: Vec<Colour>,
    /// Colours of the experience score.
    pub experience_colour: Vec<Colour>,
    /// A component, as in `adoption`, whose colour is one of `component_colour`.
    pub component: Option<String>,
    /// Colours of that component.
    pub component_colour: Vec<Colour>,
    /// Renewals due within so many days.
    pub renews_within: Option<i32>,
    /// Accounts of this status; `None` is all.
    pub status: Option<AccountStatus>,
    /// What to sort by.
    pub sort: Sort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// How many rows to leave out.
    pub offset: usize,
    /// How many rows to give.
    pub limit: usize,
}

/// What the list is sorted by; ties by name, then by id, and what is unknown last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The name.
    #[default]
    Name,
    /// Annual recurring revenue.
    Arr,
    /// The customer outcomes score.
    Outcomes,
    /// The customer experience score.
    Experience,
    /// A component.
    Deployment,
    /// A component.
    Engagement,
    /// A component.
    Adoption,
    /// A component.
    Roi,
    /// The next due day.
    Renewal,
    /// The day someone was last met.
    LastMet,
    /// The change of the outcomes score.
    Change,
    /// The owner.
    Csm,
    /// The segment.
    Segment,
    /// The tier.
    Tier,
}

impl Sort {
    /// All, with their names.
    pub const ALL: [(&'static str, Sort); 14] = [
        ("name", Sort::Name),
        ("arr", Sort::Arr),
        ("outcomes", Sort::Outcomes),
        ("experience", Sort::Experience),
        ("deployment", Sort::Deployment),
        ("engagement", Sort::Engagement),
        ("adoption", Sort::Adoption),
        ("roi", Sort::Roi),
        ("renewal", Sort::Renewal),
        ("last_met", Sort::LastMet),
        ("change", Sort::Change),
        ("csm", Sort::Csm),
        ("segment", Sort::Segment),
        ("tier", Sort::Tier),
    ];
}

impl std::str::FromStr for Sort {
    type Err = String;
    fn from_str(text: &str) -> Result<Sort, String> {
        let found = Sort::ALL.iter().find(|(name, _)| *name == text).map(|(_, sort)| *sort);
        found.ok_or_else(|| {
            let names: Vec<&str> = Sort::ALL.iter().map(|(name, _)| *name).collect();
            format!("{text:?} is none of {}", names.join(", "))
        })
    }
}

impl App {
    /// A page of the accounts that fit, with the totals of all that fit.
    pub async fn accounts(&self, when: When, query: &AccountQuery) -> Result<AccountList> {
        let listed = self.listed(when).await?;
        let mut rows: Vec<&AccountRow> = listed.rows.iter().filter(|row| fits(row, query)).collect();
        rows.sort_by(|a, b| compare(a, b, query));
        let totals = totals(rows.iter().copied());
        let end = query.offset.saturating_add(query.limit).min(rows.len());
        let page = rows.get(query.offset..end).unwrap_or_default();
        Ok(AccountList {
            as_of: listed.day,
            totals,
            facets: listed.facets.clone(),
            rows: page.iter().map(|row| (*row).clone()).collect(),
            next_cursor: (end < rows.len()).then(|| end.to_string()),
        })
    }

    /// Every account as of the day, from the cache where nothing has changed.
    pub(crate) async fn listed(&self, when: When) -> Result<Arc<Listed>> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        let key = When { as_of: Some(day), ..when };
        let revision = self.store.revision().await?;
        if let Some(list) = self.cache.list(revision, key) {
            return Ok(list);
        }
        let _making = self.cache.making.lock().await;
        if let Some(list) = self.cache.list(revision, key) {
            return Ok(list);
        }
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let ids = reader.accounts().await?;
        let book = reader.facts;
        let engine = Engine::new(&in_force.workbook);
        let mut days: Vec<Day> = (0..TREND_WEEKS).rev().map(|week| day.plus_days(-7 * week)).collect();
        days.push(day.plus_days(-CHANGE_DAYS));
        reader.read_statements(self, &in_force, &days).await?;
        let (mut rows, mut sources) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        reader
            .each(&ids, Needs::Everything, |facts| {
                let chunk: Vec<(AccountRow, Vec<SourceRow>)> = facts
                    .par_iter()
                    .map(|facts| {
                        let mut scored = engine.score(facts, &book, &days);
                        let before = scored.pop().expect("the day before was asked for");
                        let now = scored.last().expect("the day was asked for").clone();
                        let trend = scored.iter().map(|day| day.outcomes.score).collect();
                        let row = row(facts, &in_force.workbook, &in_force.calendar, &now, &before, trend);
                        (row, sources_of(facts, &in_force.calendar, day))
                    })
                    .collect();
                for (row, own) in chunk {
                    rows.push(row);
                    sources.push(own);
                }
                Ok(())
            })
            .await?;
        let list = Arc::new(Listed { day, facets: facets(&rows), rows, sources });
        self.cache.keep_list(revision, key, Arc::clone(&list));
        Ok(list)
    }
}

/// An account as the list shows it.
pub(crate) fn row(
    facts: &AccountFacts,
    workbook: &Workbook,
    calendar: &Calendar,
    now: &AccountDay,
    before: &AccountDay,
    trend: Vec<Option<f64>>,
) -> AccountRow {
    let day = now.day;
    let account = facts
        .attributes
        .iter()
        .find_map(|held| held.at(day))
        .or(facts.attributes.last().map(|held| &held.value));
    let text = |f: fn(&dearly_domain::account::Account) -> Option<&String>| account.and_then(f).cloned();
    let last_met_on = facts
        .activities
        .iter()
        .filter_map(|held| held.at(day))
        .filter(|activity| activity.is_meeting())
        .map(|activity| calendar.day_of(activity.at))
        .filter(|met| *met <= day)
        .max();
    AccountRow {
        account: facts.account.0.clone(),
        name: account.map_or_else(|| facts.account.0.clone(), |account| account.name.clone()),
        status: status(now.status),
        segment: text(|account| account.segment.as_ref()),
        tier: account.and_then(|account| account.tier),
        stage: text(|account| account.stage.as_ref()),
        industry: text(|account| account.industry.as_ref()),
        region: text(|account| account.region.as_ref()),
        csm: text(|account| account.csm.as_ref()),
        arr_cents: now.arr_cents,
        renews_on: now.renews_on,
        days_to_renewal: now.renews_on.map(|renews_on| renews_on - day),
        outcomes: cell(&now.outcomes, Some(&before.outcomes)),
        experience: cell(&now.experience, Some(&before.experience)),
        components: component_cells(&now.outcomes, Some(&before.outcomes)),
        trend,
        last_met_on,
        why: why(workbook, now, before),
    }
}

/// The largest loss in 30 days, else what costs most, in a few words.
fn why(workbook: &Workbook, now: &AccountDay, before: &AccountDay) -> Option<String> {
    let score = &now.outcomes;
    let card = &workbook.scorecards[score.scorecard?];
    score.score?;
    for (cap, scored) in card.caps.iter().zip(&score.caps) {
        if scored.contribution < 0.0 {
            return Some(cap.label.clone().unwrap_or_else(|| cap.when.source().to_owned()));
        }
    }
    const WORTH_SAYING: f64 = 2.0;
    let label = |component: usize, measure: usize| {
        let own = &card.components[component].measures[measure];
        own.label.clone().unwrap_or_else(|| own.id.replace('_', " "))
    };
    let lost = movement(&before.outcomes, score)
        .into_iter()
        .flatten()
        .filter(|line| line.change < -WORTH_SAYING)
        .min_by(|a, b| a.change.total_cmp(&b.change));
    if let Some(line) = lost
        && let What::Measure(component, measure) = line.what
    {
        return Some(format!("{} −{:.0}", label(component, measure), -line.change));
    }
    let mut costs: Vec<(f64, usize, usize)> = Vec::new();
    for (component, scored) in score.components.iter().enumerate() {
        for (measure, own) in scored.measures.iter().enumerate() {
            if let Some(points) = own.points {
                costs.push((own.effective_weight * (100.0 - points), component, measure));
            }
        }
    }
    let (cost, component, measure) = costs.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (cost > WORTH_SAYING).then(|| format!("{} costs {cost:.0}", label(component, measure)))
}

fn fits(row: &AccountRow, query: &AccountQuery) -> bool {
    let any = |wanted: &[String], own: &Option<String>| {
        wanted.is_empty() || own.as_ref().is_some_and(|own| wanted.contains(own))
    };
    let coloured = |wanted: &[Colour], own: &ScoreCell| wanted.is_empty() || wanted.contains(&own.colour);
    let matches = |q: &str| {
        let (name, id) = (row.name.to_lowercase(), row.account.to_lowercase());
        q.to_lowercase().split_whitespace().all(|word| name.contains(word) || id.contains(word))
    };
    query.q.as_deref().is_none_or(matches)
        && any(&query.segment, &row.segment)
        && any(&query.stage, &row.stage)
        && any(&query.industry, &row.industry)
        && any(&query.region, &row.region)
        && any(&query.csm, &row.csm)
        && (query.tier.is_empty() || row.tier.is_some_and(|tier| query.tier.contains(&tier)))
        && coloured(&query.colour, &row.outcomes)
        && coloured(&query.experience_colour, &row.experience)
        && query.component.as_ref().is_none_or(|component| {
            row.components.get(component).is_some_and(|own| coloured(&query.component_colour, own))
        })
        && query.renews_within.is_none_or(|days| row.days_to_renewal.is_some_and(|left| left <= days))
        && query.status.is_none_or(|status| row.status == status)
}

fn compare(a: &AccountRow, b: &AccountRow, query: &AccountQuery) -> Ordering {
    let component = |row: &AccountRow, id: &str| row.components.get(id).and_then(|own| own.score);
    let by = |a: Option<f64>, b: Option<f64>| last_if_none(a, b, query.descending, f64::total_cmp);
    let by_text = |a: &Option<String>, b: &Option<String>| {
        last_if_none(a.as_ref(), b.as_ref(), query.descending, |a, b| a.cmp(b))
    };
    let by_day = |a: Option<Day>, b: Option<Day>| last_if_none(a, b, query.descending, Day::cmp);
    let first = match query.sort {
        Sort::Name => last_if_none(Some(&a.name), Some(&b.name), query.descending, |a, b| {
            a.to_lowercase().cmp(&b.to_lowercase())
        }),
        Sort::Arr => by(Some(a.arr_cents as f64), Some(b.arr_cents as f64)),
        Sort::Outcomes => by(a.outcomes.score, b.outcomes.score),
        Sort::Experience => by(a.experience.score, b.experience.score),
        Sort::Deployment => by(component(a, "deployment"), component(b, "deployment")),
        Sort::Engagement => by(component(a, "engagement"), component(b, "engagement")),
        Sort::Adoption => by(component(a, "adoption"), component(b, "adoption")),
        Sort::Roi => by(component(a, "roi"), component(b, "roi")),
        Sort::Renewal => by_day(a.renews_on, b.renews_on),
        Sort::LastMet => by_day(a.last_met_on, b.last_met_on),
        Sort::Change => by(a.outcomes.change, b.outcomes.change),
        Sort::Csm => by_text(&a.csm, &b.csm),
        Sort::Segment => by_text(&a.segment, &b.segment),
        Sort::Tier => by(a.tier.map(|tier| tier as f64), b.tier.map(|tier| tier as f64)),
    };
    first.then_with(|| a.name.cmp(&b.name)).then_with(|| a.account.cmp(&b.account))
}

fn last_if_none<T>(
    a: Option<T>,
    b: Option<T>,
    descending: bool,
    cmp: impl FnOnce(&T, &T) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => cmp(&a, &b).reverse(),
        (Some(a), Some(b)) => cmp(&a, &b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// Counts and money of the rows.
pub(crate) fn totals<'a>(rows: impl Iterator<Item = &'a AccountRow>) -> Totals {
    let mut totals = Totals::default();
    for row in rows {
        totals.n_accounts += 1;
        totals.arr_cents += row.arr_cents;
        count(&mut totals, row.outcomes.colour);
    }
    totals
}

/// Counts a colour.
pub(crate) fn count(totals: &mut Totals, colour: Colour) {
    match colour {
        Colour::Green => totals.green += 1,
        Colour::Yellow => totals.yellow += 1,
        Colour::Red => totals.red += 1,
        Colour::Unknown => totals.unknown += 1,
    }
}

fn facets(rows: &[AccountRow]) -> Facets {
    let of = |f: fn(&AccountRow) -> Option<&String>| -> Vec<String> {
        rows.iter().filter_map(f).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    };
    Facets {
        segment: of(|row| row.segment.as_ref()),
        tier: rows.iter().filter_map(|row| row.tier).collect::<BTreeSet<_>>().into_iter().collect(),
        stage: of(|row| row.stage.as_ref()),
        industry: of(|row| row.industry.as_ref()),
        region: of(|row| row.region.as_ref()),
        csm: of(|row| row.csm.as_ref()),
    }
}

/// The days within which terms as known on the day run: for pages that show terms.
pub(crate) fn term_end(
    term: &dearly_domain::subscription::Subscription,
    account: Option<&dearly_domain::account::Account>,
    day: Day,
) -> Option<Day> {
    end_of(term, account.and_then(|account| account.churned_on).filter(|churned| *churned <= day))
}

/// A cursor of a list, or what is wrong with it.
pub fn offset(cursor: Option<&str>) -> Result<usize> {
    let Some(cursor) = cursor else { return Ok(0) };
    cursor.parse().map_err(|_| Error::Invalid(format!("{cursor:?} is not a cursor that a list has given")))
}
