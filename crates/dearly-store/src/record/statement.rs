//! The SQL of a noun's table, made once from the declaration of its file.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use dearly_domain::File;
use dearly_domain::book::FILES;
use sqlx::AssertSqlSafe;

/// How many rows one INSERT takes: the most, and what is left over. SQLite finds named parameters by a linear
/// search, so long statements are slower than their number of rows (measured in benches/put.rs).
pub(super) const INSERT_ROWS: [usize; 3] = [8, 2, 1];
/// How many keys one SELECT names.
const SELECT_KEYS: [usize; 3] = [64, 8, 1];

/// Columns of every table that differ by row, before those of its file.
const ROW_COLUMNS: usize = 5;

/// The SQL of a noun's table.
pub(crate) struct Table {
    pub(crate) file: &'static File,
    inserts: [Arc<str>; 3],
    by_key: [Arc<str>; 3],
    stamps_by_key: [Arc<str>; 3],
    by_account: [Arc<str>; 3],
    accounts_of_key: [Arc<str>; 3],
    pub(super) all: Arc<str>,
}

impl Table {
    /// The table of a file; none for events.
    pub(crate) fn of(file: &File) -> Option<&'static Table> {
        static TABLES: LazyLock<HashMap<&'static str, Table>> = LazyLock::new(|| {
            let files = FILES.iter().filter(|file| file.name != "events");
            files.map(|file| (file.name, Table::new(file))).collect()
        });
        TABLES.get(file.name)
    }

    fn new(file: &'static File) -> Table {
        let name = file.name;
        let fields: String = file.columns.iter().map(|column| format!(r#", "{}""#, column.field)).collect();
        let read = r#""key", "sequence", "recorded_at", "imported_at", "attributes""#;
        let account_path = account_path(file);
        let sized =
            |sizes: [usize; 3], make: &dyn Fn(usize) -> String| sizes.map(|size| Arc::from(make(size)));
        Table {
            file,
            inserts: sized(INSERT_ROWS, &|n_rows| {
                let values = insert_values(n_rows, ROW_COLUMNS + file.columns.len());
                format!(
                    r#"INSERT INTO "{name}" ("imported_at", "import_id",
                           "key", "sequence", "recorded_at", "content", "attributes"{fields})
                       VALUES {values}"#
                )
            }),
            by_key: sized(SELECT_KEYS, &|n_keys| {
                format!(r#"SELECT {read}{fields} FROM "{name}" WHERE "key" IN {}"#, placeholders(1, n_keys))
            }),
            stamps_by_key: sized(SELECT_KEYS, &|n_keys| {
                format!(
                    r#"SELECT "key", "sequence", "recorded_at", "imported_at", "import_id", "content"
                       FROM "{name}" WHERE "key" IN {}"#,
                    placeholders(1, n_keys)
                )
            }),
            by_account: sized(SELECT_KEYS, &|n_keys| {
                let mut condition = placeholders(1, n_keys);
                for (table, column) in account_path.iter().rev() {
                    condition = format!(r#"(SELECT "key" FROM "{table}" WHERE "{column}" IN {condition})"#);
                }
                format!(r#"SELECT {read}{fields} FROM "{name}" WHERE "key" IN {condition}"#)
            }),
            accounts_of_key: sized(SELECT_KEYS, &|n_keys| {
                let condition = placeholders(1, n_keys);
                let Some(((table, column), rest)) = account_path.split_first() else {
                    return format!(r#"SELECT DISTINCT "key" FROM "{name}" WHERE "key" IN {condition}"#);
                };
                let first =
                    format!(r#"SELECT DISTINCT "{column}" FROM "{table}" WHERE "key" IN {condition}"#);
                rest.iter().fold(first, |inner, (table, column)| {
                    format!(r#"SELECT DISTINCT "{column}" FROM "{table}" WHERE "key" IN ({inner})"#)
                })
            }),
            all: format!(r#"SELECT {read}{fields} FROM "{name}""#).into(),
        }
    }

    /// The largest INSERT of at most this many rows, and how many it takes.
    pub(super) fn insert(&self, n_rows: usize) -> (AssertSqlSafe<Arc<str>>, usize) {
        let index = INSERT_ROWS.iter().position(|&size| size <= n_rows).expect("there is a row");
        (AssertSqlSafe(self.inserts[index].clone()), INSERT_ROWS[index])
    }

    /// Whole versions of keys.
    pub(super) fn by_key(&self) -> &[Arc<str>; 3] {
        &self.by_key
    }

    /// When the versions of keys were known, and hashes of what they say.
    pub(super) fn stamps_by_key(&self) -> &[Arc<str>; 3] {
        &self.stamps_by_key
    }

    /// The accounts that any version of the keys belongs to.
    pub(crate) fn accounts_of_key(&self) -> &[Arc<str>; 3] {
        &self.accounts_of_key
    }

    /// Whole versions of all keys that belong, or belonged, to accounts.
    pub(super) fn by_account(&self) -> &[Arc<str>; 3] {
        &self.by_account
    }
}

/// Splits keys into lists for prepared statements: each with the statement and exactly as many keys as it names, the
/// last key repeated where they do not fill it.
pub(crate) fn in_list<'k>(
    statements: &[Arc<str>; 3],
    keys: &'k [&'k str],
) -> impl Iterator<Item = (AssertSqlSafe<Arc<str>>, impl Iterator<Item = &'k str>)> {
    keys.chunks(SELECT_KEYS[0]).map(|chunk| {
        let index = SELECT_KEYS.iter().rposition(|&size| size >= chunk.len()).expect("chunks fit");
        let padding = std::iter::repeat_n(chunk[chunk.len() - 1], SELECT_KEYS[index] - chunk.len());
        (AssertSqlSafe(statements[index].clone()), chunk.iter().copied().chain(padding))
    })
}

/// How rows belong to accounts: from the file's own table on, each with the column that names a key of the next.
fn account_path(file: &'static File) -> Vec<(&'static str, &'static str)> {
    let mut path = Vec::new();
    let mut file = file;
    while file.name != "accounts" {
        let owner = file.columns.iter().find(|column| column.required && column.refers_to.is_some());
        let owner = owner.expect("every noun belongs to an account or to a noun that does");
        path.push((file.name, owner.field));
        file = File::named(owner.refers_to.expect("found so")).expect("references name files");
    }
    path
}

fn placeholders(from: usize, count: usize) -> String {
    let mut text = String::from("(");
    for number in from..from + count {
        let separator = if number == from { "" } else { ", " };
        write!(text, "{separator}${number}").expect("strings take everything");
    }
    text.push(')');
    text
}

/// One list per row: `$1` and `$2`, the import, are the same in all of them.
fn insert_values(n_rows: usize, n_columns: usize) -> String {
    let row = |row| placeholders(3 + row * n_columns, n_columns).replacen('(', "($1, $2, ", 1);
    (0..n_rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_noun_finds_its_accounts() {
        for (file, path) in [
            ("accounts", vec![]),
            ("tickets", vec![("tickets", "account")]),
            ("objectives", vec![("objectives", "plan"), ("plans", "account")]),
            ("initiatives", vec![("initiatives", "objective"), ("objectives", "plan"), ("plans", "account")]),
        ] {
            assert_eq!(account_path(File::named(file).unwrap()), path);
        }
        for file in FILES {
            assert_eq!(Table::of(file).is_some(), file.name != "events", "{file:?}");
        }
    }

    #[test]
    fn lists_of_keys_are_filled_up() {
        let statements: [Arc<str>; 3] = ["64".into(), "8".into(), "1".into()];
        let keys: Vec<String> = (0..67).map(|number| number.to_string()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let lists: Vec<(String, Vec<&str>)> =
            in_list(&statements, &keys).map(|(sql, list)| (sql.0.to_string(), list.collect())).collect();
        assert_eq!(lists.len(), 2);
        assert_eq!((lists[0].0.as_str(), lists[0].1.len()), ("64", 64));
        assert_eq!(
            (lists[1].0.as_str(), lists[1].1.clone()),
            ("8", vec!["64", "65", "66", "66", "66", "66", "66", "66"])
        );
    }
}
