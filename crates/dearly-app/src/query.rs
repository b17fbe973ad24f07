//! Questions in SQL over the book as of a day.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dearly_domain::{Cell, Day, Row};
pub use dearly_query::{Answer, AnswerColumn, Error, JsonRow, Place};
pub use dearly_query::{Limits, Moment, RecordBatch, Session};
use dearly_query::{Origin, Table, batch, check, write_parquet};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::TREND_WEEKS;
use crate::app::{App, When};
use crate::error::Result;
use crate::spill::Spill;
use crate::tables::{BookTables, row, text};
use crate::view::{AccountRow, AccountStatus, Colour, ScoreCell};

/// The folder within the data folder for what does not fit in memory.
pub(crate) const SPILL: &str = "query";

/// What an answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// How many rows; the rest is left out, and the answer says so.
    pub rows: Option<usize>,
    /// How long it may take.
    pub time: Option<Duration>,
    /// How many bytes sorting, grouping and joining may keep in memory.
    pub memory_bytes: usize,
    /// Whether what does not fit in memory goes to files of the data folder; else it is refused.
    pub may_spill: bool,
}

/// A value of a row as a cell of CSV: nothing for null, a text as it is, the JSON of anything else.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The daily rollup of raw events, in the order in which whoever reads it again wants it.
pub const ROLLUP: &str =
    "select account, \"user\", event, product, day, events from daily_usage order by 1, 2, 3, 4, 5";

/// What it takes to ask a statement elsewhere.
pub struct Shipment {
    /// The day, and what may be known.
    pub moment: Moment,
    /// The addresses of the live files of telemetry.
    pub files: Vec<String>,
    /// The rows of the other tables that the statement names.
    pub tables: HashMap<&'static str, RecordBatch>,
}

/// A rollup that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rollup {
    /// The day up to which events count.
    pub as_of: Day,
    /// The file.
    pub path: PathBuf,
    /// How many rows it has.
    pub n_rows: u64,
}

/// Writes the answer to [`ROLLUP`] into the folder, which is made if it is not there.
///
/// # Errors
/// [`Error::Query`](crate::Error::Query), [`Error::Io`](crate::Error::Io).
pub async fn write_rollup(as_of: Day, mut answer: Answer, out: &Path) -> Result<Rollup> {
    std::fs::create_dir_all(out).map_err(crate::Error::io(format!("make the folder {}", out.display())))?;
    let path = out.join("daily_usage.parquet");
    let n_rows = write_parquet(&mut answer, &path).await?;
    Ok(Rollup { as_of, path, n_rows })
}

/// An answer under way.
pub struct Asked {
    /// The day it is as of.
    pub as_of: Day,
    /// The rows to come. Dropping it stops the work.
    pub answer: Answer,
}

impl App {
    /// Answers a statement that only reads, over the documented tables as of the day. Dropping the future, or the
    /// answer, stops the work.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) where the text cannot be answered or costs too much.
    pub async fn query(&self, sql: &str, when: When, limits: QueryLimits) -> Result<Asked> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        // What is wrong with the text is found before anything is read.
        let named = check(sql, day)?;
        let mut view = self.store.view().await?;
        let mut tables =
            BookTables::read(&mut view, &self.lake_place, &self.lake, &in_force, when.known_by, &named)
                .await?;
        drop(view);
        self.put_scores(&mut tables, When { as_of: Some(day), ..when }, &named).await?;
        let session = Arc::new(tables).session(day, self.limits(limits))?;
        Ok(Asked { as_of: day, answer: session.ask(sql, day).await? })
    }

    /// The tables that a statement names, as of the day, for asking it elsewhere: records as rows, telemetry as the
    /// addresses of its files, which must lie in the lake that is read there.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) where the text cannot be answered.
    pub async fn shipment(&self, sql: &str, when: When) -> Result<Shipment> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        let named = check(sql, day)?;
        let mut view = self.store.view().await?;
        let mut tables =
            BookTables::read(&mut view, &self.lake_place, &self.lake, &in_force, when.known_by, &named)
                .await?;
        drop(view);
        self.put_scores(&mut tables, When { as_of: Some(day), ..when }, &named).await?;
        let records = named.iter().filter(|table| !matches!(table.origin, Origin::Telemetry));
        let records = records.filter(|table| table.name != "documentation");
        Ok(Shipment {
            moment: tables.moment(day),
            files: tables.addresses(),
            tables: records
                .map(|table| Ok((table.name, batch(table, &tables.table(table, day))?)))
                .collect::<Result<_>>()?,
        })
    }

    /// Writes the daily rollup of all events up to the day as Parquet into the folder.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query), [`Error::Io`](crate::Error::Io).
    pub async fn rollup(&self, when: When, limits: QueryLimits, out: &Path) -> Result<Rollup> {
        let Asked { as_of, answer } = self.query(ROLLUP, when, limits).await?;
        write_rollup(as_of, answer, out).await
    }

    fn limits(&self, limits: QueryLimits) -> Limits {
        let QueryLimits { rows, time, memory_bytes, may_spill } = limits;
        // Whoever may only read the data folder gets what fits in memory.
        let spill = may_spill.then(|| self.spill.get_or_init(|| Spill::open(&self.folder.join(SPILL)).ok()));
        Limits { rows, time, memory_bytes, spill: spill.and_then(|spill| Some(spill.as_ref()?.folder())) }
    }

    /// Reckons the tables of scores that are named.
    async fn put_scores(&self, tables: &mut BookTables, when: When, named: &[&'static Table]) -> Result<()> {
        for table in named.iter().filter(|table| matches!(table.origin, Origin::Scores)) {
            if table.name == "sources" {
                let sources = self.sources(when).await?.sources.into_iter().map(|own| {
                    row(vec![
                        text(&own.file),
                        Cell::Integer(own.rows),
                        Cell::Integer(own.n_accounts),
                        day(own.first_on),
                        day(own.last_on),
                    ])
                });
                tables.put(table.name, sources.collect());
                continue;
            }
            let listed = self.listed(when).await?;
            let rows = listed.rows.iter();
            tables.put(
                table.name,
                match table.name {
                    "components" => rows.flat_map(|own| components(own, listed.day)).collect(),
                    "score_history" => rows.flat_map(|own| history(own, listed.day)).collect(),
                    _ => rows.map(|own| scores(own, listed.day)).collect(),
                },
            );
        }
        Ok(())
    }
}

fn scores(own: &AccountRow, as_of: Day) -> Row {
    let (outcomes, experience) = (&own.outcomes, &own.experience);
    row(vec![
        text(&own.account),
        text(&own.name),
        Cell::Day(as_of),
        text(match own.status {
            AccountStatus::Prospect => "prospect",
            AccountStatus::Customer => "customer",
            AccountStatus::Churned => "churned",
        }),
        Cell::Integer(own.arr_cents),
        day(own.renews_on),
        day(own.last_met_on),
        number(outcomes.score),
        colour(outcomes),
        Cell::Decimal(outcomes.coverage),
        optional(outcomes.reason.as_deref()),
        number(outcomes.change),
        number(experience.score),
        colour(experience),
        Cell::Decimal(experience.coverage),
        optional(own.why.as_deref()),
    ])
}

fn components(own: &AccountRow, as_of: Day) -> Vec<Row> {
    let of = |(id, cell): (&String, &ScoreCell)| {
        row(vec![
            text(&own.account),
            Cell::Day(as_of),
            text(id),
            number(cell.score),
            colour(cell),
            Cell::Decimal(cell.coverage),
            Cell::Boolean(cell.partial),
            optional(cell.reason.as_deref()),
        ])
    };
    own.components.iter().map(of).collect()
}

fn history(own: &AccountRow, as_of: Day) -> Vec<Row> {
    let weeks = own.trend.iter().enumerate();
    let of = |(week, score): (usize, &Option<f64>)| {
        let before = TREND_WEEKS - 1 - week as i32;
        row(vec![text(&own.account), Cell::Day(as_of.plus_days(-7 * before)), number(*score)])
    };
    weeks.map(of).collect()
}

fn colour(cell: &ScoreCell) -> Cell {
    text(match cell.colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
        Colour::Unknown => "unknown",
    })
}

fn day(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, Cell::Day)
}

fn number(number: Option<f64>) -> Cell {
    number.map_or(Cell::Empty, Cell::Decimal)
}

fn optional(own: Option<&str>) -> Cell {
    own.map_or(Cell::Empty, text)
}
