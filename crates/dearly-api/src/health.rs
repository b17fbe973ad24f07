//! Whether the server lives, and whether it can answer.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, Problem};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(is_alive)).routes(routes!(is_ready))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `alive` or `ready`.
    status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "health", operation_id = "is_alive",
    responses((status = 200, description = "it does", body = Health)))]
async fn is_alive() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// Whether the records answer.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "is_ready",
    responses((status = 200, description = "they do", body = Health)))]
async fn is_ready(State(server): State<Server>) -> Result<Json<Health>, Problem> {
    let answered = server.light(|app| async move { app.is_ready().await }).await;
    match answered {
        Ok(_) => Ok(Json(Health { status: "ready" })),
        Err(_) => Err(Problem::new(Kind::Overloaded, "the records do not answer; the server's log says why")),
    }
}
