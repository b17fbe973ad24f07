//! Scores kept from one run to the next.
//!
//! A score is a function of facts and rules, so what was reckoned once stays right for every day that no later change
//! of the account's facts can reach ([`dearly_store::AccountChange`]). That holds for days to come as well: scored with
//! today's facts they are what a later run would find if nothing new happened, with windows that have moved on, cadences
//! that have run out and ages that have grown. So days that fall due need no calendar of their own.

use std::collections::HashMap;
use std::io::Read;

use dearly_domain::{AccountId, Day};
use dearly_health::score::AccountDay;
use dearly_store::{ScoreHistory, View};
use serde::{Deserialize, Serialize};

use crate::app::{App, InForce};
use crate::book::BookReader;
use crate::error::Result;
use crate::score::score_row;
use crate::view::{AccountStatus, Colour, ScoreCell, ScoreRow};

/// The setting that names the rules and the revision at which the kept scores of every account were brought up to date.
const REFRESHED: &str = "scores_refreshed";

/// Days with their scores, ascending; neighbouring days of equal scores are one span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptDays {
    spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Span {
    from: i32,
    n_days: i32,
    scores: Scores,
}

/// What a [`ScoreRow`] says beside account and day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Scores {
    status: AccountStatus,
    outcomes: Cell,
    experience: Cell,
    components: Vec<(String, Cell)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cell {
    score: Option<f64>,
    colour: Colour,
    coverage: f64,
    partial: bool,
    reason: Option<String>,
}

impl KeptDays {
    /// The scores of a day, where it was reckoned.
    pub(crate) fn row(&self, account: &AccountId, day: Day) -> Option<ScoreRow> {
        let at = self.spans.partition_point(|span| span.from <= day.days()).checked_sub(1)?;
        let span = self.spans.get(at).filter(|span| day.days() < span.from + span.n_days)?;
        Some(span.scores.row(account, day))
    }

    /// Adds days that are not there yet.
    pub(crate) fn add<'a>(&mut self, scored: impl IntoIterator<Item = &'a AccountDay>) {
        let new =
            scored.into_iter().map(|day| Span { from: day.day.days(), n_days: 1, scores: Scores::of(day) });
        self.spans.extend(new);
        self.spans.sort_by_key(|span| span.from);
        self.spans.dedup_by(|next, span| {
            let end = span.from + span.n_days;
            let joins = next.from < end || (next.from == end && next.scores == span.scores);
            if joins {
                span.n_days = span.n_days.max(next.from + next.n_days - span.from);
            }
            joins
        });
    }

    /// Forgets the days from `from` on, and gives them.
    pub(crate) fn cut(&mut self, from: Day) -> Vec<Day> {
        let mut days = Vec::new();
        self.spans.retain_mut(|span| {
            let kept = (from.days() - span.from).clamp(0, span.n_days);
            days.extend((span.from + kept..span.from + span.n_days).map(Day::from_days));
            span.n_days = kept;
            kept > 0
        });
        days
    }

    fn pack(&self) -> Vec<u8> {
        let bytes = postcard::to_stdvec(self).expect("spans are data");
        zstd::bulk::compress(&bytes, 1).expect("memory takes everything")
    }

    /// `None` where the bytes are not what [`KeptDays::pack`] gives: a cache is reckoned anew, not mended.
    fn unpack(bytes: &[u8]) -> Option<KeptDays> {
        let mut packed = Vec::new();
        zstd::Decoder::new(bytes).ok()?.read_to_end(&mut packed).ok()?;
        postcard::from_bytes(&packed).ok()
    }
}

impl Scores {
    fn of(day: &AccountDay) -> Scores {
        let row = score_row(&AccountId::default(), day);
        Scores {
            status: row.status,
            outcomes: row.outcomes.into(),
            experience: row.experience.into(),
            components: row.components.into_iter().map(|(id, cell)| (id, cell.into())).collect(),
        }
    }

    fn row(&self, account: &AccountId, day: Day) -> ScoreRow {
        ScoreRow {
            account: account.0.clone(),
            as_of: day,
            status: self.status,
            outcomes: self.outcomes.shown(),
            experience: self.experience.shown(),
            components: self.components.iter().map(|(id, cell)| (id.clone(), cell.shown())).collect(),
        }
    }
}

impl From<ScoreCell> for Cell {
    fn from(cell: ScoreCell) -> Cell {
        let ScoreCell { score, colour, coverage, partial, reason, change: _ } = cell;
        Cell { score, colour, coverage, partial, reason }
    }
}

impl Cell {
    fn shown(&self) -> ScoreCell {
        let Cell { score, colour, coverage, partial, reason } = self.clone();
        ScoreCell { score, colour, coverage, partial, reason, change: None }
    }
}

/// What was kept of an account.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The days that are still right.
    pub(crate) days: KeptDays,
    /// Days that are right no more.
    pub(crate) stale: Vec<Day>,
    /// The last day up to which every day is reckoned and right.
    pub(crate) reckoned_to: Day,
}

impl Default for Loaded {
    fn default() -> Loaded {
        Loaded { days: KeptDays::default(), stale: Vec::new(), reckoned_to: Day::MIN }
    }
}

/// The scores that are kept under the rules in force, as one state of the book sees them.
pub(crate) struct Keeping {
    pub(crate) rules: String,
    /// The revision of the facts that are read now.
    pub(crate) revision: i64,
    /// The revision at which every account's kept scores were up to date.
    refreshed: i64,
    /// Changes up to this revision are forgotten: what was reckoned before it may be stale without a trace.
    forgotten: i64,
    /// Changes after it, by account.
    changes: HashMap<AccountId, Vec<(i64, Day)>>,
}

/// How the kept scores of an account stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// None of them can be used.
    Useless,
    /// Days from this one on must be made anew.
    StaleFrom(Day),
    /// All are right.
    Fresh,
}

impl Keeping {
    pub(crate) async fn open(in_force: &InForce, reader: &mut BookReader) -> Result<Keeping> {
        let rules = rules(in_force, reader);
        let (revision, view) = (reader.revision, &mut reader.view);
        let refreshed = view.setting(REFRESHED).await?.unwrap_or_default();
        let refreshed = match refreshed.split_once(' ') {
            Some((revision, own)) if own == rules => revision.parse().unwrap_or(0),
            _ => 0,
        };
        let forgotten = view.forgotten().await?;
        let mut changes: HashMap<AccountId, Vec<(i64, Day)>> = HashMap::new();
        for change in view.account_changes(forgotten).await?.unwrap_or_default() {
            changes.entry(change.account).or_default().push((change.revision, change.from));
        }
        Ok(Keeping { rules, revision, refreshed, forgotten, changes })
    }

    /// How scores stand that were reckoned from the facts of `revision`.
    pub(crate) fn standing(&self, account: &AccountId, revision: i64) -> Standing {
        let revision = revision.max(self.refreshed);
        if revision < self.forgotten {
            return Standing::Useless;
        }
        let changes = self.changes.get(account).map_or(&[][..], Vec::as_slice);
        match changes.iter().filter(|(at, _)| *at > revision).map(|(_, from)| *from).min() {
            Some(from) => Standing::StaleFrom(from),
            None => Standing::Fresh,
        }
    }

    /// The days kept of the accounts that are still right, and those that are right no more.
    pub(crate) async fn load(
        &self,
        view: &mut View,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Loaded>> {
        let mut kept = HashMap::with_capacity(accounts.len());
        for own in view.score_histories(&self.rules, accounts).await? {
            let Some(mut days) = KeptDays::unpack(&own.days) else { continue };
            let from = match self.standing(&own.account, own.revision) {
                Standing::Useless => Some(Day::MIN),
                Standing::StaleFrom(from) => Some(from),
                Standing::Fresh => None,
            };
            let stale = from.map(|from| days.cut(from)).unwrap_or_default();
            let reckoned_to = from.map_or(own.reckoned_to, |from| from.plus_days(-1).min(own.reckoned_to));
            kept.insert(own.account, Loaded { days, stale, reckoned_to });
        }
        Ok(kept)
    }

    /// What the records keep of an account's days, every one of them reckoned up to `reckoned_to`.
    pub(crate) fn history(&self, account: &AccountId, days: &KeptDays, reckoned_to: Day) -> ScoreHistory {
        ScoreHistory { account: account.clone(), revision: self.revision, reckoned_to, days: days.pack() }
    }
}

/// What decides a score beside the facts of its account.
fn rules(in_force: &InForce, reader: &BookReader) -> String {
    let currency = in_force.workbook.organisation.currency.as_deref().unwrap_or("-");
    let plans = reader.facts.plans_since.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let rules = format!("{} {currency} {plans} {}", in_force.content_hash, dearly_health::RULES);
    // What a measure in SQL reads is not known to belong to one account: any change of the book may change it.
    match in_force.workbook.statements().is_empty() {
        true => rules,
        false => format!("{rules} at {}", reader.revision),
    }
}

impl App {
    /// Keeps scores, where nobody writes just now: to lose them costs only time.
    pub(crate) async fn keep_scores(&self, rules: &str, histories: &[ScoreHistory]) -> Result<()> {
        if histories.is_empty() {
            return Ok(());
        }
        let Some(mut write) = self.store.write_if_free("keep scores").await? else { return Ok(()) };
        write.keep_score_histories(rules, histories).await?;
        write.commit().await?;
        Ok(())
    }

    /// Says that the kept scores of every account are up to date, so that older changes can be forgotten.
    pub(crate) async fn mark_refreshed(&self, keeping: &Keeping) -> Result<()> {
        let mut write = self.store.write("bring scores up to date").await?;
        let refreshed = format!("{} {}", keeping.revision, keeping.rules);
        write.set_setting(REFRESHED, Some(&refreshed)).await?;
        write.forget_account_changes(keeping.revision).await?;
        write.drop_other_score_histories(&keeping.rules).await?;
        write.commit().await?;
        Ok(())
    }
}
