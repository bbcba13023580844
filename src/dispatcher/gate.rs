//! Whether the relay can be reached, and when to knock again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Timestamp;
use crate::relay::{OpenError, RelayState, Stage};
use crate::store::relays::RelayStatus;

/// The longest pause between two attempts to reach a relay that is away.
const LONGEST: Duration = Duration::from_secs(30);

/// The pause after a wrong password, as some lock an account after a few of them.
const PASSWORD: Duration = Duration::from_secs(300);

/// Whoever knocks has found out by then; if not, another may.
const KNOCKING: Duration = Duration::from_secs(60);

/// Closed while the relay cannot be reached, or turns us away: then one connection at a time knocks, after growing pauses.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    /// So many connections in a row that break amid a message close it.
    patience: u32,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    knock_at: Option<Instant>,
    last: Option<String>,
    permanent: bool,
    /// Whether somebody has gone to knock and is not back.
    knocking: bool,
    /// How many connections broke amid a message since it last answered one.
    broken: u32,
    /// Whether it was reached, and then took no mail: that it can be reached again proves nothing.
    turned_away: bool,
    /// Whether it was reached since with nothing to give it: only mail can tell more.
    reached: bool,
    /// How it is doing, and since when; nothing before it was tried.
    standing: Option<(RelayState, Timestamp)>,
    retry_at: Option<Timestamp>,
}

impl Gate {
    /// For a relay that takes so many connections.
    pub(super) fn new(connections: u16) -> Self {
        // All of them may break at once, as when it is started anew.
        Self { state: Mutex::default(), patience: u32::from(connections) + 5 }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().knock_at.is_none()
    }

    /// Whether the caller may open a connection: always while the gate is open, else once after each pause.
    pub(super) fn may_knock(&self) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        match state.knock_at {
            None => true,
            Some(at) if at <= now => {
                (state.knock_at, state.knocking) = (Some(now + KNOCKING), true);
                true
            }
            Some(_) => false,
        }
    }

    /// Notes that a connection was opened.
    pub(super) fn opened(&self, relay: &str, now: Timestamp) {
        let mut state = self.state();
        if !state.turned_away {
            state.well(relay, now);
        }
    }

    /// Notes that whoever went to knock opened a connection, and had nothing to send. A relay that took no mail before may be given
    /// one message at once, and is still stopped until it takes that.
    pub(super) fn reached(&self, relay: &str, now: Timestamp) {
        let mut state = self.state();
        if !state.knocking {
            return;
        }
        if state.turned_away {
            (state.reached, state.knocking) = (true, false);
            (state.knock_at, state.retry_at) = (Some(Instant::now()), Some(now));
        } else {
            state.well(relay, now);
        }
    }

    /// Whether it should be looked whether it can be reached again, though there is nothing to send.
    pub(super) fn is_to_be_looked_for(&self) -> bool {
        self.admits() == 1 && !self.state().reached
    }

    /// Notes that the relay took a message, or had something to say of its recipient.
    pub(super) fn used(&self, relay: &str, now: Timestamp) {
        let mut state = self.state();
        state.broken = 0;
        state.well(relay, now);
    }

    /// Notes that a connection broke amid a message. A few may be for their recipients; when it goes on, it is the relay.
    pub(super) fn broke(&self, relay: &str, error: &str, now: Timestamp) {
        let over = {
            let mut state = self.state();
            state.broken = state.broken.saturating_add(1);
            state.broken >= self.patience
        };
        if over {
            self.fail(relay, error, None, true, now);
        }
    }

    /// Notes that the relay turned a connection away before it heard of a recipient.
    pub(super) fn turned_away(&self, relay: &str, why: &str, permanent: bool, now: Timestamp) {
        let pause = permanent.then_some(LONGEST);
        self.fail(relay, why, pause, true, now);
    }

    /// Notes that none could be; the first time aloud.
    pub(super) fn failed(&self, relay: &str, error: &OpenError, now: Timestamp) {
        let pause = error.is_permanent().then_some(if error.stage == Stage::Auth { PASSWORD } else { LONGEST });
        self.fail(relay, &error.to_string(), pause, false, now);
    }

    /// `permanent` is the pause where trying again soon is of no use.
    fn fail(&self, relay: &str, error: &str, permanent: Option<Duration>, turned_away: bool, now: Timestamp) {
        let mut state = self.state();
        // Connections that failed at the same time count once.
        if !state.knocking && state.knock_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        (state.knocking, state.reached) = (false, false);
        state.failures = state.failures.saturating_add(1);
        state.permanent = permanent.is_some();
        state.turned_away |= turned_away;
        let growing = LONGEST.min(Duration::from_millis(500) * 2u32.saturating_pow(state.failures.min(10)));
        let pause = permanent.unwrap_or(growing);
        state.knock_at = Some(Instant::now() + pause);
        state.retry_at = Some(now.plus(pause));
        match state.standing {
            Some((RelayState::Stopped, _)) => {}
            _ => state.standing = Some((RelayState::Stopped, now)),
        }
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

    /// How the relay is doing, for the store; nothing before it was tried.
    pub(super) fn status(&self, relay: &str) -> Option<RelayStatus> {
        let state = self.state();
        let (standing, changed_at) = state.standing?;
        let (reason, retry_at) = (state.last.clone(), state.retry_at);
        Some(RelayStatus { name: relay.to_owned(), state: standing, reason, changed_at, retry_at })
    }
}

impl State {
    fn well(&mut self, relay: &str, now: Timestamp) {
        match self.standing {
            Some((RelayState::Working, _)) => return,
            Some((RelayState::Stopped, _)) => tracing::info!(relay, "the relay answers again"),
            None => {}
        }
        *self = Self { standing: Some((RelayState::Working, now)), ..Self::default() };
    }
}
