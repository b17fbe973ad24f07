//! A segment opened for reading: checked before anything of it is decoded.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use bytes::buf::{Buf, Reader};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::columns::{ACCOUNT, CHECKSUMS, LAYOUT, LAYOUT_VERSION, SCHEMA};
use crate::{Error, Segment};

/// Bytes after the footer: its length and the mark of the format.
const TAIL: usize = 8;
/// Rows decoded at once.
const BATCH_ROWS: usize = 16_384;

/// The metadata of a segment, whose footer has the checksum that the segment's name carries.
///
/// The footer in turn has the checksum of every column chunk. So a damaged file is noticed before it is decoded,
/// and no byte that was not checked reaches the decoder. The file is not held open: a lake has more segments
/// than a process has file handles.
pub(crate) struct SegmentFile {
    path: PathBuf,
    bytes: u64,
    metadata: ArrowReaderMetadata,
    /// Of every column of every row group, in the order of the file.
    checksums: Vec<u64>,
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
    pub(crate) fn open(folder: &Path, segment: &Segment) -> Result<SegmentFile, Error> {
        let checksum = segment.checksum()?;
        let path = folder.join(&segment.path);
        let mut file = open(&path)?;
        let reading = |error| Error::io("reading", &path, error);
        let bytes = file.metadata().map_err(reading)?.len();
        if bytes != segment.bytes {
            return Err(Error::damaged(&path, format!("it has {bytes} bytes, expected {}", segment.bytes)));
        }
        let tail = read(&mut file, &path, bytes.saturating_sub(TAIL as u64), TAIL.min(bytes as usize))?;
        let footer =
            footer_length(&tail, bytes).ok_or_else(|| Error::damaged(&path, "it does not end as Parquet"))?;
        let footer = read(&mut file, &path, bytes - (TAIL + footer) as u64, footer)?;
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
        Ok(SegmentFile { path, bytes, metadata, checksums })
    }

    pub(crate) fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// What the file says of the accounts in a row group.
    pub(crate) fn accounts_of(&self, row_group: usize) -> Accounts<'_> {
        let group = self.metadata.metadata().row_group(row_group);
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

    /// A reader of some columns of a row group, whose bytes are read and checked here.
    pub(crate) fn read(
        &self,
        row_group: usize,
        columns: &[usize],
    ) -> Result<ParquetRecordBatchReader, Error> {
        let mut file = open(&self.path)?;
        let group = self.metadata.metadata().row_group(row_group);
        let mut chunks = Vec::with_capacity(columns.len());
        for &column in columns {
            let (start, length) = group.column(column).byte_range();
            let chunk = read(&mut file, &self.path, start, length as usize)?;
            if xxh3_64(&chunk) != self.checksums[row_group * SCHEMA.fields().len() + column] {
                let name = SCHEMA.field(column).name();
                let found = format!("column {name:?} of row group {row_group} does not have its checksum");
                return Err(Error::damaged(&self.path, found));
            }
            chunks.push((start, Bytes::from(chunk)));
        }
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), columns.iter().copied());
        ParquetRecordBatchReaderBuilder::new_with_metadata(
            Chunks { bytes: self.bytes, chunks },
            self.metadata.clone(),
        )
        .with_row_groups(vec![row_group])
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| self.damaged(error.to_string()))
    }

    pub(crate) fn damaged(&self, found: impl Into<String>) -> Error {
        Error::damaged(&self.path, found)
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

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Missing { path: path.to_owned() },
        _ => Error::io("reading", path, error),
    })
}

fn read(file: &mut File, path: &Path, start: u64, length: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut bytes)).map_err(
        |error| match error.kind() {
            ErrorKind::UnexpectedEof => Error::damaged(path, "it ends too early"),
            _ => Error::io("reading", path, error),
        },
    )?;
    Ok(bytes)
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
