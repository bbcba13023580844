//! What is claimed: how much is taken in hand at a time, and the leases of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::Shared;
use super::queue::Batch;
use crate::editions::Lane;
use crate::store::editions::Edition;
use crate::store::queue::Claimed;

/// The most that one claim takes.
const CLAIM: usize = 1000;

/// What a dispatcher has claimed, and how fast it gets through.
#[derive(Debug)]
pub(super) struct Claims {
    /// The number of the lock that shows this dispatcher alive, where there may be others.
    holder: Option<i64>,
    leases: Mutex<Vec<Weak<Batch>>>,
    rate: Mutex<Rate>,
}

/// What a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Enough is in hand already.
    Enough,
    /// Nothing of the edition is due, or every relay is away or has had what it may be given.
    Nothing,
    /// Something, and perhaps there is more.
    Some {
        /// Whether as much was due as was asked for.
        more: bool,
    },
}

impl Claims {
    pub(super) fn new(holder: Option<i64>) -> Self {
        Self { holder, leases: Mutex::default(), rate: Mutex::new(Rate::new()) }
    }

    fn leases(&self) -> MutexGuard<'_, Vec<Weak<Batch>>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// How many deliveries are reckoned to be two seconds' work.
    pub(super) fn in_two_seconds(&self) -> usize {
        let mut rate = self.claims.rate();
        rate.measure(self.progress.totals().sum());
        rate.in_two_seconds(self.routes.connections_in_use()).min(self.routes.most_in_two_seconds().max(1))
    }

    /// Claims what is due of an edition, up to two seconds' work in hand.
    pub(super) async fn claim(&self, edition: &Edition) -> crate::store::Result<Claim> {
        let wanted = self.in_two_seconds().min(self.routes.admits(edition.lane == Lane::Urgent));
        // What stands behind this edition in the queue does not keep it from being claimed.
        let in_hand = self.queue.ahead_of(edition.lane);
        if wanted == 0 {
            return Ok(Claim::Nothing);
        }
        if in_hand * 2 > wanted {
            return Ok(Claim::Enough);
        }
        let limit = (wanted - in_hand).min(CLAIM);
        let now = self.app.clock.now();
        let began = Instant::now();
        let until = self.app.store.lease_clock(now).await?.plus(self.lease_length());
        let lease = i64::from_be_bytes(crate::vault::random_bytes()?);
        let mut tx = self.app.store.begin().await?;
        let count = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut claimed = tx.claim(edition.id, count, lease, self.claims.holder, until, now).await?;
        if claimed.is_empty() {
            let ended = tx.end_edition(edition.id, now).await?;
            tx.commit().await?;
            if ended {
                tracing::info!(edition = %edition.id, kind = %edition.kind, "every delivery has ended");
            }
            return Ok(Claim::Nothing);
        }
        let more = claimed.len() == limit;
        // A domain that is left alone does not stand before others.
        let waits = |row: &Claimed| row.standing.domain_paused_until.is_some_and(|until| until > now);
        if claimed.iter().any(waits) {
            tx.postpone(lease, now).await?;
            claimed.retain(|row| !waits(row));
        }
        self.throttles.put_off(&mut tx, &mut claimed, edition.lane, now).await?;
        tx.commit().await?;
        if !claimed.is_empty() {
            let batch = Arc::new(Batch::new(lease, edition.clone(), self.lease_end(began), began, &claimed));
            self.claims.leases().push(Arc::downgrade(&batch));
            self.queue.push(&batch, claimed);
        }
        Ok(Claim::Some { more })
    }

    /// Extends the leases of what is in hand.
    pub(super) async fn extend_leases(&self) -> crate::store::Result<()> {
        let began = Instant::now();
        let store = &self.app.store;
        let until = store.lease_clock(self.app.clock.now()).await?.plus(self.lease_length());
        let batches: Vec<Arc<Batch>> = {
            let mut leases = self.claims.leases();
            leases.retain(|batch| batch.strong_count() > 0);
            leases.iter().filter_map(Weak::upgrade).collect()
        };
        for batch in batches {
            let mut tx = store.begin().await?;
            tx.extend_lease(batch.lease, until).await?;
            tx.commit().await?;
            batch.extended(self.lease_end(began));
        }
        Ok(())
    }

    fn lease_length(&self) -> Duration {
        self.routes.timeout() + self.app.config.mail.lease
    }

    fn lease_end(&self, claimed: Instant) -> Instant {
        claimed + self.lease_length()
    }
}

/// How many deliveries end in a second, at present.
#[derive(Debug)]
struct Rate {
    at: Instant,
    count: u64,
    per_second: f64,
}

impl Rate {
    fn new() -> Self {
        Self { at: Instant::now(), count: 0, per_second: 0.0 }
    }

    fn measure(&mut self, count: u64) {
        let elapsed = self.at.elapsed();
        if elapsed < Duration::from_millis(200) {
            return;
        }
        let present = count.saturating_sub(self.count) as f64 / elapsed.as_secs_f64();
        // A second of calm does not make the next claim tiny, nor one burst make it huge.
        self.per_second = 0.5 * self.per_second + 0.5 * present;
        (self.at, self.count) = (Instant::now(), count);
    }

    /// What is reckoned to fit into two seconds; at first, and at least, a few for each connection.
    fn in_two_seconds(&self, connections: usize) -> usize {
        ((self.per_second * 2.0) as usize).max(connections.max(1) * 4)
    }
}
