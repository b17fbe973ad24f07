//! `kind: features`

use std::collections::BTreeSet;

use crate::model::{Features, Workflow};
use crate::node::{Entry, Node};
use crate::shape::{FEATURES, WORKFLOW};

use super::map::Map;
use super::scalar;
use super::sink::Sink;

const STANDARD_WITHIN_DAYS: i32 = 7;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Features> {
    let map = Map::open(sink, node, &FEATURES)?;
    let mut sticky = Vec::new();
    let mut seen = BTreeSet::new();
    for node in map.list(sink, "sticky") {
        let Some(event) = scalar::text(sink, node) else {
            continue;
        };
        if !seen.insert(event.clone()) {
            sink.error(node.place(), format!("sticky feature `{event}` stands here twice"), None);
            continue;
        }
        sticky.push(event);
    }
    let entries = map.entries(sink, "workflows").unwrap_or_default();
    let workflows = entries.iter().filter_map(|entry| workflow(sink, entry)).collect();
    Some(Features { sticky, workflows })
}

fn workflow(sink: &mut Sink<'_>, Entry { key, value }: &Entry) -> Option<Workflow> {
    let id = scalar::id(sink, key);
    let map = Map::open(sink, value, &WORKFLOW)?;
    let steps = map.texts(sink, "steps");
    if let Some(Node::Sequence(place, items)) = map.get("steps")
        && items.is_empty()
    {
        sink.error(
            *place,
            format!("workflow `{}` has no steps", key.text),
            Some("name its events in order".to_owned()),
        );
    }
    let workflow = Workflow {
        id: id?,
        label: map.text(sink, "label"),
        steps,
        within_days: map.days(sink, "within", 1).unwrap_or(STANDARD_WITHIN_DAYS),
        expected_per_user: map.number(sink, "expected_per_user", 0.0, 10_000.0).unwrap_or(1.0),
    };
    if let Some(node) = map.get("expected_per_user")
        && workflow.expected_per_user == 0.0
    {
        sink.error(node.place(), "expected a number above 0, found `0`", None);
    }
    Some(workflow)
}
