//! `dearly accounts`.

use std::process::ExitCode;

use dearly_app::accounts::AccountQuery;
use dearly_app::view::{AccountStatus, Colour};

use crate::arguments::{AccountsArguments, Arguments, ColourArgument, Format};
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &AccountsArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let query = AccountQuery {
        q: own.search.clone(),
        segment: own.segment.clone(),
        csm: own.csm.clone(),
        colour: own.colour.iter().map(|colour| shown(*colour)).collect(),
        status: (!own.all).then_some(AccountStatus::Customer),
        sort: own.sort,
        descending: own.descending,
        limit: own.limit.unwrap_or(usize::MAX),
        ..AccountQuery::default()
    };
    let list = app.accounts(super::when(&own.when), &query).await?;
    output::write(arguments.format, &list.rows, |raw| {
        let header = [
            "account",
            "name",
            "segment",
            "tier",
            "csm",
            "arr",
            "outcomes",
            "change",
            "deployment",
            "engagement",
            "adoption",
            "roi",
            "experience",
            "renews_on",
            "last_met_on",
            "why",
        ];
        let mut sheet = Sheet::new(&header);
        for row in &list.rows {
            let score = |cell: Option<&dearly_app::view::ScoreCell>| match cell {
                Some(cell) if raw => output::optional(cell.score),
                Some(cell) => output::score(cell),
                None => String::new(),
            };
            let change = row
                .outcomes
                .change
                .map(|change| if raw { change.to_string() } else { format!("{change:+.0}") });
            sheet.push(vec![
                row.account.clone(),
                row.name.clone(),
                output::optional(row.segment.as_ref()),
                output::optional(row.tier),
                output::optional(row.csm.as_ref()),
                if raw { output::money(row.arr_cents) } else { output::short_money(row.arr_cents) },
                score(Some(&row.outcomes)),
                change.unwrap_or_default(),
                score(row.components.get("deployment")),
                score(row.components.get("engagement")),
                score(row.components.get("adoption")),
                score(row.components.get("roi")),
                score(Some(&row.experience)),
                output::optional(row.renews_on),
                output::optional(row.last_met_on),
                row.why.clone().unwrap_or_default(),
            ]);
        }
        sheet
    })?;
    if arguments.format == Format::Table {
        let totals = &list.totals;
        eprintln!(
            "{} accounts as of {}, ARR {}: ● {} green, ▲ {} yellow, ■ {} red, ○ {} unknown",
            totals.n_accounts,
            list.as_of,
            output::short_money(totals.arr_cents),
            totals.green,
            totals.yellow,
            totals.red,
            totals.unknown
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(colour: ColourArgument) -> Colour {
    match colour {
        ColourArgument::Green => Colour::Green,
        ColourArgument::Yellow => Colour::Yellow,
        ColourArgument::Red => Colour::Red,
        ColourArgument::Unknown => Colour::Unknown,
    }
}
