//! An entry of `measures`.

use crate::model::{Limit, LimitWhen, Measure, ScoreKind, Value};
use crate::node::{Entry, Node};
use crate::shape::{LIMIT, LIMITS, MEASURE};

use super::map::Map;
use super::sink::Sink;
use super::{points, scalar, value};

/// The weight, which is needed even where the measure has another mistake, and the measure.
pub(super) fn decode(
    sink: &mut Sink<'_>,
    Entry { key, value: node }: &Entry,
    score: Option<ScoreKind>,
) -> (Option<f64>, Option<Measure>) {
    let id = scalar::id(sink, key);
    let Some(map) = Map::open(sink, node, &MEASURE) else {
        return (None, None);
    };
    let label = map.text(sink, "label");
    let facet = map.text(sink, "facet");
    let weight = map.number(sink, "weight", 0.0, f64::INFINITY);
    let value = map.get("value").and_then(|node| value::decode(sink, node));
    let points = map.get("points").and_then(|node| points::decode(sink, node));
    let limits = limits(sink, &map, value.as_ref());
    if let Some(value) = &value
        && value.is_subjective()
        && score == Some(ScoreKind::Outcomes)
    {
        let message =
            format!("measure `{}` is somebody's opinion and stands in an outcomes scorecard", key.text);
        let help = "move it to the experience scorecard: the outcomes score is meant to be objective";
        sink.warn(key.place, message, Some(help.to_owned()));
    }
    let build =
        || Some(Measure { id: id?, label, facet, weight: weight?, value: value?, points: points?, limits });
    (weight, build())
}

fn limits(sink: &mut Sink<'_>, map: &Map<'_>, value: Option<&Value>) -> Vec<Limit> {
    map.list(sink, "limits").iter().filter_map(|node| limit(sink, node, value)).collect()
}

fn limit(sink: &mut Sink<'_>, node: &Node, value: Option<&Value>) -> Option<Limit> {
    let map = Map::open(sink, node, &LIMIT)?;
    let at_most = map.number(sink, "at_most", 0.0, 100.0);
    let at_least = map.number(sink, "at_least", 0.0, 100.0);
    if map.get("at_most").is_none() && map.get("at_least").is_none() {
        sink.error(map.place, "a limit needs `at_most` or `at_least`", None);
    }
    let word = map.word(sink, "when", LIMITS)?;
    let (when, kind, fits) = match word {
        "basic_step_missing" => {
            (LimitWhen::BasicStepMissing, "setup_steps_done", matches!(value, Some(Value::SetupStepsDone)))
        }
        "basic_steps_done" => {
            (LimitWhen::BasicStepsDone, "setup_steps_done", matches!(value, Some(Value::SetupStepsDone)))
        }
        "no_executive" => {
            (LimitWhen::NoExecutive, "multithreading", matches!(value, Some(Value::Multithreading { .. })))
        }
        _ => {
            (LimitWhen::SeverityOnePastDue, "open_tickets", matches!(value, Some(Value::OpenTickets { .. })))
        }
    };
    if value.is_some() && !fits {
        let place = map.get("when").map_or(map.place, Node::place);
        sink.error(place, format!("`{word}` says something only of the value `{kind}`"), None);
    }
    Some(Limit { when, at_most, at_least })
}
