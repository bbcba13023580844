//! `handbill run`.

use super::output::Output;
use super::{Opening, Outcome};

const EXAMPLES: &str = "\
Examples:
  handbill run
  HANDBILL_LOG_FORMAT=json handbill --config /etc/handbill.toml run

SIGTERM or SIGINT ends it cleanly: open replies of the relay are awaited (mail.stop_grace).
SIGHUP reads the templates again.";

/// Watch, plan, send and serve the pages, until stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Run {}

pub(super) async fn run(_open: &Opening, _: &Run, _out: &mut Output) -> Outcome {
    // The daemon's one call site: crate::daemon.
    anyhow::bail!("could not run: this version has no daemon yet")
}
