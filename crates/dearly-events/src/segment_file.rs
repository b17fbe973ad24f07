//! A segment opened for reading: checked before anything of it is decoded.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use bytes::buf::{Buf, Reader};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::columns::{ACCOUNT, CHECKSUMS, LAYOUT, LAYOUT_VERSION, SCHEMA};
use crate::files::Files;
use crate::{Error, Segment};

/// Bytes after the footer: its length and the mark of the format.
const TAIL: usize = 8;
/// Bytes read at the end of a file: mostly the whole footer, so that one request is enough.
const END: usize = 64 * 1024;
/// Bytes of footers that a lake remembers.
const REMEMBERED_BYTES: usize = 64 * 1024 * 1024;

/// The metadata of a segment, whose footer has the checksum that the segment's name carries.
///
/// The footer in turn has the checksum of every column chunk. So a damaged file is noticed before it is decoded,
/// and no byte that was not checked reaches the decoder. The file is not held open: a lake has more segments
/// than a process has file handles.
pub(crate) struct SegmentFile {
    files: Arc<dyn Files>,
    path: String,
    bytes: u64,
    footer: Arc<Footer>,
}

/// What the footer of a segment says, checked.
#[derive(Debug)]
struct Footer {
    bytes: usize,
    metadata: ArrowReaderMetadata,
    /// Of every column of every row group, in the order of the file.
    checksums: Vec<u64>,
}

/// Footers by path: files never change, so neither do these. All are forgotten when they become too many.
#[derive(Debug, Default)]
pub(crate) struct Footers {
    known: Mutex<(HashMap<String, Arc<Footer>>, usize)>,
    /// The paths of files of which every byte that has a checksum was compared with it.
    whole: Mutex<HashSet<String>>,
}

impl Footers {
    pub(crate) fn is_whole(&self, path: &str) -> bool {
        self.whole.lock().is_ok_and(|whole| whole.contains(path))
    }

    pub(crate) fn keep_whole(&self, path: &str) {
        if let Ok(mut whole) = self.whole.lock() {
            whole.insert(path.to_owned());
        }
    }

    fn get(&self, path: &str) -> Option<Arc<Footer>> {
        self.known.lock().ok()?.0.get(path).cloned()
    }

    fn keep(&self, path: &str, footer: &Arc<Footer>) {
        if let Ok(mut known) = self.known.lock() {
            if known.1 + footer.bytes > REMEMBERED_BYTES {
                *known = (HashMap::new(), 0);
            }
            known.1 += footer.bytes;
            known.0.insert(path.to_owned(), Arc::clone(footer));
        }
    }
}

/// The accounts of a row group.
pub(crate) enum Accounts<'a> {
    /// The file does not say.
    Unknown,
    /// None of its events has an account.
    None,
    /// Bounds as bytes, both inclusive; they may be wider than the accounts are.
    Within(&'a [u8], &'a [u8]),
}

impl SegmentFile {
    pub(crate) fn open(
        files: &Arc<dyn Files>,
        footers: &Footers,
        segment: &Segment,
    ) -> Result<SegmentFile, Error> {
        let checksum = segment.checksum()?;
        let (files, path) = (Arc::clone(files), segment.path.clone());
        let located = files.locate(&path);
        let bytes = files.length(&path).map_err(|error| reading(located.clone(), error))?;
        if bytes != segment.bytes {
            return Err(Error::damaged(
                &located,
                format!("it has {bytes} bytes, expected {}", segment.bytes),
            ));
        }
        let footer = match footers.get(&path) {
            Some(footer) => footer,
            None => {
                let footer = Arc::new(Footer::read(&*files, segment, checksum)?);
                footers.keep(&path, &footer);
                footer
            }
        };
        Ok(SegmentFile { files, path, bytes, footer })
    }

    pub(crate) fn row_groups(&self) -> usize {
        self.footer.metadata.metadata().num_row_groups()
    }

    /// What the file says of the accounts in a row group.
    pub(crate) fn accounts_of(&self, row_group: usize) -> Accounts<'_> {
        let group = self.footer.metadata.metadata().row_group(row_group);
        let Some(statistics) = group.column(ACCOUNT).statistics() else {
            return Accounts::Unknown;
        };
        if statistics.null_count_opt().is_some_and(|count| i64::try_from(count) == Ok(group.num_rows())) {
            return Accounts::None;
        }
        match (statistics.min_bytes_opt(), statistics.max_bytes_opt()) {
            (Some(least), Some(greatest)) => Accounts::Within(least, greatest),
            _ => Accounts::Unknown,
        }
    }

    /// Whether no row of a row group has anything in the column; `false` where the file does not say.
    pub(crate) fn is_blank(&self, row_group: usize, column: usize) -> bool {
        let group = self.footer.metadata.metadata().row_group(row_group);
        let nulls = group.column(column).statistics().and_then(|statistics| statistics.null_count_opt());
        nulls.is_some_and(|nulls| i64::try_from(nulls) == Ok(group.num_rows()))
    }

    /// Whether the column of whole numbers is 1 in every row of the row group, by what its writer noted.
    pub(crate) fn is_all_ones(&self, row_group: usize, column: usize) -> bool {
        let group = self.footer.metadata.metadata().row_group(row_group);
        match group.column(column).statistics() {
            Some(Statistics::Int64(own)) => {
                own.min_opt() == Some(&1) && own.max_opt() == Some(&1) && own.null_count_opt() == Some(0)
            }
            _ => false,
        }
    }

    /// A reader of some columns of a row group, so many rows at a time; all bytes are read and checked here.
    pub(crate) fn read(
        &self,
        row_group: usize,
        columns: &[usize],
        rows: usize,
    ) -> Result<ParquetRecordBatchReader, Error> {
        let chunks = self.checked(row_group, columns)?;
        let metadata = self.footer.metadata.clone();
        let mask = ProjectionMask::leaves(metadata.parquet_schema(), columns.iter().copied());
        ParquetRecordBatchReaderBuilder::new_with_metadata(Chunks { bytes: self.bytes, chunks }, metadata)
            .with_row_groups(vec![row_group])
            .with_projection(mask)
            .with_batch_size(rows)
            .build()
            .map_err(|error| self.damaged(error.to_string()))
    }

    /// The bytes of some columns of a row group, each with where it begins in the file; they have their checksums.
    pub(crate) fn checked(&self, row_group: usize, columns: &[usize]) -> Result<Vec<(u64, Bytes)>, Error> {
        let group = self.footer.metadata.metadata().row_group(row_group);
        let range = |column: &usize| {
            let (start, length) = group.column(*column).byte_range();
            start..start + length
        };
        let ranges: Vec<_> = columns.iter().map(range).collect();
        let read = self.files.read(&self.path, &ranges).map_err(|error| reading(self.located(), error))?;
        let mut chunks = Vec::with_capacity(columns.len());
        for ((&column, range), chunk) in columns.iter().zip(ranges).zip(read) {
            if xxh3_64(&chunk) != self.footer.checksums[row_group * SCHEMA.fields().len() + column] {
                let name = SCHEMA.field(column).name();
                let found = format!("column {name:?} of row group {row_group} does not have its checksum");
                return Err(self.damaged(found));
            }
            chunks.push((range.start, chunk));
        }
        Ok(chunks)
    }

    pub(crate) fn damaged(&self, found: impl Into<String>) -> Error {
        Error::damaged(&self.located(), found)
    }

    fn located(&self) -> PathBuf {
        self.files.locate(&self.path)
    }
}

impl Footer {
    /// Reads and checks a footer, whose checksum is known.
    fn read(files: &dyn Files, segment: &Segment, checksum: u128) -> Result<Footer, Error> {
        let path = files.locate(&segment.path);
        let read = |start: u64| {
            let range = start..segment.bytes;
            let bytes = files.read(&segment.path, &[range]).map_err(|error| reading(path.clone(), error))?;
            bytes.into_iter().next().ok_or_else(|| Error::damaged(&path, "it cannot be read"))
        };
        let mut end = read(segment.bytes.saturating_sub(END as u64))?;
        let tail = &end[end.len().saturating_sub(TAIL)..];
        let length = footer_length(tail, segment.bytes)
            .ok_or_else(|| Error::damaged(&path, "it does not end as Parquet"))?;
        if TAIL + length > end.len() {
            end = read(segment.bytes - (TAIL + length) as u64)?;
        }
        let footer = end.slice(end.len() - TAIL - length..end.len() - TAIL);
        if xxh3_128(&footer) != checksum {
            return Err(Error::damaged(&path, "its footer does not have the checksum of the file's name"));
        }
        // From here on only a file that was made by hand can fail.
        let damaged = |error: ParquetError| Error::damaged(&path, error.to_string());
        let metadata = ParquetMetaDataReader::decode_metadata(&footer).map_err(damaged)?;
        let layout = entry(&metadata, LAYOUT).unwrap_or("without a version");
        if layout != LAYOUT_VERSION {
            return Err(Error::OtherLayout { path, found: layout.to_owned() });
        }
        let checksums = checksums(&metadata)
            .ok_or_else(|| Error::damaged(&path, "its footer has no checksums of its columns"))?;
        let metadata =
            ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new()).map_err(damaged)?;
        if metadata.schema().fields() != SCHEMA.fields() {
            return Err(Error::damaged(&path, "its columns are not those of a segment"));
        }
        let rows = metadata.metadata().file_metadata().num_rows();
        if u64::try_from(rows) != Ok(segment.rows) {
            return Err(Error::damaged(&path, format!("it has {rows} rows, expected {}", segment.rows)));
        }
        Ok(Footer { bytes: length, metadata, checksums })
    }
}

/// An error while a segment was read.
fn reading(path: PathBuf, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::Missing { path },
        ErrorKind::UnexpectedEof => Error::damaged(&path, "it ends too early"),
        _ => Error::io("reading", &path, error),
    }
}

/// The footer of a whole Parquet file, without its length.
pub(crate) fn footer_of(file: &[u8]) -> Option<&[u8]> {
    let end = file.len().checked_sub(TAIL)?;
    let length = footer_length(&file[end..], file.len() as u64)?;
    Some(&file[end - length..end])
}

/// The footer's length as the tail of the file says, if there is room for it.
fn footer_length(tail: &[u8], bytes: u64) -> Option<usize> {
    let (length, mark) = tail.split_at_checked(4)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    (mark == b"PAR1" && (length + TAIL) as u64 <= bytes).then_some(length)
}

/// An entry of the file's metadata.
fn entry<'a>(metadata: &'a ParquetMetaData, key: &str) -> Option<&'a str> {
    let entries = metadata.file_metadata().key_value_metadata()?;
    entries.iter().find(|entry| entry.key == key)?.value.as_deref()
}

fn checksums(metadata: &ParquetMetaData) -> Option<Vec<u64>> {
    let digits = entry(metadata, CHECKSUMS)?;
    let checksums: Vec<u64> = digits
        .as_bytes()
        .chunks(16)
        .map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        .collect::<Option<_>>()?;
    (checksums.len() == metadata.num_row_groups() * SCHEMA.fields().len()).then_some(checksums)
}

/// The column chunks of a row group in memory, at the offsets that they have in the file.
struct Chunks {
    bytes: u64,
    chunks: Vec<(u64, Bytes)>,
}

impl Chunks {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let chunk = self.chunks.iter().find(|(at, bytes)| (*at..*at + bytes.len() as u64).contains(&start));
        let (at, bytes) =
            chunk.ok_or_else(|| ParquetError::EOF(format!("no column chunk holds offset {start}")))?;
        Ok(bytes.slice((start - at) as usize..))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Chunks {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Reader<Bytes>, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!(
                "a page at offset {start} is longer than its column chunk"
            )));
        }
        Ok(bytes.slice(..length))
    }
}
