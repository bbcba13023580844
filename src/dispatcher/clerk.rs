//! The clerk: ends what is over, plans what is to be planned, and claims what is due; what is urgent has one of its own.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::claims::Claim;
use super::left::{Full, Left};
use super::{DispatchLock, Shared, Until, urgent, worker};
use crate::appeals::remind;
use crate::editions::planner::{self, Planner, Step};
use crate::editions::{EditionState, Lane};
use crate::store::relays::RelayStatus;
use crate::wake::LOOK;

/// How often to look for what came due, ended or died without anybody's changing anything.
pub(super) const ROUND: Duration = Duration::from_secs(1);
/// How often leases are extended; more often where they are short.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// After our own lock was lost: how long nobody else counts as dead for want of one.
const MOURNING: Duration = Duration::from_secs(5);
/// How many deliveries one transaction may end.
pub(super) const SWEEP: i64 = 2000;

/// Runs until stopped, or until nothing is due; returns how many deliveries wait for later.
pub(super) async fn run(
    shared: &Arc<Shared>,
    workers: &mut JoinSet<()>,
    until: Until,
    lock: &mut DispatchLock,
) -> anyhow::Result<i64> {
    let mut clerk = Clerk::new(Arc::clone(shared), lock);
    clerk.bury(clerk.lock.is_only()).await.context("cannot look for leases that died")?;
    // Only now, as what was claimed before is put back.
    let mut urgent = JoinSet::new();
    urgent.spawn(urgent::run(Arc::clone(shared)));
    let worked = clerk.work(workers, &mut urgent, until).await;
    shared.stopping.cancel();
    while let Some(ended) = urgent.join_next().await {
        ended.context(CRASHED)?;
    }
    worked
}

const CRASHED: &str = "a part of the dispatcher crashed";

struct Clerk<'a> {
    shared: Arc<Shared>,
    lock: &'a mut DispatchLock,
    planner: Planner,
    recorded: watch::Receiver<()>,
    wake: i64,
    last_round: Option<Instant>,
    last_heartbeat: Instant,
    /// When a batch of a digest was planned last.
    last_batch: Option<Instant>,
    /// The most urgent lane in which the last claims may have left something for the next.
    more: Option<Lane>,
    /// Whether digests wait for what is urgent.
    yields: bool,
    store_was_fine: bool,
    /// When our own lock was found lost.
    lost_lock: Option<Instant>,
    /// How the relays were doing when that was last written down.
    relays: Vec<RelayStatus>,
}

impl<'a> Clerk<'a> {
    fn new(shared: Arc<Shared>, lock: &'a mut DispatchLock) -> Self {
        Self {
            recorded: shared.recorded.subscribe(),
            shared,
            lock,
            planner: Planner::default(),
            wake: -1,
            last_round: None,
            last_heartbeat: Instant::now(),
            last_batch: None,
            more: None,
            yields: false,
            store_was_fine: true,
            lost_lock: None,
            relays: Vec::new(),
        }
    }

    /// Round after round, until stopped or nothing is due.
    async fn work(&mut self, workers: &mut JoinSet<()>, urgent: &mut JoinSet<()>, until: Until) -> anyhow::Result<i64> {
        let shared = Arc::clone(&self.shared);
        loop {
            if shared.stopping.is_cancelled() {
                // What it found out last; whoever comes next finds it out again.
                let _ = self.note_relays().await;
                return Ok(0);
            }
            while let Some(ended) = workers.try_join_next().or_else(|| urgent.try_join_next()) {
                ended.context(CRASHED)?;
            }
            match self.round().await {
                Ok(busy) => {
                    self.hire(workers);
                    if until == Until::Stopped {
                        self.knock(workers);
                    }
                    if until == Until::Empty {
                        if let Some(reason) = shared.routes.given_up() {
                            self.note_relays().await?;
                            bail!("no relay answered: {reason}");
                        }
                        if !busy && let Some(later) = self.is_empty().await? {
                            self.note_relays().await?;
                            return Ok(later);
                        }
                    }
                    if !busy {
                        self.wait().await;
                    }
                }
                Err(error) => {
                    // The store may be locked or restarting: what is in hand goes on, and so does this, once it is back.
                    if until == Until::Empty && !self.store_was_fine {
                        return Err(error.into());
                    }
                    if self.store_was_fine {
                        tracing::error!(%error, "the store fails; trying again every second");
                    }
                    self.store_was_fine = false;
                    tokio::select! {
                        () = shared.stopping.cancelled() => {}
                        () = tokio::time::sleep(ROUND) => {}
                    }
                }
            }
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
            self.note_relays().await?;
            let nodes = u32::try_from(store.dispatchers().await?).unwrap_or(1).max(1);
            shared.routes.iter().for_each(|route| route.pace.share(nodes));
        }
        let mut editions = store.open_editions().await?;
        self.store_was_fine = true;
        editions.retain(|edition| edition.lane != Lane::Urgent);
        if editions.is_empty() && shared.queue.count(false) == 0 {
            // So that the store's tallies tell what is used, and other nodes may take the rest.
            shared.routes.give_back(store, false).await?;
        } else {
            shared.keep_to_limits(false).await?;
        }
        let mut planned = false;
        let mut failed = None;
        self.yields = false;
        // In the order of the queue.
        for edition in &editions {
            let yields = edition.lane == Lane::Bulk && self.urgent_is_in_hand();
            self.yields |= yields;
            // A digest's claim waits until what is urgent has gone, which so has the store and the processors for itself, but
            // for a batch of the digest's planning a second: a slow relay must not keep it from being planned at all.
            if yields && self.last_batch.is_some_and(|at| at.elapsed() < ROUND) {
                break;
            }
            let more = match if yields { Claim::Nothing } else { shared.claim(edition).await? } {
                Claim::Nothing => false,
                Claim::Enough => true,
                Claim::Some { more } => {
                    busy |= more;
                    more
                }
            };
            if more {
                self.more = Some(self.more.map_or(edition.lane, |lane| lane.min(edition.lane)));
            }
            if edition.state == EditionState::Planning && !planned {
                match self.planner.step(&shared.app, edition).await {
                    Ok(Step::Planned(_) | Step::Done) => {
                        (planned, busy) = (true, busy || !yields);
                        self.last_batch = Some(Instant::now());
                    }
                    Ok(Step::Blocked) => {}
                    // One edition that cannot be planned does not hold up those behind it.
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(busy), Err)
    }

    /// Whether something urgent is being planned, or waits for a connection to a relay that takes mail.
    fn urgent_is_in_hand(&self) -> bool {
        let goes = self.shared.routes.connections_in_use() > 0;
        self.shared.plans_urgent.load(Ordering::SeqCst) || goes && self.shared.queue.ahead_of(Lane::Urgent) > 0
    }

    /// Sees to it that there is a free connection for each that waits, as far as each relay allows: those that are busy may
    /// wait long for an answer.
    fn hire(&self, workers: &mut JoinSet<()>) {
        let waiting = self.shared.queue.len();
        for route in self.shared.routes.iter() {
            let allowed = match route.gate.admits() {
                _ if !self.shared.routes.serves(route) => 0,
                usize::MAX => route.allowed(),
                knocking => knocking,
            };
            let places = route.relay.connections_for_bulk(u16::try_from(allowed).unwrap_or(u16::MAX));
            route.places.set(usize::from(places));
            while route.workers() < allowed && route.free() < waiting {
                let worker = worker::run(Arc::clone(&self.shared), Arc::clone(route), route.hire());
                workers.spawn(worker.instrument(route.span()));
            }
        }
        if waiting > 0 {
            // Those on standby may just have got their turn.
            self.shared.routes.tell();
        }
    }

    /// Sees to it that a relay that was away is tried again while nothing is due that would be sent by it.
    fn knock(&self, workers: &mut JoinSet<()>) {
        for route in self.shared.routes.iter() {
            let idle = self.shared.queue.len() == 0 || !self.shared.routes.serves(route);
            if idle && route.gate.is_to_be_looked_for() && route.workers() == 0 {
                let knock = worker::knock(Arc::clone(&self.shared), Arc::clone(route), route.hire());
                workers.spawn(knock.instrument(route.span()));
            }
        }
    }

    /// Writes down how the relays are doing, for people and for other processes.
    async fn note_relays(&mut self) -> crate::store::Result<()> {
        let routes = self.shared.routes.iter();
        let relays: Vec<_> = routes.filter_map(|route| route.gate.status(&route.relay.name)).collect();
        if relays == self.relays {
            return Ok(());
        }
        let mut tx = self.shared.app.store.begin().await?;
        for status in &relays {
            if !self.relays.contains(status) {
                tx.set_relay(status).await?;
            }
        }
        tx.commit().await?;
        self.relays = relays;
        Ok(())
    }

    /// Extends the leases of what is in hand, and ends those of dispatchers that died.
    async fn heartbeat(&mut self) -> crate::store::Result<()> {
        let app = &self.shared.app;
        if self.last_heartbeat.elapsed() < HEARTBEAT.min(app.config.mail.lease / 3) {
            return Ok(());
        }
        let began = Instant::now();
        self.shared.extend_leases().await?;
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
        let in_hand = shared.routes.connections() + super::GROUP - shared.permits.available_permits();
        if shared.queue.len() > 0 || in_hand > 0 || !shared.in_flight().is_empty() {
            return Ok(None);
        }
        let now = shared.app.clock.now();
        let store = &shared.app.store;
        if !store.editions_to_end(now).await?.is_empty() || !store.superseded_editions().await?.is_empty() {
            return Ok(None);
        }
        // Of what is full the rest may be sent only in the next hour or day.
        let full = Full { ordinary: shared.routes.are_full(false), urgent: shared.routes.are_full(true) };
        let left = Left::with(&shared.app, full).await?;
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
        // Outside of the loop: what else happens must not put it off.
        let mut look = tokio::time::interval_at(tokio::time::Instant::now() + LOOK, LOOK);
        loop {
            tokio::select! {
                () = self.shared.stopping.cancelled() => return,
                () = self.shared.nudged.notified() => return,
                Ok(()) = self.recorded.changed() => {
                    if self.shared.queue.len() == 0 && self.shared.in_flight().is_empty() {
                        return;
                    }
                }
                () = self.shared.queue.drained() => {
                    // What stands behind that lane does not keep it from being claimed.
                    let has_room = |lane| self.shared.queue.ahead_of(lane) * 2 <= self.shared.in_two_seconds();
                    let low = self.shared.queue.len() > 0 && self.shared.routes.are_low(false, self.shared.in_two_seconds());
                    if low || self.more.is_some_and(has_room) || self.yields && !self.urgent_is_in_hand() {
                        return;
                    }
                }
                _ = look.tick() => {
                    // A failing store shows in the next round.
                    let wake = self.shared.app.store.wake_count().await.unwrap_or(-1);
                    if wake != self.wake || Instant::now() >= until {
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
