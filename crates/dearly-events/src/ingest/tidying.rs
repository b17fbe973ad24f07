//! The background thread of the window.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::shared::Shared;

/// Asleep until something was flushed.
#[derive(Default)]
pub(super) struct Tidying {
    state: Mutex<TidyingState>,
    woken: Condvar,
}

#[derive(Default)]
struct TidyingState {
    awake: bool,
    stopped: bool,
    error: Option<String>,
}

impl Tidying {
    fn state(&self) -> MutexGuard<'_, TidyingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wake(&self) {
        self.state().awake = true;
        self.woken.notify_all();
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.woken.notify_all();
    }

    pub(super) fn stopped(&self) -> bool {
        self.state().stopped
    }

    pub(super) fn error(&self) -> Option<String> {
        self.state().error.clone()
    }

    pub(super) fn run(&self, shared: &Shared) {
        loop {
            {
                let mut state = self
                    .woken
                    .wait_while(self.state(), |state| !state.awake && !state.stopped)
                    .unwrap_or_else(PoisonError::into_inner);
                if state.stopped {
                    return;
                }
                state.awake = false;
            }
            let result = shared.tidy();
            self.state().error = result.err().map(|error| error.to_string());
        }
    }
}
