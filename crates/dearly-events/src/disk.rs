//! The few things that durable files need of a disk, so that a test can stand in for one that loses its power.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use dearly_domain::Instant;

/// A disk: files by path, and folders whose entries are durable only once they are synced.
pub trait Disk: Send + Sync {
    /// Creates the folder and what is missing above it.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Creates an empty file for appending and reading, or empties the one that is there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Creates an empty file for appending and reading; `AlreadyExists` where there is one.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens a file for reading, cutting and syncing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens a file for reading alone, which whoever may not change it can do, too.
    fn open_to_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// The length of a file in bytes, which need not be readable.
    fn length(&self, path: &Path) -> io::Result<u64>;
    /// Gives a file another name in one step, in place of a file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// What is in a folder, in no order; names that are no text are left out.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>>;
    /// Makes durable which files the folder has under which names.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Takes a lock that lives as long as what is returned, and this process at most; `Err` says who holds it.
    fn lock(&self, path: &Path) -> io::Result<Result<Box<dyn Send + Sync>, String>>;
}

/// A file or a folder in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name within the folder.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Whether it is a file, and no link to one.
    pub is_file: bool,
    /// A file's length in bytes.
    pub bytes: u64,
    /// When it was last written.
    pub modified_at: Instant,
}

/// The names of the files in a folder, in no order.
pub(crate) fn file_names(disk: &dyn Disk, folder: &Path) -> io::Result<Vec<String>> {
    let files = disk.entries(folder)?.into_iter().filter(|entry| entry.is_file);
    Ok(files.map(|entry| entry.name).collect())
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Adds bytes at the end. After an error some of them may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes the contents durable. After an error nothing is known of what was appended since the last success.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to this length.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Fills the buffer from the bytes at `offset`; `UnexpectedEof` where the file is too short.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let missing: Vec<PathBuf> =
            folder.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        fs::create_dir_all(folder)?;
        missing.iter().filter_map(|folder| folder.parent()).try_for_each(|above| self.sync_folder(above))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(File::options().read(true).write(true).create_new(true).open(path)?)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(File::options().read(true).write(true).open(path)?)))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(File::open(path)?)))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        fs::metadata(path).map(|metadata| metadata.len())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // Renamed or removed meanwhile, it is not there any more.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            entries.push(Entry {
                name,
                is_folder: metadata.is_dir(),
                is_file: metadata.is_file(),
                bytes: metadata.len(),
                modified_at: Instant::from_micros(modified.as_micros() as i64),
            });
        }
        Ok(entries)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened as a file, and its entries are the file system's own business.
        if cfg!(unix) {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Result<Box<dyn Send + Sync>, String>> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let known = holder.starts_with("process ");
                return Ok(Err(if known {
                    holder
                } else {
                    "another program that does not give its name".to_owned()
                }));
            }
        }
        // Who holds the lock is a courtesy: a disk too full to say it must not hide what follows.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {} (since {})", std::process::id(), Instant::now()));
        Ok(Ok(Box::new(LockedFile(file))))
    }
}

/// Dropped, it is free again, as it is when the process dies.
struct LockedFile(File);

impl Drop for LockedFile {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

struct RealFile(File);

impl DiskFile for RealFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.0.set_len(length)?;
        self.0.seek(io::SeekFrom::Start(length)).map(drop)
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, buffer, offset)
    }

    #[cfg(not(unix))]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut file = &self.0;
        let place = file.stream_position()?;
        let read = file.seek(io::SeekFrom::Start(offset)).and_then(|_| file.read_exact(buffer));
        file.seek(io::SeekFrom::Start(place))?;
        read
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}
