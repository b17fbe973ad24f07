//! Joins: rows of another source, found by key and held in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::expression::{self, Expression, Names, Scope, Slot};
use super::yaml::{Fields, Node};
use super::{Problems, Word, is_identifier};
use crate::error::FileError;
use crate::format::{Next, RawRow};
use crate::source::{Meter, Source};

/// A join as written.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) source: Word,
    /// The name of the table in columns and expressions.
    pub(crate) alias: Word,
    /// Columns so far, and the columns of the source that must be equal to them.
    pub(crate) on: Vec<(Word, Word)>,
    /// Which rows of the source count.
    pub(crate) filter: Option<Expression>,
    pub(crate) take: Option<Take>,
}

/// Which of several rows is joined: the one with the lowest or the highest cell of a column.
#[derive(Clone, Debug)]
pub(crate) struct Take {
    pub(crate) last: bool,
    pub(crate) by: Word,
}

impl Join {
    pub(crate) fn decode(node: &Node, problems: &mut Problems) -> Option<Join> {
        let mut fields = Fields::of(node, &["source", "on", "as", "where", "take"], "a join", problems)?;
        let source = fields.text("source", problems);
        let alias = fields.optional_text("as", problems).or_else(|| source.clone());
        if let Some(alias) = &alias
            && (!is_identifier(&alias.text) || alias.text == "row")
        {
            problems.add(
                alias.at,
                format!("{:?} must be a word of letters, digits and _, and not row", alias.text),
            );
        }
        let mut on = Vec::new();
        for (left, right) in fields.entries("on", problems) {
            match right.word() {
                Some(right) => on.push((left.clone(), right)),
                None => problems.add(right.at, format!("expected a column, found {}", right.kind())),
            }
        }
        if let Some(node) = fields.optional("on").filter(|_| on.is_empty()) {
            problems.add(node.at, "on needs at least one pair of columns");
        }
        let filter =
            fields.optional_text("where", problems).and_then(|word| Expression::compile(word, problems));
        let take = fields.optional("take").and_then(|node| {
            let fields = Fields::of(node, &["first", "last"], "take", problems)?;
            match (fields.optional_text("first", problems), fields.optional_text("last", problems)) {
                (Some(by), None) => Some(Take { last: false, by }),
                (None, Some(by)) => Some(Take { last: true, by }),
                _ => {
                    problems.add(node.at, "take needs first or last with a column");
                    None
                }
            }
        });
        Some(Join { source: source?, alias: alias?, on, filter, take })
    }
}

/// A row of a joined table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RightRow {
    text: Box<str>,
    spans: Box<[(u32, u32)]>,
}

impl RightRow {
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.spans
            .get(column)
            .and_then(|(start, end)| self.text.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }
}

/// How a join is done, its names resolved.
#[derive(Debug)]
pub(crate) struct BoundJoin {
    pub(crate) source: Source,
    pub(crate) left: Vec<Slot>,
    pub(crate) right: Vec<usize>,
    /// The columns of the key, for messages.
    pub(crate) on: String,
    pub(crate) filter: Option<(Expression, Names)>,
    pub(crate) take: Option<(bool, usize)>,
}

/// The rows of a joined table by key.
#[derive(Debug)]
pub(crate) struct Lookup {
    rows: HashMap<String, Vec<RightRow>>,
    /// Rows that could not be read.
    pub(crate) faults: u64,
}

impl BoundJoin {
    /// Reads the table into memory.
    pub(crate) fn load(&self, meter: &Arc<Meter>) -> Result<Lookup, FileError> {
        let root = self.filter.is_some().then(expression::root);
        let mut table = self.source.open(meter)?;
        let mut lookup = Lookup { rows: HashMap::new(), faults: 0 };
        let (mut row, mut key) = (RawRow::default(), String::new());
        loop {
            match table.next(&mut row)? {
                Next::End => break,
                Next::Fault(_) => {
                    lookup.faults += 1;
                    continue;
                }
                Next::Row => {}
            }
            if let (Some(root), Some((filter, names))) = (&root, &self.filter) {
                match filter.holds(root, &Scope { names, row: &row, joined: &[] }) {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(_) => {
                        lookup.faults += 1;
                        continue;
                    }
                }
            }
            key.clear();
            let cells = self.right.iter().map(|column| row.cell(*column).unwrap_or_default().trim());
            if !join_key(cells, &mut key) {
                continue;
            }
            // An absent cell is an empty one here.
            let spans = row.spans.iter().map(|span| if span.0 > span.1 { (0, 0) } else { *span }).collect();
            let right = RightRow { text: row.text.as_str().into(), spans };
            match lookup.rows.get_mut(&key) {
                Some(rows) => self.keep(rows, right),
                None => drop(lookup.rows.insert(key.clone(), vec![right])),
            }
        }
        Ok(lookup)
    }

    /// Keeps a further row of a key: all, or with `take` those that go furthest.
    fn keep(&self, rows: &mut Vec<RightRow>, row: RightRow) {
        if let Some((last, by)) = self.take {
            let order = compare(row.cell(by).trim(), rows[0].cell(by).trim());
            let order = if last { order.reverse() } else { order };
            match order {
                std::cmp::Ordering::Less => rows.clear(),
                std::cmp::Ordering::Greater => return,
                std::cmp::Ordering::Equal if rows.contains(&row) => return,
                std::cmp::Ordering::Equal => {}
            }
        }
        rows.push(row);
    }

    /// The row joined to the row of a scope; none where the key is empty or unknown.
    pub(crate) fn find<'l>(
        &self,
        lookup: &'l Lookup,
        scope: &Scope<'_>,
        key: &mut String,
    ) -> Result<Option<&'l RightRow>, String> {
        key.clear();
        if !join_key(self.left.iter().map(|slot| scope.cell(*slot)), key) {
            return Ok(None);
        }
        match lookup.rows.get(key).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([row]) => Ok(Some(row)),
            Some(rows) => {
                let (count, name, on, key) =
                    (rows.len(), &self.source.name, &self.on, key.replace('\u{1f}', ", "));
                let also = if self.take.is_some() { ", also by take" } else { "; say which with take" };
                Err(format!("{count} rows of {name} have {on} {key:?}{also}"))
            }
        }
    }
}

/// Joins the cells of a key; `false` where one is empty, which equals nothing.
fn join_key<'c>(cells: impl Iterator<Item = &'c str>, key: &mut String) -> bool {
    for (index, cell) in cells.enumerate() {
        if cell.is_empty() {
            return false;
        }
        if index > 0 {
            key.push('\u{1f}');
        }
        key.push_str(cell);
    }
    true
}

/// Numbers by their value, anything else (dates as the book writes them) as text.
fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}
