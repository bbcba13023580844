//! Outcomes into the ledger, in groups.
//!
//! Whatever has come in while the last group was written makes the next one, up to 64: alone, an outcome is recorded at
//! once; under load, one commit serves many. A permit is held from before MAIL until the record, so that what is accepted
//! and not recorded never exceeds the open connections and one group.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

use super::Progress;
use super::queue::Batch;
use crate::app::App;
use crate::appeals::follow;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionState, Lane};
use crate::id::{AppealId, EditionId, SubscriberId};
use crate::store::Tx;
use crate::store::editions::Edition;
use crate::store::queue::{Finding, Record};
use crate::subscribers::list;

/// The most outcomes that one transaction records (promise 2).
pub(super) const GROUP: usize = 64;

/// Deliveries whose outcomes were recorded.
pub type Live = HashSet<(EditionId, SubscriberId)>;

/// An outcome on its way into the ledger.
#[derive(Debug)]
pub(super) struct Report {
    pub record: Record,
    /// Keeps the lease extended until the record is written.
    pub batch: Arc<Batch>,
    /// Given back when the record is written.
    pub _permit: Option<OwnedSemaphorePermit>,
}

/// What the recorder works with. It must not hold a sender of reports, as it ends when the last one is gone.
#[derive(Debug)]
pub(super) struct Recorder {
    pub app: Arc<App>,
    pub progress: Arc<Progress>,
    /// Told after each group.
    pub recorded: watch::Sender<()>,
}

/// Records until every sender is gone.
pub(super) async fn run(recorder: Recorder, mut reports: mpsc::UnboundedReceiver<Report>) {
    let mut group = Vec::with_capacity(GROUP);
    while reports.recv_many(&mut group, GROUP).await > 0 {
        let mut pause = Duration::from_millis(50);
        let live = loop {
            match write(&recorder.app, &group).await {
                Ok(live) => break live,
                // What the relay took must get into the ledger, so this waits as long as it takes. If the process is ended
                // before that, the leases run out and the rows count as maybe sent.
                Err(error) => tracing::error!(%error, outcomes = group.len(), "cannot record outcomes; trying again"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        };
        for Report { record, batch, .. } in &group {
            if live.contains(&(record.edition, record.subscriber)) {
                recorder.progress.count(&batch.edition, record);
            }
        }
        group.clear();
        recorder.recorded.send_replace(());
    }
}

async fn write(app: &App, group: &[Report]) -> crate::store::Result<Live> {
    let records: Vec<Record> = group.iter().map(|report| report.record.clone()).collect();
    let editions: Vec<&Edition> = group.iter().map(|report| &report.batch.edition).collect();
    let live = record(app, &records, &editions).await?;
    if live.len() < group.len() {
        let count = group.len() - live.len();
        tracing::warn!(count, "outcomes came after their lease had ended and were not recorded");
    }
    Ok(live)
}

/// Longer than its domain's pause, so that it is another's turn to find out whether the domain takes mail again.
const BEHIND: Duration = Duration::from_secs(5);

/// Writes outcomes into the ledger, with all that follows from them: where a digest begins next time, whom an appeal
/// that was amended meanwhile has to be corrected for, which domains are left alone, and whose address is dead. `editions`
/// are those of the records, in the same order. Returns those that were recorded; those whose lease had ended are not.
///
/// # Errors
///
/// When the store fails; then none of them is recorded.
pub async fn record(app: &App, records: &[Record], editions: &[&Edition]) -> crate::store::Result<Live> {
    let mut tx = app.store.begin().await?;
    let records = &*blocked_later(&mut tx, records, app.clock.now()).await?;
    // Held until the end: an amendment comes before these records, and they see it, or after, and it sees them.
    let replaced = replaced(&mut tx, editions).await?;
    let live: Live = tx.record(records).await?.into_iter().collect();
    for (edition, appeal) in replaced {
        let told = records.iter().filter(|record| {
            record.edition == edition && matches!(record.state, DeliveryState::Accepted | DeliveryState::Unknown)
        });
        let told: Vec<_> = told.map(|record| record.subscriber).filter(|id| live.contains(&(edition, *id))).collect();
        if !told.is_empty() {
            follow::after_outcomes(&mut tx, app, appeal, &told, app.clock.now()).await?;
        }
    }
    let mut reached: HashMap<Timestamp, Vec<SubscriberId>> = HashMap::new();
    for (record, edition) in records.iter().zip(editions) {
        let got_it = matches!(record.state, DeliveryState::Accepted | DeliveryState::Unknown);
        if let Some(cut_off) = edition.cut_off_at.filter(|_| got_it)
            && live.contains(&(record.edition, record.subscriber))
        {
            reached.entry(cut_off).or_default().push(record.subscriber);
        }
    }
    let mut reached: Vec<_> = reached.into_iter().collect();
    reached.sort();
    for (cut_off, mut subscribers) in reached {
        // In order, so that two nodes never wait for each other's rows.
        subscribers.sort();
        tx.advance_marks(cut_off, &subscribers).await?;
    }
    tx.commit().await?;
    for record in records.iter().filter(|record| record.finding == Some(Finding::Dead)) {
        if live.contains(&(record.edition, record.subscriber))
            && let Err(error) = list::suppress_dead(app, record.subscriber).await
        {
            // The next mail to it finds it out again.
            tracing::error!(subscriber = %record.subscriber, %error, "cannot note that an address is dead");
        }
    }
    Ok(live)
}

/// Notes which domains block our mail and which take it again, and puts what was blocked behind its domain's pause.
async fn blocked_later<'a>(
    tx: &mut Tx,
    records: &'a [Record],
    now: Timestamp,
) -> crate::store::Result<Cow<'a, [Record]>> {
    // Nearly always.
    if records.iter().all(|record| record.finding.is_none()) {
        return Ok(Cow::Borrowed(records));
    }
    let mut records = records.to_vec();
    // In order, so that two nodes never wait for each other's rows. Of one domain the blocks come last: if it took
    // something a moment before, that was the end of another pause.
    let mut found: Vec<&mut Record> =
        records.iter_mut().filter(|record| record.finding.is_some() && record.domain_index != 0).collect();
    found.sort_by_key(|record| (record.domain_index, record.finding == Some(Finding::Blocked)));
    for record in found {
        let domain = record.domain_index;
        match record.finding {
            Some(Finding::Blocked) => {
                let relay = record.relay.as_deref().unwrap_or_default();
                let reason = match (record.reply_code, record.reply.as_deref()) {
                    (Some(code), Some(reply)) => format!("{code} {reply}"),
                    (_, reply) => reply.unwrap_or_default().to_owned(),
                };
                let until = tx.block_domain(domain, relay, &reason, now).await?;
                record.due_at = record.due_at.max(until.plus(BEHIND));
            }
            Some(Finding::Lifted) => {
                if tx.lift_domain(domain, now).await? {
                    tracing::info!("a domain that had blocked our mail takes it again");
                }
            }
            Some(Finding::Dead) | None => {}
        }
    }
    Ok(Cow::Owned(records))
}

/// The mailings among these whose appeal was amended or called off since.
async fn replaced(tx: &mut Tx, editions: &[&Edition]) -> crate::store::Result<Vec<(EditionId, AppealId)>> {
    let urgent = editions.iter().filter(|edition| edition.lane == Lane::Urgent);
    let mut urgent: Vec<_> = urgent.filter_map(|edition| Some((edition.id, edition.appeal_id?))).collect();
    urgent.sort();
    urgent.dedup();
    let mut replaced = Vec::new();
    for (edition, appeal) in urgent {
        if tx.hold_edition(edition).await? == Some(EditionState::Superseded) {
            replaced.push((edition, appeal));
        }
    }
    Ok(replaced)
}
