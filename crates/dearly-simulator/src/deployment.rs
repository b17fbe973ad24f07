//! Deployment: licences activated, set-up steps done.

use dearly_domain::licence::Licence;
use dearly_domain::step::Step;
use dearly_domain::{Attributes, Held};

use crate::catalogue::{CONNECT, INSIGHT, PLAN, setup_steps};
use crate::health::D;
use crate::life::{Life, Span};
use crate::random::logistic;

/// How far a product's seats are in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activation {
    product: &'static str,
    share: f64,
    last: Option<(i64, i64)>,
    pub(crate) activated: i64,
}

impl Activation {
    pub(crate) fn is_of(&self, product: &str) -> bool {
        self.product == product
    }
}

impl Life<'_> {
    /// Moves activation towards what deployment's health allows, and writes a snapshot where something changed.
    pub(crate) fn count_licences(&mut self, span: Span) {
        for product in [PLAN, INSIGHT] {
            let (noise, spare) = (self.random.licences.normal(), self.random.licences.whole(0, 2));
            let Some((seats, from)) =
                self.contracts.of(product, span.from).map(|contract| (contract.seats, contract.from))
            else {
                self.users.activations.retain(|activation| activation.product != product);
                continue;
            };
            let age_months = f64::from(span.from - from.max(self.profile.customer_since)) / 30.4;
            let ripe = (0.68 + 0.19 * self.health.now[D] + 0.02 * noise).clamp(0.06, 1.0);
            let target = ripe * (1.0 - (-(age_months + 0.35) / 1.6).exp());
            let place = match self.users.activations.iter().position(|known| known.product == product) {
                Some(place) => place,
                None => {
                    self.users.activations.push(Activation {
                        product,
                        share: target,
                        last: None,
                        activated: 0,
                    });
                    self.users.activations.len() - 1
                }
            };
            let activation = &mut self.users.activations[place];
            activation.share += 0.5 * (target - activation.share);
            activation.activated = (activation.share * seats).round().max(1.0) as i64;
            let assigned =
                (activation.activated + i64::from(spare)).min(seats as i64).max(activation.activated);
            let changed = activation.last.is_none_or(|last| last.0 != activation.activated);
            if changed && self.profile.counts_licences {
                activation.last = Some((activation.activated, assigned));
                self.out.facts.licences.push(Held::always(Licence {
                    account: self.profile.id.clone(),
                    product: product.to_owned(),
                    on: span.from,
                    assigned: Some(assigned),
                    activated: Some(self.users.activations[place].activated),
                    attributes: Attributes::new(),
                }));
            }
        }
    }

    /// Set-up steps: each has a day by which it is mostly done; low health makes it late, very low health never.
    pub(crate) fn do_steps(&mut self, span: Span) {
        for product in [PLAN, INSIGHT, CONNECT] {
            let Some(from) = self.contracts.of(product, span.from).map(|contract| contract.from) else {
                continue;
            };
            // A product of an account that was there long before the records begin was set up with it.
            let from = if from < self.world.first_day { self.profile.customer_since } else { from };
            let old = from < self.world.first_day;
            for (step, basic, usually) in setup_steps(product) {
                let (luck, when) = (self.random.licences.uniform(), span.any_day(&mut self.random.licences));
                let known = self
                    .out
                    .facts
                    .steps
                    .iter()
                    .any(|done| done.value.product == product && done.value.step == *step);
                let usual = from.plus_days(*usually);
                if known || usual.plus_days(-15) >= span.to {
                    continue;
                }
                let ease = if *basic { 1.9 } else { -0.7 };
                let hazard = logistic(ease + 1.5 * self.health.now[D]) * if *basic { 0.9 } else { 0.55 };
                let first = old && span.from == self.world.first_day;
                let hazard =
                    if first { 1.0 - (1.0 - hazard).powi(3) } else { hazard * late_factor(when - usual) };
                if luck >= hazard {
                    continue;
                }
                let done_on = if first { usual } else { when.max(from) };
                self.out.facts.steps.push(Held::always(Step {
                    account: self.profile.id.clone(),
                    product: product.to_owned(),
                    step: (*step).to_owned(),
                    done_on: Some(done_on.min(span.to.plus_days(-1))),
                    attributes: Attributes::new(),
                }));
            }
        }
    }
}

/// What is long overdue is rarely taken up again.
fn late_factor(days_late: i32) -> f64 {
    if days_late > 120 { 0.12 } else { 1.0 }
}
