//! Mappings: any other layout of tables becomes a book.
//!
//! A mapping names the *sources*, which are files of a folder, and for each file of the *book* one or several blocks:
//! from which source it comes, which others are joined to it by key, which rows count, and what each column is made
//! of. `examples/` has two for public data sets, explained.

pub(crate) mod block;
pub(crate) mod expression;
pub(crate) mod functions;
pub(crate) mod join;
pub(crate) mod make;
pub(crate) mod table;
mod yaml;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use dearly_domain::File;
use dearly_domain::book::FILES;
use serde::Serialize;

use crate::duplicates::Place;
use crate::error::Error;
use crate::nearest;
use crate::source::{ENDINGS, Source};
use block::Block;
use table::{Bound, Known};
use yaml::{Fields, Node};

/// What is wrong with a mapping, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file of the mapping.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong, what was expected, and the nearest valid word.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)
    }
}

/// Where something stands in the mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) at: At,
}

/// Collects what is wrong.
#[derive(Debug)]
pub(crate) struct Problems {
    path: String,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn add(&mut self, at: At, message: impl Into<String>) {
        let (path, message) = (self.path.clone(), message.into());
        self.found.push(Problem { path, line: at.line, column: at.column, message });
    }
}

/// A mapping that has been read; whether it fits the files is known when it is bound to them.
#[derive(Clone, Debug)]
pub struct Mapping {
    path: String,
    /// Its name.
    pub id: String,
    sources: Vec<SourceSpec>,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
struct SourceSpec {
    name: Word,
    file: Word,
    delimiter: u8,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Unreadable`] for the file, [`Error::Mapping`] with every error of the text.
    pub fn load(path: &Path) -> Result<Mapping, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path: path.to_owned() },
            _ => Error::Unreadable { path: path.to_owned(), source },
        })?;
        Mapping::parse(&path.display().to_string(), &text).map_err(Error::Mapping)
    }

    /// Reads the text of a mapping; `path` is for messages.
    ///
    /// # Errors
    /// Every error of the text, by its place.
    pub fn parse(path: &str, text: &str) -> Result<Mapping, Vec<Problem>> {
        let mut problems = Problems { path: path.to_owned(), found: Vec::new() };
        let mapping =
            yaml::read(text, &mut problems).and_then(|root| Mapping::decode(path, &root, &mut problems));
        let mut found = problems.found;
        found.sort_by_key(|problem| (problem.line, problem.column));
        match mapping {
            Some(mapping) if found.is_empty() => Ok(mapping),
            _ => Err(found),
        }
    }

    fn decode(path: &str, root: &Node, problems: &mut Problems) -> Option<Mapping> {
        let mut fields =
            Fields::of(root, &["kind", "id", "description", "sources", "book"], "a mapping", problems)?;
        let kind = fields.text("kind", problems);
        if let Some(kind) = kind.filter(|kind| kind.text != "mapping") {
            problems.add(kind.at, format!("kind is {:?}, expected mapping", kind.text));
        }
        let id = fields.text("id", problems).map_or_else(String::new, |id| id.text);
        let mut sources: Vec<SourceSpec> = Vec::new();
        for (name, node) in fields.entries("sources", problems) {
            if !is_identifier(&name.text) {
                problems.add(
                    name.at,
                    format!("the source {:?} must be a word of letters, digits and _", name.text),
                );
            }
            sources.extend(SourceSpec::decode(name.clone(), node, problems));
        }
        let mut blocks = Vec::new();
        for (name, node) in fields.entries("book", problems) {
            let Some(file) = File::named(&name.text) else {
                let names = FILES.iter().map(|file| file.name);
                let hint = nearest::hint(&name.text, names.clone());
                let names: Vec<&str> = names.collect();
                problems.add(
                    name.at,
                    format!(
                        "{:?} is not a file of the book{hint}; expected one of {}",
                        name.text,
                        names.join(", ")
                    ),
                );
                continue;
            };
            let nodes = node.one_or_several();
            if nodes.is_empty() || nodes.len() > Place::MOST_INPUTS {
                problems.add(
                    node.at,
                    format!("expected 1 to {} blocks, found {}", Place::MOST_INPUTS, nodes.len()),
                );
            }
            blocks.extend(nodes.iter().filter_map(|node| Block::decode(file, node, problems)));
        }
        let known = |word: &Word, problems: &mut Problems| {
            if !sources.iter().any(|source| source.name.text == word.text) {
                let names: Vec<&str> = sources.iter().map(|source| source.name.text.as_str()).collect();
                let hint = nearest::hint(&word.text, names.iter().copied());
                let names = names.join(", ");
                problems.add(
                    word.at,
                    format!("there is no source {:?}{hint}; the sources are {names}", word.text),
                );
            }
        };
        for block in &blocks {
            known(&block.from, problems);
            block.joins.iter().for_each(|join| known(&join.source, problems));
        }
        Some(Mapping { path: path.to_owned(), id, sources, blocks })
    }

    /// Finds the files and fits the blocks to their columns.
    pub(crate) fn bind(&self, path: &Path) -> Result<Vec<Arc<Bound>>, Error> {
        let mut problems = Problems { path: self.path.clone(), found: Vec::new() };
        let mut known: Vec<(&str, Known)> = Vec::new();
        for spec in &self.sources {
            let Some(mut source) = spec.find(path, self.sources.len(), &mut problems)? else {
                continue;
            };
            source.delimiter = spec.delimiter;
            match Known::read(source) {
                Ok(table) => known.push((&spec.name.text, table)),
                Err(error) => problems.add(spec.file.at, error.to_string()),
            }
        }
        let mut bound = Vec::new();
        if problems.found.is_empty() {
            let tables = |name: &str| {
                known
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, table)| table)
                    .expect("sources are checked")
            };
            for block in &self.blocks {
                bound.extend(Bound::new(block, &tables, &mut problems).map(Arc::new));
            }
        }
        if problems.found.is_empty() {
            return Ok(bound);
        }
        problems.found.sort_by_key(|problem| (problem.line, problem.column));
        Err(Error::Mapping(problems.found))
    }
}

impl SourceSpec {
    fn decode(name: Word, node: &Node, problems: &mut Problems) -> Option<SourceSpec> {
        if let Some(file) = node.word() {
            return Some(SourceSpec { name, file, delimiter: b',' });
        }
        let mut fields = Fields::of(node, &["file", "delimiter"], "a source", problems)?;
        let delimiter = match fields.optional("delimiter").and_then(Node::word) {
            None => b',',
            Some(word) => match word.text.as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\n' | b'\r') && byte.is_ascii() => *byte,
                _ if word.text == "tab" => b'\t',
                _ => {
                    problems.add(
                        word.at,
                        format!("the delimiter {:?} is not a single character or tab", word.text),
                    );
                    b','
                }
            },
        };
        Some(SourceSpec { name, file: fields.text("file", problems)?, delimiter })
    }

    /// The file of the source: by its full name, else by its name with another of the endings that are read.
    fn find(&self, path: &Path, sources: usize, problems: &mut Problems) -> Result<Option<Source>, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        if path.is_file() {
            if sources > 1 {
                problems.add(
                    self.file.at,
                    format!("the mapping has {sources} sources: name their folder, not a file"),
                );
                return Ok(None);
            }
            if let Some(source) = Source::recognise(path) {
                return Ok(Some(source));
            }
        }
        let name = self.file.text.as_str();
        if name.contains(['/', '\\']) {
            problems.add(
                self.file.at,
                format!("{name:?} must be the name of a file in the folder, without a path"),
            );
            return Ok(None);
        }
        let folder = Source::list(path).map_err(unreadable)?;
        if let Some(source) = folder.iter().find(|source| source.name == name) {
            return Ok(Some(source.clone()));
        }
        let endings = ENDINGS.iter().filter(|ending| name.ends_with(*ending));
        let stem = endings
            .max_by_key(|ending| ending.len())
            .and_then(|ending| name.strip_suffix(*ending))
            .unwrap_or(name);
        match folder.iter().filter(|source| source.stem == stem).collect::<Vec<_>>().as_slice() {
            [source] => Ok(Some((*source).clone())),
            [] => {
                let hint = nearest::hint(name, folder.iter().map(|source| source.name.as_str()));
                problems.add(self.file.at, format!("there is no file {name:?} in {}{hint}", path.display()));
                Ok(None)
            }
            several => {
                let names: Vec<&str> = several.iter().map(|source| source.name.as_str()).collect();
                problems
                    .add(self.file.at, format!("{name:?} could be {}; name one of them", names.join(" or ")));
                Ok(None)
            }
        }
    }
}

/// Whether a name can stand in an expression.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
