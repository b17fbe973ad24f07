//! What telemetry says of accounts and of users.

use std::collections::BTreeMap;

use dearly_domain::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;

use crate::error::Result;
use crate::many;
use crate::view::View;
use crate::write::Write;

/// Of what something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of an account, by group calls.
    Account,
    /// Of a user, by identify calls: personal data.
    User,
    /// Of someone who has not said who they are, by identify calls with an anonymous id: personal data.
    Visitor,
}

impl Of {
    fn as_str(self) -> &'static str {
        match self {
            Of::Account => "account",
            Of::User => "user",
            Of::Visitor => "visitor",
        }
    }
}

/// A trait as it was last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: i64,
    /// What; `null` where it was taken back.
    pub value: Value,
}

/// Everything that is said of one account or user, by name.
pub type TraitSet = BTreeMap<String, Said>;

impl Said {
    /// What was said at an instant.
    pub fn new(at: Instant, value: Value) -> Said {
        Said { at: at.micros(), value }
    }
}

impl View {
    /// What is said of these, by id; of whom nothing is said is left out.
    pub async fn traits(&mut self, of: Of, ids: &[&str]) -> Result<BTreeMap<String, TraitSet>> {
        let of = of.as_str();
        let sql = format!(r#"SELECT "id", "traits" FROM "traits" WHERE "of" = '{of}' AND "id" IN {{}}"#);
        let mut sets = BTreeMap::new();
        let read = many::by_keys(self.connection(), &sql, ids, |row| {
            let text: String = row.try_get(1)?;
            let set = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
            sets.insert(row.try_get(0)?, set);
            Ok(())
        });
        read.await.map_err(|source| self.error("read traits", source))?;
        Ok(sets)
    }
}

impl Write {
    /// Sets everything that is said of one account or user.
    pub async fn set_traits(&mut self, of: Of, id: &str, set: &TraitSet) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(
            r#"INSERT INTO "traits" ("of", "id", "traits") VALUES ($1, $2, $3)
               ON CONFLICT ("of", "id") DO UPDATE SET "traits" = excluded."traits""#,
        )
        .bind(of.as_str())
        .bind(id.to_owned())
        .bind(serde_json::to_string(set).expect("traits are JSON"))
        .execute(view.connection())
        .await;
        done.map(|_| ()).map_err(|source| view.error("set traits", source))
    }

    /// Forgets everything that is said of one account or user.
    pub async fn delete_traits(&mut self, of: Of, id: &str) -> Result<()> {
        let view = self.view();
        let done = sqlx::query(r#"DELETE FROM "traits" WHERE "of" = $1 AND "id" = $2"#)
            .bind(of.as_str())
            .bind(id.to_owned())
            .execute(view.connection())
            .await;
        done.map(|_| ()).map_err(|source| view.error("forget traits", source))
    }
}
