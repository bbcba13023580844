//! What is claimed and waits in memory for a connection, urgent first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::allowance::Unit;
use super::places::Place;
use super::route::{Busy, Route};
use super::routes::{COURTESY, Routes};
use crate::editions::Lane;
use crate::id::SubscriberId;
use crate::store::editions::Edition;
use crate::store::queue::{Claimed, Standing};
use crate::store::{Result, Store};

/// How old the look at somebody's standing may be when their MAIL is said. Promise 5 allows a second.
const FRESH: Duration = Duration::from_millis(500);

/// What one claim took: deliveries of one edition under one lease.
#[derive(Debug)]
pub(super) struct Batch {
    /// The token that fences their records.
    pub lease: i64,
    /// The edition they are of.
    pub edition: Edition,
    /// When the lease ends, if it is not extended.
    until: Mutex<Instant>,
    look: tokio::sync::Mutex<Look>,
}

#[derive(Debug)]
struct Look {
    at: Instant,
    standings: HashMap<SubscriberId, Standing>,
}

impl Batch {
    pub(super) fn new(lease: i64, edition: Edition, until: Instant, looked: Instant, claimed: &[Claimed]) -> Self {
        let standings = claimed.iter().map(|claimed| (claimed.subscriber_id, claimed.standing)).collect();
        let look = tokio::sync::Mutex::new(Look { at: looked, standings });
        Self { lease, edition, until: Mutex::new(until), look }
    }

    /// How somebody stands, looked up again when the last look is too old; nothing when the lease was lost.
    pub(super) async fn standing(&self, store: &Store, subscriber: SubscriberId) -> Result<Option<Standing>> {
        let mut look = self.look.lock().await;
        if look.at.elapsed() > FRESH {
            let at = Instant::now();
            let standings = store.standings(self.lease).await?.into_iter().collect();
            *look = Look { at, standings };
        }
        Ok(look.standings.get(&subscriber).copied())
    }

    /// How long the lease still lasts.
    pub(super) fn remaining(&self) -> Duration {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.saturating_duration_since(Instant::now())
    }

    pub(super) fn extended(&self, until: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// One delivery in hand.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub claimed: Arc<Claimed>,
    pub batch: Arc<Batch>,
}

/// Jobs by lane, for the workers of all relays. Only so many that are not urgent are given to each relay at once, and so fast,
/// as some connections and a part of its rate are kept for those that are.
#[derive(Debug)]
pub(super) struct Queue {
    lanes: Mutex<[VecDeque<Job>; 3]>,
    routes: Arc<Routes>,
    drained: Notify,
    urgent_drained: Notify,
}

/// A job that was given out, with what it holds until it is through.
#[derive(Debug)]
pub(super) struct Taken {
    pub job: Job,
    /// Its part of what the relay may be given.
    pub unit: Unit,
    /// Its place among those that are not urgent.
    pub place: Option<Place>,
    _busy: Busy,
}

impl Queue {
    pub(super) fn new(routes: Arc<Routes>) -> Self {
        Self { lanes: Mutex::default(), routes, drained: Notify::new(), urgent_drained: Notify::new() }
    }

    fn lanes(&self) -> std::sync::MutexGuard<'_, [VecDeque<Job>; 3]> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, batch: &Arc<Batch>, claimed: Vec<Claimed>) {
        let lane = lane(batch.edition.lane);
        let count = claimed.len();
        self.lanes()[lane]
            .extend(claimed.into_iter().map(|claimed| Job { claimed: Arc::new(claimed), batch: Arc::clone(batch) }));
        for _ in 0..count.min(64) {
            self.routes.tell();
        }
    }

    /// Puts a job back that was not tried, before all others.
    pub(super) fn give_back(&self, job: Job) {
        let lane = lane(job.batch.edition.lane);
        if let Some(jobs) = self.lanes().get_mut(lane) {
            jobs.push_front(job);
        }
        self.routes.tell();
    }

    /// Returns when there is a job that a relay may be given now: a connection stands, or is opened, before it is taken, so that
    /// no job waits for that while another relay is free. Returns too when the relay has become one that cannot be reached,
    /// unless the caller has a connection to it. Whoever sent something keeps its place meanwhile, unless it has to wait: others
    /// would open a connection for it in vain.
    pub(super) async fn wanted(&self, route: &Route, connected: bool, place: &mut Option<Place>) {
        let mut ahead_since = None;
        loop {
            place.take_if(|place| !place.may_be_kept());
            if !connected && !route.gate.is_open() {
                return;
            }
            if self.len() == 0 || !self.routes.serves(route) {
                (ahead_since, *place) = (None, None);
                route.filled.notified().await;
                continue;
            }
            let urgent = self.ahead_of(Lane::Urgent) > 0;
            if route.allowance.left(urgent) == 0 {
                *place = None;
                route.filled.notified().await;
                continue;
            }
            if !urgent && self.routes.is_ahead(route) {
                let waited = *ahead_since.get_or_insert_with(Instant::now) + COURTESY;
                if waited > Instant::now() {
                    *place = None;
                    tokio::select! {
                        () = route.filled.notified() => {}
                        () = tokio::time::sleep_until(waited.into()) => {}
                    }
                    continue;
                }
            }
            if !urgent && place.is_none() && !route.places.are_free() {
                tokio::select! {
                    () = route.filled.notified() => {}
                    () = route.places.freed() => {}
                }
                continue;
            }
            let Some(pause) = route.pace.pause(urgent) else { return };
            *place = None;
            tokio::select! {
                () = route.pace.wait(pause) => {}
                // It may be urgent.
                () = route.filled.notified() => {}
            }
        }
    }

    /// Takes a job of the most urgent lane that has one, within what the relay may be given now. `place` is one that the caller has
    /// kept.
    pub(super) fn take(&self, route: &Arc<Route>, place: Option<Place>) -> Option<Taken> {
        let taken = {
            let mut lanes = self.lanes();
            let lane = lanes.iter().position(|jobs| !jobs.is_empty())?;
            let place = match place.filter(|_| lane != URGENT) {
                None if lane != URGENT => Some(route.places.take()?),
                kept => kept,
            };
            let unit = route.allowance.take(lane == URGENT)?;
            // Last, as it cannot be given back.
            if !route.pace.take(lane == URGENT) {
                return None;
            }
            let job = lanes.get_mut(lane)?.pop_front()?;
            Taken { job, unit, place, _busy: route.busy() }
        };
        self.routes.note(route);
        if self.routes.iter().len() > 1 && self.len() > 0 {
            // It may be another's turn now.
            self.routes.tell();
        }
        self.drained.notify_one();
        if taken.job.batch.edition.lane == Lane::Urgent {
            self.urgent_drained.notify_one();
        }
        Some(taken)
    }

    /// How many jobs of `lane` and of those before it wait.
    pub(super) fn ahead_of(&self, lane: Lane) -> usize {
        self.lanes().iter().take(self::lane(lane) + 1).map(VecDeque::len).sum()
    }

    /// How many jobs wait that are urgent, or that are not.
    pub(super) fn count(&self, urgent: bool) -> usize {
        let lanes = self.lanes();
        lanes.iter().enumerate().filter(|(lane, _)| (*lane == URGENT) == urgent).map(|(_, jobs)| jobs.len()).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.lanes().iter().map(VecDeque::len).sum()
    }

    /// Returns when a job was taken since the last call.
    pub(super) async fn drained(&self) {
        self.drained.notified().await;
    }

    /// Returns when an urgent job was taken since the last call.
    pub(super) async fn urgent_drained(&self) {
        self.urgent_drained.notified().await;
    }

    /// Takes all jobs out that are urgent, or all that are not.
    pub(super) fn take_lanes(&self, urgent: bool) -> Vec<Job> {
        let mut lanes = self.lanes();
        let lanes = lanes.get_mut(if urgent { URGENT..=URGENT } else { LETTER..=BULK });
        lanes.into_iter().flatten().flat_map(std::mem::take).collect()
    }

    /// Takes all jobs out, to put them back into the store.
    pub(super) fn take_all(&self) -> Vec<Job> {
        self.lanes().iter_mut().flat_map(std::mem::take).collect()
    }
}

const URGENT: usize = 0;
const LETTER: usize = 1;
const BULK: usize = 2;

fn lane(lane: Lane) -> usize {
    match lane {
        Lane::Urgent => URGENT,
        Lane::Letter => LETTER,
        Lane::Bulk => BULK,
    }
}
