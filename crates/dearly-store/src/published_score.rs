//! Published scores: what people saw, never changed afterwards (rules.md 6).

use dearly_domain::{AccountId, Day, Instant};
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::open::Store;
use crate::view::View;
use crate::write::Write;

/// A score as it was shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedScore {
    /// Of which account.
    pub account: AccountId,
    /// By which scorecard.
    pub scorecard: String,
    /// As of which day.
    pub day: Day,
    /// Under which workbook version.
    pub workbook_version: i64,
    /// When it was published.
    pub published_at: Instant,
    /// 0 to 100; none for unknown.
    pub score: Option<f64>,
    /// Its colour, or `unknown`.
    pub colour: String,
    /// The share of the weight that was known, 0 to 1.
    pub coverage: f64,
}

impl PublishedScore {
    fn from_row(row: &AnyRow) -> sqlx::Result<PublishedScore> {
        Ok(PublishedScore {
            account: AccountId(row.try_get(0)?),
            scorecard: row.try_get(1)?,
            day: Day::from_days(row.try_get::<i64, _>(2)? as i32),
            workbook_version: row.try_get(3)?,
            published_at: Instant::from_micros(row.try_get(4)?),
            score: row.try_get(5)?,
            colour: row.try_get(6)?,
            coverage: row.try_get(7)?,
        })
    }
}

impl Store {
    /// [`View::published_scores`] of the present.
    pub async fn published_scores(&self, account: &AccountId) -> Result<Vec<PublishedScore>> {
        self.view().await?.published_scores(account).await
    }
}

impl View {
    /// What was published of an account, by scorecard, day and instant of publication.
    pub async fn published_scores(&mut self, account: &AccountId) -> Result<Vec<PublishedScore>> {
        let rows = sqlx::query(
            r#"SELECT "account", "scorecard", "day", "workbook_version", "published_at", "score", "colour", "coverage"
               FROM "published_scores" WHERE "account" = $1"#,
        )
        .bind(account.as_str())
        .fetch_all(self.connection())
        .await;
        let mut scores: Vec<PublishedScore> = rows
            .and_then(|rows| rows.iter().map(PublishedScore::from_row).collect())
            .map_err(|source| self.error("read published scores", source))?;
        scores.sort_by(|a, b| {
            (&a.scorecard, a.day, a.published_at, a.workbook_version).cmp(&(
                &b.scorecard,
                b.day,
                b.published_at,
                b.workbook_version,
            ))
        });
        Ok(scores)
    }
}

impl Write {
    /// Adds scores to what was published.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database) where one is published twice at the same instant, or names no
    /// applied workbook version.
    pub async fn publish_scores(&mut self, scores: &[PublishedScore]) -> Result<()> {
        let view = self.view();
        for score in scores {
            let done = sqlx::query(
                r#"INSERT INTO "published_scores"
                       ("account", "scorecard", "day", "workbook_version", "published_at", "score", "colour", "coverage")
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#,
            )
            .bind(score.account.as_str())
            .bind(score.scorecard.clone())
            .bind(i64::from(score.day.days()))
            .bind(score.workbook_version)
            .bind(score.published_at.micros())
            .bind(crate::record::decimal(score.score))
            .bind(score.colour.clone())
            .bind(score.coverage)
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("publish scores", source))?;
        }
        Ok(())
    }
}
