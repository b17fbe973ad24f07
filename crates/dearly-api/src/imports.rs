//! What was imported, and the rows that were not.

use std::path::Path;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use dearly_app::view::ImportRow;
use dearly_app::{App, Error};
use futures_util::stream::try_unfold;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, Named, NoParameters};
use crate::server::Server;

/// How much of a file is in memory at a time, in bytes.
const PIECE: usize = 64 << 10;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(list_imports))
        .routes(routes!(get_import))
        .routes(routes!(get_rejects))
}

/// All imports with their reports, newest first.
#[utoipa::path(get, path = "/imports", tag = "data", operation_id = "list_imports",
    responses((status = 200, description = "the imports", body = Vec<ImportRow>)))]
async fn list_imports(
    State(server): State<Server>,
    _: Asked<NoParameters>,
) -> Result<Json<Vec<ImportRow>>, Problem> {
    server.light(|app| async move { app.imports().await }).await.map(Json)
}

/// An import with its report.
#[utoipa::path(get, path = "/imports/{import}", tag = "data", operation_id = "get_import",
    params(("import" = String, Path, description = "the import's id")),
    responses((status = 200, description = "the import", body = ImportRow)))]
async fn get_import(
    State(server): State<Server>,
    Named(import): Named<String>,
) -> Result<Json<ImportRow>, Problem> {
    server.light(move |app| async move { app.import_report(&import).await }).await.map(Json)
}

/// The rows of a file that were not taken.
///
/// They stand as they stood, with `_line`, `_column` and `_reason`: corrected, they can be imported again. That is why
/// nothing guards a spreadsheet from formulas in them.
#[utoipa::path(get, path = "/imports/{import}/rejects/{file}", tag = "data", operation_id = "get_rejects",
    params(
        ("import" = String, Path, description = "the import's id"),
        ("file" = String, Path, description = "the file of the book, as in `tickets`"),
    ),
    responses((status = 200, description = "the rejected rows", content_type = "text/csv", body = String)))]
async fn get_rejects(
    State(server): State<Server>,
    Named((import, file)): Named<(String, String)>,
) -> Result<Response, Problem> {
    // The use case gives a path only for an import and a file that it knows: no text of the request is part of it.
    let path = server.light(move |app: App| async move { app.rejects(&import, &file).await }).await?;
    let (name, opened) = (name(&path), open(&path).await);
    let (file, length) =
        opened.map_err(|source| Error::Io { doing: "read the rejected rows".to_owned(), source })?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CONTENT_LENGTH, length.to_string()),
    ];
    let pieces = try_unfold(file.take(length), |mut file| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

async fn open(path: &Path) -> std::io::Result<(File, u64)> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    Ok((file, length))
}

/// The name under which it is kept: the noun and `-rejects.csv`.
fn name(path: &Path) -> String {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("rows");
    format!("{stem}-rejects.csv")
}
