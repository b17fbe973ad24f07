//! Where the files of a lake lie: a folder of this machine, or whatever else keeps files.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dearly_domain::Instant;

use crate::disk::{Disk, DiskFile, RealDisk};
use crate::segment::{FOLDER, PARTIAL};

/// A place for files that never change: each is written whole, read in pieces and deleted. Paths have slashes and
/// are relative to the place.
///
/// An error of kind [`ErrorKind::NotFound`] says that there is no such file, [`ErrorKind::UnexpectedEof`] that it is
/// shorter than what was asked of it, [`ErrorKind::StorageFull`] that there is no room.
pub trait Files: fmt::Debug + Send + Sync {
    /// Where a file lies, in words for people.
    fn locate(&self, path: &str) -> PathBuf;

    /// Begins a file; its name is given only when all of it is there. The purpose, a short word, leads the name of
    /// what a crash leaves.
    fn begin(&self, purpose: &str) -> io::Result<Box<dyn Draft>>;

    /// Puts a whole file in place: after an error or a crash there is all of it or nothing.
    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut draft = self.begin("put")?;
        draft.write_all(bytes)?;
        draft.keep(path)
    }

    /// The bytes of a file.
    fn length(&self, path: &str) -> io::Result<u64>;

    /// Some ranges of a file, each of them whole.
    fn read(&self, path: &str, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>>;

    /// Every file whose path begins with the prefix, which ends with a slash; also drafts that were never kept.
    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>>;

    /// Deletes a file for good. One that is not there is no error.
    fn delete(&self, path: &str) -> io::Result<()>;
}

/// A file that is still being written. Dropped, it leaves nothing; a crash leaves at most what [`Files::list`] shows.
pub trait Draft: Write + Send {
    /// Puts all that was written in place, for good.
    fn keep(self: Box<Self>, path: &str) -> io::Result<()>;
}

/// A file of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written.
    pub modified_at: Instant,
}

/// A folder of this machine.
pub struct LocalFiles {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
}

struct LocalDraft {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    partial: PathBuf,
    file: Box<dyn DiskFile>,
    is_kept: bool,
}

impl LocalFiles {
    /// The folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> LocalFiles {
        LocalFiles::on(Arc::new(RealDisk), folder)
    }

    /// A folder of another disk.
    pub fn on(disk: Arc<dyn Disk>, folder: impl Into<PathBuf>) -> LocalFiles {
        LocalFiles { folder: folder.into(), disk }
    }
}

impl fmt::Debug for LocalFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("LocalFiles").field(&self.folder).finish()
    }
}

impl Files for LocalFiles {
    fn locate(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn begin(&self, purpose: &str) -> io::Result<Box<dyn Draft>> {
        /// Tells apart the drafts of one process.
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        self.disk.create_folder(&self.folder.join(FOLDER))?;
        loop {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let partial = format!("{FOLDER}/{purpose}-{}-{number}{PARTIAL}", std::process::id());
            let partial = self.folder.join(partial);
            match self.disk.create_new(&partial) {
                Ok(file) => {
                    let (folder, disk) = (self.folder.clone(), Arc::clone(&self.disk));
                    return Ok(Box::new(LocalDraft { folder, disk, partial, file, is_kept: false }));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn length(&self, path: &str) -> io::Result<u64> {
        self.disk.length(&self.folder.join(path))
    }

    fn read(&self, path: &str, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let file = self.disk.open_to_read(&self.folder.join(path))?;
        let read = |range: &Range<u64>| {
            let mut bytes = vec![0; (range.end - range.start) as usize];
            file.read_at(range.start, &mut bytes)?;
            Ok(Bytes::from(bytes))
        };
        ranges.iter().map(read).collect()
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        let mut found = Vec::new();
        let mut folders = vec![prefix.trim_end_matches('/').to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in there(self.disk.entries(&self.folder.join(&folder)))?.unwrap_or_default() {
                let path = format!("{folder}/{}", entry.name);
                if entry.is_folder {
                    folders.push(path);
                } else {
                    found.push(Listed { path, bytes: entry.bytes, modified_at: entry.modified_at });
                }
            }
        }
        found.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    fn delete(&self, path: &str) -> io::Result<()> {
        let path = self.folder.join(path);
        if there(self.disk.remove(&path))?.is_some() {
            self.disk.sync_folder(path.parent().unwrap_or(&self.folder))?;
        }
        Ok(())
    }
}

impl Write for LocalDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.append(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Draft for LocalDraft {
    fn keep(mut self: Box<Self>, path: &str) -> io::Result<()> {
        self.file.sync()?;
        let target = self.folder.join(path);
        let within = target.parent().unwrap_or(&self.folder);
        self.disk.create_folder(within)?;
        self.disk.rename(&self.partial, &target)?;
        self.is_kept = true;
        // A renamed file is there for good only once its folder is.
        self.disk.sync_folder(within)
    }
}

impl Drop for LocalDraft {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed now is removed by the next sweep.
            let _ = self.disk.remove(&self.partial);
        }
    }
}

/// `None` where the file is not there.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
