//! Parquet: every column as the text it would be in a CSV file.

use std::fmt::Write;
use std::fs::File as DiskFile;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date64Type, Float16Type, Float32Type, Float64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, TimeUnit};
use dearly_domain::Instant;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::{Fault, LONGEST_CELL, Next, RawRow};
use crate::error::FileError;
use crate::source::Meter;

/// A Parquet file that is being read.
pub(crate) struct Reader {
    name: String,
    columns: Vec<String>,
    batches: ParquetRecordBatchReader,
    texts: Vec<Texts>,
    /// The next row of the batch, and how many it has.
    at: usize,
    count: usize,
    /// The rows handed out, and all rows.
    row: u64,
    rows: u64,
    bytes: u64,
    meter: Arc<Meter>,
}

/// A column of a batch as texts.
enum Texts {
    One(StringArray),
    /// The texts of all lists, and where each row's begin.
    Lists(StringArray, ArrayRef),
}

impl Reader {
    pub(crate) fn open(
        name: &str,
        file: DiskFile,
        bytes: u64,
        meter: Arc<Meter>,
    ) -> Result<Reader, FileError> {
        let unreadable = |error: parquet::errors::ParquetError| {
            FileError::unreadable(name, format!("cannot be read as Parquet: {error}"))
        };
        if bytes == 0 {
            return Err(FileError::unreadable(name, "is empty; expected a Parquet file"));
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
        let columns: Vec<String> =
            builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        for field in builder.schema().fields() {
            if !is_readable(field.data_type(), true) {
                let reason =
                    format!("the column {:?} is {}, which no cell can hold", field.name(), field.data_type());
                return Err(FileError::unreadable(name, reason));
            }
        }
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let batches = builder.with_batch_size(8_192).build().map_err(unreadable)?;
        let name = name.to_owned();
        Ok(Reader { name, columns, batches, texts: Vec::new(), at: 0, count: 0, row: 0, rows, bytes, meter })
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Next, FileError> {
        while self.at == self.count {
            match self.batches.next() {
                None => return Ok(Next::End),
                Some(Ok(batch)) => self.take(&batch)?,
                Some(Err(error)) => {
                    let reason = format!("cannot be read beyond row {}: {error}", self.row);
                    return Err(FileError::unreadable(&self.name, reason));
                }
            }
        }
        self.row += 1;
        row.clear();
        row.line = self.row;
        let mut too_long = None;
        for (index, texts) in self.texts.iter().enumerate() {
            let start = row.text.len();
            texts.append(self.at, &mut row.text);
            if row.text.len() - start > LONGEST_CELL {
                too_long = Some(index);
                row.text.truncate(start);
                row.text.push('…');
            }
            row.spans.push((start as u32, row.text.len() as u32));
        }
        self.at += 1;
        if let Some(index) = too_long {
            return Ok(Next::Fault(Fault {
                line: self.row,
                column: Some(self.columns[index].clone()),
                reason: "the cell is longer than 1 MiB".to_owned(),
                raw: row.verbatim(),
            }));
        }
        Ok(Next::Row)
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), FileError> {
        self.texts.clear();
        for (index, array) in batch.columns().iter().enumerate() {
            let texts = Texts::of(array).map_err(|error| {
                let reason = format!("the column {:?} cannot be read: {error}", self.columns[index]);
                FileError::unreadable(&self.name, reason)
            })?;
            self.texts.push(texts);
        }
        self.at = 0;
        self.count = batch.num_rows();
        let share = self.count as f64 / self.rows.max(1) as f64;
        self.meter.add((self.bytes as f64 * share).ceil() as u64);
        Ok(())
    }
}

fn is_readable(kind: &DataType, or_list: bool) -> bool {
    match kind {
        DataType::List(item) | DataType::LargeList(item) => or_list && is_readable(item.data_type(), false),
        DataType::Dictionary(_, value) => is_readable(value, false),
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(..)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => true,
        other => other.is_integer() || other.is_floating(),
    }
}

impl Texts {
    fn of(array: &ArrayRef) -> Result<Texts, arrow_schema::ArrowError> {
        match array.data_type() {
            DataType::List(_) => Ok(Texts::Lists(texts(array.as_list::<i32>().values())?, Arc::clone(array))),
            DataType::LargeList(_) => {
                Ok(Texts::Lists(texts(array.as_list::<i64>().values())?, Arc::clone(array)))
            }
            _ => texts(array).map(Texts::One),
        }
    }

    /// Appends the text of a row; nothing where it is null.
    fn append(&self, row: usize, text: &mut String) {
        match self {
            Texts::One(texts) => {
                if texts.is_valid(row) {
                    text.push_str(texts.value(row));
                }
            }
            Texts::Lists(texts, lists) => {
                if lists.is_null(row) {
                    return;
                }
                let (start, end) = match lists.as_list_opt::<i32>() {
                    Some(lists) => {
                        (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize)
                    }
                    None => {
                        let offsets = lists.as_list::<i64>().value_offsets();
                        (offsets[row] as usize, offsets[row + 1] as usize)
                    }
                };
                for item in start..end {
                    if item > start {
                        text.push(';');
                    }
                    if texts.is_valid(item) {
                        text.push_str(texts.value(item));
                    }
                }
            }
        }
    }
}

fn texts(array: &ArrayRef) -> Result<StringArray, arrow_schema::ArrowError> {
    let micros: Vec<Option<i64>> = match array.data_type() {
        DataType::Dictionary(_, value) => return texts(&arrow_cast::cast(array, value)?),
        // Arrow writes great and small numbers with an exponent; amounts and counts are read without.
        DataType::Float64 => return Ok(display(array.as_primitive::<Float64Type>().iter())),
        DataType::Float32 => return Ok(display(array.as_primitive::<Float32Type>().iter())),
        DataType::Float16 => return Ok(display(array.as_primitive::<Float16Type>().iter())),
        DataType::Timestamp(unit, zone) => {
            let micros = match unit {
                TimeUnit::Second => scaled(array.as_primitive::<TimestampSecondType>().iter(), 1_000_000, 1),
                TimeUnit::Millisecond => {
                    scaled(array.as_primitive::<TimestampMillisecondType>().iter(), 1_000, 1)
                }
                TimeUnit::Microsecond => {
                    scaled(array.as_primitive::<TimestampMicrosecondType>().iter(), 1, 1)
                }
                TimeUnit::Nanosecond => {
                    scaled(array.as_primitive::<TimestampNanosecondType>().iter(), 1, 1_000)
                }
            };
            if zone.is_none() {
                return Ok(instants(&micros, false));
            }
            micros
        }
        DataType::Date64 => {
            let micros = scaled(array.as_primitive::<Date64Type>().iter(), 1_000, 1);
            return Ok(instants(&micros, false));
        }
        _ => {
            let cast = arrow_cast::cast(array, &DataType::Utf8)?;
            return Ok(cast.as_string::<i32>().clone());
        }
    };
    Ok(instants(&micros, true))
}

fn display<T: std::fmt::Display>(numbers: impl Iterator<Item = Option<T>>) -> StringArray {
    let mut text = String::new();
    let mut builder = arrow_array::builder::StringBuilder::new();
    for number in numbers {
        text.clear();
        match number {
            Some(number) => {
                let _ = write!(text, "{number}");
                builder.append_value(&text);
            }
            None => builder.append_null(),
        }
    }
    builder.finish()
}

fn scaled(numbers: impl Iterator<Item = Option<i64>>, by: i64, per: i64) -> Vec<Option<i64>> {
    numbers.map(|number| number.map(|number| number.saturating_mul(by).div_euclid(per))).collect()
}

/// Instants by RFC 3339, without the offset where the file does not say that they are UTC.
fn instants(micros: &[Option<i64>], utc: bool) -> StringArray {
    let texts = micros.iter().map(|micros| {
        micros.map(|micros| {
            let mut text = Instant::from_micros(micros).to_string();
            if !utc {
                text.pop();
            }
            text
        })
    });
    texts.collect()
}
