//! Bodies: read within limits of size and time, and decompressed by what they are, whatever they are called.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use dearly_app::ingest::LARGEST_BODY;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::answer::Trouble;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a body that is not wanted is read on, and thrown away: a client that is still sending does not read the
/// answer, and would see a broken connection instead.
const DISCARDED: usize = 16 << 20;

/// How long that may take.
const DISCARD_PATIENCE: Duration = Duration::from_secs(5);

/// The body as it was sent.
pub(super) async fn receive(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Trouble> {
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > LARGEST_BODY) {
        if said.is_some_and(|length| length <= DISCARDED) {
            discard(body).await;
        }
        return Err(Trouble::too_large(LARGEST_BODY));
    }
    let mut stream = body.into_data_stream();
    let read = async {
        let mut received = Vec::with_capacity(said.unwrap_or(0));
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Trouble::body("the body broke off; send it again"))?;
            if received.len() + chunk.len() > LARGEST_BODY {
                return Ok(None);
            }
            received.extend_from_slice(&chunk);
        }
        Ok(Some(received))
    };
    match timeout(PATIENCE, read).await {
        Err(_) => Err(Trouble::late()),
        Ok(Ok(Some(received))) => Ok(received),
        Ok(Err(trouble)) => Err(trouble),
        Ok(Ok(None)) => {
            discard(Body::from_stream(stream)).await;
            Err(Trouble::too_large(LARGEST_BODY))
        }
    }
}

/// Reads what is left of a body, to a limit, and throws it away.
pub(super) async fn discard(body: Body) {
    let mut stream = body.into_data_stream();
    let read = async {
        let mut left = DISCARDED;
        while let Some(Ok(chunk)) = stream.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    // What does not come is not waited for.
    let _ = timeout(DISCARD_PATIENCE, read).await;
}

/// The body decompressed, as its first bytes say: SDKs send gzip without saying so.
pub(super) fn decompressed(headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<u8>, Trouble> {
    let says = |word: &str| {
        headers.get(CONTENT_ENCODING).is_some_and(|own| own.as_bytes().eq_ignore_ascii_case(word.as_bytes()))
    };
    match body.as_slice() {
        [0x1f, 0x8b, ..] => unpacked("gzip", MultiGzDecoder::new(body.as_slice())),
        // The head of zlib is a multiple of 31; JSON does not begin with an x.
        [0x78, second, ..] if (0x7800 + u16::from(*second)).is_multiple_of(31) => {
            unpacked("deflate", ZlibDecoder::new(body.as_slice()))
        }
        [first, ..] if says("deflate") && !matches!(first, b'{' | b' ' | b'\n' | b'\r' | b'\t') => {
            unpacked("deflate", DeflateDecoder::new(body.as_slice()))
        }
        _ => Ok(body),
    }
}

fn unpacked(what: &str, reader: impl Read) -> Result<Vec<u8>, Trouble> {
    let mut unpacked = Vec::new();
    // One byte more than there may be: a small body may unpack to any size.
    let read = reader.take(LARGEST_BODY as u64 + 1).read_to_end(&mut unpacked);
    match read {
        Ok(_) if unpacked.len() > LARGEST_BODY => Err(Trouble::too_large(LARGEST_BODY)),
        Ok(_) => Ok(unpacked),
        Err(error) => Err(Trouble::body(format!(
            "the body cannot be unpacked as {what}, it is damaged or cut off: {error}"
        ))),
    }
}
