//! `workbook init --from-data`: sticky features and set-up steps proposed from what the book says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dearly_domain::{Calendar, Day};
use dearly_health::facts::AccountFacts;
use dearly_workbook::{Document, EventUse, ProductUse, StepUse, UseSummary};

use crate::app::{App, When};
use crate::book::Needs;
use crate::error::Result;

/// The window in which use is looked at, and the days of it that make use regular: those of measure A3.
const WITHIN: i32 = 28;
const REGULAR_DAYS: usize = 4;
const REGULAR_SHARE: f64 = 0.2;

#[derive(Default)]
struct Tally {
    accounts: usize,
    events: BTreeMap<String, EventTally>,
    products: BTreeMap<String, ProductTally>,
}

#[derive(Default)]
struct EventTally {
    accounts: usize,
    regular_accounts: usize,
    share: f64,
}

#[derive(Default)]
struct ProductTally {
    accounts: usize,
    steps: BTreeMap<String, StepTally>,
}

#[derive(Default)]
struct StepTally {
    accounts: usize,
    positions: f64,
}

impl App {
    /// The default workbook with the features and set-up steps that the book suggests.
    pub async fn propose_workbook(&self, when: When) -> Result<Vec<Document>> {
        let in_force = self.in_force().await?;
        let day = self.day(when, &in_force.calendar).await?;
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let ids = reader.accounts().await?;
        let mut tally = Tally::default();
        reader
            .each(&ids, Needs::Everything, |facts| {
                facts.iter().for_each(|facts| tally.add(facts, day, &in_force.calendar));
                Ok(())
            })
            .await?;
        let proposed = dearly_workbook::propose(&tally.summary());
        let mut documents = dearly_workbook::defaults();
        for own in proposed {
            match documents.iter_mut().find(|document| document.path == own.path) {
                Some(document) => *document = own,
                None => documents.push(own),
            }
        }
        Ok(documents)
    }
}

impl Tally {
    fn add(&mut self, facts: &AccountFacts, day: Day, calendar: &Calendar) {
        self.accounts += usize::from(!facts.usage.rows.is_empty());
        let mut active: BTreeSet<u32> = BTreeSet::new();
        let mut days: HashMap<(u32, u32), BTreeSet<Day>> = HashMap::new();
        for row in facts.usage.rows.iter().filter(|row| row.known_from(calendar) <= day) {
            let on = calendar.day_of(row.at);
            let Some(user) = row.user.filter(|_| day - on < WITHIN) else {
                continue;
            };
            active.insert(user);
            days.entry((row.event, user)).or_default().insert(on);
        }
        let mut users: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for ((event, _), days) in &days {
            let (any, regular) = users.entry(*event).or_default();
            *any += 1;
            *regular += usize::from(days.len() >= REGULAR_DAYS);
        }
        for (event, (any, regular)) in users {
            let own = self.events.entry(facts.usage.events[event as usize].to_owned()).or_default();
            let active = active.len() as f64;
            own.accounts += 1;
            own.regular_accounts += usize::from(regular as f64 >= REGULAR_SHARE * active);
            own.share += any as f64 / active;
        }
        let products: BTreeSet<&str> = facts
            .subscriptions
            .iter()
            .filter_map(|held| held.at(day))
            .map(|term| term.product.as_str())
            .collect();
        for product in products {
            let own = self.products.entry(product.to_owned()).or_default();
            own.accounts += 1;
            let mut done: Vec<(Day, &str)> = facts
                .steps
                .iter()
                .filter_map(|held| held.at(day))
                .filter(|step| step.product == product)
                .filter_map(|step| Some((step.done_on.filter(|on| *on <= day)?, step.step.as_str())))
                .collect();
            done.sort_unstable();
            for (position, (_, step)) in done.into_iter().enumerate() {
                let own = own.steps.entry(step.to_owned()).or_default();
                own.accounts += 1;
                own.positions += position as f64 + 1.0;
            }
        }
    }

    fn summary(self) -> UseSummary {
        let mean = |sum: f64, n: usize| if n == 0 { 0.0 } else { sum / n as f64 };
        UseSummary {
            accounts: self.accounts,
            events: self
                .events
                .into_iter()
                .map(|(event, own)| EventUse {
                    event,
                    accounts: own.accounts,
                    regular_accounts: own.regular_accounts,
                    share_of_active_users: mean(own.share, own.accounts),
                })
                .collect(),
            products: self
                .products
                .into_iter()
                .map(|(product, own)| ProductUse {
                    product,
                    accounts: own.accounts,
                    steps: own
                        .steps
                        .into_iter()
                        .map(|(step, own)| StepUse {
                            step,
                            accounts: own.accounts,
                            mean_position: mean(own.positions, own.accounts),
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}
