//! Claims deliveries, hands them to a relay, records what came of them.
//!
//! ```text
//! clerks: sweep, plan, claim -> queue -> workers: look again, compose, send -> recorder -> ledger
//! ```
//!
//! The workers of all relays take from the one queue. The clerks and the recorder hold short transactions; no send is ever
//! inside one. What is claimed is at most two seconds' work, or one for each connection. A stop takes nothing new, waits
//! for the relay's open replies, and puts back the rest.

mod allowance;
mod blocked;
mod claims;
mod clerk;
mod compose;
mod gate;
mod left;
mod lock;
mod pace;
mod places;
mod progress;
mod queue;
mod recorder;
mod route;
mod routes;
mod throttles;
mod urgent;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::anyhow;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::deliveries;
use crate::dkim::Signer;
use crate::id::{EditionId, SubscriberId};
use crate::relay::Outcome;
use crate::store::queue::Record;
use crate::templates::Templates;

pub(crate) use allowance::subject;
pub use compose::Composer;
pub use left::{AWAY, Left};
pub use lock::DispatchLock;
pub use progress::{Progress, Totals};
pub use recorder::{Live, record};

use blocked::Blocked;
use claims::Claims;
use queue::{Job, Queue};
use recorder::{GROUP, Recorder, Report};
use route::Route;
use routes::Routes;
use throttles::Throttles;

/// When a dispatcher is through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Only when it is told to stop.
    Stopped,
    /// When nothing is due any more. It then leaves later retries where they are.
    Empty,
}

/// What a dispatcher did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Deliveries that it saw end, and how.
    #[serde(flatten)]
    pub totals: Totals,
    /// Deliveries that wait for a later attempt.
    pub later: i64,
    /// Sends that were cut off while the relay's reply was out; they count as maybe sent.
    pub left_open: u64,
}

/// Jobs that are being handed over, and to whom, by their lease and delivery.
type InFlight = HashMap<(i64, EditionId, SubscriberId), (Job, Arc<Route>)>;

/// What the parts of a dispatcher share.
#[derive(Debug)]
struct Shared {
    app: Arc<App>,
    routes: Arc<Routes>,
    hello: String,
    composer: Composer,
    /// Who signs what is sent; nothing where the relay may.
    signer: Option<Signer>,
    queue: Queue,
    claims: Claims,
    /// Whether something urgent is being planned.
    plans_urgent: AtomicBool,
    blocked: Blocked,
    throttles: Throttles,
    /// One for each message between MAIL and its record.
    permits: Arc<Semaphore>,
    reports: mpsc::UnboundedSender<Report>,
    in_flight: Mutex<InFlight>,
    stopping: CancellationToken,
    progress: Arc<Progress>,
    /// Says that a group was recorded.
    recorded: watch::Sender<()>,
    /// Says to the clerk that the one for what is urgent has claimed or planned something.
    nudged: Notify,
    /// Jobs that could not be put back, as the store failed.
    unreleased: Mutex<Vec<Job>>,
    /// Editions whose message could not be made, so that each is told once.
    unmade: Mutex<HashSet<EditionId>>,
}

impl Shared {
    fn in_flight(&self) -> std::sync::MutexGuard<'_, InFlight> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unreleased(&self) -> std::sync::MutexGuard<'_, Vec<Job>> {
        self.unreleased.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes of the relays' limits what the next messages need, and puts back what must wait for the next hour or day.
    async fn keep_to_limits(&self, urgent: bool) -> crate::store::Result<()> {
        self.routes.refill(&self.app.store, urgent, self.in_two_seconds()).await?;
        if self.routes.are_full(urgent) {
            let jobs = self.queue.take_lanes(urgent);
            if !jobs.is_empty() {
                self.put_back(jobs).await;
            }
        }
        Ok(())
    }

    /// Puts back what could not be put back before.
    async fn put_back_again(&self) {
        let jobs = std::mem::take(&mut *self.unreleased());
        self.put_back(jobs).await;
    }

    /// Puts jobs that were not tried back into the store's queue.
    async fn put_back(&self, jobs: Vec<Job>) {
        let mut leases: HashMap<i64, Vec<Job>> = HashMap::new();
        for job in jobs {
            leases.entry(job.batch.lease).or_default().push(job);
        }
        for (lease, jobs) in leases {
            let rows: Vec<SubscriberId> = jobs.iter().map(|job| job.claimed.subscriber_id).collect();
            let released = async {
                let mut tx = self.app.store.begin().await?;
                tx.release(lease, &rows).await?;
                tx.commit().await
            };
            if let Err(error) = released.await {
                // The clerk tries again; if this process ends before, their lease runs out by itself.
                tracing::error!(%error, count = rows.len(), "cannot put deliveries back");
                self.unreleased().extend(jobs);
            }
        }
    }

    /// Hands an outcome to the recorder, with the permit of a message that was sent.
    fn report(&self, record: Record, job: &Job, permit: Option<OwnedSemaphorePermit>) {
        let report = Report { record, batch: Arc::clone(&job.batch), _permit: permit };
        if self.reports.send(report).is_err() {
            tracing::error!("the recorder is gone");
        }
    }

    fn unmade(&self, edition: EditionId, error: &anyhow::Error) {
        let mut known = self.unmade.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(edition) {
            let error = format!("{error:#}");
            tracing::error!(%edition, error, "messages cannot be made; they are tried again every minute");
        }
    }

    /// Chance for the length of a pause; where there is none, the middle.
    fn dice(&self) -> u16 {
        crate::vault::random_bytes::<2>().map_or(u16::MAX / 2, u16::from_be_bytes)
    }
}

/// Dispatches until `until`, or until `stop` is cancelled. `progress` can be looked at meanwhile.
///
/// # Errors
///
/// When no relay is configured, mail cannot be signed as `[dkim]` says, another process dispatches from this SQLite store,
/// the store fails for good, or, with [`Until::Empty`], no relay can be reached.
pub async fn run(
    app: Arc<App>,
    templates: watch::Receiver<Arc<Templates>>,
    until: Until,
    progress: Arc<Progress>,
    stop: CancellationToken,
) -> anyhow::Result<Summary> {
    let routes = Arc::new(Routes::new(&app.config.relays, &app.clock)?);
    let signer = Signer::of(&app.config)?;
    let throttles = Throttles::of(&app.config.domains, &app.vault);
    let mut lock = DispatchLock::take(&app.store).await?;
    let composer = Composer::new(Arc::clone(&app), templates);
    let (reports, inbox) = mpsc::unbounded_channel();
    let hello = app.config.site.url.host_str().unwrap_or("localhost").to_owned();
    let recorded = watch::Sender::new(());
    let (told, counted) = (Arc::clone(&app), Arc::clone(&progress));
    let recorder = Recorder { app: told, progress: counted, recorded: recorded.clone() };
    let recorder = tokio::spawn(recorder::run(recorder, inbox));
    let shared = Arc::new(Shared {
        permits: Arc::new(Semaphore::new(routes.connections() + GROUP)),
        app,
        hello,
        composer,
        signer,
        queue: Queue::new(Arc::clone(&routes)),
        claims: Claims::new(lock.holder()),
        plans_urgent: AtomicBool::new(false),
        blocked: Blocked::default(),
        throttles,
        reports,
        in_flight: Mutex::default(),
        stopping: stop.child_token(),
        progress,
        recorded,
        nudged: Notify::new(),
        unreleased: Mutex::default(),
        unmade: Mutex::default(),
        routes,
    });
    let mut workers = JoinSet::new();
    let worked = clerk::run(&shared, &mut workers, until, &mut lock).await;

    // Nothing new from here on; what is out is waited for.
    shared.stopping.cancel();
    shared.put_back(shared.queue.take_all()).await;
    let grace =
        tokio::time::timeout(shared.app.config.mail.stop_grace, async { while workers.join_next().await.is_some() {} });
    let left_open = if grace.await.is_ok() { 0 } else { cut_off(&shared) };
    workers.shutdown().await;
    shared.put_back(shared.queue.take_all()).await;
    shared.put_back_again().await;
    for route in shared.routes.iter() {
        if let Err(error) = route.allowance.return_all(&shared.app.store).await {
            tracing::error!(relay = route.relay.name, %error, "cannot give back what is left of its limits");
        }
    }
    let progress = Arc::clone(&shared.progress);
    // The recorder ends when the last sender is gone, and with it all outcomes are in the ledger.
    drop(shared);
    recorder.await.map_err(|error| anyhow!("the recorder ended before its work was done: {error}"))?;
    // Only now may another think that what this one held is free.
    drop(lock);
    Ok(Summary { totals: progress.totals(), later: worked?, left_open })
}

/// Records every send that is still out as maybe sent.
fn cut_off(shared: &Shared) -> u64 {
    let open: Vec<_> = shared.in_flight().drain().map(|(_, open)| open).collect();
    let count = open.len() as u64;
    tracing::warn!(count, "stopped while the relay's replies were out; these may have been sent");
    let now = shared.app.clock.now();
    for (job, route) in open {
        let outcome = Outcome::Unknown { error: "stopped before the reply came".to_owned() };
        let lane = job.batch.edition.lane;
        let record = deliveries::record(&job.claimed, lane, &route.relay.name, &outcome, now, shared.dice());
        shared.report(record, &job, None);
    }
    count
}
