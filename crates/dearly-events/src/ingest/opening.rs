//! Takes up what the last process left.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use super::batch::read_parts;
use super::committer::Committer;
use super::queue::Queue;
use super::record::NotARecord;
use super::shared::{Counters, Shared};
use super::tidying::Tidying;
use super::unit::{Flushing, Unit, UnitFile};
use super::{Ingest, IngestError, IngestOptions};
use crate::dedup::Window;
use crate::disk::Disk;
use crate::wal::{self, HEADER_BYTES, path_of, recover};

pub(super) fn open(
    data: &Path,
    disk: Arc<dyn Disk>,
    options: IngestOptions,
    flushed_through: u64,
) -> Result<Ingest, IngestError> {
    let folder = data.join(wal::FOLDER);
    let failed = |error| IngestError::io("opening", &folder, &error);
    disk.create_folder(&folder).map_err(failed)?;
    let lock = match disk.lock(&folder.join("lock")).map_err(failed)? {
        Ok(lock) => lock,
        Err(holder) => return Err(IngestError::Held { folder, holder }),
    };
    let window = Window::open(Arc::clone(&disk), data, options.keep_micros(), options.window_bytes())?;

    let mut found: BTreeMap<u64, Unit> = BTreeMap::new();
    let recovered = recover(&*disk, &folder, flushed_through, |sequence, group| {
        let unit = found.entry(sequence).or_default();
        read_parts::<NotARecord>(group, |entry| {
            unit.keys.insert(entry.key);
            unit.rows += 1;
            unit.earliest = unit.earliest.min(entry.received_at);
            unit.latest = unit.latest.max(entry.received_at);
            Ok(())
        })
        .map_err(|error| IngestError::Unreadable {
            path: path_of(&folder, sequence),
            found: error.to_string(),
        })
    })?;
    let counters = Counters { cut_bytes: recovered.cut_bytes, ..Counters::default() };
    let mut units: Vec<Unit> = Vec::new();
    for file in recovered.files {
        let sequence = file.header.sequence;
        let mut unit = found.remove(&sequence).unwrap_or_default();
        unit.bytes = file.end - HEADER_BYTES as u64;
        unit.files.push(UnitFile::new(file.path, file.header, file.end, file.damaged));
        counters.unflushed_rows.fetch_add(unit.rows, Relaxed);
        counters.unflushed_bytes.fetch_add(unit.bytes, Relaxed);
        if unit.rows > 0 {
            counters.received_at.fetch_max(unit.latest.micros(), Relaxed);
        }
        let flushed = sequence <= flushed_through;
        let with = |last: &&mut Unit| {
            last.rows + unit.rows <= options.flush_rows && (last.through() <= flushed_through) == flushed
        };
        match units.last_mut().filter(with) {
            Some(last) => last.append(unit),
            None => units.push(unit),
        }
    }

    let shared = Arc::new(Shared {
        disk,
        folder,
        options,
        window,
        queue: Queue::default(),
        flushing: Mutex::new(Flushing {
            units: units.into_iter().map(Arc::new).collect(),
            flushed_through,
            held: None,
            closed: false,
        }),
        sealed: Condvar::new(),
        settling: Mutex::new(()),
        tidying: Tidying::default(),
        damage: Mutex::new(recovered.damage),
        counters,
    });
    // The last process may have died between its flush and this.
    shared.settle()?;

    let committer = Committer::new(Arc::clone(&shared), recovered.next_sequence, recovered.previous_end);
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|error| IngestError::io("starting a thread for", &shared.folder, &error))
    };
    let mut threads = vec![spawn("ingest", Box::new(move || committer.run()))?];
    if shared.options.tidy_in_background {
        let tidying = Arc::clone(&shared);
        threads.push(spawn("ingest-window", Box::new(move || tidying.tidying.run(&tidying)))?);
        shared.tidying.wake();
    }
    Ok(Ingest { shared, threads, _lock: lock })
}
