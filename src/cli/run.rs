//! `handbill run`.

use std::sync::Arc;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use super::output::Output;
use super::{Ended, Opening, Outcome};
use crate::daemon::{self, Daemon};

const EXAMPLES: &str = "\
Examples:
  handbill run
  HANDBILL_LOG_FORMAT=json handbill --config /etc/handbill.toml run

SIGTERM or SIGINT ends it cleanly: open replies of the relay are awaited (mail.stop_grace).
SIGHUP reads the templates again, and keeps those it had if one of them does not render.";

/// Watch, plan, send and serve the pages, until stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Run {}

pub(super) async fn run(open: &Opening, _: &Run, out: &mut Output) -> Outcome {
    // Before the store is opened, which may take its time: whoever ends it meanwhile ends it cleanly, and a SIGHUP needs
    // no more than to be survived, as the templates are still to be read.
    let stop = CancellationToken::new();
    let signals = tokio::spawn(daemon::signals(stop.clone())?);
    daemon::survive_hangups()?;
    let starting = async {
        let app = Arc::new(open.app().await?);
        anyhow::Ok((Arc::clone(&app), Daemon::new(app).await?))
    };
    let (app, daemon) = tokio::select! {
        started = starting => started?,
        () = stop.cancelled() => return Ok(Ended::Done),
    };
    out.line(format!("Serving {} on {}", app.config.site.url, daemon.address()?))?;
    if let Some(address) = daemon.metrics_address() {
        out.line(format!("Metrics on http://{address}/metrics"))?;
    }
    std::io::Write::flush(out)?;
    let summary = tokio::select! {
        summary = daemon.run(stop) => summary?,
        _ = signals => bail!("stopped at once; what was out may have been sent and is tried again"),
    };
    app.store.close().await;
    if summary.left_open > 0 {
        let count = summary.left_open;
        out.line(format!("{count} left open by the stop: they may have arrived, and are tried again"))?;
    }
    Ok(Ended::Done)
}
