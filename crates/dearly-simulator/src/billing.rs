//! Invoices of running terms, paid late where things go badly.

use dearly_domain::invoice::Invoice;
use dearly_domain::{Attributes, Held, InvoiceId};

use crate::catalogue::Segment;
use crate::life::{Life, Span};
use crate::random::logistic;
use crate::world::CURRENCY;

/// Days from the invoice to its due day.
const TERMS_OF_PAYMENT_DAYS: i32 = 30;

impl Life<'_> {
    pub(crate) fn bill(&mut self, span: Span) {
        let every = self.contracts.bill_every;
        let mut bills = Vec::new();
        for term in &self.out.facts.subscriptions {
            let term = &term.value;
            // The first month of a term in this period, and the next where the period holds two.
            let first = span.from.months_since(term.starts_on).max(0);
            for month in first..=first + 1 {
                let issued = term.starts_on.plus_months(month);
                if month % every == 0
                    && span.holds(issued)
                    && term.ends_on.is_none_or(|ends_on| issued < ends_on)
                {
                    bills.push((issued, term.annual_cents() * i64::from(every) / 12));
                }
            }
        }
        for (issued, amount_cents) in bills {
            let random = &mut self.random.billing;
            let health = self.health.overall();
            let (late, early, days) = (random.uniform(), random.whole(-22, 2), random.uniform());
            let (fails, again) = (random.uniform(), random.whole(4, 25));
            let due_on = issued.plus_days(TERMS_OF_PAYMENT_DAYS);
            let delay =
                if late < logistic(-2.7 - 1.3 * health) { (3.0 + 110.0 * days * days) as i32 } else { early };
            let card_fails = self.profile.segment == Segment::Smb && fails < 0.03;
            let number = self.out.facts.invoices.len() + 1;
            self.out.facts.invoices.push(Held::always(Invoice {
                external_id: InvoiceId(format!("INV{}-{number:03}", self.profile.number)),
                account: self.profile.id.clone(),
                amount_cents,
                currency: Some(CURRENCY.to_owned()),
                issued_on: Some(issued),
                due_on,
                paid_on: Some(due_on.plus_days(if card_fails { again.max(delay) } else { delay })),
                failed_on: card_fails.then_some(due_on),
                attributes: Attributes::new(),
            }));
        }
    }
}
