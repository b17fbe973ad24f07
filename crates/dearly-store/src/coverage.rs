//! How much there is of every file, and of which days.

use dearly_domain::book::FILES;
use dearly_domain::{Calendar, Cell, Column, Day, File, Kind, Tense};
use sqlx::{AssertSqlSafe, Row as _};

use crate::error::Result;
use crate::open::Store;
use crate::record::{Table, read_cell};
use crate::view::View;

/// How much there is of a file. Dates and accounts are those of the version of each row that was stored last.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The file.
    pub file: &'static File,
    /// How many rows, whatever their number of versions.
    pub rows: i64,
    /// How many versions.
    pub versions: i64,
    /// How many accounts have a row; none for objectives and initiatives, which know their plan only.
    pub accounts: Option<i64>,
    /// Every dated column.
    pub columns: Vec<ColumnCoverage>,
}

/// The dates of a column.
#[derive(Clone, Debug)]
pub struct ColumnCoverage {
    /// The column.
    pub column: &'static Column,
    /// Its first day or instant; [`Cell::Empty`] where it has none.
    pub earliest: Cell,
    /// Its last day or instant; [`Cell::Empty`] where it has none.
    pub latest: Cell,
}

impl Coverage {
    /// The first and the last day of something that happened; agreed dates, which may lie ahead, do not count.
    pub fn days(&self, calendar: &Calendar) -> Option<(Day, Day)> {
        let day_of = |cell: &Cell| match cell {
            Cell::Day(day) => Some(*day),
            Cell::Instant(at) => Some(calendar.day_of(*at)),
            _ => None,
        };
        let happened = || {
            self.columns.iter().filter(|column| matches!(column.column.tense, Tense::Began | Tense::Happened))
        };
        let earliest = happened().filter_map(|column| day_of(&column.earliest)).min()?;
        let latest = happened().filter_map(|column| day_of(&column.latest)).max()?;
        Some((earliest, latest))
    }
}

impl Store {
    /// [`View::coverage`] of the present.
    pub async fn coverage(&self) -> Result<Vec<Coverage>> {
        self.view().await?.coverage().await
    }
}

impl View {
    /// The coverage of every file but the events, in the order of the book.
    pub async fn coverage(&mut self) -> Result<Vec<Coverage>> {
        let mut all = Vec::new();
        for table in FILES.iter().filter_map(|file| Table::of(file)) {
            let read = self.coverage_of(table).await;
            all.push(read.map_err(|source| {
                self.error(format!("read how much there is of {}", table.file.name), source)
            })?);
        }
        Ok(all)
    }

    async fn coverage_of(&mut self, table: &'static Table) -> sqlx::Result<Coverage> {
        let file = table.file;
        let dated = || file.columns.iter().filter(|column| matches!(column.kind, Kind::Day | Kind::Instant));
        let account = match file.name {
            "accounts" => Some("key"),
            _ => file.columns.iter().find(|column| column.name == "account").map(|column| column.field),
        };
        let mut selected = vec![
            String::from("CAST(count(*) AS BIGINT)"),
            format!(r#"(SELECT CAST(count(*) AS BIGINT) FROM "{}")"#, file.name),
            account.map_or("CAST(NULL AS BIGINT)".into(), |field| {
                format!(r#"CAST(count(DISTINCT newest."{field}") AS BIGINT)"#)
            }),
        ];
        for column in dated() {
            let field = column.field;
            selected.push(format!(
                r#"CAST(min(newest."{field}") AS BIGINT), CAST(max(newest."{field}") AS BIGINT)"#
            ));
        }
        // The versions of a key are numbered without a gap: the newest is the one without a next.
        let sql = format!(
            r#"SELECT {} FROM "{name}" newest WHERE NOT EXISTS (
                   SELECT 1 FROM "{name}" later
                   WHERE later."key" = newest."key" AND later."sequence" = newest."sequence" + 1)"#,
            selected.join(", "),
            name = file.name
        );
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(self.connection()).await?;
        let columns = dated().enumerate().map(|(index, column)| {
            Ok(ColumnCoverage {
                column,
                earliest: read_cell(&row, 3 + 2 * index, column.kind)?,
                latest: read_cell(&row, 4 + 2 * index, column.kind)?,
            })
        });
        let columns = columns.collect::<sqlx::Result<_>>()?;
        Ok(Coverage {
            file,
            rows: row.try_get(0)?,
            versions: row.try_get(1)?,
            accounts: row.try_get(2)?,
            columns,
        })
    }
}
