//! Sealed files of the log that go to the lake together.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use dearly_domain::Instant;

use crate::KnownKeys;
use crate::wal::Header;

/// Files that follow one another, and the keys in them.
pub(super) struct Unit {
    pub(super) files: Vec<UnitFile>,
    pub(super) keys: KnownKeys,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// When the first and the last of its rows were received.
    pub(super) earliest: Instant,
    pub(super) latest: Instant,
}

/// One file, up to where it was acknowledged.
pub(super) struct UnitFile {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) end: u64,
    damaged: AtomicBool,
}

impl UnitFile {
    pub(super) fn new(path: PathBuf, header: Header, end: u64, damaged: bool) -> UnitFile {
        UnitFile { path, header, end, damaged: AtomicBool::new(damaged) }
    }

    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.load(Relaxed)
    }

    pub(super) fn set_damaged(&self) {
        self.damaged.store(true, Relaxed);
    }
}

impl Default for Unit {
    fn default() -> Unit {
        Unit {
            files: Vec::new(),
            keys: KnownKeys::default(),
            rows: 0,
            bytes: 0,
            earliest: Instant::from_micros(i64::MAX),
            latest: Instant::from_micros(i64::MIN),
        }
    }
}

impl Unit {
    /// Adds what follows it.
    pub(super) fn append(&mut self, next: Unit) {
        self.files.extend(next.files);
        for key in next.keys.sorted() {
            self.keys.insert(key);
        }
        self.rows += next.rows;
        self.bytes += next.bytes;
        self.earliest = self.earliest.min(next.earliest);
        self.latest = self.latest.max(next.latest);
    }

    /// The number of its last file.
    pub(super) fn through(&self) -> u64 {
        self.files.last().map_or(0, |file| file.header.sequence)
    }
}

/// What the flusher has to do.
#[derive(Default)]
pub(super) struct Flushing {
    /// Units whose keys are not in the window yet, oldest first.
    pub(super) units: VecDeque<Arc<Unit>>,
    /// Units up to this number are in the lake.
    pub(super) flushed_through: u64,
    /// The unit of this number is not handed out yet: what was refused lies behind its end, and no successor says so.
    pub(super) held: Option<u64>,
    /// The committer has ended.
    pub(super) closed: bool,
}

impl Flushing {
    /// The first unit that is not in the lake.
    pub(super) fn next(&self) -> Option<Arc<Unit>> {
        let next = self.units.iter().find(|unit| unit.through() > self.flushed_through);
        next.filter(|unit| Some(unit.through()) != self.held).cloned()
    }
}
