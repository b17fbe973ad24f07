//! What senders of telemetry are told, in the shape that their SDKs read.

use std::any::Any;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use dearly_app::ingest::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// Everything is durable.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Success {
    /// Always true.
    success: bool,
}

impl Success {
    pub(super) fn answer() -> Response {
        Json(Success { success: true }).into_response()
    }
}

/// Why nothing was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refused {
    /// A word for programs.
    #[schema(example = "unknown_key")]
    code: &'static str,
    /// What was wrong, and what to do.
    message: String,
}

/// What went wrong, with its status.
#[derive(Debug)]
pub(super) struct Trouble {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<Duration>,
}

impl Trouble {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Trouble {
        Trouble { status, code, message: message.into(), retry_after: None }
    }

    fn after(self, wait: Duration) -> Trouble {
        Trouble { retry_after: Some(wait), ..self }
    }

    /// The body is none.
    pub(super) fn body(message: impl Into<String>) -> Trouble {
        Trouble::new(StatusCode::BAD_REQUEST, "invalid_body", message)
    }

    pub(super) fn host(message: String) -> Trouble {
        let hint = "; from other machines send to the address of --ingest-listen";
        Trouble::new(StatusCode::FORBIDDEN, "host", message + hint)
    }

    pub(super) fn too_large(limit: usize) -> Trouble {
        // Not 413: clients take that for a fault of the server's settings.
        Trouble::new(
            StatusCode::BAD_REQUEST,
            "too_large",
            format!("the body has more than {limit} bytes; send smaller batches"),
        )
    }

    pub(super) fn late() -> Trouble {
        Trouble::new(StatusCode::REQUEST_TIMEOUT, "late", "the body did not come in time; send it again")
    }

    pub(super) fn no_such_call(call: &str) -> Trouble {
        let call: String = call.chars().take(40).collect();
        Trouble::new(
            StatusCode::NOT_FOUND,
            "no_such_call",
            format!("{call:?} is none of track, identify, group, page, screen, alias, batch and import"),
        )
    }

    pub(super) fn method() -> Trouble {
        Trouble::new(StatusCode::METHOD_NOT_ALLOWED, "method", "telemetry is sent by POST")
    }

    /// So many requests are under way that one more would have to wait.
    pub(super) fn crowded() -> Trouble {
        Trouble::new(StatusCode::TOO_MANY_REQUESTS, "busy", "too many requests at a time; send it again")
            .after(Duration::from_secs(1))
    }

    /// This server takes no telemetry, or not yet.
    pub(super) fn closed() -> Trouble {
        Trouble::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "closed",
            "this server takes no telemetry yet; send it again",
        )
        .after(Duration::from_secs(5))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        let message = refusal.to_string();
        match refusal {
            Refusal::NoKey => Trouble::new(StatusCode::UNAUTHORIZED, "no_key", message),
            Refusal::UnknownKey => Trouble::new(StatusCode::UNAUTHORIZED, "unknown_key", message),
            Refusal::Body(_) | Refusal::TooLarge { .. } => Trouble::body(message),
            Refusal::Rejected { .. } => Trouble::new(StatusCode::BAD_REQUEST, "rejected", message),
            Refusal::Busy { retry_after, .. } => {
                Trouble::new(StatusCode::TOO_MANY_REQUESTS, "busy", message).after(retry_after)
            }
            Refusal::Failed { retry_after, .. } => {
                Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", message).after(retry_after)
            }
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response =
            (self.status, Json(Refused { code: self.code, message: self.message })).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, and at least one: a client that reads 0 comes back at once.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, axum::http::HeaderValue::from_static("POST,OPTIONS"));
        }
        response
    }
}

/// Answers for a handler that panicked. A client sends it again.
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = words.unwrap_or("without words"), "a handler of telemetry panicked");
    Trouble::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log says more")
        .into_response()
}
