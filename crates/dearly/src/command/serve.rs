//! `dearly serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use dearly_api::Listeners;
use dearly_app::App;
use dearly_app::ingest::{Door, IngestOptions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::arguments::{Arguments, ServeArguments};

/// How often the server looks whether scores must be brought up to date.
const REFRESH_EVERY: Duration = Duration::from_secs(5 * 60);

pub(crate) async fn run(arguments: &Arguments, own: &ServeArguments) -> anyhow::Result<ExitCode> {
    dearly_api::check_loopback(own.listen)?;
    serve(super::open(arguments).await?, own).await
}

/// Serves until the process is told to stop; requests under way are answered first, and telemetry that was taken is made
/// visible.
pub(crate) async fn serve(app: App, own: &ServeArguments) -> anyhow::Result<ExitCode> {
    dearly_api::check_loopback(own.listen)?;
    let everything = bind(own.listen, "--listen").await?;
    let telemetry = match own.ingest_listen {
        Some(address) => Some(bind(address, "--ingest-listen").await?),
        None => None,
    };
    let options = IngestOptions {
        deduplicate_for: Duration::from_secs(u64::from(own.deduplicate_days) * 24 * 3600),
        ..IngestOptions::default()
    };
    let door = Door::default();
    eprintln!(
        "Dearly serves http://{} from {} (stop with Ctrl-C)",
        everything.local_addr()?,
        app.folder().display()
    );
    if let Some(listener) = &telemetry {
        eprintln!("Telemetry is taken at http://{} too", listener.local_addr()?);
    }
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
    // Pages do not wait for someone else's import, which the door may have to.
    let (own, opened) = (app.clone(), door.clone());
    let opening =
        tokio::spawn(async move { own.start_ingestion(options).await.map(|open| opened.open(open)) });
    let listeners = Listeners { everything, telemetry };
    let served = tokio::select! {
        served = dearly_api::serve(app, door, listeners, stop()) => served.map_err(anyhow::Error::from),
        error = failure(opening) => Err(error),
    };
    refreshing.abort();
    stopping.store(true, Ordering::Relaxed);
    compaction.await.context("merging segments of events ended badly")?;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Why the door could not be opened; waits for ever where it could.
async fn failure(opening: JoinHandle<dearly_app::Result<()>>) -> anyhow::Error {
    match opening.await {
        Ok(Ok(())) => std::future::pending().await,
        Ok(Err(error)) => anyhow::Error::from(error).context("cannot take telemetry"),
        Err(error) => anyhow::Error::from(error).context("cannot take telemetry"),
    }
}

async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on {address}; name another address with {option}"))
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
