//! Whether the relay can be reached, and when to knock again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::relay::OpenError;

/// The longest pause between two attempts to reach a relay that is away.
const LONGEST: Duration = Duration::from_secs(30);

/// Closed while the relay cannot be reached.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    knock_at: Option<Instant>,
    last: Option<String>,
    permanent: bool,
}

impl Gate {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a connection was opened.
    pub(super) fn opened(&self, relay: &str) {
        let mut state = self.state();
        if state.failures > 0 {
            tracing::info!(relay, "the relay answers again");
        }
        *state = State::default();
    }

    /// Notes that the relay turned a connection away before it heard of a recipient.
    pub(super) fn turned_away(&self, relay: &str, why: &str, permanent: bool) {
        self.fail(relay, why, permanent);
    }

    /// Notes that none could be; the first time, and then each time the pause has grown to its longest, aloud.
    pub(super) fn failed(&self, relay: &str, error: &OpenError) {
        self.fail(relay, &error.to_string(), error.is_permanent());
    }

    fn fail(&self, relay: &str, error: &str, permanent: bool) {
        let mut state = self.state();
        // Connections that failed at the same time count once.
        if state.knock_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        state.failures = state.failures.saturating_add(1);
        state.permanent = permanent;
        let pause = match permanent {
            true => LONGEST,
            false => LONGEST.min(Duration::from_millis(500) * 2u32.saturating_pow(state.failures.min(10))),
        };
        state.knock_at = Some(Instant::now() + pause);
        if state.failures == 1 {
            tracing::error!(relay, error, "the relay cannot be reached; its mail waits");
        } else {
            tracing::debug!(relay, error, failures = state.failures, "the relay still cannot be reached");
        }
        state.last = Some(error.to_owned());
    }

    /// How many deliveries may be claimed: all, none, or one to knock with.
    pub(super) fn admits(&self) -> usize {
        let state = self.state();
        match state.knock_at {
            None => usize::MAX,
            Some(at) if at <= Instant::now() => 1,
            Some(_) => 0,
        }
    }

    /// Why the relay cannot be reached, when `patience` attempts in a row have failed, or one for good.
    pub(super) fn given_up(&self, patience: u32) -> Option<String> {
        let state = self.state();
        let over = state.failures >= patience || (state.permanent && state.failures > 0);
        over.then(|| state.last.clone()).flatten()
    }
}
