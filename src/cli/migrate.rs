//! `handbill migrate`.

use anyhow::Context;

use super::output::Output;
use super::{Ended, Opening, Outcome};

/// Bring the store up to date, or make it together with its key file. `handbill run` does it too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  handbill migrate\n  handbill --config /etc/handbill.toml migrate")]
pub(super) struct Migrate {}

pub(super) async fn run(open: &Opening, _: &Migrate, out: &mut Output) -> Outcome {
    let app = open.app().await.context("could not bring the store up to date")?;
    app.store.close().await;
    out.line("the store is up to date")?;
    out.line(format_args!(
        "its key file is {}; keep a copy of it elsewhere than the store's",
        app.config.key_file().display()
    ))?;
    Ok(Ended::Done)
}
