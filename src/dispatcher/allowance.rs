//! What a relay may still be given in this hour and this day. It is taken from the store in small parts, about two seconds'
//! work each, and what is left over is given back: so the limits hold across restarts and for all nodes together. A process
//! that is killed takes with it what it had not used.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::{Clock, Timestamp};
use crate::config::Relay;
use crate::store::tallies::{Limits, hour_of};
use crate::store::{Result, Store};

/// How often a relay that is full is looked at again, as another node may have given something back.
const AGAIN: Duration = Duration::from_secs(1);

/// The allowance of one relay; without limits it is endless.
#[derive(Debug)]
pub(super) struct Allowance {
    subject: String,
    all: Limits,
    /// Of that, what mail may take that is not urgent.
    ordinary: Limits,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The hour in which it was taken, after which it is worth nothing.
    hour: Option<Timestamp>,
    ordinary: Part,
    urgent: Part,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    left: i64,
    /// When the store last had less than was asked for.
    full_at: Option<Instant>,
}

impl Allowance {
    pub(super) fn of(relay: &Relay, clock: Clock) -> Self {
        let all = relay.limits();
        let ordinary = relay.limits_for_bulk();
        Self { subject: subject(&relay.name), all, ordinary, clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many may be sent at once.
    pub(super) fn left(&self, urgent: bool) -> usize {
        if !self.all.any() {
            return usize::MAX;
        }
        let state = self.state();
        if state.hour != Some(hour_of(self.clock.now())) {
            return 0;
        }
        usize::try_from(state.ordinary.left + if urgent { state.urgent.left } else { 0 }).unwrap_or(0)
    }

    /// Whether nothing is left before the next hour or day.
    pub(super) fn is_full(&self, urgent: bool) -> bool {
        let full = {
            let state = self.state();
            let part = if urgent { state.urgent } else { state.ordinary };
            part.full_at.is_some() && state.hour == Some(hour_of(self.clock.now()))
        };
        full && self.left(urgent) == 0
    }

    /// Whether more should be taken from the store, as less than half of `wanted` is left.
    pub(super) fn is_low(&self, urgent: bool, wanted: usize) -> bool {
        if !self.all.any() {
            return false;
        }
        let known_full = {
            let state = self.state();
            let part = if urgent { state.urgent } else { state.ordinary };
            part.full_at.is_some() && state.hour == Some(hour_of(self.clock.now()))
        };
        !known_full && self.left(urgent) < wanted.div_ceil(2)
    }

    /// Uses one; false where none is left.
    pub(super) fn take(&self, urgent: bool) -> bool {
        if self.left(urgent) == 0 {
            return false;
        }
        if self.all.any() {
            let mut state = self.state();
            let part = if urgent && state.urgent.left > 0 { &mut state.urgent } else { &mut state.ordinary };
            if part.left == 0 {
                return false;
            }
            part.left -= 1;
        }
        true
    }

    /// Puts one back that was not used.
    pub(super) fn put_back(&self, urgent: bool) {
        if self.all.any() {
            let mut state = self.state();
            if urgent { state.urgent.left += 1 } else { state.ordinary.left += 1 }
        }
    }

    /// Sees to it that about `wanted` may be sent, as far as the limits go.
    pub(super) async fn refill(&self, store: &Store, urgent: bool, wanted: usize) -> Result<()> {
        if !self.all.any() {
            return Ok(());
        }
        let now = self.clock.now();
        if self.state().hour != Some(hour_of(now)) {
            self.return_all(store).await?;
            self.state().hour = Some(hour_of(now));
        }
        let part = if urgent { self.state().urgent } else { self.state().ordinary };
        if !self.is_low(urgent, wanted) && part.full_at.is_none_or(|at| at.elapsed() < AGAIN) {
            // There is enough, or the store was asked a moment ago.
            return Ok(());
        }
        let missing = i64::try_from(wanted).unwrap_or(i64::MAX).saturating_sub(part.left);
        if missing <= 0 {
            return Ok(());
        }
        let limits = if urgent { self.all } else { self.ordinary };
        let mut tx = store.begin().await?;
        let granted = tx.take_allowance(&self.subject, limits, missing, now).await?;
        tx.commit().await?;
        let mut state = self.state();
        let part = if urgent { &mut state.urgent } else { &mut state.ordinary };
        part.left += granted;
        part.full_at = (granted < missing).then(Instant::now);
        Ok(())
    }

    /// Gives back what is left over of what was taken for urgent mail, or for all other.
    pub(super) async fn return_part(&self, store: &Store, urgent: bool) -> Result<()> {
        let (hour, left) = {
            let mut state = self.state();
            let part = if urgent { &mut state.urgent } else { &mut state.ordinary };
            (state.hour, std::mem::take(part).left)
        };
        self.give_back(store, hour, left).await
    }

    /// Gives back all that is left over, as when a dispatcher stops.
    pub(super) async fn return_all(&self, store: &Store) -> Result<()> {
        let State { hour, ordinary, urgent } = std::mem::take(&mut *self.state());
        self.give_back(store, hour, ordinary.left + urgent.left).await
    }

    async fn give_back(&self, store: &Store, hour: Option<Timestamp>, left: i64) -> Result<()> {
        let Some(hour) = hour.filter(|_| left > 0) else { return Ok(()) };
        let mut tx = store.begin().await?;
        tx.give_back_allowance(&self.subject, hour, left).await?;
        tx.commit().await
    }
}

/// What a relay is called in the store's tallies.
pub(crate) fn subject(relay: &str) -> String {
    format!("relay {relay}")
}
