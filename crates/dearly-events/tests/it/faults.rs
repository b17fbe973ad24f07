//! A folder that fails at a chosen operation, and from then on at every one, as when the process dies there.

use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dearly_events::{Draft, Files, Listed, LocalFiles};

/// See the module. Counts writes of a file, its completion (once before, once after it happens), lists and deletions.
#[derive(Clone, Debug)]
pub(crate) struct FailingFiles {
    files: Arc<LocalFiles>,
    done: Arc<AtomicU64>,
    /// How many operations succeed.
    succeed: u64,
    kind: io::ErrorKind,
}

struct FailingDraft {
    draft: Option<Box<dyn Draft>>,
    files: FailingFiles,
}

impl FailingFiles {
    pub(crate) fn new(folder: &Path, succeed: u64, kind: io::ErrorKind) -> FailingFiles {
        FailingFiles { files: Arc::new(LocalFiles::new(folder)), done: Arc::default(), succeed, kind }
    }

    /// Whether an operation failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.done.load(Ordering::Relaxed) > self.succeed
    }

    fn step(&self) -> io::Result<()> {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        if done < self.succeed { Ok(()) } else { Err(io::Error::from(self.kind)) }
    }
}

impl Files for FailingFiles {
    fn locate(&self, path: &str) -> PathBuf {
        self.files.locate(path)
    }

    fn begin(&self, purpose: &str) -> io::Result<Box<dyn Draft>> {
        self.step()?;
        Ok(Box::new(FailingDraft { draft: Some(self.files.begin(purpose)?), files: self.clone() }))
    }

    fn length(&self, path: &str) -> io::Result<u64> {
        self.files.length(path)
    }

    fn read(&self, path: &str, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        self.files.read(path, ranges)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        self.step()?;
        self.files.list(prefix)
    }

    fn delete(&self, path: &str) -> io::Result<()> {
        self.step()?;
        self.files.delete(path)
    }
}

impl FailingDraft {
    fn inner(&mut self) -> &mut Box<dyn Draft> {
        self.draft.as_mut().expect("a draft is kept once")
    }
}

impl Write for FailingDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.files.step() {
            // Half of it reached the disk.
            self.inner().write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

impl Draft for FailingDraft {
    fn keep(mut self: Box<Self>, path: &str) -> io::Result<()> {
        self.files.step()?;
        self.draft.take().expect("a draft is kept once").keep(path)?;
        self.files.step()
    }
}

impl Drop for FailingDraft {
    fn drop(&mut self) {
        if self.files.has_failed() {
            // Nobody is left to tidy up.
            std::mem::forget(self.draft.take());
        }
    }
}
