//! The pages, which the binary carries.

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::{Kind, Problem, method_not_allowed};

/// What `npm run build` made of `web/`; empty where it did not run, so that cargo needs no Node.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// The page behind every address that is no file: it finds its way by itself.
const INDEX: &str = "index.html";

/// Files with a hash in their name.
const HASHED: &str = "assets/";

/// Shown where the binary carries no pages.
const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"en\">
  <head><meta charset=\"utf-8\" /><title>Dearly</title></head>
  <body>
    <h1>Dearly</h1>
    <p>This program was built without its pages. Run <code>make demo</code>, or build them with
      <code>npm --prefix web ci &amp;&amp; npm --prefix web run build</code> and the program again.</p>
    <p>The API works: <a href=\"/api/openapi.json\">/api/openapi.json</a>,
      <a href=\"/api/v1/accounts.csv\">/api/v1/accounts.csv</a>.</p>
  </body>
</html>
";

/// Answers everything that is no route: a file of the pages, else their index. Below `/api` there are no pages.
pub(crate) async fn show(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    // What a page would be mistaken for: nobody asks for these two to read.
    if path == "api" || path.starts_with("api/") || path == "metrics" {
        return Problem::new(Kind::NotFound, "there is no such route; /api/openapi.json has all of them")
            .into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let mut response = method_not_allowed(method).await.into_response();
        response
            .headers_mut()
            .insert(axum::http::header::ALLOW, axum::http::HeaderValue::from_static("GET,HEAD"));
        return response;
    }
    match Dist::get(path) {
        Some(file) if path.starts_with(HASHED) => send(file, "public, max-age=31536000, immutable", &headers),
        Some(file) => send(file, "no-cache", &headers),
        // A page of an older build asks for files that are gone: it must not get a page for a script.
        None if path.starts_with(HASHED) => {
            Problem::new(Kind::NotFound, "there is no such file; load the page again").into_response()
        }
        None => match Dist::get(INDEX) {
            Some(file) => send(file, "no-cache", &headers),
            None => {
                let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
                (headers, PLACEHOLDER).into_response()
            }
        },
    }
}

fn send(file: EmbeddedFile, caching: &'static str, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    // Weak: the same file may be sent compressed.
    let tag = format!("W/\"{}\"", hash[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|known| known.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag), (CACHE_CONTROL, caching.to_owned())])
            .into_response();
    }
    let mut kind = file.metadata.mimetype().to_owned();
    if kind.starts_with("text/") {
        kind.push_str("; charset=utf-8");
    }
    let body = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    ([(CONTENT_TYPE, kind), (ETAG, tag), (CACHE_CONTROL, caching.to_owned())], Body::from(body))
        .into_response()
}
