//! One book as of one day, ready for questions.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result as EngineResult, ScalarValue, TableReference};
use datafusion::dataframe::DataFrame;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use dearly_domain::book::Kind;
use dearly_domain::{Cell, Day, Instant, Row};
use futures_util::StreamExt;
use tokio::time::{Instant as Clock, timeout_at};

use crate::answer::Answer;
use crate::error::{Error, Result, unknown_table};
use crate::read_only::OnlyLake;
use crate::records::{RecordsTable, Source, batch};
use crate::room::Roomy;
use crate::stop::{Wanted, Watch};
use crate::table::{Origin, TABLES, Table, table};
use crate::telemetry::{self, Telemetry};
use crate::text;

/// What is asked about: the end of a day, and what may be known.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The day.
    pub as_of: Day,
    /// The first instant after it, in the time zone of the workbook.
    pub ends_at: Instant,
    /// Only facts recorded by this instant.
    pub known_by: Option<Instant>,
    /// The IANA name of the workbook's time zone; none is UTC.
    pub time_zone: Option<String>,
}

/// What an answer may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many rows; the rest is left out, and the answer says so.
    pub rows: Option<usize>,
    /// How long it may take until its last row.
    pub time: Option<Duration>,
    /// How many bytes sorting, grouping and joining may keep in memory.
    pub memory_bytes: usize,
    /// Where to put what does not fit in memory; nowhere where there is none.
    pub spill: Option<PathBuf>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { rows: None, time: None, memory_bytes: 1 << 30, spill: None }
    }
}

/// One book as of one day. Tables are loaded once per session, when a question first names them.
pub struct Session {
    context: SessionContext,
    limits: Limits,
    /// Whether the work is done in this process. Elsewhere nobody knows whether it is still wanted.
    is_here: bool,
}

/// Names of the catalogue and of the schema; nobody needs to write them.
const CATALOG: &str = "dearly";
const SCHEMA: &str = "book";

pub(crate) fn settings() -> SessionConfig {
    let mut config =
        SessionConfig::new().with_information_schema(true).with_default_catalog_and_schema(CATALOG, SCHEMA);
    let options = config.options_mut();
    options.sql_parser.collect_spans = true;
    // Of the indexes of pages nobody has a checksum.
    options.execution.parquet.enable_page_index = false;
    // Filters decide within the file which rows are read at all.
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    config
}

impl Session {
    /// A session whose records come from the source, and its events from the telemetry.
    ///
    /// # Errors
    /// [`Error::Failed`] where the engine cannot be set up.
    pub fn new(
        moment: &Moment,
        source: Arc<dyn Source>,
        telemetry: &Telemetry,
        limits: Limits,
    ) -> Result<Session> {
        let disk = match &limits.spill {
            Some(folder) => DiskManagerMode::Directories(vec![folder.clone()]),
            None => DiskManagerMode::Disabled,
        };
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(disk))
            .with_object_store_registry(Arc::new(OnlyLake::new(telemetry.live())))
            .build_arc()
            .map_err(|error| Error::Failed(error.to_string()))?;
        let context = SessionContext::new_with_config_rt(settings(), runtime);
        let records = |table: &'static Table| -> Arc<dyn TableProvider> {
            match table.name {
                DOCUMENTATION => Arc::new(RecordsTable::loaded(table, documentation(table))),
                _ => Arc::new(RecordsTable::new(table, Arc::clone(&source))),
            }
        };
        telemetry
            .all_rows()
            .and_then(|all| register(&context, moment, all, records))
            .map_err(|error| Error::Failed(error.to_string()))?;
        Ok(Session { context, limits, is_here: true })
    }

    pub(crate) fn over(context: SessionContext, limits: Limits) -> Session {
        Session { context, limits, is_here: false }
    }

    /// Answers a statement that only reads, `:as_of` in it being `as_of`. Dropping the future, or the answer, stops the
    /// work.
    ///
    /// # Errors
    /// [`Error::Sql`] where the text cannot be answered, and any other.
    pub async fn ask(&self, sql: &str, as_of: Day) -> Result<Answer> {
        let deadline = self.deadline();
        let wanted = Wanted::until(deadline);
        let guard = wanted.guard();
        let asked = async {
            let plan = self.plan(sql, as_of).await?;
            let plan = match self.limits.rows {
                // One more than wanted says whether there are more.
                Some(rows) if is_question(&plan) => LogicalPlanBuilder::from(plan)
                    .limit(0, Some(rows.saturating_add(1)))
                    .and_then(LogicalPlanBuilder::build)
                    .map_err(|error| self.planning(error))?,
                _ => plan,
            };
            let mut state = self.context.state();
            if self.is_here {
                let watched = SessionStateBuilder::new_from_existing(state);
                state = watched.with_optimizer_rule(Arc::new(Watch::of(wanted))).build();
            }
            let frame = DataFrame::new(state, plan);
            let columns = frame.schema().as_arrow().clone();
            let stream = frame.execute_stream().await.map_err(|error| self.running(error))?;
            Ok(Answer::new(&columns, apart(stream), &self.limits, deadline, guard))
        };
        let asked = Roomy::new(asked);
        match deadline {
            Some(deadline) => timeout_at(deadline, asked).await.unwrap_or_else(|_| Err(self.too_slow())),
            None => asked.await,
        }
    }

    /// The plan of a statement that only reads.
    pub(crate) async fn plan(&self, sql: &str, as_of: Day) -> Result<LogicalPlan> {
        let mut statement = text::read(sql, as_of)?;
        self.check_tables(&mut statement)?;
        let plan =
            self.context.state().statement_to_plan(statement).await.map_err(|error| self.planning(error))?;
        check_reads_only(&plan).map_err(|error| self.planning(error))?;
        Ok(plan)
    }

    /// The documented tables that the text names.
    pub(crate) fn tables_named(&self, sql: &str, as_of: Day) -> Result<Vec<&'static Table>> {
        let statement = text::read(sql, as_of)?;
        let mut named: Vec<&'static Table> =
            self.tables_of(&statement)?.iter().filter_map(|reference| table(reference.table())).collect();
        named.sort_unstable_by_key(|table| table.name);
        named.dedup_by_key(|table| table.name);
        Ok(named)
    }

    /// The tables that the statement names.
    pub(crate) fn tables_of(&self, statement: &Statement) -> Result<Vec<TableReference>> {
        self.context.state().resolve_table_references(statement).map_err(|error| self.planning(error))
    }

    fn check_tables(&self, statement: &mut Statement) -> Result<()> {
        for reference in self.tables_of(statement)? {
            let known = match reference.schema() {
                Some("information_schema") => true,
                Some(schema) if schema != SCHEMA => false,
                Some(_) => table(reference.table()).is_some(),
                // Series of numbers and days are the only functions that stand for tables.
                None => {
                    let state = self.context.state_ref();
                    table(reference.table()).is_some()
                        || state.read().table_functions().contains_key(reference.table())
                }
            };
            if !known {
                let (message, help) = unknown_table(reference.table());
                let place = text::place_of_relation(statement, reference.table());
                return Err(Error::Sql { message, place, help });
            }
        }
        Ok(())
    }

    fn deadline(&self) -> Option<Clock> {
        self.limits.time.map(|time| Clock::now() + time)
    }

    fn too_slow(&self) -> Error {
        Error::TooSlow { limit: self.limits.time.unwrap_or_default() }
    }

    fn planning(&self, error: datafusion::common::DataFusionError) -> Error {
        Error::planning(error, self.limits.memory_bytes)
    }

    fn running(&self, error: datafusion::common::DataFusionError) -> Error {
        Error::running(error, self.limits.memory_bytes)
    }
}

/// The stream, worked on by a task of its own: whoever waits for it can stop waiting though the work does not pause.
fn apart(mut stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let schema = stream.schema();
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let task = SpawnedTask::spawn(async move {
        while let Some(batch) = Roomy::new(stream.next()).await {
            if sender.send(batch).await.is_err() {
                return;
            }
        }
    });
    let batches =
        futures_util::stream::unfold((receiver, Some(task)), |(mut receiver, mut task)| async move {
            if let Some(batch) = receiver.recv().await {
                return Some((batch, (receiver, task)));
            }
            // What ended without an answer has panicked.
            let ended = task.take()?.join_unwind().await;
            ended.err().map(|error| (Err(DataFusionError::ExecutionJoin(Box::new(error))), (receiver, None)))
        });
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}

/// Makes every documented table known to the engine.
pub(crate) fn register(
    context: &SessionContext,
    moment: &Moment,
    events: Arc<dyn TableProvider>,
    records: impl Fn(&'static Table) -> Arc<dyn TableProvider>,
) -> EngineResult<()> {
    telemetry::register(context, events, moment)?;
    for table in TABLES.iter().filter(|table| !matches!(table.origin, Origin::Telemetry)) {
        context.register_table(table.name, records(table))?;
    }
    Ok(())
}

/// The table that documents the others.
const DOCUMENTATION: &str = "documentation";

pub(crate) fn documentation(own: &Table) -> datafusion::arrow::array::RecordBatch {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    let rows: Vec<Row> = TABLES
        .iter()
        .flat_map(|table| {
            let attributes = table.has_attributes.then_some(ATTRIBUTES);
            let columns = table
                .columns
                .iter()
                .map(|column| (column.name, column.sql_type(), column.unit, column.meaning.as_str()));
            columns
                .chain(attributes)
                .map(|(name, sql_type, unit, meaning)| Row {
                    cells: vec![text(table.name), text(name), text(sql_type), text(unit), text(meaning)],
                    ..Row::default()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    debug_assert!(own.columns.iter().all(|column| column.kind == Kind::Text));
    batch(own, &rows).expect("the documentation fits its table")
}

/// What every table of records has at its end.
pub(crate) const ATTRIBUTES: (&str, &str, &str, &str) = (
    "attributes",
    "map of text to text",
    "",
    "The columns that the format does not know, as in `attributes['plan']`.",
);

/// Whether rows are asked for, and not what a table or a plan looks like.
fn is_question(plan: &LogicalPlan) -> bool {
    !matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::DescribeTable(_))
}

/// Refuses everything that changes, sets or runs for its side effects, wherever in the plan.
fn check_reads_only(plan: &LogicalPlan) -> EngineResult<()> {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(plan)?;
    let mut longer = 1_i64;
    plan.apply_with_subqueries(|node| match node {
        LogicalPlan::Analyze(_) => {
            Err(DataFusionError::Plan("explain analyze is refused: a question only reads".to_owned()))
        }
        _ => {
            // One node works on what another has made, and its columns stand side by side.
            let mut most = 1;
            let flow = node.apply_expressions(|expression| {
                expression.apply(check_time_of_day)?;
                most = most.max(times_longer(expression)?);
                Ok(TreeNodeRecursion::Continue)
            })?;
            longer = longer.saturating_mul(most);
            if longer > MOST_LONGER {
                return Err(DataFusionError::Plan(format!(
                    "functions may make a text {MOST_LONGER} times as long at most, all together: ask in parts"
                )));
            }
            Ok(flow)
        }
    })?;
    Ok(())
}

/// Functions that make as much as their second argument says: what they make counts in no limit of memory.
const MAKES_MUCH: [&str; 5] = ["repeat", "lpad", "rpad", "array_repeat", "array_resize"];
/// The most that the argument may say, and the most numbers of a series that is a value.
const MOST_MADE: i64 = 10_000;
/// How many times as long the functions of a statement may make a text, one after the other.
const MOST_LONGER: i64 = 1_000_000;

/// Refuses an instant as its time of day: the engine thinks that it grows with the instant, and would pass over rows by the
/// first and the last of a file.
fn check_time_of_day(part: &Expr) -> EngineResult<TreeNodeRecursion> {
    let (from, to) = match part {
        Expr::Cast(cast) => (&cast.expr, cast.field.data_type()),
        Expr::TryCast(cast) => (&cast.expr, cast.field.data_type()),
        _ => return Ok(TreeNodeRecursion::Continue),
    };
    let is_literal = matches!(from.as_ref(), Expr::Literal(..));
    if matches!(to, DataType::Time32(_) | DataType::Time64(_)) && !is_literal {
        return Err(DataFusionError::Plan(
            "an instant cannot be cast to a time of day; ask for to_char(at, '%H:%M') or extract(hour from at)".to_owned(),
        ));
    }
    Ok(TreeNodeRecursion::Continue)
}

/// How many times as long as what it is given an expression makes a text at most, and everything within it.
fn times_longer(expression: &Expr) -> EngineResult<i64> {
    let mut within = 1;
    expression.apply_children(|child| {
        within = within.max(times_longer(child)?);
        Ok(TreeNodeRecursion::Continue)
    })?;
    let Expr::ScalarFunction(own) = expression else { return Ok(within) };
    let refused = |what: String| Err(DataFusionError::Plan(what));
    let name = own.func.name();
    let times = match name {
        name if MAKES_MUCH.contains(&name) => {
            match own.args.get(1).and_then(number).filter(|size| *size <= MOST_MADE) {
                None => {
                    return refused(format!(
                        "the second argument of {name} must be a number written out, {MOST_MADE} at most"
                    ));
                }
                Some(size) if name.ends_with("repeat") => size,
                Some(_) => 1,
            }
        }
        "replace" | "regexp_replace" => {
            // A pattern may meet anything, and `\0` stands for all that it met.
            let old = own.args.get(1).and_then(text_of).filter(|_| name == "replace");
            let new = own.args.get(2).and_then(text_of);
            new.map_or(MOST_MADE, |new| new.len().div_ceil(old.map_or(1, str::len).max(1)) as i64)
        }
        "concat" | "concat_ws" | "array_concat" => own.args.len() as i64,
        "encode" => 2,
        "range" | "generate_series" if !is_short(&own.args) => {
            return refused(format!(
                "as a value, {name} is of numbers written out, {MOST_MADE} at most, or of days: longer ones are tables, as in \
                 from {name}(…)"
            ));
        }
        _ => 1,
    };
    Ok(within.saturating_mul(times.max(1)))
}

/// Whether a series is of few numbers, or has a step of days.
fn is_short(arguments: &[Expr]) -> bool {
    if let Some(Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(step)), _)) = arguments.get(2) {
        let parts = [i64::from(step.months), i64::from(step.days), step.nanoseconds];
        let is_one_way = parts.iter().all(|part| *part >= 0) || parts.iter().all(|part| *part <= 0);
        return is_one_way && (step.months != 0 || step.days != 0);
    }
    let numbers: Option<Vec<i64>> = arguments.iter().map(number).collect();
    numbers.is_some_and(|numbers| {
        let (first, last) = if let [last] = numbers[..] { (0, last) } else { (numbers[0], numbers[1]) };
        let step = numbers.get(2).map_or(1, |step| step.unsigned_abs().max(1));
        last.abs_diff(first) / step <= MOST_MADE as u64
    })
}

fn number(written: &Expr) -> Option<i64> {
    match written {
        Expr::Literal(value, _) => {
            value.cast_to(&DataType::Int64).ok().and_then(|value| i64::try_from(value).ok())
        }
        Expr::Negative(own) => number(own)?.checked_neg(),
        _ => None,
    }
}

fn text_of(written: &Expr) -> Option<&str> {
    match written {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        _ => None,
    }
}
