//! `dearly demo`.

use std::process::ExitCode;
use std::sync::Arc;

use dearly_app::demo::{DemoRequest, DemoStep};

use crate::arguments::{Arguments, DemoArguments};
use crate::progress;

pub(crate) async fn run(arguments: &Arguments, own: &DemoArguments) -> anyhow::Result<ExitCode> {
    if !own.no_serve {
        dearly_api::check_loopback(own.serve.listen)?;
    }
    let app = super::open(arguments).await?;
    let request = DemoRequest { n_accounts: own.accounts as usize, seed: own.seed, until: own.until };
    let bar = progress::counter(arguments, "simulating accounts");
    let files = progress::files(arguments);
    let step = move |step: DemoStep| match step {
        DemoStep::Simulating(done, total) => {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        DemoStep::Writing => bar.finish_and_clear(),
        DemoStep::Importing(own) => files(own),
    };
    match app.demo(request, Arc::new(step)).await? {
        Some(imported) => super::import::show(arguments, &imported)?,
        None => eprintln!("the demo book is there already"),
    }
    if own.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    super::serve::serve(app, &own.serve).await
}
