//! Writes one segment, durably.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use dearly_domain::{AccountId, Attribution, Instant};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::buffer::{Buffer, Place, Sorted};
use crate::columns::{
    CHECKSUMS, KEY_BYTES, LAYOUT, LAYOUT_VERSION, ROW_GROUP_ROWS, SCHEMA, UTC, writer_properties,
};
use crate::names::SortedNames;
use crate::segment::{FOLDER, PARTIAL, path_of};
use crate::segment_file::footer_of;
use crate::{Error, Month, Segment};

/// Writes the rows at `places`, at least one, in their order.
pub(super) fn write(
    folder: &Path,
    buffer: &Buffer,
    sorted: &Sorted,
    month: Month,
    places: &[Place],
) -> Result<Segment, Error> {
    // Rows without an account come first.
    let n_unattributed = places.partition_point(|&place| buffer.account(place).is_none());
    let account = |place: Option<&Place>| Some(AccountId::from(buffer.account(*place?)?));
    let instants = || places.iter().map(|&place| buffer.row(place).at);
    // A fault of ours or of the library, not of the disk: all of this happens in memory.
    let bytes = encode(buffer, sorted, places).map_err(|error| {
        Error::io("encoding events for", &folder.join(FOLDER), std::io::Error::other(error))
    })?;
    let checksum = xxh3_128(footer_of(&bytes).expect("the file was just written"));
    Ok(Segment {
        path: save(folder, month, checksum, &bytes)?,
        rows: places.len() as u64,
        min_at: Instant::from_micros(instants().min().unwrap_or_default()),
        max_at: Instant::from_micros(instants().max().unwrap_or_default()),
        n_unattributed: n_unattributed as u64,
        min_account: account(places.get(n_unattributed)),
        max_account: account(places.last()),
        bytes: bytes.len() as u64,
    })
}

/// The Parquet file, with a checksum of every column chunk in its footer.
fn encode(buffer: &Buffer, sorted: &Sorted, places: &[Place]) -> Result<Vec<u8>, ParquetError> {
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&SCHEMA), Some(writer_properties()))?;
    let mut checksums = String::new();
    for group in places.chunks(ROW_GROUP_ROWS) {
        writer.write(&batch(buffer, sorted, group)?)?;
        writer.flush()?;
        writer.sync()?;
        let written = writer.flushed_row_groups().last().expect("a row group was just written");
        for column in written.columns() {
            let (start, length) = column.byte_range();
            let chunk = &writer.inner()[start as usize..(start + length) as usize];
            checksums.push_str(&format!("{:016x}", xxh3_64(chunk)));
        }
    }
    writer.append_key_value_metadata(KeyValue::new(LAYOUT.to_owned(), LAYOUT_VERSION.to_owned()));
    writer.append_key_value_metadata(KeyValue::new(CHECKSUMS.to_owned(), checksums));
    writer.into_inner()
}

fn batch(buffer: &Buffer, sorted: &Sorted, group: &[Place]) -> Result<RecordBatch, ParquetError> {
    let rows = || group.iter().map(|&place| buffer.row(place));
    let mut keys = FixedSizeBinaryBuilder::with_capacity(group.len(), KEY_BYTES);
    for &place in group {
        keys.append_value(buffer.key(place).to_be_bytes())?;
    }
    let columns: Vec<ArrayRef> = vec![
        words(group.iter().map(|&place| Sorted::account(place)).collect(), &sorted.accounts)?,
        words(group.iter().map(|&place| Sorted::user(place)).collect(), &sorted.users)?,
        words(group.iter().map(|&place| Some(Sorted::event(place))).collect(), &sorted.events)?,
        words(rows().map(|row| sorted.product(row)).collect(), &sorted.products)?,
        instants(rows().map(|row| Some(row.at))),
        instants(rows().map(|row| row.recorded_at)),
        instants(rows().map(|row| row.linked_at)),
        instants(rows().map(|row| row.original_at)),
        instants(rows().map(|row| row.sent_at)),
        attributions(rows().map(|row| row.attributed_by))?,
        words(rows().map(|row| sorted.source(row)).collect(), &sorted.sources)?,
        Arc::new(Int64Array::from_iter_values(rows().map(|row| i64::from(row.count)))),
        Arc::new(rows().map(|row| row.value).collect::<Float64Array>()),
        Arc::new(group.iter().map(|&place| buffer.message_id(place)).collect::<StringArray>()),
        Arc::new(group.iter().map(|&place| buffer.attributes(place)).collect::<StringArray>()),
        Arc::new(keys.finish()),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&SCHEMA), columns)?)
}

fn words(places: Int32Array, names: &SortedNames) -> Result<ArrayRef, ParquetError> {
    let texts: ArrayRef = Arc::clone(&names.texts) as ArrayRef;
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(places, texts)?))
}

fn instants(micros: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone(UTC))
}

fn attributions(kinds: impl Iterator<Item = Option<Attribution>>) -> Result<ArrayRef, ParquetError> {
    let places: Int32Array = kinds.map(|kind| kind.map(|kind| kind as i32)).collect();
    let texts = StringArray::from_iter_values(Attribution::ALL.map(Attribution::as_str));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(places, Arc::new(texts))?))
}

/// Puts the file in place so that a crash at any point leaves either nothing, or a partial file that no reader
/// opens, or all of it.
fn save(folder: &Path, month: Month, checksum: u128, bytes: &[u8]) -> Result<String, Error> {
    // The same content may lie there already, live or of an attempt that failed: neither is ours to replace.
    let path = (0..)
        .map(|attempt| path_of(month, checksum, attempt))
        .find(|path| !folder.join(path).exists())
        .expect("numbers do not run out");
    let target = folder.join(&path);
    let within = target.parent().expect("a segment lies in the folder of its month");
    create_folder(folder, within)?;
    let partial = folder.join(format!("{path}{PARTIAL}"));
    let result = write_through(&partial, bytes)
        .map_err(|error| Error::io("writing", &partial, error))
        .and_then(|()| fs::rename(&partial, &target).map_err(|error| Error::io("writing", &target, error)))
        .and_then(|()| sync_folder(within));
    if let Err(error) = result {
        let _ = fs::remove_file(&partial);
        let _ = fs::remove_file(&target);
        return Err(error);
    }
    Ok(path)
}

fn write_through(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Creates the folder of a month, and what is missing above it up to the data folder, durably.
fn create_folder(data: &Path, month: &Path) -> Result<(), Error> {
    if month.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(month).map_err(|error| Error::io("creating", month, error))?;
    sync_folder(&data.join(FOLDER))?;
    sync_folder(data)
}

/// A renamed file is there for good only once its folder is.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| Error::io("writing", folder, error))?;
    }
    Ok(())
}
