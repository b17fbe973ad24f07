//! Room for recursion. Parsing, planning and optimising descend into expressions; on the small stack of an asynchronous
//! thread a chain of a few dozen terms would end the whole process. What is asked may be nested so deep and no deeper
//! (`text.rs`), and what works on it gets a stack on which that fits.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Only pages that are touched cost memory.
const STACK_BYTES: usize = 64 << 20;
/// Where so much is left, it goes on where it is.
const ENOUGH_BYTES: usize = 32 << 20;

/// Does the work on a large stack.
pub(crate) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ENOUGH_BYTES, STACK_BYTES, work)
}

/// A future that is polled on a large stack.
pub(crate) struct Roomy<'f, T>(Pin<Box<dyn Future<Output = T> + Send + 'f>>);

impl<'f, T> Roomy<'f, T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'f) -> Roomy<'f, T> {
        Roomy(Box::pin(future))
    }
}

impl<T> Future for Roomy<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        with_room(|| self.0.as_mut().poll(context))
    }
}
