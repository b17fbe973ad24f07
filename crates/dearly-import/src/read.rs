//! The two passes over a file.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use dearly_domain::{Attributes, Cell, File, Instant, Row};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use crate::attribute::{AttributeKind, Typing, attribute};
use crate::checks::Checks;
use crate::duplicates::{Collector, Duplicates, Place, Standing};
use crate::error::FileError;
use crate::format::{Fault, Next, RawRow, Table};
use crate::lineage::Lineage;
use crate::mapping::table::Bound;
use crate::nearest;
use crate::parse::{Layout, Refusal, Value, Values, items, quoted};
use crate::source::{Meter, Source};

/// How to read a file.
#[derive(Clone, Default)]
pub struct Reading {
    /// Told about every mebibyte read, and the end.
    pub progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("progress", &self.progress.is_some()).finish()
    }
}

/// How far the reading of a file is. Both passes count, so the total is twice the size on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file of the book.
    pub file: &'static str,
    /// The bytes read so far.
    pub read: u64,
    /// All bytes.
    pub total: u64,
}

/// A row of the file, in the form of the book.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedRow {
    /// The line where it begins, from 1; in Parquet the number of the row.
    pub line: u64,
    /// Its key: the key cells joined by U+001F. A row without one, an event without `message_id`, has `#`, the hash
    /// of what it says, `:` and how often the file said it before.
    pub key: String,
    /// When it became known, where the file says so.
    pub recorded_at: Option<Instant>,
    /// A cell per column of the book's file; `None` where the row does not have the column and keeps what was known.
    pub cells: Vec<Option<Cell>>,
    /// The unknown columns that are not empty.
    pub attributes: Attributes,
}

/// A row that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The name of the file it stands in.
    pub source: String,
    /// The line where it begins, from 1.
    pub line: u64,
    /// The column at fault, where one is.
    pub column: Option<String>,
    /// What was wrong, with the value, and what was expected.
    pub reason: String,
    /// Its cells as they stood, by [`Prepared::reject_columns`].
    #[serde(skip)]
    pub raw: Vec<String>,
}

/// What became of a row of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// It can be stored.
    Row(ParsedRow),
    /// It says the same as an earlier row of the file: unchanged.
    Repeat {
        /// The line where it begins.
        line: u64,
    },
    /// It is not taken.
    Reject(Reject),
}

/// Something that rows are read from.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    File(Source),
    Mapped(Arc<Bound>),
}

impl Input {
    pub(crate) fn name(&self) -> &str {
        match self {
            Input::File(source) => &source.name,
            Input::Mapped(bound) => &bound.source.name,
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Input::File(source) => source.bytes,
            Input::Mapped(bound) => bound.source.bytes,
        }
    }

    fn open(&self, meter: &Arc<Meter>) -> Result<Table, FileError> {
        match self {
            Input::File(source) => source.open(meter),
            Input::Mapped(bound) => bound.open(meter).map(|table| Table::Mapped(Box::new(table))),
        }
    }

    fn keeps_empty(&self) -> bool {
        match self {
            Input::File(_) => false,
            Input::Mapped(bound) => bound.keeps_empty,
        }
    }
}

/// A file of the book after the first pass: what only the whole file can say is known.
#[derive(Debug)]
pub struct Prepared {
    file: &'static File,
    inputs: Vec<Input>,
    layouts: Vec<Layout>,
    kinds: BTreeMap<String, AttributeKind>,
    duplicates: Duplicates,
    lineage: Lineage,
    /// The rows that break a rule of their own, by number.
    refused: Bits,
    currencies: BTreeMap<String, u64>,
    notes: Vec<String>,
    reject_columns: Vec<String>,
    /// Where the original cells of each input stand among the columns of the rejects.
    reject_places: Vec<Vec<Option<usize>>>,
    rows: u64,
    meter: Arc<Meter>,
}

#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, index: u64) {
        let word = (index / 64) as usize;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (index % 64);
    }

    fn get(&self, index: u64) -> bool {
        self.0.get((index / 64) as usize).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

impl Prepared {
    /// The first pass.
    pub(crate) fn new(
        file: &'static File,
        inputs: Vec<Input>,
        reading: &Reading,
    ) -> Result<Prepared, FileError> {
        let total = 2 * inputs.iter().map(Input::bytes).sum::<u64>();
        let meter = Arc::new(Meter::new(file.name, total, reading));
        let mut prepared = Prepared {
            file,
            inputs,
            layouts: Vec::new(),
            kinds: BTreeMap::new(),
            duplicates: Duplicates::default(),
            lineage: Lineage::default(),
            refused: Bits::default(),
            currencies: BTreeMap::new(),
            notes: Vec::new(),
            reject_columns: Vec::new(),
            reject_places: Vec::new(),
            rows: 0,
            meter,
        };
        let mut tables = Vec::new();
        for input in &prepared.inputs {
            let table = input.open(&prepared.meter)?;
            prepared.layouts.push(Layout::new(file, input.name(), table.columns(), input.keeps_empty())?);
            tables.push(table);
        }
        prepared.lay_rejects_out(&tables);
        prepared.scan(tables)?;
        Ok(prepared)
    }

    fn lay_rejects_out(&mut self, tables: &[Table]) {
        for table in tables {
            let mut places = Vec::new();
            for column in table.original_columns() {
                if column.starts_with('_')
                    && ["_line", "_column", "_reason", "_source"].contains(&column.as_str())
                {
                    places.push(None);
                    continue;
                }
                let known = self.reject_columns.iter().position(|known| known == column);
                places.push(Some(known.unwrap_or_else(|| {
                    self.reject_columns.push(column.clone());
                    self.reject_columns.len() - 1
                })));
            }
            self.reject_places.push(places);
        }
    }

    fn scan(&mut self, tables: Vec<Table>) -> Result<(), FileError> {
        let has_recorded_at = self.layouts.iter().any(Layout::has_recorded_at);
        let refers_to_itself = self_references(self.file).next().is_some();
        let currency = self.file.position("currency");
        let mut collector = Collector::new(has_recorded_at);
        let mut typings: BTreeMap<&str, Typing> = BTreeMap::new();
        let (mut row, mut checked, mut bytes) = (RawRow::default(), Row::default(), Vec::new());
        let (mut bare, mut number) = (0_u64, 0);
        let mut table_notes = Vec::new();
        for (input, mut table) in tables.into_iter().enumerate() {
            let layout = &self.layouts[input];
            let mut columns: Vec<Typing> = vec![Typing::default(); layout.attributes.len()];
            loop {
                match table.next(&mut row)? {
                    Next::End => break,
                    Next::Fault(_) => {
                        self.rows += 1;
                        continue;
                    }
                    Next::Row => self.rows += 1,
                }
                number += 1;
                for ((_, place), typing) in layout.attributes.iter().zip(&mut columns) {
                    if let Some(text) = layout.attribute(&row, *place) {
                        typing.see(text);
                    }
                }
                let Ok(values) = layout.read(&row) else { continue };
                if layout.check(&values, &mut checked).is_err() {
                    self.refused.set(number - 1);
                    continue;
                }
                bare += u64::from(values.bare);
                let place = Place::new(input, row.line);
                let key = layout.key_hash(&values, &mut bytes);
                let content = identity(layout, &row, &values, &mut bytes);
                collector.add(key, content, values.recorded_at, place);
                if let Some(Value::Text(code)) = currency.map(|position| values.cells[position]) {
                    match self.currencies.get_mut(code) {
                        Some(count) => *count += 1,
                        None => drop(self.currencies.insert(code.to_owned(), 1)),
                    }
                }
                if refers_to_itself {
                    let parents = self_references(self.file)
                        .filter_map(|position| match values.cells[position] {
                            Value::Text(parent) => Some(parent.to_owned()),
                            _ => None,
                        })
                        .collect();
                    self.lineage.add(place, layout.key(&values).unwrap_or_default(), parents);
                }
            }
            for ((name, _), typing) in layout.attributes.iter().zip(columns) {
                typings.entry(name).or_default().join(typing);
            }
            table_notes.extend(table.notes());
        }
        self.duplicates = collector.settle();
        self.kinds = typings.into_iter().map(|(name, typing)| (name.to_owned(), typing.kind())).collect();
        self.note(has_recorded_at, bare);
        self.notes.extend(table_notes);
        Ok(())
    }

    fn note(&mut self, has_recorded_at: bool, bare: u64) {
        if !has_recorded_at {
            self.notes.push("no recorded_at: every fact counts as known from its own day".to_owned());
        }
        if bare > 0 {
            self.notes.push(format!("{bare} instants without an offset were read as UTC"));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<String> =
                self.kinds.iter().map(|(name, kind)| format!("{name} ({kind})")).collect();
            self.notes.push(format!("unknown columns kept as attributes: {}", kinds.join(", ")));
        }
        let absent = |name: &&str| {
            let position = self.file.position(name);
            position.is_some_and(|position| self.layouts.iter().all(|layout| !layout.has(position)))
        };
        let candidates: Vec<&str> =
            self.file.columns.iter().map(|column| column.name).filter(absent).collect();
        for name in self.kinds.keys() {
            if let Some(near) = nearest::nearest(name, candidates.iter().copied()) {
                let file = self.file.name;
                self.notes.push(format!("{name:?} is not a column of {file}, did you mean {near}?"));
            }
        }
        let left_out: Vec<&str> =
            self.layouts.iter().flat_map(|layout| &layout.left_out).map(String::as_str).collect();
        if !left_out.is_empty() {
            self.notes.push(format!("left out: {}", left_out.join(", ")));
        }
    }

    /// The file of the book.
    pub fn file(&self) -> &'static File {
        self.file
    }

    /// How many rows the second pass will give.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What the report should say about the file.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The unknown columns with their types. An attribute among them that a row lacks is cleared; others are kept.
    pub fn attribute_kinds(&self) -> &BTreeMap<String, AttributeKind> {
        &self.kinds
    }

    /// The columns of a rejected row.
    pub fn reject_columns(&self) -> &[String] {
        &self.reject_columns
    }

    /// Whether the rows come from several files, so that a line alone does not say where one stands.
    pub fn has_several_sources(&self) -> bool {
        self.inputs.len() > 1
    }

    /// How many readable rows name which currency.
    pub fn currencies(&self) -> &BTreeMap<String, u64> {
        &self.currencies
    }

    /// The second pass: an entry for every row of the file. Rows of one key follow one another by `recorded_at`;
    /// otherwise the order is the file's.
    ///
    /// # Errors
    /// [`FileError`] where the file cannot be opened any more; from the iterator where it cannot be read to its end.
    pub fn rows<'a>(&'a self, checks: &'a dyn Checks) -> Result<Rows<'a>, FileError> {
        let orphans = self.lineage.orphans(
            |key| checks.knows(self.file.name, key),
            |place, key| {
                !matches!(self.duplicates.standing(place), Some(Standing::Differs(_)))
                    && checks.admits(self.file.name, key).is_ok()
            },
        );
        let mut rows = Rows {
            prepared: self,
            checks,
            orphans,
            input: 0,
            table: None,
            row: RawRow::default(),
            number: 0,
            held: HashMap::new(),
            ready: VecDeque::new(),
            said: HashMap::new(),
            checked: Row::default(),
            bytes: Vec::new(),
        };
        rows.open()?;
        Ok(rows)
    }

    fn reject(&self, input: usize, line: u64, refusal: Refusal, original: Vec<String>) -> Reject {
        let mut raw = vec![String::new(); self.reject_columns.len().max(1)];
        let places = &self.reject_places[input];
        if let [whole] = &original[..]
            && places.len() > 1
        {
            // A row that could not be split stands in the first column.
            raw[0].clone_from(whole);
        } else {
            for (cell, place) in original.into_iter().zip(places) {
                if let Some(place) = place {
                    raw[*place] = cell;
                }
            }
        }
        let Refusal { column, reason } = refusal;
        Reject { source: self.inputs[input].name().to_owned(), line, column, reason, raw }
    }
}

/// The positions of the columns that refer to the file they stand in.
fn self_references(file: &'static File) -> impl Iterator<Item = usize> {
    let own = move |(position, column): (usize, &dearly_domain::Column)| {
        (column.refers_to == Some(file.name)).then_some(position)
    };
    file.columns.iter().enumerate().filter_map(own)
}

/// What a row says; for one without a key, together with when it was recorded.
fn identity(layout: &Layout, row: &RawRow, values: &Values<'_>, bytes: &mut Vec<u8>) -> u128 {
    let may_lack_key = layout
        .file
        .key
        .iter()
        .any(|key| layout.file.columns.iter().any(|column| column.name == *key && !column.required));
    let content = layout.content(row, values, !may_lack_key, bytes);
    match values.recorded_at {
        Some(at) if may_lack_key => {
            bytes.clear();
            bytes.extend_from_slice(&content.to_le_bytes());
            bytes.extend_from_slice(&at.micros().to_le_bytes());
            xxh3_128(bytes)
        }
        _ => content,
    }
}

/// The rows of a file, one after the other.
pub struct Rows<'a> {
    prepared: &'a Prepared,
    checks: &'a dyn Checks,
    orphans: HashSet<Place>,
    input: usize,
    table: Option<Table>,
    row: RawRow,
    number: u64,
    /// Rows that wait for the other versions of their key, and how many are still to come.
    held: HashMap<u128, (u32, Vec<ParsedRow>)>,
    ready: VecDeque<Entry>,
    /// How often each repeated row without a key was said so far.
    said: HashMap<u128, u32>,
    checked: Row,
    bytes: Vec<u8>,
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("file", &self.prepared.file).field("number", &self.number).finish()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Entry, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Some(Ok(entry));
            }
            let Some(table) = &mut self.table else {
                // Only where two keys share a hash does anything still wait here.
                let (_, (_, rows)) = self.held.drain().next()?;
                self.release(rows);
                continue;
            };
            match table.next(&mut self.row) {
                Err(error) => {
                    self.table = None;
                    return Some(Err(error));
                }
                Ok(Next::End) => {
                    self.input += 1;
                    if let Err(error) = self.open() {
                        return Some(Err(error));
                    }
                }
                Ok(Next::Fault(Fault { line, column, reason, raw })) => {
                    let refusal = Refusal { column, reason };
                    return Some(Ok(Entry::Reject(self.prepared.reject(self.input, line, refusal, raw))));
                }
                Ok(Next::Row) => {
                    self.number += 1;
                    let place = Place::new(self.input, self.row.line);
                    match self.judge(place) {
                        Err((key, refusal)) => {
                            if let Some(key) = key {
                                self.hold(key, None);
                            }
                            let original = self.table.as_ref().map(|table| table.original(&self.row));
                            let (input, line) = (self.input, self.row.line);
                            let reject =
                                self.prepared.reject(input, line, refusal, original.unwrap_or_default());
                            return Some(Ok(Entry::Reject(reject)));
                        }
                        Ok(None) => return Some(Ok(Entry::Repeat { line: self.row.line })),
                        Ok(Some((None, row))) => return Some(Ok(Entry::Row(row))),
                        Ok(Some((Some(key), row))) => self.hold(key, Some(row)),
                    }
                }
            }
        }
    }
}

/// A row that is taken, with the hash of its key where it waits for other versions.
type Taken = (Option<u128>, ParsedRow);

impl Rows<'_> {
    fn open(&mut self) -> Result<(), FileError> {
        self.table = None;
        if let Some(input) = self.prepared.inputs.get(self.input) {
            self.table = Some(input.open(&self.prepared.meter)?);
        }
        Ok(())
    }

    /// Decides about the row that has been read: taken, the same as an earlier one, or refused (then with the hash of
    /// a key whose other versions wait for it).
    fn judge(&mut self, place: Place) -> Result<Option<Taken>, (Option<u128>, Refusal)> {
        let prepared = self.prepared;
        let layout = &prepared.layouts[self.input];
        let file = prepared.file;
        let values = layout.read(&self.row).map_err(|refusal| (None, refusal))?;
        if prepared.refused.get(self.number - 1) {
            layout.check(&values, &mut self.checked).map_err(|refusal| (None, refusal))?;
        }
        let hash = layout.key_hash(&values, &mut self.bytes);
        let standing = prepared.duplicates.standing(place);
        let key = layout.key(&values);
        if let Some(Standing::Differs(other)) = standing {
            return Err((None, self.differs(place, other, key.as_deref().unwrap_or_default())));
        }
        let versions = hash.filter(|hash| prepared.duplicates.versions(*hash).is_some());
        let versions = if standing == Some(Standing::Repeats) { None } else { versions };
        self.consult(place, &values, key.as_deref()).map_err(|refusal| (versions, refusal))?;
        if standing == Some(Standing::Repeats) {
            return Ok(None);
        }
        let key = match key {
            Some(key) => key,
            None => {
                let identity = identity(layout, &self.row, &values, &mut self.bytes);
                let occurrence = if prepared.duplicates.is_repeated(identity) {
                    let count = self.said.entry(identity).or_default();
                    std::mem::replace(count, *count + 1)
                } else {
                    0
                };
                format!("#{identity:032x}:{occurrence}")
            }
        };
        let mut attributes = Attributes::new();
        for (name, column) in &layout.attributes {
            if let (Some(text), Some(kind)) = (layout.attribute(&self.row, *column), prepared.kinds.get(name))
            {
                attributes.insert(name.clone(), attribute(*kind, text));
            }
        }
        let cells = values.cells[..file.columns.len()].iter();
        let cells =
            cells.map(|value| if *value == Value::Absent { None } else { Some(value.to_cell()) }).collect();
        let row = ParsedRow { line: self.row.line, key, recorded_at: values.recorded_at, cells, attributes };
        Ok(Some((versions, row)))
    }

    /// Asks those who know the store.
    fn consult(&self, place: Place, values: &Values<'_>, key: Option<&str>) -> Result<(), Refusal> {
        let file = self.prepared.file;
        for (column, value) in file.columns.iter().zip(&values.cells) {
            let Some(target) = column.refers_to else { continue };
            let unknown = match value {
                Value::Text(_) if target == file.name && !self.orphans.contains(&place) => None,
                Value::Text(key) if !self.checks.knows(target, key) => Some(*key),
                Value::List(text) => items(text).find(|key| !self.checks.knows(target, key)),
                _ => None,
            };
            if let Some(key) = unknown {
                let own = target == file.name;
                let reason = if own { " and no row of the file that is taken adds it" } else { "" };
                let reason = format!("{} {} does not exist{reason}", one_of(target), quoted(key));
                return Err(Refusal { column: Some(column.name.to_owned()), reason });
            }
        }
        if let Some(position) = file.position("currency")
            && let Value::Text(code) = values.cells[position]
        {
            let refuse = |reason| Refusal { column: Some("currency".to_owned()), reason };
            self.checks.convertible(code).map_err(refuse)?;
        }
        if let Some(key) = key {
            let refuse = |reason| Refusal { column: Some(file.key[0].to_owned()), reason };
            self.checks.admits(file.name, key).map_err(refuse)?;
        }
        Ok(())
    }

    fn differs(&self, place: Place, other: Place, key: &str) -> Refusal {
        let file = self.prepared.file;
        let named = if other.input() == place.input() {
            String::new()
        } else {
            format!(" of {}", self.prepared.inputs[other.input()].name())
        };
        let reason = format!(
            "differs from line {}{named} with the same {} {}, and no different recorded_at says which is newer",
            other.line(),
            file.key.join(", "),
            quoted(&key.replace('\u{1f}', ", "))
        );
        Refusal { column: Some(file.key[0].to_owned()), reason }
    }

    /// Holds a row until all versions of its key are there; `None` stands for one that is refused.
    fn hold(&mut self, key: u128, row: Option<ParsedRow>) {
        let all = self.prepared.duplicates.versions(key).unwrap_or(1);
        let (missing, rows) = self.held.entry(key).or_insert_with(|| (all, Vec::new()));
        *missing = missing.saturating_sub(1);
        rows.extend(row);
        if *missing == 0
            && let Some((_, rows)) = self.held.remove(&key)
        {
            self.release(rows);
        }
    }

    fn release(&mut self, mut rows: Vec<ParsedRow>) {
        // What was never said to be recorded is known from now on: after all that was.
        rows.sort_by(|a, b| {
            (&a.key, a.recorded_at.is_none(), a.recorded_at).cmp(&(
                &b.key,
                b.recorded_at.is_none(),
                b.recorded_at,
            ))
        });
        self.ready.extend(rows.into_iter().map(Entry::Row));
    }
}

/// One of the rows of a file, in words.
fn one_of(file: &str) -> &str {
    match file {
        "people" => "person",
        "activities" => "activity",
        other => other.strip_suffix('s').unwrap_or(other),
    }
}
