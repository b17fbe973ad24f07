//! A block fitted to its files, and the table that comes out of it.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use cel::Context;
use dearly_domain::File;

use super::block::{Block, Kept};
use super::expression::{self, Expression, Names, Scope, Slot};
use super::join::{BoundJoin, Lookup, RightRow};
use super::make::{Make, Piece, Translation};
use super::{Problems, Word};
use crate::error::FileError;
use crate::format::{Fault, Next, RawRow, Table};
use crate::nearest;
use crate::read::Reading;
use crate::source::{Meter, Source};

/// A source whose columns are known.
#[derive(Debug)]
pub(crate) struct Known {
    source: Source,
    columns: Vec<String>,
}

impl Known {
    pub(crate) fn read(source: Source) -> Result<Known, FileError> {
        let meter = Arc::new(Meter::new("", 0, &Reading::default()));
        let columns: Vec<String> =
            source.open(&meter)?.columns().iter().map(|column| column.trim().to_owned()).collect();
        if columns.iter().all(String::is_empty) {
            return Err(FileError::unreadable(&source.name, "is empty; expected a header"));
        }
        let mut seen = HashSet::new();
        if let Some(column) =
            columns.iter().find(|column| !column.is_empty() && !seen.insert(column.as_str()))
        {
            return Err(FileError::DuplicateColumn {
                source_name: source.name.clone(),
                column: column.clone(),
            });
        }
        Ok(Known { source, columns })
    }
}

/// A block whose names have been found.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) file: &'static File,
    pub(crate) source: Source,
    pub(crate) keeps_empty: bool,
    columns: Vec<String>,
    makes: Vec<BoundMake>,
    joins: Vec<BoundJoin>,
    /// The joined tables, read when first needed and kept for the second pass.
    lookups: OnceLock<Result<Vec<Lookup>, FileError>>,
    filter: Option<Expression>,
    names: Names,
}

#[derive(Debug)]
enum BoundMake {
    Cell(Slot),
    Translated(Slot, Translation),
    Constant(String),
    Text(Vec<BoundPiece>),
    Expression(Expression),
}

#[derive(Debug)]
enum BoundPiece {
    Constant(String),
    Cell(Slot),
}

impl Bound {
    pub(crate) fn new<'k>(
        block: &Block,
        tables: &dyn Fn(&str) -> &'k Known,
        problems: &mut Problems,
    ) -> Option<Bound> {
        let own = tables(&block.from.text);
        let root = expression::root();
        let mut names = Names::default();
        names.add("row", &own.columns, true);
        let mut joins = Vec::new();
        for join in &block.joins {
            let right = tables(&join.source.text);
            let column = |word: &Word, problems: &mut Problems| {
                let found = right.columns.iter().position(|column| *column == word.text);
                if found.is_none() {
                    let hint = nearest::hint(&word.text, right.columns.iter().map(String::as_str));
                    problems
                        .add(word.at, format!("{} has no column {:?}{hint}", right.source.name, word.text));
                }
                found.unwrap_or_default()
            };
            let left = join.on.iter().filter_map(|(left, _)| names.find(left, problems)).collect();
            let on = join.on.iter().map(|(_, right)| right.text.as_str()).collect::<Vec<_>>().join(", ");
            let right_columns = join.on.iter().map(|(_, word)| column(word, problems)).collect();
            let take = join.take.as_ref().map(|take| (take.last, column(&take.by, problems)));
            let filter = join.filter.clone().map(|filter| {
                let mut names = Names::default();
                names.add("row", &right.columns, true);
                filter.check(&names, &root, problems);
                (filter, names)
            });
            let alias = &join.alias;
            if names.tables.iter().any(|(table, _)| *table == alias.text) {
                problems.add(alias.at, format!("{:?} is joined twice; name one of them with as", alias.text));
            } else if names.slots.contains_key(&alias.text) {
                let message =
                    format!("{:?} is a column too; name the joined table otherwise with as", alias.text);
                problems.add(alias.at, message);
            }
            joins.push(BoundJoin {
                source: right.source.clone(),
                left,
                right: right_columns,
                on,
                filter,
                take,
            });
            names.add(&join.alias.text, &right.columns, false);
        }
        if let Some(filter) = &block.filter {
            filter.check(&names, &root, problems);
        }
        let mut columns = Vec::new();
        let mut makes = Vec::new();
        let mut used: HashSet<&str> = HashSet::new();
        let mut add = |name: &str, make: &Make, problems: &mut Problems| {
            if let Some(make) = BoundMake::new(make, &names, &root, problems) {
                columns.push(name.to_owned());
                makes.push(make);
            }
        };
        for (name, make) in &block.columns {
            if let Make::Column { column, .. } = make {
                used.insert(&column.text);
            }
            add(&name.text, make, problems);
        }
        match &block.attributes {
            Kept::Named(attributes) => {
                for (name, make) in attributes {
                    if block.file.position(&name.text).is_some() {
                        let message = format!(
                            "{:?} is a column of {}: name it under columns",
                            name.text, block.file.name
                        );
                        problems.add(name.at, message);
                    }
                    add(&name.text, make, problems);
                }
            }
            Kept::Others => {
                for column in own.columns.iter().filter(|column| !column.is_empty()) {
                    // A column that bears the name of one of the book's but is not mapped to it means something else.
                    if !used.contains(column.as_str()) && block.file.position(column).is_none() {
                        add(column, &Make::copy(Word { text: column.clone(), at: block.from.at }), problems);
                    }
                }
            }
        }
        Some(Bound {
            file: block.file,
            source: own.source.clone(),
            keeps_empty: block.keeps_empty,
            columns,
            makes,
            joins,
            lookups: OnceLock::new(),
            filter: block.filter.clone(),
            names,
        })
    }

    pub(crate) fn open(self: &Arc<Bound>, meter: &Arc<Meter>) -> Result<MappedTable, FileError> {
        // Joined tables are not part of the progress: they are small, or the join would not fit into memory.
        let silent = Arc::new(Meter::new(self.file.name, 0, &Reading::default()));
        let load = || self.joins.iter().map(|join| join.load(&silent)).collect();
        if let Err(error) = self.lookups.get_or_init(load) {
            return Err(error.clone());
        }
        let table = self.source.open(meter)?;
        let needs_cel =
            self.filter.is_some() || self.makes.iter().any(|make| matches!(make, BoundMake::Expression(_)));
        Ok(MappedTable {
            bound: Arc::clone(self),
            table: Box::new(table),
            row: RawRow::default(),
            root: needs_cel.then(expression::root),
            key: String::new(),
            left_out: 0,
        })
    }
}

impl BoundMake {
    fn new(make: &Make, names: &Names, root: &Context<'_, '_>, problems: &mut Problems) -> Option<BoundMake> {
        Some(match make {
            Make::Column { column, translation } => {
                let slot = names.find(column, problems)?;
                if translation.is_none() {
                    BoundMake::Cell(slot)
                } else {
                    BoundMake::Translated(slot, translation.clone())
                }
            }
            Make::Constant(text) => BoundMake::Constant(text.clone()),
            Make::Text(pieces) => {
                let mut bound = Vec::new();
                for piece in pieces {
                    bound.push(match piece {
                        Piece::Constant(text) => BoundPiece::Constant(text.clone()),
                        Piece::Column(word) => BoundPiece::Cell(names.find(word, problems)?),
                    });
                }
                BoundMake::Text(bound)
            }
            Make::Expression(expression) => {
                expression.check(names, root, problems);
                BoundMake::Expression(expression.clone())
            }
        })
    }
}

impl Names {
    fn add(&mut self, table: &str, columns: &[String], own: bool) {
        let index = self.tables.len();
        for (column, name) in columns.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let slot = Slot { table: index, column };
            if own {
                self.slots.insert(name.clone(), slot);
            }
            self.slots.entry(format!("{table}.{name}")).or_insert(slot);
        }
        self.tables.push((table.to_owned(), columns.to_vec()));
    }

    fn find(&self, word: &Word, problems: &mut Problems) -> Option<Slot> {
        let slot = self.slots.get(&word.text).copied();
        if slot.is_none() {
            let mut names: Vec<&str> = self.slots.keys().map(String::as_str).collect();
            names.sort_unstable();
            let hint = nearest::hint(&word.text, names.iter().copied());
            let own: Vec<&str> = self.tables[0].1.iter().map(String::as_str).collect();
            let message =
                format!("there is no column {:?}{hint}; the source has {}", word.text, own.join(", "));
            problems.add(word.at, message);
        }
        slot
    }
}

/// The rows of a block, as rows of the book.
pub(crate) struct MappedTable {
    bound: Arc<Bound>,
    table: Box<Table>,
    /// The row of the source.
    row: RawRow,
    root: Option<Context<'static, 'static>>,
    key: String,
    /// Rows that `where` leaves out.
    left_out: u64,
}

impl MappedTable {
    pub(crate) fn columns(&self) -> &[String] {
        &self.bound.columns
    }

    pub(crate) fn original_columns(&self) -> &[String] {
        self.table.columns()
    }

    pub(crate) fn original(&self) -> &RawRow {
        &self.row
    }

    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Next, FileError> {
        loop {
            match self.table.next(&mut self.row)? {
                Next::Row => {}
                other => return Ok(other),
            }
            row.clear();
            row.line = self.row.line;
            match make(&self.bound, &self.row, self.root.as_ref(), &mut self.key, row) {
                Ok(true) => return Ok(Next::Row),
                Ok(false) => self.left_out += 1,
                Err((column, reason)) => {
                    let column = column.map(|column| self.bound.columns[column].clone());
                    return Ok(Next::Fault(Fault {
                        line: row.line,
                        column,
                        reason,
                        raw: self.row.verbatim(),
                    }));
                }
            }
        }
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.left_out > 0 {
            notes
                .push(format!("{} rows of {} were left out by where", self.left_out, self.bound.source.name));
        }
        if let Some(Ok(lookups)) = self.bound.lookups.get() {
            for (join, lookup) in self.bound.joins.iter().zip(lookups).filter(|(_, lookup)| lookup.faults > 0)
            {
                notes.push(format!(
                    "{} rows of {} could not be read to be joined",
                    lookup.faults, join.source.name
                ));
            }
        }
        notes
    }
}

/// Makes a row of the book; `false` where it is left out. An error names the column by its number.
fn make(
    bound: &Bound,
    source: &RawRow,
    root: Option<&Context<'static, 'static>>,
    key: &mut String,
    row: &mut RawRow,
) -> Result<bool, (Option<usize>, String)> {
    let mut joined: Vec<Option<&RightRow>> = Vec::with_capacity(bound.joins.len());
    if let Some(Ok(lookups)) = bound.lookups.get() {
        for (join, lookup) in bound.joins.iter().zip(lookups) {
            let scope = Scope { names: &bound.names, row: source, joined: &joined };
            let found = join.find(lookup, &scope, key).map_err(|reason| (None, reason))?;
            joined.push(found);
        }
    }
    let scope = Scope { names: &bound.names, row: source, joined: &joined };
    if let (Some(filter), Some(root)) = (&bound.filter, root)
        && !filter.holds(root, &scope).map_err(|reason| (None, reason))?
    {
        return Ok(false);
    }
    for (column, make) in bound.makes.iter().enumerate() {
        let start = row.text.len();
        let made = match make {
            BoundMake::Cell(slot) => {
                row.text.push_str(scope.cell(*slot));
                Ok(())
            }
            BoundMake::Translated(slot, translation) => translation.append(scope.cell(*slot), &mut row.text),
            BoundMake::Constant(text) => {
                row.text.push_str(text);
                Ok(())
            }
            BoundMake::Text(pieces) => {
                append(pieces, &scope, &mut row.text);
                Ok(())
            }
            BoundMake::Expression(expression) => match root {
                Some(root) => expression.append(root, &scope, &mut row.text),
                None => Ok(()),
            },
        };
        made.map_err(|reason| (Some(column), reason))?;
        row.spans.push((start as u32, row.text.len() as u32));
    }
    Ok(true)
}

/// Appends the pieces of a text, or nothing where a cell of it is empty.
fn append(pieces: &[BoundPiece], scope: &Scope<'_>, text: &mut String) {
    let start = text.len();
    for piece in pieces {
        match piece {
            BoundPiece::Constant(constant) => text.push_str(constant),
            BoundPiece::Cell(slot) => {
                let cell = scope.cell(*slot);
                if cell.is_empty() {
                    text.truncate(start);
                    return;
                }
                text.push_str(cell);
            }
        }
    }
}
