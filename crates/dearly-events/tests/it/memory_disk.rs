//! A disk in memory that forgets, when its power is cut, what was not synced: contents of files, and names of
//! folders. What it keeps of that all the same is up to a seed, as it is on a real disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use dearly_domain::Instant;
use dearly_events::{Disk, DiskFile, Entry};

#[derive(Clone, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: Vec<Contents>,
    /// Which files there are, as programs see it.
    names: BTreeMap<PathBuf, usize>,
    /// As it is on the disk.
    durable_names: BTreeMap<PathBuf, usize>,
    /// What makes the one of the other, in order.
    renamed: Vec<Renamed>,
    locks: BTreeSet<PathBuf>,
    /// Changes of any kind so far.
    operations: u64,
    /// At this one the power goes off; the flag says whether it still happens.
    power_off_at: Option<(u64, bool)>,
    off: bool,
    /// Bytes that can still be appended.
    room: Option<u64>,
    /// The sync of a file that fails, counted down.
    failing_sync: Option<u64>,
    /// The next cut of a file fails too.
    failing_cut: bool,
}

#[derive(Clone, Default)]
struct Contents {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// Changes since the last sync.
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Clone)]
enum Renamed {
    Set(PathBuf, usize),
    Gone(PathBuf),
}

impl Renamed {
    fn path(&self) -> &Path {
        match self {
            Renamed::Set(path, _) | Renamed::Gone(path) => path,
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Renamed::Set(path, file) => drop(names.insert(path.clone(), *file)),
            Renamed::Gone(path) => drop(names.remove(path)),
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(offset, written) => {
                let end = offset + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(written);
            }
            Change::Cut(length) => bytes.resize(*length, 0),
        }
    }
}

/// Random numbers of a seed, enough for a choice.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }
}

impl MemoryDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// How many changes were made.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Cuts the power at the n-th change from now, which happens or not.
    pub(crate) fn power_off_at(&self, operation: u64, happens: bool) {
        let mut state = self.state();
        state.power_off_at = Some((state.operations + operation, happens));
    }

    pub(crate) fn is_off(&self) -> bool {
        self.state().off
    }

    /// Lets only so many bytes be appended from now on; `None`: any number.
    pub(crate) fn set_room(&self, room: Option<u64>) {
        self.state().room = room;
    }

    /// Lets the n-th sync of a file from now on fail, and what it should have made durable be lost.
    pub(crate) fn fail_sync(&self, sync: u64) {
        self.state().failing_sync = Some(sync);
    }

    /// The disk after its power was cut and came back.
    pub(crate) fn after_power_cut(&self, seed: u64) -> MemoryDisk {
        let mut dice = Dice(seed);
        let state = self.state();
        let mut names = state.durable_names.clone();
        // A journal keeps the order of the changes of names; nothing else is sure of them.
        let kept = match dice.throw(3) {
            0 => 0,
            1 => state.renamed.len(),
            _ => dice.throw(state.renamed.len() + 1),
        };
        state.renamed[..kept].iter().for_each(|renamed| renamed.apply(&mut names));
        let files = state.files.iter().map(|file| file.after_power_cut(&mut dice)).collect();
        MemoryDisk(Arc::new(Mutex::new(State {
            files,
            durable_names: names.clone(),
            names,
            ..State::default()
        })))
    }

    /// The disk after the process was killed: what programs saw is still to be seen, synced or not.
    pub(crate) fn after_kill(&self) -> MemoryDisk {
        let mut state = self.state();
        let State { files, names, durable_names, renamed, .. } = std::mem::take(&mut *state);
        state.off = true;
        MemoryDisk(Arc::new(Mutex::new(State { files, names, durable_names, renamed, ..State::default() })))
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state();
        state.names.get(path).map(|&file| state.files[file].seen.clone())
    }

    /// Puts a file on the disk, durably.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let file = state.files.len();
        state.files.push(Contents { seen: bytes.to_vec(), durable: bytes.to_vec(), pending: Vec::new() });
        state.names.insert(path.to_owned(), file);
        state.durable_names.insert(path.to_owned(), file);
    }

    /// Changes a byte of a file, for those too who have it open.
    pub(crate) fn damage(&self, path: &Path, place: usize) {
        let mut state = self.state();
        let file = state.names[path];
        state.files[file].seen[place] ^= 1;
    }

    /// Files whose path begins so.
    pub(crate) fn paths(&self, folder: &str) -> Vec<PathBuf> {
        self.state().names.keys().filter(|path| path.starts_with(folder)).cloned().collect()
    }
}

impl Contents {
    fn after_power_cut(&self, dice: &mut Dice) -> Contents {
        let mut bytes = self.durable.clone();
        let changes = self.pending.len();
        match dice.throw(5) {
            0 => {}
            1 => self.pending.iter().for_each(|change| change.apply(&mut bytes)),
            2 => {
                // All up to one that is torn.
                let torn = dice.throw(changes + 1);
                self.pending[..torn].iter().for_each(|change| change.apply(&mut bytes));
                if let Some(Change::Write(offset, written)) = self.pending.get(torn) {
                    let part = dice.throw(written.len() + 1);
                    Change::Write(*offset, written[..part].to_vec()).apply(&mut bytes);
                }
            }
            3 => {
                // Any of them, in whatever order the disk had time for.
                self.pending
                    .iter()
                    .filter(|_| dice.throw(2) == 0)
                    .for_each(|change| change.apply(&mut bytes));
            }
            _ => {
                // The length is there before the bytes are.
                for change in &self.pending {
                    match change {
                        Change::Write(offset, written) => {
                            let mut written = written.clone();
                            let (from, fill) = (dice.throw(written.len() + 1), dice.throw(3));
                            for byte in &mut written[from..] {
                                *byte = if fill == 0 { dice.throw(256) as u8 } else { 0 };
                            }
                            Change::Write(*offset, written).apply(&mut bytes);
                        }
                        Change::Cut(_) => change.apply(&mut bytes),
                    }
                }
            }
        }
        Contents { seen: bytes.clone(), durable: bytes, pending: Vec::new() }
    }
}

fn off() -> Error {
    Error::other("the power is off")
}

impl State {
    /// Counts a change; `Ok(false)` if it still happens, but nobody hears of it.
    fn change(&mut self) -> Result<bool> {
        if self.off {
            return Err(off());
        }
        self.operations += 1;
        match self.power_off_at {
            Some((operation, happens)) if self.operations >= operation => {
                self.off = true;
                if happens { Ok(false) } else { Err(off()) }
            }
            _ => Ok(true),
        }
    }

    fn file(&self, path: &Path) -> Result<usize> {
        if self.off {
            return Err(off());
        }
        self.names.get(path).copied().ok_or_else(|| Error::from(ErrorKind::NotFound))
    }

    fn rename(&mut self, renamed: Renamed) {
        renamed.apply(&mut self.names);
        self.renamed.push(renamed);
    }
}

fn heard(heard: bool) -> Result<()> {
    if heard { Ok(()) } else { Err(off()) }
}

struct MemoryFile {
    disk: MemoryDisk,
    file: usize,
}

impl Disk for MemoryDisk {
    fn create_folder(&self, _: &Path) -> Result<()> {
        if self.is_off() { Err(off()) } else { Ok(()) }
    }

    fn create(&self, path: &Path) -> Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        let known = state.change()?;
        let file = match state.names.get(path).copied() {
            Some(file) => {
                state.files[file].seen.clear();
                state.files[file].pending.push(Change::Cut(0));
                file
            }
            None => {
                let file = state.files.len();
                state.files.push(Contents::default());
                state.rename(Renamed::Set(path.to_owned(), file));
                file
            }
        };
        heard(known)?;
        Ok(Box::new(MemoryFile { disk: self.clone(), file }))
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn DiskFile>> {
        if self.state().names.contains_key(path) {
            return Err(Error::from(ErrorKind::AlreadyExists));
        }
        self.create(path)
    }

    fn open_to_read(&self, path: &Path) -> Result<Box<dyn DiskFile>> {
        self.open(path)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn DiskFile>> {
        let file = self.state().file(path)?;
        Ok(Box::new(MemoryFile { disk: self.clone(), file }))
    }

    fn length(&self, path: &Path) -> Result<u64> {
        self.open(path)?.length()
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let mut state = self.state();
        let known = state.change()?;
        let file = state.names.get(from).copied().ok_or_else(|| Error::from(ErrorKind::NotFound))?;
        state.rename(Renamed::Gone(from.to_owned()));
        state.rename(Renamed::Set(to.to_owned(), file));
        heard(known)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        let mut state = self.state();
        let known = state.change()?;
        if !state.names.contains_key(path) {
            return Err(Error::from(ErrorKind::NotFound));
        }
        state.rename(Renamed::Gone(path.to_owned()));
        heard(known)
    }

    fn entries(&self, folder: &Path) -> Result<Vec<Entry>> {
        let state = self.state();
        if state.off {
            return Err(off());
        }
        let mut entries = BTreeMap::new();
        for (path, &file) in &state.names {
            let Ok(within) = path.strip_prefix(folder) else { continue };
            let mut parts = within.iter();
            let Some(name) = parts.next().and_then(|name| name.to_str()) else { continue };
            let is_folder = parts.next().is_some();
            let bytes = if is_folder { 0 } else { state.files[file].seen.len() as u64 };
            let modified_at = Instant::from_micros(0);
            entries.insert(
                name.to_owned(),
                Entry { name: name.to_owned(), is_folder, is_file: !is_folder, bytes, modified_at },
            );
        }
        Ok(entries.into_values().collect())
    }

    fn sync_folder(&self, folder: &Path) -> Result<()> {
        let mut state = self.state();
        let known = state.change()?;
        let (mine, others) = std::mem::take(&mut state.renamed)
            .into_iter()
            .partition(|renamed| renamed.path().parent() == Some(folder));
        state.renamed = others;
        let mine: Vec<Renamed> = mine;
        mine.iter().for_each(|renamed| renamed.apply(&mut state.durable_names));
        heard(known)
    }

    fn lock(&self, path: &Path) -> Result<std::result::Result<Box<dyn Send + Sync>, String>> {
        struct Held(MemoryDisk, PathBuf);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.state().locks.remove(&self.1);
            }
        }
        if !self.state().locks.insert(path.to_owned()) {
            return Ok(Err("process 0 (a test)".to_owned()));
        }
        Ok(Ok(Box::new(Held(self.clone(), path.to_owned()))))
    }
}

impl DiskFile for MemoryFile {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let mut state = self.disk.state();
        let known = state.change()?;
        let fits = state.room.map_or(bytes.len(), |room| bytes.len().min(room as usize));
        if let Some(room) = &mut state.room {
            *room -= fits as u64;
        }
        let file = &mut state.files[self.file];
        let change = Change::Write(file.seen.len(), bytes[..fits].to_vec());
        change.apply(&mut file.seen);
        file.pending.push(change);
        heard(known)?;
        if fits < bytes.len() { Err(Error::from(ErrorKind::StorageFull)) } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<()> {
        let mut state = self.disk.state();
        let known = state.change()?;
        if let Some(left) = &mut state.failing_sync {
            *left = left.saturating_sub(1);
            if *left == 0 {
                state.failing_sync = None;
                // As with a real one: what could not be written is marked as written, and no later sync tries it.
                // Or it was written, and just nobody knows.
                let written = state.operations.is_multiple_of(2);
                state.failing_cut = state.operations % 4 < 2;
                let file = &mut state.files[self.file];
                let pending = std::mem::take(&mut file.pending);
                if written {
                    pending.iter().for_each(|change| change.apply(&mut file.durable));
                }
                return Err(Error::other("input/output error"));
            }
        }
        let file = &mut state.files[self.file];
        let pending = std::mem::take(&mut file.pending);
        pending.iter().for_each(|change| change.apply(&mut file.durable));
        heard(known)
    }

    fn truncate(&mut self, length: u64) -> Result<()> {
        let mut state = self.disk.state();
        let known = state.change()?;
        if std::mem::take(&mut state.failing_cut) {
            return Err(Error::other("input/output error"));
        }
        let file = &mut state.files[self.file];
        let change = Change::Cut(length as usize);
        change.apply(&mut file.seen);
        file.pending.push(change);
        heard(known)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let state = self.disk.state();
        if state.off {
            return Err(off());
        }
        let offset = offset as usize;
        let bytes = state.files[self.file].seen.get(offset..offset + buffer.len());
        buffer.copy_from_slice(bytes.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn length(&self) -> Result<u64> {
        let state = self.disk.state();
        if state.off { Err(off()) } else { Ok(state.files[self.file].seen.len() as u64) }
    }
}
