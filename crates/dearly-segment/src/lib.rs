//! The Segment HTTP API's bodies: what their calls say, and which of them cannot be taken.
//!
//! [`parse`] takes a decompressed body and gives typed [`Call`]s with their clocks corrected; a call that cannot be taken
//! is [`Rejected`] alone, with its reason, and the rest of its batch goes on. Only a body that is no batch at all is an
//! [`Error`].
//!
//! Everything is pure: time and randomness are handed in, nothing is asked of the network or the store. A batch is read
//! in one pass, because this is the hottest loop of ingestion: no tree of values is built, properties and traits stay
//! the text that they are.

mod body;
mod call;
mod clock;
mod error;
mod json;
mod reject;
mod wire;

pub use body::{Arrival, Parsed, parse};
pub use call::{Alias, Call, Event, Group, Identify, Stamp};
pub use error::Error;
pub use reject::Rejected;
pub use wire::Endpoint;

/// The most bytes of one call; a larger one is rejected alone.
pub const LARGEST_CALL: usize = 32 << 10;

/// The most bytes of a body, decompressed; a larger one is an error.
pub const LARGEST_BODY: usize = 500 << 10;

/// The most bytes of what a batch says once for all its calls, taken as often as there are calls; more is an error.
pub const LARGEST_SHARED: usize = 4 * LARGEST_BODY;

/// The most calls of a batch; one with more is an error. SDKs send a hundred at a time.
pub const MOST_CALLS: usize = 5_000;

/// The most bytes of a name or an id; a call with a longer one is rejected alone.
pub const LONGEST_NAME: usize = 500;

/// How deep values may lie within one another; a deeper body is an error.
pub const DEEPEST: usize = 64;
