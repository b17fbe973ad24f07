//! Where questions put what does not fit in memory: below a folder, one for each process, which goes with it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the folder of a process begins.
const PREFIX: &str = "process-";
/// Held as long as the process lives.
const LOCK: &str = "lock";
/// A folder without its lock is being made, or was left by what ended just then: after so long it was left.
const BEING_MADE: Duration = Duration::from_secs(600);

/// The folder of this process.
#[derive(Debug)]
pub(crate) struct Spill {
    folder: PathBuf,
    _lock: File,
}

impl Spill {
    /// Makes one, and takes away what processes have left that are gone.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub(crate) fn open(below: &Path) -> io::Result<Spill> {
        fs::create_dir_all(below)?;
        sweep(below)?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(below)?;
        // Nobody sees a lock that is not held yet.
        let new = folder.path().join("new");
        let lock = File::create(&new)?;
        lock.lock()?;
        fs::rename(&new, folder.path().join(LOCK))?;
        Ok(Spill { folder: folder.keep(), _lock: lock })
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // What cannot be taken away now is swept later.
        let _ = remove(&self.folder);
    }
}

/// Takes a folder away, its lock last: without that it would have to be waited for.
fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != LOCK {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir_all(folder)
}

/// Takes away what processes have left that are gone: what they had put aside may name anybody.
///
/// # Errors
/// Where something cannot be removed; no such folder is none.
pub(crate) fn sweep(below: &Path) -> io::Result<()> {
    let none = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    };
    let entries = match fs::read_dir(below) {
        Err(error) => return none(error),
        Ok(entries) => entries,
    };
    for entry in entries {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && is_left(&entry.path()) {
            remove(&entry.path()).or_else(none)?;
        }
    }
    Ok(())
}

/// Whether the process of a folder is gone.
fn is_left(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => {
            let changed = folder.metadata().and_then(|own| own.modified());
            changed.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > BEING_MADE))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_leaves_is_swept_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let below = data.path().join("query");
        sweep(&below).unwrap();
        let left = below.join("process-left");
        fs::create_dir_all(left.join("datafusion-1")).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("datafusion-1/sorted"), "ada@acme.example").unwrap();
        let begun = below.join("process-begun");
        fs::create_dir(&begun).unwrap();
        let mine = Spill::open(&below).unwrap();
        assert!(!left.exists(), "its process is gone");
        assert!(begun.exists(), "it may be being made");
        let long_ago = std::time::SystemTime::now() - 2 * BEING_MADE;
        File::open(&begun).unwrap().set_modified(long_ago).unwrap();
        sweep(&below).unwrap();
        assert!(!begun.exists());
        let other = Spill::open(&below).unwrap();
        assert!(mine.folder().exists() && other.folder().exists(), "these are there");
        let folder = mine.folder();
        drop(mine);
        assert!(!folder.exists(), "it goes with its process");
        sweep(&below).unwrap();
        assert!(other.folder().exists());
    }
}
