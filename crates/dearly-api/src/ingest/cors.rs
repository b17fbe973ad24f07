//! Pages of every site may send: the write key says whether they may.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const ALWAYS: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    // Else a page cannot see when to try again.
    (ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after"),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-encoding, content-type, x-retry-count"),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// Adds what browsers ask for.
pub(super) async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers a browser that asks whether a page may send.
pub(super) async fn preflight() -> Response {
    (StatusCode::NO_CONTENT, PREFLIGHT).into_response()
}
