//! Sources of telemetry, and what came from them.

use dearly_domain::{Day, Instant};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// A source of telemetry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name, as in `web`.
    pub id: String,
    /// When its first write key was made.
    pub created_at: Instant,
    /// When its last call came.
    pub last_received_at: Option<Instant>,
    /// When its last event happened.
    pub last_event_at: Option<Instant>,
}

/// What came from a source on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDay {
    /// The source.
    pub source: String,
    /// The day of arrival, in UTC.
    pub day: Day,
    /// How many events were taken.
    pub n_events: i64,
    /// How many identify, group and alias calls were taken.
    pub n_calls: i64,
    /// How many calls were known already.
    pub n_duplicates: i64,
    /// How many calls could not be taken.
    pub n_rejected: i64,
    /// How many of the events no account is known for. A link that comes later takes them off.
    pub n_unattributed: i64,
}

impl SourceDay {
    /// A day on which nothing came.
    pub fn new(source: impl Into<String>, day: Day) -> SourceDay {
        let source = source.into();
        SourceDay { source, day, n_events: 0, n_calls: 0, n_duplicates: 0, n_rejected: 0, n_unattributed: 0 }
    }

    fn from_row(row: &AnyRow) -> sqlx::Result<SourceDay> {
        Ok(SourceDay {
            source: row.try_get(0)?,
            day: Day::from_days(row.try_get::<i64, _>(1)? as i32),
            n_events: row.try_get(2)?,
            n_calls: row.try_get(3)?,
            n_duplicates: row.try_get(4)?,
            n_rejected: row.try_get(5)?,
            n_unattributed: row.try_get(6)?,
        })
    }
}

impl View {
    /// All sources, by name.
    pub async fn sources(&mut self) -> Result<Vec<Source>> {
        let rows =
            sqlx::query(r#"SELECT "id", "created_at", "last_received_at", "last_event_at" FROM "sources""#)
                .fetch_all(self.connection())
                .await;
        let instant = |row: &AnyRow, place: usize| -> sqlx::Result<Option<Instant>> {
            Ok(row.try_get::<Option<i64>, _>(place)?.map(Instant::from_micros))
        };
        let source = |row: &AnyRow| -> sqlx::Result<Source> {
            Ok(Source {
                id: row.try_get(0)?,
                created_at: Instant::from_micros(row.try_get(1)?),
                last_received_at: instant(row, 2)?,
                last_event_at: instant(row, 3)?,
            })
        };
        let mut sources: Vec<Source> = rows
            .and_then(|rows| rows.iter().map(source).collect())
            .map_err(|source| self.error("read sources", source))?;
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(sources)
    }

    /// What came from every source since the day, by source and day.
    pub async fn source_days(&mut self, since: Day) -> Result<Vec<SourceDay>> {
        let rows = sqlx::query(
            r#"SELECT "source", "day", "n_events", "n_calls", "n_duplicates", "n_rejected", "n_unattributed"
               FROM "source_days" WHERE "day" >= $1"#,
        )
        .bind(i64::from(since.days()))
        .fetch_all(self.connection())
        .await;
        let mut days: Vec<SourceDay> = rows
            .and_then(|rows| rows.iter().map(SourceDay::from_row).collect())
            .map_err(|source| self.error("read what came from sources", source))?;
        days.sort_by(|a, b| (&a.source, a.day).cmp(&(&b.source, b.day)));
        Ok(days)
    }
}

impl Store {
    /// [`View::sources`] of the present.
    pub async fn sources(&self) -> Result<Vec<Source>> {
        self.view().await?.sources().await
    }
}

impl Write {
    /// Makes the source, where there is none of this name yet.
    pub async fn ensure_source(&mut self, id: &str, now: Instant) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "sources" ("id", "created_at") VALUES ($1, $2) ON CONFLICT ("id") DO NOTHING"#,
        )
        .bind(id.to_owned())
        .bind(now.micros())
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("add a source", source))
    }

    /// Notes when something last came from a source, and when its last event happened. Earlier instants change nothing.
    pub async fn touch_source(
        &mut self,
        id: &str,
        received_at: Instant,
        event_at: Option<Instant>,
    ) -> Result<()> {
        let view = self.view();
        let sql = r#"UPDATE "sources" SET
            "last_received_at" = CASE WHEN "last_received_at" >= $1 THEN "last_received_at" ELSE $1 END,
            "last_event_at" = CASE WHEN "last_event_at" >= $2 OR $3 = 0 THEN "last_event_at" ELSE $2 END
            WHERE "id" = $4"#;
        let done = sqlx::query(sql)
            .bind(received_at.micros())
            .bind(event_at.map_or(0, Instant::micros))
            .bind(i64::from(event_at.is_some()))
            .bind(id.to_owned())
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("note what came from a source", source))
    }

    /// Adds to what came from a source on a day; `n_unattributed` may be less than zero.
    pub async fn count_source_day(&mut self, day: &SourceDay) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "source_days"
                   ("source", "day", "n_events", "n_calls", "n_duplicates", "n_rejected", "n_unattributed")
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT ("source", "day") DO UPDATE SET
                   "n_events" = "source_days"."n_events" + excluded."n_events",
                   "n_calls" = "source_days"."n_calls" + excluded."n_calls",
                   "n_duplicates" = "source_days"."n_duplicates" + excluded."n_duplicates",
                   "n_rejected" = "source_days"."n_rejected" + excluded."n_rejected",
                   "n_unattributed" = "source_days"."n_unattributed" + excluded."n_unattributed""#,
        )
        .bind(day.source.clone())
        .bind(i64::from(day.day.days()))
        .bind(day.n_events)
        .bind(day.n_calls)
        .bind(day.n_duplicates)
        .bind(day.n_rejected)
        .bind(day.n_unattributed)
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("count what came from a source", source))
    }
}
