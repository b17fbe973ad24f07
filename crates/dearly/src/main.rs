//! Dearly: customer success with measured health and proof. One binary; this file only wires.

mod arguments;
mod command;
mod output;
mod progress;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// The stack of a thread; only pages that are touched cost memory.
const STACK_BYTES: usize = 16 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("DEARLY_LOG")
                .unwrap_or_else(|_| "warn,dearly=info".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    // Plans of queries are evaluated by recursion.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(&arguments)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Demo(own) => command::demo::run(arguments, own).await,
        Command::Serve(own) => command::serve::run(arguments, own).await,
        Command::Import(own) => command::import::run(arguments, own).await,
        Command::Workbook(own) => command::workbook::run(arguments, own).await,
        Command::Score(own) => command::score::run(arguments, own).await,
        Command::Refresh(own) => command::refresh::run(arguments, own).await,
        Command::Explain(own) => command::explain::run(arguments, own).await,
        Command::Accounts(own) => command::accounts::run(arguments, own).await,
        Command::Retention(own) => command::retention::run(arguments, own).await,
        Command::Drivers(own) => command::drivers::run(arguments, own).await,
        Command::Fit(own) => command::fit::run(arguments, own),
        Command::Effect(own) => command::effect::run(arguments, own),
        Command::Key(own) => command::key::run(arguments, own).await,
        Command::Lake(own) => command::lake::run(arguments, own).await,
        Command::Query(own) => command::query::run(arguments, own).await,
        Command::Rollup(own) => command::rollup::run(arguments, own).await,
        #[cfg(feature = "cluster")]
        Command::Cluster(own) => command::cluster::run(arguments, own).await,
        Command::Openapi => command::openapi::run(),
        Command::Completions(own) => command::completions::run(own),
    }
}

/// Says what went wrong, with its causes and every error of a workbook.
fn fail(error: &anyhow::Error) -> ExitCode {
    if let Some(dearly_app::Error::Workbook(problems)) = error.downcast_ref() {
        for problem in problems {
            eprintln!("{problem}");
        }
    }
    // A reader that has gone away (`| head`) is no failure worth a word.
    let broken_pipe = error.chain().any(is_broken_pipe);
    if !broken_pipe {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        let mut said: Vec<&str> = Vec::new();
        for cause in &causes {
            // Errors that already carry their source's words do not say them twice.
            if !said.iter().any(|earlier| earlier.contains(cause.as_str())) {
                said.push(cause);
            }
        }
        eprintln!("dearly: {}", said.join(": "));
    }
    ExitCode::from(1)
}

/// Whether the cause is a reader of our output that has gone away, however it is wrapped.
fn is_broken_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::BrokenPipe;
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        return error.kind() == BrokenPipe || error.get_ref().is_some_and(|inner| is_broken_pipe(inner));
    }
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return error.io_error_kind() == Some(BrokenPipe);
    }
    match cause.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => error.kind() == BrokenPipe,
        _ => false,
    }
}
