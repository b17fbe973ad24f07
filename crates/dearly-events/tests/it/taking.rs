//! What the tests of ingest share: a small world with a lake that is a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use dearly_domain::Instant;
use dearly_events::{
    Accepted, Batch, Disk, Ingest, IngestError, IngestOptions, NextFlush, Record, RecordKind,
};

pub(crate) const DATA: &str = "data";
const MANIFEST: &str = "data/manifest";

/// No waiting, and the test says itself when rows are sealed.
pub(crate) fn options() -> IngestOptions {
    IngestOptions {
        group_commit: Duration::ZERO,
        flush_after: Duration::from_secs(3600),
        tidy_in_background: false,
        ..IngestOptions::default()
    }
}

pub(crate) fn at(second: i64) -> Instant {
    Instant::from_micros(1_790_000_000_000_000 + second * 1_000_000)
}

pub(crate) fn batch(second: i64, ids: &[u32]) -> Batch {
    let mut batch = Batch::new("web", at(second));
    for id in ids {
        let mut record = Record::new(RecordKind::Event, at(second));
        let name = format!("feature_{}", id % 7);
        record.name = Some(&name);
        record.user = Some("ann");
        batch.push(&format!("m{id}"), &record);
    }
    batch
}

/// Submits a batch and waits for its answer.
pub(crate) fn take(ingest: &Ingest, batch: Batch) -> Result<Accepted, IngestError> {
    let (sender, receiver) = channel();
    ingest
        .submit(batch, move |result| {
            let _ = sender.send(result);
        })
        .expect("there is room in the queue");
    receiver.recv().expect("every batch that is queued is answered")
}

/// What the lake holds, and up to which file of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) through: u64,
    /// How often each message is there.
    pub(crate) messages: BTreeMap<u32, u32>,
}

impl Manifest {
    pub(crate) fn read(disk: &dyn Disk) -> std::io::Result<Manifest> {
        let file = match disk.open(Path::new(MANIFEST)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(error) => return Err(error),
        };
        let mut bytes = vec![0; file.length()? as usize];
        file.read_at(0, &mut bytes)?;
        let mut numbers =
            std::str::from_utf8(&bytes).unwrap().lines().map(|line| line.parse::<u64>().unwrap());
        let mut manifest = Manifest { through: numbers.next().unwrap(), messages: BTreeMap::new() };
        numbers.for_each(|id| manifest.add(id as u32));
        Ok(manifest)
    }

    /// Replaces the one on the disk in one durable step, as a transaction does.
    fn commit(&self, disk: &dyn Disk) -> std::io::Result<()> {
        let mut text = format!("{}\n", self.through);
        for (id, times) in &self.messages {
            (0..*times).for_each(|_| text.push_str(&format!("{id}\n")));
        }
        replace(disk, MANIFEST, text.as_bytes())
    }

    pub(crate) fn add(&mut self, id: u32) {
        *self.messages.entry(id).or_default() += 1;
    }
}

/// Puts a file in the data folder in place of the one before, in one durable step.
pub(crate) fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let partial = Path::new("data/replacing.partial");
    let mut file = disk.create(partial)?;
    file.append(bytes)?;
    file.sync()?;
    disk.rename(partial, Path::new(path))?;
    disk.sync_folder(Path::new(DATA))
}

/// Flushes what is sealed into the manifest; `false` if something failed on the way.
pub(crate) fn flush(ingest: &Ingest, disk: &dyn Disk) -> bool {
    loop {
        let sealed = match ingest.next_flush(Duration::ZERO) {
            NextFlush::Sealed(sealed) => sealed,
            NextFlush::Nothing | NextFlush::Closed => return true,
        };
        let Ok(mut manifest) = Manifest::read(disk) else { return false };
        let read = sealed.for_each(|entry| {
            assert_eq!(entry.source, "web");
            manifest.add(entry.record.message_id[1..].parse().unwrap());
            Ok::<(), IngestError>(())
        });
        manifest.through = sealed.through();
        if read.is_err() || manifest.commit(disk).is_err() || ingest.flushed(sealed.through()).is_err() {
            return false;
        }
    }
}

/// Closes and flushes everything.
pub(crate) fn drain(ingest: &Ingest, disk: &dyn Disk) -> bool {
    ingest.close();
    loop {
        match ingest.next_flush(Duration::from_millis(5)) {
            NextFlush::Sealed(_) if flush(ingest, disk) => {}
            NextFlush::Sealed(_) => return false,
            NextFlush::Nothing => {}
            NextFlush::Closed => return true,
        }
    }
}

/// Opens what the manifest says, which is made durable before: a killed process may just have written it.
pub(crate) fn open(disk: &(impl Disk + Clone + 'static)) -> Result<Ingest, IngestError> {
    let manifest = disk.sync_folder(Path::new(DATA)).and_then(|()| Manifest::read(disk));
    let through = manifest
        .map_err(|error| IngestError::Io {
            action: "reading",
            path: MANIFEST.into(),
            message: error.to_string(),
        })?
        .through;
    Ingest::open(Path::new(DATA), Arc::new(disk.clone()), options(), through)
}
