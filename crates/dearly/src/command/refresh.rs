//! `dearly refresh`.

use std::process::ExitCode;

use crate::arguments::{Arguments, RefreshArguments};
use crate::output::{self, Sheet};
use crate::progress;

pub(crate) async fn run(arguments: &Arguments, own: &RefreshArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let bar = progress::counter(arguments, "scoring accounts");
    let count = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let refreshed = app.refresh(own.as_of, &count).await?;
    bar.finish_and_clear();
    output::write(arguments.format, &refreshed, |_| {
        let mut sheet = Sheet::new(&["as of", "accounts", "first time", "new facts", "due", "untouched"]);
        let counts = [
            refreshed.n_accounts,
            refreshed.n_first,
            refreshed.n_new_facts,
            refreshed.n_due,
            refreshed.n_untouched,
        ];
        sheet.push(
            std::iter::once(refreshed.as_of.to_string())
                .chain(counts.map(|count| count.to_string()))
                .collect(),
        );
        sheet
    })?;
    Ok(ExitCode::SUCCESS)
}
