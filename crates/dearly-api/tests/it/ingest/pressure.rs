//! Too much at a time, and a disk that is full.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dearly_app::ingest::{Disk, DiskFile, IngestOptions, RealDisk};
use serde_json::json;

use super::{Door, track};
use crate::test_app::TestApp;

#[tokio::test]
async fn what_cannot_be_taken_now_is_refused_and_not_dropped() {
    // A flush hands on less than one batch, and no more than one batch may wait: the second finds no room.
    let options = IngestOptions { queue_bytes: 1, ..IngestOptions::default() };
    let door = Door::with(options).await;
    let answer = door.send("/v1/batch", json!({"batch": [track("1", "u")]}).to_string()).await;
    assert_eq!((answer.status, &answer.sent["code"]), (429, &json!("busy")), "{}", answer.sent);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

/// The disk of this machine, until it is full.
struct FullDisk {
    full: Arc<AtomicBool>,
}

struct FullFile {
    file: Box<dyn DiskFile>,
    full: Arc<AtomicBool>,
}

impl FullDisk {
    fn wrap(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(FullFile { file, full: Arc::clone(&self.full) })
    }
}

impl Disk for FullDisk {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_folder(folder)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.create(path)?))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.open(path)?))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(folder)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_folder(folder)
    }
    fn lock(&self, path: &Path) -> io::Result<Result<Box<dyn Send + Sync>, String>> {
        RealDisk.lock(path)
    }
}

impl DiskFile for FullFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            // As much as there is room for is written.
            self.file.append(&bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes)
    }
    fn sync(&mut self) -> io::Result<()> {
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

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let full = Arc::new(AtomicBool::new(false));
    let app = TestApp::new().await;
    let key = app.app.create_write_key("web").await.unwrap().key;
    let disk = Arc::new(FullDisk { full: Arc::clone(&full) });
    let door = Door { app: app.open_door(disk, IngestOptions::default()).await, key };
    let batch = |id: &str| json!({"batch": [track(id, "u")]}).to_string();
    assert_eq!(door.send("/v1/batch", batch("1")).await.status, 200);
    full.store(true, Ordering::SeqCst);
    let answer = door.send("/v1/batch", batch("2")).await;
    assert_eq!((answer.status, &answer.sent["code"]), (503, &json!("not_stored")), "{}", answer.sent);
    assert!(answer.sent["message"].as_str().unwrap().contains("the disk is full"), "{}", answer.sent);
    assert_eq!(answer.header("retry-after"), "30");
    full.store(false, Ordering::SeqCst);
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
