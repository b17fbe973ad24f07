//! The Segment HTTP API: telemetry of existing SDKs comes in.
//!
//! These routes differ from all others. Senders prove who they are by a write key and not by being on this machine, so
//! pages of other sites may send, and a listener beyond loopback may serve them, and nothing else. What goes wrong is
//! said as these SDKs read it, `{"code", "message"}`. Nothing is ever redirected: a client takes that for delivered.

mod answer;
mod authorization;
mod body;
mod cors;
mod settings;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use dearly_app::ingest::Endpoint;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::answer::{Refused, Success, Trouble};
use self::settings::get_settings;
use crate::guard;
use crate::server::Server;

/// The tag under which these routes are described.
pub(crate) const TAG: &str = "telemetry";

/// How many requests are read and parsed at a time: each may hold a body.
pub(crate) const SEATS: usize = 256;

/// These routes as they are described. Those that serve are in [`router`].
pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(send_telemetry)).merge(settings::routes())
}

/// The routes that serve, with and without a slash at the end.
pub(crate) fn router(server: Server) -> Router {
    Router::new()
        .route("/v1/{call}", any(receive))
        .route("/v1/{call}/", any(receive))
        .route("/v1/projects/{key}/settings", get(get_settings).options(cors::preflight))
        .route("/v1/projects/{key}/settings/", get(get_settings).options(cors::preflight))
        .layer(from_fn(cors::add))
        .layer(CatchPanicLayer::custom(answer::panicked))
        .with_state(server)
}

/// Refuses what asks by another name than this machine's: a name that someone made to point here.
pub(crate) async fn refuse_other_hosts(request: Request, next: Next) -> Response {
    match guard::check_host(&request) {
        Ok(()) => next.run(request).await,
        Err(words) => Trouble::host(words).into_response(),
    }
}

async fn receive(
    state: State<Server>,
    method: Method,
    call: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match method {
        Method::OPTIONS => cors::preflight().await,
        Method::POST => send_telemetry(state, call, headers, body).await,
        _ => Trouble::method().into_response(),
    }
}

/// Takes telemetry as Segment's and RudderStack's SDKs send it.
///
/// `call` is `track`, `identify`, `group`, `page`, `screen`, `alias`, `batch` or `import` (a batch), or its first letter as
/// the browser's SDK sends it. The write key comes as the user of basic authentication, as a bearer token, or as
/// `writeKey` in the body. The content type is ignored; gzip and deflate are seen by the first bytes. At most 500 KiB,
/// decompressed, and 32 KiB a call; a call that cannot be taken is kept with its reason, and the rest of the batch goes
/// on. The answer comes once everything is durable; calls that were sent before count once.
#[utoipa::path(post, path = "/v1/{call}", tag = TAG, operation_id = "send_telemetry",
    params(("call" = String, Path, description = "what the body holds, as in `batch`")),
    request_body(description = "a call, or `{\"batch\": […]}`", content((Object = "application/json"))),
    responses(
        (status = 200, description = "everything is durable", body = Success),
        (status = 400, description = "the body is none, or its only call cannot be taken", body = Refused),
        (status = 401, description = "no write key, or one that nobody may send with", body = Refused),
        (status = 403, description = "the server is asked by another name than localhost, where it does not listen for telemetry alone", body = Refused),
        (status = 404, description = "there is no such call", body = Refused),
        (status = 408, description = "the body did not come in time", body = Refused),
        (status = 429, description = "more comes than can be taken: Retry-After says when to send it again", body = Refused,
            headers(("Retry-After" = u64, description = "seconds"))),
        (status = 500, description = "the server failed", body = Refused),
        (status = 503, description = "it could not be made durable: Retry-After says when to send it again", body = Refused,
            headers(("Retry-After" = u64, description = "seconds"))),
    ))]
async fn send_telemetry(
    State(server): State<Server>,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match take(&server, &call, &headers, body).await {
        Ok(()) => Success::answer(),
        Err(trouble) => trouble.into_response(),
    }
}

async fn take(server: &Server, call: &str, headers: &HeaderMap, body: Body) -> Result<(), Trouble> {
    let Ok(_seat) = server.ingest_seats.try_acquire() else {
        // It would only be told later that there is no room.
        body::discard(body).await;
        return Err(Trouble::crowded());
    };
    let body = body::receive(headers, body).await?;
    // What the browser's SDK measures of itself: taken, and not kept.
    if call == "m" {
        return Ok(());
    }
    let named = |endpoint: &Endpoint| endpoint.paths().contains(&call);
    let Some(endpoint) = Endpoint::ALL.into_iter().find(named) else {
        return Err(Trouble::no_such_call(call));
    };
    let body = body::decompressed(headers, body)?;
    let ingestion = server.door.ingestion().ok_or_else(Trouble::closed)?;
    let key = authorization::write_key(headers);
    ingestion.take(endpoint, key.as_deref(), &body).await?;
    Ok(())
}
