//! `handbill demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Outcome;
use super::output::Output;

const EXAMPLES: &str = "\
Examples:
  handbill demo
  handbill demo --dir /tmp/campaign --listen 127.0.0.1:9090";

/// Set up a whole working campaign in a scratch folder; nothing leaves this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Demo {
    /// The folder to work in; by default one of its own that goes when the demo ends.
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    /// Where the pages are served.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
}

pub(super) async fn run(args: &Demo, _out: &mut Output) -> Outcome {
    // The demo's one call site: crate::demo.
    let Demo { dir: _, listen: _ } = args;
    anyhow::bail!("could not set up the demo: this version has none yet")
}
