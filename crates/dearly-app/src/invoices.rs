//! An account's invoices, in the reporting currency.

use std::cmp::Reverse;

use dearly_domain::Day;
use dearly_domain::invoice::Invoice;
use dearly_health::facts::AccountFacts;

use crate::account::{by, seen};
use crate::app::{App, When};
use crate::error::Result;
use crate::view::InvoiceRow;

impl App {
    /// The account's invoices, the one due last first.
    pub async fn invoices(&self, when: When, account: &str) -> Result<Vec<InvoiceRow>> {
        let one = self.one_account(when, account).await?;
        Ok(invoices_of(&one.facts, one.day))
    }
}

/// The invoices that were issued by the day.
pub(crate) fn issued(facts: &AccountFacts, day: Day) -> impl Iterator<Item = &Invoice> {
    seen(&facts.invoices, day, |invoice| invoice.issued_on.unwrap_or(Day::MIN))
}

fn invoices_of(facts: &AccountFacts, day: Day) -> Vec<InvoiceRow> {
    let mut rows: Vec<InvoiceRow> = issued(facts, day)
        .map(|invoice| {
            let (paid_on, failed_on) = (by(day, invoice.paid_on), by(day, invoice.failed_on));
            // A credit is owed by us: nobody is late with it.
            let is_owed = paid_on.is_none() && invoice.amount_cents > 0;
            let days_overdue = (is_owed && invoice.due_on < day).then(|| day - invoice.due_on);
            let state = match paid_on {
                Some(paid_on) if paid_on <= invoice.due_on => "paid",
                Some(_) => "paid_late",
                None if failed_on.is_some() => "failed",
                None if days_overdue.is_some() => "overdue",
                None => "due",
            };
            InvoiceRow {
                invoice: invoice.external_id.0.clone(),
                amount_cents: invoice.amount_cents,
                issued_on: invoice.issued_on,
                due_on: invoice.due_on,
                paid_on,
                failed_on,
                state: state.to_owned(),
                days_overdue,
            }
        })
        .collect();
    rows.sort_by_cached_key(|row| (Reverse(row.due_on), row.invoice.clone()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{day, noun};

    /// Each as `invoice state days_overdue`.
    fn check(as_of: &str, expect: &[&str]) {
        let invoice = |id: &str, dates: &[(&str, &str)]| {
            let cells = [("external_id", id), ("amount", "10000"), ("due_on", "2025-01-31")];
            noun(&cells.into_iter().chain(dates.iter().copied()).collect::<Vec<_>>())
        };
        let facts = AccountFacts {
            invoices: vec![
                invoice("1", &[("issued_on", "2025-01-01"), ("paid_on", "2025-01-31")]),
                invoice("2", &[("issued_on", "2025-01-01"), ("paid_on", "2025-02-10")]),
                invoice("3", &[("issued_on", "2025-01-15"), ("failed_on", "2025-01-31")]),
            ],
            ..AccountFacts::default()
        };
        let shown: Vec<String> = invoices_of(&facts, day(as_of))
            .iter()
            .map(|row| format!("{} {} {:?}", row.invoice, row.state, row.days_overdue))
            .collect();
        assert_eq!(shown, expect, "as of {as_of}");
    }

    #[test]
    fn an_invoice_is_overdue_the_day_after_it_was_due() {
        check("2025-01-10", &["1 due None", "2 due None"]);
        check("2025-01-31", &["1 paid None", "2 due None", "3 failed None"]);
        check("2025-02-01", &["1 paid None", "2 overdue Some(1)", "3 failed Some(1)"]);
        check("2025-02-10", &["1 paid None", "2 paid_late None", "3 failed Some(10)"]);
    }
}
