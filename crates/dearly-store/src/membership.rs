//! Which account a telemetry user belongs to, from when on.

use std::collections::{BTreeMap, BTreeSet};

use dearly_domain::{AccountId, Instant};
use sqlx::Row;

use crate::error::Result;
use crate::many;
use crate::view::View;
use crate::write::Write;

/// A user who belongs to an account from an instant on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The telemetry id of the user.
    pub user: String,
    /// From when on: when the group call was made.
    pub at: Instant,
    /// The account.
    pub account: AccountId,
    /// When it was received.
    pub recorded_at: Instant,
}

impl View {
    /// The links of these users, by user; each user's ascending by instant, then account.
    pub async fn memberships(&mut self, users: &[&str]) -> Result<BTreeMap<String, Vec<Link>>> {
        let sql = r#"SELECT "user", "at", "account", "recorded_at" FROM "memberships" WHERE "user" IN {}"#;
        let mut links: BTreeMap<String, BTreeSet<Link>> = BTreeMap::new();
        let read = many::by_keys(self.connection(), sql, users, |row| {
            let link = Link {
                user: row.try_get(0)?,
                at: Instant::from_micros(row.try_get(1)?),
                account: AccountId(row.try_get(2)?),
                recorded_at: Instant::from_micros(row.try_get(3)?),
            };
            links.entry(link.user.clone()).or_default().insert(link);
            Ok(())
        });
        read.await.map_err(|source| self.error("read memberships", source))?;
        Ok(links.into_iter().map(|(user, links)| (user, links.into_iter().collect())).collect())
    }
}

impl Write {
    /// Adds links; one that is there already changes nothing.
    pub async fn insert_memberships(&mut self, links: &[Link]) -> Result<()> {
        let view = self.view();
        for link in links {
            let done = sqlx::query(
                r#"INSERT INTO "memberships" ("user", "at", "account", "recorded_at") VALUES ($1, $2, $3, $4)
                   ON CONFLICT ("user", "at", "account") DO NOTHING"#,
            )
            .bind(link.user.clone())
            .bind(link.at.micros())
            .bind(link.account.0.clone())
            .bind(link.recorded_at.micros())
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("add memberships", source))?;
        }
        self.changed |= !links.is_empty();
        Ok(())
    }

    /// Takes links away of which others tell as much.
    pub async fn delete_memberships(&mut self, links: &[Link]) -> Result<()> {
        let view = self.view();
        for link in links {
            let sql = r#"DELETE FROM "memberships" WHERE "user" = $1 AND "at" = $2 AND "account" = $3"#;
            let done = sqlx::query(sql)
                .bind(link.user.clone())
                .bind(link.at.micros())
                .bind(link.account.0.clone())
                .execute(view.connection())
                .await;
            done.map_err(|source| view.error("take memberships away", source))?;
        }
        Ok(())
    }
}
