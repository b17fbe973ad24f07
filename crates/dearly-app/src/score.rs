//! Scores of many accounts on many days.

use std::collections::{BTreeMap, HashMap};

use dearly_domain::{AccountId, Day};
use dearly_health::Engine;
use dearly_health::score::{self, AccountDay, ComponentScore, Score, Status, Unknown};
use rayon::prelude::*;

use crate::app::{App, When};
use crate::book::Needs;
use crate::error::{Error, Result};
use crate::score_history::{Keeping, Loaded};
use crate::view::{AccountStatus, Colour, ScoreCell, ScoreRow};

/// Which scores.
#[derive(Clone, Debug, Default)]
pub struct ScoreQuery {
    /// The days; empty is the day of `when`.
    pub days: Vec<Day>,
    /// Only these accounts; empty is all that are customers on the day.
    pub accounts: Vec<String>,
    /// The day that counts, where `days` is empty, and what may be known.
    pub when: When,
    /// Whether scores are reckoned anew, also where they are kept from an earlier run.
    pub anew: bool,
}

/// How many accounts' kept scores are in memory at a time.
const GROUP: usize = 2_048;

/// How far apart days are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Every {
    /// Each day.
    Day,
    /// Each seventh day.
    #[default]
    Week,
    /// The same day of each month.
    Month,
}

impl std::str::FromStr for Every {
    type Err = String;
    fn from_str(text: &str) -> Result<Every, String> {
        match text {
            "day" => Ok(Every::Day),
            "week" => Ok(Every::Week),
            "month" => Ok(Every::Month),
            other => Err(format!("{other:?} is none of day, week, month")),
        }
    }
}

/// The most days of one request: thirty years of them.
const MOST_DAYS: usize = 11_000;

impl Every {
    /// The days from `from` to `to`, both included where the steps meet them. `to` itself is always the last.
    pub fn days(self, from: Day, to: Day) -> Result<Vec<Day>> {
        if from > to {
            return Err(Error::Invalid(format!("from {from} is after to {to}")));
        }
        let mut days = Vec::new();
        let mut steps = 0;
        loop {
            // Counted back from the last day, so that a trend ends with the day asked for.
            let day = match self {
                Every::Day => to.plus_days(-steps),
                Every::Week => to.plus_days(-7 * steps),
                Every::Month => to.plus_months(-steps),
            };
            if day < from {
                break;
            }
            days.push(day);
            if days.len() > MOST_DAYS {
                return Err(Error::Invalid(format!("from {from} to {to} is more than {MOST_DAYS} days")));
            }
            steps += 1;
        }
        days.reverse();
        Ok(days)
    }
}

impl App {
    /// Calls `each` with the scores of one account after the other, by account and day. What was kept of an earlier run and is
    /// still right is not reckoned again.
    pub async fn scores(
        &self,
        query: &ScoreQuery,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
        mut each: impl FnMut(Vec<ScoreRow>) -> Result<()>,
    ) -> Result<()> {
        let in_force = self.in_force().await?;
        let days = match query.days.as_slice() {
            [] => vec![self.day(query.when, &in_force.calendar).await?],
            days => days.to_vec(),
        };
        let mut reader = self.reader(&in_force, query.when.known_by).await?;
        let all = reader.accounts().await?;
        let named = !query.accounts.is_empty();
        let ids = if named { self.named(&all, &query.accounts)? } else { all };
        let keeping = match query.when.known_by {
            None if !query.anew => Some(Keeping::open(&in_force, &mut reader).await?),
            _ => None,
        };
        let engine = Engine::new(&in_force.workbook);
        let (book, total) = (reader.facts, ids.len());
        let mut done = 0;
        let mut has_readings = false;
        for group in ids.chunks(GROUP) {
            let mut kept = match &keeping {
                Some(keeping) => keeping.load(&mut reader.view, group).await?,
                None => HashMap::new(),
            };
            let is_missing = |account: &AccountId| {
                kept.get(account)
                    .is_none_or(|own| days.iter().any(|day| own.days.row(account, *day).is_none()))
            };
            let missing: Vec<AccountId> =
                group.iter().filter(|account| is_missing(account)).cloned().collect();
            if !missing.is_empty() && !has_readings {
                reader.read_statements(self, &in_force, &days).await?;
                has_readings = true;
            }
            done += group.len() - missing.len();
            progress(done, total);
            let mut made: HashMap<AccountId, Vec<ScoreRow>> = HashMap::new();
            let mut histories = Vec::new();
            reader
                .each(&missing, Needs::Everything, |facts| {
                    let known: Vec<Loaded> =
                        facts.iter().map(|facts| kept.remove(&facts.account).unwrap_or_default()).collect();
                    let scored = facts.par_iter().zip(known).map(|(facts, mut known)| {
                        let scored = engine.score(facts, &book, &days);
                        let rows = scored.iter().map(|day| score_row(&facts.account, day)).collect();
                        let history = keeping.as_ref().map(|keeping| {
                            known.days.add(&scored);
                            keeping.history(&facts.account, &known.days, known.reckoned_to)
                        });
                        (facts.account.clone(), rows, history)
                    });
                    for (account, rows, history) in scored.collect::<Vec<_>>() {
                        made.insert(account, rows);
                        histories.extend(history);
                    }
                    done += facts.len();
                    progress(done, total);
                    Ok(())
                })
                .await?;
            for account in group {
                let rows = made.remove(account).unwrap_or_else(|| {
                    let kept = kept.get(account).map(|own| &own.days);
                    days.iter().filter_map(|day| kept?.row(account, *day)).collect()
                });
                each(
                    rows.into_iter().filter(|row| named || row.status == AccountStatus::Customer).collect(),
                )?;
            }
            if let Some(keeping) = &keeping {
                self.keep_scores(&keeping.rules, &histories).await?;
            }
        }
        Ok(())
    }

    fn named(&self, all: &[AccountId], names: &[String]) -> Result<Vec<AccountId>> {
        names
            .iter()
            .map(|name| {
                let id = AccountId::from(name.as_str());
                match all.binary_search(&id) {
                    Ok(_) => Ok(id),
                    Err(_) => Err(Error::NotFound {
                        what: "account",
                        id: name.clone(),
                        hint: Some("the book names its accounts by external_id".to_owned()),
                    }),
                }
            })
            .collect()
    }
}

/// A score of an account on a day, as it is shown.
pub(crate) fn score_row(account: &AccountId, day: &AccountDay) -> ScoreRow {
    ScoreRow {
        account: account.0.clone(),
        as_of: day.day,
        status: status(day.status),
        outcomes: cell(&day.outcomes, None),
        experience: cell(&day.experience, None),
        components: component_cells(&day.outcomes, None),
    }
}

pub(crate) fn status(status: Status) -> AccountStatus {
    match status {
        Status::Prospect => AccountStatus::Prospect,
        Status::Customer => AccountStatus::Customer,
        Status::Churned => AccountStatus::Churned,
    }
}

pub(crate) fn colour(colour: score::Colour) -> Colour {
    match colour {
        score::Colour::Green => Colour::Green,
        score::Colour::Yellow => Colour::Yellow,
        score::Colour::Red => Colour::Red,
        score::Colour::Unknown => Colour::Unknown,
    }
}

/// Why a score is unknown, as in JSON.
pub(crate) fn reason(unknown: Option<Unknown>) -> Option<String> {
    let reason = match unknown? {
        Unknown::New => "new",
        Unknown::Coverage => "coverage",
        Unknown::FacetMissing => "facet_missing",
        Unknown::NotApplicable => "not_applicable",
        Unknown::NoScorecard => "no_scorecard",
        Unknown::NotACustomer => "not_a_customer",
    };
    Some(reason.to_owned())
}

/// The score as it is shown, with its change against an earlier one.
pub(crate) fn cell(score: &Score, before: Option<&Score>) -> ScoreCell {
    ScoreCell {
        score: score.score,
        colour: colour(score.colour),
        coverage: score.coverage,
        partial: score.is_partial(),
        reason: reason(score.unknown),
        change: change(score.score, before.and_then(|before| before.score)),
    }
}

/// A component of the score as it is shown. Of a new account, or one that is no customer, no component has a colour
/// either; what it read is in the explanation.
pub(crate) fn component_cell(score: &Score, own: &ComponentScore, before: Option<&Score>) -> ScoreCell {
    if matches!(score.unknown, Some(Unknown::New | Unknown::NotACustomer)) {
        return ScoreCell { coverage: own.coverage, ..cell(score, None) };
    }
    let before = before.and_then(|before| before.component(&own.id)).and_then(|before| before.score);
    ScoreCell {
        score: own.score,
        colour: colour(own.colour),
        coverage: own.coverage,
        partial: own.score.is_some() && own.coverage < 1.0,
        reason: reason(own.unknown),
        change: change(own.score, before),
    }
}

/// The components of the score by id.
pub(crate) fn component_cells(score: &Score, before: Option<&Score>) -> BTreeMap<String, ScoreCell> {
    score.components.iter().map(|own| (own.id.clone(), component_cell(score, own, before))).collect()
}

fn change(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    Some(now? - before?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_back_from_the_last() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let text = |days: Vec<Day>| days.iter().map(Day::to_string).collect::<Vec<_>>().join(" ");
        let week = Every::Week.days(day("2026-01-01"), day("2026-01-20")).unwrap();
        assert_eq!(text(week), "2026-01-06 2026-01-13 2026-01-20");
        let month = Every::Month.days(day("2025-12-01"), day("2026-03-31")).unwrap();
        assert_eq!(text(month), "2025-12-31 2026-01-31 2026-02-28 2026-03-31");
        assert!(Every::Day.days(day("2026-01-02"), day("2026-01-01")).is_err());
    }
}
