//! Telemetry comes in: what SDKs send, what nobody should, and what becomes of it.

mod arrival;
mod bad_input;
mod calls;
mod pressure;
mod protocol;

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use dearly_app::ingest::IngestOptions;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp};

/// A server with a write key.
pub(crate) struct Door {
    pub(crate) app: TestApp,
    pub(crate) key: String,
}

impl Door {
    pub(crate) async fn open() -> Door {
        Door::with(IngestOptions::default()).await
    }

    pub(crate) async fn with(options: IngestOptions) -> Door {
        let app = TestApp::taking(options).await;
        let key = app.app.create_write_key("web").await.unwrap().key;
        Door { app, key }
    }

    /// Sends a body with the key in its head.
    pub(crate) async fn send(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("authorization", self.basic()).body(body.into()).unwrap();
        self.app.send(request).await
    }

    /// Sends calls as a batch, which must be taken.
    pub(crate) async fn batch(&self, calls: &[Value]) {
        let answer = self.send("/v1/batch", json!({ "batch": calls }).to_string()).await;
        assert_eq!((answer.status, &answer.sent), (200, &json!({"success": true})));
    }

    pub(crate) fn basic(&self) -> String {
        use base64::Engine;
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{}:", self.key)))
    }

    /// Waits until everything taken is visible.
    pub(crate) async fn flush(&self) {
        self.app.ingestion.as_ref().unwrap().flush().await.unwrap();
    }

    /// What the Data page shows, once everything is visible.
    pub(crate) async fn telemetry(&self) -> Value {
        self.flush().await;
        self.app.get("/api/v1/telemetry").await.sent
    }

    /// The counts of the source, once everything is visible: events, other calls, duplicates, rejected, unattributed.
    pub(crate) async fn counts(&self) -> [i64; 5] {
        let telemetry = self.telemetry().await;
        let total = &telemetry["sources"][0]["total"];
        ["n_events", "n_calls", "n_duplicates", "n_rejected", "n_unattributed"]
            .map(|name| total[name].as_i64().unwrap())
    }
}

/// A track call.
pub(crate) fn track(id: &str, user: &str) -> Value {
    json!({"type": "track", "event": "report", "userId": user, "messageId": id})
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
