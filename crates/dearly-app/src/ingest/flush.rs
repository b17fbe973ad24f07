//! One flush: what the log has sealed becomes visible, all of it in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Clock};

use dearly_domain::account::Account;
use dearly_domain::membership::{self, Attributed};
use dearly_domain::person::Person;
use dearly_domain::{Calendar, File, Instant, Record as _};
use dearly_events::{EventRow, Ingest, RecordKind, Sealed, SealedEntry, Segment};
use dearly_store::{
    Alias, Incoming, Mode, NewImport, Of, Outcome, RejectedCall, StoredVersion, TraitSet, Write,
};

use super::counts::Counts;
use super::erased::Erased;
use super::learned::{self, Learned};
use super::told::{Saying, Told};
use super::{FLUSHED_THROUGH, relink, traits};
use crate::app::App;
use crate::error::{Error, Result};
use crate::import;

/// The import under which the rows stand that telemetry brings: one for all time, and in no list.
pub(crate) const TELEMETRY: &str = "telemetry";

/// How often what was learned of earlier events is applied at most: it rewrites segments.
const RELINK_EVERY: Duration = Duration::from_secs(30);

/// How often counts are written when nothing else is.
const COUNT_EVERY: Duration = Duration::from_secs(10);

/// Makes visible what the log has sealed.
pub(super) struct Flusher {
    app: App,
    pub(super) ingest: Arc<Ingest>,
    /// Of what the log does not keep: duplicates.
    counts: Arc<Mutex<Counts>>,
    /// Up to where this process has made the log visible. What the log hands out again is not flushed again.
    through: u64,
    relinked: Option<Clock>,
    counted: Clock,
}

impl Flusher {
    pub(super) fn new(app: App, ingest: Arc<Ingest>, counts: Arc<Mutex<Counts>>) -> Flusher {
        Flusher { app, ingest, counts, through: 0, relinked: None, counted: Clock::now() }
    }

    /// Makes these rows visible. They are so for good once this is done; after an error nothing of them is.
    pub(super) async fn flush(&mut self, sealed: &Sealed) -> Result<()> {
        if sealed.through() <= self.through {
            return Ok(());
        }
        let (erased, told, mut write) = loop {
            // Read before the lock is had, for it takes a while; who is erased meanwhile is rare.
            let erased = self.erased(sealed).await?;
            let told = Told::read(sealed, &erased)?;
            let mut write = self.app.store.write("flush telemetry").await?;
            if Erased::new(write.view().erasures().await?) == erased {
                break (erased, told, write);
            }
            write.roll_back().await?;
        };
        // A commit that failed may have come to pass all the same, as where a connection broke off in the middle of it.
        let stored = write.view().setting(FLUSHED_THROUGH).await?;
        if stored.and_then(|text| text.parse().ok()).is_some_and(|through: u64| through >= sealed.through()) {
            self.through = sealed.through();
            return Ok(write.roll_back().await?);
        }
        let counts = self.take_counts();
        let mut segments = Vec::new();
        let known = (&told, &erased);
        let written =
            flush_into(&self.app, &mut write, sealed, known, &mut counts.clone(), &mut segments).await;
        if let Err(error) = written {
            self.give_back(&counts);
            // The error itself says more than one of taking back would.
            let _ = write.roll_back().await;
            self.app.lake.discard(&segments)?;
            return Err(error);
        }
        if let Err(error) = self.app.commit(write, &segments).await {
            self.give_back(&counts);
            return Err(error);
        }
        self.through = sealed.through();
        Ok(())
    }

    /// Who is erased. A call that is left out may be the first that says of another id that it is theirs: then that is
    /// erased before anything is flushed, and once more if a crash comes between.
    async fn erased(&self, sealed: &Sealed) -> Result<Erased> {
        loop {
            let erased = Erased::new(self.app.store.view().await?.erasures().await?);
            let former_ids = erased.former_ids(sealed)?;
            if former_ids.is_empty() {
                return Ok(erased);
            }
            for (received_by, ids) in former_ids {
                self.app.erase_former_ids(&ids, received_by).await?;
            }
        }
    }

    /// Done between flushes.
    pub(super) async fn between(&mut self) -> Result<()> {
        if self.counted.elapsed() >= COUNT_EVERY {
            self.counted = Clock::now();
            self.write_counts().await?;
        }
        self.relink_in_time().await
    }

    /// Done before the door closes.
    pub(super) async fn end(&mut self) -> Result<()> {
        self.write_counts().await?;
        relink::relink(&self.app).await
    }

    async fn relink_in_time(&mut self) -> Result<()> {
        if self.relinked.is_some_and(|last| last.elapsed() < RELINK_EVERY) {
            return Ok(());
        }
        self.relinked = Some(Clock::now());
        match relink::relink(&self.app).await {
            // Someone else writes: later.
            Err(Error::Busy(_)) => Ok(()),
            done => done,
        }
    }

    async fn write_counts(&mut self) -> Result<()> {
        let counts = self.take_counts();
        if counts.is_empty() {
            return Ok(());
        }
        let written = async {
            let mut write = self.app.store.write("count telemetry").await?;
            for day in counts.days() {
                write.ensure_source(&day.source, Instant::now()).await?;
                write.count_source_day(day).await?;
            }
            write.commit().await?;
            Ok(())
        };
        let written = written.await;
        if written.is_err() {
            self.give_back(&counts);
        }
        written
    }

    fn take_counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().expect("no panic while held"))
    }

    fn give_back(&self, counts: &Counts) {
        self.counts.lock().expect("no panic while held").add(counts);
    }
}

/// Applies now what was learned of earlier events.
pub(super) async fn relink_now(app: &App) -> Result<()> {
    relink::relink(app).await
}

async fn flush_into(
    app: &App,
    write: &mut Write,
    sealed: &Sealed,
    (told, erased): (&Told, &Erased),
    counts: &mut Counts,
    segments: &mut Vec<Segment>,
) -> Result<()> {
    for (source, (received_at, event_at)) in &told.sources {
        write.ensure_source(source, *received_at).await?;
        write.touch_source(source, *received_at, *event_at).await?;
    }
    let mut before = BTreeMap::new();
    let mut users = learn(write, told, &mut before).await?;
    users.extend(told.people.keys().cloned());
    let rejected = put_rows(write, told, &users, &before).await?;
    let learned = Learned::of(write.view(), &told.users.iter().cloned().collect()).await?;
    let mut row = EventRow::new(None, Instant::from_micros(0), "");
    let mut stager = app.lake.stage();
    sealed.for_each(|entry| {
        if erased.has(&entry) {
            return Ok(());
        }
        let day = counts.of(entry.source, entry.received_at);
        match entry.record.kind {
            RecordKind::Event => {
                fill(&mut row, &entry, &learned);
                day.n_events += 1;
                day.n_unattributed += i64::from(row.account.is_none());
                if let Some(account) = &row.account {
                    // Known from the link on, where that is later; a day before, since the organisation's day may begin
                    // before UTC's.
                    let known_at = row.linked_at.map_or(row.at, |linked_at| linked_at.max(row.at));
                    let from = Calendar::utc().day_of(known_at).plus_days(-1);
                    write.note_change(account.as_str(), from);
                }
                stager.push(&row, entry.key)?;
            }
            RecordKind::Rejected => day.n_rejected += 1,
            _ => day.n_calls += 1,
        }
        Ok::<(), Error>(())
    })?;
    // From here on the files are there, and a failure must remove them.
    segments.extend(stager.finish()?);
    for segment in segments.iter() {
        write.insert_segment(&import::stored(segment, None)).await?;
    }
    let mut all_rejected = told.rejected.clone();
    for call in rejected {
        counts.of(&call.source, call.received_at).n_rejected += 1;
        all_rejected.entry(call.source.clone()).or_default().push(call);
    }
    for (source, calls) in &all_rejected {
        write.keep_rejected_calls(source, calls).await?;
    }
    for day in counts.days() {
        write.ensure_source(&day.source, Instant::now()).await?;
        write.count_source_day(day).await?;
    }
    if let Some(before) = told.first_received_at.and_then(|first| erased.done_before(first)) {
        write.delete_erasures(before).await?;
    }
    write.set_setting(FLUSHED_THROUGH, Some(&sealed.through().to_string())).await?;
    Ok(())
}

/// Stores links, aliases that say something new, and what is said of users, and notes whose earlier events they may move.
/// Whose rows in the book may follow; `before` gets what was said of users until now, where more is.
async fn learn(
    write: &mut Write,
    told: &Told,
    before: &mut BTreeMap<String, TraitSet>,
) -> Result<BTreeSet<String>> {
    let previous: BTreeSet<&str> = told.aliases.iter().map(|alias| alias.previous.as_str()).collect();
    let known = write.view().aliases(&Vec::from_iter(previous)).await?;
    // Browsers say it with every identify call: the first time is what counts.
    let mut first: BTreeMap<(&str, &str), &Alias> = BTreeMap::new();
    for alias in &told.aliases {
        let own = first.entry((&alias.previous, &alias.user)).or_insert(alias);
        if alias.at < own.at {
            *own = alias;
        }
    }
    let is_new = |alias: &&Alias| {
        let mut known = known.get(&alias.previous).into_iter().flatten();
        !known.any(|own| own.user == alias.user && own.at <= alias.at)
    };
    let aliases: Vec<Alias> = first.into_values().filter(is_new).cloned().collect();
    write.insert_aliases(&aliases).await?;

    let mut links = told.links.clone();
    links.extend(learned::taken_along(write.view(), &told.links, &aliases).await?);
    let users: BTreeSet<&str> = links.iter().map(|link| link.user.as_str()).collect();
    let known = write.view().memberships(&Vec::from_iter(users)).await?;
    let mut follow: BTreeSet<String> = links.iter().map(|link| link.user.clone()).collect();
    let links = learned::change(&known, links);
    write.delete_memberships(&links.removed).await?;
    write.insert_memberships(&links.added).await?;

    say(write, Of::Visitor, &told.visitors, &mut BTreeMap::new()).await?;
    say(write, Of::User, &told.people, before).await?;
    let mut said_of: BTreeSet<String> = told.visitors.keys().chain(told.people.keys()).cloned().collect();
    said_of.extend(aliases.iter().map(|alias| alias.previous.clone()));
    follow.extend(merge_traits(write, said_of, before).await?);
    follow.extend(told.aliases.iter().map(|alias| alias.user.clone()));

    let mut learned_of = links.users;
    learned_of.extend(aliases.into_iter().map(|alias| alias.previous));
    let learned_of = relink::with_former_ids(write.view(), learned_of).await?;
    write.insert_relinks(&learned_of).await?;
    Ok(follow)
}

/// What was said of an id is said of the user whose id it turned out to be; who these users are.
async fn merge_traits(
    write: &mut Write,
    mut ids: BTreeSet<String>,
    before: &mut BTreeMap<String, TraitSet>,
) -> Result<BTreeSet<String>> {
    let mut users = BTreeSet::new();
    for _ in 0..learned::LONGEST_CHAIN {
        let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
        let aliases = write.view().aliases(&keys).await?;
        let mut moved_to = BTreeSet::new();
        for (previous, aliases) in &aliases {
            for of in [Of::Visitor, Of::User] {
                let Some(said) = write.view().traits(of, &[previous]).await?.remove(previous) else {
                    continue;
                };
                for (user, said) in traits::by_user(said, aliases) {
                    let mut own = write.view().traits(Of::User, &[user]).await?;
                    let mut own = own.remove(user).unwrap_or_default();
                    before.entry(user.to_owned()).or_insert_with(|| own.clone());
                    traits::merge(&mut own, said);
                    write.set_traits(Of::User, user, &own).await?;
                    moved_to.insert(user.to_owned());
                }
                write.delete_traits(of, previous).await?;
            }
        }
        if moved_to.is_empty() {
            break;
        }
        users.extend(moved_to.iter().cloned());
        ids = moved_to;
    }
    Ok(users)
}

/// Puts the rows of the book that follow from what is said of accounts and of users; what these cannot take is given back.
/// A row that is there takes only what is said now: an import may have said otherwise since what was said before.
async fn put_rows(
    write: &mut Write,
    told: &Told,
    users: &BTreeSet<String>,
    before: &BTreeMap<String, TraitSet>,
) -> Result<Vec<RejectedCall>> {
    let mut rejected = Vec::new();
    let mut accounts_before = BTreeMap::new();
    let accounts = say(write, Of::Account, &told.accounts, &mut accounts_before).await?;
    if !accounts.is_empty() {
        let known = accounts_among(write, accounts.keys()).await?;
        let rows = accounts.iter().map(|(id, set)| {
            let saying = &told.accounts[id];
            let before = known.contains(id).then(|| accounts_before.get(id).unwrap_or(set));
            (saying, traits::account(id, set, before, saying.received_at))
        });
        rejected.extend(put(write, Account::FILE, rows.collect()).await?);
    }
    if users.is_empty() {
        return Ok(rejected);
    }
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    let sets = write.view().traits(Of::User, &ids).await?;
    let learned = Learned::of(write.view(), users).await?;
    let named = told.people.values().filter_map(|saying| saying.group.as_ref()).map(|(_, group)| group);
    let named = accounts_among(write, named).await?;
    let people = people_of(write, &ids).await?;
    let nobody = Saying::new(last_received(told), first_source(told));
    let (mut rows, mut by_email) = (Vec::new(), Vec::new());
    for (id, set) in &sets {
        let saying = told.people.get(id);
        // Whoever was identified is a person once an account is known, now or later.
        let group = saying.and_then(|own| own.group.as_ref()).map(|(_, group)| group.as_str());
        let group = group.filter(|group| named.contains(*group));
        let known = people.get(id);
        let own = known.map(|person| person.account.as_str());
        let Some(account) = learned.account_of(id).or(group).or(own) else { continue };
        let before = known.map(|_| before.get(id).unwrap_or(set));
        let received_at = saying.map_or_else(|| last_received(told), |saying| saying.received_at);
        let key = known.map_or(id.as_str(), |person| person.external_id.as_str());
        let row = (saying.unwrap_or(&nobody), traits::person(key, account, set, before, received_at));
        if key == id { &mut rows } else { &mut by_email }.push(row);
    }
    rejected.extend(put(write, Person::FILE, rows).await?);
    // Apart, for a person may be named by their id and by their e-mail.
    for row in by_email {
        rejected.extend(put(write, Person::FILE, vec![row]).await?);
    }
    Ok(rejected)
}

/// The people whom the book knows by these ids, be it by their e-mail.
async fn people_of(write: &mut Write, ids: &[&str]) -> Result<BTreeMap<String, Person>> {
    let newest = |versions: Vec<StoredVersion>| -> BTreeMap<String, Person> {
        versions.into_iter().map(|own| (own.key, Person::from_row(&own.version.row))).collect()
    };
    let mut people = newest(write.view().versions_of(Person::FILE, ids).await?);
    let others = ids.iter().copied().filter(|id| id.contains('@') && !people.contains_key(*id));
    let others: Vec<&str> = others.collect();
    let keys = write.view().people_by_email(&others).await?;
    let known: Vec<&str> = keys.values().map(String::as_str).collect();
    let by_key = newest(write.view().versions_of(Person::FILE, &known).await?);
    for id in others {
        if let Some(person) = keys.get(&id.to_lowercase()).and_then(|key| by_key.get(key)) {
            people.insert(id.to_owned(), person.clone());
        }
    }
    Ok(people)
}

/// Which of these accounts the book knows.
async fn accounts_among(write: &mut Write, ids: impl Iterator<Item = &String>) -> Result<BTreeSet<String>> {
    let ids: Vec<&str> = ids.map(String::as_str).collect();
    let versions = write.view().versions_of(Account::FILE, &ids).await?;
    Ok(versions.into_iter().map(|own| own.key).collect())
}

/// Adds what is said to what is known; everything that is known of them then. `before` gets what was known until now.
async fn say(
    write: &mut Write,
    of: Of,
    sayings: &BTreeMap<String, Saying>,
    before: &mut BTreeMap<String, TraitSet>,
) -> Result<BTreeMap<String, TraitSet>> {
    let ids: Vec<&str> = sayings.keys().map(String::as_str).collect();
    let mut known = write.view().traits(of, &ids).await?;
    for (id, saying) in sayings {
        let own = known.get(id).cloned();
        let set = known.entry(id.clone()).or_default();
        traits::merge(set, saying.traits.clone());
        // Most calls say again what is known; of whom nothing was known before, even nothing is news.
        if own.as_ref() != Some(set) {
            write.set_traits(of, id, set).await?;
        }
        before.insert(id.clone(), own.unwrap_or_default());
    }
    Ok(known)
}

async fn put(
    write: &mut Write,
    file: &'static File,
    rows: Vec<(&Saying, Incoming)>,
) -> Result<Vec<RejectedCall>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let now = Instant::now();
    if write.view().import(TELEMETRY).await?.is_none() {
        let id = TELEMETRY.to_owned();
        let new = NewImport { source: id.clone(), id, started_at: now, mode: Mode::Upsert };
        write.insert_import(&new).await?;
    }
    let (sayings, rows): (Vec<&Saying>, Vec<Incoming>) = rows.into_iter().unzip();
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    let outcomes = write.put(file, rows, Mode::Upsert, now, TELEMETRY).await?;
    let of_row = outcomes.into_iter().zip(keys).zip(sayings);
    Ok(of_row
        .filter_map(|((outcome, key), saying)| {
            let Outcome::Rejected(violation) = outcome else { return None };
            Some(RejectedCall {
                id: format!("{}:{key}", file.name),
                source: saying.source.clone(),
                received_at: saying.received_at,
                user: (file.name == Person::FILE.name).then_some(key.clone()),
                anonymous: None,
                reason: format!(
                    "what is said of {key:?} cannot be kept: {}: {}",
                    violation.column, violation.reason
                ),
                excerpt: String::new(),
            })
        })
        .collect())
}

/// Makes the row say what stands of the event in the lake. One row serves for all: a flush has a million texts, and
/// most fit into the memory of the one before.
fn fill(row: &mut EventRow, entry: &SealedEntry<'_>, learned: &Learned) {
    let record = &entry.record;
    let said =
        membership::Said { at: record.at, group: record.group, property: record.account, user: record.user };
    let Attributed { account, user } = membership::attribute(said, learned);
    (row.account, row.attributed_by, row.linked_at) = match account {
        Some((account, by, from)) => (Some(account), Some(by), from),
        None => (None, None, None),
    };
    row.user = user;
    row.event.clear();
    row.event.push_str(record.name.unwrap_or_default());
    set(&mut row.product, record.product);
    set(&mut row.message_id, Some(record.message_id));
    set(&mut row.attributes, record.body);
    set(&mut row.source, Some(entry.source));
    row.at = record.at;
    row.count = record.count;
    row.value = record.value;
    row.recorded_at = Some(entry.received_at);
    row.original_at = record.original_at;
    row.sent_at = record.sent_at;
}

fn set(cell: &mut Option<String>, text: Option<&str>) {
    match (cell.as_mut(), text) {
        (Some(own), Some(text)) => {
            own.clear();
            own.push_str(text);
        }
        _ => *cell = text.map(str::to_owned),
    }
}

fn last_received(told: &Told) -> Instant {
    told.sources.values().map(|(received_at, _)| *received_at).max().unwrap_or(Instant::from_micros(0))
}

fn first_source(told: &Told) -> String {
    told.sources.keys().next().cloned().unwrap_or_default()
}
