//! The invoices of an account.

use axum::Json;
use axum::extract::State;
use dearly_app::view::InvoiceRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, Named};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_invoices))
}

/// Invoices with what became of them.
#[utoipa::path(get, path = "/accounts/{account}/invoices", tag = "account", operation_id = "list_invoices",
    params(("account" = String, Path, description = "the account's `external_id`"), AsOf),
    responses((status = 200, description = "the invoices", body = Vec<InvoiceRow>)))]
async fn list_invoices(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<Vec<InvoiceRow>>, Problem> {
    let when = asked.when();
    server.light(move |app| async move { app.invoices(when, &account).await }).await.map(Json)
}
