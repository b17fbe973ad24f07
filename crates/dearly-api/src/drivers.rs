//! Which components go with renewal; the renewals behind it; kept runs.

use axum::Json;
use axum::extract::{Path, State};
use dearly_app::drivers::DriversRequest;
use dearly_app::view::{AnalysisRun, DriversRun, RenewalRow};
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, NoParameters};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(get_drivers))
        .routes(routes!(list_driver_rows))
        .routes(routes!(list_analyses))
        .routes(routes!(get_analysis))
        .routes(routes!(list_analysis_rows))
}

/// Which renewals, under which rules.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DriversAsked {
    /// The first due day; the default is twelve months before `to`.
    #[param(inline)]
    from: Option<Day>,
    /// The day after the last due day; the default is the day after the book's `default_as_of`.
    #[param(inline)]
    to: Option<Day>,
    /// How many days before a renewal its account is looked at; 90 by default.
    #[param(minimum = 1, maximum = 730)]
    lead_days: Option<i32>,
    /// The version of the workbook that scores; 0 is the built-in default, and the default is the one in force.
    #[param(minimum = 0)]
    workbook: Option<i64>,
    /// Columns of the model that are too good to be true and that somebody has looked at, with commas between; `model` for
    /// all of it.
    sign_off: Option<String>,
}

impl From<DriversAsked> for DriversRequest {
    fn from(asked: DriversAsked) -> DriversRequest {
        let DriversAsked { from, to, lead_days, workbook, sign_off } = asked;
        let signed_off = sign_off.as_deref().map(names).unwrap_or_default();
        DriversRequest { from, to, lead_days, workbook, signed_off }
    }
}

/// Names with commas between; one within brackets is part of a name, as in `segment[North, East]`.
fn names(text: &str) -> Vec<String> {
    let mut depth = 0;
    let between = |character: char| {
        depth += i32::from(character == '[') - i32::from(character == ']');
        character == ',' && depth <= 0
    };
    text.split(between).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Which of deployment, engagement, adoption and ROI goes with renewal, or why that cannot be said. A run of the same
/// facts, rules and program is not made again; every run is kept.
#[utoipa::path(get, path = "/drivers", tag = "insight", operation_id = "get_drivers", params(DriversAsked),
    responses((status = 200, description = "the run", body = DriversRun),
        (status = 404, description = "the workbook has no such version")))]
async fn get_drivers(
    State(server): State<Server>,
    Asked(asked): Asked<DriversAsked>,
) -> Result<Json<DriversRun>, Problem> {
    run(&server, asked.into()).await.map(Json)
}

/// The kept run, or a new one.
async fn run(server: &Server, request: DriversRequest) -> Result<DriversRun, Problem> {
    let asked = request.clone();
    if let Some(kept) = server.light(move |app| async move { app.kept_drivers(asked).await }).await? {
        return Ok(kept);
    }
    server.keep(move |app| async move { app.drivers(request, &|_, _| {}).await }).await
}

/// The renewals behind the numbers of `GET /drivers`, with what was known of each account on its as-of day.
#[utoipa::path(get, path = "/drivers/rows", tag = "insight", operation_id = "list_driver_rows", params(DriversAsked),
    responses((status = 200, description = "by account, due day and product", body = Vec<RenewalRow>),
        (status = 404, description = "the workbook has no such version")))]
async fn list_driver_rows(
    State(server): State<Server>,
    Asked(asked): Asked<DriversAsked>,
) -> Result<Json<Vec<RenewalRow>>, Problem> {
    let run = run(&server, asked.into()).await?;
    server.light(move |app| async move { app.analysis_rows(&run.id).await }).await.map(Json)
}

/// The kept runs, without their results.
#[utoipa::path(get, path = "/analyses", tag = "insight", operation_id = "list_analyses",
    responses((status = 200, description = "the newest first", body = Vec<AnalysisRun>)))]
async fn list_analyses(
    State(server): State<Server>,
    _: Asked<NoParameters>,
) -> Result<Json<Vec<AnalysisRun>>, Problem> {
    server.light(|app| async move { app.analyses().await }).await.map(Json)
}

/// A kept run as it was.
#[utoipa::path(get, path = "/analyses/{id}", tag = "insight", operation_id = "get_analysis",
    params(("id" = String, Path, description = "as `GET /analyses` lists it")),
    responses((status = 200, description = "the run", body = DriversRun)))]
async fn get_analysis(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<Json<DriversRun>, Problem> {
    server.light(move |app| async move { app.analysis(&id).await }).await.map(Json)
}

/// The renewals behind the numbers of a kept run, as they were known to it.
#[utoipa::path(get, path = "/analyses/{id}/rows", tag = "insight", operation_id = "list_analysis_rows",
    params(("id" = String, Path, description = "as `GET /analyses` lists it")),
    responses((status = 200, description = "by account, due day and product", body = Vec<RenewalRow>)))]
async fn list_analysis_rows(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<Json<Vec<RenewalRow>>, Problem> {
    server.light(move |app| async move { app.analysis_rows(&id).await }).await.map(Json)
}
