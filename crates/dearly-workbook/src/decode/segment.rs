//! `kind: segment`

use std::collections::BTreeMap;

use crate::model::Segment;
use crate::node::{Node, Place};
use crate::shape::SEGMENT;

use super::Found;
use super::map::Map;
use super::sink::Sink;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Segment> {
    let map = Map::open(sink, node, &SEGMENT)?;
    let id = map.id(sink);
    let label = map.text(sink, "label");
    let when = map.condition(sink, "when");
    Some(Segment { id: id?, label, when: when? })
}

/// Segments that need each other: none of them could be decided. Each circle is told once, at its first segment.
pub(super) fn check_cycles(sink: &mut Sink<'_>, segments: &[Found<'_, Segment>]) {
    let position: BTreeMap<&str, usize> =
        segments.iter().enumerate().map(|(number, found)| (found.value.id.as_str(), number)).collect();
    let needs: Vec<Vec<usize>> = segments
        .iter()
        .map(|found| found.value.segments_needed().filter_map(|id| position.get(id).copied()).collect())
        .collect();
    let mut told = vec![false; segments.len()];
    for start in 0..segments.len() {
        if told[start] {
            continue;
        }
        let Some(circle) = circle_through(start, &needs) else {
            continue;
        };
        circle.iter().for_each(|member| told[*member] = true);
        let mut names: Vec<&str> = circle.iter().map(|member| segments[*member].value.id.as_str()).collect();
        names.push(names[0]);
        let found = &segments[start];
        let message = format!("segments refer to each other in a circle: {}", names.join(" -> "));
        let place = Place { line: found.place.line, column: found.place.column };
        sink.error_in(
            found.document,
            place,
            message,
            Some("write one of them without the others".to_owned()),
        );
    }
}

/// The shortest way from a segment back to itself.
fn circle_through(start: usize, needs: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut reached_from: Vec<Option<usize>> = vec![None; needs.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        for &next in &needs[here] {
            if next == start {
                let mut circle = vec![here];
                while let Some(before) = reached_from[circle[circle.len() - 1]] {
                    circle.push(before);
                }
                circle.reverse();
                return Some(circle);
            }
            if reached_from[next].is_none() {
                reached_from[next] = Some(here);
                queue.push_back(next);
            }
        }
    }
    None
}
