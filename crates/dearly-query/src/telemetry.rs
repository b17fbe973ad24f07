//! Telemetry as tables: exactly the live files, filtered to what was visible on the day.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::catalog::TableProvider;
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::functions::datetime::expr_fn::to_char;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::{Expr, cast, when};
use datafusion::prelude::{SessionContext, ident, lit};
use dearly_domain::Instant;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use crate::error::{Error, Result};
use crate::live_files::LiveFiles;
use crate::pruned::{Pruned, addresses};
use crate::records::{SourceError, UTC, schema_of_columns};
use crate::session::Moment;
use crate::table::{Column, table};

/// A live file of telemetry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentFile {
    /// Its path below the data folder or the lake.
    pub path: String,
    /// Its size as the records have it: a file of another size is damaged, and is not read at all.
    pub bytes: u64,
    /// When its first event happened: a question about others does not open it.
    pub first_at: Instant,
    /// When its last event happened.
    pub last_at: Instant,
}

/// Says of the file at a path, before anything of it is decoded, whether it is as it was written; may take as long as reading
/// it does.
pub type Check = Arc<dyn Fn(&str) -> Result<(), SourceError> + Send + Sync>;

/// Where telemetry is, and which of its files are live.
#[derive(Clone)]
pub struct Telemetry {
    store: Arc<dyn ObjectStore>,
    files: Vec<SegmentFile>,
    check: Option<Check>,
}

impl Telemetry {
    /// Telemetry below a local folder.
    ///
    /// # Errors
    /// [`Error::Failed`] where there are files and no such folder.
    pub fn in_folder(folder: &Path, files: Vec<SegmentFile>) -> Result<Telemetry> {
        if files.is_empty() {
            return Ok(Telemetry::none());
        }
        let store =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| Error::Failed(error.to_string()))?;
        Ok(Telemetry { store: Arc::new(store), files, check: None })
    }

    /// Telemetry in any store, paths being relative to its root.
    pub fn in_store(store: Arc<dyn ObjectStore>, files: Vec<SegmentFile>) -> Telemetry {
        Telemetry { store, files, check: None }
    }

    /// With a check of each file that a question reads, before it does.
    pub fn checked_by(self, check: Check) -> Telemetry {
        Telemetry { check: Some(check), ..self }
    }

    /// No telemetry.
    pub fn none() -> Telemetry {
        Telemetry { store: Arc::new(object_store::memory::InMemory::new()), files: Vec::new(), check: None }
    }

    /// The files.
    pub fn files(&self) -> &[SegmentFile] {
        &self.files
    }

    pub(crate) fn live(&self) -> LiveFiles {
        LiveFiles::new(Arc::clone(&self.store), &self.files, self.check.clone())
    }

    /// The addresses of the files, the same for everyone who reads the lake, wherever they see it.
    pub fn addresses(&self) -> Vec<String> {
        addresses(self.files.iter())
    }

    /// Their rows.
    pub(crate) fn all_rows(&self) -> EngineResult<Arc<dyn TableProvider>> {
        Ok(Arc::new(Pruned::new(&self.files)?))
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Telemetry({} files)", self.files.len())
    }
}

/// The columns that segment files may have; `month` is reckoned.
fn stored_columns() -> Vec<Column> {
    let events = table("events").expect("a table");
    events.columns.iter().filter(|column| column.name != "month").cloned().collect()
}

/// `events`, `unattributed_events` and `daily_usage` over all rows of the live files.
pub(crate) fn register(
    context: &SessionContext,
    all: Arc<dyn TableProvider>,
    moment: &Moment,
) -> EngineResult<()> {
    let raw = context.read_table(all)?;
    let end = lit(ScalarValue::TimestampMicrosecond(Some(moment.ends_at.micros()), Some(UTC.into())));
    let mut visible = ident("at").lt(end.clone());
    let mut linked = ident("linked_at").is_null().or(ident("linked_at").lt(end));
    if let Some(known_by) = moment.known_by {
        let known_by = instant(known_by);
        visible = visible.and(
            ident("recorded_at")
                .is_null()
                .and(ident("at").lt_eq(known_by.clone()))
                .or(ident("recorded_at").lt_eq(known_by.clone())),
        );
        linked = ident("linked_at").is_null().or(linked.and(ident("linked_at").lt_eq(known_by)));
    }
    let there = raw.filter(visible)?;
    let events = shaped(there.clone().filter(ident("account").is_not_null().and(linked.clone()))?, "events")?;
    let unattributed = there.filter(ident("account").is_null().or(linked.clone().is_not_true()))?;
    let unattributed = before_the_link(unattributed, &linked)?;
    let unattributed = shaped(unattributed, "unattributed_events")?;
    let zone = moment.time_zone.as_deref().unwrap_or(UTC);
    let local = cast(ident("at"), DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into())));
    let day = cast(local, DataType::Date32).alias("day");
    let by = vec![ident("account"), ident("user"), ident("event"), ident("product"), day];
    let daily = events.clone().aggregate(by, vec![sum(ident("count")).alias("events")])?;
    context.register_table("events", events.into_view())?;
    context.register_table("unattributed_events", unattributed.into_view())?;
    context.register_table("daily_usage", daily.into_view())?;
    Ok(())
}

fn instant(at: Instant) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.micros()), Some(UTC.into())))
}

/// Of an event that was linked later, what the link has told: nobody knew it yet.
const TOLD_BY_THE_LINK: [&str; 3] = ["user", "linked_at", "attributed_by"];

fn before_the_link(frame: DataFrame, linked: &Expr) -> EngineResult<DataFrame> {
    let columns: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let columns = columns.iter().map(|name| {
        let column = ident(name);
        if !TOLD_BY_THE_LINK.contains(&name.as_str()) {
            return Ok(column);
        }
        Ok(when(linked.clone().is_true(), column).end()?.alias(name))
    });
    frame.select(columns.collect::<EngineResult<Vec<_>>>()?)
}

/// The columns of the documented table, in its order.
fn shaped(frame: DataFrame, name: &str) -> EngineResult<DataFrame> {
    let columns = table(name).expect("a table").columns.iter().map(|column| match column.name {
        "month" => to_char(ident("at"), lit("%Y-%m")).alias("month"),
        name => ident(name),
    });
    frame.select(columns.collect::<Vec<_>>())
}

/// All rows of the files; a column that a file lacks reads as empty.
pub(crate) fn all_rows(addresses: &[String]) -> EngineResult<Arc<dyn TableProvider>> {
    let mut columns = stored_columns();
    for column in &mut columns {
        // Older files name the account of every event, newer ones may not.
        column.required &= column.name != "account";
    }
    let schema = schema_of_columns(&columns, false);
    if addresses.is_empty() {
        return Ok(Arc::new(EmptyTable::new(schema)));
    }
    let urls = addresses.iter().map(ListingTableUrl::parse).collect::<EngineResult<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}
