//! One relay as this dispatcher uses it: whether it can be reached, how fast, and over how many connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::allowance::Allowance;
use super::gate::Gate;
use super::pace::Pace;
use super::places::Places;
use crate::clock::Clock;
use crate::config::Relay;
use crate::relay::OpenError;

/// How long to make do with fewer connections once the relay took no more.
const FEWER_FOR: Duration = Duration::from_secs(30);

/// A relay, with all that is known of it.
#[derive(Debug)]
pub(super) struct Route {
    /// Its place among the routes.
    pub number: usize,
    pub relay: Relay,
    pub gate: Gate,
    pub pace: Pace,
    pub allowance: Arc<Allowance>,
    pub places: Arc<Places>,
    /// Says that there may be something for one of its workers to take.
    pub filled: Notify,
    /// How many connections stand.
    connections: AtomicUsize,
    workers: AtomicUsize,
    /// How many of its workers have a job in hand.
    busy: AtomicUsize,
    /// How many connections the relay was last seen to take, and until when to keep to that.
    fewer: Mutex<Option<(usize, Instant)>>,
}

/// One of a route's workers, as long as it works.
#[derive(Debug)]
pub(super) struct Hired(Arc<Route>);

impl Drop for Hired {
    fn drop(&mut self) {
        self.0.workers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A worker of a route that has a job in hand, until it is through with it.
#[derive(Debug)]
pub(super) struct Busy(Arc<Route>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Route {
    pub(super) fn new(number: usize, relay: Relay, clock: Clock) -> Self {
        let places = usize::from(relay.connections_for_bulk(relay.connections));
        Self {
            number,
            gate: Gate::new(relay.connections),
            pace: Pace::of(&relay),
            allowance: Arc::new(Allowance::of(&relay, clock)),
            places: Arc::new(Places::new(places)),
            filled: Notify::new(),
            connections: AtomicUsize::new(0),
            workers: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            fewer: Mutex::default(),
            relay,
        }
    }

    /// What its workers' lines in the log are marked with.
    pub(super) fn span(&self) -> tracing::Span {
        tracing::info_span!("relay", name = self.relay.name)
    }

    /// Counts a worker, until what is returned is dropped.
    pub(super) fn hire(self: &Arc<Self>) -> Hired {
        self.workers.fetch_add(1, Ordering::SeqCst);
        Hired(Arc::clone(self))
    }

    pub(super) fn workers(&self) -> usize {
        self.workers.load(Ordering::SeqCst)
    }

    /// Counts a worker as busy, until what is returned is dropped.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    /// How many of its workers have nothing in hand.
    pub(super) fn free(&self) -> usize {
        self.workers().saturating_sub(self.busy.load(Ordering::SeqCst))
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Notes that a connection was opened.
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    /// Notes that one was closed.
    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::SeqCst);
    }

    /// Notes that the relay takes no more connections than stand, for a while.
    pub(super) fn fewer(&self, stand: usize, error: &OpenError) {
        let mut fewer = self.fewer.lock().unwrap_or_else(PoisonError::into_inner);
        if fewer.is_none_or(|(_, until)| until < Instant::now()) {
            tracing::warn!(relay = self.relay.name, connections = stand, %error, "the relay takes no more connections");
        }
        *fewer = Some((stand, Instant::now() + FEWER_FOR));
    }

    /// How many connections may stand at present, if it can be reached.
    pub(super) fn allowed(&self) -> usize {
        let fewer = *self.fewer.lock().unwrap_or_else(PoisonError::into_inner);
        let configured = usize::from(self.relay.connections);
        fewer.filter(|(_, until)| *until > Instant::now()).map_or(configured, |(stand, _)| stand.clamp(1, configured))
    }
}
