//! `kind: scorecard`

use std::collections::BTreeMap;

use crate::model::{Bands, Cap, CapColour, Component, Missing, ScoreKind, Scorecard};
use crate::nearest::{help, one_of};
use crate::node::{Entry, Node};
use crate::shape::{BANDS, CAP, CAP_COLOURS, COMPONENT, FOR, MISSING, SCORECARD, SCORES};

use super::map::Map;
use super::measure;
use super::scalar;
use super::sink::Sink;

const STANDARD_BANDS: Bands = Bands { yellow: 50.0, green: 75.0 };
const STANDARD_COVERAGE: f64 = 0.6;
const STANDARD_NEW_FOR_DAYS: i32 = 30;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Scorecard> {
    let map = Map::open(sink, node, &SCORECARD)?;
    let id = map.id(sink);
    let score = score(sink, &map);
    let label = map.text(sink, "label");
    let for_segments = for_segments(sink, &map);
    let bands = bands(sink, &map);
    let minimum_coverage = map.share(sink, "minimum_coverage").unwrap_or(STANDARD_COVERAGE);
    let new_for_days = map.days(sink, "new_for", 0).unwrap_or(STANDARD_NEW_FOR_DAYS);
    let missing = match map.word(sink, "missing", MISSING) {
        Some("zero") => Missing::Zero,
        _ => Missing::LeaveOut,
    };
    let components = components(sink, &map, score);
    let caps = map.list(sink, "caps").iter().filter_map(|node| cap(sink, node)).collect();
    Some(Scorecard {
        id: id?,
        label,
        score: score?,
        for_segments,
        bands,
        minimum_coverage,
        new_for_days,
        missing,
        components,
        caps,
    })
}

fn score(sink: &mut Sink<'_>, map: &Map<'_>) -> Option<ScoreKind> {
    let word = match map.get("score") {
        Some(_) => map.word(sink, "score", SCORES)?,
        None => {
            let id = map.get("id")?;
            let Node::Scalar(scalar) = id else { return None };
            let Some(word) = SCORES.iter().copied().find(|score| *score == scalar.text) else {
                let message = format!("scorecard `{}` does not say which `score` it makes", scalar.text);
                sink.error(id.place(), message, one_of(SCORES));
                return None;
            };
            word
        }
    };
    Some(if word == "outcomes" { ScoreKind::Outcomes } else { ScoreKind::Experience })
}

fn for_segments(sink: &mut Sink<'_>, map: &Map<'_>) -> Vec<String> {
    let Some(map) = map.get("for").and_then(|node| Map::open(sink, node, &FOR)) else {
        return Vec::new();
    };
    let Some(node) = map.get("segment") else {
        return Vec::new();
    };
    let items = match node {
        Node::Sequence(place, items) => {
            if items.is_empty() {
                sink.error(
                    *place,
                    "expected at least one segment",
                    Some("remove `for` to mean all accounts".to_owned()),
                );
            }
            items.as_slice()
        }
        single => std::slice::from_ref(single),
    };
    let mut segments = Vec::new();
    for item in items {
        let Some(id) = scalar::text(sink, item) else {
            continue;
        };
        if !sink.catalogue.has_segment(&id) {
            let help = help(&id, sink.catalogue.segments())
                .or_else(|| Some("add a document of `kind: segment`".to_owned()));
            sink.error(item.place(), format!("unknown segment `{id}`"), help);
        }
        segments.push(id);
    }
    segments
}

fn bands(sink: &mut Sink<'_>, map: &Map<'_>) -> Bands {
    let Some(node) = map.get("bands") else {
        return STANDARD_BANDS;
    };
    let Some(map) = Map::open(sink, node, &BANDS) else {
        return STANDARD_BANDS;
    };
    let yellow = map.number(sink, "yellow", 0.0, 100.0);
    let green = map.number(sink, "green", 0.0, 100.0);
    let (Some(yellow), Some(green)) = (yellow, green) else {
        return STANDARD_BANDS;
    };
    if yellow >= green {
        let message = format!("bands out of order: yellow begins at {yellow}, green at {green}");
        sink.error(node.place(), message, Some("yellow must begin below green".to_owned()));
    }
    Bands { yellow, green }
}

fn components(sink: &mut Sink<'_>, map: &Map<'_>, score: Option<ScoreKind>) -> Vec<Component> {
    let Some(entries) = map.entries(sink, "components") else {
        return Vec::new();
    };
    let place = map.get("components").map_or(map.place, Node::place);
    if entries.is_empty() {
        sink.error(place, "expected at least one component", None);
    }
    let mut measures = BTreeMap::new();
    let mut components = Vec::new();
    let mut weights = Vec::new();
    for entry in entries {
        for measure in entry.value.get("measures").into_iter().flat_map(entries_of) {
            if let Some(first) = measures.insert(measure.key.text.clone(), entry.key.text.clone()) {
                let message =
                    format!("a second measure `{}`, the first is in component `{first}`", measure.key.text);
                sink.error(measure.key.place, message, Some("give it another id".to_owned()));
            }
        }
        let (weight, component) = component(sink, entry, score);
        weights.push(weight);
        components.extend(component);
    }
    check_weights(sink, place, "the weights of the components", &weights);
    components
}

fn entries_of(node: &Node) -> &[Entry] {
    match node {
        Node::Mapping(_, entries) => entries,
        _ => &[],
    }
}

fn component(
    sink: &mut Sink<'_>,
    Entry { key, value }: &Entry,
    score: Option<ScoreKind>,
) -> (Option<f64>, Option<Component>) {
    let id = scalar::id(sink, key);
    let Some(map) = Map::open(sink, value, &COMPONENT) else {
        return (None, None);
    };
    let label = map.text(sink, "label");
    let weight = map.number(sink, "weight", 0.0, f64::INFINITY);
    let mut measures = Vec::new();
    if let Some(entries) = map.entries(sink, "measures") {
        let place = map.get("measures").map_or(map.place, Node::place);
        if entries.is_empty() {
            sink.error(place, "expected at least one measure", None);
        }
        let mut weights = Vec::new();
        for entry in entries {
            let (weight, measure) = measure::decode(sink, entry, score);
            weights.push(weight);
            measures.extend(measure);
        }
        // A component of no weight is switched off, and with it its measures.
        if weight != Some(0.0) {
            check_weights(sink, place, &format!("the weights of the measures of `{}`", key.text), &weights);
        }
    }
    // The facets as written: a measure with another mistake has its facet all the same.
    let facets: Vec<&str> = value
        .get("measures")
        .into_iter()
        .flat_map(entries_of)
        .filter_map(|entry| match entry.value.get("facet") {
            Some(Node::Scalar(facet)) => Some(facet.text.as_str()),
            _ => None,
        })
        .collect();
    let mut require = Vec::new();
    for node in map.list(sink, "require") {
        let Some(facet) = scalar::text(sink, node) else {
            continue;
        };
        if !facets.contains(&facet.as_str()) {
            let message = format!("no measure of `{}` has the required facet `{facet}`", key.text);
            sink.error(node.place(), message, help(&facet, facets.iter().copied()));
        }
        require.push(facet);
    }
    let component = id.map(|id| Component { id, label, weight: weight.unwrap_or(0.0), require, measures });
    (weight, component)
}

/// Weights of which one could not be read say nothing about their sum.
fn check_weights(sink: &mut Sink<'_>, place: crate::node::Place, what: &str, weights: &[Option<f64>]) {
    let sum: Option<f64> = weights.iter().copied().sum();
    if !weights.is_empty() && sum == Some(0.0) {
        sink.error(
            place,
            format!("{what} sum to nothing"),
            Some("give at least one a weight above 0".to_owned()),
        );
    }
}

fn cap(sink: &mut Sink<'_>, node: &Node) -> Option<Cap> {
    let map = Map::open(sink, node, &CAP)?;
    let label = map.text(sink, "label");
    let when = map.condition(sink, "when");
    let at_most = match map.word(sink, "at_most", CAP_COLOURS)? {
        "red" => CapColour::Red,
        _ => CapColour::Yellow,
    };
    Some(Cap { label, when: when?, at_most })
}
