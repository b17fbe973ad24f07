//! YAML text as trees in which every key and value knows its line and column.
//!
//! The trees are built from the events of the YAML parser behind serde-saphyr rather than through serde: events keep
//! the text of every scalar as written (`60%`, `no`, `007`), its quotes, the place of keys, and let a file report all
//! its repeated keys instead of the first. No other module knows the parser.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::str::Chars;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, options};

use crate::problem::{Problem, Severity};

/// Nodes of one file, aliases expanded: bounds what an alias bomb can cost.
const MOST_NODES: usize = 20_000;
const DEEPEST_NESTING: usize = 32;

/// Where something stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The line, from 1.
    pub(crate) line: u32,
    /// The column in characters, from 1.
    pub(crate) column: u32,
}

/// A scalar as written.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    /// Its text after unescaping and folding.
    pub(crate) text: String,
    /// Whether it is plain, so that it may stand for something else than text.
    pub(crate) plain: bool,
    /// Its bytes in the file.
    pub(crate) source: Range<usize>,
    /// Where it begins.
    pub(crate) place: Place,
}

/// One key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: Scalar,
    /// The value.
    pub(crate) value: Node,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A text, a number, a flag, nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Place, Vec<Node>),
    /// Keys and values, in the order of the file, each key once.
    Mapping(Place, Vec<Entry>),
}

impl Node {
    /// Where it begins.
    pub(crate) fn place(&self) -> Place {
        match self {
            Node::Scalar(scalar) => scalar.place,
            Node::Sequence(place, _) | Node::Mapping(place, _) => *place,
        }
    }

    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Node::Scalar(scalar) if scalar.is_empty())
    }

    /// The value of a key.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        match self {
            Node::Mapping(_, entries) => {
                entries.iter().find(|entry| entry.key.text == name).map(|entry| &entry.value)
            }
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Node::Scalar(_) => 1,
            Node::Sequence(_, items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Node::Mapping(_, entries) => {
                1 + entries.iter().map(|entry| 1 + entry.value.size()).sum::<usize>()
            }
        }
    }

    fn depth(&self) -> usize {
        match self {
            Node::Scalar(_) => 0,
            Node::Sequence(_, items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Node::Mapping(_, entries) => {
                1 + entries.iter().map(|entry| entry.value.depth()).max().unwrap_or(0)
            }
        }
    }
}

impl Scalar {
    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The place in the file of the character with this number in the scalar's text.
    ///
    /// Quotes, escapes and folding move characters: the text is laid along its source, character by character, and
    /// what only the source has is passed over.
    pub(crate) fn place_of(&self, file: &str, character: usize) -> Place {
        let Some(source) = file.get(self.source.clone()) else {
            return self.place;
        };
        let quoted = !self.plain && source.starts_with('"');
        let block = !self.plain && source.starts_with(['|', '>']);
        let mut place = self.place;
        let mut source = source.chars();
        if block {
            // The head of a block: its text starts on the next line.
            for passed in source.by_ref() {
                place.pass(passed);
                if passed == '\n' {
                    break;
                }
            }
        }
        let mut last = place;
        for (number, wanted) in self.text.chars().enumerate() {
            if wanted.is_whitespace() {
                if number == character {
                    return last;
                }
                continue;
            }
            loop {
                let Some(mut found) = source.next() else {
                    return last;
                };
                let here = place;
                place.pass(found);
                if quoted && found == '\\' {
                    found = unescape(&mut source, &mut place);
                }
                if found == wanted {
                    if number == character {
                        return here;
                    }
                    last = place;
                    break;
                }
            }
        }
        last
    }
}

/// The character that an escape in double quotes stands for; white space for all those that no condition is made of.
fn unescape(source: &mut Chars<'_>, place: &mut Place) -> char {
    let mut next = || {
        let letter = source.next()?;
        place.pass(letter);
        Some(letter)
    };
    let digits = match next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(letter @ ('"' | '\\' | '/')) => return letter,
        _ => return ' ',
    };
    let hexadecimal: String = (0..digits).map_while(|_| next()).collect();
    u32::from_str_radix(&hexadecimal, 16).ok().and_then(char::from_u32).unwrap_or(' ')
}

impl Place {
    fn of(span: &Span) -> Place {
        Place { line: span.start.line() as u32, column: span.start.col() as u32 + 1 }
    }

    fn pass(&mut self, character: char) {
        if character == '\n' {
            *self = Place { line: self.line + 1, column: 1 };
        } else {
            self.column += 1;
        }
    }
}

/// Reads the YAML documents of one file. Documents that hold nothing are left out. With any problem the trees are what
/// could be read all the same.
pub(crate) fn read(path: &str, text: &str) -> (Vec<Node>, Vec<Problem>) {
    let mut builder = Builder {
        path,
        trees: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        problems: Vec::new(),
    };
    let mut limits = options! { flow_nesting_limit: 64, block_nesting_limit: 64 };
    limits.set_emit_comments(false);
    for event in Parser::new_from_str_with_options(text, limits) {
        match event {
            Ok((event, span)) => {
                if builder.take(event, &span).is_err() {
                    break;
                }
            }
            Err(error) => {
                let marker = error.marker();
                let place = Place { line: marker.line() as u32, column: marker.col() as u32 + 1 };
                builder.problem(place, format!("not valid YAML: {}", error.kind()), None);
                break;
            }
        }
    }
    (builder.trees, builder.problems)
}

/// The file cannot be read further; the problem has been noted.
struct Stop;

/// A collection that has begun.
enum Open {
    Sequence {
        place: Place,
        anchor: usize,
        items: Vec<Node>,
    },
    Mapping {
        place: Place,
        anchor: usize,
        entries: Vec<Entry>,
        seen: BTreeMap<String, Place>,
        key: Option<Key>,
    },
}

/// The key whose value comes next; `None` for one that has been reported already.
type Key = Option<Scalar>;

struct Builder<'a> {
    path: &'a str,
    trees: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: Vec<Problem>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Stop> {
        let place = Place::of(span);
        if let Some(tag) = event.tag()
            && !tag.is_yaml_core_schema()
        {
            // `when: !segment.big` is YAML for nothing, tagged with a word.
            let message = format!("`{}` is read as a YAML tag, and tags mean nothing here", tag.original());
            let place = span.tag_span().map_or(place, |span| Place::of(&span));
            self.problem(place, message, Some("put the text in quotes if it is meant as text".to_owned()));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                    source: span.byte_range().unwrap_or_default(),
                    place,
                };
                self.add(Node::Scalar(scalar), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(place, Open::Sequence { place, anchor, items: Vec::new() })
            }
            Event::MappingStart(_, anchor, _) => {
                let (entries, seen) = (Vec::new(), BTreeMap::new());
                self.begin(place, Open::Mapping { place, anchor, entries, seen, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Sequence { place, anchor, items }) => {
                    self.add(Node::Sequence(place, items), anchor)
                }
                Some(Open::Mapping { place, anchor, entries, .. }) => {
                    self.add(Node::Mapping(place, entries), anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(node) => {
                    self.nodes += node.size();
                    if self.open.len() + node.depth() > DEEPEST_NESTING {
                        return self.stop(place, format!("nested more than {DEEPEST_NESTING} deep"));
                    }
                    self.add(node, 0)
                }
                None => self.stop(place, "an alias within its own anchor would never end".to_owned()),
            },
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, place: Place, open: Open) -> Result<(), Stop> {
        if self.open.len() >= DEEPEST_NESTING {
            return self.stop(place, format!("nested more than {DEEPEST_NESTING} deep"));
        }
        self.open.push(open);
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return self
                .stop(node.place(), format!("more than {MOST_NODES} values in one file, aliases counted"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None if !node.is_empty() => self.trees.push(node),
            None => {}
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, seen, key, .. }) => match key.take() {
                Some(Some(key)) => entries.push(Entry { key, value: node }),
                Some(None) => {}
                None => {
                    let place = node.place();
                    let Node::Scalar(scalar) = node else {
                        *key = Some(None);
                        self.problem(
                            place,
                            "a key must be a single word, not a list or a map".to_owned(),
                            None,
                        );
                        return Ok(());
                    };
                    if let Some(first) = seen.get(&scalar.text) {
                        let message =
                            format!("`{}` stands here twice, first in line {}", scalar.text, first.line);
                        *key = Some(None);
                        self.problem(place, message, Some("remove one of the two".to_owned()));
                    } else {
                        seen.insert(scalar.text.clone(), place);
                        *key = Some(Some(scalar));
                    }
                }
            },
        }
        Ok(())
    }

    fn stop(&mut self, place: Place, message: String) -> Result<(), Stop> {
        self.problem(place, message, None);
        Err(Stop)
    }

    fn problem(&mut self, place: Place, message: String, help: Option<String>) {
        let (path, severity) = (self.path.to_owned(), Severity::Error);
        self.problems.push(Problem { path, line: place.line, column: place.column, message, help, severity });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Scalar {
        let (trees, problems) = read("a.yaml", text);
        assert!(problems.is_empty(), "{problems:?}");
        match trees[0].get("when") {
            Some(Node::Scalar(scalar)) => scalar.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_character_of_a_scalar_has_its_place_in_the_file_whatever_the_quotes() {
        for (text, line, column) in [
            ("when: a == b", 1, 12),
            ("when: 'a == b'", 1, 13),
            ("when: \"\\x61 == b\"", 1, 16),
            ("when: |\n  a ==\n  b\n", 3, 3),
            ("x: 1\nwhen: >-\n    a\n    == b\n", 4, 8),
            ("when: a\n  == b", 2, 6),
        ] {
            let scalar = scalar(text);
            let number = scalar.text.chars().position(|letter| letter == 'b').unwrap();
            assert_eq!(scalar.place_of(text, number), Place { line, column }, "{text:?}");
        }
    }

    #[test]
    fn aliases_repeat_what_they_name_within_bounds() {
        let (trees, problems) = read("a.yaml", "a: &steps [one, two]\nb: *steps\n");
        assert!(problems.is_empty());
        assert!(matches!(trees[0].get("b"), Some(Node::Sequence(_, items)) if items.len() == 2));

        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let below = level - 1;
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", "));
        }
        let (_, problems) = read("a.yaml", &bomb);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("aliases counted"), "{problems:?}");
        let (_, problems) = read("a.yaml", "a: &a [*a]\n");
        assert!(problems[0].message.contains("never end"), "{problems:?}");
    }

    #[test]
    fn every_repeated_key_is_told_and_deep_nesting_ends() {
        let (_, problems) = read("a.yaml", "a: 1\nb: 2\na: 3\nb: 4\n");
        let places: Vec<_> = problems.iter().map(|problem| (problem.line, problem.column)).collect();
        assert_eq!(places, [(3, 1), (4, 1)]);
        let (_, problems) = read("a.yaml", &"[".repeat(100_000));
        assert_eq!(problems.len(), 1);
        let (_, problems) = read("a.yaml", &"- ".repeat(100_000));
        assert_eq!(problems.len(), 1);
    }
}
