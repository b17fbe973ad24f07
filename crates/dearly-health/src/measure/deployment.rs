//! Deployment: entitled against activated licences, set-up, products live.

use std::collections::BTreeMap;

use dearly_domain::Day;
use dearly_domain::licence::Licence;
use dearly_workbook::model::LimitWhen;

use super::{adoption, counted, percent, plain};
use crate::as_of::{AsOf, Trace};
use crate::presence::Scope;
use crate::score::{Fact, Reading};

/// Entitled seats by product on the day: terms with a quantity whose unit counts people.
pub(super) fn entitled_seats<'a>(as_of: &AsOf<'a>) -> BTreeMap<&'a str, f64> {
    let mut entitled = BTreeMap::new();
    for term in as_of.columns.running(as_of.day).filter(|term| term.is_seats()) {
        if let Some(quantity) = term.quantity.filter(|quantity| *quantity > 0.0) {
            *entitled.entry(term.product.as_str()).or_insert(0.0) += quantity;
        }
    }
    entitled
}

/// The last licence snapshot by product as of the day.
pub(super) fn last_licences<'a>(as_of: &AsOf<'a>) -> BTreeMap<&'a str, &'a Licence> {
    let mut last: BTreeMap<&str, &Licence> = BTreeMap::new();
    for licence in as_of.columns.licences.iter().filter(|licence| licence.visible(as_of.day)) {
        let newest = last.entry(licence.row.product.as_str()).or_insert(licence.row);
        if licence.row.on > newest.on {
            *newest = licence.row;
        }
    }
    last
}

/// Σ min(activated, entitled) / Σ entitled over seat products.
pub(super) fn licence_utilisation(as_of: &AsOf<'_>, trace: &mut Trace) -> Reading {
    let entitled = entitled_seats(as_of);
    if entitled.is_empty() {
        return Reading::NotApplicable("no seats are entitled on the day");
    }
    let licences = last_licences(as_of);
    if licences.is_empty() {
        return Reading::Missing("no licence snapshot yet");
    }
    let (mut used, mut total) = (0.0, 0.0);
    for (product, seats) in &entitled {
        let licence = licences.get(product);
        let activated = licence.and_then(|licence| licence.in_use()).unwrap_or(0) as f64;
        used += activated.min(*seats);
        total += seats;
        trace.fact(|| Fact {
            file: "licences",
            key: product.to_string(),
            on: licence.map(|licence| licence.on),
            text: format!("{product}: {} of {} seats activated", plain(activated), plain(*seats)),
            counted: activated > 0.0,
        });
    }
    trace.say(|| format!("{} of {} seats activated ({})", plain(used), plain(total), percent(used / total)));
    Reading::ratio(used, total, "no seats are entitled on the day")
}

/// Required set-up steps done / required, over the products bought.
pub(super) fn setup_steps_done(as_of: &AsOf<'_>, trace: &mut Trace) -> (Reading, Vec<LimitWhen>) {
    let products = as_of.columns.products(as_of.day);
    let required: Vec<_> = products
        .iter()
        .flat_map(|product| as_of.workbook.setup.steps_of(product).iter().map(move |step| (*product, step)))
        .collect();
    if required.is_empty() {
        return (
            Reading::NotApplicable("the workbook requires no set-up steps of the products bought"),
            vec![],
        );
    }
    if !as_of.has(&as_of.columns.steps) {
        return (Reading::Missing("no set-up step recorded yet"), vec![]);
    }
    let done_on = |product: &str, step: &str| -> Option<Day> {
        let mut rows =
            as_of.columns.steps.iter().filter(|row| row.visible(as_of.day) && row.is_done(as_of.day));
        rows.find(|row| row.row.product == product && row.row.step == step).and_then(|row| row.done)
    };
    let (mut done, mut basic, mut basic_done) = (0, 0, 0);
    for (product, step) in &required {
        let on = done_on(product, &step.step);
        done += usize::from(on.is_some());
        basic += usize::from(step.basic);
        basic_done += usize::from(step.basic && on.is_some());
        trace.fact(|| Fact {
            file: "steps",
            key: format!("{product}: {}", step.step),
            on,
            text: format!(
                "{product}: {}{} {}",
                step.step,
                if step.basic { " (basic)" } else { "" },
                if on.is_some() { "done" } else { "not done" }
            ),
            counted: on.is_some(),
        });
    }
    trace.say(|| format!("{done} of {} done", counted(required.len() as f64, "required step")));
    let limits = match basic {
        0 => vec![],
        _ if basic_done < basic => vec![LimitWhen::BasicStepMissing],
        _ => vec![LimitWhen::BasicStepsDone],
    };
    (Reading::ratio(done as f64, required.len() as f64, "no steps"), limits)
}

/// Products with an active user / products bought.
pub(super) fn products_live<'a>(as_of: &AsOf<'a>, within: i32, trace: &mut Trace) -> Reading {
    let products = as_of.columns.products(as_of.day);
    if products.is_empty() {
        return Reading::NotApplicable("no product is bought on the day");
    }
    if !as_of.has_usage() {
        return Reading::Missing("no telemetry that names users yet");
    }
    let names_products = as_of.presence.names_products(as_of.day);
    if !names_products && products.len() > 1 {
        return Reading::Missing("telemetry does not name the product");
    }
    let mut live = 0;
    for product in &products {
        let scope = if names_products { Scope::Product(product) } else { Scope::Any };
        let users = adoption::users(as_of, scope, 1, within, 0);
        live += usize::from(users > 0.0);
        trace.fact(|| Fact {
            file: "events",
            key: product.to_string(),
            on: None,
            text: format!("{product}: {} in {within} days", counted(users, "active user")),
            counted: users > 0.0,
        });
    }
    trace.say(|| format!("{live} of {} live", counted(products.len() as f64, "product")));
    Reading::ratio(live as f64, products.len() as f64, "no product is bought on the day")
}
