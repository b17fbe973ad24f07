//! What changed between two workbooks: as text, file by file, and in words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use similar::TextDiff;

use crate::decode::parse;
use crate::document::Document;

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Every file that is new, gone or changed, in the order of the paths.
    pub files: Vec<FileDifference>,
    /// The changes of meaning in words, as in `scorecard outcomes: component adoption: weight 35 -> 40`; none where
    /// one of the two workbooks cannot be read, or where only comments and layout changed.
    pub changes: Vec<String>,
}

/// What changed in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// The file.
    pub path: String,
    /// The unified difference, with three lines of context.
    pub unified: String,
}

impl Difference {
    /// Whether not a letter changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The difference from one workbook to another.
pub fn difference(before: &[Document], after: &[Document]) -> Difference {
    let files = file_differences(before, after);
    if files.is_empty() {
        return Difference::default();
    }
    let tree = |documents: &[Document]| serde_json::to_value(parse(documents).workbook?).ok();
    let mut changes = Vec::new();
    if let (Some(before), Some(after)) = (tree(before), tree(after)) {
        compare(&mut Vec::new(), &before, &after, &mut changes);
    }
    Difference { files, changes }
}

fn file_differences(before: &[Document], after: &[Document]) -> Vec<FileDifference> {
    let by_path = |documents: &[Document]| -> BTreeMap<String, String> {
        documents.iter().map(|document| (document.path.clone(), document.text.clone())).collect()
    };
    let (before, after) = (by_path(before), by_path(after));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let nowhere = "/dev/null";
    let mut files = Vec::new();
    for path in paths {
        let (old, new) = (before.get(path), after.get(path));
        if old == new {
            continue;
        }
        let (old_text, new_text) = (old.map_or("", String::as_str), new.map_or("", String::as_str));
        let old_name = if old.is_some() { format!("a/{path}") } else { nowhere.to_owned() };
        let new_name = if new.is_some() { format!("b/{path}") } else { nowhere.to_owned() };
        let unified =
            TextDiff::from_lines(old_text, new_text).unified_diff().header(&old_name, &new_name).to_string();
        // An empty file that is new or gone has no lines that differ.
        let unified = if unified.is_empty() { format!("--- {old_name}\n+++ {new_name}\n") } else { unified };
        files.push(FileDifference { path: path.clone(), unified });
    }
    files
}

/// Values that are told as a whole: their parts make no sense alone.
const WHOLE: [&str; 3] = ["value", "points", "limits"];

fn compare(path: &mut Vec<String>, before: &Value, after: &Value, changes: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            tell(path, "", before, after, changes);
        }
        return;
    };
    let added = new.keys().filter(|name| !old.contains_key(*name));
    for name in old.keys().chain(added) {
        let before = old.get(name).unwrap_or(&Value::Null);
        let after = new.get(name).unwrap_or(&Value::Null);
        match (before, after) {
            (before, after) if before == after => {}
            (Value::Object(_), Value::Object(_)) if !WHOLE.contains(&name.as_str()) => {
                path.push(name.clone());
                compare(path, before, after, changes);
                path.pop();
            }
            (Value::Array(old), Value::Array(new))
                if !WHOLE.contains(&name.as_str()) && old.iter().chain(new).all(Value::is_object) =>
            {
                // The things speak for themselves: `component adoption`, not `components: component adoption`.
                let noun = noun(path, name);
                compare_things(path, &noun, old, new, changes);
            }
            (before, after) => tell(path, name, before, after, changes),
        }
    }
}

/// What one of the things in a list is called.
fn noun(path: &[String], list: &str) -> String {
    if path.last().is_some_and(|last| last == "products") {
        return format!("{list} step");
    }
    list.strip_suffix('s').unwrap_or(list).to_owned()
}

/// What tells a thing from the others of its list.
fn id(value: &Value) -> Option<&str> {
    value.get("id").or_else(|| value.get("step")).and_then(Value::as_str)
}

fn compare_things(
    path: &mut Vec<String>,
    noun: &str,
    old: &[Value],
    new: &[Value],
    changes: &mut Vec<String>,
) {
    if old.iter().chain(new).any(|item| id(item).is_none()) {
        compare_by_number(path, noun, old, new, changes);
        return;
    }
    let find = |list: &[Value], wanted: &str| list.iter().find(|item| id(item) == Some(wanted)).cloned();
    let ids = |list: &[Value]| list.iter().filter_map(id).map(str::to_owned).collect::<Vec<_>>();
    let (old_ids, new_ids) = (ids(old), ids(new));
    for id in &old_ids {
        let before = find(old, id).unwrap_or_default();
        match find(new, id) {
            Some(after) => {
                path.push(format!("{noun} {id}"));
                compare(path, &before, &after, changes);
                path.pop();
            }
            None => changes.push(sentence(path, &format!("{noun} {id} removed"))),
        }
    }
    for id in new_ids.iter().filter(|id| !old_ids.contains(id)) {
        changes.push(sentence(path, &format!("{noun} {id} added")));
    }
    let common = |ids: &[String], others: &[String]| -> Vec<String> {
        ids.iter().filter(|id| others.contains(id)).cloned().collect()
    };
    let (before, after) = (common(&old_ids, &new_ids), common(&new_ids, &old_ids));
    if before != after {
        let order = format!("order of the {noun}s {} -> {}", before.join(", "), after.join(", "));
        changes.push(sentence(path, &order));
    }
}

/// Things without an id are known by their number: `cap 1`.
fn compare_by_number(
    path: &mut Vec<String>,
    noun: &str,
    old: &[Value],
    new: &[Value],
    changes: &mut Vec<String>,
) {
    for number in 0..old.len().max(new.len()) {
        path.push(format!("{noun} {}", number + 1));
        match (old.get(number), new.get(number)) {
            (Some(before), Some(after)) => compare(path, before, after, changes),
            (before, after) => {
                tell(path, "", before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null), changes);
            }
        }
        path.pop();
    }
}

fn tell(path: &[String], name: &str, before: &Value, after: &Value, changes: &mut Vec<String>) {
    let name = if name.is_empty() { String::new() } else { format!("{} ", name.replace('_', " ")) };
    let change = match (before, after) {
        (Value::Null, after) => format!("{name}{} added", shown(after)),
        (before, Value::Null) => format!("{name}{} removed", shown(before)),
        (before, after) => format!("{name}{} -> {}", shown(before), shown(after)),
    };
    changes.push(sentence(path, &change));
}

fn sentence(path: &[String], change: &str) -> String {
    let mut parts: Vec<&str> = path.iter().map(String::as_str).collect();
    parts.push(change);
    parts.join(": ")
}

/// A value as the workbook would write it, on one line.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(number) => number.to_string(),
            None => number.to_string(),
        },
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            if let Some(points) = points(value) {
                return points;
            }
            let fields: Vec<String> = fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| format!("{name}: {}", shown(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// Points as they are written: `{ 0: 0, 0.5: 50 }`, `{ steps: … }`, `{ by_age: … }`.
fn points(points: &Value) -> Option<String> {
    let ages = points.get("by_age")?.as_array()?;
    let mut curves = Vec::with_capacity(ages.len());
    for age in ages {
        let [months, curve] = age.as_array()?.as_slice() else {
            return None;
        };
        let (kind, list) = curve.as_object()?.iter().next()?;
        let knots = knots(list.as_array()?)?;
        let curve = if kind == "steps" { format!("{{ steps: {knots} }}") } else { knots };
        curves.push((months.as_i64()?, curve));
    }
    if let [(0, curve)] = curves.as_slice() {
        return Some(curve.clone());
    }
    let curves: Vec<String> = curves.iter().map(|(months, curve)| format!("{months}m: {curve}")).collect();
    Some(format!("{{ by_age: {{ {} }} }}", curves.join(", ")))
}

fn knots(items: &[Value]) -> Option<String> {
    let mut knots = Vec::with_capacity(items.len());
    for item in items {
        let [at, points] = item.as_array()?.as_slice() else {
            return None;
        };
        knots.push(format!("{}: {}", shown(at), shown(points)));
    }
    Some(format!("{{ {} }}", knots.join(", ")))
}
