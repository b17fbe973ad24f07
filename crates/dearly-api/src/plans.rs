//! The success plans of an account.

use axum::Json;
use axum::extract::State;
use dearly_app::view::PlanRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, Named};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_plans))
}

/// Success plans with objectives and initiatives.
#[utoipa::path(get, path = "/accounts/{account}/plans", tag = "account", operation_id = "list_plans",
    params(("account" = String, Path, description = "the account's `external_id`"), AsOf),
    responses((status = 200, description = "the plans", body = Vec<PlanRow>)))]
async fn list_plans(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<Vec<PlanRow>>, Problem> {
    let when = asked.when();
    server.light(move |app| async move { app.plans(when, &account).await }).await.map(Json)
}
