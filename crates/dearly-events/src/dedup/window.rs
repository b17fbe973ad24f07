//! All runs together: looking keys up, adding a run, merging and dropping runs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dearly_domain::Instant;

use super::filter::MOST_FOLDS;
use super::run::Run;
use super::run_writer::{PARTIAL, RunWriter, filter_path};
use crate::EventKey;
use crate::disk::{Disk, file_names};
use crate::ingest::IngestError;

/// The folder of the window within a data folder.
const FOLDER: &str = "dedup";
/// A window is made of this many generations, and the one that is being filled.
const GENERATIONS: i64 = 8;
/// So many runs of like size are merged.
const LIKE_RUNS: usize = 4;
/// Runs up to this size are alike, then up to eight times as many, and so on.
const SMALL_RUN: u64 = 16_384;

/// The runs at one moment; a group of batches is looked up in one such state.
pub(crate) type Runs = Arc<Vec<Arc<Run>>>;

/// The keys of the flushed events of the last days.
pub(crate) struct Window {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// Microseconds for which a key is kept at least.
    keep: i64,
    /// Bytes that the runs may take in memory.
    allowance: u64,
    runs: Mutex<Runs>,
    /// Held by whoever changes which runs there are; holds the number of the next one.
    changing: Mutex<u64>,
    /// Runs with damage: they answer for what is whole in them, and are left out of merging.
    unmergeable: Mutex<Vec<PathBuf>>,
}

impl Window {
    /// Opens the runs of the data folder.
    ///
    /// # Errors
    /// What the disk refuses; [`IngestError::Damaged`] for a run whose footer or index is not what was written.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        data: &Path,
        keep: i64,
        allowance: u64,
    ) -> Result<Window, IngestError> {
        let folder = data.join(FOLDER);
        let failed = |error: io::Error| IngestError::io("reading", &folder, &error);
        disk.create_folder(&folder).map_err(failed)?;
        let names = file_names(&*disk, &folder).map_err(failed)?;
        let mut paths = BTreeMap::new();
        for name in &names {
            if let Some(id) = id_of(name) {
                paths.insert(id, folder.join(name));
            } else if name.ends_with(PARTIAL) {
                disk.remove(&folder.join(name)).map_err(failed)?;
            }
        }
        for name in names.iter().filter(|name| name.ends_with(".filter")) {
            let path = folder.join(name);
            if !paths.values().any(|run| filter_path(run) == path) {
                disk.remove(&path).map_err(failed)?;
            }
        }
        // What a killed process renamed may not be durable yet, and logs will be dropped because it is there.
        disk.sync_folder(&folder).map_err(failed)?;
        let next = paths.last_key_value().map_or(1, |(id, _)| id + 1);
        let runs: Vec<Arc<Run>> =
            paths.values().map(|path| Run::open(&*disk, path).map(Arc::new)).collect::<Result<_, _>>()?;
        let window = Window {
            folder,
            keep,
            allowance,
            runs: Mutex::new(Arc::new(runs)),
            changing: Mutex::new(next),
            unmergeable: Mutex::default(),
            disk,
        };
        window.balance()?;
        Ok(window)
    }

    /// The runs as they are now.
    pub(crate) fn runs(&self) -> Runs {
        Arc::clone(&self.runs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a run of these keys, ascending and each once, durably.
    pub(crate) fn add(
        &self,
        keys: &[EventKey],
        earliest: Instant,
        latest: Instant,
    ) -> Result<(), IngestError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut next = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path(*next);
        *next += 1;
        let write = || -> io::Result<()> {
            let mut writer = RunWriter::create(&*self.disk, &path, keys.len() as u64)?;
            keys.iter().try_for_each(|&key| writer.push(key))?;
            writer.finish(earliest, latest)
        };
        if let Err(error) = write() {
            self.clear(&path);
            return Err(IngestError::io("writing", &path, &error));
        }
        let run = Run::open(&*self.disk, &path)?;
        self.publish(&[], Some(run));
        self.balance()
    }

    /// Drops what is older than the window, and merges runs of one age once; `true` if there may be more to do.
    pub(crate) fn tidy(&self, now: Instant) -> Result<bool, IngestError> {
        let runs = self.runs();
        let old: Vec<PathBuf> = runs
            .iter()
            .filter(|run| run.latest.micros().saturating_add(self.keep) < now.micros())
            .map(|run| run.path.clone())
            .collect();
        if !old.is_empty() {
            let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            self.publish(&old, None);
            self.remove(&old);
            return Ok(true);
        }
        let Some(alike) = self.alike(&runs, now) else { return Ok(false) };
        drop(runs);
        self.merge(alike)?;
        Ok(true)
    }

    /// Runs to be merged: all of a generation that is past, or some of like size of the present one.
    fn alike(&self, runs: &[Arc<Run>], now: Instant) -> Option<Vec<Arc<Run>>> {
        let length = (self.keep / GENERATIONS).max(1);
        let present = now.micros().div_euclid(length);
        let mut sets: BTreeMap<(i64, u32), Vec<Arc<Run>>> = BTreeMap::new();
        let unmergeable = self.unmergeable.lock().unwrap_or_else(PoisonError::into_inner);
        for run in runs.iter().filter(|run| !unmergeable.contains(&run.path)) {
            let generation = run.latest.micros().div_euclid(length);
            let size = if generation < present { 0 } else { (run.keys / SMALL_RUN).max(1).ilog2() / 3 };
            sets.entry((generation, size)).or_default().push(Arc::clone(run));
        }
        let most = |generation: i64| if generation < present { 2 } else { LIKE_RUNS };
        sets.into_iter().find(|((generation, _), runs)| runs.len() >= most(*generation)).map(|(_, runs)| runs)
    }

    fn merge(&self, runs: Vec<Arc<Run>>) -> Result<(), IngestError> {
        let path = {
            let mut next = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let path = self.path(*next);
            *next += 1;
            path
        };
        if let Err(error) = self.write_merged(&runs, &path) {
            self.clear(&path);
            if let IngestError::Damaged { path, .. } = &error {
                self.unmergeable.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
            }
            return Err(error);
        }

        let merged = Run::open(&*self.disk, &path)?;
        let inputs: Vec<PathBuf> = runs.iter().map(|run| run.path.clone()).collect();
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.allowance.saturating_sub(bytes(&self.runs()) + merged.bytes());
        if merged.filter_bytes(0) <= room {
            let filter = merged.read_filter(&*self.disk, 0)?;
            let merged = merged.with_filter(&*self.disk, Some(filter))?;
            self.publish(&inputs, Some(merged));
        } else {
            // No room for both: for a moment every look goes to the file.
            drop(runs);
            self.publish(&inputs, Some(merged));
            self.balance()?;
        }
        self.remove(&inputs);
        Ok(())
    }

    /// Writes the keys of all runs as one.
    fn write_merged(&self, runs: &[Arc<Run>], path: &Path) -> Result<(), IngestError> {
        let writing = |error: io::Error| IngestError::io("writing", path, &error);
        let most = runs.iter().map(|run| run.keys).sum();
        let mut writer = RunWriter::create(&*self.disk, path, most).map_err(writing)?;
        let mut heads: Vec<Head<'_>> = Vec::with_capacity(runs.len());
        for run in runs {
            heads.extend(Head::new(run)?);
        }
        while let Some(least) = heads.iter().map(|head| head.key).min() {
            writer.push(least).map_err(writing)?;
            let mut place = 0;
            while place < heads.len() {
                if heads[place].key == least && !heads[place].advance()? {
                    heads.swap_remove(place);
                } else {
                    place += 1;
                }
            }
        }
        let earliest = runs.iter().map(|run| run.earliest).min().expect("runs to merge");
        let latest = runs.iter().map(|run| run.latest).max().expect("runs to merge");
        writer.finish(earliest, latest).map_err(writing)
    }

    /// Gives every run the filter that there is room for: the largest are halved first.
    fn balance(&self) -> Result<(), IngestError> {
        // No run is held beyond its turn: what is replaced is to be gone from memory at once.
        let plan = self.plan();
        let run_at = |path: &PathBuf| self.runs().iter().find(|run| run.path == *path).cloned();
        // What shrinks comes first, so that there is room for what is read.
        for (path, folds) in &plan {
            let Some(run) = run_at(path) else { continue };
            let allowed = if *folds > MOST_FOLDS { 0 } else { run.filter_bytes(*folds) };
            let Some(filter) = run.filter().filter(|filter| filter.bytes() > allowed) else { continue };
            let mut smaller = (allowed > 0).then(|| filter.halved());
            while smaller.as_ref().is_some_and(|filter| filter.bytes() > allowed) {
                smaller = smaller.map(|filter| filter.halved());
            }
            self.publish(std::slice::from_ref(path), Some(run.with_filter(&*self.disk, smaller)?));
        }
        for (path, folds) in plan.iter().filter(|(_, folds)| *folds <= MOST_FOLDS) {
            let Some(run) = run_at(path).filter(|run| run.filter().is_none()) else { continue };
            let filter = run.read_filter(&*self.disk, *folds)?;
            self.publish(std::slice::from_ref(path), Some(run.with_filter(&*self.disk, Some(filter))?));
        }
        Ok(())
    }

    /// How often each run's filter is to be halved; more than [`MOST_FOLDS`]: it has none.
    fn plan(&self) -> Vec<(PathBuf, u32)> {
        let runs = self.runs();
        let mut folds = vec![0_u32; runs.len()];
        let index: u64 = runs.iter().map(|run| run.pages() as u64 * 8).sum();
        loop {
            let sizes = runs
                .iter()
                .zip(&folds)
                .map(|(run, &folds)| if folds > MOST_FOLDS { 0 } else { run.filter_bytes(folds) });
            if sizes.clone().sum::<u64>() + index <= self.allowance {
                break;
            }
            match sizes.enumerate().max_by_key(|&(_, size)| size) {
                Some((place, size)) if size > 0 => folds[place] += 1,
                _ => break,
            }
        }
        runs.iter().map(|run| run.path.clone()).zip(folds).collect()
    }

    /// Replaces the runs at `gone` by another one, in one step.
    fn publish(&self, gone: &[PathBuf], run: Option<Run>) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = runs.iter().filter(|run| !gone.contains(&run.path)).cloned();
        *runs = Arc::new(kept.chain(run.map(Arc::new)).collect());
    }

    /// Removes files of runs that no longer count. One that stays only costs room.
    fn remove(&self, paths: &[PathBuf]) {
        for path in paths {
            let _ = self.disk.remove(path);
            let _ = self.disk.remove(&filter_path(path));
        }
    }

    /// Removes what is there of a run that could not be finished.
    fn clear(&self, path: &Path) {
        let _ = self.disk.remove(&path.with_extension(format!("keys{PARTIAL}")));
        let _ = self.disk.remove(&filter_path(path));
    }

    fn path(&self, id: u64) -> PathBuf {
        self.folder.join(format!("{id:016}.keys"))
    }
}

/// Marks the keys that one of the runs holds.
pub(crate) fn look_up(runs: &Runs, keys: &[EventKey], found: &mut [bool]) -> Result<(), IngestError> {
    // Run by run: looks into one filter do not wait for one another.
    for run in runs.iter() {
        for (&key, found) in keys.iter().zip(found.iter_mut()) {
            if !*found && run.contains(key)? {
                *found = true;
            }
        }
    }
    Ok(())
}

/// Keys in these runs, and the bytes they take in memory.
pub(crate) fn keys_and_bytes(runs: &Runs) -> (u64, u64) {
    (runs.iter().map(|run| run.keys).sum(), bytes(runs))
}

fn bytes(runs: &Runs) -> u64 {
    runs.iter().map(|run| run.bytes()).sum()
}

fn id_of(name: &str) -> Option<u64> {
    name.strip_suffix(".keys")?.parse().ok()
}

/// The least key of a run that is not merged yet.
struct Head<'a> {
    run: &'a Run,
    page: usize,
    keys: std::vec::IntoIter<EventKey>,
    key: EventKey,
}

impl<'a> Head<'a> {
    fn new(run: &'a Run) -> Result<Option<Head<'a>>, IngestError> {
        let mut head = Head { run, page: 0, keys: Vec::new().into_iter(), key: EventKey(0) };
        Ok(head.advance()?.then_some(head))
    }

    fn advance(&mut self) -> Result<bool, IngestError> {
        loop {
            if let Some(key) = self.keys.next() {
                self.key = key;
                return Ok(true);
            }
            if self.page == self.run.pages() {
                return Ok(false);
            }
            self.keys = self.run.page(self.page)?.into_iter();
            self.page += 1;
        }
    }
}
