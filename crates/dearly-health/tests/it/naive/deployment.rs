//! D: licences, set-up, products.

use std::collections::{BTreeMap, BTreeSet};

use dearly_health::score::Reading;

use super::{Naive, ratio};

impl<'a> Naive<'a> {
    /// Entitled seats by product, over the terms that cover the day and count people.
    pub(super) fn entitled(&self) -> BTreeMap<&'a str, f64> {
        let mut entitled = BTreeMap::new();
        for term in self.covering() {
            let quantity = term.quantity.unwrap_or(0.0);
            if term.is_seats() && quantity > 0.0 {
                *entitled.entry(term.product.as_str()).or_insert(0.0) += quantity;
            }
        }
        entitled
    }

    /// Activated licences by product: the last snapshot's.
    pub(super) fn activated(&self) -> BTreeMap<&'a str, f64> {
        let products: BTreeSet<&str> =
            self.licences().iter().map(|licence| licence.product.as_str()).collect();
        products
            .into_iter()
            .map(|product| {
                let snapshots = self.licences().into_iter().filter(|licence| licence.product == product);
                let last = snapshots.max_by_key(|licence| licence.on).expect("the product has a snapshot");
                (product, last.in_use().unwrap_or(0) as f64)
            })
            .collect()
    }

    pub(super) fn licence_utilisation(&self) -> Reading {
        let entitled = self.entitled();
        if entitled.is_empty() {
            return Reading::NotApplicable("no seats bought");
        }
        if self.licences().is_empty() {
            return Reading::Missing("licences");
        }
        let activated = self.activated();
        let used: f64 = entitled
            .iter()
            .map(|(product, entitled)| activated.get(product).copied().unwrap_or(0.0).min(*entitled))
            .sum();
        ratio(used, entitled.values().sum())
    }

    /// Whether each required step of the products bought is done, with whether it is basic.
    fn required_steps(&self) -> Vec<(bool, bool)> {
        let mut required = Vec::new();
        for product in self.products_bought() {
            for required_step in self.workbook.setup.steps_of(product) {
                let done = self
                    .steps()
                    .iter()
                    .any(|step| step.product == product && step.step == required_step.step);
                required.push((required_step.basic, done));
            }
        }
        required
    }

    pub(super) fn basic_steps(&self) -> Vec<bool> {
        self.required_steps().into_iter().filter(|(basic, _)| *basic).map(|(_, done)| done).collect()
    }

    pub(super) fn setup_steps_done(&self) -> Reading {
        let required = self.required_steps();
        if required.is_empty() {
            return Reading::NotApplicable("no steps required");
        }
        if self.steps().is_empty() {
            return Reading::Missing("steps");
        }
        ratio(required.iter().filter(|(_, done)| *done).count() as f64, required.len() as f64)
    }

    /// Where events name no product, a single one is live with any active user, and of several nobody knows.
    pub(super) fn products_live(&self, within: i32) -> Reading {
        let bought = self.products_bought();
        if bought.is_empty() {
            return Reading::NotApplicable("nothing bought");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let live = if self.events_name_products() {
            bought.iter().filter(|product| !self.users(within, Some(product)).is_empty()).count()
        } else if bought.len() == 1 {
            usize::from(!self.users(within, None).is_empty())
        } else {
            return Reading::Missing("products of events");
        };
        ratio(live as f64, bought.len() as f64)
    }
}
