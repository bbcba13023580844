//! `handbill migrate`.

use anyhow::Context;

use super::args::Format;
use super::output::Output;
use super::{Ended, Opening, Outcome};

/// Bring the store up to date, or make it together with its key file. `handbill run` does it too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  handbill migrate\n  handbill --config /etc/handbill.toml migrate")]
pub(super) struct Migrate {
    #[command(flatten)]
    format: Format,
}

pub(super) async fn run(open: &Opening, args: &Migrate, out: &mut Output) -> Outcome {
    let app = open.app().await.context("could not bring the store up to date")?;
    app.store.close().await;
    if args.format.json {
        out.json(&serde_json::json!({ "up_to_date": true, "key_file": app.config.key_file() }))?;
        return Ok(Ended::Done);
    }
    out.line("the store is up to date")?;
    out.line(format_args!(
        "its key file is {}; keep a copy of it elsewhere than the store's",
        app.config.key_file().display()
    ))?;
    Ok(Ended::Done)
}
