//! What comes in by the telemetry API, for the Data page.

use axum::Json;
use axum::extract::State;
use dearly_app::view::Telemetry;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, NoParameters};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_telemetry))
}

/// The sources of telemetry with their freshness and volume, and the newest calls that could not be taken.
#[utoipa::path(get, path = "/telemetry", tag = "data", operation_id = "get_telemetry",
    responses((status = 200, description = "the sources", body = Telemetry)))]
async fn get_telemetry(
    State(server): State<Server>,
    _: Asked<NoParameters>,
) -> Result<Json<Telemetry>, Problem> {
    server.light(|app| async move { app.telemetry().await }).await.map(Json)
}
