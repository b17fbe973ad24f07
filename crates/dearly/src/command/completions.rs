//! `dearly completions`.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};

pub(crate) fn run(own: &CompletionsArguments) -> anyhow::Result<ExitCode> {
    clap_complete::generate(own.shell, &mut Arguments::command(), "dearly", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}
