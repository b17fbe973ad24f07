//! Who may ask: programs of this machine, and no page of another site.
//!
//! Listening on loopback alone does not keep web pages out: a name of their own may be made to point at 127.0.0.1 (DNS
//! rebinding), and a form may be sent anywhere. The first shows in `Host`, the second in `Origin`.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

/// Where browsers say from where a request comes.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another site may have sent, and what no store can hold.
pub(crate) async fn refuse_strangers(request: Request, next: Next) -> Response {
    match check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether the request asks for this machine by one of its own names.
///
/// # Errors
/// Words, where it does not.
pub(crate) fn check_host(request: &Request) -> Result<(), String> {
    own_host(request).map(|_| ())
}

fn own_host(request: &Request) -> Result<&str, String> {
    let host = host(request.uri(), request.headers());
    host.filter(|host| is_loopback(host)).ok_or_else(|| {
        let host = host.map_or_else(|| "no host".to_owned(), |host| format!("the host {host:?}"));
        format!("{host} is not localhost, 127.0.0.1 or [::1]; open the server by one of these names")
    })
}

fn check(request: &Request) -> Result<(), Problem> {
    let host = own_host(request).map_err(|words| Problem::new(Kind::Host, words))?;
    if !request.method().is_safe() && is_foreign(host, request.headers()) {
        return Err(Problem::new(
            Kind::Origin,
            "the request was sent by a page of another site; send it from dearly's own pages, or from a program",
        ));
    }
    // PostgreSQL knows no zero byte in a text; nothing of a book has one.
    let has_zero = |text: &str| text.contains("%00");
    if has_zero(request.uri().path()) || request.uri().query().is_some_and(has_zero) {
        return Err(Problem::invalid("the address holds a zero byte (%00); nothing of a book has one"));
    }
    Ok(())
}

/// The host asked for, with its port.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(HOST)?.to_str().ok(),
    }
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    port.is_none_or(is_port)
        && ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Whether a browser says that another site's page sent this. Programs say nothing.
fn is_foreign(host: &str, headers: &HeaderMap) -> bool {
    if let Some(origin) = headers.get(ORIGIN) {
        let own = |origin: &str| {
            let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            named.is_some_and(|named| named.eq_ignore_ascii_case(host))
        };
        return !origin.to_str().is_ok_and(own);
    }
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn hosts_are_names_of_this_machine() {
        for (host, own) in [
            ("localhost", true),
            ("LOCALHOST:7700", true),
            ("127.0.0.1", true),
            ("127.0.0.1:7700", true),
            ("[::1]", true),
            ("[::1]:7700", true),
            ("localhost.example.com", false),
            ("127.0.0.1.example.com:7700", false),
            ("example.com:7700", false),
            ("localhost:7700:1", false),
            ("localhost:x", false),
            ("user@localhost", false),
            ("::1", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), own, "{host:?}");
        }
    }

    #[test]
    fn other_sites_change_nothing() {
        let check = |method: &str, headers: &[(&str, &str)]| {
            let mut request = Request::builder()
                .method(method)
                .uri("/api/v1/workbook/apply")
                .header("host", "localhost:7700");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            check(&request.body(Body::empty()).unwrap()).is_ok()
        };
        for (headers, own) in [
            (&[][..], true),
            (&[("origin", "http://localhost:7700")], true),
            (&[("origin", "http://localhost:5173")], false),
            (&[("origin", "http://example.com")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site")], false),
        ] {
            assert_eq!(check("POST", headers), own, "{headers:?}");
            assert!(check("GET", headers), "{headers:?}");
        }
    }
}
