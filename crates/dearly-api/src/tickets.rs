//! The tickets of an account.

use axum::Json;
use axum::extract::State;
use dearly_app::view::TicketRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, Named};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_tickets))
}

/// Tickets with who filed them.
#[utoipa::path(get, path = "/accounts/{account}/tickets", tag = "account", operation_id = "list_tickets",
    params(("account" = String, Path, description = "the account's `external_id`"), AsOf),
    responses((status = 200, description = "the tickets", body = Vec<TicketRow>)))]
async fn list_tickets(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<Vec<TicketRow>>, Problem> {
    let when = asked.when();
    server.light(move |app| async move { app.tickets(when, &account).await }).await.map(Json)
}
