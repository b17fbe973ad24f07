//! Why a body is no batch.

use crate::{DEEPEST, LARGEST_BODY, LARGEST_SHARED, MOST_CALLS};

/// Why a body is no batch: nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The body is larger than any batch may be.
    #[error("the body has more than {LARGEST_BODY} bytes; send smaller batches")]
    TooLarge,
    /// A batch of more calls than any may have.
    #[error("the batch has more than {MOST_CALLS} calls; send smaller batches")]
    TooManyCalls,
    /// What a batch says once for all its calls would be too much, said in each.
    #[error(
        "the context of the batch, taken into each of its calls, has more than {LARGEST_SHARED} bytes; send it with the calls that \
         it is of"
    )]
    SharedTooLarge,
    /// The body is not text.
    #[error("the body is not UTF-8: byte {at} fits no character")]
    NotText {
        /// The place of the first byte that is wrong.
        at: usize,
    },
    /// The body is not JSON.
    #[error("the body is not JSON: expected {expected} at byte {at}")]
    NotJson {
        /// The place.
        at: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// Values lie within one another too deep.
    #[error("the body is nested deeper than {DEEPEST} levels, at byte {at}")]
    TooDeep {
        /// The place.
        at: usize,
    },
    /// A batch without calls.
    #[error("the body has no list named batch; send {{\"batch\": […]}}, or a single call to its own path")]
    NoBatch,
}
