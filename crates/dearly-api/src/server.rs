//! The routes put together, and the server that listens.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::serve::ListenerExt;
use dearly_app::App;
use dearly_app::ingest::Door;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    account, accounts, book, drivers, explanation, guard, headers, health, history, import, imports, ingest,
    invoices, observe, openapi, pages, people, plans, problem, retention, scores, sources, sql, telemetry,
    tickets, timeline, usage, workbook,
};

use crate::work::Questions;

/// The largest body of a request, but for imports, in bytes.
const LARGEST_BODY: usize = 2 << 20;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long requests under way may go on once the server was told to stop.
const GRACE: Duration = Duration::from_secs(30);

/// How many requests that read one account, or less, are worked on at a time.
const LIGHT_SEATS: usize = 64;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is open to other machines.
    #[error(
        "{address} is open to other machines, and dearly has no users yet: whoever reaches it could read and change the \
         whole book; listen on 127.0.0.1 or [::1], and use an SSH tunnel from elsewhere"
    )]
    BeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not let us listen or accept.
    #[error("cannot serve")]
    Io(#[from] std::io::Error),
}

/// What every handler shares.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) app: App,
    /// Seats for what reads an account or less.
    pub(crate) light: Arc<Semaphore>,
    /// Seats for what reads the whole book: it keeps every core busy, so more at a time would only be slower.
    pub(crate) heavy: Arc<Semaphore>,
    /// The turn of what reads the whole book for an answer that is kept.
    pub(crate) keeping: Arc<Mutex<()>>,
    /// Threads for questions in SQL.
    pub(crate) questions: Arc<Questions>,
    pub(crate) patience: Duration,
    /// Where telemetry comes in.
    pub(crate) door: Door,
    /// Seats for requests of telemetry.
    pub(crate) ingest_seats: Arc<Semaphore>,
}

impl Server {
    pub(crate) fn new(app: App) -> Server {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Server {
            app,
            light: Arc::new(Semaphore::new(LIGHT_SEATS)),
            heavy: Arc::new(Semaphore::new(cores.max(2))),
            keeping: Arc::default(),
            questions: Arc::default(),
            patience: PATIENCE,
            door: Door::default(),
            ingest_seats: Arc::new(Semaphore::new(ingest::SEATS)),
        }
    }
}

/// The API, the pages and what guards them; and the door for telemetry, which asks to come again while it is closed.
pub fn router(app: App, door: Door) -> Router {
    let (routes, _) = routes().split_for_parts();
    let server = Server { door, ..Server::new(app) };
    // Telemetry has its own authentication, so pages of other sites may send it; asked by another name is neither.
    let telemetry = ingest::router(server.clone()).layer(from_fn(ingest::refuse_other_hosts));
    guarded(routes.fallback(pages::show)).with_state(server).merge(telemetry)
}

/// The door for telemetry and nothing else: what may be served beyond this machine.
pub fn ingest_router(app: App, door: Door) -> Router {
    ingest::router(Server { door, ..Server::new(app) })
}

/// What stands around every route; what comes last is met first.
fn guarded<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(guard::refuse_strangers))
        // Bytes between two programs of one machine are cheap: a little compression for slow tunnels, no more.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn(headers::add))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(observe::observe))
}

/// All routes with their description.
pub(crate) fn routes() -> OpenApiRouter<Server> {
    let v1 = OpenApiRouter::new()
        .merge(book::routes())
        .merge(accounts::routes())
        .merge(account::routes())
        .merge(history::routes())
        .merge(explanation::routes())
        .merge(people::routes())
        .merge(usage::routes())
        .merge(tickets::routes())
        .merge(invoices::routes())
        .merge(plans::routes())
        .merge(timeline::routes())
        .merge(scores::routes())
        .merge(sql::routes())
        .merge(retention::routes())
        .merge(drivers::routes())
        .merge(sources::routes())
        .merge(imports::routes())
        .merge(import::routes())
        .merge(telemetry::routes())
        .merge(workbook::routes());
    OpenApiRouter::new().nest("/api/v1", v1).merge(openapi::routes()).merge(health::routes())
}

/// Refuses an address that other machines can reach: until there are users, whoever reaches the server may do
/// everything.
///
/// # Errors
/// [`Error::BeyondLoopback`].
pub fn check_loopback(address: SocketAddr) -> Result<(), Error> {
    if address.ip().to_canonical().is_loopback() { Ok(()) } else { Err(Error::BeyondLoopback { address }) }
}

/// Where the server listens.
#[derive(Debug)]
pub struct Listeners {
    /// For everything; on this machine only.
    pub everything: TcpListener,
    /// For telemetry and nothing else, from anywhere.
    pub telemetry: Option<TcpListener>,
}

/// Serves until `shutdown` is done, and then until the requests under way are answered, but at most half a minute; what
/// was taken of telemetry is then made visible.
///
/// # Errors
/// [`Error::BeyondLoopback`] where the listener is open to other machines, [`Error::Io`] where the system fails.
pub async fn serve(
    app: App,
    door: Door,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    check_loopback(listeners.everything.local_addr()?)?;
    let (tell, told) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        shutdown.await;
        tracing::info!("stopping: no new requests, those under way are answered");
        let _ = tell.send(true);
    });
    let mut serving = JoinSet::new();
    serving.spawn(listen(listeners.everything, router(app.clone(), door.clone()), told.clone()));
    if let Some(listener) = listeners.telemetry {
        serving.spawn(listen(listener, ingest_router(app, door.clone()), told.clone()));
    }
    let done = async {
        while let Some(ended) = serving.join_next().await {
            ended.map_err(std::io::Error::other)??;
        }
        Ok(())
    };
    let done = tokio::select! {
        done = done => done,
        () = async { stopping(told).await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("stopped with requests under way");
            Ok(())
        }
    };
    if let Some(ingestion) = door.ingestion() {
        ingestion.stop().await;
    }
    done
}

async fn listen(listener: TcpListener, router: Router, told: watch::Receiver<bool>) -> std::io::Result<()> {
    // An answer is written at once; waiting to fill a packet only makes it late.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).with_graceful_shutdown(stopping(told)).await
}

async fn stopping(mut told: watch::Receiver<bool>) {
    // The sender is gone only once it has told.
    let _ = told.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem() {
        let routes = Router::new().route(
            "/",
            get(async || {
                if true {
                    panic!("out of range")
                }
            }),
        );
        let request = Request::get("/").header("host", "localhost").body(Body::empty()).unwrap();
        let response = guarded(routes).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], problem::PROBLEM_JSON);
        let body =
            String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
        assert!(body.contains("request_id") && !body.contains("out of range"), "{body}");
    }

    #[test]
    fn only_loopback_is_served() {
        for (address, served) in [
            ("127.0.0.1:7700", true),
            ("127.8.0.1:1", true),
            ("[::1]:7700", true),
            ("[::ffff:127.0.0.1]:7700", true),
            ("0.0.0.0:7700", false),
            ("[::]:7700", false),
            ("192.168.0.4:7700", false),
            ("[::ffff:192.168.0.4]:7700", false),
        ] {
            let checked = check_loopback(address.parse().unwrap());
            assert_eq!(checked.is_ok(), served, "{address}");
            if let Err(error) = checked {
                assert!(error.to_string().contains("has no users yet"), "{error}");
            }
        }
    }
}
