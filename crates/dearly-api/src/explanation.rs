//! Why an account's scores are what they are.

use axum::Json;
use axum::extract::State;
use dearly_app::view::Explanation;
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, KnownBy, Named, when};
use crate::server::Server;

/// What moved is counted against so many days before, where nothing is said.
const SINCE_DAYS: i32 = 30;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(explain))
}

/// Which day, and against which.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExplanationAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// The day against which moves are counted, before `as_of`; the default is 30 days before.
    #[param(inline)]
    since: Option<Day>,
}

/// What both scores are made of, down to the facts counted, and what moved.
///
/// Contributions add up to the score; the lines of what moved add up to the difference.
#[utoipa::path(get, path = "/accounts/{account}/explanation", tag = "account", operation_id = "explain",
    params(("account" = String, Path, description = "the account's `external_id`"), ExplanationAsked),
    responses((status = 200, description = "the explanation", body = Explanation)))]
async fn explain(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<ExplanationAsked>,
) -> Result<Json<Explanation>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let explained = server.light(move |app| async move {
        let since = match (asked.since, when.as_of) {
            (Some(since), _) => since,
            (None, Some(day)) => day.plus_days(-SINCE_DAYS),
            (None, None) => app.summary().await?.default_as_of.plus_days(-SINCE_DAYS),
        };
        app.explain(when, &account, Some(since)).await
    });
    explained.await.map(Json)
}
