//! The same facts in another order.

use dearly_domain::Texts;
use dearly_health::facts::{AccountFacts, UsageRow};

/// A generator of numbers that are random enough to shuffle with.
struct Shuffler(u64);

impl Shuffler {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn shuffle<T>(&mut self, rows: &mut [T]) {
        for last in (1..rows.len()).rev() {
            rows.swap(last, self.below(last + 1));
        }
    }

    /// Shuffles a dictionary; the answer is where each text has gone.
    fn shuffle_texts(&mut self, texts: &mut Texts) -> Vec<u32> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        self.shuffle(&mut order);
        let mut moved = vec![0; texts.len()];
        for (new, old) in order.iter().enumerate() {
            moved[*old] = new as u32;
        }
        *texts = order.into_iter().map(|old| texts[old].to_owned()).collect();
        moved
    }
}

/// The facts with every list in another order, dictionaries included.
pub(crate) fn shuffled(facts: &AccountFacts, seed: u64) -> AccountFacts {
    let mut facts = facts.clone();
    let mut shuffler = Shuffler(seed);
    shuffler.shuffle(&mut facts.attributes);
    shuffler.shuffle(&mut facts.people);
    shuffler.shuffle(&mut facts.subscriptions);
    shuffler.shuffle(&mut facts.steps);
    shuffler.shuffle(&mut facts.licences);
    shuffler.shuffle(&mut facts.activities);
    shuffler.shuffle(&mut facts.tickets);
    shuffler.shuffle(&mut facts.surveys);
    shuffler.shuffle(&mut facts.invoices);
    shuffler.shuffle(&mut facts.plans);
    shuffler.shuffle(&mut facts.objectives);
    shuffler.shuffle(&mut facts.escalations);
    shuffler.shuffle(&mut facts.judgements);
    let mut rows: Vec<UsageRow> = facts.usage.rows.iter().collect();
    shuffler.shuffle(&mut rows);
    let users = shuffler.shuffle_texts(&mut facts.usage.users);
    let events = shuffler.shuffle_texts(&mut facts.usage.events);
    let products = shuffler.shuffle_texts(&mut facts.usage.products);
    for row in &mut rows {
        row.user = row.user.map(|user| users[user as usize]);
        row.event = events[row.event as usize];
        row.product = row.product.map(|product| products[product as usize]);
    }
    facts.usage.rows = rows.into();
    facts
}
