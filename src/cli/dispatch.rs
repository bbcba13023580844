//! `handbill dispatch`.

use std::sync::Arc;
use std::time::Duration;

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
use crate::dispatcher::{self, Progress as Counters, Summary, Until};
use crate::editions::EditionState;
use crate::notify::Notifier;
use crate::store::StoreError;
use crate::templates::Templates;

/// How often the progress is looked at.
const SHOW: Duration = Duration::from_millis(250);

const EXAMPLES: &str = "\
Examples:
  handbill dispatch --until-empty
  */5 * * * *  handbill digests send weekly && handbill dispatch --until-empty    (in a crontab, without a daemon)

It leaves what is to be tried again later and says how many that is. The exit status is 1 when no relay answered.";

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
    let templates = Templates::of(&app.config)?;
    let templates = watch::channel(Arc::new(templates)).1;
    let total = waiting(app).await?;
    let (counters, stop) = (Arc::new(Counters::default()), CancellationToken::new());
    let signals = tokio::spawn(daemon::signals(stop.clone())?);
    let mut notifier = Notifier::new(Arc::clone(app), templates.clone());
    let running = dispatcher::run(Arc::clone(app), templates, Until::Empty, Arc::clone(&counters), stop.clone());
    let outcome = tokio::select! {
        summary = shown(&counters, total, running) => summary,
        _ = signals => bail!("stopped at once; what was out may have been sent and is tried again"),
    };
    let summary = match outcome {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Busy)) => follow(app).await?,
        other => {
            // Without a daemon, nobody else tells staff how it went, or that it did not.
            if let Err(error) = notifier.round(&stop).await {
                tracing::error!(%error, "could not look what staff should be told");
            }
            other.context("could not send what is due")?
        }
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
        total += app.store.counts(edition.id).await?.get(&DeliveryState::Queued).copied().unwrap_or(0);
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

/// Shows the progress of the process that dispatches from this store, until nothing is due.
async fn follow(app: &App) -> anyhow::Result<Summary> {
    let mut progress = Progress::new("still to be sent by the running daemon", None);
    loop {
        let now = app.clock.now();
        let (mut due, mut later) = (0, 0);
        for edition in app.store.open_editions().await? {
            let counts = app.store.counts(edition.id).await?;
            let of = |state| counts.get(&state).copied().unwrap_or(0);
            let waits = app.store.next_due(edition.id).await?.is_none_or(|next| next > now);
            match waits && edition.state != EditionState::Planning {
                true => later += of(DeliveryState::Queued),
                false => due += of(DeliveryState::Queued) + 1,
            }
            due += of(DeliveryState::Leased);
        }
        if due == 0 {
            return Ok(Summary { later, ..Summary::default() });
        }
        progress.set(u64::try_from(due).unwrap_or(0), || format!("{due}"));
        tokio::time::sleep(SHOW).await;
    }
}
