//! `handbill demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use super::output::Output;
use super::{Ended, Outcome};
use crate::clock::Clock;
use crate::daemon;
use crate::demo::Pace;

const MORE: &str = "\
The posts of a folder go out as a digest. After ten seconds an urgent appeal follows, with its
calendar entry, and a minute later its correction. A page shows every mail.

Examples:
  handbill demo
  handbill demo --dir /tmp/campaign --listen 127.0.0.1:9090";

/// Set up a whole working campaign in a scratch folder; nothing leaves this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub(super) struct Demo {
    /// The folder to work in, or to go on in; by default a fresh one among the system's temporary ones.
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    /// Where the pages are served; where that is taken, a free port is.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
}

pub(super) async fn run(args: &Demo, out: &mut Output) -> Outcome {
    let demo = crate::demo::Demo::start(args.dir.as_deref(), args.listen, Clock::System, Pace::USUAL).await?;
    out.line(demo.greeting())?;
    std::io::Write::flush(out)?;
    let farewell = demo.farewell();
    let stop = CancellationToken::new();
    let signals = tokio::spawn(daemon::signals(stop.clone())?);
    tokio::select! {
        ended = demo.run(stop) => ended?,
        _ = signals => bail!("stopped at once"),
    };
    out.line(farewell)?;
    Ok(Ended::Done)
}
