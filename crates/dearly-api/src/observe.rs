//! An id for every request, a line in the log, and the body of what went wrong.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::problem::{Kind, Problem};

/// The header with the request's id, in requests and in answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a request.
const LONGEST_ID: usize = 64;

/// Runs the request in a span of its own. The span has the route, never the address: those hold names and words
/// searched for.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let route = request.extensions().get::<MatchedPath>().map_or("pages", MatchedPath::as_str).to_owned();
    let span =
        tracing::info_span!("request", request.id = id, http.method = %request.method(), http.route = route);
    async move {
        let begun = Instant::now();
        let mut response = next.run(request).await;
        let problem = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = problem.or_else(|| unnamed(&response)) {
            response = problem.answer(response, &id);
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let status = response.status().as_u16();
        tracing::info!(http.status = status, duration_ms = begun.elapsed().as_millis() as u64, "answered");
        response
    }
    .instrument(span)
    .await
}

/// What a layer below refused on its own.
fn unnamed(response: &Response) -> Option<Problem> {
    let status = response.status();
    let kind = match status.as_u16() {
        400 => Kind::Invalid,
        413 => Kind::TooLarge,
        415 => Kind::MediaType,
        500 => Kind::Internal,
        _ => return None,
    };
    Some(Problem::new(kind, status.canonical_reason().unwrap_or("refused").to_lowercase()))
}

/// The id that the request brings, where it is one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let is_id = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_id) {
        Some(id) => id.to_owned(),
        None => new_id(),
    }
}

/// Different for every request of every run; nothing to guess is guarded by it.
fn new_id() -> String {
    static RUN: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", RUN.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}
