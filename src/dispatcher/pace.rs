//! How fast a relay may be given mail, and how much of that is kept for what is urgent.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::config::Relay;

/// The pace of one relay; without a limit, nothing waits.
#[derive(Debug)]
pub(super) struct Pace {
    /// Messages a minute for all nodes together, and of them those that are not urgent.
    rates: (u32, u32),
    limiters: Mutex<Limiters>,
    /// How many wait for it.
    waiting: AtomicUsize,
}

/// This node's part.
#[derive(Clone, Debug)]
struct Limiters {
    nodes: u32,
    all: Option<Arc<DefaultDirectRateLimiter>>,
    /// Of that, what mail may take that is not urgent.
    ordinary: Option<Arc<DefaultDirectRateLimiter>>,
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
        Self { rates, limiters: Mutex::new(Limiters::of(rates, 1)), waiting: AtomicUsize::new(0) }
    }

    fn limiters(&self) -> Limiters {
        self.limiters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes only a part of the rate, as so many nodes share it.
    pub(super) fn share(&self, nodes: u32) {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        if limiters.nodes != nodes {
            *limiters = Limiters::of(self.rates, nodes);
        }
    }

    /// Whether somebody waits for the rate.
    pub(super) fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    async fn wait(&self, limiter: &DefaultDirectRateLimiter) {
        if limiter.check().is_err() {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let _waiting = Waiting(&self.waiting);
            limiter.until_ready().await;
        }
    }

    /// Waits until something urgent may be sent.
    pub(super) async fn urgent(&self) {
        if let Some(all) = &self.limiters().all {
            self.wait(all).await;
        }
    }

    /// Waits until something that is not urgent may be sent. Given up half-way, it has cost nothing but perhaps a turn.
    pub(super) async fn ordinary(&self) {
        if let Some(ordinary) = &self.limiters().ordinary {
            self.wait(ordinary).await;
        }
        self.urgent().await;
    }
}

impl Limiters {
    fn of((all, ordinary): (u32, u32), nodes: u32) -> Self {
        let limiter = |rate| limiter(rate, nodes.max(1)).map(Arc::new);
        Self { nodes, all: limiter(all), ordinary: limiter(ordinary) }
    }
}

/// One node's part of so many a minute, evenly: no more than a second's worth at once. Nothing where there is no limit.
fn limiter(a_minute: u32, nodes: u32) -> Option<DefaultDirectRateLimiter> {
    let period = Duration::from_secs(60).checked_div(a_minute)?.checked_mul(nodes)?;
    let burst = NonZeroU32::new(a_minute.div_ceil(nodes.saturating_mul(60)))?;
    Some(RateLimiter::direct(Quota::with_period(period)?.allow_burst(burst)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(rate: u32, connections: u16, reserve_for_urgent: u16) -> Relay {
        toml::from_str(&format!(
            "name = 'main'\nhost = '127.0.0.1'\nrate = {rate}\nconnections = {connections}\n\
             reserve_for_urgent = {reserve_for_urgent}"
        ))
        .unwrap()
    }

    /// How many may be sent at once before one has to wait.
    fn at_once(limiter: &Option<Arc<DefaultDirectRateLimiter>>) -> usize {
        limiter.as_ref().map_or(usize::MAX, |limiter| (0..).take_while(|_| limiter.check().is_ok()).count())
    }

    #[test]
    fn a_part_of_the_rate_is_kept_for_what_is_urgent() {
        let pace = Pace::of(&relay(6000, 16, 4)).limiters();
        assert_eq!(at_once(&pace.ordinary), 75, "three quarters of a second's worth");
        assert!((100..=102).contains(&at_once(&pace.all)));
        let pace = Pace::of(&relay(0, 16, 4)).limiters();
        assert_eq!((at_once(&pace.ordinary), at_once(&pace.all)), (usize::MAX, usize::MAX));
        let slow = Pace::of(&relay(1, 1, 2)).limiters();
        assert_eq!((at_once(&slow.ordinary), at_once(&slow.all)), (1, 1));
    }

    #[test]
    fn nodes_share_the_rate() {
        let pace = Pace::of(&relay(6000, 16, 4));
        pace.share(3);
        let part = pace.limiters();
        assert_eq!(at_once(&part.ordinary), 25);
        assert!((34..=35).contains(&at_once(&part.all)));
        pace.share(3);
        assert!(at_once(&pace.limiters().ordinary) < 5, "what was used came back");
        pace.share(1);
        assert!(at_once(&pace.limiters().ordinary) >= 75);
    }

    #[tokio::test]
    async fn what_is_urgent_goes_while_the_rest_has_used_up_its_part() {
        let pace = Pace::of(&relay(120, 2, 1));
        // Its part is one a second.
        pace.ordinary().await;
        assert!(pace.limiters().ordinary.unwrap().check().is_err());
        assert!(pace.limiters().all.unwrap().check().is_ok());
    }
}
