//! Rows of a buffer as row groups of a segment.

use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::ArrowError;
use dearly_domain::Attribution;

use super::buffer::{Buffer, Place, Sorted};
use crate::columns::{KEY_BYTES, ROW_GROUP_ROWS, SCHEMA, UTC};
use crate::files::Files;
use crate::names::SortedNames;
use crate::segment_writer::{Naming, SegmentWriter};
use crate::{Error, Month, Segment};

/// Writes the rows at `places`, at least one, in their order as a segment.
pub(super) fn write(
    files: &Arc<dyn Files>,
    naming: Naming,
    buffer: &Buffer,
    sorted: &Sorted,
    month: Month,
    places: &[Place],
) -> Result<Segment, Error> {
    let mut writer = SegmentWriter::begin(files, month, naming)?;
    for group in places.chunks(ROW_GROUP_ROWS) {
        writer.write(&batch(buffer, sorted, group))?;
    }
    writer.finish()
}

/// The rows at `places` as a row group.
pub(crate) fn batch(buffer: &Buffer, sorted: &Sorted, group: &[Place]) -> RecordBatch {
    columns(buffer, sorted, group).expect("the columns are those of the schema")
}

fn columns(buffer: &Buffer, sorted: &Sorted, group: &[Place]) -> Result<RecordBatch, ArrowError> {
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
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
}

fn words(places: Int32Array, names: &SortedNames) -> Result<ArrayRef, ArrowError> {
    let texts: ArrayRef = Arc::clone(&names.texts) as ArrayRef;
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(places, texts)?))
}

fn instants(micros: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone(UTC))
}

fn attributions(kinds: impl Iterator<Item = Option<Attribution>>) -> Result<ArrayRef, ArrowError> {
    let places: Int32Array = kinds.map(|kind| kind.map(|kind| kind as i32)).collect();
    let texts = StringArray::from_iter_values(Attribution::ALL.map(Attribution::as_str));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(places, Arc::new(texts))?))
}
