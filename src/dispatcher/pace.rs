//! How fast a relay may be given mail, and how much of that is kept for what is urgent.
//!
//! Turns come evenly, and up to a second's worth of them may be taken at once (the generic cell rate algorithm). They are counted here
//! and not by governor, which can only be asked by taking a turn: whoever waits for one looks first whether there is still something
//! to send.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Relay;

/// The pace of one relay; without a limit, nothing waits.
#[derive(Debug)]
pub(super) struct Pace {
    /// Messages a minute for all nodes together, and of them those that are not urgent.
    rates: (u32, u32),
    part: Mutex<Part>,
    /// How many wait for it.
    waiting: AtomicUsize,
}

/// This node's part.
#[derive(Clone, Copy, Debug)]
struct Part {
    nodes: u32,
    all: Option<Turns>,
    /// Of that, what mail may take that is not urgent.
    ordinary: Option<Turns>,
}

#[derive(Clone, Copy, Debug)]
struct Turns {
    /// From one to the next.
    period: Duration,
    /// How long before it is due one may be taken.
    ahead: Duration,
    /// When the next is due.
    due: Instant,
}

/// Somebody who waits, as long as they do.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pace {
    pub(super) fn of(relay: &Relay) -> Self {
        let rates = (relay.rate, relay.part_for_bulk(relay.rate));
        Self { rates, part: Mutex::new(Part::of(rates, 1, Instant::now())), waiting: AtomicUsize::new(0) }
    }

    fn part(&self) -> MutexGuard<'_, Part> {
        self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes only a part of the rate, as so many nodes share it.
    pub(super) fn share(&self, nodes: u32) {
        let mut part = self.part();
        if part.nodes != nodes {
            *part = Part::of(self.rates, nodes, Instant::now());
        }
    }

    /// How long it is until the next message may be sent; nothing when that is now.
    pub(super) fn pause(&self, urgent: bool) -> Option<Duration> {
        if self.rates.0 == 0 { None } else { self.part().pause(urgent, Instant::now()) }
    }

    /// Takes a turn; false when there is none yet.
    pub(super) fn take(&self, urgent: bool) -> bool {
        self.rates.0 == 0 || self.part().take(urgent, Instant::now())
    }

    /// Waits for so long for a turn.
    pub(super) async fn wait(&self, pause: Duration) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        tokio::time::sleep(pause).await;
    }

    /// Whether somebody waits for the rate.
    pub(super) fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// How many turns come in two seconds.
    pub(super) fn in_two_seconds(&self) -> usize {
        let turns = self.part().all.map(|turns| Duration::from_secs(2).as_nanos() / turns.period.as_nanos().max(1));
        turns.map_or(usize::MAX, |turns| usize::try_from(turns).unwrap_or(usize::MAX))
    }
}

impl Part {
    fn of((all, ordinary): (u32, u32), nodes: u32, now: Instant) -> Self {
        let turns = |rate| Turns::of(rate, nodes.max(1), now);
        Self { nodes, all: turns(all), ordinary: turns(ordinary) }
    }

    fn pause(&self, urgent: bool, now: Instant) -> Option<Duration> {
        let ordinary = self.ordinary.filter(|_| !urgent);
        let pause = [self.all, ordinary].into_iter().flatten().map(|turns| turns.pause(now)).max();
        pause.filter(|pause| !pause.is_zero())
    }

    fn take(&mut self, urgent: bool, now: Instant) -> bool {
        if self.pause(urgent, now).is_some() {
            return false;
        }
        let ordinary = self.ordinary.as_mut().filter(|_| !urgent);
        self.all.as_mut().into_iter().chain(ordinary).for_each(|turns| turns.take(now));
        true
    }
}

impl Turns {
    /// One node's part of so many a minute: no more than a second's worth at once. Nothing where there is no limit.
    fn of(a_minute: u32, nodes: u32, now: Instant) -> Option<Self> {
        let period = Duration::from_secs(60).checked_div(a_minute)?.checked_mul(nodes)?;
        let at_once = a_minute.div_ceil(nodes.saturating_mul(60));
        Some(Self { period, ahead: period.checked_mul(at_once.saturating_sub(1))?, due: now })
    }

    fn pause(&self, now: Instant) -> Duration {
        self.due.saturating_duration_since(now + self.ahead)
    }

    fn take(&mut self, now: Instant) {
        self.due = self.due.max(now) + self.period;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn relay(rate: u32, connections: u16, reserve_for_urgent: u16) -> Relay {
        toml::from_str(&format!(
            "name = 'main'\nhost = '127.0.0.1'\nrate = {rate}\nconnections = {connections}\n\
             reserve_for_urgent = {reserve_for_urgent}"
        ))
        .unwrap()
    }

    fn part(rate: u32, connections: u16, reserve_for_urgent: u16, nodes: u32, now: Instant) -> Part {
        Part::of(Pace::of(&relay(rate, connections, reserve_for_urgent)).rates, nodes, now)
    }

    /// How many may be sent at once before one has to wait; it looks no further than a thousand.
    fn at_once(part: &mut Part, urgent: bool, now: Instant) -> usize {
        (0..1000).take_while(|_| part.take(urgent, now)).count()
    }

    #[test]
    fn a_part_of_the_rate_is_kept_for_what_is_urgent() {
        let now = Instant::now();
        let mut fast = part(6000, 16, 4, 1, now);
        assert_eq!(at_once(&mut fast, false, now), 75, "three quarters of a second's worth");
        assert_eq!(at_once(&mut fast, true, now), 25);
        // And so in every second.
        let later = now + SECOND;
        assert_eq!((at_once(&mut fast, false, later), at_once(&mut fast, true, later)), (75, 25));
        assert_eq!(at_once(&mut part(0, 16, 4, 1, now), false, now), 1000);
        assert_eq!(at_once(&mut part(1, 1, 2, 1, now), true, now), 1);
    }

    #[test]
    fn turns_come_evenly_and_none_are_saved_up() {
        let now = Instant::now();
        let mut slow = part(60, 1, 0, 1, now);
        assert!(slow.take(false, now));
        assert_eq!((slow.pause(false, now), slow.take(false, now)), (Some(SECOND), false));
        let half = now + SECOND / 2;
        assert_eq!((slow.pause(false, half), slow.take(false, half)), (Some(SECOND / 2), false));
        assert_eq!((slow.pause(false, now + SECOND), at_once(&mut slow, false, now + SECOND)), (None, 1));
        assert_eq!(at_once(&mut slow, false, now + 100 * SECOND), 1);
    }

    #[test]
    fn looking_takes_nothing() {
        let now = Instant::now();
        let mut slow = part(60, 2, 1, 1, now);
        assert!((0..10).all(|_| slow.pause(false, now).is_none() && slow.pause(true, now).is_none()));
        assert!(slow.take(true, now));
        // What finds no turn has used none up of its own part either.
        assert!((0..10).all(|_| !slow.take(false, now)));
        assert!(slow.take(false, now + SECOND));
    }

    #[test]
    fn nodes_share_the_rate() {
        let now = Instant::now();
        let mut third = part(6000, 16, 4, 3, now);
        assert_eq!((at_once(&mut third, false, now), at_once(&mut third, true, now)), (25, 9));
        let pace = Pace::of(&relay(60, 1, 0));
        assert!(pace.take(false));
        pace.share(1);
        assert!(!pace.take(false), "what was used came back");
        assert_eq!(pace.in_two_seconds(), 2);
        pace.share(4);
        assert_eq!(pace.in_two_seconds(), 0);
    }

    #[test]
    fn what_is_urgent_goes_while_the_rest_has_used_up_its_part() {
        let now = Instant::now();
        let mut half = part(120, 2, 1, 1, now);
        // Its part is one a second.
        assert_eq!((at_once(&mut half, false, now), at_once(&mut half, true, now)), (1, 1));
    }
}
