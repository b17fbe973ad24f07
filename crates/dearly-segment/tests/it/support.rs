//! Bodies parsed as if they came at one instant.

use dearly_segment::{Arrival, Call, Endpoint, Error, Event, Parsed, parse};

/// When every body of the tests comes.
pub(crate) const RECEIVED: &str = "2026-11-22T10:00:00Z";

pub(crate) fn arrival(endpoint: Endpoint) -> Arrival<'static> {
    Arrival {
        endpoint,
        received_at: RECEIVED.parse().unwrap(),
        nonce: 7,
        account_property: Some("account_id"),
    }
}

pub(crate) fn read(endpoint: Endpoint, body: &str) -> Result<Parsed<'_>, Error> {
    parse(body.as_bytes(), &arrival(endpoint))
}

/// The one call of a body.
pub(crate) fn call(endpoint: Endpoint, body: &str) -> Call<'_> {
    let mut parsed = read(endpoint, body).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!((parsed.calls.len(), &parsed.rejected), (1, &vec![]), "{body}");
    parsed.calls.remove(0)
}

pub(crate) fn event(endpoint: Endpoint, body: &str) -> Event<'_> {
    match call(endpoint, body) {
        Call::Event(event) => event,
        other => panic!("{body}: {other:?}"),
    }
}

/// Why the one call of a body cannot be taken.
pub(crate) fn reason(endpoint: Endpoint, body: &str) -> String {
    let parsed = read(endpoint, body).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!((parsed.calls.len(), parsed.rejected.len()), (0, 1), "{body}: {parsed:?}");
    parsed.rejected[0].reason.clone()
}
