//! What comes back: columns with their types, and rows as they are found.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float16Type, Float32Type, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit,
    TimestampMicrosecondType, UInt64Type,
};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use dearly_domain::{Day, Instant};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use tokio::time::{Instant as Clock, timeout_at};

use crate::error::{Error, Result};
use crate::room::Roomy;
use crate::session::Limits;
use crate::stop::EndsOnDrop;

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerColumn {
    /// Its name.
    pub name: String,
    /// What it holds: `text`, `integer`, `number`, `boolean`, `day`, `instant`, `list`, `object` or `other`.
    pub kind: &'static str,
}

/// A row: a value per column.
pub type JsonRow = Vec<Value>;

/// An answer whose rows come as they are found. Dropping it stops the work.
pub struct Answer {
    columns: Vec<AnswerColumn>,
    stream: SendableRecordBatchStream,
    limits: Limits,
    deadline: Option<Clock>,
    /// How many rows may still come.
    left: usize,
    is_truncated: bool,
    /// Ends the work where it does not pause.
    _guard: Option<EndsOnDrop>,
}

impl Answer {
    pub(crate) fn new(
        schema: &Schema,
        stream: SendableRecordBatchStream,
        limits: &Limits,
        deadline: Option<Clock>,
        guard: EndsOnDrop,
    ) -> Answer {
        let columns = schema
            .fields()
            .iter()
            .map(|field| AnswerColumn { name: field.name().clone(), kind: kind_of(field.data_type()) });
        let left = limits.rows.unwrap_or(usize::MAX);
        Answer {
            columns: columns.collect(),
            stream,
            limits: limits.clone(),
            deadline,
            left,
            is_truncated: false,
            _guard: Some(guard),
        }
    }

    /// These batches under the same columns, and truncated if this one was.
    pub(crate) fn again(&self, batches: Vec<RecordBatch>) -> Answer {
        let batches = futures_util::stream::iter(batches.into_iter().map(Ok));
        Answer {
            columns: self.columns.clone(),
            stream: Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)),
            limits: Limits::default(),
            deadline: None,
            left: usize::MAX,
            is_truncated: self.is_truncated,
            _guard: None,
        }
    }

    /// Its columns, in order.
    pub fn columns(&self) -> &[AnswerColumn] {
        &self.columns
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }

    /// Whether there are more rows than the limit let through; known after the last of those.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    fn too_slow(&self) -> Error {
        Error::TooSlow { limit: self.limits.time.unwrap_or_default() }
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// [`Error::TooSlow`], [`Error::TooMuchMemory`], and what the values themselves do not allow.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let next = Roomy::new(self.stream.next());
            let next = match self.deadline {
                Some(deadline) => timeout_at(deadline, next).await.map_err(|_| self.too_slow())?,
                None => next.await,
            };
            let Some(batch) = next else { return Ok(None) };
            let batch = batch.map_err(|error| match self.deadline {
                Some(deadline) if deadline <= Clock::now() => self.too_slow(),
                _ => Error::running(error, self.limits.memory_bytes),
            })?;
            if batch.num_rows() > self.left {
                self.is_truncated = true;
            }
            let batch = batch.slice(0, batch.num_rows().min(self.left));
            self.left -= batch.num_rows();
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
            if self.is_truncated {
                return Ok(None);
            }
        }
    }

    /// The next rows as JSON values; `None` after the last. Days and instants are texts, as everywhere.
    ///
    /// # Errors
    /// As [`Answer::next`].
    pub async fn next_rows(&mut self) -> Result<Option<Vec<JsonRow>>> {
        let Some(batch) = self.next().await? else { return Ok(None) };
        let columns: Vec<Vec<Value>> = batch.columns().iter().map(values).collect::<Result<_>>()?;
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        let row = |_| columns.iter_mut().map(|column| column.next().expect("a value per row")).collect();
        Ok(Some((0..batch.num_rows()).map(row).collect()))
    }
}

fn kind_of(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::Boolean => "boolean",
        DataType::Date32 | DataType::Date64 => "day",
        DataType::Timestamp(_, _) => "instant",
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(_, _)
        | DataType::ListView(_) => "list",
        DataType::Map(_, _) | DataType::Struct(_) => "object",
        DataType::Dictionary(_, values) => kind_of(values),
        own if own.is_integer() => "integer",
        own if own.is_floating() => "number",
        _ => "other",
    }
}

/// The values of a column.
fn values(column: &ArrayRef) -> Result<Vec<Value>> {
    let as_type = |own: DataType| cast(column, &own).map_err(|error| Error::Failed(error.to_string()));
    let n_rows = column.len();
    let each = |value: &dyn Fn(usize) -> Value| -> Vec<Value> {
        (0..n_rows).map(|row| if column.is_null(row) { Value::Null } else { value(row) }).collect()
    };
    Ok(match column.data_type() {
        DataType::Null => vec![Value::Null; n_rows],
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            each(&|row| Value::from(texts.value(row)))
        }
        DataType::LargeUtf8 | DataType::Utf8View => return values(&as_type(DataType::Utf8)?),
        DataType::Dictionary(_, own) => return values(&as_type(own.as_ref().clone())?),
        DataType::Boolean => {
            let flags = column.as_boolean();
            each(&|row| Value::from(flags.value(row)))
        }
        DataType::UInt64 => {
            let numbers = column.as_primitive::<UInt64Type>();
            each(&|row| Value::from(numbers.value(row)))
        }
        own if own.is_integer() => {
            let numbers = as_type(DataType::Int64)?;
            let numbers = numbers.as_primitive::<Int64Type>();
            each(&|row| Value::from(numbers.value(row)))
        }
        // No JSON says what is no number: such a value is empty.
        DataType::Float64 => {
            let numbers = column.as_primitive::<Float64Type>();
            each(&|row| Value::from(numbers.value(row)))
        }
        // The shortest decimal of the narrow number, not that of its wider neighbour.
        DataType::Float32 => {
            let numbers = column.as_primitive::<Float32Type>();
            each(&|row| numbers.value(row).to_string().parse::<f64>().map_or(Value::Null, Value::from))
        }
        DataType::Float16 => {
            let numbers = column.as_primitive::<Float16Type>();
            each(&|row| Value::from(f64::from(numbers.value(row).to_f32())))
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>();
            each(&|row| Value::from(Day::from_days(days.value(row)).to_string()))
        }
        DataType::Date64 => return values(&as_type(DataType::Date32)?),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let instants = column.as_primitive::<TimestampMicrosecondType>();
            each(&|row| Value::from(Instant::from_micros(instants.value(row)).to_string()))
        }
        DataType::Timestamp(_, zone) => {
            return values(&as_type(DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?);
        }
        DataType::List(_) => {
            let lists = column.as_list::<i32>();
            let inner = values(lists.values())?;
            each(&|row| {
                let (from, to) =
                    (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize);
                Value::from(inner[from..to].to_vec())
            })
        }
        DataType::LargeList(own) | DataType::FixedSizeList(own, _) | DataType::ListView(own) => {
            return values(&as_type(DataType::List(Arc::clone(own)))?);
        }
        DataType::Map(_, _) => {
            let maps = column.as_map();
            let (keys, entries) = (values(maps.keys())?, values(maps.values())?);
            each(&|row| {
                let (from, to) = (maps.value_offsets()[row] as usize, maps.value_offsets()[row + 1] as usize);
                let entries = (from..to).map(|entry| (text(&keys[entry]), entries[entry].clone()));
                Value::from(entries.collect::<Map<String, Value>>())
            })
        }
        DataType::Struct(fields) => {
            let parts = column.as_struct();
            let columns: Vec<Vec<Value>> = parts.columns().iter().map(values).collect::<Result<_>>()?;
            each(&|row| {
                let entries =
                    fields.iter().zip(&columns).map(|(field, own)| (field.name().clone(), own[row].clone()));
                Value::from(entries.collect::<Map<String, Value>>())
            })
        }
        _ => {
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column, &options)
                .map_err(|error| Error::Failed(error.to_string()))?;
            each(&|row| Value::from(formatter.value(row).to_string()))
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
