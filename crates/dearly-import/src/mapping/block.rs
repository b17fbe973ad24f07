//! A block: how the rows of one source become rows of one file of the book.

use dearly_domain::File;

use super::expression::Expression;
use super::join::Join;
use super::make::Make;
use super::yaml::{Fields, Node, Value};
use super::{Problems, Word};
use crate::nearest;
use crate::parse::RECORDED_AT;

/// A block as written.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) file: &'static File,
    pub(crate) from: Word,
    pub(crate) joins: Vec<Join>,
    pub(crate) filter: Option<Expression>,
    /// The columns of the book, and what each is made of.
    pub(crate) columns: Vec<(Word, Make)>,
    pub(crate) attributes: Kept,
    /// Whether an empty cell keeps what was known.
    pub(crate) keeps_empty: bool,
}

/// Which columns are kept as attributes.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// Those named, and what each is made of.
    Named(Vec<(Word, Make)>),
    /// All columns of the source that no column of the book is made of as it stands.
    Others,
}

impl Block {
    pub(crate) fn decode(file: &'static File, node: &Node, problems: &mut Problems) -> Option<Block> {
        const NAMES: [&str; 6] = ["from", "join", "where", "columns", "attributes", "empty"];
        let mut fields = Fields::of(node, &NAMES, "a block", problems)?;
        let from = fields.text("from", problems);
        let joins: Vec<Join> = fields
            .optional("join")
            .map_or(&[][..], Node::one_or_several)
            .iter()
            .filter_map(|node| Join::decode(node, problems))
            .collect();
        let filter =
            fields.optional_text("where", problems).and_then(|word| Expression::compile(word, problems));
        let keeps_empty = match fields.optional_text("empty", problems) {
            None => false,
            Some(word) if word.text == "clear" => false,
            Some(word) if word.text == "keep" => true,
            Some(word) => {
                problems.add(word.at, format!("empty is {:?}, expected keep or clear", word.text));
                false
            }
        };
        let mut columns = Vec::new();
        for (name, node) in fields.entries("columns", problems) {
            if file.position(&name.text).is_none() && name.text != RECORDED_AT {
                let names = || file.columns.iter().map(|column| column.name).chain([RECORDED_AT]);
                let hint = nearest::hint(&name.text, names());
                let names = names().collect::<Vec<_>>().join(", ");
                let message = format!("{} has no column {:?}{hint}; it has {names}", file.name, name.text);
                problems.add(name.at, message);
                continue;
            }
            columns.extend(Make::decode(node, problems).map(|make| (name.clone(), make)));
        }
        for column in file.columns.iter().filter(|column| column.required) {
            if !columns.iter().any(|(name, _)| name.text == column.name) {
                problems.add(node.at, format!("columns lack {}, which {} require", column.name, file.name));
            }
        }
        let attributes = match fields.optional("attributes") {
            None => Kept::Named(Vec::new()),
            Some(node) => Kept::decode(node, problems),
        };
        Some(Block { file, from: from?, joins, filter, columns, attributes, keeps_empty })
    }
}

impl Kept {
    fn decode(node: &Node, problems: &mut Problems) -> Kept {
        match &node.value {
            Value::Text(text) if text == "true" => Kept::Others,
            Value::Text(text) if text == "false" => Kept::Named(Vec::new()),
            Value::Map(entries) => Kept::Named(
                entries
                    .iter()
                    .filter_map(|(name, node)| Make::decode(node, problems).map(|make| (name.clone(), make)))
                    .collect(),
            ),
            _ => {
                let words = node.words(problems);
                Kept::Named(words.into_iter().map(|word| (word.clone(), Make::copy(word))).collect())
            }
        }
    }
}
