//! `dearly rollup`.

use std::process::ExitCode;

use dearly_app::query::QueryLimits;

use crate::arguments::{Arguments, RollupArguments};
use crate::command::query::MEMORY_BYTES;
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &RollupArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let when = super::when(&own.when);
    let here = async || {
        let limits = QueryLimits { rows: None, time: None, memory_bytes: MEMORY_BYTES, may_spill: true };
        anyhow::Ok(app.rollup(when, limits, &own.out).await?)
    };
    #[cfg(feature = "cluster")]
    let rollup = match &own.cluster {
        Some(url) => super::cluster::rollup(&app, url, when, &own.out).await?,
        None => here().await?,
    };
    #[cfg(not(feature = "cluster"))]
    let rollup = here().await?;
    output::write(arguments.format, &rollup, |_| {
        let mut sheet = Sheet::new(&["as of", "file", "rows"]);
        sheet.push(vec![
            rollup.as_of.to_string(),
            rollup.path.display().to_string(),
            rollup.n_rows.to_string(),
        ]);
        sheet
    })?;
    Ok(ExitCode::SUCCESS)
}
