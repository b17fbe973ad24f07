//! Reading rows by many keys, a fixed number at a time, so that one prepared statement does.

use std::fmt::Write as _;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Arguments as _, AssertSqlSafe};

/// How many keys one statement names.
const KEYS: usize = 64;

/// Calls `each` with every row whose key is among the keys. The statement has `{}` where the list stands.
pub(crate) async fn by_keys(
    connection: &mut AnyConnection,
    sql: &str,
    keys: &[&str],
    mut each: impl FnMut(&AnyRow) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    for chunk in keys.chunks(KEYS) {
        // The last key is repeated where they do not fill the list.
        let n_keys = if chunk.len() == 1 { 1 } else { KEYS };
        let mut list = String::from("(");
        for number in 1..=n_keys {
            write!(list, "{}${number}", if number == 1 { "" } else { ", " })
                .expect("strings take everything");
        }
        list.push(')');
        let mut arguments = AnyArguments::default();
        for place in 0..n_keys {
            arguments.add(chunk[place.min(chunk.len() - 1)]).map_err(sqlx::Error::Encode)?;
        }
        let statement = AssertSqlSafe(sql.replace("{}", &list));
        for row in sqlx::query_with(statement, arguments).fetch_all(&mut *connection).await? {
            each(&row)?;
        }
    }
    Ok(())
}
