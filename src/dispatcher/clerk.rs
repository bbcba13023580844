//! The clerk: ends what is over, plans what is to be planned, and claims what is due, urgent first.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::task::JoinSet;

use super::queue::Batch;
use super::{DispatchLock, Left, Shared, Until, worker};
use crate::appeals::{follow, remind};
use crate::clock::Timestamp;
use crate::editions::planner::{self, Planner, Step};
use crate::editions::{EditionState, Lane};
use crate::store::editions::Edition;
use crate::store::queue::Claimed;
use crate::store::relays::RelayStatus;
use crate::wake::LOOK;

/// How often to look for what came due, ended or died without anybody's changing anything.
const ROUND: Duration = Duration::from_secs(1);
/// How often leases are extended; more often where they are short.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// After our own lock was lost: how long nobody else counts as dead for want of one.
const MOURNING: Duration = Duration::from_secs(5);
/// How many deliveries one transaction may end.
const SWEEP: i64 = 2000;
/// The most that one claim takes.
const CLAIM: usize = 1000;
/// With [`Until::Empty`]: so many failed attempts to reach the relay end it.
const PATIENCE: u32 = 3;

/// Runs until stopped, or until nothing is due; returns how many deliveries wait for later.
pub(super) async fn run(
    shared: &Arc<Shared>,
    workers: &mut JoinSet<()>,
    until: Until,
    lock: &mut DispatchLock,
) -> anyhow::Result<i64> {
    let mut clerk = Clerk::new(Arc::clone(shared), lock);
    clerk.bury(clerk.lock.is_only()).await.context("cannot look for leases that died")?;
    loop {
        if shared.stopping.is_cancelled() {
            // What it found out last; whoever comes next finds it out again.
            let _ = clerk.note_relay().await;
            return Ok(0);
        }
        while let Some(ended) = workers.try_join_next() {
            ended.context("a part of the dispatcher crashed")?;
        }
        match clerk.round().await {
            Ok(busy) => {
                clerk.hire(workers);
                if until == Until::Stopped {
                    clerk.knock(workers);
                }
                if until == Until::Empty {
                    if let Some(reason) = shared.gate.given_up(PATIENCE) {
                        clerk.note_relay().await?;
                        bail!("no relay answered: {reason}");
                    }
                    if !busy && let Some(later) = clerk.is_empty().await? {
                        clerk.note_relay().await?;
                        return Ok(later);
                    }
                }
                if !busy {
                    clerk.wait().await;
                }
            }
            Err(error) => {
                // The store may be locked or restarting: what is in hand goes on, and so does this, once it is back.
                if until == Until::Empty && !clerk.store_was_fine {
                    return Err(error.into());
                }
                if clerk.store_was_fine {
                    tracing::error!(%error, "the store fails; trying again every second");
                }
                clerk.store_was_fine = false;
                tokio::select! {
                    () = shared.stopping.cancelled() => {}
                    () = tokio::time::sleep(ROUND) => {}
                }
            }
        }
    }
}

struct Clerk<'a> {
    shared: Arc<Shared>,
    lock: &'a mut DispatchLock,
    planner: Planner,
    leases: Vec<Weak<Batch>>,
    wake: i64,
    last_round: Option<Instant>,
    last_heartbeat: Instant,
    rate: Rate,
    /// The most urgent lane in which the last claims left something for the next.
    more: Option<Lane>,
    /// Whether digests wait for what is urgent and in hand.
    yields: bool,
    /// When the next hold ends.
    next_hold: Option<Timestamp>,
    store_was_fine: bool,
    /// When our own lock was found lost.
    lost_lock: Option<Instant>,
    /// How the relay was doing when that was last written down.
    relay: Option<RelayStatus>,
}

impl<'a> Clerk<'a> {
    fn new(shared: Arc<Shared>, lock: &'a mut DispatchLock) -> Self {
        Self {
            shared,
            lock,
            planner: Planner::default(),
            leases: Vec::new(),
            wake: -1,
            last_round: None,
            last_heartbeat: Instant::now(),
            rate: Rate::new(),
            more: None,
            yields: false,
            next_hold: None,
            store_was_fine: true,
            lost_lock: None,
            relay: None,
        }
    }

    /// Everything once; true when there is more to do at once.
    async fn round(&mut self) -> crate::store::Result<bool> {
        let shared = Arc::clone(&self.shared);
        let store = &shared.app.store;
        let now = shared.app.clock.now();
        let mut busy = false;
        self.more = None;
        if self.last_round.is_none_or(|at| at.elapsed() >= ROUND) {
            self.last_round = Some(Instant::now());
            shared.put_back_again().await;
            if !self.lock.keep(store).await? {
                self.lost_lock = Some(Instant::now());
            }
            // What cut our own session off may have cut off the others': they get the time to take their locks again.
            if self.lost_lock.is_none_or(|at| at.elapsed() >= MOURNING) {
                self.bury_dead().await?;
            }
            self.heartbeat().await?;
            busy |= planner::sweep(store, now, SWEEP).await? > 0;
            remind::open_due(&shared.app).await?;
            self.note_relay().await?;
        }
        // What an amendment left open goes over to the new version at once.
        busy |= follow::settle(&shared.app, SWEEP).await? > 0;
        let (held, editions): (Vec<_>, Vec<_>) =
            store.open_editions().await?.into_iter().partition(|edition| edition.is_held(now));
        self.next_hold = held.iter().filter_map(|edition| edition.hold_until).min();
        self.store_was_fine = true;
        self.rate.measure(shared.progress.totals().sum());
        let (mut planned, mut planned_urgent) = (false, false);
        let mut failed = None;
        self.yields = false;
        // In the order of the queue, urgent first.
        for edition in &editions {
            if edition.lane == Lane::Bulk && (planned_urgent || shared.queue.ahead_of(Lane::Urgent) > 0) {
                // A digest's next batch and its claim wait until what is urgent has gone, which so has the store and the
                // processors for itself.
                self.yields = true;
                break;
            }
            busy |= self.claim(edition).await?;
            // All that is urgent goes on at once; of digests, one batch.
            if edition.state == EditionState::Planning && (edition.lane == Lane::Urgent || !planned) {
                match self.planner.step(&shared.app, edition).await {
                    Ok(Step::Planned(_) | Step::Done) => {
                        (planned, busy) = (true, true);
                        planned_urgent |= edition.lane == Lane::Urgent;
                    }
                    Ok(Step::Blocked) => {}
                    // One edition that cannot be planned does not hold up those behind it.
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(busy), Err)
    }

    /// Claims what is due of an edition, up to two seconds' work in hand.
    async fn claim(&mut self, edition: &Edition) -> crate::store::Result<bool> {
        let shared = Arc::clone(&self.shared);
        let wanted = self.in_two_seconds().min(shared.gate.admits());
        // What stands behind this edition in the queue does not keep it from being claimed.
        let in_hand = shared.queue.ahead_of(edition.lane);
        if in_hand * 2 > wanted || wanted == 0 {
            return Ok(false);
        }
        let limit = (wanted - in_hand).min(CLAIM);
        let now = shared.app.clock.now();
        let began = Instant::now();
        let until = shared.app.store.lease_clock(now).await?.plus(shared.lease_length());
        let lease = i64::from_be_bytes(crate::vault::random_bytes()?);
        let (mut tx, holder) = (shared.app.store.begin().await?, self.lock.holder());
        let mut claimed =
            tx.claim(edition.id, i64::try_from(limit).unwrap_or(i64::MAX), lease, holder, until, now).await?;
        if claimed.is_empty() {
            let ended = tx.end_edition(edition.id, now).await?;
            tx.commit().await?;
            if ended {
                tracing::info!(edition = %edition.id, kind = %edition.kind, "every delivery has ended");
            }
            return Ok(false);
        }
        let more = claimed.len() == limit;
        // A domain that is left alone does not stand before others.
        let waits = |row: &Claimed| row.standing.domain_paused_until.is_some_and(|until| until > now);
        if claimed.iter().any(waits) {
            tx.postpone(lease, now).await?;
            claimed.retain(|row| !waits(row));
        }
        tx.commit().await?;
        if more {
            self.more = Some(self.more.map_or(edition.lane, |lane| lane.min(edition.lane)));
        }
        if claimed.is_empty() {
            return Ok(more);
        }
        let batch = Arc::new(Batch::new(lease, edition.clone(), shared.lease_end(began), began, &claimed));
        self.leases.push(Arc::downgrade(&batch));
        shared.queue.push(&batch, claimed);
        Ok(more)
    }

    fn in_two_seconds(&self) -> usize {
        self.rate.in_two_seconds(usize::from(self.shared.relay.connections))
    }

    /// Sees to it that there are as many connections as there is work, and as the relay allows.
    fn hire(&self, workers: &mut JoinSet<()>) {
        let allowed = match self.shared.gate.admits() {
            usize::MAX => self.shared.allowed(),
            knocking => knocking,
        };
        let places = self.shared.relay.connections_for_bulk(u16::try_from(allowed).unwrap_or(u16::MAX));
        self.shared.queue.set_places(usize::from(places));
        while workers.len() < allowed.min(self.shared.queue.len()) {
            workers.spawn(worker::run(Arc::clone(&self.shared)));
        }
    }

    /// Sees to it that a relay that was away is tried again while nothing is due that would be sent by it.
    fn knock(&self, workers: &mut JoinSet<()>) {
        if self.shared.gate.admits() == 1 && workers.is_empty() && self.shared.queue.len() == 0 {
            workers.spawn(worker::knock(Arc::clone(&self.shared)));
        }
    }

    /// Writes down how the relay is doing, for people and for other processes.
    async fn note_relay(&mut self) -> crate::store::Result<()> {
        let status = self.shared.gate.status(&self.shared.relay.name);
        if let Some(status) = status.filter(|status| self.relay.as_ref() != Some(status)) {
            let mut tx = self.shared.app.store.begin().await?;
            tx.set_relay(&status).await?;
            tx.commit().await?;
            self.relay = Some(status);
        }
        Ok(())
    }

    /// Extends the leases of what is in hand, and ends those of dispatchers that died.
    async fn heartbeat(&mut self) -> crate::store::Result<()> {
        let app = &self.shared.app;
        if self.last_heartbeat.elapsed() < HEARTBEAT.min(app.config.mail.lease / 3) {
            return Ok(());
        }
        let began = Instant::now();
        let until = app.store.lease_clock(app.clock.now()).await?.plus(self.shared.lease_length());
        self.leases.retain(|batch| batch.strong_count() > 0);
        for batch in self.leases.iter().filter_map(Weak::upgrade) {
            let mut tx = app.store.begin().await?;
            tx.extend_lease(batch.lease, until).await?;
            tx.commit().await?;
            batch.extended(self.shared.lease_end(began));
        }
        self.last_heartbeat = began;
        self.bury(false).await
    }

    /// Puts back what dead dispatchers held: all of it where no other can be alive, else where the lease has ended.
    async fn bury(&self, all: bool) -> crate::store::Result<()> {
        let app = &self.shared.app;
        let before = match all {
            true => crate::clock::Timestamp(i64::MAX),
            false => app.store.lease_clock(app.clock.now()).await?,
        };
        let mut tx = app.store.begin().await?;
        let count = tx.void_leases(before).await?;
        tx.commit().await?;
        told_buried(count);
        Ok(())
    }

    /// Puts back, long before the end of its lease, what a dispatcher held whose lock is gone.
    async fn bury_dead(&self) -> crate::store::Result<()> {
        if self.lock.is_only() {
            return Ok(());
        }
        let mut tx = self.shared.app.store.begin().await?;
        let count = tx.void_dead().await?;
        tx.commit().await?;
        told_buried(count);
        Ok(())
    }

    /// Whether nothing is due, planned or out any more; then how much waits for later.
    async fn is_empty(&self) -> crate::store::Result<Option<i64>> {
        let shared = &self.shared;
        let in_hand = shared.relay.connections as usize + super::GROUP - shared.permits.available_permits();
        if shared.queue.len() > 0 || in_hand > 0 || !shared.in_flight().is_empty() {
            return Ok(None);
        }
        let now = shared.app.clock.now();
        let store = &shared.app.store;
        if !store.editions_to_end(now).await?.is_empty() || !store.superseded_editions().await?.is_empty() {
            return Ok(None);
        }
        let left = Left::of(&shared.app).await?;
        if left.awaited() > 0 {
            return Ok(None);
        }
        for edition in left.over {
            // Its last delivery ended after the last claim looked at it.
            let mut tx = store.begin().await?;
            tx.end_edition(edition, now).await?;
            tx.commit().await?;
        }
        Ok(Some(left.later))
    }

    /// Waits until something was changed, taken, or may have come due.
    async fn wait(&mut self) {
        let rest = self.last_round.map_or(Duration::ZERO, |at| ROUND.saturating_sub(at.elapsed()));
        let until = Instant::now() + rest.max(Duration::from_millis(10));
        loop {
            tokio::select! {
                () = self.shared.stopping.cancelled() => return,
                () = self.shared.recorded.notified() => {
                    if self.shared.queue.len() == 0 && self.shared.in_flight().is_empty() {
                        return;
                    }
                }
                () = self.shared.queue.drained() => {
                    // What stands behind that lane does not keep it from being claimed.
                    let has_room = |lane| self.shared.queue.ahead_of(lane) * 2 <= self.in_two_seconds();
                    if self.more.is_some_and(has_room) || self.yields && self.shared.queue.ahead_of(Lane::Urgent) == 0 {
                        return;
                    }
                }
                () = tokio::time::sleep(LOOK) => {
                    // A failing store shows in the next round.
                    let wake = self.shared.app.store.wake_count().await.unwrap_or(-1);
                    let released = self.next_hold.is_some_and(|until| until <= self.shared.app.clock.now());
                    if wake != self.wake || released || Instant::now() >= until {
                        self.wake = wake;
                        return;
                    }
                }
            }
        }
    }
}

fn told_buried(count: u64) {
    if count > 0 {
        tracing::warn!(count, "put back deliveries of a dispatcher that ended without recording them");
    }
}

/// How many deliveries end in a second, at present.
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
        ((self.per_second * 2.0) as usize).max(connections * 4)
    }
}
