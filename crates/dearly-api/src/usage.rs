//! What people of an account use.

use axum::Json;
use axum::extract::State;
use dearly_app::view::UsageView;
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, KnownBy, Named, between, when};
use crate::server::Server;

/// How many weeks are shown, where nothing is said.
const WEEKS: u32 = 26;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_usage))
}

/// Which day, and how many weeks up to it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsageAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// How many weeks up to the day; the default is 26.
    #[serde(default, deserialize_with = "between::<1, 260, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 260)]
    weeks: Option<u32>,
}

/// Use by week, by feature and by user.
#[utoipa::path(get, path = "/accounts/{account}/usage", tag = "account", operation_id = "get_usage",
    params(("account" = String, Path, description = "the account's `external_id`"), UsageAsked),
    responses((status = 200, description = "the use", body = UsageView)))]
async fn get_usage(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<UsageAsked>,
) -> Result<Json<UsageView>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let weeks = asked.weeks.unwrap_or(WEEKS) as usize;
    server.light(move |app| async move { app.usage(when, &account, weeks).await }).await.map(Json)
}
