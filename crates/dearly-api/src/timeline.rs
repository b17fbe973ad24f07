//! Everything that happened at an account, newest first.

use axum::Json;
use axum::extract::State;
use dearly_app::view::Timeline;
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, KnownBy, List, Named, between, when};
use crate::server::Server;

/// How many entries a page has, where nothing is said.
const PER_PAGE: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_timeline))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TimelineAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// Any of these kinds, as in `tickets,surveys`: files of the book, but for `events`, and `score`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    kind: List<String>,
    /// The `next_cursor` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
    /// How many entries at most; the default is 100.
    #[serde(default, deserialize_with = "between::<1, 1000, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A page of everything that happened at the account, newest first.
#[utoipa::path(get, path = "/accounts/{account}/timeline", tag = "account", operation_id = "get_timeline",
    params(("account" = String, Path, description = "the account's `external_id`"), TimelineAsked),
    responses((status = 200, description = "a page of the timeline", body = Timeline)))]
async fn get_timeline(
    State(server): State<Server>,
    Named(account): Named<String>,
    Asked(asked): Asked<TimelineAsked>,
) -> Result<Json<Timeline>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let (kinds, cursor, limit) = (asked.kind.0, asked.cursor, asked.limit.unwrap_or(PER_PAGE) as usize);
    let page = move |app: dearly_app::App| async move {
        app.timeline(when, &account, &kinds, cursor.as_deref(), limit).await
    };
    server.light(page).await.map(Json)
}
