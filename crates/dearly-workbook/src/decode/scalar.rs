//! Single values: texts, numbers, shares, days, words, conditions.

use crate::condition::Condition;
use crate::nearest::help;
use crate::node::{Node, Place, Scalar};

use super::sink::Sink;

const LONGEST_DAYS: i32 = 36_500;
/// Words that CEL keeps for itself: `segment.in` would be no field.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

fn scalar<'a>(sink: &mut Sink<'_>, node: &'a Node, expected: &str) -> Option<&'a Scalar> {
    let found = match node {
        Node::Scalar(scalar) if !scalar.is_empty() => return Some(scalar),
        Node::Scalar(_) => "nothing",
        Node::Sequence(..) => "a list",
        Node::Mapping(..) => "fields",
    };
    sink.error(node.place(), format!("expected {expected}, found {found}"), None);
    None
}

/// Long texts are cut in messages.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn wrong<T>(sink: &mut Sink<'_>, scalar: &Scalar, expected: &str, help: Option<String>) -> Option<T> {
    sink.error(scalar.place, format!("expected {expected}, found `{}`", shown(&scalar.text)), help);
    None
}

/// Any text that says something.
pub(super) fn text(sink: &mut Sink<'_>, node: &Node) -> Option<String> {
    let scalar = scalar(sink, node, "text")?;
    if scalar.text.trim().is_empty() {
        return wrong(sink, scalar, "text", None);
    }
    Some(scalar.text.clone())
}

/// One text, or a list of them.
pub(super) fn texts(sink: &mut Sink<'_>, node: &Node) -> Vec<String> {
    match node {
        Node::Sequence(_, items) => items.iter().filter_map(|item| text(sink, item)).collect(),
        other => text(sink, other).into_iter().collect(),
    }
}

/// A word of small letters, digits and `_`, beginning with a letter.
pub(super) fn id(sink: &mut Sink<'_>, scalar: &Scalar) -> Option<String> {
    let text = &scalar.text;
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if letters
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !RESERVED.contains(&text.as_str())
    {
        return Some(text.clone());
    }
    let mut better: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .skip_while(|letter| !letter.is_ascii_lowercase())
        .take(40)
        .collect();
    if RESERVED.contains(&better.as_str()) {
        better.push('_');
    }
    let help = (!better.is_empty()).then(|| format!("as in `{better}`"));
    wrong(sink, scalar, "an id of small letters, digits and `_`", help)
}

/// `true` or `false`.
pub(super) fn flag(sink: &mut Sink<'_>, node: &Node) -> Option<bool> {
    let scalar = scalar(sink, node, "true or false")?;
    match scalar.text.as_str() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => wrong(sink, scalar, "true or false", None),
    }
}

/// A finite decimal number as people write it.
fn decimal(text: &str) -> Option<f64> {
    let written = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse::<f64>().ok().filter(|number| written && number.is_finite())
}

/// A share as `60%`, or a plain number.
pub(super) fn decimal_or_percent(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(number) => decimal(number.trim_end()).map(|number| number / 100.0),
        None => decimal(text),
    }
}

/// A number within bounds.
pub(super) fn number(sink: &mut Sink<'_>, node: &Node, least: f64, most: f64) -> Option<f64> {
    let scalar = scalar(sink, node, "a number")?;
    let Some(number) = decimal(&scalar.text) else {
        let help = scalar.text.strip_suffix('%').and_then(decimal).map(|number| format!("write `{number}`"));
        return wrong(sink, scalar, "a number", help);
    };
    if number < least || number > most {
        let bounds =
            if most.is_finite() { format!("from {least} to {most}") } else { format!("of at least {least}") };
        return wrong(sink, scalar, &format!("a number {bounds}"), None);
    }
    Some(number)
}

/// A whole number within bounds.
pub(super) fn whole(sink: &mut Sink<'_>, node: &Node, least: i64, most: i64) -> Option<i64> {
    let expected = format!("a whole number from {least} to {most}");
    let scalar = scalar(sink, node, &expected)?;
    match scalar.text.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => Some(number),
        _ => wrong(sink, scalar, &expected, None),
    }
}

/// A share from 0 to 1, as `60%` or `0.6`.
pub(super) fn share(sink: &mut Sink<'_>, node: &Node) -> Option<f64> {
    let scalar = scalar(sink, node, "a share such as `60%`")?;
    match decimal_or_percent(&scalar.text) {
        Some(share) if (0.0..=1.0).contains(&share) => Some(share),
        Some(number) if !scalar.text.ends_with('%') && number > 1.0 && number <= 100.0 => {
            wrong(sink, scalar, "a share from 0% to 100%", Some(format!("write `{number}%`")))
        }
        Some(_) => wrong(sink, scalar, "a share from 0% to 100%", None),
        None => wrong(sink, scalar, "a share such as `60%`", None),
    }
}

/// A span of days such as `28d`.
pub(super) fn days(sink: &mut Sink<'_>, node: &Node, least: i32) -> Option<i32> {
    span(sink, node, 'd', "a span of days such as `28d`", least, LONGEST_DAYS)
}

/// An age in full months such as `6m`.
pub(super) fn months(sink: &mut Sink<'_>, scalar: &Scalar) -> Option<i32> {
    span(sink, &Node::Scalar(scalar.clone()), 'm', "an age in months such as `6m`", 0, 1_200)
}

fn span(sink: &mut Sink<'_>, node: &Node, unit: char, expected: &str, least: i32, most: i32) -> Option<i32> {
    let scalar = scalar(sink, node, expected)?;
    let text = scalar.text.trim();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) {
        return wrong(sink, scalar, expected, Some(format!("write `{text}{unit}`")));
    }
    let count = text.strip_suffix(unit).map(str::trim_end).filter(|count| digits(count));
    let Some(count) = count.map(|count| count.parse::<i32>().unwrap_or(i32::MAX)) else {
        return wrong(sink, scalar, expected, None);
    };
    if !(least..=most).contains(&count) {
        return wrong(sink, scalar, &format!("from {least}{unit} to {most}{unit}"), None);
    }
    Some(count)
}

/// One of a few words.
pub(super) fn word(sink: &mut Sink<'_>, node: &Node, words: &[&'static str]) -> Option<&'static str> {
    let scalar = scalar(sink, node, "a word")?;
    let found = words.iter().copied().find(|word| *word == scalar.text);
    if found.is_none() {
        let message = format!("unknown word `{}`", shown(&scalar.text));
        sink.error(scalar.place, message, help(&scalar.text, words.iter().copied()));
    }
    found
}

/// A text that must be one of those known.
pub(super) fn known<'b>(
    sink: &mut Sink<'_>,
    place: Place,
    what: &str,
    text: &str,
    known: impl Iterator<Item = &'b str> + Clone,
) -> bool {
    let found = known.clone().any(|candidate| candidate == text);
    if !found {
        sink.error(place, format!("unknown {what} `{}`", shown(text)), help(text, known));
    }
    found
}

/// A condition whose names the catalogue knows.
pub(super) fn condition(sink: &mut Sink<'_>, node: &Node) -> Option<Condition> {
    let scalar = scalar(sink, node, "a condition such as `account.tier == 1`")?;
    let file = sink.text();
    let condition = match Condition::compile(&scalar.text) {
        Ok(condition) => condition,
        Err(error) => {
            sink.error(scalar.place_of(file, error.offset), error.message, error.help);
            return None;
        }
    };
    let errors = condition.check(&sink.catalogue);
    for error in &errors {
        sink.error(scalar.place_of(file, error.offset), error.message.clone(), error.help.clone());
    }
    errors.is_empty().then_some(condition)
}
