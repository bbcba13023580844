//! `handbill dispatch`.

use super::Outcome;
use super::args::Format;
use super::output::Output;
use crate::app::App;

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

pub(super) async fn run(_app: &App, args: &Dispatch, _out: &mut Output) -> Outcome {
    // The dispatcher's one call site: crate::dispatcher.
    let Dispatch { until_empty: _, format: _ } = args;
    anyhow::bail!("could not send: this version has no dispatcher yet")
}
