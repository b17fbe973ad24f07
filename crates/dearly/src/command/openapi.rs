//! `dearly openapi`.

use std::io::Write;
use std::process::ExitCode;

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    writeln!(std::io::stdout().lock(), "{}", dearly_api::openapi())?;
    Ok(ExitCode::SUCCESS)
}
