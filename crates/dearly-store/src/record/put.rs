//! Putting incoming rows: comparing them with what is known, and storing what differs.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use dearly_domain::{Attributes, Cell, Day, File, Instant, Row, Violation};
use sqlx::any::AnyArguments;
use sqlx::{AnyConnection, Arguments as _, AssertSqlSafe, Row as _};
use xxhash_rust::xxh3::xxh3_64;

use super::order::{self, Stamped};
use super::statement::{INSERT_ROWS, Table, in_list};
use super::{Incoming, Mode, Outcome, cell, read};
use crate::account_change::begun;
use crate::error::{Error, Result};
use crate::write::Write;

/// The longest key that is kept: PostgreSQL indexes no longer ones.
const MAX_KEY_BYTES: usize = 2_000;
/// How much one INSERT may carry.
const MAX_INSERT_BYTES: usize = 64_000_000;

impl Write {
    /// Puts rows of a file and answers what became of each, in their order.
    ///
    /// A row whose content equals the version in force at its `recorded_at` (at `imported_at` where it has none)
    /// stores nothing. Cells that are absent keep the value of that version. Versions of one key come ascending by
    /// `recorded_at`. References are the importer's to check; the whole row is checked here where cells were kept.
    ///
    /// # Errors
    /// [`Error::NoTable`] for events; [`Error::DiskFull`] and others of the database. After an error the transaction
    /// can only be rolled back.
    ///
    /// # Panics
    /// When a row has not one cell per column of the file.
    pub async fn put(
        &mut self,
        file: &'static File,
        rows: Vec<Incoming>,
        mode: Mode,
        imported_at: Instant,
        import_id: &str,
    ) -> Result<Vec<Outcome>> {
        let table = Table::of(file).ok_or(Error::NoTable { file: file.name })?;
        let result = self.put_into(table, rows, mode, imported_at, import_id).await;
        result.map_err(|source| self.view().error(format!("store {}", file.name), source))
    }

    async fn put_into(
        &mut self,
        table: &'static Table,
        rows: Vec<Incoming>,
        mode: Mode,
        imported_at: Instant,
        import_id: &str,
    ) -> sqlx::Result<Vec<Outcome>> {
        let whole = rows.iter().any(|row| row.keep_attributes || row.cells.iter().any(Option::is_none));
        let mut batch = Batch {
            file: table.file,
            mode,
            imported_at,
            whole,
            known: self.known(table, &rows, import_id, whole).await?,
            pending: Vec::new(),
            scratch: Vec::new(),
        };
        let outcomes: Vec<Outcome> = rows.into_iter().map(|row| batch.put(row)).collect();
        let pending = batch.pending;
        if !pending.is_empty() {
            self.changed = true;
            let new: Vec<(String, Option<(String, Day)>)> = pending
                .iter()
                .map(|row| {
                    let is_first = row.sequence == 1;
                    (row.key.clone(), is_first.then(|| begun(table.file, &row.cells)).flatten())
                })
                .collect();
            insert(self.view().connection(), table, pending, imported_at, import_id).await?;
            self.note_versions(table, &new).await?;
        }
        Ok(outcomes)
    }

    /// The versions known of the keys of the rows.
    async fn known(
        &mut self,
        table: &'static Table,
        rows: &[Incoming],
        import_id: &str,
        whole: bool,
    ) -> sqlx::Result<HashMap<String, Vec<Known>>> {
        let begun = match self.begun.entry(table.file.name) {
            Entry::Occupied(begun) => begun.into_mut(),
            Entry::Vacant(place) => {
                let sql = AssertSqlSafe(format!(r#"SELECT "sequence" FROM "{}" LIMIT 1"#, table.file.name));
                let any = sqlx::query(sql).fetch_optional(self.view.connection()).await?;
                place.insert(any.is_none().then(HashSet::new))
            }
        };
        let mut keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        if let Some(begun) = begun {
            keys.retain(|key| !begun.insert(xxh3_64(key.as_bytes())));
        }
        keys.retain(|key| unstorable_key(key).is_none());
        let mut known = HashMap::new();
        load_stamps(self.view.connection(), table, &keys, import_id, &mut known).await?;
        if whole {
            load_rows(self.view.connection(), table, &keys, &mut known).await?;
        }
        Ok(known)
    }
}

/// A version that is known of a key.
struct Known {
    sequence: i64,
    recorded_at: Option<Instant>,
    imported_at: Instant,
    content: i64,
    /// Whether an earlier import stored it.
    earlier: bool,
    /// What it says; loaded only where an incoming row keeps something.
    row: Option<Row>,
}

impl Stamped for Known {
    fn recorded_at(&self) -> Option<Instant> {
        self.recorded_at
    }
    fn imported_at(&self) -> Instant {
        self.imported_at
    }
}

async fn load_stamps(
    connection: &mut AnyConnection,
    table: &Table,
    keys: &[&str],
    import_id: &str,
    known: &mut HashMap<String, Vec<Known>>,
) -> sqlx::Result<()> {
    for (sql, list) in in_list(table.stamps_by_key(), keys) {
        for row in sqlx::query_with(sql, arguments(list)?).fetch_all(&mut *connection).await? {
            let version = Known {
                sequence: row.try_get(1)?,
                recorded_at: row.try_get::<Option<i64>, _>(2)?.map(Instant::from_micros),
                imported_at: Instant::from_micros(row.try_get(3)?),
                content: row.try_get(5)?,
                earlier: row.try_get::<&str, _>(4)? != import_id,
                row: None,
            };
            known.entry(row.try_get(0)?).or_default().push(version);
        }
    }
    for versions in known.values_mut() {
        versions.sort_unstable_by_key(|version| version.sequence);
    }
    Ok(())
}

async fn load_rows(
    connection: &mut AnyConnection,
    table: &Table,
    keys: &[&str],
    known: &mut HashMap<String, Vec<Known>>,
) -> sqlx::Result<()> {
    for (sql, list) in in_list(table.by_key(), keys) {
        for row in sqlx::query_with(sql, arguments(list)?).fetch_all(&mut *connection).await? {
            let read::Numbered { sequence, stored } = read::numbered(table, &row)?;
            let versions = known.get_mut(&stored.key).into_iter().flatten();
            if let Some(version) = versions.into_iter().find(|version| version.sequence == sequence) {
                version.row = Some(stored.version.row);
            }
        }
    }
    Ok(())
}

pub(crate) fn arguments<'k>(keys: impl Iterator<Item = &'k str>) -> sqlx::Result<AnyArguments> {
    let mut arguments = AnyArguments::default();
    for key in keys {
        arguments.add(key).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A version to be stored.
struct Pending {
    key: String,
    sequence: i64,
    recorded_at: Option<Instant>,
    content: i64,
    cells: Vec<Cell>,
    attributes: Option<String>,
    n_bytes: usize,
}

/// The deciding half: no statement is made here.
struct Batch {
    file: &'static File,
    mode: Mode,
    imported_at: Instant,
    /// Whether the rows of known versions are at hand.
    whole: bool,
    known: HashMap<String, Vec<Known>>,
    pending: Vec<Pending>,
    scratch: Vec<u8>,
}

impl Batch {
    fn put(&mut self, incoming: Incoming) -> Outcome {
        assert_eq!(
            incoming.cells.len(),
            self.file.columns.len(),
            "a row of {} has a cell per column",
            self.file.name
        );
        match self.take(incoming) {
            Ok(outcome) => outcome,
            Err(violation) => Outcome::Rejected(violation),
        }
    }

    fn take(&mut self, incoming: Incoming) -> Result<Outcome, Violation> {
        let key_column = self.file.key[0];
        let violation = |column, reason| Violation { column, reason };
        if let Some(reason) = unstorable_key(&incoming.key) {
            return Err(violation(key_column, reason));
        }
        let versions = self.known.get(&incoming.key).map_or(&[][..], Vec::as_slice);
        let shown = || incoming.key.replace('\u{1f}', " / ");
        match self.mode {
            Mode::Update if versions.is_empty() => {
                let reason = format!("there is no {:?} yet, and --mode update adds none", shown());
                return Err(violation(key_column, reason));
            }
            Mode::Insert if versions.iter().any(|version| version.earlier) => {
                let reason = format!("{:?} is there already, and --mode insert changes none", shown());
                return Err(violation(key_column, reason));
            }
            _ => {}
        }
        let in_force = order::in_force(versions, incoming.recorded_at.unwrap_or(self.imported_at));
        // A row recorded before all others keeps what held from the beginning.
        let kept =
            in_force.or_else(|| order::first(versions)).and_then(|position| versions[position].row.as_ref());
        let (key, recorded_at) = (incoming.key.clone(), incoming.recorded_at);
        let row = self.merged(incoming, kept)?;
        let attributes = cell::attributes_text(&row.attributes);
        let content = cell::content(&row, attributes.as_deref(), &mut self.scratch);
        if in_force.is_some_and(|position| versions[position].content == content) {
            return Ok(Outcome::Unchanged);
        }
        let outcome = if versions.is_empty() { Outcome::Added } else { Outcome::Changed };
        let sequence = versions.last().map_or(1, |version| version.sequence + 1);
        let version = Known {
            sequence,
            recorded_at,
            imported_at: self.imported_at,
            content,
            earlier: false,
            row: self.whole.then(|| row.clone()),
        };
        let n_bytes = self.scratch.len() + key.len();
        self.known.entry(key.clone()).or_default().push(version);
        self.pending.push(Pending {
            key,
            sequence,
            recorded_at,
            content,
            cells: row.cells,
            attributes,
            n_bytes,
        });
        Ok(outcome)
    }

    /// The row with what it keeps of a known one.
    fn merged(&self, incoming: Incoming, kept: Option<&Row>) -> Result<Row, Violation> {
        let mut keeps = false;
        let mut cells = Vec::with_capacity(incoming.cells.len());
        for (index, (column, given)) in self.file.columns.iter().zip(incoming.cells).enumerate() {
            let violation = |reason| Violation { column: column.name, reason };
            let cell = match given {
                Some(given) => {
                    if let Some(reason) = cell::unstorable(column.kind, &given) {
                        return Err(violation(reason));
                    }
                    given
                }
                None => {
                    keeps = true;
                    kept.map(|row| row.cells[index].clone()).unwrap_or_default()
                }
            };
            if cell.is_empty() && column.required {
                return Err(violation(format!("{} is empty, and every row must have it", column.name)));
            }
            if column.refers_to.is_some()
                && let Cell::Text(text) = &cell
                && let Some(reason) = unstorable_key(text)
            {
                return Err(violation(reason));
            }
            cells.push(cell);
        }
        if let Some(reason) = cell::unstorable_attributes(&incoming.attributes) {
            return Err(Violation { column: self.file.key[0], reason });
        }
        let mut attributes = Attributes::new();
        if let (true, Some(kept)) = (incoming.keep_attributes, kept) {
            attributes.clone_from(&kept.attributes);
            for name in &incoming.cleared_attributes {
                attributes.remove(name);
            }
        }
        attributes.extend(incoming.attributes);
        let row = Row { cells, attributes };
        if keeps {
            (self.file.check)(&row)?;
        }
        Ok(row)
    }
}

fn unstorable_key(key: &str) -> Option<String> {
    if key.len() > MAX_KEY_BYTES {
        let start = cell::shortened(key);
        return Some(format!(
            "the key {start:?}… has {} bytes, and at most {MAX_KEY_BYTES} are kept",
            key.len()
        ));
    }
    cell::unstorable_text(key)
}

async fn insert(
    connection: &mut AnyConnection,
    table: &Table,
    mut pending: Vec<Pending>,
    imported_at: Instant,
    import_id: &str,
) -> sqlx::Result<()> {
    // Neighbours in the index are written together.
    pending.sort_by(|a, b| (&a.key, a.sequence).cmp(&(&b.key, b.sequence)));
    let mut left = pending.into_iter();
    while !left.as_slice().is_empty() {
        let next = left.as_slice();
        let n_bytes: usize = next.iter().take(INSERT_ROWS[0]).map(|row| row.n_bytes).sum();
        let (sql, n_rows) = table.insert(if n_bytes > MAX_INSERT_BYTES { 1 } else { next.len() });
        let mut arguments = AnyArguments::default();
        arguments
            .add(imported_at.micros())
            .and_then(|()| arguments.add(import_id))
            .map_err(sqlx::Error::Encode)?;
        for row in left.by_ref().take(n_rows) {
            bind(&mut arguments, table.file, row).map_err(sqlx::Error::Encode)?;
        }
        sqlx::query_with(sql, arguments).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Adds a row in the order of the statement: the columns of every table, then those of the file.
fn bind(arguments: &mut AnyArguments, file: &File, row: Pending) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(row.key)?;
    arguments.add(row.sequence)?;
    arguments.add(row.recorded_at.map(Instant::micros))?;
    arguments.add(row.content)?;
    arguments.add(row.attributes)?;
    for (column, cell) in file.columns.iter().zip(row.cells) {
        cell::bind(arguments, column.kind, cell)?;
    }
    Ok(())
}
