//! Which accounts' facts changed when: what a cache of scores has to make anew.

use dearly_domain::{AccountId, Cell, Day, File, Tense};
use sqlx::Row as _;

use crate::error::Result;
use crate::record::{Table, arguments, in_list};
use crate::view::View;
use crate::write::Write;

/// The setting that holds the revision up to which changes were forgotten.
const FORGOTTEN: &str = "account_changes_forgotten";

/// A change of an account's facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// Whose facts.
    pub account: AccountId,
    /// The revision that brought the change.
    pub revision: i64,
    /// The first day that may read differently; [`Day::MIN`] for the whole past.
    pub from: Day,
}

impl View {
    /// The changes after a revision, in no order; `None` where some of them were forgotten, so that all accounts may
    /// have changed.
    pub async fn account_changes(&mut self, after: i64) -> Result<Option<Vec<AccountChange>>> {
        if after < self.forgotten().await? {
            return Ok(None);
        }
        let rows = sqlx::query(
            r#"SELECT "account", "revision", "from_on" FROM "account_changes" WHERE "revision" > $1"#,
        )
        .bind(after)
        .fetch_all(self.connection())
        .await;
        let change = |row: &sqlx::any::AnyRow| {
            Ok(AccountChange {
                account: AccountId(row.try_get(0)?),
                revision: row.try_get(1)?,
                from: Day::from_days(row.try_get::<i64, _>(2)? as i32),
            })
        };
        let changes: sqlx::Result<Vec<AccountChange>> =
            rows.and_then(|rows| rows.iter().map(change).collect());
        changes.map(Some).map_err(|source| self.error("read which accounts changed", source))
    }

    /// The revision up to which changes were forgotten.
    pub async fn forgotten(&mut self) -> Result<i64> {
        Ok(self.setting(FORGOTTEN).await?.and_then(|text| text.parse().ok()).unwrap_or(0))
    }
}

impl Write {
    /// Notes that facts of an account change with this transaction, from the day on. Records note it themselves; who
    /// adds or takes away segments of events calls it.
    pub fn note_change(&mut self, account: &str, from: Day) {
        if let Some(known) = self.account_changes.get_mut(account) {
            *known = from.min(*known);
        } else {
            self.account_changes.insert(account.to_owned(), from);
        }
    }

    /// Forgets the changes up to a revision that every cache worth keeping has taken in.
    pub async fn forget_account_changes(&mut self, up_to: i64) -> Result<()> {
        let view = self.view();
        if up_to <= view.forgotten().await? {
            return Ok(());
        }
        let done = sqlx::query(r#"DELETE FROM "account_changes" WHERE "revision" <= $1"#)
            .bind(up_to)
            .execute(view.connection())
            .await;
        done.map_err(|source| view.error("forget which accounts changed", source))?;
        self.set_setting(FORGOTTEN, Some(&up_to.to_string())).await
    }

    /// Stores what was noted, under the revision that is being committed.
    pub(crate) async fn store_account_changes(&mut self, revision: i64) -> Result<()> {
        let mut changes: Vec<(String, Day)> = std::mem::take(&mut self.account_changes).into_iter().collect();
        changes.sort_unstable();
        let view = self.view();
        for (account, from) in changes {
            let done = sqlx::query(
                r#"INSERT INTO "account_changes" ("account", "revision", "from_on") VALUES ($1, $2, $3)"#,
            )
            .bind(account)
            .bind(revision)
            .bind(i64::from(from.days()))
            .execute(view.connection())
            .await;
            done.map_err(|source| view.error("note which accounts changed", source))?;
        }
        Ok(())
    }

    /// Notes the accounts of new versions: from the row's own day where the key is new and says one, else the whole
    /// past, of every account that any version of the key names.
    pub(crate) async fn note_versions(
        &mut self,
        table: &'static Table,
        new: &[(String, Option<(String, Day)>)],
    ) -> sqlx::Result<()> {
        let mut whole: Vec<&str> = Vec::new();
        for (key, begun) in new {
            match begun {
                Some((account, from)) => self.note_change(account, *from),
                None if table.file.name == "accounts" => self.note_change(key, Day::MIN),
                None => whole.push(key),
            }
        }
        whole.sort_unstable();
        whole.dedup();
        for (sql, list) in in_list(table.accounts_of_key(), &whole) {
            let rows = sqlx::query_with(sql, arguments(list)?).fetch_all(self.view.connection()).await?;
            for row in rows {
                let account: String = row.try_get(0)?;
                self.note_change(&account, Day::MIN);
            }
        }
        Ok(())
    }
}

/// The account that a new row of the file belongs to and the first day on which it can be read, where both stand in the
/// row itself. A day earlier than it says: the organisation's day may begin before UTC's.
pub(crate) fn begun(file: &File, cells: &[Cell]) -> Option<(String, Day)> {
    // What is said of an account holds from its beginning.
    if file.name == "accounts" {
        return None;
    }
    let at = |wanted: &dyn Fn(&dearly_domain::Column) -> bool| file.columns.iter().position(wanted);
    let account = match &cells[at(&|column| column.refers_to == Some("accounts"))?] {
        Cell::Text(account) => account.clone(),
        _ => return None,
    };
    let day = match &cells[at(&|column| column.tense == Tense::Began)?] {
        Cell::Day(day) => *day,
        Cell::Instant(at) => dearly_domain::Calendar::utc().day_of(*at),
        _ => return None,
    };
    Some((account, day.plus_days(-1)))
}
