//! The clerk for what is urgent: plans and claims it beside the other's long work on digests, and never waits for that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Shared;
use super::claims::Claim;
use super::clerk::{ROUND, SWEEP};
use crate::appeals::follow;
use crate::clock::Timestamp;
use crate::editions::planner::{Planner, Step};
use crate::editions::{EditionState, Lane};
use crate::wake::LOOK;

/// Works until the dispatcher stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut clerk = Clerk { planner: Planner::default(), wake: -1, more: false, next_hold: None };
    let mut recorded = shared.recorded.subscribe();
    let mut store_was_fine = true;
    while !shared.stopping.is_cancelled() {
        let round = clerk.round(&shared).await;
        shared.plans_urgent.store(matches!(round, Ok(true)), Ordering::SeqCst);
        match round {
            Ok(true) => {}
            Ok(false) => clerk.wait(&shared, &mut recorded).await,
            Err(error) => {
                if store_was_fine {
                    tracing::error!(%error, "what is urgent cannot be planned or claimed; trying again every second");
                }
                tokio::select! {
                    () = shared.stopping.cancelled() => {}
                    () = tokio::time::sleep(ROUND) => {}
                }
                store_was_fine = false;
                continue;
            }
        }
        store_was_fine = true;
    }
}

struct Clerk {
    planner: Planner,
    wake: i64,
    /// Whether the last claims may have left something for the next.
    more: bool,
    /// When the next hold ends.
    next_hold: Option<Timestamp>,
}

impl Clerk {
    /// Everything once; true when something was planned, so that there is more to do at once.
    async fn round(&mut self, shared: &Shared) -> crate::store::Result<bool> {
        let now = shared.app.clock.now();
        // What an amendment left open goes over to the new version at once.
        let mut busy = follow::settle(&shared.app, SWEEP).await? > 0;
        let mut editions = shared.app.store.open_editions().await?;
        editions.retain(|edition| edition.lane == Lane::Urgent);
        let (held, editions): (Vec<_>, Vec<_>) = editions.into_iter().partition(|edition| edition.is_held(now));
        self.next_hold = held.iter().filter_map(|edition| edition.hold_until).min();
        self.more = false;
        if editions.is_empty() && shared.queue.count(true) == 0 {
            shared.routes.give_back(&shared.app.store, true).await?;
        } else {
            shared.keep_to_limits(true).await?;
            shared.routes.tell();
        }
        let mut failed = None;
        for edition in &editions {
            match shared.claim(edition).await? {
                Claim::Nothing => {}
                Claim::Enough => self.more = true,
                Claim::Some { more } => {
                    self.more |= more;
                    shared.nudged.notify_one();
                }
            }
            if edition.state != EditionState::Planning {
                continue;
            }
            match self.planner.step(&shared.app, edition).await {
                Ok(Step::Planned(_) | Step::Done) => busy = true,
                Ok(Step::Blocked) => {}
                // One that cannot be planned does not hold up those behind it.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(busy), Err)
    }

    /// Waits until something was changed, taken, or may have come due.
    async fn wait(&mut self, shared: &Shared, recorded: &mut tokio::sync::watch::Receiver<()>) {
        // Whoever waits for what was planned goes on.
        shared.nudged.notify_one();
        let until = Instant::now() + ROUND;
        // Outside of the loop: what else happens must not put it off.
        let mut look = tokio::time::interval_at(tokio::time::Instant::now() + LOOK, LOOK);
        loop {
            let urgent = || shared.queue.ahead_of(Lane::Urgent);
            tokio::select! {
                () = shared.stopping.cancelled() => return,
                // The last of a mailing ends it.
                Ok(()) = recorded.changed() => {
                    if shared.queue.len() == 0 && shared.in_flight().is_empty() {
                        return;
                    }
                }
                () = shared.queue.urgent_drained(), if self.more => {
                    let wanted = shared.in_two_seconds();
                    if urgent() * 2 <= wanted || shared.routes.are_low(true, wanted) {
                        return;
                    }
                }
                _ = look.tick() => {
                    // A failing store shows in the next round.
                    let wake = shared.app.store.wake_count().await.unwrap_or(-1);
                    let released = self.next_hold.is_some_and(|until| until <= shared.app.clock.now());
                    if wake != self.wake || released || Instant::now() >= until {
                        self.wake = wake;
                        return;
                    }
                }
            }
        }
    }
}
