//! The fields of an object.

use crate::condition::Condition;
use crate::nearest::help;
use crate::node::{Entry, Node, Place};
use crate::shape::Shape;

use super::scalar;
use super::sink::Sink;

/// An object whose field names have been checked.
pub(super) struct Map<'a> {
    entries: &'a [Entry],
    /// Where it begins.
    pub(super) place: Place,
    shape: &'static Shape,
}

impl<'a> Map<'a> {
    /// Opens an object and notes its unknown and its missing fields. `called` is what messages call it.
    pub(super) fn open(sink: &mut Sink<'_>, node: &'a Node, shape: &'static Shape) -> Option<Map<'a>> {
        let Node::Mapping(place, entries) = node else {
            let example = shape.fields.iter().find(|member| member.name != "kind" && member.name != "id");
            let example = example.map_or("", |member| member.name);
            sink.error(
                node.place(),
                format!("expected {} with fields such as `{example}`", shape.called),
                None,
            );
            return None;
        };
        for Entry { key, .. } in entries {
            if !shape.names().any(|name| name == key.text) {
                let message = format!("unknown field `{}` in {}", key.text, shape.called);
                sink.error(key.place, message, help(&key.text, shape.names()));
            }
        }
        let map = Map { entries, place: *place, shape };
        for member in shape.fields.iter().filter(|member| member.required) {
            // A repeated key has been told already and is not here; `kind` has been looked at.
            if member.name != "kind" && map.get(member.name).is_none() {
                let message = format!("{} needs `{}`: {}", shape.called, member.name, member.meaning);
                sink.error(map.place, message, None);
            }
        }
        Some(map)
    }

    /// The value of a field; `None` where the field is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        debug_assert!(
            self.shape.names().any(|known| known == name),
            "{name} is no field of {}",
            self.shape.name
        );
        self.entries
            .iter()
            .find(|entry| entry.key.text == name)
            .map(|entry| &entry.value)
            .filter(|v| !v.is_empty())
    }

    pub(super) fn text(&self, sink: &mut Sink<'_>, name: &str) -> Option<String> {
        scalar::text(sink, self.get(name)?)
    }

    pub(super) fn id(&self, sink: &mut Sink<'_>) -> Option<String> {
        match self.get("id")? {
            Node::Scalar(id) => scalar::id(sink, id),
            other => scalar::text(sink, other),
        }
    }

    pub(super) fn flag(&self, sink: &mut Sink<'_>, name: &str) -> Option<bool> {
        scalar::flag(sink, self.get(name)?)
    }

    pub(super) fn number(&self, sink: &mut Sink<'_>, name: &str, least: f64, most: f64) -> Option<f64> {
        scalar::number(sink, self.get(name)?, least, most)
    }

    pub(super) fn whole(&self, sink: &mut Sink<'_>, name: &str, least: i64, most: i64) -> Option<i64> {
        scalar::whole(sink, self.get(name)?, least, most)
    }

    pub(super) fn share(&self, sink: &mut Sink<'_>, name: &str) -> Option<f64> {
        scalar::share(sink, self.get(name)?)
    }

    pub(super) fn days(&self, sink: &mut Sink<'_>, name: &str, least: i32) -> Option<i32> {
        scalar::days(sink, self.get(name)?, least)
    }

    pub(super) fn word(
        &self,
        sink: &mut Sink<'_>,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        scalar::word(sink, self.get(name)?, words)
    }

    pub(super) fn condition(&self, sink: &mut Sink<'_>, name: &str) -> Option<Condition> {
        scalar::condition(sink, self.get(name)?)
    }

    /// A list of texts; a single text is a list of one. Empty where the field is missing.
    pub(super) fn texts(&self, sink: &mut Sink<'_>, name: &str) -> Vec<String> {
        self.get(name).map_or_else(Vec::new, |node| scalar::texts(sink, node))
    }

    /// The entries of a list; empty where the field is missing.
    pub(super) fn list(&self, sink: &mut Sink<'_>, name: &str) -> &'a [Node] {
        match self.get(name) {
            Some(Node::Sequence(_, items)) => items,
            Some(node) => {
                sink.error(node.place(), format!("expected a list for `{name}`"), None);
                &[]
            }
            None => &[],
        }
    }

    /// Names with values; `None` where the field is missing.
    pub(super) fn entries(&self, sink: &mut Sink<'_>, name: &str) -> Option<&'a [Entry]> {
        let node = self.get(name)?;
        if let Node::Mapping(_, entries) = node {
            return Some(entries);
        }
        sink.error(
            node.place(),
            format!("expected names with values for `{name}`, as in `name: value`"),
            None,
        );
        None
    }
}
