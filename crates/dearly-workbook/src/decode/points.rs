//! `points`: how a value becomes points.

use crate::model::{Curve, Points};
use crate::node::{Entry, Node, Place};

use super::scalar;
use super::sink::Sink;

const STEPS: &str = "steps";
const BY_AGE: &str = "by_age";
const EXAMPLE: &str = "as in `{ 0%: 0, 50%: 50, 100%: 100 }`";

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Points> {
    let entries = knots_of(sink, node)?;
    let Some(by_age) = only(entries, BY_AGE) else {
        return curve(sink, node).map(|curve| Points { by_age: vec![(0, curve)] });
    };
    let ages = knots_of(sink, by_age)?;
    if ages.is_empty() {
        sink.error(
            by_age.place(),
            "points by age without an age",
            Some("as in `6m: { 0%: 0, 100%: 100 }`".to_owned()),
        );
        return None;
    }
    let mut curves: Vec<(i32, Curve)> = Vec::new();
    let mut last: Option<i32> = None;
    for Entry { key, value } in ages {
        let age = scalar::months(sink, key);
        if let (Some(age), Some(before)) = (age, last)
            && age <= before
        {
            ascending(sink, key.place, "ages", &format!("{age}m"), &format!("{before}m"));
        }
        last = age.or(last);
        if let (Some(age), Some(curve)) = (age, curve(sink, value)) {
            curves.push((age, curve));
        }
    }
    Some(Points { by_age: curves })
}

fn curve(sink: &mut Sink<'_>, node: &Node) -> Option<Curve> {
    let entries = knots_of(sink, node)?;
    match only(entries, STEPS) {
        Some(steps) => knots(sink, steps).map(Curve::Steps),
        None => knots(sink, node).map(Curve::Linear),
    }
}

fn knots_of<'a>(sink: &mut Sink<'_>, node: &'a Node) -> Option<&'a [Entry]> {
    match node {
        Node::Mapping(_, entries) => Some(entries),
        other => {
            sink.error(other.place(), "expected points by value", Some(EXAMPLE.to_owned()));
            None
        }
    }
}

fn only<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Node> {
    match entries {
        [entry] if entry.key.text == name => Some(&entry.value),
        _ => None,
    }
}

fn knots(sink: &mut Sink<'_>, node: &Node) -> Option<Vec<(f64, f64)>> {
    let entries = knots_of(sink, node)?;
    if entries.is_empty() {
        sink.error(node.place(), "points without a value", Some(EXAMPLE.to_owned()));
        return None;
    }
    let mut knots: Vec<(f64, f64)> = Vec::new();
    let mut last: Option<(f64, &str)> = None;
    for Entry { key, value } in entries {
        let at = scalar::decimal_or_percent(&key.text);
        match (at, last) {
            (None, _) if key.text == STEPS || key.text == BY_AGE => {
                sink.error(key.place, format!("`{}` cannot stand beside other fields", key.text), None);
            }
            (None, _) => {
                let message = format!("expected a value such as `50%` or `3`, found `{}`", key.text);
                sink.error(key.place, message, Some(EXAMPLE.to_owned()));
            }
            (Some(at), Some((before, text))) if at <= before => {
                ascending(sink, key.place, "values", &key.text, text);
            }
            _ => {}
        }
        last = at.map(|at| (at, key.text.as_str())).or(last);
        let points = at.and_then(|_| scalar::number(sink, value, 0.0, 100.0));
        if let (Some(at), Some(points)) = (at, points) {
            knots.push((at, points));
        }
    }
    (!knots.is_empty()).then_some(knots)
}

fn ascending(sink: &mut Sink<'_>, place: Place, what: &str, here: &str, before: &str) {
    let message = format!("{what} out of order: {here} after {before}");
    sink.error(place, message, Some(format!("write the {what} from the smallest to the largest")));
}
