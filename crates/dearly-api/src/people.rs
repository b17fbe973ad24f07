//! The people of an account.

use axum::Json;
use axum::extract::State;
use dearly_app::view::PersonRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, Named};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_people))
}

/// People with roles, influence, last contact and SLA.
#[utoipa::path(get, path = "/accounts/{account}/people", tag = "account", operation_id = "list_people",
    params(("account" = String, Path, description = "the account's `external_id`"), AsOf),
    responses((status = 200, description = "the people", body = Vec<PersonRow>)))]
async fn list_people(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<Vec<PersonRow>>, Problem> {
    let when = asked.when();
    server.light(move |app| async move { app.people(when, &account).await }).await.map(Json)
}
