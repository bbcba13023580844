//! What is claimed and waits in memory for a connection, urgent first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

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

/// Jobs by lane. Only so many that are not urgent are given out at once, as some connections are kept for those that are.
#[derive(Debug)]
pub(super) struct Queue {
    lanes: Mutex<[VecDeque<Job>; 3]>,
    /// How many more jobs that are not urgent may be given out.
    ordinary: Arc<Semaphore>,
    filled: Notify,
    drained: Notify,
}

/// A job that was given out, and its place among those that are not urgent, held until it is through.
#[derive(Debug)]
pub(super) struct Taken {
    pub job: Job,
    _place: Option<OwnedSemaphorePermit>,
}

impl Queue {
    pub(super) fn new(ordinary: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            ordinary: Arc::new(Semaphore::new(ordinary)),
            filled: Notify::new(),
            drained: Notify::new(),
        }
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
            self.filled.notify_one();
        }
    }

    /// The next job of the most urgent lane that has one, waited for.
    pub(super) async fn pop(&self) -> Taken {
        loop {
            let filled = self.filled.notified();
            if let Some(job) = self.take(URGENT..=URGENT) {
                return Taken { job, _place: None };
            }
            tokio::select! {
                biased;
                () = filled => {}
                place = Arc::clone(&self.ordinary).acquire_owned(), if self.len() > 0 => {
                    if let Some(job) = self.take(URGENT..=BULK) {
                        return Taken { job, _place: place.ok() };
                    }
                }
            }
        }
    }

    fn take(&self, lanes: std::ops::RangeInclusive<usize>) -> Option<Job> {
        let job = self.lanes().get_mut(lanes)?.iter_mut().find_map(VecDeque::pop_front);
        self.drained.notify_one();
        job
    }

    /// How many jobs of `lane` and of those before it wait.
    pub(super) fn ahead_of(&self, lane: Lane) -> usize {
        self.lanes().iter().take(self::lane(lane) + 1).map(VecDeque::len).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.lanes().iter().map(VecDeque::len).sum()
    }

    /// Returns when a job was taken since the last call.
    pub(super) async fn drained(&self) {
        self.drained.notified().await;
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
