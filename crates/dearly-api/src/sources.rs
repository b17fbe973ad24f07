//! Sources of facts: how fresh they are, and which account has which.

use axum::Json;
use axum::extract::State;
use dearly_app::accounts::offset;
use dearly_app::view::{CoverageRow, SourceList};
use dearly_domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{AsOf, Asked, KnownBy, between, when};
use crate::server::Server;

/// How many accounts a page has, where nothing is said.
const PER_PAGE: u32 = 500;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_sources)).routes(routes!(list_coverage))
}

/// The sources of the book with their freshness and their coverage of the day's customers.
#[utoipa::path(get, path = "/sources", tag = "data", operation_id = "list_sources", params(AsOf),
    responses((status = 200, description = "the sources", body = SourceList)))]
async fn list_sources(
    State(server): State<Server>,
    Asked(asked): Asked<AsOf>,
) -> Result<Json<SourceList>, Problem> {
    let when = asked.when();
    server.heavy(move |app| async move { app.sources(when).await }).await.map(Json)
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoverageAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// The `next_cursor` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
    /// How many rows at most; the default is 500.
    #[serde(default, deserialize_with = "between::<1, 1000, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A page of coverage.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageList {
    /// The day's customers, by account.
    rows: Vec<CoverageRow>,
    /// Where the next page starts; null on the last.
    next_cursor: Option<String>,
}

/// Which sources each customer has, and how fresh they are.
#[utoipa::path(get, path = "/coverage", tag = "data", operation_id = "list_coverage", params(CoverageAsked),
    responses((status = 200, description = "a page of coverage", body = CoverageList)))]
async fn list_coverage(
    State(server): State<Server>,
    Asked(asked): Asked<CoverageAsked>,
) -> Result<Json<CoverageList>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let start =
        offset(asked.cursor.as_deref()).map_err(|error| Problem::invalid(format!("cursor: {error}")))?;
    let all = server.heavy(move |app| async move { app.coverage(when).await }).await?;
    let end = start.saturating_add(asked.limit.unwrap_or(PER_PAGE) as usize);
    let next_cursor = (end < all.len()).then(|| end.to_string());
    let rows = all.into_iter().skip(start).take(end - start).collect();
    Ok(Json(CoverageList { rows, next_cursor }))
}
