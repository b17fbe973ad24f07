//! `dearly serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use dearly_app::App;

use crate::arguments::{Arguments, ServeArguments};

/// How often the server looks whether scores must be brought up to date.
const REFRESH_EVERY: Duration = Duration::from_secs(5 * 60);

pub(crate) async fn run(arguments: &Arguments, own: &ServeArguments) -> anyhow::Result<ExitCode> {
    dearly_api::check_loopback(own.listen)?;
    serve(super::open(arguments).await?, own).await
}

/// Serves until the process is told to stop; requests under way are answered first.
pub(crate) async fn serve(app: App, own: &ServeArguments) -> anyhow::Result<ExitCode> {
    dearly_api::check_loopback(own.listen)?;
    let listener = tokio::net::TcpListener::bind(own.listen)
        .await
        .with_context(|| format!("cannot listen on {}; name another address with --listen", own.listen))?;
    eprintln!(
        "Dearly serves http://{} from {} (stop with Ctrl-C)",
        listener.local_addr()?,
        app.folder().display()
    );
    let stopping = Arc::new(AtomicBool::new(false));
    let (lake, told) = (app.clone(), Arc::clone(&stopping));
    let compaction = tokio::spawn(async move {
        lake.compact_when_due(told, |error| eprintln!("dearly: merging segments of events failed: {error}"))
            .await;
    });
    let refreshing = tokio::spawn({
        let app = app.clone();
        async move { app.keep_fresh(REFRESH_EVERY).await }
    });
    let served = dearly_api::serve(app, listener, stop()).await;
    refreshing.abort();
    stopping.store(true, Ordering::Relaxed);
    compaction.await.context("merging segments of events ended badly")?;
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
            .expect("the process can listen for signals");
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
