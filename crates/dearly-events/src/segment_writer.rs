//! Writes one segment, row group by row group, so that a large one needs no more memory than a small one.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch, StringArray};
use dearly_domain::{AccountId, Instant};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::columns::{ACCOUNT, AT, CHECKSUMS, LAYOUT, LAYOUT_VERSION, SCHEMA, writer_properties};
use crate::files::{Draft, Files};
use crate::segment::{FIRST_OF_ITS_OWN, FOLDER, UNDER_THE_LOCK, path_of};
use crate::segment_file::footer_of;
use crate::{Error, Month, Segment};

/// How a new segment is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By its content alone: the writer holds the writer's lock.
    ByContent,
    /// Also by a number of its own: another may be writing the same content at this moment.
    OfItsOwn,
}

impl Naming {
    fn purpose(self) -> &'static str {
        match self {
            Naming::ByContent => UNDER_THE_LOCK,
            Naming::OfItsOwn => "rewrite",
        }
    }
}

/// A segment on its way. Dropped before [`SegmentWriter::finish`], it leaves nothing.
pub(crate) struct SegmentWriter {
    files: Arc<dyn Files>,
    month: Month,
    naming: Naming,
    draft: Box<dyn Draft>,
    /// Encodes into memory, from where each row group goes to the draft.
    writer: ArrowWriter<Vec<u8>>,
    checksums: String,
    /// Bytes that went to the draft.
    bytes: u64,
    rows: u64,
    n_unattributed: u64,
    at: Option<(i64, i64)>,
    accounts: Option<(AccountId, AccountId)>,
}

impl SegmentWriter {
    pub(crate) fn begin(
        files: &Arc<dyn Files>,
        month: Month,
        naming: Naming,
    ) -> Result<SegmentWriter, Error> {
        let draft = files.begin(naming.purpose()).map_err(|error| writing(&**files, month, error))?;
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&SCHEMA), Some(writer_properties()))
            .map_err(|error| writing(&**files, month, io::Error::other(error)))?;
        Ok(SegmentWriter {
            files: Arc::clone(files),
            month,
            naming,
            draft,
            writer,
            checksums: String::new(),
            bytes: 0,
            rows: 0,
            n_unattributed: 0,
            at: None,
            accounts: None,
        })
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Rows written so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes the next row group: rows in the order of a segment, after all that came before, at least one.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.note(batch);
        // A fault of ours or of the library, not of the disk: encoding happens in memory.
        let encoded = self.encode(batch).map_err(|error| self.error(io::Error::other(error)))?;
        self.draft.write_all(&encoded).map_err(|error| self.error(error))?;
        self.bytes += encoded.len() as u64;
        Ok(())
    }

    /// The bytes of a row group; their checksums are noted.
    fn encode(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
        self.writer.write(batch)?;
        self.writer.flush()?;
        self.writer.sync()?;
        let encoded = std::mem::take(self.writer.inner_mut());
        let groups = self.writer.flushed_row_groups();
        let written = groups.last().ok_or_else(|| ParquetError::General("an empty row group".to_owned()))?;
        for column in written.columns() {
            let (start, length) = column.byte_range();
            let start = (start - self.bytes) as usize;
            let chunk = &encoded[start..start + length as usize];
            self.checksums.push_str(&format!("{:016x}", xxh3_64(chunk)));
        }
        Ok(encoded)
    }

    /// Counts what the records keep of a segment.
    fn note(&mut self, batch: &RecordBatch) {
        let at = batch.column(AT).as_primitive::<TimestampMicrosecondType>();
        for &at in at.values() {
            let (first, last) = self.at.unwrap_or((at, at));
            self.at = Some((first.min(at), last.max(at)));
        }
        let accounts = batch.column(ACCOUNT).as_dictionary::<Int32Type>();
        let texts: &StringArray = accounts.values().as_string();
        let keys = accounts.keys();
        // Rows without an account come first.
        let without = keys.null_count();
        if without < keys.len() {
            let account = |row: usize| AccountId::from(texts.value(keys.value(row) as usize));
            let last = account(keys.len() - 1);
            let first = self.accounts.take().map_or_else(|| account(without), |(first, _)| first);
            self.accounts = Some((first, last));
        }
        self.rows += batch.num_rows() as u64;
        self.n_unattributed += without as u64;
    }

    /// Puts the file in place so that a crash at any point leaves either nothing, or a draft that no reader opens,
    /// or all of it.
    pub(crate) fn finish(mut self) -> Result<Segment, Error> {
        let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
        self.writer.append_key_value_metadata(entry(LAYOUT, LAYOUT_VERSION.to_owned()));
        self.writer.append_key_value_metadata(entry(CHECKSUMS, std::mem::take(&mut self.checksums)));
        let SegmentWriter { files, month, naming, mut draft, writer, .. } = self;
        let error = |error: io::Error| writing(&*files, month, error);
        let end = writer.into_inner().map_err(|fault| error(io::Error::other(fault)))?;
        let footer = footer_of(&end).ok_or_else(|| error(io::Error::other("the file has no footer")))?;
        let path = new_path(&*files, month, naming, xxh3_128(footer))?;
        draft.write_all(&end).map_err(error)?;
        draft.keep(&path).map_err(|error| Error::io("writing", &files.locate(&path), error))?;
        let (first, last) = self.at.unwrap_or_default();
        let (min_account, max_account) = self.accounts.unzip();
        Ok(Segment {
            path,
            rows: self.rows,
            min_at: Instant::from_micros(first),
            max_at: Instant::from_micros(last),
            n_unattributed: self.n_unattributed,
            min_account,
            max_account,
            bytes: self.bytes + end.len() as u64,
        })
    }

    fn error(&self, error: io::Error) -> Error {
        writing(&*self.files, self.month, error)
    }
}

/// A path that no file has: the same content may lie there already, live or of an attempt that failed, and neither
/// is ours to replace.
fn new_path(files: &dyn Files, month: Month, naming: Naming, checksum: u128) -> Result<String, Error> {
    let mut attempt = match naming {
        Naming::ByContent => 0,
        Naming::OfItsOwn => (RandomState::new().hash_one(std::process::id()) as u32) | FIRST_OF_ITS_OWN,
    };
    loop {
        let path = path_of(month, checksum, attempt);
        match files.length(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(Error::io("reading", &files.locate(&path), error)),
            Ok(_) => attempt = attempt.wrapping_add(1),
        }
    }
}

fn writing(files: &dyn Files, month: Month, error: io::Error) -> Error {
    Error::io("writing events to", &files.locate(&format!("{FOLDER}/{}", month.folder())), error)
}
