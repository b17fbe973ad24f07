//! `dearly lake`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use dearly_app::App;
use dearly_app::lake::{Eagerness, Month};
use dearly_app::view::LakeChange;
use dearly_domain::{Day, Instant};

use crate::arguments::{Arguments, Format, LakeArguments, LakeCommand};
use crate::output::{self, Sheet};
use crate::progress;

pub(crate) async fn run(arguments: &Arguments, own: &LakeArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    match &own.command {
        LakeCommand::Status => status(arguments, &app).await?,
        LakeCommand::Compact => {
            let change = compact(arguments, &app, Eagerness::Always).await?;
            show(arguments, &change)?;
        }
        LakeCommand::Erase { user } => {
            let users: BTreeSet<String> = user.iter().cloned().collect();
            let change = app.erase(&users).await?;
            show(arguments, &change)?;
            if arguments.format == Format::Table && change.n_dropped == 0 && change.n_records_deleted == 0 {
                eprintln!("no event in the lake names {}", user.join(" or "));
            }
        }
        LakeCommand::Retain { months, from } => {
            let from = match (months, from) {
                (Some(months), _) => first_day(*months),
                (None, Some(from)) => *from,
                (None, None) => anyhow::bail!("say how much to keep: --months N, or --from DAY"),
            };
            show(arguments, &app.retain(from).await?)?;
            if arguments.format == Format::Table {
                eprintln!("the lake holds events from {from} on");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The first day of the month so many months before this one, by UTC.
fn first_day(months: u16) -> Day {
    let month = Month::of(Instant::now()).plus_months(-i32::from(months));
    dearly_domain::Calendar::utc().day_of(month.start())
}

/// Merges segments, with a bar.
pub(crate) async fn compact(
    arguments: &Arguments,
    app: &App,
    eagerness: Eagerness,
) -> anyhow::Result<LakeChange> {
    let bar = progress::counter(arguments, "merge segments (MB)");
    let change = app
        .compact(eagerness, &mut |done, total| {
            bar.set_length(total / 1_000_000);
            bar.set_position(done / 1_000_000);
        })
        .await;
    bar.finish_and_clear();
    Ok(change?)
}

async fn status(arguments: &Arguments, app: &App) -> anyhow::Result<()> {
    let status = app.lake_status().await?;
    let flag = |is_due: bool| if is_due { "yes" } else { "" }.to_owned();
    output::write(arguments.format, &status, |_| {
        let mut sheet = Sheet::new(&["month", "segments", "events", "unattributed", "bytes", "due"]);
        for row in &status.months {
            let counts = [row.n_segments, row.n_events, row.n_unattributed, row.bytes];
            let cells = std::iter::once(row.month.clone()).chain(counts.map(|count| count.to_string()));
            sheet.push(cells.chain([flag(row.is_due)]).collect());
        }
        sheet
    })?;
    if arguments.format == Format::Table {
        eprintln!(
            "{} events, {} without an account, in {} files of {} bytes at {}",
            status.n_events,
            status.n_unattributed,
            status.segments.len(),
            status.bytes,
            status.place
        );
        if status.n_retired > 0 {
            eprintln!(
                "{} files of {} bytes are live no more and go after an hour",
                status.n_retired, status.retired_bytes
            );
        }
    }
    Ok(())
}

fn show(arguments: &Arguments, change: &LakeChange) -> anyhow::Result<()> {
    output::write(arguments.format, change, |_| {
        let mut sheet = Sheet::new(&["what", "count"]);
        for (what, count) in [
            ("events dropped", change.n_dropped),
            ("segments added", change.n_segments_added),
            ("segments removed", change.n_segments_removed),
            ("bytes added", change.bytes_added),
            ("bytes removed", change.bytes_removed),
            ("files deleted", change.n_deleted),
            ("rows of telemetry's records deleted", change.n_records_deleted),
        ] {
            sheet.push(vec![what.to_owned(), count.to_string()]);
        }
        sheet
    })
}
