//! Where questions put what does not fit in memory: below a folder, one for each process, which goes with it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// How the folder of a process begins.
const PREFIX: &str = "process-";
/// Held as long as the process lives.
const LOCK: &str = "lock";

/// The folder of this process.
#[derive(Debug)]
pub(crate) struct Spill {
    folder: TempDir,
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
        let lock = File::create(folder.path().join(LOCK))?;
        lock.lock()?;
        Ok(Spill { folder, _lock: lock })
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// Takes away what processes have left that are gone: what they had put aside may name anybody.
///
/// # Errors
/// Where something cannot be removed; no such folder is none.
pub(crate) fn sweep(below: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(below) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // One without its lock is just being made.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if is_ours && lock.try_lock().is_ok() {
            match fs::remove_dir_all(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
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
        let mine = Spill::open(&below).unwrap();
        assert!(!left.exists(), "its process is gone");
        let other = Spill::open(&below).unwrap();
        assert!(mine.folder().exists() && other.folder().exists(), "these are there");
        let folder = mine.folder();
        drop(mine);
        assert!(!folder.exists(), "it goes with its process");
        sweep(&below).unwrap();
        assert!(other.folder().exists());
    }
}
