//! One account's header.

use axum::Json;
use axum::extract::State;
use dearly_app::view::AccountView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, Named};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_account))
}

/// The account as of the day.
///
/// What the list shows of it, its terms, what is missing, its sources.
#[utoipa::path(get, path = "/accounts/{account}", tag = "account", operation_id = "get_account",
    params(("account" = String, Path, description = "the account's `external_id`"), AsOf),
    responses((status = 200, description = "the account", body = AccountView)))]
async fn get_account(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<AccountView>, Problem> {
    let when = asked.when();
    server.light(move |app| async move { app.account(when, &account).await }).await.map(Json)
}
