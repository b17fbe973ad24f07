//! Records as tables: rows of cells become columns, and only the tables that a question names are loaded.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder, MapBuilder,
    MapFieldNames, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::catalog::{Session as EngineSession, TableProvider};
use datafusion::common::{DataFusionError, Result as EngineResult};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use dearly_domain::book::Kind;
use dearly_domain::{Attribute, Cell, Row};
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::table::{Column, Table};

pub(crate) const UTC: &str = "UTC";
const ATTRIBUTES: &str = "attributes";
/// Rows of one batch: slices of a table, so that they can be shared among cores.
const BATCH_ROWS: usize = 8_192;

/// Why rows could not be read.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Where rows come from.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// The rows of the table as of the day of the session: a cell per column of the table.
    ///
    /// # Errors
    /// Whatever went wrong; it is handed on.
    async fn rows(&self, table: &'static Table) -> Result<Vec<Row>, SourceError>;
}

/// Nothing in every table.
pub(crate) struct Nothing;

#[async_trait]
impl Source for Nothing {
    async fn rows(&self, _: &'static Table) -> Result<Vec<Row>, SourceError> {
        Ok(Vec::new())
    }
}

/// The schema of a table.
pub(crate) fn schema_of(table: &Table) -> SchemaRef {
    schema_of_columns(&table.columns, table.has_attributes)
}

pub(crate) fn schema_of_columns(columns: &[Column], has_attributes: bool) -> SchemaRef {
    let mut fields: Vec<Field> = columns
        .iter()
        .map(|column| Field::new(column.name, type_of(column.kind), !column.required))
        .collect();
    if has_attributes {
        let entries =
            vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
        let entries = Field::new("entries", DataType::Struct(entries.into()), false);
        fields.push(Field::new(ATTRIBUTES, DataType::Map(Arc::new(entries), false), false));
    }
    Arc::new(Schema::new(fields))
}

fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::List => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        Kind::Integer | Kind::Money => DataType::Int64,
        Kind::Decimal => DataType::Float64,
        Kind::Day => DataType::Date32,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        Kind::Boolean => DataType::Boolean,
    }
}

/// The rows as a batch of the table's columns. A cell of another kind than its column's reads as empty.
///
/// # Errors
/// [`Error::Failed`] where a required cell is missing.
pub fn batch(table: &Table, rows: &[Row]) -> Result<RecordBatch, Error> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(table.columns.len() + 1);
    for (place, column) in table.columns.iter().enumerate() {
        columns.push(array(column.kind, rows.iter().map(|row| &row.cells[place]), rows.len()));
    }
    if table.has_attributes {
        columns.push(attributes(rows));
    }
    RecordBatch::try_new(schema_of(table), columns)
        .map_err(|error| Error::Failed(format!("the rows of {} do not fit the table: {error}", table.name)))
}

fn array<'a>(kind: Kind, cells: impl Iterator<Item = &'a Cell>, n_rows: usize) -> ArrayRef {
    macro_rules! built {
        ($builder:expr, $pattern:pat => $value:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                match cell {
                    $pattern => builder.append_value($value),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }};
    }
    match kind {
        Kind::Text => built!(StringBuilder::with_capacity(n_rows, n_rows * 8), Cell::Text(text) => text),
        Kind::Integer | Kind::Money => {
            built!(Int64Builder::with_capacity(n_rows), Cell::Integer(number) => *number)
        }
        Kind::Decimal => built!(Float64Builder::with_capacity(n_rows), Cell::Decimal(number) => *number),
        Kind::Day => built!(Date32Builder::with_capacity(n_rows), Cell::Day(day) => day.days()),
        Kind::Instant => built!(
            TimestampMicrosecondBuilder::with_capacity(n_rows).with_timezone(UTC),
            Cell::Instant(at) => at.micros()
        ),
        Kind::Boolean => built!(BooleanBuilder::with_capacity(n_rows), Cell::Boolean(value) => *value),
        Kind::List => {
            let mut builder = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                if let Cell::List(texts) = cell {
                    texts.iter().for_each(|text| builder.values().append_value(text));
                }
                // No entry and no list are the same: `array_has` of neither is true.
                builder.append(true);
            }
            Arc::new(builder.finish())
        }
    }
}

fn attributes(rows: &[Row]) -> ArrayRef {
    let names =
        MapFieldNames { entry: "entries".to_owned(), key: "keys".to_owned(), value: "values".to_owned() };
    let mut builder = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    for row in rows {
        for (name, value) in &row.attributes {
            builder.keys().append_value(name);
            match value {
                Attribute::Boolean(value) => builder.values().append_value(value.to_string()),
                Attribute::Integer(number) => builder.values().append_value(number.to_string()),
                Attribute::Decimal(number) => builder.values().append_value(number.to_string()),
                Attribute::Text(text) => builder.values().append_value(text),
            }
        }
        builder.append(true).expect("a value for each key");
    }
    Arc::new(builder.finish())
}

/// A table whose rows are loaded when a question first reads it.
pub(crate) struct RecordsTable {
    table: &'static Table,
    schema: SchemaRef,
    source: Arc<dyn Source>,
    loaded: OnceCell<RecordBatch>,
}

impl RecordsTable {
    pub(crate) fn new(table: &'static Table, source: Arc<dyn Source>) -> RecordsTable {
        RecordsTable { table, schema: schema_of(table), source, loaded: OnceCell::new() }
    }

    /// A table whose rows are there.
    pub(crate) fn loaded(table: &'static Table, rows: RecordBatch) -> RecordsTable {
        let (schema, source, loaded) = (rows.schema(), Arc::new(Nothing), OnceCell::new_with(Some(rows)));
        RecordsTable { table, schema, source, loaded }
    }

    /// All its rows.
    pub(crate) async fn load(&self) -> Result<RecordBatch, Error> {
        let load = || async {
            let rows = self.source.rows(self.table).await;
            let rows = rows.map_err(|source| Error::Source { table: self.table.name, source })?;
            batch(self.table, &rows)
        };
        self.loaded.get_or_try_init(load).await.cloned()
    }
}

/// A batch as a table of the engine.
pub(crate) fn in_memory(batch: &RecordBatch) -> EngineResult<MemTable> {
    let slices = (0..batch.num_rows().div_ceil(BATCH_ROWS).max(1)).map(|number| {
        let from = number * BATCH_ROWS;
        batch.slice(from, BATCH_ROWS.min(batch.num_rows() - from))
    });
    MemTable::try_new(batch.schema(), vec![slices.collect()])
}

#[async_trait]
impl TableProvider for RecordsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn EngineSession,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let batch =
            self.load().await.map_err(|error| DataFusionError::External(Box::new(Unread::new(error))))?;
        in_memory(&batch)?.scan(state, projection, filters, limit).await
    }
}

impl fmt::Debug for RecordsTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordsTable({})", self.table.name)
    }
}

/// Our own error on its way through the engine.
#[derive(Debug)]
pub(crate) struct Unread(Mutex<Option<Error>>);

impl Unread {
    fn new(error: Error) -> Unread {
        Unread(Mutex::new(Some(error)))
    }

    /// The error; once only.
    pub(crate) fn take(&self) -> Error {
        let own = self.0.lock().expect("no panic while held").take();
        own.unwrap_or_else(|| Error::Failed("a table could not be read".to_owned()))
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table could not be read")
    }
}

impl std::error::Error for Unread {}
