//! People by what telemetry may call them.

use std::collections::BTreeMap;

use sqlx::Row;

use crate::error::Result;
use crate::many;
use crate::view::View;

/// As much of an e-mail as the index holds, in characters: none that can be delivered is longer.
const LONGEST: usize = 320;

impl View {
    /// The keys of people by their e-mail, in lower case; the first key, where several have it. Letters beyond ASCII are found
    /// only as the database's `lower` writes them.
    pub async fn people_by_email(&mut self, emails: &[&str]) -> Result<BTreeMap<String, String>> {
        let lower: Vec<String> = emails.iter().map(|email| email.to_lowercase()).collect();
        let asked: Vec<&str> =
            lower.iter().map(String::as_str).filter(|email| email.chars().count() <= LONGEST).collect();
        let sql = format!(
            r#"SELECT "key", "email" FROM "people" AS "own" WHERE substr(lower("email"), 1, {LONGEST}) IN {{}}
               AND "sequence" = (SELECT max("sequence") FROM "people" AS "same" WHERE "same"."key" = "own"."key")"#
        );
        let mut people: BTreeMap<String, String> = BTreeMap::new();
        let read = many::by_keys(self.connection(), &sql, &asked, |row| {
            let (key, email): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let first = people.entry(email.to_lowercase()).or_insert_with(|| key.clone());
            if key < *first {
                *first = key;
            }
            Ok(())
        });
        read.await.map_err(|source| self.error("read people by e-mail", source))?;
        Ok(people)
    }
}
