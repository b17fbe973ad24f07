//! Invoices, revenue, tenure and custom attributes.

use dearly_domain::Attribute;

use super::{counted, plain, signed_percent};
use crate::as_of::{AsOf, Trace};
use crate::score::{Fact, Reading};

/// Unpaid invoices more than so many days past due.
pub(super) fn overdue_invoices(as_of: &AsOf<'_>, more_than: i32, trace: &mut Trace) -> Reading {
    if !as_of.has(&as_of.columns.invoices) {
        return Reading::Missing("no invoices recorded yet");
    }
    let mut count = 0.0;
    let unpaid =
        as_of.columns.invoices.iter().filter(|row| row.visible(as_of.day) && !row.is_done(as_of.day));
    // A credit is owed by us: nobody is late with it.
    for invoice in unpaid.filter(|row| row.row.amount_cents > 0) {
        let days = as_of.day - invoice.row.due_on;
        if days > more_than {
            count += 1.0;
            trace.fact(|| Fact {
                file: "invoices",
                key: invoice.row.external_id.0.clone(),
                on: Some(invoice.row.due_on),
                text: format!("due {}, {} late", invoice.row.due_on, counted(f64::from(days), "day")),
                counted: true,
            });
        }
    }
    trace.say(|| format!("{} overdue by more than {more_than} days", counted(count, "invoice")));
    Reading::of(count)
}

/// A number among the account's custom attributes.
pub(super) fn attribute(as_of: &AsOf<'_>, name: &str, trace: &mut Trace) -> Reading {
    let value = as_of.account().and_then(|account| account.attributes.get(name));
    let number = match value {
        Some(Attribute::Integer(number)) => *number as f64,
        Some(Attribute::Decimal(number)) => *number,
        _ => return Reading::Missing("the account has no such number"),
    };
    trace.say(|| plain(number));
    trace.fact(|| Fact {
        file: "accounts",
        key: name.to_owned(),
        on: None,
        text: format!("{name}: {}", plain(number)),
        counted: true,
    });
    Reading::of(number)
}

/// ARR against that at the start of the window.
pub(super) fn arr_change(as_of: &AsOf<'_>, within: i32, trace: &mut Trace) -> Reading {
    let now = as_of.columns.arr_cents(as_of.day) as f64 / 100.0;
    let before = as_of.columns.arr_cents(as_of.day.plus_days(-within)) as f64 / 100.0;
    if before == 0.0 {
        return Reading::NotApplicable("no recurring revenue at the start of the window");
    }
    trace.say(|| format!("{now:.0} after {before:.0} ({})", signed_percent(now / before - 1.0)));
    Reading::Present { value: now / before - 1.0, ratio: Some((now, before)) }
}

/// Full months since the account's start.
pub(super) fn tenure(as_of: &AsOf<'_>, trace: &mut Trace) -> Reading {
    if as_of.start.is_none() {
        return Reading::NotApplicable("the account has not started");
    }
    let months = f64::from(as_of.age_months());
    trace.say(|| counted(months, "month"));
    Reading::of(months)
}
