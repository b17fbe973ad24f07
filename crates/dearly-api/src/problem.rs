//! What went wrong, as RFC 9457 problem details: the one place where an error becomes a status.
//!
//! | kind | status | when |
//! | --- | --- | --- |
//! | `invalid` | 400 | a parameter or a body that makes no sense; the detail names it |
//! | `query` | 400 | a question in SQL that cannot be answered; `place` and `help` say more |
//! | `host`, `origin` | 403 | a page of another site asks, or may be asking |
//! | `not-found` | 404 | no such account, import, file or route |
//! | `method` | 405 | the route has other methods |
//! | `too-large` | 413 | a body above the limit |
//! | `media-type` | 415 | a body of a kind that is not read |
//! | `workbook`, `not-imported` | 422 | documents or rows that cannot be taken; all mistakes are listed |
//! | `internal` | 500 | our own fault, or the disk's; the log has more under the request's id |
//! | `busy`, `overloaded`, `too-slow` | 503 | later it may work; `Retry-After` says when to try; a run of the drivers goes on meanwhile, and is kept |

use std::any::Any;

use axum::Json;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dearly_app::Error;
use dearly_app::view::ImportRow;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problem details.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Query,
    Host,
    Origin,
    NotFound,
    Method,
    TooLarge,
    MediaType,
    Workbook,
    NotImported,
    Internal,
    Busy,
    Overloaded,
    TooSlow,
}

impl Kind {
    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Kind::Invalid => ("invalid", StatusCode::BAD_REQUEST, "the request makes no sense"),
            Kind::Query => ("query", StatusCode::BAD_REQUEST, "the question cannot be answered"),
            Kind::Host => ("host", StatusCode::FORBIDDEN, "the server answers to this machine only"),
            Kind::Origin => ("origin", StatusCode::FORBIDDEN, "another site may change nothing"),
            Kind::NotFound => ("not-found", StatusCode::NOT_FOUND, "there is no such thing"),
            Kind::Method => ("method", StatusCode::METHOD_NOT_ALLOWED, "the route has other methods"),
            Kind::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            Kind::MediaType => {
                ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "bodies of this kind are not read")
            }
            Kind::Workbook => ("workbook", StatusCode::UNPROCESSABLE_ENTITY, "the workbook has errors"),
            Kind::NotImported => ("not-imported", StatusCode::UNPROCESSABLE_ENTITY, "nothing was imported"),
            Kind::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "the server failed"),
            Kind::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "someone else is writing"),
            Kind::Overloaded => {
                ("overloaded", StatusCode::SERVICE_UNAVAILABLE, "the server has too much to do")
            }
            Kind::TooSlow => ("too-slow", StatusCode::SERVICE_UNAVAILABLE, "the answer takes too long"),
        }
    }

    /// After how many seconds it is worth to try again.
    fn retry_after(self) -> Option<u64> {
        match self {
            Kind::Busy | Kind::Overloaded => Some(10),
            Kind::TooSlow => Some(60),
            _ => None,
        }
    }
}

/// What went wrong. The answer is written by [`Problem::answer`], once the request's id is at hand.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    problems: Vec<WorkbookProblem>,
    report: Option<Box<ImportRow>>,
    place: Option<SqlPlace>,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), problems: Vec::new(), report: None, place: None, help: None }
    }

    /// What was asked makes no sense.
    pub(crate) fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new(Kind::Invalid, detail)
    }

    /// Rows that were not taken, with the import's report.
    pub(crate) fn not_imported(detail: impl Into<String>, report: ImportRow) -> Problem {
        Problem { report: Some(Box::new(report)), ..Problem::new(Kind::NotImported, detail) }
    }

    /// A question in SQL without an answer.
    fn query(error: dearly_app::query::Error) -> Problem {
        use dearly_app::query::Error;
        match error {
            Error::Sql { message, place, help } => {
                let place = place.map(|place| SqlPlace { line: place.line, column: place.column });
                Problem { place, help, ..Problem::new(Kind::Query, message) }
            }
            Error::TooMuchMemory { .. } => Problem::new(Kind::Query, error.to_string()),
            Error::TooSlow { .. } => Problem::new(Kind::TooSlow, error.to_string()),
            Error::Source { .. } | Error::Failed(_) => Problem::internal(&error),
        }
    }

    /// Our own fault. The log says what; the asker learns where to look.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
        tracing::error!(error = chain(error), "a request failed");
        Problem::new(Kind::Internal, "the server's log says more under this request's id")
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The response, for the request of this id.
    pub(crate) fn answer(self, mut response: Response, request_id: &str) -> Response {
        let (slug, status, title) = self.kind.parts();
        let details = ProblemDetails {
            r#type: format!("urn:problem-type:dearly:{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            request_id: request_id.to_owned(),
            problems: self.problems,
            report: self.report,
            place: self.place,
            help: self.help,
        };
        let (parts, body) = Json(details).into_response().into_parts();
        // What was set on the way here stays: `Allow` of a 405, the guarding headers.
        response.headers_mut().extend(parts.headers);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        *response.body_mut() = body;
        response
    }
}

/// A response without a body yet: `observe` has the request's id and writes it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.parts().1.into_response();
        if let Some(seconds) = self.kind.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::NotFound { .. } => Problem::new(Kind::NotFound, error.to_string()),
            Error::Invalid(detail) => Problem::invalid(detail),
            Error::Query(own) => Problem::query(own),
            Error::Busy(detail) => Problem::new(Kind::Busy, detail),
            Error::Workbook(ref problems) => Problem {
                problems: problems.iter().map(WorkbookProblem::from).collect(),
                ..Problem::new(Kind::Workbook, error.to_string())
            },
            Error::Import(ref own) if !matches!(own, dearly_import::Error::Unreadable { .. }) => {
                Problem::new(Kind::NotImported, error.to_string())
            }
            // Their words are for people: what was kept, and what to do.
            Error::Store(ref own) => Problem { detail: own.to_string(), ..Problem::internal(&error) },
            other => Problem::internal(&other),
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// The kind: `urn:problem-type:dearly:` and a word.
    #[schema(example = "urn:problem-type:dearly:not-found")]
    r#type: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What was wrong this time, and what to do.
    detail: String,
    /// By which the server's log knows the request.
    request_id: String,
    /// Every mistake of a workbook.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<WorkbookProblem>,
    /// What came of an import that was not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Box<ImportRow>>,
    /// Where in the text of a question the mistake is.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<SqlPlace>,
    /// What to do about a question: the nearest valid name, or the names there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// A place in the text of a question.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct SqlPlace {
    /// The line, from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// The column in characters, from 1.
    #[schema(minimum = 1)]
    column: u64,
}

/// One mistake in a workbook, at its place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WorkbookProblem {
    /// The file, relative to the folder of the workbook.
    path: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    line: u32,
    /// The column in characters, from 1; 0 as for `line`.
    column: u32,
    /// What is wrong, with the value and what was expected.
    message: String,
    /// What to do.
    help: Option<String>,
    /// Whether the workbook can be used all the same.
    severity: Severity,
}

/// Whether a workbook with the mistake can be used.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

impl From<&dearly_workbook::Problem> for WorkbookProblem {
    fn from(own: &dearly_workbook::Problem) -> WorkbookProblem {
        WorkbookProblem {
            path: own.path.clone(),
            line: own.line,
            column: own.column,
            message: own.message.clone(),
            help: own.help.clone(),
            severity: match own.severity {
                dearly_workbook::Severity::Error => Severity::Error,
                dearly_workbook::Severity::Warning => Severity::Warning,
            },
        }
    }
}

/// Answers a method that the route does not have; axum adds those that it has.
pub(crate) async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(
        Kind::Method,
        format!("{method} is not among the methods of this route; the header Allow lists them"),
    )
}

/// Answers for a handler that panicked.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = words.unwrap_or("without words"), "a handler panicked");
    Problem::new(Kind::Internal, "the server's log says more under this request's id").into_response()
}

/// An error with its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
