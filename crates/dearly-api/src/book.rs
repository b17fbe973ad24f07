//! The book at a glance.

use axum::Json;
use axum::extract::State;
use dearly_app::view::BookSummary;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, NoParameters};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_book))
}

/// The book at a glance.
///
/// Its days, its currency, how many accounts it has, the workbook in force, all labels.
#[utoipa::path(get, path = "/book", tag = "book", operation_id = "get_book",
    responses((status = 200, description = "the book", body = BookSummary)))]
async fn get_book(
    State(server): State<Server>,
    _: Asked<NoParameters>,
) -> Result<Json<BookSummary>, Problem> {
    server.light(|app| async move { app.summary().await }).await.map(Json)
}
