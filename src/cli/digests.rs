//! `handbill digests`.

use clap::Subcommand;

use super::Outcome;
use super::args::{Format, choices};
use super::output::Output;
use crate::app::App;
use crate::clock::Timestamp;
use crate::subscribers::Cadence;

const SEND_EXAMPLES: &str = "\
Examples:
  handbill digests send weekly --dry-run
  handbill digests send weekly && handbill dispatch --until-empty
  handbill digests send daily --at 2026-03-02T08:00:00Z

Planning the same digest twice is planning it once.";

#[derive(Debug, Subcommand)]
pub(super) enum Digests {
    /// Plan the digest of the latest slot.
    #[command(after_help = SEND_EXAMPLES)]
    Send(Send),
}

#[derive(Debug, clap::Args)]
pub(super) struct Send {
    /// Whose digest.
    #[arg(value_name = "CADENCE", value_parser = choices(Cadence::ALL, Cadence::as_str))]
    pub(super) cadence: Cadence,
    /// Take the latest slot at or before this instant, such as 2026-03-02T08:00:00Z; default and latest: now.
    #[arg(long, value_name = "INSTANT")]
    pub(super) at: Option<Timestamp>,
    /// Say what it would be, and plan nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) format: Format,
}

pub(super) async fn run(app: &App, command: &Digests, out: &mut Output) -> Outcome {
    match command {
        Digests::Send(args) => send(app, args, out).await,
    }
}

async fn send(_app: &App, args: &Send, _out: &mut Output) -> Outcome {
    // The planner's one call site: crate::editions.
    let Send { cadence, at: _, dry_run: _, format: _ } = args;
    anyhow::bail!("could not plan the {cadence} digest: this version cannot plan yet")
}
