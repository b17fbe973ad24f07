//! Too much at a time, and a disk that is full.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use dearly_app::ingest::{Disk, DiskFile, Entry, IngestOptions, RealDisk};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::json;

use super::{Door, track};
use crate::test_app::TestApp;

/// What is wrong with a disk, from now on.
#[derive(Default)]
struct Faults {
    /// Nothing more can be appended.
    is_full: AtomicBool,
    /// Whether nothing is synced until it is so no more.
    is_stuck: Mutex<bool>,
    freed: Condvar,
}

impl Faults {
    fn stick(&self, is_stuck: bool) {
        *self.is_stuck.lock().unwrap() = is_stuck;
        self.freed.notify_all();
    }

    fn wait_until_free(&self) {
        drop(self.freed.wait_while(self.is_stuck.lock().unwrap(), |is_stuck| *is_stuck).unwrap());
    }
}

/// The disk of this machine, with faults.
struct FaultyDisk(Arc<Faults>);

struct FaultyFile {
    file: Box<dyn DiskFile>,
    faults: Arc<Faults>,
}

impl FaultyDisk {
    fn wrap(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(FaultyFile { file, faults: Arc::clone(&self.0) })
    }
}

impl Disk for FaultyDisk {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_folder(folder)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.create(path)?))
    }
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.create_new(path)?))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.open(path)?))
    }
    fn open_to_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.open_to_read(path)?))
    }
    fn length(&self, path: &Path) -> io::Result<u64> {
        RealDisk.length(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        RealDisk.entries(folder)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_folder(folder)
    }
    fn lock(&self, path: &Path) -> io::Result<Result<Box<dyn Send + Sync>, String>> {
        RealDisk.lock(path)
    }
}

impl DiskFile for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.faults.is_full.load(Ordering::SeqCst) {
            // As much as there is room for is written.
            self.file.append(&bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.faults.wait_until_free();
        self.file.sync()
    }
    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, buffer)
    }
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
}

/// A server with a write key, its log on a disk that may fail.
async fn on_faulty_disk(options: IngestOptions) -> (Door, Arc<Faults>) {
    let faults = Arc::new(Faults::default());
    let app = TestApp::new().await;
    let key = app.app.create_write_key("web").await.unwrap().key;
    let disk = Arc::new(FaultyDisk(Arc::clone(&faults)));
    (Door { app: app.open_door(disk, options).await, key }, faults)
}

#[tokio::test]
async fn what_cannot_be_taken_now_is_refused_and_not_dropped() {
    let (door, faults) = on_faulty_disk(IngestOptions { queue_bytes: 1, ..IngestOptions::default() }).await;
    let batch = |id: u32| json!({"batch": [track(&id.to_string(), "u")]}).to_string();
    assert_eq!(door.send("/v1/batch", batch(0)).await.status, 200);
    faults.stick(true);
    let mut sending: FuturesUnordered<_> = (1..=5).map(|id| door.send("/v1/batch", batch(id))).collect();
    let refused = sending.next().await.unwrap();
    assert_eq!((refused.status, &refused.sent["code"]), (429, &json!("busy")), "{}", refused.sent);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert_eq!(
        refused.header("access-control-expose-headers"),
        "retry-after",
        "a page may see when to try again"
    );
    faults.stick(false);
    let statuses: Vec<u16> = sending.map(|answer| answer.status).collect().await;
    let n_taken = statuses.iter().filter(|status| **status == 200).count() as i64;
    assert!(n_taken >= 1 && statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    assert_eq!(
        door.counts().await,
        [1 + n_taken, 0, 0, 0, 1 + n_taken],
        "what was acknowledged, and no more"
    );
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let (door, faults) = on_faulty_disk(IngestOptions::default()).await;
    let batch = |id: &str| json!({"batch": [track(id, "u")]}).to_string();
    assert_eq!(door.send("/v1/batch", batch("1")).await.status, 200);
    faults.is_full.store(true, Ordering::SeqCst);
    let answer = door.send("/v1/batch", batch("2")).await;
    assert_eq!((answer.status, &answer.sent["code"]), (503, &json!("not_stored")), "{}", answer.sent);
    assert!(answer.sent["message"].as_str().unwrap().contains("the disk is full"), "{}", answer.sent);
    assert_eq!(answer.header("retry-after"), "30");
    faults.is_full.store(false, Ordering::SeqCst);
    assert_eq!(door.send("/v1/batch", batch("2")).await.status, 200, "it goes on by itself");
    assert_eq!(door.counts().await, [2, 0, 0, 0, 2], "what was refused is no duplicate");
}

#[tokio::test]
async fn one_process_takes_telemetry_into_a_folder() {
    let door = Door::open().await;
    let error = door.app.app.start_ingestion(IngestOptions::default()).await.err().unwrap();
    assert!(
        matches!(error, dearly_app::Error::Busy(_)) && error.to_string().contains("in use by"),
        "{error}"
    );
}
