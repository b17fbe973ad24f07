//! Scores by day as they were reckoned: a cache, named by the rules it was reckoned under.

use dearly_domain::{AccountId, Day};
use sqlx::Row as _;

use crate::error::Result;
use crate::record::{arguments, in_list};
use crate::view::View;
use crate::write::Write;

/// The scores of an account under some rules, as far as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreHistory {
    /// Of which account.
    pub account: AccountId,
    /// The revision of the facts that were read.
    pub revision: i64,
    /// The last day up to which every day is reckoned.
    pub reckoned_to: Day,
    /// The scores, in whatever form the caller keeps them.
    pub days: Vec<u8>,
}

impl View {
    /// What is kept of the accounts under the rules, in no order.
    pub async fn score_histories(
        &mut self,
        rules: &str,
        accounts: &[AccountId],
    ) -> Result<Vec<ScoreHistory>> {
        static SELECT: std::sync::LazyLock<[std::sync::Arc<str>; 3]> = std::sync::LazyLock::new(|| {
            [64, 8, 1].map(|n_keys| {
                let keys: Vec<String> = (2..n_keys + 2).map(|number| format!("${number}")).collect();
                format!(
                    r#"SELECT "account", "revision", "reckoned_to", "days" FROM "score_histories"
                       WHERE "rules" = $1 AND "account" IN ({})"#,
                    keys.join(", ")
                )
                .into()
            })
        });
        let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
        let mut histories = Vec::with_capacity(accounts.len());
        for (sql, list) in in_list(&SELECT, &accounts) {
            let bound = arguments(std::iter::once(rules).chain(list));
            let rows = match bound {
                Ok(bound) => sqlx::query_with(sql, bound).fetch_all(self.connection()).await,
                Err(error) => Err(error),
            };
            let rows = rows.map_err(|source| self.error("read kept scores", source))?;
            for row in rows {
                let history = || -> sqlx::Result<ScoreHistory> {
                    Ok(ScoreHistory {
                        account: AccountId(row.try_get(0)?),
                        revision: row.try_get(1)?,
                        reckoned_to: Day::from_days(row.try_get::<i64, _>(2)? as i32),
                        days: row.try_get(3)?,
                    })
                };
                histories.push(history().map_err(|source| self.error("read kept scores", source))?);
            }
        }
        Ok(histories)
    }

    /// Of every account with scores kept under the rules: the revision that was read, and the last day reckoned.
    pub async fn reckoned(&mut self, rules: &str) -> Result<Vec<(AccountId, i64, Day)>> {
        let rows = sqlx::query(
            r#"SELECT "account", "revision", "reckoned_to" FROM "score_histories" WHERE "rules" = $1"#,
        )
        .bind(rules)
        .fetch_all(self.connection())
        .await;
        let standing = |row: &sqlx::any::AnyRow| {
            Ok((
                AccountId(row.try_get(0)?),
                row.try_get(1)?,
                Day::from_days(row.try_get::<i64, _>(2)? as i32),
            ))
        };
        let standings: sqlx::Result<Vec<_>> = rows.and_then(|rows| rows.iter().map(standing).collect());
        standings.map_err(|source| self.error("read how far scores are kept", source))
    }
}

impl Write {
    /// Keeps scores in place of those kept before, unless those were made of newer facts. No fact changes with it.
    pub async fn keep_score_histories(&mut self, rules: &str, histories: &[ScoreHistory]) -> Result<()> {
        let view = self.view();
        for history in histories {
            let done = sqlx::query(
                r#"INSERT INTO "score_histories" ("rules", "account", "revision", "reckoned_to", "days")
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT ("rules", "account") DO UPDATE SET "revision" = excluded."revision",
                       "reckoned_to" = excluded."reckoned_to", "days" = excluded."days"
                   WHERE excluded."revision" >= "score_histories"."revision""#,
            )
            .bind(rules)
            .bind(history.account.as_str())
            .bind(history.revision)
            .bind(i64::from(history.reckoned_to.days()))
            .bind(history.days.clone())
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("keep scores", source))?;
        }
        Ok(())
    }

    /// Drops what is kept under other rules.
    pub async fn drop_other_score_histories(&mut self, rules: &str) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(r#"DELETE FROM "score_histories" WHERE "rules" <> $1"#)
            .bind(rules)
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("drop kept scores", source))
    }
}
