//! Brakes on what sends mail to an address that somebody typed in: a limit for each network and one for all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

/// How many networks are remembered at most, so that a flood from ever new ones cannot fill the memory.
const MAX_NETWORKS: usize = 20_000;
/// After how many requests networks that used none of their quota lately are forgotten.
const CLEAN_EVERY: u32 = 256;
/// What somebody is told to wait when nothing is let through at all.
const CLOSED_FOR: Duration = Duration::from_secs(3600);

/// An IPv4 /24 or an IPv6 /56: about what one customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl Network {
    fn of(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & (u32::MAX << 8))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 72))),
        })
    }
}

type Middleware<C> = NoOpMiddleware<<C as Clock>::Instant>;

/// The limits, per hour. It reads a clock that only runs forward, and not the app's: a wall clock that is set back must
/// not lock everybody out.
pub(super) struct Brakes<C: Clock = DefaultClock> {
    // None where the quota is zero: then nothing passes.
    networks: Option<RateLimiter<Network, DashMapStateStore<Network>, C, Middleware<C>>>,
    overall: Option<RateLimiter<NotKeyed, InMemoryState, C, Middleware<C>>>,
    clock: C,
    seen: AtomicU32,
}

impl Brakes {
    /// Lets through so many requests an hour from one network, and from all together.
    pub(super) fn new(per_network: u32, overall: u32) -> Self {
        Self::with_clock(per_network, overall, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Brakes<C> {
    fn with_clock(per_network: u32, overall: u32, clock: C) -> Self {
        let quota = |requests| NonZeroU32::new(requests).map(Quota::per_hour);
        Self {
            networks: quota(per_network).map(|quota| RateLimiter::dashmap_with_clock(quota, clock.clone())),
            overall: quota(overall).map(|quota| RateLimiter::direct_with_clock(quota, clock.clone())),
            clock,
            seen: AtomicU32::new(0),
        }
    }

    /// Counts a request from `ip`.
    ///
    /// # Errors
    ///
    /// When it is one too many: how long to wait.
    pub(super) fn check(&self, ip: IpAddr) -> Result<(), Duration> {
        let (Some(networks), Some(overall)) = (&self.networks, &self.overall) else { return Err(CLOSED_FOR) };
        if self.seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(CLEAN_EVERY) {
            networks.retain_recent();
            networks.shrink_to_fit();
        }
        let wait = |until: NotUntil<C::Instant>| until.wait_time_from(self.clock.now());
        // The network first: one that is over its own limit must not use up everybody's. In a flood from more networks
        // than are remembered, only the limit for all holds.
        if networks.len() < MAX_NETWORKS {
            networks.check_key(&Network::of(ip)).map_err(wait)?;
        }
        overall.check().map_err(wait)
    }
}

#[cfg(test)]
mod tests;
