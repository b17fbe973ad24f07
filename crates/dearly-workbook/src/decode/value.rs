//! `value`: what a measure measures.

use crate::model::{FeatureSet, NpsOf, Per, TrendAgainst, TrendOf, Value};
use crate::nearest::help;
use crate::node::{Entry, Node, Scalar};
use crate::shape::{MOST_USERS, NPS_OF, PER, SQL, Shape, TREND_AGAINST, TREND_OF, VALUES};

use super::map::Map;
use super::scalar;
use super::sink::Sink;

/// `value: tenure`, `value: { active_users: { within: 28d } }`; `per` may also stand beside the kind.
pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Value> {
    match node {
        Node::Scalar(name) => {
            let shape = shape(sink, name)?;
            if shape.name == SQL {
                sink.error(name.place, "`sql` needs a statement", Some(SQL_EXAMPLE.to_owned()));
                return None;
            }
            let nothing = Node::Mapping(name.place, Vec::new());
            decode_kind(sink, shape, &nothing, None)
        }
        Node::Mapping(place, entries) => {
            let (beside, kinds): (Vec<&Entry>, Vec<&Entry>) =
                entries.iter().partition(|entry| entry.key.text == "per");
            let [Entry { key, value }] = kinds.as_slice() else {
                let message = format!("expected one kind of value, found {}", kinds.len());
                sink.error(*place, message, Some("as in `{ active_users: { within: 28d } }`".to_owned()));
                return None;
            };
            let shape = shape(sink, key)?;
            if shape.name == SQL {
                if let Some(Entry { key, .. }) = beside.first() {
                    sink.error(key.place, "`sql` is not divided by anything: remove `per`", None);
                }
                return sql(sink, value);
            }
            let nothing = Node::Mapping(value.place(), Vec::new());
            let parameters = if value.is_empty() { &nothing } else { value };
            decode_kind(sink, shape, parameters, beside.first().copied())
        }
        Node::Sequence(place, _) => {
            sink.error(*place, "expected a kind of value, found a list", None);
            None
        }
    }
}

const SQL_EXAMPLE: &str =
    "as in `{ sql: \"select account, count(*) as value from tickets group by account\" }`";

/// The statement. Whether it can be asked is for those to say who know SQL and the tables.
fn sql(sink: &mut Sink<'_>, node: &Node) -> Option<Value> {
    if node.is_empty() {
        sink.error(node.place(), "`sql` needs a statement", Some(SQL_EXAMPLE.to_owned()));
        return None;
    }
    let text = scalar::text(sink, node)?;
    sink.statements.push((node.place(), text.clone()));
    Some(Value::Sql(text))
}

fn shape(sink: &mut Sink<'_>, name: &Scalar) -> Option<&'static Shape> {
    let found = VALUES.iter().find(|shape| shape.name == name.text);
    if found.is_none() {
        let known = VALUES.iter().map(|shape| shape.name);
        sink.error(name.place, format!("unknown kind of value `{}`", name.text), help(&name.text, known));
    }
    found
}

fn decode_kind(
    sink: &mut Sink<'_>,
    shape: &'static Shape,
    parameters: &Node,
    beside: Option<&Entry>,
) -> Option<Value> {
    let map = Map::open(sink, parameters, shape)?;
    let takes_per = shape.names().any(|name| name == "per");
    let inner_per = takes_per.then(|| map.get("per")).flatten();
    if let Some(Entry { key, .. }) = beside {
        if !takes_per {
            sink.error(key.place, format!("`{}` is not divided by anything: remove `per`", shape.name), None);
        } else if inner_per.is_some() {
            sink.error(key.place, "`per` stands both beside and within the value", None);
        }
    }
    let per = match inner_per.or(beside.map(|entry| &entry.value)) {
        Some(node) if takes_per => per(sink, node),
        _ => Per::default(),
    };
    let within = |sink: &mut Sink<'_>, standard: i32| map.days(sink, "within", 1).unwrap_or(standard);
    let no_plan_until = |sink: &mut Sink<'_>| map.days(sink, "no_plan_until", 0).unwrap_or(90);
    let severity = |sink: &mut Sink<'_>| map.whole(sink, "severity_up_to", 1, 99).unwrap_or(2);
    Some(match shape.name {
        "licence_utilisation" => Value::LicenceUtilisation,
        "setup_steps_done" => Value::SetupStepsDone,
        "products_live" => Value::ProductsLive { within: within(sink, 28) },
        "active_users" => Value::ActiveUsers { within: within(sink, 28), per },
        "healthy_active_users" => {
            let (days_at_least, within) = (days_at_least(sink, &map, 10), within(sink, 28));
            possible_days(sink, &map, days_at_least, within);
            Value::HealthyActiveUsers { days_at_least, within, per }
        }
        "login_frequency" => Value::LoginFrequency { within: within(sink, 28) },
        "stickiness" => Value::Stickiness {
            within: within(sink, 28),
            working_days: map.flag(sink, "working_days").unwrap_or(true),
        },
        "feature_use" => Value::FeatureUse { features: features(sink, &map), within: within(sink, 28) },
        "features_in_regular_use" => {
            let (days_at_least, within) = (days_at_least(sink, &map, 4), within(sink, 28));
            possible_days(sink, &map, days_at_least, within);
            Value::FeaturesInRegularUse {
                features: features(sink, &map),
                by_at_least: map.share(sink, "by_at_least").unwrap_or(0.2),
                days_at_least,
                within,
            }
        }
        "features_used" => Value::FeaturesUsed {
            features: features(sink, &map),
            by_at_least: map.whole(sink, "by_at_least", 1, MOST_USERS).unwrap_or(3),
            within: within(sink, 28),
        },
        "workflow_completion" => {
            Value::WorkflowCompletion { workflows: workflows(sink, &map), within: within(sink, 28) }
        }
        "usage_trend" => Value::UsageTrend {
            of: match map.word(sink, "of", TREND_OF) {
                Some("events") => TrendOf::Events,
                _ => TrendOf::ActiveUsers,
            },
            against: match map.word(sink, "against", TREND_AGAINST) {
                Some("last_year") => TrendAgainst::LastYear,
                _ => TrendAgainst::Previous,
            },
            within: within(sink, 28),
        },
        "key_people_met" => Value::KeyPeopleMet,
        "multithreading" => Value::Multithreading { within: within(sink, 90) },
        "days_since_activity" => Value::DaysSinceActivity { types: map.texts(sink, "types") },
        "business_review_held" => Value::BusinessReviewHeld,
        "verified_outcomes" => {
            Value::VerifiedOutcomes { within: within(sink, 365), no_plan_until: no_plan_until(sink) }
        }
        "plan_on_track" => Value::PlanOnTrack { no_plan_until: no_plan_until(sink) },
        "plan_accepted" => Value::PlanAccepted { within: within(sink, 365) },
        "nps" => Value::Nps {
            of: match map.word(sink, "of", NPS_OF) {
                Some("everybody") => NpsOf::Everybody,
                _ => NpsOf::LowestKeyPerson,
            },
            within: within(sink, 365),
        },
        "csat" => Value::Csat { within: within(sink, 90) },
        "ces" => Value::Ces { within: within(sink, 90) },
        "open_tickets" => Value::OpenTickets { severity_up_to: severity(sink) },
        "tickets_past_sla" => Value::TicketsPastSla { severity_up_to: severity(sink) },
        "tickets_opened" => Value::TicketsOpened {
            categories: map.texts(sink, "categories"),
            within: within(sink, 90),
            per_100_active_users: map.flag(sink, "per_100_active_users").unwrap_or(false),
        },
        "time_to_resolve" => Value::TimeToResolve { within: within(sink, 90) },
        "overdue_invoices" => {
            Value::OverdueInvoices { more_than: map.days(sink, "more_than", 0).unwrap_or(60) }
        }
        "open_escalations" => Value::OpenEscalations,
        "judgement" => Value::Judgement { expires_after: map.days(sink, "expires_after", 1).unwrap_or(90) },
        "attribute" => Value::Attribute { name: map.text(sink, "name")? },
        "arr_change" => Value::ArrChange { within: within(sink, 365) },
        _ => Value::Tenure,
    })
}

fn per(sink: &mut Sink<'_>, node: &Node) -> Per {
    match scalar::word(sink, node, PER) {
        Some("entitled_seats") => Per::EntitledSeats,
        Some("one") => Per::One,
        _ => Per::ActivatedLicences,
    }
}

fn days_at_least(sink: &mut Sink<'_>, map: &Map<'_>, standard: i32) -> i32 {
    map.whole(sink, "days_at_least", 1, 366).map_or(standard, |days| days as i32)
}

fn possible_days(sink: &mut Sink<'_>, map: &Map<'_>, days_at_least: i32, within: i32) {
    if days_at_least > within {
        let place = map.get("days_at_least").or(map.get("within")).map_or(map.place, Node::place);
        sink.error(place, format!("{days_at_least} active days do not fit into {within}d"), None);
    }
}

fn features(sink: &mut Sink<'_>, map: &Map<'_>) -> FeatureSet {
    match map.get("features") {
        None => FeatureSet::Sticky,
        Some(Node::Scalar(word)) if word.text == "sticky" => FeatureSet::Sticky,
        Some(Node::Sequence(place, items)) if items.is_empty() => {
            sink.error(*place, "expected `sticky` or at least one name of an event", None);
            FeatureSet::Sticky
        }
        Some(node) => FeatureSet::Named(scalar::texts(sink, node)),
    }
}

fn workflows(sink: &mut Sink<'_>, map: &Map<'_>) -> Vec<String> {
    let ids = map.texts(sink, "workflows");
    // Without readable features each name would be a second complaint about the same thing.
    if let (Some(node), Some(known)) = (map.get("workflows"), sink.workflows.clone()) {
        for id in &ids {
            scalar::known(sink, node.place(), "workflow", id, known.iter().map(String::as_str));
        }
    }
    ids
}
