//! `kind: setup`

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Setup, SetupStep};
use crate::node::{Entry, Node};
use crate::shape::{SETUP, STEP};

use super::map::Map;
use super::scalar;
use super::sink::Sink;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Setup> {
    let map = Map::open(sink, node, &SETUP)?;
    let mut products = BTreeMap::new();
    for Entry { key, value } in map.entries(sink, "products").unwrap_or_default() {
        let Node::Sequence(_, items) = value else {
            sink.error(value.place(), format!("expected a list of the set-up steps of `{}`", key.text), None);
            continue;
        };
        products.insert(key.text.clone(), steps(sink, items));
    }
    Some(Setup { products })
}

fn steps(sink: &mut Sink<'_>, items: &[Node]) -> Vec<SetupStep> {
    let mut steps = Vec::new();
    let mut seen = BTreeSet::new();
    for item in items {
        let Some(step) = step(sink, item) else { continue };
        if !seen.insert(step.step.clone()) {
            sink.error(item.place(), format!("step `{}` stands here twice", step.step), None);
            continue;
        }
        steps.push(step);
    }
    steps
}

fn step(sink: &mut Sink<'_>, node: &Node) -> Option<SetupStep> {
    if matches!(node, Node::Scalar(_)) {
        return scalar::text(sink, node).map(|step| SetupStep { step, basic: false });
    }
    let map = Map::open(sink, node, &STEP)?;
    let basic = map.flag(sink, "basic").unwrap_or(false);
    Some(SetupStep { step: map.text(sink, "step")?, basic })
}
