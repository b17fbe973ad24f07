//! Batches on their way to the committer, and what else it is asked for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Clock};

use super::{Accepted, Batch, BusyReason, IngestError};

pub(super) type OnDone = Box<dyn FnOnce(Result<Accepted, IngestError>) + Send>;

/// A batch and who waits for it.
pub(super) struct Queued {
    pub(super) batch: Batch,
    pub(super) on_done: OnDone,
}

/// What the committer does next.
pub(super) struct Work {
    pub(super) batches: Vec<Queued>,
    /// Somebody waits for the file to be sealed, and this is the number of the request.
    pub(super) seal: Option<u64>,
    pub(super) closing: bool,
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    /// A request to seal was answered.
    sealed: Condvar,
    /// Bytes of batches that wait or are being written.
    bytes: AtomicUsize,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Queued>,
    waiting_bytes: usize,
    /// When the first of them came.
    since: Option<Clock>,
    /// Requests to seal so far, and how many of them were answered.
    seals_asked: u64,
    seals_answered: u64,
    closing: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a batch unless the queue is full or closing.
    pub(super) fn push(
        &self,
        batch: Batch,
        on_done: OnDone,
        most_bytes: usize,
        group_bytes: usize,
    ) -> Result<(), BusyReason> {
        let bytes = batch.bytes();
        let mut state = self.state();
        if state.closing {
            return Err(BusyReason::Closing);
        }
        // A batch of any size goes into an empty queue.
        let queued = self.bytes();
        if queued > 0 && queued + bytes > most_bytes {
            return Err(BusyReason::Queue);
        }
        self.bytes.fetch_add(bytes, Relaxed);
        let before = state.waiting_bytes;
        state.waiting_bytes += bytes;
        let first = state.batches.is_empty();
        if first {
            state.since = Some(Clock::now());
        }
        state.batches.push_back(Queued { batch, on_done });
        let full = before < group_bytes && state.waiting_bytes >= group_bytes;
        drop(state);
        // In between, the committer is awake or wakes by itself.
        if first || full {
            self.arrived.notify_all();
        }
        Ok(())
    }

    /// Asks for the file to be sealed after all that was pushed before, and waits until it is.
    pub(super) fn seal(&self) {
        let mut state = self.state();
        state.seals_asked += 1;
        let mine = state.seals_asked;
        self.arrived.notify_all();
        drop(
            self.sealed
                .wait_while(state, |state| state.seals_answered < mine)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// Requests to seal up to this one were answered.
    pub(super) fn sealed(&self, request: u64) {
        let mut state = self.state();
        state.seals_answered = state.seals_answered.max(request);
        self.sealed.notify_all();
    }

    pub(super) fn close(&self) {
        self.state().closing = true;
        self.arrived.notify_all();
    }

    /// Batches that nobody will write.
    pub(super) fn drain(&self) -> VecDeque<Queued> {
        std::mem::take(&mut self.state().batches)
    }

    /// Bytes of batches that wait or are being written.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Batches of so many bytes were answered.
    pub(super) fn answered(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    /// Waits for a group: until its first batch has waited for `linger`, or it is full; or until `deadline`.
    pub(super) fn wait(&self, linger: Duration, group_bytes: usize, deadline: Option<Clock>) -> Work {
        let mut state = self.state();
        loop {
            let now = Clock::now();
            let until = match state.since {
                Some(since) => {
                    let due = since + linger;
                    if state.closing || state.is_to_seal() || state.waiting_bytes >= group_bytes || due <= now
                    {
                        return state.take(group_bytes);
                    }
                    Some(due)
                }
                None if state.closing || state.is_to_seal() || deadline.is_some_and(|due| due <= now) => {
                    return state.take(group_bytes);
                }
                None => deadline,
            };
            state = match until {
                Some(until) => {
                    let wait = until.saturating_duration_since(now);
                    self.arrived.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl State {
    fn is_to_seal(&self) -> bool {
        self.seals_answered < self.seals_asked
    }

    fn take(&mut self, group_bytes: usize) -> Work {
        let (mut batches, mut bytes) = (Vec::with_capacity(self.batches.len()), 0);
        while let Some(next) = self.batches.front() {
            let more = next.batch.bytes();
            if bytes > 0 && bytes + more > group_bytes {
                break;
            }
            bytes += more;
            batches.extend(self.batches.pop_front());
        }
        self.waiting_bytes -= bytes;
        if self.batches.is_empty() {
            self.since = None;
        }
        let all = self.batches.is_empty();
        // A seal holds for all that came before it.
        let seal = (all && self.is_to_seal()).then_some(self.seals_asked);
        Work { batches, seal, closing: all && self.closing }
    }
}
