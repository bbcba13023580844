//! Which relay takes the next message. Each takes what it has room for, within the limits here: one on standby takes nothing
//! while another can be reached, and those with weights share what is not urgent in proportion.
//!
//! A relay that is ahead of its share lets the others go first, but not for long: no slow one holds up a mailing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;

use super::route::Route;
use crate::clock::Clock;
use crate::config::Relay;
use crate::store::{Result, Store};

/// For how long a connection lets other relays go first.
pub(super) const COURTESY: Duration = Duration::from_millis(250);

/// So many failed attempts to reach a relay in a row, and nothing is hoped of it for now.
const PATIENCE: u32 = 3;

/// All relays of the config, in its order.
#[derive(Debug)]
pub(super) struct Routes {
    all: Vec<Arc<Route>>,
    /// What each was given so far, in messages per weight.
    given: Mutex<Vec<f64>>,
}

impl Routes {
    pub(super) fn new(relays: &[Relay], clock: &Clock) -> anyhow::Result<Self> {
        ensure!(!relays.is_empty(), "no [[relay]] is configured, so there is nothing to hand mail to");
        let route = |(number, relay): (usize, &Relay)| Arc::new(Route::new(number, relay.clone(), clock.clone()));
        let routes = relays.iter().enumerate().map(route);
        Ok(Self { all: routes.collect(), given: Mutex::new(vec![0.0; relays.len()]) })
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Arc<Route>> {
        self.all.iter()
    }

    fn given(&self) -> MutexGuard<'_, Vec<f64>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connections of all of them together.
    pub(super) fn connections(&self) -> usize {
        self.all.iter().map(|route| usize::from(route.relay.connections)).sum()
    }

    fn in_use(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.all.iter().filter(|route| self.serves(route) && route.gate.is_open())
    }

    /// Connections of those that are in use.
    pub(super) fn connections_in_use(&self) -> usize {
        self.in_use().map(|route| usize::from(route.relay.connections)).sum()
    }

    /// How many messages their rates allow in two seconds, or one for each connection where that is more.
    pub(super) fn most_in_two_seconds(&self) -> usize {
        let most = |route: &Arc<Route>| route.pace.in_two_seconds().max(usize::from(route.relay.connections));
        self.in_use().map(most).fold(0, usize::saturating_add)
    }

    /// The longest that one message may take by any of them.
    pub(super) fn timeout(&self) -> Duration {
        self.all.iter().map(|route| route.relay.timeout).max().unwrap_or_default()
    }

    /// Whether it is a relay's turn at all: one on standby has none while another can be reached.
    pub(super) fn serves(&self, route: &Route) -> bool {
        !route.relay.is_standby() || !self.all.iter().any(|other| !other.relay.is_standby() && other.gate.is_open())
    }

    /// How many deliveries may be claimed: as many as the limits allow, none, or one to knock with.
    pub(super) fn admits(&self, urgent: bool) -> usize {
        let serving = self.all.iter().filter(|route| self.serves(route));
        serving.fold(0, |sum, route| sum.saturating_add(route.gate.admits().min(route.allowance.left(urgent))))
    }

    /// Whether nothing can be sent before the next hour, as each relay has had what it may be given, or cannot be reached.
    pub(super) fn are_full(&self, urgent: bool) -> bool {
        let mut serving = self.all.iter().filter(|route| self.serves(route));
        let full = |route: &Arc<Route>| route.allowance.is_full(urgent);
        self.all.iter().any(full) && serving.all(|route| full(route) || route.gate.given_up(PATIENCE).is_some())
    }

    /// Those that can be given something now.
    fn to_be_filled(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.all.iter().filter(|route| self.serves(route) && route.gate.admits() > 0)
    }

    /// Whether a relay that can be given something has nearly used up what it took of its limits.
    pub(super) fn are_low(&self, urgent: bool, wanted: usize) -> bool {
        self.to_be_filled().any(|route| route.allowance.is_low(urgent, wanted))
    }

    /// Takes of the limits what the next messages need.
    pub(super) async fn refill(&self, store: &Store, urgent: bool, wanted: usize) -> Result<()> {
        for route in self.to_be_filled() {
            route.allowance.refill(store, urgent, wanted).await?;
        }
        Ok(())
    }

    /// Gives back what is left over of what was taken of the limits for urgent mail, or for all other.
    pub(super) async fn give_back(&self, store: &Store, urgent: bool) -> Result<()> {
        for route in &self.all {
            route.allowance.return_part(store, urgent).await?;
        }
        Ok(())
    }

    /// Why none can be reached, when each was tried often enough.
    pub(super) fn given_up(&self) -> Option<String> {
        let reasons: Option<Vec<_>> = self.all.iter().map(|route| route.gate.given_up(PATIENCE)).collect();
        let reasons = reasons?;
        match &*reasons {
            [only] => Some(only.clone()),
            several => {
                let named = self.all.iter().zip(several).map(|(route, why)| format!("{}: {why}", route.relay.name));
                Some(named.collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// Whether others should go first, as this one is ahead of its share by as many messages as it has connections.
    pub(super) fn is_ahead(&self, own: &Route) -> bool {
        if self.all.len() == 1 {
            return false;
        }
        let given = self.given();
        let of = |route: &Route| given.get(route.number).copied().unwrap_or(0.0);
        let limit = of(own) - slack(own);
        self.all.iter().any(|other| {
            let ready = self.serves(other)
                && other.gate.is_open()
                && other.workers() > 0
                && !other.pace.is_awaited()
                && other.allowance.left(false) > 0;
            other.number != own.number && ready && of(other) <= limit
        })
    }

    /// Notes that a route was given a message. Those that took none meanwhile fall behind by no more than the slack, so that
    /// one that was away is not given all there is when it comes back.
    pub(super) fn note(&self, own: &Route) {
        if self.all.len() == 1 {
            return;
        }
        let mut given = self.given();
        if let Some(own) = given.get_mut(own.number).map(|given| {
            *given += 1.0 / weight(own);
            *given
        }) {
            let least = own - self.all.iter().map(|route| slack(route)).fold(0.0, f64::max) - 1.0;
            given.iter_mut().for_each(|given| *given = given.max(least));
        }
    }

    /// Tells one waiting worker of each that there may be something to take.
    pub(super) fn tell(&self) {
        self.all.iter().for_each(|route| route.filled.notify_one());
    }
}

/// One on standby shares with others on standby.
fn weight(route: &Route) -> f64 {
    f64::from(route.relay.weight.max(1))
}

/// By how much a route may be ahead.
fn slack(route: &Route) -> f64 {
    f64::from(route.relay.connections) / weight(route)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    const NOW: Timestamp = Timestamp(0);

    fn routes(sections: [&str; 2]) -> Routes {
        let relays =
            sections.map(|more| toml::from_str(&format!("host = '127.0.0.1'\nconnections = 4\n{more}")).unwrap());
        Routes::new(&relays, &Clock::manual(NOW)).unwrap()
    }

    #[test]
    fn nothing_is_taken_for_one_that_is_given_nothing() {
        let routes = routes(["name = 'main'", "name = 'second'\nweight = 0\nrate_per_hour = 100"]);
        assert!(!routes.are_low(false, 10), "it stands by");
        routes.all[0].gate.turned_away("main", "busy", false, NOW);
        assert!(routes.are_low(false, 10));
        routes.all[1].gate.turned_away("second", "busy", false, NOW);
        assert!(!routes.are_low(false, 10), "it is away too");
    }

    #[test]
    fn nobody_waits_for_one_that_may_be_given_no_more() {
        let routes = routes(["name = 'main'", "name = 'second'\nrate_per_hour = 100"]);
        let [main, second] = &*routes.all else { panic!("{routes:?}") };
        let hired = second.hire();
        (0..6).for_each(|_| routes.note(main));
        assert!(!routes.is_ahead(main), "the other has had its hour");
        second.allowance.give(10);
        assert!(routes.is_ahead(main) && !routes.is_ahead(second));
        drop(hired);
        assert!(!routes.is_ahead(main), "nobody works there");
    }
}
