//! One connection to a relay, from the first job to an idle end.

use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;

use super::Shared;
use super::allowance::Unit;
use super::compose::Composed;
use super::queue::Job;
use super::route::{Hired, Route};
use crate::deliveries::blame::{self, Blame};
use crate::deliveries::{self, DeliveryState, Verdict};
use crate::relay::{Connection, OpenError, Outcome};
use crate::store::StoreError;
use crate::store::queue::Record;

/// A connection that was quiet for this long is asked whether it still stands before it gets a message.
const QUIET: Duration = Duration::from_secs(5);
/// When to try again what could not be made as the store failed.
const MOMENT: Duration = Duration::from_secs(1);

/// Works until there is nothing to do, the relay fails, or the dispatcher stops.
pub(super) async fn run(shared: Arc<Shared>, route: Arc<Route>, _hired: Hired) {
    let mut connection: Option<Connection> = None;
    let mut place = None;
    loop {
        let is_wanted = tokio::select! {
            biased;
            () = shared.stopping.cancelled() => false,
            () = shared.queue.wanted(&route, connection.is_some(), &mut place) => true,
            () = tokio::time::sleep(route.relay.idle) => false,
        };
        // Nothing is taken that the relay might keep waiting: another may be free.
        if !is_wanted || !ready(&shared, &route, &mut connection).await {
            break;
        }
        let Some(mut taken) = shared.queue.take(&route, place.take()) else {
            // Another was faster.
            tokio::task::yield_now().await;
            continue;
        };
        let edition = &taken.job.batch.edition;
        let span = tracing::info_span!("edition", id = %edition.id, kind = %edition.kind);
        if !handle(&shared, &route, &mut connection, taken.job.clone(), &mut taken.unit).instrument(span).await {
            break;
        }
        place = taken.place.filter(|_| connection.is_some());
    }
    if let Some(connection) = connection {
        route.gate.reached(&route.relay.name, shared.app.clock.now());
        route.disconnected();
        connection.quit().await;
    }
}

/// Sees one job through; false when the relay cannot be reached.
async fn handle(
    shared: &Arc<Shared>,
    route: &Arc<Route>,
    connection: &mut Option<Connection>,
    job: Job,
    unit: &mut Unit,
) -> bool {
    // Held until the outcome is recorded; see the recorder.
    let Ok(permit) = Arc::clone(&shared.permits).acquire_owned().await else { return false };
    let report = |record, permit| shared.report(record, &job, permit);
    let claimed = &job.claimed;
    if shared.stopping.is_cancelled() {
        shared.queue.give_back(job);
        return false;
    }
    if let Some(other) = otherwise(shared, route, &job).await {
        return other.carry_out(shared, job).await;
    }
    let now = shared.app.clock.now();
    let composed = match made(shared, &job).await {
        Ok(Some(composed)) => composed,
        Ok(None) => {
            report(deliveries::ended(claimed, DeliveryState::Suppressed, now), None);
            return true;
        }
        Err(error) if error.chain().any(|cause| cause.is::<StoreError>()) => {
            tracing::error!(%error, "cannot read what a message is made of; it is tried again in a moment");
            report(deliveries::waiting(claimed, now.plus(MOMENT), now), None);
            return true;
        }
        Err(error) => {
            shared.unmade(job.batch.edition.id, &error);
            report(deliveries::unmade(claimed, "the message could not be made; see the log", now), None);
            return true;
        }
    };
    // Making it may have taken a while, and a machine may have slept: what holds right before MAIL counts.
    if let Some(other) = otherwise(shared, route, &job).await {
        return other.carry_out(shared, job).await;
    }
    let Some(open) = connection.as_mut() else { return false };
    let first = open.messages() == 0;
    let sender = &shared.app.config.site.sender.address;
    let key = (job.batch.lease, claimed.edition_id, claimed.subscriber_id);
    shared.in_flight().insert(key, (job.clone(), Arc::clone(route)));
    unit.set_used(true);
    let outcome = open.send(sender, &composed.to, &composed.bytes).await;
    let turned_away = deliveries::blames_relay(&outcome);
    // One that turns mail away is asked on a new connection next: whether that is turned away too, says what it was for.
    let ends = turned_away.is_some() || open.messages() >= route.relay.messages_per_connection;
    if (ends || !open.is_usable())
        && let Some(used) = connection.take()
    {
        route.disconnected();
        used.quit().await;
    }
    // Whoever takes it out of `in_flight` reports it: this worker, or the dispatcher that could wait no longer.
    if shared.in_flight().remove(&key).is_none() {
        return false;
    }
    let (relay, now) = (&route.relay.name, shared.app.clock.now());
    if let Some((why, permanent)) = turned_away {
        unit.set_used(false);
        // On a connection that has brought messages, this is how relays end one that brought enough.
        if first {
            route.gate.turned_away(relay, &why, permanent, now);
            shared.nudged.notify_one();
        }
        shared.queue.give_back(job);
        return !first;
    }
    match &outcome {
        Outcome::Lost { stage, error } => {
            tracing::warn!(relay, %stage, error, "a connection was lost");
            route.gate.broke(relay, error, now);
        }
        Outcome::Accepted { .. } | Outcome::Deferred { .. } | Outcome::Refused { .. } => route.gate.used(relay, now),
        Outcome::Unknown { error } => route.gate.broke(relay, error, now),
    }
    if blame::of(&outcome) == Some(Blame::Policy) {
        shared.blocked.note(claimed.domain_index, now);
    }
    let lane = job.batch.edition.lane;
    let record = deliveries::record(claimed, lane, relay, &outcome, now, shared.dice());
    report(record, Some(permit));
    true
}

/// The message as it goes out, signed where we sign; nothing when its subscriber was erased.
async fn made(shared: &Shared, job: &Job) -> anyhow::Result<Option<Composed>> {
    let Some(composed) = shared.composer.compose(&job.batch.edition, &job.claimed).await? else { return Ok(None) };
    let Some(signer) = &shared.signer else { return Ok(Some(composed)) };
    let bytes = signer.sign_aside(composed.bytes, shared.app.clock.now()).await?;
    Ok(Some(Composed { bytes, ..composed }))
}

/// What becomes of a delivery that is not to be sent, at least not now.
enum Otherwise {
    /// It goes back into the store's queue.
    PutBack,
    /// Another has it.
    Gone,
    /// This is recorded of it.
    Record(Record),
}

impl Otherwise {
    /// Sees to it; true, as the connection goes on.
    async fn carry_out(self, shared: &Shared, job: Job) -> bool {
        match self {
            Self::PutBack => shared.put_back(vec![job]).await,
            Self::Gone => {}
            Self::Record(record) => shared.report(record, &job, None),
        }
        true
    }
}

/// Looks whether a delivery may be sent; if not, what becomes of it.
async fn otherwise(shared: &Shared, route: &Route, job: &Job) -> Option<Otherwise> {
    let claimed = &job.claimed;
    let now = shared.app.clock.now();
    let standing = match job.batch.standing(&shared.app.store, claimed.subscriber_id).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return Some(Otherwise::Gone),
        Err(error) => {
            tracing::error!(%error, "cannot look up whether a delivery may still be sent; it is put back");
            return Some(Otherwise::PutBack);
        }
    };
    // With too little left of the lease to see the send through, another may have it before that.
    if job.batch.remaining() <= route.relay.timeout {
        return Some(Otherwise::PutBack);
    }
    match deliveries::verdict(&job.batch.edition, &standing, shared.app.config.local_time(), now) {
        Verdict::Send => {}
        Verdict::PutBack => return Some(Otherwise::PutBack),
        Verdict::Wait(until) => return Some(Otherwise::Record(deliveries::waiting(claimed, until, now))),
        Verdict::End(state) => return Some(Otherwise::Record(deliveries::ended(claimed, state, now))),
    }
    let until = shared.blocked.until(claimed.domain_index, now)?;
    Some(Otherwise::Record(deliveries::waiting(claimed, until, now)))
}

/// Looks whether a relay that was away can be reached again, while there is nothing to send by which it would show.
pub(super) async fn knock(shared: Arc<Shared>, route: Arc<Route>, _hired: Hired) {
    if !route.gate.may_knock() {
        return;
    }
    let now = || shared.app.clock.now();
    let Some(opened) = open(&shared, &route).await else { return };
    match opened {
        Ok(connection) => {
            // Whether it also takes mail shows with the next one.
            route.gate.reached(&route.relay.name, now());
            connection.quit().await;
        }
        Err(error) => route.gate.failed(&route.relay.name, &error, now()),
    }
}

/// Makes sure that there is a connection that stands; false when there is none to be had now, or the dispatcher stops.
async fn ready(shared: &Shared, route: &Route, connection: &mut Option<Connection>) -> bool {
    if let Some(open) = connection.as_mut()
        && open.idle_since().elapsed() > QUIET
        && !open.check().await
    {
        route.disconnected();
        *connection = None;
    }
    if connection.is_some() {
        return true;
    }
    if !route.gate.may_knock() {
        return false;
    }
    let Some(opened) = open(shared, route).await else { return false };
    let now = shared.app.clock.now();
    match opened {
        Ok(open) => {
            route.connected();
            route.gate.opened(&route.relay.name, now);
            *connection = Some(open);
            true
        }
        Err(error) => {
            let others = route.connections();
            // Whoever has a connection may take what this one was to be for.
            shared.routes.tell();
            if others > 0 {
                // The relay is there and takes no more connections than these.
                route.fewer(others, &error);
            } else {
                route.gate.failed(&route.relay.name, &error, now);
                // Another may have to stand in for it.
                shared.nudged.notify_one();
            }
            false
        }
    }
}

/// Opens a connection; nothing when the dispatcher stops first.
async fn open(shared: &Shared, route: &Route) -> Option<Result<Connection, OpenError>> {
    tokio::select! {
        biased;
        () = shared.stopping.cancelled() => None,
        opened = Connection::open(&route.relay, &shared.hello) => Some(opened),
    }
}
