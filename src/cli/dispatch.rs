//! `handbill dispatch`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::args::Format;
use super::output::Output;
use super::progress::Progress;
use super::{Ended, Outcome};
use crate::app::App;
use crate::daemon;
use crate::deliveries::DeliveryState;
use crate::dispatcher::{self, AWAY, DispatchLock, Left, Progress as Counters, Summary, Totals, Until};
use crate::editions::EditionState;
use crate::id::EditionId;
use crate::notify::Notifier;
use crate::relay::RelayState;
use crate::store::StoreError;
use crate::store::deliveries::Counts;
use crate::templates::Templates;

/// How often the progress is looked at.
const SHOW: Duration = Duration::from_millis(250);
/// How often to look how far the daemon has come whose progress is shown: counting a million deliveries takes a while.
const FOLLOW: Duration = Duration::from_secs(1);
/// So often in a row nothing is left but what is over a limit: the daemon may have taken its part and not begun yet.
const LOOKS: u32 = 2;

const EXAMPLES: &str = "\
Examples:
  handbill dispatch --until-empty
  */5 * * * *  handbill posts pull && handbill digests send weekly && handbill dispatch --until-empty
                                        (in a crontab, without a daemon)

It leaves what is to be tried again later, or is over a relay's limit by the hour or day, and says how many that is.
The exit status is 1 when no relay answered.
Beside a running daemon, which sends by itself, it shows that one's progress until nothing is due.";

/// Send what is due.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dispatch {
    /// Exit when nothing is due any more.
    #[arg(long, required = true)]
    pub(super) until_empty: bool,
    #[command(flatten)]
    pub(super) format: Format,
}

pub(super) async fn run(app: &Arc<App>, args: &Dispatch, out: &mut Output) -> Outcome {
    let templates = Templates::proven(&app.config).context("the templates cannot be used")?;
    let templates = watch::channel(Arc::new(templates)).1;
    let total = waiting(app).await?;
    let (counters, stop) = (Arc::new(Counters::default()), CancellationToken::new());
    let mut signals = tokio::spawn(daemon::signals(stop.clone())?);
    let mut notifier = Notifier::new(Arc::clone(app), templates.clone());
    let summary = loop {
        let (to, counted) = (templates.clone(), Arc::clone(&counters));
        let running = dispatcher::run(Arc::clone(app), to, Until::Empty, counted, stop.clone());
        let outcome = tokio::select! {
            summary = shown(&counters, total, running) => summary,
            _ = &mut signals => bail!("stopped at once; what was out may have been sent and is tried again"),
        };
        if matches!(&outcome, Err(error) if matches!(error.downcast_ref(), Some(StoreError::Busy))) {
            match follow(app, &stop).await? {
                Some(summary) => break summary,
                None => continue,
            }
        }
        // Without a daemon, nobody else tells staff how it went, or that it did not.
        if let Err(error) = notifier.round(&stop).await {
            tracing::error!(%error, "could not look what staff should be told");
        }
        break outcome.context("could not send what is due")?;
    };
    if args.format.json {
        out.json(&summary)?;
        return Ok(Ended::Done);
    }
    let Summary { totals, later, left_open } = summary;
    out.line(format!("{} accepted, {} refused, {} to be tried again", totals.accepted, totals.refused, later))?;
    for (count, what) in [
        (totals.withheld, "not sent, as they were suppressed, expired or cancelled"),
        (totals.unknown, "unknown: the reply was lost, and they may have arrived"),
        (left_open, "left open by the stop: they may have arrived, and are tried again"),
    ] {
        if count > 0 {
            out.line(format!("{count} {what}"))?;
        }
    }
    Ok(Ended::Done)
}

/// How many deliveries wait to be sent; nothing where some are still to be written.
async fn waiting(app: &App) -> anyhow::Result<Option<u64>> {
    let mut total = 0;
    for edition in app.store.open_editions().await? {
        if edition.state == EditionState::Planning {
            return Ok(None);
        }
        // What another held is put back, or its lease ends.
        let counts = app.store.counts(edition.id).await?;
        let waits = [DeliveryState::Queued, DeliveryState::Leased];
        total += waits.iter().filter_map(|state| counts.get(state)).sum::<i64>();
    }
    Ok(u64::try_from(total).ok())
}

/// Shows how far `running` has come until it is through.
async fn shown(
    counters: &Counters,
    total: Option<u64>,
    running: impl Future<Output = anyhow::Result<Summary>>,
) -> anyhow::Result<Summary> {
    let mut progress = Progress::new("sent", total);
    tokio::pin!(running);
    loop {
        tokio::select! {
            summary = &mut running => return summary,
            () = tokio::time::sleep(SHOW) => {
                let totals = counters.totals();
                let accepted = totals.accepted;
                progress.set(totals.sum(), || format!("{accepted} accepted"));
            }
        }
    }
}

/// Shows the progress of the process that dispatches from this store, until nothing is due that `--until-empty` waits for.
/// Nothing when that process has ended before: then somebody else has to send the rest.
async fn follow(app: &App, stop: &CancellationToken) -> anyhow::Result<Option<Summary>> {
    let mut progress = Progress::new("still to be sent by the running daemon", None);
    let (mut stopped_since, mut free_looks, mut over_limit) = (None, 0, 0);
    let mut seen = BTreeMap::new();
    loop {
        for edition in app.store.open_editions().await? {
            if let Entry::Vacant(unseen) = seen.entry(edition.id) {
                unseen.insert(app.store.counts(edition.id).await?);
            }
        }
        let left = Left::of(app).await?;
        over_limit = if left.awaited() == 0 && left.over_limit > 0 { over_limit + 1 } else { 0 };
        if left.awaited() == 0 && (left.over_limit == 0 || over_limit == LOOKS) {
            let totals = ended_since(app, &seen).await?;
            return Ok(Some(Summary { totals, later: left.later, ..Summary::default() }));
        }
        match stopped_relay(app).await?.filter(|_| left.due > 0) {
            Some(reason) if stopped_since.get_or_insert_with(Instant::now).elapsed() >= AWAY => {
                bail!("no relay answers the running daemon, which goes on trying: {reason}")
            }
            Some(_) => {}
            None => stopped_since = None,
        }
        // Two looks, so that a daemon that is only being restarted finds its place free.
        free_looks = if DispatchLock::is_taken(&app.store).await? { 0 } else { free_looks + 1 };
        if free_looks == 2 {
            return Ok(None);
        }
        progress.set(u64::try_from(left.awaited()).unwrap_or(0), || format!("{} due", left.due));
        tokio::select! {
            () = stop.cancelled() => bail!("stopped before all was sent; the running daemon goes on by itself"),
            () = tokio::time::sleep(FOLLOW) => {}
        }
    }
}

/// What of these mailings has ended since they were counted.
async fn ended_since(app: &App, before: &BTreeMap<EditionId, Counts>) -> anyhow::Result<Totals> {
    let mut totals = Totals::default();
    for (edition, before) in before {
        let now = app.store.counts(*edition).await?;
        let more = |state| {
            let count = |counts: &Counts| counts.get(&state).copied().unwrap_or(0);
            u64::try_from(count(&now) - count(before)).unwrap_or(0)
        };
        totals.accepted += more(DeliveryState::Accepted);
        totals.refused += more(DeliveryState::Refused);
        totals.unknown += more(DeliveryState::Unknown);
        totals.withheld +=
            more(DeliveryState::Suppressed) + more(DeliveryState::Expired) + more(DeliveryState::Cancelled);
    }
    Ok(totals)
}

/// Why no relay takes mail at present, if none does.
async fn stopped_relay(app: &App) -> anyhow::Result<Option<String>> {
    let known = app.store.relays().await?;
    let mut reason = None;
    for relay in &app.config.relays {
        match known.iter().find(|status| status.name == relay.name) {
            Some(status) if status.state == RelayState::Stopped => reason = status.reason.clone().or(reason),
            _ => return Ok(None),
        }
    }
    Ok(reason)
}
