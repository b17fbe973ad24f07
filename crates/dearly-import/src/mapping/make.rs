//! What a cell is made of.

use std::collections::HashMap;

use jiff::fmt::strtime::BrokenDownTime;

use super::expression::Expression;
use super::yaml::{Fields, Node};
use super::{Problems, Word};
use crate::parse::quoted;

/// What a cell is made of, as written.
#[derive(Clone, Debug)]
pub(crate) enum Make {
    /// Another column, perhaps translated.
    Column { column: Word, translation: Translation },
    /// The same in every row.
    Constant(String),
    /// Texts and columns, one after the other; empty where one of the columns is.
    Text(Vec<Piece>),
    /// A CEL expression.
    Expression(Expression),
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Constant(String),
    Column(Word),
}

/// How the text of a cell becomes another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Translation {
    values: Option<HashMap<String, String>>,
    /// What stands for an empty cell, and for a value that is not listed.
    default: Option<String>,
    /// The forms of a date or an instant, tried in turn.
    formats: Vec<String>,
}

impl Make {
    /// A column as it stands.
    pub(crate) fn copy(column: Word) -> Make {
        Make::Column { column, translation: Translation::default() }
    }

    pub(crate) fn decode(node: &Node, problems: &mut Problems) -> Option<Make> {
        if let Some(word) = node.word() {
            return Some(Make::copy(word));
        }
        const NAMES: [&str; 7] = ["column", "constant", "text", "expression", "values", "default", "format"];
        const WAYS: [&str; 4] = ["column", "constant", "text", "expression"];
        let fields = Fields::of(node, &NAMES, "a column", problems)?;
        let ways: Vec<&str> = WAYS.into_iter().filter(|way| fields.optional(way).is_some()).collect();
        let [way] = ways[..] else {
            problems.add(
                node.at,
                format!("a column is made of one of {}, found {}", WAYS.join(", "), ways.len()),
            );
            return None;
        };
        for extra in ["values", "default", "format"] {
            if way != "column"
                && let Some(node) = fields.optional(extra)
            {
                problems.add(node.at, format!("{extra} goes with column, not with {way}"));
            }
        }
        let word = fields.optional_text(way, problems)?;
        match way {
            "constant" => Some(Make::Constant(word.text)),
            "text" => Piece::split(&word, problems).map(Make::Text),
            "expression" => Expression::compile(word, problems).map(Make::Expression),
            _ => {
                let values = fields.optional("values").map(|node| {
                    let entries = node.entries(problems).iter();
                    let mut values = HashMap::new();
                    for (from, to) in entries {
                        let to = match to.word() {
                            Some(word) => word.text,
                            None if matches!(to.value, super::yaml::Value::Null) => String::new(),
                            None => {
                                problems.add(to.at, format!("expected a text, found {}", to.kind()));
                                continue;
                            }
                        };
                        values.insert(from.text.clone(), to);
                    }
                    values
                });
                let default = fields.optional_text("default", problems).map(|word| word.text);
                let formats = fields.optional("format").map_or_else(Vec::new, |node| node.words(problems));
                for format in &formats {
                    // A form that is none fails on any text, with a message of its own.
                    if let Err(error) = jiff::fmt::strtime::format(
                        &format.text,
                        jiff::civil::date(2026, 11, 22).at(9, 30, 0, 0),
                    ) && !format.text.contains("%z")
                        && !format.text.contains("%Q")
                    {
                        problems
                            .add(format.at, format!("{:?} is not the form of a date: {error}", format.text));
                    }
                }
                let formats = formats.into_iter().map(|word| word.text).collect();
                Some(Make::Column { column: word, translation: Translation { values, default, formats } })
            }
        }
    }
}

impl Piece {
    /// `{account_id}/{user_id}` in its pieces; `{{` and `}}` are braces.
    fn split(word: &Word, problems: &mut Problems) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut constant = String::new();
        let mut rest = word.text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            constant.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                constant.push_str(brace);
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                problems.add(
                    word.at,
                    format!("{:?} has a brace that is not closed; double it to mean itself", word.text),
                );
                return None;
            };
            if !constant.is_empty() {
                pieces.push(Piece::Constant(std::mem::take(&mut constant)));
            }
            pieces.push(Piece::Column(Word { text: name.trim().to_owned(), at: word.at }));
            rest = after;
        }
        constant.push_str(rest);
        if !constant.is_empty() {
            pieces.push(Piece::Constant(constant));
        }
        Some(pieces)
    }
}

impl Translation {
    /// Whether cells stay as they are.
    pub(crate) fn is_none(&self) -> bool {
        self.values.is_none() && self.default.is_none() && self.formats.is_empty()
    }

    /// Appends the translation of a trimmed cell, or says what is wrong with it.
    pub(crate) fn append(&self, cell: &str, text: &mut String) -> Result<(), String> {
        if cell.is_empty() {
            text.push_str(self.default.as_deref().unwrap_or_default());
            return Ok(());
        }
        let cell = match &self.values {
            None => cell,
            Some(values) => match (values.get(cell), &self.default) {
                (Some(value), _) => value,
                (None, Some(default)) => default,
                (None, None) => {
                    let mut known: Vec<&str> = values.keys().map(String::as_str).collect();
                    known.sort_unstable();
                    return Err(format!(
                        "{} is none of the mapping's values: {}",
                        quoted(cell),
                        known.join(", ")
                    ));
                }
            },
        };
        if self.formats.is_empty() {
            text.push_str(cell);
            return Ok(());
        }
        for format in &self.formats {
            if let Some(instant) = read_time(format, cell) {
                text.push_str(&instant);
                return Ok(());
            }
        }
        Err(format!("{} is not of the form {}", quoted(cell), self.formats.join(" or ")))
    }
}

/// A date or an instant of the given form, as the book writes it.
fn read_time(format: &str, text: &str) -> Option<String> {
    let time = BrokenDownTime::parse(format, text).ok()?;
    if let Ok(stamp) = time.to_timestamp() {
        return Some(stamp.to_string());
    }
    if time.hour().is_none() {
        return time.to_date().ok().map(|date| date.to_string());
    }
    time.to_datetime().ok().map(|datetime| datetime.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_forms_of_time_are_read() {
        for (format, text, read) in [
            ("%Y-%m-%d %H:%M", "2023-07-28 3:00", Some("2023-07-28T03:00:00")),
            ("%d.%m.%Y", "22.11.2026", Some("2026-11-22")),
            ("%m/%d/%Y", "2/3/2026", Some("2026-02-03")),
            ("%Y-%m-%d %H:%M:%S %z", "2026-11-22 09:30:00 +0200", Some("2026-11-22T07:30:00Z")),
            ("%Y-%m-%d %H:%M", "yesterday", None),
            ("%Y-%m-%d", "2026-02-30", None),
        ] {
            assert_eq!(read_time(format, text).as_deref(), read, "{format} {text}");
        }
    }

    #[test]
    fn texts_are_split_at_braces() {
        let mut problems = Problems { path: String::new(), found: Vec::new() };
        let word = |text: &str| Word { text: text.to_owned(), at: super::super::At::default() };
        let pieces = Piece::split(&word("{a}/{{{b.c}"), &mut problems).unwrap();
        assert!(matches!(&pieces[..], [Piece::Column(a), Piece::Constant(slash), Piece::Column(b)]
            if a.text == "a" && slash == "/{" && b.text == "b.c"));
        assert!(Piece::split(&word("{a"), &mut problems).is_none());
        assert_eq!(problems.found.len(), 1);
    }
}
