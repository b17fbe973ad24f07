//! `dearly retention`.

use std::process::ExitCode;

use dearly_app::view::{BookRetention, DueRetention};

use crate::arguments::{Arguments, Format, RetentionArguments};
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &RetentionArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let report = app.retention(super::when(&own.when), own.from, own.to, own.by.as_deref()).await?;
    output::write(arguments.format, &report, |raw| {
        let mut sheet = Sheet::new(&["group", "basis", "measure", "value"]);
        let groups =
            report.groups.iter().map(|own| (own.group.as_deref().unwrap_or("none"), &own.book, &own.due));
        for (group, book, due) in std::iter::once(("all", &report.book, &report.due)).chain(groups) {
            add(&mut sheet, group, book, due, raw);
        }
        sheet
    })?;
    if arguments.format == Format::Table {
        eprintln!(
            "from {} until before {}, as known on {}, in {}; the book basis follows the opening accounts, the due basis \
             what ended in the period",
            report.from,
            report.to,
            report.as_of,
            report.currency.as_deref().unwrap_or("the currency of the book")
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn add(sheet: &mut Sheet, group: &str, book: &BookRetention, due: &DueRetention, raw: bool) {
    let amount = |cents: i64| {
        if raw { cents.to_string() } else { output::short_money(cents) }
    };
    let rate = |rate: Option<f64>| {
        if raw { output::optional(rate) } else { output::percent(rate) }
    };
    let mut push = |basis: &str, measure: &str, value: String| {
        sheet.push(vec![group.to_owned(), basis.to_owned(), measure.to_owned(), value]);
    };
    for (measure, cents) in [
        ("start_arr_cents", book.start_arr_cents),
        ("churned_arr_cents", book.churned_arr_cents),
        ("contraction_arr_cents", book.contraction_arr_cents),
        ("expansion_arr_cents", book.expansion_arr_cents),
        ("end_arr_cents", book.end_arr_cents),
        ("new_arr_cents", book.new_arr_cents),
    ] {
        push("book", if raw { measure } else { measure.trim_end_matches("_cents") }, amount(cents));
    }
    push("book", "gross_revenue_retention", rate(book.gross_revenue_retention));
    push("book", "net_revenue_retention", rate(book.net_revenue_retention));
    push("book", "logo_retention", rate(book.logo_retention));
    for (measure, cents) in [
        ("due_arr_cents", due.due_arr_cents),
        ("churned_arr_cents", due.churned_arr_cents),
        ("contraction_arr_cents", due.contraction_arr_cents),
        ("expansion_arr_cents", due.expansion_arr_cents),
        ("open_arr_cents", due.open_arr_cents),
    ] {
        push("due", if raw { measure } else { measure.trim_end_matches("_cents") }, amount(cents));
    }
    push("due", "gross_renewal_rate", rate(due.gross_renewal_rate));
    push("due", "net_renewal_rate", rate(due.net_renewal_rate));
    push("due", "logo_renewal_rate", rate(due.logo_renewal_rate));
    for (measure, count) in [
        ("n_due", due.n_due),
        ("n_renewed", due.n_renewed),
        ("n_churned", due.n_churned),
        ("n_open", due.n_open),
    ] {
        push("due", measure, count.to_string());
    }
}
