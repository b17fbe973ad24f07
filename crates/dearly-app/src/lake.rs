//! The event lake: how it stands, making few large files of many small ones, and taking events out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dearly_domain::account::Account;
use dearly_domain::person::Person;
use dearly_domain::{Attribution, Calendar, Day, Instant, Record};
use dearly_events::{Compaction, EventRow, Fate, Lake, Rewritten, Segment, Selection};
use dearly_store::{Store, View, Write};

use crate::app::App;
use crate::book::segment;
use crate::error::{Error, Result};
use crate::import::stored;
use crate::ingest::TELEMETRY;
use crate::query::SPILL;
use crate::remote_files::{Place, RemoteFiles};
use crate::spill;
use crate::view::{LakeChange, LakeMonth, LakeSegment, LakeStatus};

pub use dearly_events::{Eagerness, Month, Owners};
pub use dearly_query::engine::SharedLake;

/// How long files that are live no more stay for readers that began before.
const GRACE: Duration = Duration::from_secs(3_600);
/// How often a rewriting begins anew because others rewrote the same segments meanwhile.
const ROUNDS: u32 = 8;
/// How often the background looks whether segments are to be merged.
const LOOK_EVERY: Duration = Duration::from_secs(300);
/// How often the background asks for the writer's lock, ten seconds each, before it lets a merge go.
const TURNS: u32 = 30;
/// The setting that says where the lake is, if not in the data folder.
const LAKE: &str = "lake";

/// Called with how many bytes there are to be merged in all, and how many were.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

impl App {
    /// How the lake stands: its months, and the files that are live.
    pub async fn lake_status(&self) -> Result<LakeStatus> {
        let mut view = self.store.view().await?;
        let live: Vec<Segment> = view.segments().await?.into_iter().map(segment).collect();
        let retired = view.retired_segments().await?;
        let mut months: BTreeMap<Month, LakeMonth> = BTreeMap::new();
        for own in &live {
            let month = own.month()?;
            let row = months.entry(month).or_insert_with(|| LakeMonth::empty(month));
            row.n_segments += 1;
            row.n_events += own.rows;
            row.n_unattributed += own.n_unattributed;
            row.bytes += own.bytes;
        }
        for plan in Compaction::plan(&live, Eagerness::WhenDue)? {
            if let Some(row) = months.get_mut(&plan.month) {
                row.is_due = true;
            }
        }
        Ok(LakeStatus {
            place: self.lake.locate("events").display().to_string(),
            n_events: live.iter().map(|own| own.rows).sum(),
            n_unattributed: live.iter().map(|own| own.n_unattributed).sum(),
            bytes: live.iter().map(|own| own.bytes).sum(),
            first_at: live.iter().map(|own| own.min_at).min(),
            last_at: live.iter().map(|own| own.max_at).max(),
            n_retired: retired.len() as u64,
            retired_bytes: retired.iter().map(|own| own.bytes as u64).sum(),
            months: months.into_values().collect(),
            segments: live.iter().map(|own| self.shown(own)).collect::<Result<_>>()?,
        })
    }

    fn shown(&self, own: &Segment) -> Result<LakeSegment> {
        Ok(LakeSegment {
            path: own.path.clone(),
            file: self.lake.locate(&own.path).display().to_string(),
            month: own.month()?.to_string(),
            n_events: own.rows,
            n_unattributed: own.n_unattributed,
            bytes: own.bytes,
            first_at: own.min_at,
            last_at: own.max_at,
            first_account: own.min_account.as_ref().map(|account| account.0.clone()),
            last_account: own.max_account.as_ref().map(|account| account.0.clone()),
        })
    }

    /// Makes few large segments of many small ones, and deletes files that are live no more. The writer's lock is
    /// held only to publish each result: imports and ingestion go on meanwhile.
    ///
    /// # Errors
    /// [`Error::Busy`] where the lock cannot be had; what was published stays.
    pub async fn compact(&self, eagerness: Eagerness, progress: Progress<'_>) -> Result<LakeChange> {
        let stop = Arc::default();
        self.compact_until(eagerness, 1, &stop, progress).await
    }

    /// Merges segments whenever a month has too many small ones, until told to stop; returns soon after that. Faults
    /// are handed to `report`, and the next look tries again.
    pub async fn compact_when_due(&self, stop: Arc<AtomicBool>, report: impl Fn(Error)) {
        loop {
            if let Err(error) = self.compact_until(Eagerness::WhenDue, TURNS, &stop, &mut |_, _| {}).await {
                report(error);
            }
            let mut left = LOOK_EVERY;
            while !left.is_zero() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let nap = Duration::from_millis(250);
                tokio::time::sleep(nap).await;
                left = left.saturating_sub(nap);
            }
        }
    }

    async fn compact_until(
        &self,
        eagerness: Eagerness,
        turns: u32,
        stop: &Arc<AtomicBool>,
        progress: Progress<'_>,
    ) -> Result<LakeChange> {
        let mut change = LakeChange::default();
        let mut done = 0;
        loop {
            let plans = Compaction::plan(&self.live().await?, eagerness)?;
            if plans.is_empty() || stop.load(Ordering::Relaxed) {
                break;
            }
            let total = done + plans.iter().map(Compaction::bytes).sum::<u64>();
            for plan in plans {
                progress(done, total);
                let (lake, stop, own) = (self.lake.clone(), Arc::clone(stop), plan.clone());
                let merged = blocking(move || own.run(&lake, |_| !stop.load(Ordering::Relaxed))).await?;
                let Some(added) = merged else {
                    return Ok(change);
                };
                let removed = plan.segments.clone();
                let merged = Rewritten { added, removed, ..Rewritten::default() };
                let written = self.published("compact events", turns, &merged).await?;
                if written {
                    change.add(&merged);
                }
                done += plan.bytes();
                progress(done, total);
            }
        }
        change.n_deleted += self.sweep_retired("compact events", grace_ends()).await?;
        Ok(change)
    }

    /// Erases these users from telemetry, under every id that turned out to be theirs: segments that hold any of their
    /// events are written anew without them, and the old files, also those retired earlier, are deleted before this
    /// returns. A reader that still had one open is told that the file is missing. Events that were received and wait to
    /// be written into the lake are left out when they are. What is kept of them beside events goes, too:
    /// traits, memberships, aliases, rejected calls that name them, and the people whom nothing but their calls names.
    ///
    /// # Errors
    /// [`Error::Invalid`] without users, [`Error::Busy`]. Erasing again completes what a crash left.
    pub async fn erase(&self, users: &BTreeSet<String>) -> Result<LakeChange> {
        if users.is_empty() || users.iter().any(String::is_empty) {
            return Err(Error::Invalid("name the user to erase, as events name it".to_owned()));
        }
        let mut write = self.store.write("erase events").await?;
        check_own_ids(write.view(), users).await?;
        let users = with_emails(write.view(), users.clone()).await?;
        let users = crate::ingest::with_former_ids(write.view(), users).await?;
        // First of all, so that nothing that waits in the log comes after the lake is searched.
        write.insert_erasures(&users, Instant::now()).await?;
        write.commit().await?;
        let mut change = self.erase_from_lake(&users).await?;
        // Last, for aliases tell under which ids else there may be events: a crash before this and all is done again.
        let mut write = self.store.write("erase events").await?;
        change.n_records_deleted = write.erase_telemetry_users(&users, TELEMETRY).await?;
        write.commit().await?;
        self.store.fold().await?;
        let left = self.folder.join(SPILL);
        spill::sweep(&left)
            .map_err(Error::io(format!("remove what questions left in {}", left.display())))?;
        Ok(change)
    }

    /// Erases ids that turn out to be someone's who is erased already, and notes that up to the instant. Only what flushes the
    /// log may call it, for nothing of theirs comes from the log meanwhile: so the note is the last thing, and a crash before it
    /// has all done again.
    pub(crate) async fn erase_former_ids(
        &self,
        users: &BTreeSet<String>,
        received_by: Instant,
    ) -> Result<()> {
        let mut view = self.store.view().await?;
        let users = crate::ingest::with_former_ids(&mut view, users.clone()).await?;
        drop(view);
        self.erase_from_lake(&users).await?;
        let mut write = self.store.write("erase events").await?;
        write.erase_telemetry_users(&users, TELEMETRY).await?;
        write.insert_erasures(&users, received_by).await?;
        write.commit().await?;
        Ok(())
    }

    async fn erase_from_lake(&self, users: &BTreeSet<String>) -> Result<LakeChange> {
        let selection = Selection { users: Some(users.clone()), ..Selection::default() };
        let rewrite = move |lake: &Lake, live: &[Segment]| lake.rewrite(live, &selection, |_| Fate::Drop);
        let mut change = self.rewrite("erase events", rewrite).await?;
        // Files that were retired before this may hold the events, too; nothing else tells.
        change.n_deleted += self.sweep_retired("erase events", Instant::from_micros(i64::MAX)).await?;
        Ok(change)
    }

    /// Drops all events before the start of the day, by UTC. Files of earlier months go as a whole, unread; they stay an
    /// hour for readers that began before.
    ///
    /// # Errors
    /// [`Error::Busy`]; [`Error::Invalid`] for a day to come, before which nearly everything is.
    pub async fn retain(&self, from: Day) -> Result<LakeChange> {
        let today = Calendar::utc().day_of(Instant::now());
        if from > today {
            return Err(Error::Invalid(format!(
                "{from} is a day to come, and all events before it would go; today is {today}"
            )));
        }
        let before = Calendar::utc().start_of(from);
        let rewrite = move |lake: &Lake, live: &[Segment]| lake.drop_before(live, before);
        let mut change = self.rewrite("retain events", rewrite).await?;
        change.n_deleted += self.sweep_retired("retain events", grace_ends()).await?;
        Ok(change)
    }

    /// Attributes events of the users anew, within a transaction of the caller's, who commits it: only those that were
    /// attributed by membership or not at all, and that are of one of the `owners` now. `attribute` may change every
    /// cell but the instant. Hand the result to [`App::discard`] where the transaction is not committed.
    ///
    /// # Errors
    /// Those of the lake and of the records; nothing is left behind then.
    pub async fn reattribute(
        &self,
        write: &mut Write,
        users: &BTreeSet<String>,
        owners: &Owners,
        mut attribute: impl FnMut(&mut EventRow),
    ) -> Result<Rewritten> {
        let live: Vec<Segment> = write.view().segments().await?.into_iter().map(segment).collect();
        let selection =
            Selection { users: Some(users.clone()), accounts: Some(owners.clone()), before: None };
        let rewritten = self.lake.rewrite(&live, &selection, |row| {
            let is_imported = row.account.is_some() && row.attributed_by.is_none();
            let is_named = matches!(row.attributed_by, Some(Attribution::Group | Attribution::Property));
            if !is_imported && !is_named {
                attribute(row);
            }
            Fate::Keep
        })?;
        match publish(&self.lake, write, &rewritten).await {
            Ok(true) => Ok(rewritten),
            Ok(false) => unreachable!("the transaction names these segments itself"),
            Err(error) => {
                self.discard(&rewritten)?;
                Err(error)
            }
        }
    }

    /// Commits what makes these segments live. Where that fails they are removed, or, as it may have come to pass all the
    /// same, left for a sweep.
    pub(crate) async fn commit(&self, write: Write, added: &[Segment]) -> Result<()> {
        match write.commit().await {
            Ok(_) => Ok(()),
            Err(error) => {
                if error.is_surely_undone() {
                    self.lake.discard(added)?;
                }
                Err(error.into())
            }
        }
    }

    /// Removes the files of a rewriting that was not published.
    pub fn discard(&self, rewritten: &Rewritten) -> Result<()> {
        Ok(self.lake.discard(&rewritten.added)?)
    }

    /// Rewrites the lake and publishes the result as one: also what others published meanwhile is rewritten.
    async fn rewrite(
        &self,
        purpose: &str,
        rewrite: impl Fn(&Lake, &[Segment]) -> Result<Rewritten, dearly_events::Error> + Send + Sync + 'static,
    ) -> Result<LakeChange> {
        let rewrite = Arc::new(rewrite);
        for _ in 0..ROUNDS {
            let before = self.live().await?;
            let (lake, own, segments) = (self.lake.clone(), Arc::clone(&rewrite), before.clone());
            let mut first = blocking(move || own(&lake, &segments)).await?;
            let written = async {
                let mut write = self.store.write(purpose).await?;
                let now: Vec<Segment> = write.view().segments().await?.into_iter().map(segment).collect();
                // Somebody merged some of them meanwhile: the events lie elsewhere now.
                if !first.removed.iter().all(|own| now.contains(own)) {
                    write.roll_back().await?;
                    return Ok(None);
                }
                let more: Vec<Segment> = now.into_iter().filter(|own| !before.contains(own)).collect();
                let more = rewrite(&self.lake, &more)?;
                first.n_dropped += more.n_dropped;
                first.n_changed += more.n_changed;
                first.added.extend(more.added);
                first.removed.extend(more.removed);
                first.touches_all |= more.touches_all;
                for (account, from) in more.touched {
                    let known = first.touched.entry(account).or_insert(from);
                    *known = from.min(*known);
                }
                publish(&self.lake, &mut write, &first).await?;
                Ok::<Option<Write>, Error>(Some(write))
            };
            match written.await {
                Ok(Some(write)) => {
                    self.commit(write, &first.added).await?;
                    let mut change = LakeChange::default();
                    change.add(&first);
                    return Ok(change);
                }
                Ok(None) => self.discard(&first)?,
                Err(error) => {
                    self.discard(&first)?;
                    return Err(error);
                }
            }
        }
        Err(Error::Busy("the segments of the lake change all the time; try again in a while".to_owned()))
    }

    /// Publishes in a transaction of its own; `false`, with the new files removed, where what was rewritten is live no
    /// more.
    async fn published(&self, purpose: &str, turns: u32, rewritten: &Rewritten) -> Result<bool> {
        let written = async {
            let mut write = self.turn(purpose, turns).await?;
            if !publish(&self.lake, &mut write, rewritten).await? {
                write.roll_back().await?;
                return Ok(None);
            }
            Ok::<Option<Write>, Error>(Some(write))
        };
        match written.await {
            Ok(Some(write)) => {
                self.commit(write, &rewritten.added).await?;
                Ok(true)
            }
            Ok(None) => {
                self.discard(rewritten)?;
                Ok(false)
            }
            Err(error) => {
                self.discard(rewritten)?;
                Err(error)
            }
        }
    }

    /// The writer's lock, asked for several times.
    async fn turn(&self, purpose: &str, turns: u32) -> Result<Write> {
        let mut asked = 1;
        loop {
            match self.store.write(purpose).await {
                Err(dearly_store::Error::Busy { .. }) if asked < turns => asked += 1,
                write => return Ok(write?),
            }
        }
    }

    async fn live(&self) -> Result<Vec<Segment>> {
        Ok(self.store.segments().await?.into_iter().map(segment).collect())
    }

    /// Deletes files that are live no more since before the instant; how many.
    async fn sweep_retired(&self, purpose: &str, before: Instant) -> Result<u64> {
        let retired = self.store.view().await?.retired_segments().await?;
        if retired.iter().all(|own| own.retired_at >= before) {
            return Ok(0);
        }
        let mut write = self.store.write(purpose).await?;
        let n_deleted = sweep(&self.lake, &mut write, before).await?;
        write.commit().await?;
        Ok(n_deleted)
    }
}

/// The instant before which retired files are needed no more.
pub(crate) fn grace_ends() -> Instant {
    Instant::from_micros(Instant::now().micros() - GRACE.as_micros() as i64)
}

/// Makes the added segments live and the removed ones not, and notes whose facts change by it; `false` where one of those is live no more.
async fn publish(lake: &Lake, write: &mut Write, rewritten: &Rewritten) -> Result<bool> {
    lake.check(&rewritten.added)?;
    let now = Instant::now();
    for own in &rewritten.removed {
        if !write.retire_segment(&own.path, own.bytes as i64, now).await? {
            return Ok(false);
        }
    }
    for own in &rewritten.added {
        write.insert_segment(&stored(own, None)).await?;
    }
    if rewritten.touches_all {
        for account in write.view().keys(Account::FILE).await? {
            write.note_change(&account, Day::MIN);
        }
    }
    for (account, from) in &rewritten.touched {
        // A day before, since the organisation's day may begin before UTC's.
        write.note_change(account.as_str(), Calendar::utc().day_of(*from).plus_days(-1));
    }
    Ok(true)
}

/// Deletes the files of segments that were retired before the instant, and of attempts that never became live and are
/// older than an hour; how many.
pub(crate) async fn sweep(lake: &Lake, write: &mut Write, before: Instant) -> Result<u64> {
    let live = write.view().segments().await?;
    let (old, young): (Vec<_>, Vec<_>) =
        write.view().retired_segments().await?.into_iter().partition(|own| own.retired_at < before);
    let doomed: Vec<Segment> = old.iter().map(|own| retired(&own.path)).collect();
    lake.discard(&doomed)?;
    let keep = live.iter().map(|own| own.path.as_str()).chain(young.iter().map(|own| own.path.as_str()));
    let swept = lake.sweep(keep, before.min(grace_ends()))?;
    for own in &old {
        write.forget_segment(&own.path).await?;
    }
    Ok(doomed.len() as u64 + swept.files)
}

/// A segment of which only the path matters any more.
fn retired(path: &str) -> Segment {
    Segment {
        path: path.to_owned(),
        rows: 0,
        min_at: Instant::from_micros(0),
        max_at: Instant::from_micros(0),
        n_unattributed: 0,
        min_account: None,
        max_account: None,
        bytes: 0,
    }
}

/// The telemetry that a part of a cluster reads: of an object store, or of a data folder that it sees as the one who asks
/// does.
///
/// # Errors
/// [`Error::Invalid`] where there is no such folder, or the address is none of a store.
pub fn shared_lake(data: &Path, lake: Option<&str>) -> Result<SharedLake> {
    let place = lake.map_or_else(|| Ok(Place::Folder(data.to_owned())), Place::of)?;
    match place {
        Place::Store(store) => Ok(SharedLake::in_store(store)),
        Place::Folder(folder) if folder.is_dir() => Ok(SharedLake::in_folder(&folder)?),
        Place::Folder(folder) => Err(Error::Invalid(format!(
            "there is no folder {}; a part of a cluster reads the telemetry of the one who asks: from the same data folder \
             (--data), or from the same object store (--lake s3://bucket/prefix)",
            folder.display()
        ))),
    }
}

/// The lake of a data folder, and where it is: in the folder, or where the records remember it to be, or where it is put now.
pub(crate) async fn open(store: &Store, folder: &Path, asked: Option<&str>) -> Result<(Lake, Place)> {
    let remembered = store.setting(LAKE).await?;
    let place = match (remembered, asked) {
        (None, None) => return Ok((Lake::open(folder), Place::Folder(folder.to_owned()))),
        (Some(remembered), Some(asked)) if remembered != asked => {
            return Err(Error::Invalid(format!(
                "the events of this data folder lie at {remembered}, not at {asked}; leave --lake out"
            )));
        }
        (Some(remembered), _) => remembered,
        (None, Some(asked)) => {
            // Whether the place is any good is known before it is remembered.
            RemoteFiles::open(asked, folder)?;
            let mut write = store.write("say where events lie").await?;
            if !write.view().segments().await?.is_empty() {
                return Err(Error::Invalid(format!(
                    "the events of this data folder lie in it, not at {asked}; leave --lake out, or import the book \
                     into a new data folder"
                )));
            }
            write.set_setting(LAKE, Some(asked)).await?;
            write.commit().await?;
            asked.to_owned()
        }
    };
    Ok((Lake::on(RemoteFiles::open(&place, folder)?), Place::of(&place)?))
}

/// Refuses an id that turned out to be someone's who is not named: most of its events go under their id by now.
async fn check_own_ids(view: &mut View, users: &BTreeSet<String>) -> Result<()> {
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    for (id, aliases) in view.aliases(&ids).await? {
        if let Some(other) = aliases.iter().find(|alias| !users.contains(&alias.user)) {
            return Err(Error::Invalid(format!(
                "{id} turned out to be an id of {user}, and its events go under that: name {user}, whose erasure takes all \
                 their ids",
                user = other.user
            )));
        }
    }
    Ok(())
}

/// The users, and what else telemetry may call them: a person goes by their id and by their e-mail.
async fn with_emails(view: &mut View, mut users: BTreeSet<String>) -> Result<BTreeSet<String>> {
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut others: Vec<String> = view.people_by_email(&ids).await?.into_values().collect();
    let mut keys = ids.clone();
    keys.extend(others.iter().map(String::as_str));
    for own in view.versions_of(Person::FILE, &keys).await? {
        let email = Person::from_row(&own.version.row).email.filter(|email| !email.is_empty());
        others.extend(email.into_iter().flat_map(|email| [email.to_lowercase(), email]));
    }
    users.extend(others);
    Ok(users)
}

/// Runs what keeps a thread busy where it holds up nobody.
async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, dearly_events::Error> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(run).await {
        Ok(result) => Ok(result?),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::Busy(format!("the program is stopping: {error}"))),
        },
    }
}

impl LakeChange {
    fn add(&mut self, rewritten: &Rewritten) {
        self.n_dropped += rewritten.n_dropped;
        self.n_segments_added += rewritten.added.len() as u64;
        self.n_segments_removed += rewritten.removed.len() as u64;
        self.bytes_added += rewritten.added.iter().map(|own| own.bytes).sum::<u64>();
        self.bytes_removed += rewritten.removed.iter().map(|own| own.bytes).sum::<u64>();
    }
}

impl LakeMonth {
    fn empty(month: Month) -> LakeMonth {
        LakeMonth { month: month.to_string(), ..LakeMonth::default() }
    }
}

#[cfg(test)]
mod tests;
