//! The document that the browser's SDK asks for before it sends anything.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::TAG;
use super::answer::{Refused, Trouble};
use crate::server::Server;

/// How a proxy says by which protocol it was asked.
const FORWARDED_PROTOCOL: HeaderName = HeaderName::from_static("x-forwarded-proto");

pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get_settings))
}

/// The settings document of Segment's SDK for browsers: send everything to this server, and to nobody else.
#[utoipa::path(get, path = "/v1/projects/{key}/settings", tag = TAG, operation_id = "get_telemetry_settings",
    params(("key" = String, Path, description = "the write key")),
    responses(
        (status = 200, description = "the settings", body = Object),
        (status = 401, description = "nobody may send with this key", body = Refused),
        (status = 403, description = "the server is asked by another name than localhost, where it does not listen for telemetry alone", body = Refused),
        (status = 500, description = "the server failed", body = Refused),
        (status = 503, description = "the records do not answer: Retry-After says when to ask again", body = Refused,
            headers(("Retry-After" = u64, description = "seconds"))),
    ))]
pub(super) async fn get_settings(
    State(server): State<Server>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(ingestion) = server.door.ingestion() else {
        return Trouble::closed().into_response();
    };
    match ingestion.check_key(&key).await {
        Ok(()) => Json(document(&key, &headers)).into_response(),
        Err(refusal) => Trouble::from(refusal).into_response(),
    }
}

fn document(key: &str, headers: &HeaderMap) -> Value {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // Of several proxies in a row the first is the one that was asked.
    let asked_by = text(FORWARDED_PROTOCOL).and_then(|own| own.split(',').next()).map(str::trim);
    let protocol = asked_by.filter(|own| *own == "https").unwrap_or("http");
    let host = text(HOST).unwrap_or("localhost");
    json!({
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": format!("{host}/v1"),
                "protocol": protocol,
                "unbundledIntegrations": [],
                "addBundledMetadata": true,
                "maybeBundledConfigIds": {},
                "versionSettings": { "version": "4.4.7", "componentTypes": ["browser"] }
            }
        },
        "plan": {
            "track": { "__default": { "enabled": true, "integrations": {} } },
            "identify": { "__default": { "enabled": true } },
            "group": { "__default": { "enabled": true } }
        },
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        // It measures itself otherwise, and sends that here.
        "metrics": { "sampleRate": 0 },
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": []
    })
}
