//! The workbook: what is in force, what another would change, and applying it.

use axum::Json;
use axum::extract::State;
use dearly_app::Error;
use dearly_app::view::{WorkbookDocument, WorkbookPlan, WorkbookView};
use dearly_app::workbook::checked;
use dearly_workbook::Document;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Problem, WorkbookProblem};
use crate::query::{AsOf, Asked, Given, NoParameters};
use crate::server::Server;

/// Who applied it, until there are users.
const BY: &str = "api";

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(get_workbook))
        .routes(routes!(validate_workbook))
        .routes(routes!(plan_workbook))
        .routes(routes!(apply_workbook))
}

/// A whole workbook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Workbook {
    /// Its files.
    documents: Vec<WorkbookDocument>,
}

impl Workbook {
    fn documents(self) -> Vec<Document> {
        self.documents.into_iter().map(|own| Document { path: own.path, text: own.text }).collect()
    }
}

/// What is wrong with a workbook.
#[derive(Debug, Serialize, ToSchema)]
struct Validation {
    /// Mistakes: it cannot be applied.
    problems: Vec<WorkbookProblem>,
    /// What somebody should know.
    warnings: Vec<WorkbookProblem>,
}

/// The workbook in force.
#[utoipa::path(get, path = "/workbook", tag = "workbook", operation_id = "get_workbook",
    responses((status = 200, description = "the workbook", body = WorkbookView)))]
async fn get_workbook(
    State(server): State<Server>,
    _: Asked<NoParameters>,
) -> Result<Json<WorkbookView>, Problem> {
    server.light(|app| async move { app.workbook().await }).await.map(Json)
}

/// Everything that is wrong with a workbook, at its place.
#[utoipa::path(post, path = "/workbook/validate", tag = "workbook", operation_id = "validate_workbook",
    request_body = Workbook,
    responses((status = 200, description = "what is wrong; empty where nothing is", body = Validation)))]
async fn validate_workbook(
    State(server): State<Server>,
    Given(workbook): Given<Workbook>,
) -> Result<Json<Validation>, Problem> {
    let documents = workbook.documents();
    let validated = server.light(move |_| async move {
        let (problems, warnings) = match checked(&documents) {
            Ok((_, warnings)) => (Vec::new(), warnings),
            Err(Error::Workbook(problems)) => (problems, Vec::new()),
            Err(other) => return Err(other),
        };
        let shown = |own: Vec<dearly_workbook::Problem>| own.iter().map(WorkbookProblem::from).collect();
        Ok(Validation { problems: shown(problems), warnings: shown(warnings) })
    });
    validated.await.map(Json)
}

/// What applying a workbook would change: its texts, and the colours of the day's customers.
#[utoipa::path(post, path = "/workbook/plan", tag = "workbook", operation_id = "plan_workbook", params(AsOf),
    request_body = Workbook,
    responses((status = 200, description = "the plan", body = WorkbookPlan)))]
async fn plan_workbook(
    State(server): State<Server>,
    Asked(asked): Asked<AsOf>,
    Given(workbook): Given<Workbook>,
) -> Result<Json<WorkbookPlan>, Problem> {
    let (when, documents) = (asked.when(), workbook.documents());
    server.heavy(move |app| async move { app.plan_workbook(when, &documents).await }).await.map(Json)
}

/// Puts a workbook in force as a new version; nothing changes where it is in force already.
#[utoipa::path(post, path = "/workbook/apply", tag = "workbook", operation_id = "apply_workbook",
    request_body = Workbook,
    responses((status = 200, description = "the workbook now in force", body = WorkbookView)))]
async fn apply_workbook(
    State(server): State<Server>,
    Given(workbook): Given<Workbook>,
) -> Result<Json<WorkbookView>, Problem> {
    let documents = workbook.documents();
    let applied = server.change(move |app| async move { app.apply_workbook(&documents, BY).await });
    applied.await.map(|(view, _)| Json(view))
}
