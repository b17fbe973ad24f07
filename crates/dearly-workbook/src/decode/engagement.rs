//! `kind: engagement`

use std::collections::BTreeMap;

use crate::model::{Engagement, EngagementException};
use crate::nearest::help;
use crate::node::{Entry, Node};
use crate::shape::{ENGAGEMENT, EXCEPTION};

use super::map::Map;
use super::scalar;
use super::sink::Sink;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Engagement> {
    let map = Map::open(sink, node, &ENGAGEMENT)?;
    let standard = Engagement::default();
    let key_roles = match map.entries(sink, "key_roles") {
        Some(entries) => days_by_role(sink, entries),
        None => standard.key_roles,
    };
    let executive_roles = match map.get("executive_roles") {
        Some(_) => executive_roles(sink, &map, &key_roles),
        None => standard.executive_roles.into_iter().filter(|role| key_roles.contains_key(role)).collect(),
    };
    let business_review_days = match map.entries(sink, "business_reviews") {
        Some(entries) => by_tier(sink, entries, |sink, node| scalar::days(sink, node, 1)),
        None => standard.business_review_days,
    };
    let required_roles = match map.entries(sink, "required_roles") {
        Some(entries) => by_tier(sink, entries, |sink, node| Some(scalar::texts(sink, node))),
        None => BTreeMap::new(),
    };
    let exceptions =
        map.list(sink, "exceptions").iter().filter_map(|node| exception(sink, node, &key_roles)).collect();
    Some(Engagement { key_roles, executive_roles, exceptions, business_review_days, required_roles })
}

fn days_by_role(sink: &mut Sink<'_>, entries: &[Entry]) -> BTreeMap<String, i32> {
    let days = entries.iter().map(|entry| (entry.key.text.clone(), scalar::days(sink, &entry.value, 1)));
    // A role whose days are wrong is known all the same: what names it is right.
    days.map(|(role, days)| (role, days.unwrap_or(1))).collect()
}

fn executive_roles(sink: &mut Sink<'_>, map: &Map<'_>, key_roles: &BTreeMap<String, i32>) -> Vec<String> {
    let mut roles = Vec::new();
    for node in map.list(sink, "executive_roles") {
        let Some(role) = scalar::text(sink, node) else {
            continue;
        };
        if !key_roles.contains_key(&role) {
            let message = format!("executive role `{role}` is no key role and will never count");
            sink.warn(node.place(), message, help(&role, key_roles.keys().map(String::as_str)));
        }
        roles.push(role);
    }
    roles
}

fn exception(
    sink: &mut Sink<'_>,
    node: &Node,
    key_roles: &BTreeMap<String, i32>,
) -> Option<EngagementException> {
    let map = Map::open(sink, node, &EXCEPTION)?;
    let tier = map.whole(sink, "tier", 1, 99);
    let stage = map.text(sink, "stage");
    if map.get("tier").is_none() && map.get("stage").is_none() {
        sink.error(map.place, "an exception needs a `tier`, a `stage` or both", None);
    }
    let entries = map.entries(sink, "key_roles").unwrap_or_default();
    for entry in entries {
        scalar::known(
            sink,
            entry.key.place,
            "key role",
            &entry.key.text,
            key_roles.keys().map(String::as_str),
        );
    }
    Some(EngagementException { tier, stage, key_roles: days_by_role(sink, entries) })
}

fn by_tier<T>(
    sink: &mut Sink<'_>,
    entries: &[Entry],
    read: impl Fn(&mut Sink<'_>, &Node) -> Option<T>,
) -> BTreeMap<i64, T> {
    let mut found = BTreeMap::new();
    for entry in entries {
        let tier = scalar::whole(sink, &Node::Scalar(entry.key.clone()), 1, 99);
        let value = read(sink, &entry.value);
        if let (Some(tier), Some(value)) = (tier, value)
            && found.insert(tier, value).is_some()
        {
            sink.error(entry.key.place, format!("tier {tier} stands here twice"), None);
        }
    }
    found
}
