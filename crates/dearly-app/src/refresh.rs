//! The daily run: scores brought up to date, of those accounts only that need it.

use std::collections::HashMap;
use std::time::Duration;

use dearly_domain::{AccountId, Day};
use dearly_health::Engine;
use rayon::prelude::*;

use crate::app::{App, When};
use crate::book::Needs;
use crate::error::Result;
use crate::score_history::{Keeping, Loaded, Standing};
use crate::view::Refreshed;

/// How many days ahead are reckoned at least: for so long an account without new facts needs no look.
const AHEAD_DAYS: i32 = 28;
/// Accounts look ahead further by up to this many days, each by another, so that not all fall due on one day.
const SPREAD_DAYS: i32 = 28;
/// How many accounts are reckoned and kept at a time.
const GROUP: usize = 2_048;

/// Why an account is reckoned anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    First,
    NewFacts,
    Due,
}

impl App {
    /// Reckons the scores as of the day (the usual one by default) of accounts with new facts, of those whose days reckoned
    /// ahead have run out, and of new ones; all others are right already.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) where somebody else writes for long.
    pub async fn refresh(
        &self,
        as_of: Option<Day>,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Refreshed> {
        let in_force = self.in_force().await?;
        let day = self.day(When { as_of, known_by: None }, &in_force.calendar).await?;
        let mut reader = self.reader(&in_force, None).await?;
        let keeping = Keeping::open(&in_force, &mut reader).await?;
        let reckoned: HashMap<AccountId, (i64, Day)> = reader
            .view
            .reckoned(&keeping.rules)
            .await?
            .into_iter()
            .map(|(account, revision, to)| (account, (revision, to)))
            .collect();
        let all = reader.accounts().await?;
        let reason = |account: &AccountId| match reckoned.get(account) {
            None => Some(Reason::First),
            Some((revision, to)) => match keeping.standing(account, *revision) {
                Standing::Useless => Some(Reason::First),
                Standing::StaleFrom(_) => Some(Reason::NewFacts),
                Standing::Fresh if *to < day => Some(Reason::Due),
                Standing::Fresh => None,
            },
        };
        let touched: Vec<(AccountId, Reason)> =
            all.iter().filter_map(|account| Some((account.clone(), reason(account)?))).collect();
        let count = |wanted| touched.iter().filter(|(_, reason)| *reason == wanted).count() as i64;
        let refreshed = Refreshed {
            as_of: day,
            n_accounts: all.len() as i64,
            n_first: count(Reason::First),
            n_new_facts: count(Reason::NewFacts),
            n_due: count(Reason::Due),
            n_untouched: (all.len() - touched.len()) as i64,
        };
        // A statement may read the whole book, so that its answers hold for this revision only: no day is reckoned ahead.
        let has_statements = !in_force.workbook.statements().is_empty();
        if !touched.is_empty() {
            reader.read_statements(self, &in_force, &[day]).await?;
        }
        let engine = Engine::new(&in_force.workbook);
        let book = reader.facts;
        let mut done = 0;
        for group in touched.chunks(GROUP) {
            let ids: Vec<AccountId> = group.iter().map(|(account, _)| account.clone()).collect();
            let mut kept = keeping.load(&mut reader.view, &ids).await?;
            let mut histories = Vec::with_capacity(ids.len());
            reader
                .each(&ids, Needs::Everything, |facts| {
                    let known: Vec<Loaded> =
                        facts.iter().map(|facts| kept.remove(&facts.account).unwrap_or_default()).collect();
                    let made = facts.par_iter().zip(known).map(|(facts, known)| {
                        let Loaded { mut days, mut stale, .. } = known;
                        let ahead = match has_statements {
                            true => day,
                            false => day.plus_days(AHEAD_DAYS + spread(&facts.account)),
                        };
                        // Days ahead that were reckoned before are left to be reckoned when their time comes.
                        stale.retain(|stale| *stale < day);
                        days.cut(day);
                        stale.extend((0..=ahead - day).map(|later| day.plus_days(later)));
                        days.add(&engine.score(facts, &book, &stale));
                        keeping.history(&facts.account, &days, ahead)
                    });
                    histories.extend(made.collect::<Vec<_>>());
                    done += facts.len();
                    progress(done, touched.len());
                    Ok(())
                })
                .await?;
            let mut write = self.store.write("bring scores up to date").await?;
            write.keep_score_histories(&keeping.rules, &histories).await?;
            write.commit().await?;
        }
        self.mark_refreshed(&keeping).await?;
        Ok(refreshed)
    }

    /// Brings scores up to date for as long as it is polled: when facts or the workbook have changed, and when a new day
    /// has come. What fails is logged and tried again.
    pub async fn keep_fresh(&self, every: Duration) {
        let mut seen = None;
        loop {
            tokio::time::sleep(every).await;
            let app = self.clone();
            let handle = tokio::runtime::Handle::current();
            let before = seen;
            let done = tokio::task::spawn_blocking(move || {
                handle.block_on(async {
                    let in_force = app.in_force().await?;
                    let day = app.day(When::default(), &in_force.calendar).await?;
                    let now = (app.store.revision().await?, day);
                    if before != Some(now) {
                        let refreshed = app.refresh(Some(day), &|_, _| {}).await?;
                        tracing::debug!(
                            n_new_facts = refreshed.n_new_facts,
                            n_due = refreshed.n_due,
                            n_first = refreshed.n_first,
                            "scores are up to date"
                        );
                    }
                    Ok::<_, crate::Error>(now)
                })
            });
            match done.await {
                Ok(Ok(now)) => seen = Some(now),
                Ok(Err(error)) => tracing::warn!(%error, "scores could not be brought up to date"),
                Err(error) => tracing::error!(%error, "bringing scores up to date failed"),
            }
        }
    }
}

/// By how many days more an account looks ahead: the same every time, another for every account.
fn spread(account: &AccountId) -> i32 {
    let mixed = account.as_str().bytes().fold(7_u32, |mixed, byte| mixed.wrapping_mul(31) + u32::from(byte));
    (mixed % SPREAD_DAYS as u32) as i32
}
