//! `kind: organisation`

use std::collections::BTreeMap;

use dearly_domain::Calendar;

use crate::model::Organisation;
use crate::node::{Node, Scalar};
use crate::shape::ORGANISATION;

use super::map::Map;
use super::scalar;
use super::sink::Sink;

pub(super) fn decode(sink: &mut Sink<'_>, node: &Node) -> Option<Organisation> {
    let map = Map::open(sink, node, &ORGANISATION)?;
    let standard = Organisation::default();
    let currency = map.get("currency").and_then(|node| match node {
        Node::Scalar(scalar) => currency(sink, scalar),
        other => scalar::text(sink, other),
    });
    Some(Organisation {
        rates: rates(sink, &map, currency.as_deref()),
        currency,
        fiscal_year_starts_in: map
            .whole(sink, "fiscal_year_starts_in", 1, 12)
            .map_or(standard.fiscal_year_starts_in, |month| month as u8),
        time_zone: time_zone(sink, &map),
        grace_days: map.days(sink, "grace", 0).unwrap_or(standard.grace_days),
        account_property: map.text(sink, "account_property"),
        labels: labels(sink, &map),
    })
}

fn currency(sink: &mut Sink<'_>, scalar: &Scalar) -> Option<String> {
    let code = &scalar.text;
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(code.clone());
    }
    let upper = code.to_ascii_uppercase();
    let help = (upper.len() == 3 && upper != *code).then(|| format!("did you mean `{upper}`?"));
    sink.error(
        scalar.place,
        format!("expected a currency of three capitals such as `EUR`, found `{code}`"),
        help,
    );
    None
}

fn rates(sink: &mut Sink<'_>, map: &Map<'_>, reporting: Option<&str>) -> BTreeMap<String, f64> {
    let mut rates = BTreeMap::new();
    let entries = map.entries(sink, "rates").unwrap_or_default();
    if let Some(first) = entries.first()
        && map.get("currency").is_none()
    {
        let message = "rates lead into the reporting currency, and `currency` does not say which that is";
        sink.error(first.key.place, message, Some("add `currency: EUR`".to_owned()));
    }
    for entry in entries {
        let code = currency(sink, &entry.key);
        let rate = scalar::number(sink, &entry.value, f64::NEG_INFINITY, f64::INFINITY);
        if let Some(rate) = rate
            && rate <= 0.0
        {
            sink.error(entry.value.place(), format!("expected a rate above 0, found `{rate}`"), None);
            continue;
        }
        let (Some(code), Some(rate)) = (code, rate) else {
            continue;
        };
        if Some(code.as_str()) == reporting && rate != 1.0 {
            let message = format!("{code} is the reporting currency itself: its rate can only be 1");
            sink.error(entry.value.place(), message, Some("remove it".to_owned()));
            continue;
        }
        rates.insert(code, rate);
    }
    rates
}

fn time_zone(sink: &mut Sink<'_>, map: &Map<'_>) -> Option<String> {
    let node = map.get("time_zone")?;
    let name = scalar::text(sink, node)?;
    if Calendar::named(&name).is_none() {
        let help = "use an IANA name such as `Europe/Berlin` or `UTC`".to_owned();
        sink.error(node.place(), format!("unknown time zone `{name}`"), Some(help));
        return None;
    }
    Some(name)
}

fn labels(sink: &mut Sink<'_>, map: &Map<'_>) -> BTreeMap<String, String> {
    let entries = map.entries(sink, "labels").unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.text.clone(), scalar::text(sink, &entry.value)?)))
        .collect()
}
