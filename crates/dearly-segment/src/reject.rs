//! Calls that cannot be taken.

use xxhash_rust::xxh3::xxh3_128;

/// A call that cannot be taken, while the rest of its batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why, and what was expected.
    pub reason: String,
    /// An id that the same call has again when it is sent again, so that it is shown once.
    pub message_id: String,
    /// The beginning of the call as it came. May hold personal data.
    pub excerpt: String,
    /// The user whom the call names, as far as it can be read. Personal data.
    pub user: Option<String>,
    /// The user's other id: the anonymous one, or the one until now.
    pub anonymous: Option<String>,
}

/// The most bytes of an excerpt: enough to recognise the call.
const LONGEST_EXCERPT: usize = 1_000;

impl Rejected {
    pub(crate) fn new(reason: String, raw: &str, [user, anonymous]: [Option<String>; 2]) -> Rejected {
        let end = raw.floor_char_boundary(LONGEST_EXCERPT);
        let mut excerpt = raw[..end].to_owned();
        if end < raw.len() {
            excerpt.push('…');
        }
        let message_id = format!("dearly-rejected-{:032x}", xxh3_128(raw.as_bytes()));
        Rejected { reason, message_id, excerpt, user, anonymous }
    }
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    let end = text.floor_char_boundary(60);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}
