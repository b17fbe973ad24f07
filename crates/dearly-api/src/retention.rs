//! Retention of a period, on the opening book and on what was due.

use axum::Json;
use axum::extract::State;
use dearly_app::view::RetentionReport;
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, KnownBy, when};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_retention))
}

/// Which period, as known when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RetentionAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// The first day of the period.
    #[param(inline)]
    from: Day,
    /// The day after its last.
    #[param(inline)]
    to: Day,
    /// An attribute of accounts to group by, as in `segment`; groups are as of the opening day.
    by: Option<String>,
}

/// Retention of a period: gross, net and of logos, on the opening book and on what was due.
#[utoipa::path(get, path = "/retention", tag = "retention", operation_id = "get_retention", params(RetentionAsked),
    responses((status = 200, description = "the report", body = RetentionReport)))]
async fn get_retention(
    State(server): State<Server>,
    Asked(asked): Asked<RetentionAsked>,
) -> Result<Json<RetentionReport>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let report = move |app: dearly_app::App| async move {
        app.retention(when, asked.from, asked.to, asked.by.as_deref()).await
    };
    server.heavy(report).await.map(Json)
}
