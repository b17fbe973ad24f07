//! Finding files and opening them.

use std::fs::File as DiskFile;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::error::FileError;
use crate::format::{Table, csv, json_lines, parquet};
use crate::read::{Progress, Reading};

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
    Parquet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

/// A file that can be read as a table.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// The file's name, for messages.
    pub(crate) name: String,
    /// The name without its endings: the noun, in a book.
    pub(crate) stem: String,
    /// The byte between the cells of a CSV file.
    pub(crate) delimiter: u8,
    /// The size on disk.
    pub(crate) bytes: u64,
    modified: Option<SystemTime>,
    format: Format,
    compression: Compression,
    /// The keys of a JSON Lines file, once they have been looked for.
    keys: Arc<OnceLock<Vec<String>>>,
}

/// The endings that are read, for messages and for finding a file by its stem.
pub(crate) const ENDINGS: [&str; 10] = [
    ".csv",
    ".csv.gz",
    ".csv.zst",
    ".jsonl",
    ".jsonl.gz",
    ".jsonl.zst",
    ".ndjson",
    ".ndjson.gz",
    ".ndjson.zst",
    ".parquet",
];

impl Source {
    /// The file as a table, going by its ending; `None` where the ending is none of ours.
    pub(crate) fn recognise(path: &Path) -> Option<Source> {
        let name = path.file_name()?.to_str()?;
        let ending = ENDINGS
            .iter()
            .filter(|ending| {
                name.len() > ending.len()
                    && name.is_char_boundary(name.len() - ending.len())
                    && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
            })
            .max_by_key(|ending| ending.len())?;
        let metadata = std::fs::metadata(path).ok()?;
        let format = match &ending[1..4] {
            "csv" => Format::Csv,
            "par" => Format::Parquet,
            _ => Format::JsonLines,
        };
        let compression = match *ending {
            ending if ending.ends_with(".gz") => Compression::Gzip,
            ending if ending.ends_with(".zst") => Compression::Zstd,
            _ => Compression::None,
        };
        Some(Source {
            path: path.to_owned(),
            name: name.to_owned(),
            stem: name[..name.len() - ending.len()].to_owned(),
            delimiter: b',',
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            format,
            compression,
            keys: Arc::default(),
        })
    }

    /// The tables of a folder, by name.
    pub(crate) fn list(folder: &Path) -> std::io::Result<Vec<Source>> {
        let mut sources = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                sources.extend(Source::recognise(&path));
            }
        }
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(sources)
    }

    /// Opens the table at its first row.
    pub(crate) fn open(&self, meter: &Arc<Meter>) -> Result<Table, FileError> {
        let unreadable =
            |error: std::io::Error| FileError::unreadable(&self.name, format!("cannot be read: {error}"));
        let file = DiskFile::open(&self.path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.len() != self.bytes || metadata.modified().ok() != self.modified {
            let reason = "changed while it was being imported; import it again once it is complete";
            return Err(FileError::unreadable(&self.name, reason));
        }
        if self.format == Format::Parquet {
            return parquet::Reader::open(&self.name, file, self.bytes, Arc::clone(meter))
                .map(Table::Parquet);
        }
        let metered = Metered { file, meter: Arc::clone(meter) };
        let input: Box<dyn Read + Send> = match self.compression {
            Compression::None => Box::new(metered),
            Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(metered)),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(metered).map_err(unreadable)?),
        };
        match self.format {
            Format::JsonLines => {
                let columns = match self.keys.get() {
                    Some(keys) => keys.clone(),
                    None => {
                        let keys = json_lines::columns(&self.name, self.again(meter)?)?;
                        self.keys.get_or_init(|| keys).clone()
                    }
                };
                Ok(Table::JsonLines(json_lines::Reader::new(&self.name, input, columns)))
            }
            _ => csv::Reader::open(&self.name, input, self.delimiter).map(Table::Csv),
        }
    }

    /// The decompressed bytes, not counted as progress.
    fn again(&self, meter: &Arc<Meter>) -> Result<Box<dyn Read + Send>, FileError> {
        let unreadable =
            |error: std::io::Error| FileError::unreadable(&self.name, format!("cannot be read: {error}"));
        let file = Metered {
            file: DiskFile::open(&self.path).map_err(unreadable)?,
            meter: Arc::new(meter.silent()),
        };
        Ok(match self.compression {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(file)),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file).map_err(unreadable)?),
        })
    }
}

/// Counts the bytes read of a file of the book, and tells.
pub(crate) struct Meter {
    file: &'static str,
    read: AtomicU64,
    told: AtomicU64,
    total: u64,
    reading: Reading,
}

/// How many bytes pass between two reports of progress.
const TELL_EVERY: u64 = 1 << 20;

impl Meter {
    pub(crate) fn new(file: &'static str, total: u64, reading: &Reading) -> Meter {
        Meter { file, read: AtomicU64::new(0), told: AtomicU64::new(0), total, reading: reading.clone() }
    }

    fn silent(&self) -> Meter {
        Meter::new(self.file, self.total, &Reading::default())
    }

    pub(crate) fn add(&self, bytes: u64) {
        let Some(progress) = &self.reading.progress else {
            return;
        };
        let read = self.read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if read - self.told.load(Ordering::Relaxed) >= TELL_EVERY || read >= self.total {
            self.told.store(read, Ordering::Relaxed);
            progress(Progress { file: self.file, read: read.min(self.total), total: self.total });
        }
    }
}

struct Metered {
    file: DiskFile,
    meter: Arc<Meter>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}
