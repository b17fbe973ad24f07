//! Questions in SQL.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use dearly_app::query::{JsonRow, QueryLimits};
use dearly_app::{App, Error, When};
use dearly_domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, Given, KnownBy, between, when};
use crate::server::Server;

/// How many rows an answer has where nothing is said.
const ROWS: u32 = 10_000;
/// The most rows of an answer.
const MOST_ROWS: u32 = 100_000;
/// How many bytes a question may keep in memory for sorting, grouping and joining.
const MEMORY_BYTES: usize = 512 << 20;
/// Says whether CSV has all rows.
const TRUNCATED: &str = "dearly-truncated";

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(query, post_query))
}

/// A question.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct QueryAsked {
    /// One statement that only reads; `:as_of` in it is the day.
    sql: String,
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// At most so many rows; the default is 10000.
    #[serde(default, deserialize_with = "between::<1, MOST_ROWS, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100000)]
    limit: Option<u32>,
}

/// A question as a body, for texts too long for an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QueryBody {
    /// One statement that only reads; `:as_of` in it is the day.
    sql: String,
    /// The day; its end is meant. The default is the book's `default_as_of`.
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    known_by: Option<KnownBy>,
    /// At most so many rows; the default is 10000.
    #[schema(minimum = 1, maximum = 100000)]
    limit: Option<u32>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
struct QueryAnswer {
    /// The day that every table was read as of.
    as_of: Day,
    /// What each value of a row is.
    columns: Vec<QueryColumn>,
    /// The rows: a value per column.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    rows: Vec<JsonRow>,
    /// Whether there are more rows than the limit let through.
    truncated: bool,
}

/// A column of an answer.
#[derive(Debug, Serialize, ToSchema)]
struct QueryColumn {
    /// Its name; several may have the same.
    name: String,
    /// `text`, `integer`, `number`, `boolean`, `day`, `instant`, `list`, `object` or `other`.
    r#type: String,
}

/// Answers a statement in SQL over everything, as of a day (docs/QUERY.md).
#[utoipa::path(get, path = "/query", tag = "query", operation_id = "query", params(QueryAsked),
    responses((status = 200, description = "the answer; CSV where `Accept` asks for it", content(
        (QueryAnswer = "application/json"),
        (String = "text/csv"),
    ))))]
async fn query(
    State(server): State<Server>,
    headers: HeaderMap,
    Asked(asked): Asked<QueryAsked>,
) -> Result<Response, Problem> {
    let when = when(asked.as_of, asked.known_by);
    answer(&server, &headers, asked.sql, when, asked.limit.unwrap_or(ROWS)).await
}

/// Answers a statement in SQL over everything, as of a day (docs/QUERY.md).
#[utoipa::path(post, path = "/query", tag = "query", operation_id = "post_query", request_body = QueryBody,
    responses((status = 200, description = "the answer; CSV where `Accept` asks for it", content(
        (QueryAnswer = "application/json"),
        (String = "text/csv"),
    ))))]
async fn post_query(
    State(server): State<Server>,
    headers: HeaderMap,
    Given(asked): Given<QueryBody>,
) -> Result<Response, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let limit = asked.limit.unwrap_or(ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::invalid(format!("limit: {limit} is not a whole number from 1 to {MOST_ROWS}")));
    }
    answer(&server, &headers, asked.sql, when, limit).await
}

async fn answer(
    server: &Server,
    headers: &HeaderMap,
    sql: String,
    when: When,
    limit: u32,
) -> Result<Response, Problem> {
    let patience = server.patience;
    // The request's end is the work's end: both its time and its being waited for.
    let answer =
        server.question(move |app| async move { read(&app, &sql, when, limit, patience).await }).await?;
    let mut response = match wants_csv(headers) {
        false => Json(answer).into_response(),
        true => {
            let truncated = HeaderValue::from_static(if answer.truncated { "true" } else { "false" });
            let csv = csv_of(&answer).map_err(|error| Problem::internal(&error))?;
            let mut response = csv.into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
            response.headers_mut().insert(TRUNCATED, truncated);
            response
        }
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn read(
    app: &App,
    sql: &str,
    when: When,
    limit: u32,
    patience: Duration,
) -> Result<QueryAnswer, Error> {
    let limits = QueryLimits {
        rows: Some(limit as usize),
        time: Some(patience),
        memory_bytes: MEMORY_BYTES,
        may_spill: false,
    };
    let mut asked = app.query(sql, when, limits).await?;
    let columns = asked.answer.columns().iter();
    let columns =
        columns.map(|own| QueryColumn { name: own.name.clone(), r#type: own.kind.to_owned() }).collect();
    let mut rows = Vec::new();
    while let Some(more) = asked.answer.next_rows().await? {
        rows.extend(more);
    }
    Ok(QueryAnswer { as_of: asked.as_of, columns, rows, truncated: asked.answer.is_truncated() })
}

/// Whether CSV is asked for, and not JSON before it.
fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let place = |kind: &str| accepted.split(',').position(|own| own.trim().starts_with(kind));
    match (place("text/csv"), place("application/json")) {
        (Some(csv), Some(json)) => csv < json,
        (csv, _) => csv.is_some(),
    }
}

fn csv_of(answer: &QueryAnswer) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(answer.columns.iter().map(|column| column.name.as_str()))?;
    for row in &answer.rows {
        writer.write_record(row.iter().map(dearly_app::query::text_of))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn csv_comes_where_it_is_asked_for_first() {
        for (accepted, csv) in [
            ("", false),
            ("*/*", false),
            ("text/csv", true),
            ("text/csv; charset=utf-8, application/json", true),
            ("application/json, text/csv", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accepted.parse().unwrap());
            assert_eq!(wants_csv(&headers), csv, "{accepted}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_question_ends_with_its_time_and_with_its_asker() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), None).await.unwrap();
        let server = Server::new(app);
        let seats = server.heavy.available_permits();
        let ask = |patience: Duration| {
            let server = Server { patience, ..server.clone() };
            let endless = "select count(*) from generate_series(1, 9000000000000) as a(n) where n % 7 = 3 group by n % 3";
            tokio::spawn(async move {
                let headers = HeaderMap::new();
                let answer = answer(&server, &headers, endless.to_owned(), When::default(), 10);
                answer.await.map_err(|problem| problem.into_response().status())
            })
        };
        let is_over = async || {
            while server.heavy.available_permits() < seats {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let late = ask(Duration::from_millis(500)).await.unwrap();
        assert_eq!(late.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
        tokio::time::timeout(Duration::from_secs(60), is_over()).await.expect("its time is over");

        let asking = ask(Duration::from_secs(600));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!asking.is_finished() && server.heavy.available_permits() < seats, "there is work to stop");
        // As when the connection of the request is closed.
        asking.abort();
        tokio::time::timeout(Duration::from_secs(60), is_over()).await.expect("nobody waits any more");
    }
}
