//! YAML as a tree whose values know their place. No other module of the crate knows the parser.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{At, Problems, Word};
use crate::nearest;

/// Bounds what aliases and nesting can cost.
const MOST_NODES: usize = 100_000;
const DEEPEST: usize = 32;

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A scalar as written; not `null`.
    Text(String),
    Null,
    List(Vec<Node>),
    Map(Vec<(Word, Node)>),
}

impl Node {
    /// The scalar; `None` for anything else.
    pub(crate) fn word(&self) -> Option<Word> {
        match &self.value {
            Value::Text(text) => Some(Word { text: text.clone(), at: self.at }),
            _ => None,
        }
    }

    /// The items of a list, or the one value that stands instead of a list.
    pub(crate) fn one_or_several(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The keys and values of a map.
    pub(crate) fn entries<'a>(&'a self, problems: &mut Problems) -> &'a [(Word, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => {
                problems.add(self.at, format!("expected a map, found {}", self.kind()));
                &[]
            }
        }
    }

    /// The scalars of a list, or a single one.
    pub(crate) fn words(&self, problems: &mut Problems) -> Vec<Word> {
        let mut words = Vec::new();
        for item in self.one_or_several() {
            match item.word() {
                Some(word) => words.push(word),
                None => problems.add(item.at, format!("expected a text, found {}", item.kind())),
            }
        }
        words
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Null => "nothing",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    fn size(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|(_, node)| 1 + node.size()).sum::<usize>(),
            _ => 1,
        }
    }

    fn depth(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Value::Map(entries) => 1 + entries.iter().map(|(_, node)| node.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
}

/// The fields of a map of which the names are known.
pub(crate) struct Fields<'a> {
    at: At,
    what: &'static str,
    entries: &'a [(Word, Node)],
}

impl<'a> Fields<'a> {
    /// Reports every name that is not among the known ones.
    pub(crate) fn of(
        node: &'a Node,
        names: &[&'static str],
        what: &'static str,
        problems: &mut Problems,
    ) -> Option<Fields<'a>> {
        let Value::Map(entries) = &node.value else {
            problems
                .add(node.at, format!("expected {what} with {}, found {}", names.join(", "), node.kind()));
            return None;
        };
        for (name, _) in entries {
            if !names.contains(&name.text.as_str()) {
                let hint = nearest::hint(&name.text, names.iter().copied());
                let names = names.join(", ");
                problems.add(name.at, format!("{what} has no {:?}{hint}; it has {names}", name.text));
            }
        }
        Some(Fields { at: node.at, what, entries })
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'a Node> {
        let node = self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
        node.filter(|node| !matches!(node.value, Value::Null))
    }

    pub(crate) fn required(&mut self, name: &str, problems: &mut Problems) -> Option<&'a Node> {
        let node = self.optional(name);
        if node.is_none() {
            problems.add(self.at, format!("{} needs {name}", self.what));
        }
        node
    }

    /// The keys and values of a required map.
    pub(crate) fn entries(&mut self, name: &str, problems: &mut Problems) -> &'a [(Word, Node)] {
        self.required(name, problems).map_or(&[], |node| node.entries(problems))
    }

    /// A required scalar.
    pub(crate) fn text(&mut self, name: &str, problems: &mut Problems) -> Option<Word> {
        let node = self.required(name, problems)?;
        let word = node.word();
        if word.is_none() {
            problems.add(node.at, format!("{name} must be a text, found {}", node.kind()));
        }
        word
    }

    /// An optional scalar.
    pub(crate) fn optional_text(&self, name: &str, problems: &mut Problems) -> Option<Word> {
        let node = self.optional(name)?;
        let word = node.word();
        if word.is_none() {
            problems.add(node.at, format!("{name} must be a text, found {}", node.kind()));
        }
        word
    }
}

/// A collection that has begun.
struct Open {
    at: At,
    anchor: usize,
    items: Vec<Node>,
    is_map: bool,
}

/// Reads the one document of a text.
pub(crate) fn read(text: &str, problems: &mut Problems) -> Option<Node> {
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Node> = HashMap::new();
    let mut root: Option<Node> = None;
    let mut nodes = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let marker = error.marker();
                let at = At { line: marker.line() as u32, column: marker.col() as u32 + 1 };
                problems.add(at, format!("not valid YAML: {}", error.kind()));
                return None;
            }
        };
        let at = place(&span);
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let null =
                    style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::Text(text.into_owned()) };
                (Node { at, value }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                open.push(Open { at, anchor, items: Vec::new(), is_map: false });
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                open.push(Open { at, anchor, items: Vec::new(), is_map: true });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { at, anchor, items, is_map } = open.pop()?;
                let value = if is_map { Value::Map(pairs(items, problems)) } else { Value::List(items) };
                (Node { at, value }, anchor)
            }
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(node) => (node.clone(), 0),
                None => {
                    problems.add(at, "an alias within its own anchor would never end");
                    return None;
                }
            },
            _ => continue,
        };
        nodes += node.size();
        if nodes > MOST_NODES || open.len() + node.depth() > DEEPEST {
            problems.add(at, format!("more than {MOST_NODES} values or {DEEPEST} levels, aliases counted"));
            return None;
        }
        if anchor != 0 {
            anchors.insert(anchor, node.clone());
        }
        match open.last_mut() {
            Some(open) => open.items.push(node),
            None if root.is_some() => {
                problems.add(at, "a mapping file holds one document");
                return None;
            }
            None => root = Some(node),
        }
    }
    if root.is_none() {
        problems.add(
            At { line: 1, column: 1 },
            "the file is empty; expected a mapping with kind, id, sources and book",
        );
    }
    root
}

fn place(span: &Span) -> At {
    At { line: span.start.line() as u32, column: span.start.col() as u32 + 1 }
}

/// Keys and values, which have come one after the other.
fn pairs(items: Vec<Node>, problems: &mut Problems) -> Vec<(Word, Node)> {
    let mut pairs: Vec<(Word, Node)> = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        // `null` as a key is a word like any other; an empty one is a slip.
        let Some(key) = key.word() else {
            problems.add(key.at, "a key must be a single word");
            continue;
        };
        if let Some((first, _)) = pairs.iter().find(|(known, _)| known.text == key.text) {
            problems
                .add(key.at, format!("{:?} stands here twice, first in line {}", key.text, first.at.line));
            continue;
        }
        pairs.push((key, value));
    }
    pairs
}
