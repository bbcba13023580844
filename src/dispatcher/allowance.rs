//! What a relay may still be given in this hour and this day. It is taken from the store in small parts, about two seconds'
//! work each, and what is left over is given back: so the limits hold across restarts and for all nodes together. A message
//! that is not sent after all, or that the relay turns away at MAIL, uses nothing up. A process that is killed takes with it
//! what it had not used.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

impl State {
    fn part(&mut self, urgent: bool) -> &mut Part {
        if urgent { &mut self.urgent } else { &mut self.ordinary }
    }
}

/// One message's worth of an allowance, which goes back when this is dropped before it was used.
#[derive(Debug)]
pub(super) struct Unit {
    /// Nothing where there are no limits.
    of: Option<Origin>,
    used: bool,
}

#[derive(Debug)]
struct Origin {
    allowance: Arc<Allowance>,
    hour: Timestamp,
    urgent: bool,
}

impl Unit {
    /// Notes that a message is being sent for it, or that the relay did not take it up.
    pub(super) fn set_used(&mut self, used: bool) {
        self.used = used;
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if let Some(Origin { allowance, hour, urgent }) = self.of.take_if(|_| !self.used) {
            let mut state = allowance.state();
            // What is left of an hour that is over stays used: that errs on the side of the limits.
            if state.hour == Some(hour) {
                state.part(urgent).left += 1;
            }
        }
    }
}

impl Allowance {
    pub(super) fn of(relay: &Relay, clock: Clock) -> Self {
        let (all, ordinary) = (relay.limits(), relay.limits_for_bulk());
        Self { subject: subject(&relay.name), all, ordinary, clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is of this hour; nothing when it was taken in another.
    fn current(&self) -> Option<MutexGuard<'_, State>> {
        let state = self.state();
        (state.hour == Some(hour_of(self.clock.now()))).then_some(state)
    }

    /// How many may be sent at once.
    pub(super) fn left(&self, urgent: bool) -> usize {
        if !self.all.any() {
            return usize::MAX;
        }
        let left = |state: MutexGuard<'_, State>| state.ordinary.left + if urgent { state.urgent.left } else { 0 };
        usize::try_from(self.current().map_or(0, left)).unwrap_or(0)
    }

    /// Whether the store had less than was asked for.
    fn is_known_full(&self, urgent: bool) -> bool {
        self.current().is_some_and(|mut state| state.part(urgent).full_at.is_some())
    }

    /// Whether nothing is left before the next hour or day.
    pub(super) fn is_full(&self, urgent: bool) -> bool {
        self.is_known_full(urgent) && self.left(urgent) == 0
    }

    /// Whether more should be taken from the store, as less than half of `wanted` is left.
    pub(super) fn is_low(&self, urgent: bool, wanted: usize) -> bool {
        self.all.any() && !self.is_known_full(urgent) && self.left(urgent) < wanted.div_ceil(2)
    }

    /// Takes one; nothing where none is left.
    pub(super) fn take(self: &Arc<Self>, urgent: bool) -> Option<Unit> {
        if !self.all.any() {
            return Some(Unit { of: None, used: false });
        }
        let mut state = self.current()?;
        let urgent = urgent && state.urgent.left > 0;
        let left = &mut state.part(urgent).left;
        *left = left.checked_sub(1).filter(|left| *left >= 0)?;
        let hour = state.hour?;
        Some(Unit { of: Some(Origin { allowance: Arc::clone(self), hour, urgent }), used: false })
    }

    /// Sees to it that about `wanted` may be sent, as far as the limits go.
    pub(super) async fn refill(&self, store: &Store, urgent: bool, wanted: usize) -> Result<()> {
        if !self.all.any() {
            return Ok(());
        }
        let now = self.clock.now();
        let hour = hour_of(now);
        // At once, as the other clerk may do the same.
        let over = {
            let mut state = self.state();
            let is_over = state.hour != Some(hour);
            is_over.then(|| std::mem::replace(&mut *state, State { hour: Some(hour), ..State::default() }))
        };
        if let Some(State { hour, ordinary, urgent }) = over {
            self.give_back(store, hour, ordinary.left + urgent.left).await?;
        }
        let part = *self.state().part(urgent);
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
        if !self.add(hour, urgent, granted, granted < missing) {
            self.give_back(store, Some(hour), granted).await?;
        }
        Ok(())
    }

    /// Adds what was taken in an hour; false when another has begun meanwhile, in which it is worth nothing.
    fn add(&self, hour: Timestamp, urgent: bool, granted: i64, was_all: bool) -> bool {
        let mut state = self.state();
        let is_hour = state.hour == Some(hour);
        if is_hour {
            let part = state.part(urgent);
            part.left += granted;
            part.full_at = was_all.then(Instant::now);
        }
        is_hour
    }

    /// Gives back what is left over of what was taken for urgent mail, or for all other.
    pub(super) async fn return_part(&self, store: &Store, urgent: bool) -> Result<()> {
        let (hour, left) = {
            let mut state = self.state();
            (state.hour, std::mem::take(state.part(urgent)).left)
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

#[cfg(test)]
impl Allowance {
    /// As if so many had been taken from the store.
    pub(super) fn give(&self, count: i64) {
        let hour = hour_of(self.clock.now());
        self.state().hour = Some(hour);
        self.add(hour, false, count, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn limited(clock: &Clock) -> Arc<Allowance> {
        let relay = toml::from_str("name = 'main'\nhost = '127.0.0.1'\nrate_per_hour = 40\nconnections = 4").unwrap();
        Arc::new(Allowance::of(&relay, clock.clone()))
    }

    /// One that has so many left of this hour.
    fn with(clock: &Clock, ordinary: i64, urgent: i64) -> Arc<Allowance> {
        let allowance = limited(clock);
        allowance.state().hour = Some(hour_of(clock.now()));
        assert!(allowance.add(hour_of(clock.now()), false, ordinary, false));
        assert!(allowance.add(hour_of(clock.now()), true, urgent, false));
        allowance
    }

    #[test]
    fn what_is_not_used_goes_back_to_where_it_came_from() {
        let allowance = with(&Clock::manual(Timestamp(0)), 2, 1);
        let left = || (allowance.left(false), allowance.left(true));
        let mut taken: Vec<_> = std::iter::from_fn(|| allowance.take(true)).collect();
        assert_eq!((taken.len(), left()), (3, (0, 0)));
        taken[1].set_used(true);
        taken[2].set_used(true);
        taken[2].set_used(false);
        drop(taken);
        assert_eq!(left(), (1, 2));
    }

    #[test]
    fn nothing_is_kept_for_the_next_hour() {
        let clock = Clock::manual(Timestamp(0));
        let allowance = with(&clock, 5, 0);
        let taken = allowance.take(false).unwrap();
        clock.set(Timestamp(0).plus(HOUR));
        assert_eq!((allowance.left(false), allowance.take(false).is_none()), (0, true));
        // The hour began for one clerk, while the other still waited for what it had asked for in the last.
        allowance.state().hour = Some(hour_of(clock.now()));
        allowance.state().ordinary.left = 0;
        assert!(!allowance.add(Timestamp(0), true, 7, false));
        drop(taken);
        assert_eq!(allowance.left(true), 0);
    }

    #[test]
    fn without_limits_there_is_always_more() {
        let relay = toml::from_str("name = 'main'\nhost = '127.0.0.1'").unwrap();
        let allowance = Arc::new(Allowance::of(&relay, Clock::manual(Timestamp(0))));
        assert!(allowance.take(false).is_some() && !allowance.is_low(false, 100) && !allowance.is_full(false));
    }
}
