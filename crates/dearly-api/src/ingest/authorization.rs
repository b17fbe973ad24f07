//! The write key in the head of a request.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Padding or none: not every hand-written client pads.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The user of basic authentication, or a bearer token. An empty one is none, and so is what cannot be read: the body
/// may have a key.
pub(super) fn write_key(headers: &HeaderMap) -> Option<String> {
    let (scheme, given) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let given = given.trim();
    let key = if scheme.eq_ignore_ascii_case("basic") {
        let pair = String::from_utf8(BASE64.decode(given).ok()?).ok()?;
        pair.split_once(':').map_or(pair.as_str(), |(user, _)| user).to_owned()
    } else if scheme.eq_ignore_ascii_case("bearer") {
        given.to_owned()
    } else {
        return None;
    };
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_several_ways() {
        for (header, key) in [
            ("Basic a2V5Og==", Some("key")),
            ("basic a2V5Og", Some("key")),
            ("Basic a2V5", Some("key")),
            ("Basic a2V5OnNlY3JldA==", Some("key")),
            ("Basic Og==", None),
            ("Basic !", None),
            ("Basic", None),
            ("Bearer key", Some("key")),
            ("Bearer  ", None),
            ("Digest key", None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, header.parse().unwrap())]);
            assert_eq!(write_key(&headers).as_deref(), key, "{header}");
        }
        assert_eq!(write_key(&HeaderMap::new()), None);
    }
}
