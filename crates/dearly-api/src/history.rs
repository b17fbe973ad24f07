//! An account's scores over time.

use axum::Json;
use axum::extract::State;
use dearly_app::score::Every;
use dearly_app::view::History;
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, EveryWord, KnownBy, Named, when, word};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_history))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// The first day; the default is twelve months before the last.
    #[param(inline)]
    from: Option<Day>,
    /// The last day, which is always a point; the default is `as_of`.
    #[param(inline)]
    to: Option<Day>,
    /// How far apart the points are, counted back from the last; the default is `week`.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<EveryWord>)]
    every: Option<Every>,
}

/// The account's scores over time, under the workbook in force.
#[utoipa::path(get, path = "/accounts/{account}/history", tag = "account", operation_id = "get_history",
    params(("account" = String, Path, description = "the account's `external_id`"), HistoryAsked),
    responses((status = 200, description = "the history", body = History)))]
async fn get_history(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<HistoryAsked>,
) -> Result<Json<History>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let (from, to, every) = (asked.from, asked.to, asked.every.unwrap_or_default());
    server.light(move |app| async move { app.history(when, &account, from, to, every).await }).await.map(Json)
}
