//! What was learned of users moves their earlier events: only theirs, and only in the segments that hold any.

use std::collections::{BTreeSet, HashMap};

use dearly_domain::membership::{self, Said};
use dearly_domain::{AccountId, Instant};
use dearly_events::{EventRow, Owners};
use dearly_store::View;

use super::counts::Counts;
use super::learned::Learned;
use crate::app::App;
use crate::error::Result;

/// Applies what was learned since it was last applied.
///
/// # Errors
/// [`crate::Error::Busy`] and others; then it is still to be done.
pub(super) async fn relink(app: &App) -> Result<()> {
    if app.store.relinks().await?.is_empty() {
        return Ok(());
    }
    // Under the writer's lock: files that are not live yet must not be swept away.
    let mut write = app.store.write("move earlier telemetry to where it belongs").await?;
    let users = write.view().relinks().await?;
    let known = Known::of(write.view(), &users).await?;
    let owners = Owners { accounts: known.accounts.clone(), unattributed: true };
    let mut counts = Counts::default();
    let rewritten = app.reattribute(&mut write, &users, &owners, |row| {
        let was_unattributed = row.account.is_none();
        known.apply(row);
        if let (true, true, Some(source)) = (was_unattributed, row.account.is_some(), &row.source) {
            counts.of(source, row.recorded_at.unwrap_or(row.at)).n_unattributed -= 1;
        }
    });
    let rewritten = rewritten.await?;
    let written = async {
        for day in counts.days() {
            write.count_source_day(day).await?;
        }
        write.delete_relinks(&users).await
    };
    if let Err(error) = written.await {
        app.discard(&rewritten)?;
        return Err(error.into());
    }
    app.commit(write, &rewritten.added).await?;
    if rewritten.n_changed > 0 {
        tracing::info!(n_users = users.len(), n_events = rewritten.n_changed, "earlier telemetry was moved");
    }
    Ok(())
}

/// The users, and all ids that turned out to be theirs: what is learned of a user moves events of those too.
pub(crate) async fn with_former_ids(view: &mut View, users: BTreeSet<String>) -> Result<BTreeSet<String>> {
    let mut all = users.clone();
    let mut open = users;
    while !open.is_empty() {
        let keys: Vec<&str> = open.iter().map(String::as_str).collect();
        let former = view.aliases_of(&keys).await?.into_iter().map(|alias| alias.previous);
        open = former.filter(|id| all.insert(id.clone())).collect();
    }
    Ok(all)
}

/// What decides where the events of some users belong.
struct Known {
    learned: Learned,
    /// Every account to which one of them ever belonged.
    accounts: BTreeSet<AccountId>,
    /// When the last id turned out to be this user's.
    aliased_at: HashMap<String, Instant>,
}

impl Known {
    async fn of(view: &mut View, users: &BTreeSet<String>) -> Result<Known> {
        let learned = Learned::of(view, users).await?;
        let keys: Vec<&str> = users.iter().map(String::as_str).collect();
        let mut aliased_at: HashMap<String, Instant> = HashMap::new();
        for alias in view.aliases_of(&keys).await? {
            let last = aliased_at.entry(alias.user).or_insert(alias.at);
            *last = (*last).max(alias.at);
        }
        Ok(Known { accounts: learned.accounts(), learned, aliased_at })
    }

    /// The event as it is by what is known now.
    fn apply(&self, row: &mut EventRow) {
        let said = Said { at: row.at, group: None, property: None, user: row.user.as_deref() };
        let now = membership::attribute(said, &self.learned);
        let Some((account, by, from)) = now.account else { return };
        let from = match row.linked_at {
            // The event may be one of another id, that turned out to be this user's later: then it counts from then on,
            // and what is learned of the user now does not change that.
            Some(linked_at) if self.was_aliased_after(row) => from.max(Some(linked_at)),
            _ => from,
        };
        row.account = Some(account);
        row.attributed_by = Some(by);
        row.linked_at = from;
        row.user = now.user;
    }

    fn was_aliased_after(&self, row: &EventRow) -> bool {
        let aliased_at = row.user.as_ref().and_then(|user| self.aliased_at.get(user));
        aliased_at.is_some_and(|aliased_at| *aliased_at > row.at)
    }
}
